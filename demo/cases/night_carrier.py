"""The carrier of the night: a campaign's list, and the access records of who called those on it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from demo.carrier import Carrier, Lent, sorted_people
from demo.people import make_people
from demo.posts import JST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CENTRE, CRM = "架空アウトソーシング", "outbound-crm"
EXTRACT = "outbound-2026-10"
CUSTOMERS, COPIED = 9000, 5960
NIGHT: Final = datetime(2026, 11, 3, 22, 2, tzinfo=JST)
HOURS: Final = timedelta(hours=4)
FIRST_DAY: Final = datetime(2026, 9, 2, tzinfo=JST)
DAYS, OPERATORS, CALLS_A_SHIFT = 65, 25, 14
CULPRIT = "tmp-112"
COLUMNS: Final = ("日時", "作業者ID", "端末", "接続元", "操作", "お客様番号", "結果")

Row = tuple[datetime, str, str, str, str, str, str]


def make_night_carrier() -> Carrier:
    """The same carrier every time: a campaign's list of 5,960, and two other extracts that share some of its people."""
    random = Random(20261103)
    customers = make_people(random, CUSTOMERS, prefix="K", exchange="01", domain="mail.example")
    strangers = make_people(random, 400, prefix="Z", exchange="09", domain="shop.example")
    order = random.sample(customers, CUSTOMERS)
    return Carrier(
        customers,
        [
            Lent(EXTRACT, CENTRE, "", date(2026, 10, 1), sorted_people(order[:COPIED]), "cp932"),
            Lent("billing-2026-10", "例示プリント", "", date(2026, 10, 1), sorted_people(order[5500:7000]), "utf-8"),
            Lent("shops-2026-09", "架空販売", "", date(2026, 9, 1), sorted_people(order[6800:]), "utf-8"),
        ],
        strangers,
    )


def write_night_records(carrier: Carrier, file: Path) -> Path:
    """Two months of ordinary calls, and the four hours in which somebody opened everybody."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = sorted([*_calls(carrier), *_the_night(carrier)])
    writer.writerows((f"{at:%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.getvalue().encode("cp932"))
    return file


def _calls(carrier: Carrier) -> Iterator[Row]:
    random = Random(11)
    people = carrier.extracts[0].people
    for day in range(DAYS):
        for number in range(1, OPERATORS + 1):
            if (day + number) % 7 < 2:  # noqa: PLR2004  # two days off a week
                continue
            begins = FIRST_DAY + timedelta(days=day, hours=9 if number % 2 else 13)
            name = CULPRIT if number == OPERATORS else f"ob-{number:03d}"
            for _ in range(CALLS_A_SHIFT):
                at = begins + timedelta(seconds=random.randrange(8 * 3600))
                who = random.choice(people).number
                yield at, name, f"OB-T{number:02d}", f"203.0.113.{number}", "照会", who, "成功"


def _the_night(carrier: Carrier) -> Iterator[Row]:
    people = carrier.extracts[0].people
    for place, person in enumerate(people):
        at = NIGHT + HOURS * place / len(people)
        yield at, CULPRIT, "OB-T07", "203.0.113.7", "エクスポート", person.number, "成功"
