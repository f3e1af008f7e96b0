"""The made-up carrier: its customers, the three extracts it lent, and to whom."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from demo.people import COLUMNS, MadeUpPerson, make_people

if TYPE_CHECKING:
    from pathlib import Path

SEED = 20261122
CUSTOMERS = 2000


@dataclass(frozen=True, slots=True)
class Lent:
    """One extract as it was lent: its name, to whom, as of when, and the people in it."""

    name: str
    processor: str
    under: str
    """The processor that passed it on; empty when the carrier lent it itself."""
    as_of: date
    people: list[MadeUpPerson]
    encoding: str

    @property
    def file_name(self) -> str:
        """The file that was handed over."""
        return f"{self.name}.csv"


@dataclass(frozen=True, slots=True)
class Carrier:
    """The carrier, with people who are somebody else's customers beside it."""

    customers: list[MadeUpPerson]
    extracts: list[Lent]
    strangers: list[MadeUpPerson]


def make_carrier() -> Carrier:
    """The same carrier every time."""
    random = Random(SEED)
    customers = make_people(random, CUSTOMERS, prefix="K", exchange="01", domain="mail.example")
    strangers = make_people(random, 400, prefix="Z", exchange="09", domain="shop.example")
    by_chance = random.sample(customers, CUSTOMERS)
    extracts = [
        Lent(
            "call-center-2026-09", "架空コールセンター", "", date(2026, 9, 1), sorted_people(by_chance[:900]), "cp932"
        ),
        Lent(
            "billing-print-2026-08", "例示プリント", "", date(2026, 8, 1), sorted_people(by_chance[700:1600]), "utf-8"
        ),
        Lent(
            "maintenance-copy-2026-07",
            "見本保守サービス",
            "例示システムズ",
            date(2026, 7, 1),
            sorted_people(by_chance[1500:]),
            "euc_jp",
        ),
    ]
    return Carrier(customers, extracts, strangers)


def sorted_people(people: list[MadeUpPerson]) -> list[MadeUpPerson]:
    """In the order of their customer numbers, as a carrier's file is."""
    return sorted(people, key=lambda person: person.number)


def only_in(carrier: Carrier, index: int) -> list[MadeUpPerson]:
    """The people of one extract who are in none of the others."""
    others = {
        person.number for other in carrier.extracts if other is not carrier.extracts[index] for person in other.people
    }
    return [person for person in carrier.extracts[index].people if person.number not in others]


def write_csv(people: list[MadeUpPerson], encoding: str) -> bytes:
    """A CSV file with a header, in the encoding that the processor asked for."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(person.row() for person in people)
    # JIS X 0208 lacks some variant characters; a carrier's EUC-JP file carries their plain form.
    content = text.getvalue() if encoding != "euc_jp" else text.getvalue().replace("﨑", "崎")
    return content.encode(encoding)


def write_extracts(carrier: Carrier, folder: Path) -> dict[str, Path]:
    """The extract files in a folder, by the extract's name."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for extract in carrier.extracts:
        files[extract.name] = folder / extract.file_name
        files[extract.name].write_bytes(write_csv(extract.people, extract.encoding))
    return files
