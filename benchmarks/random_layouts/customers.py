"""The customers of `benchmarks.grammar`: made-up people with a line at home and a plan, as in a carrier's file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.corpus.people import make_people

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from benchmarks.corpus.people import Person

HEADER = (
    "お客様番号",
    "氏名",
    "フリガナ",
    "生年月日",
    "郵便番号",
    "住所",
    "携帯電話番号",
    "自宅電話番号",
    "メールアドレス",
    "契約プラン",
)
AREAS = ("3", "6", "11", "52", "92", "263", "742", "485", "985")
"""Area codes; a local number that begins with 0 is assigned to nobody."""
NATIONAL_DIGITS = 9
PLANS = ("光A", "光B", "モバイルS", "モバイルL", "ADSL", "ホーム５G", "とくとくパック")
HOME_LINE = 0.5


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A made-up person with what the carrier keeps beside."""

    person: Person
    landline: str
    plan: str

    @property
    def row(self) -> tuple[str, ...]:
        """As in the carrier's own file."""
        p = self.person
        mobile, line = p.phone.replace("-", ""), self.landline.replace("-", "")
        return (p.number, p.name, p.kana, p.born.isoformat(), p.postal, p.address, mobile, line, p.email, self.plan)


def make_subscribers(rng: Random, count: int) -> list[Subscriber]:
    """So many of them, each with numbers of their own."""
    return [_subscriber(rng, serial, person) for serial, person in enumerate(make_people(rng, count, prefix="C00"))]


def _subscriber(rng: Random, serial: int, person: Person) -> Subscriber:
    area = AREAS[serial % len(AREAS)]
    local = f"{serial // len(AREAS):0{NATIONAL_DIGITS - len(area)}d}"
    line = f"0{area}-{local[:-4]}-{local[-4:]}" if rng.random() < HOME_LINE else ""
    return Subscriber(person, line, rng.choice(PLANS))


def write_customers(path: Path, subscribers: list[Subscriber]) -> None:
    """The carrier's own file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *(one.row for one in subscribers)])
