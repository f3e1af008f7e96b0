"""The eight-year drip as its files are: extracts, what the call centre's system kept of its use, the list handed in."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from demo.cases.story import ZONE, days_of
from demo.people import MadeUpPerson, make_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCALE: Final = 1000
"""One customer here stands for a thousand of the case that it is shaped like."""
SEED: Final = 20180402
YEARS: Final = (2018, 2020, 2022, 2024, 2026)
"""In April of which an extract was lent."""
CUSTOMERS: Final = {2018: 2500, 2020: 3000, 2022: 3500, 2024: 4000, 2026: 4500}
FIRST_DAY: Final = date(2018, 4, 2)
LOOKED_UNTIL: Final = date(2023, 3, 31)
"""The last day of the records that the internal check of 2023 had."""
LAST_DAY: Final = date(2026, 6, 30)
SILENT: Final = (date(2021, 8, 10), date(2021, 8, 20))
"""When the system was moved, and kept no records."""
SYSTEM: Final = "callcenter-system"
PRINCIPAL, VENDOR, MAINTENANCE = "架空テレマーケティング", "例示コールシステム", "見本保守サービス"
"""Whom the carrier contracted, whose system that one uses, and who maintains it: three levels."""
CULPRIT, ACCOUNT = "mt-207", "sysadmin-02"
OTHER_ADMIN: Final = "mt-203"
OPERATORS: Final = 20
CALLS_A_DAY: Final = 2
A_MONTH: Final = 12
"""Customers that the worker took in a month: few enough to go unseen."""
LISTED: Final = 160
COLUMNS: Final = ("日時", "作業者ID", "アカウント", "会社", "端末", "操作", "お客様番号", "結果")

Row = tuple[datetime, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class DripPeople:
    """Everybody in the case.

    Attributes:
        customers: In the order in which they became customers.
        taken: Those that the worker took, with when.
        listed: Those in the list that was handed in.
    """

    customers: list[MadeUpPerson]
    taken: list[tuple[datetime, MadeUpPerson]]
    listed: list[MadeUpPerson]

    def lent_in(self, year: int) -> list[MadeUpPerson]:
        """Who is in the extract of a year."""
        return self.customers[: CUSTOMERS[year]]


def make_drip() -> DripPeople:
    """The case; the same every time."""
    customers = make_people(Random(SEED), CUSTOMERS[2026], prefix="H", exchange="07", domain="carrier.example")
    random, taken, known = Random(SEED + 1), list[tuple[datetime, MadeUpPerson]](), set[str]()
    for night in _nights(random):
        there = [one for one in customers[: _customers_on(night.date())] if one.number not in known]
        chosen = random.sample(there, A_MONTH)
        known |= {one.number for one in chosen}
        taken += [(night + timedelta(seconds=40 * place), one) for place, one in enumerate(chosen)]
    return DripPeople(
        customers, taken, [one for _, one in sorted(random.sample(taken, LISTED), key=lambda one: one[1].kana)]
    )


def write_list(drip: DripPeople, file: Path) -> Path:
    """The list as the customer company wrote it down: whom the nuisance calls ask for, and at which number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("お名前", "電話番号", "備考"))
    writer.writerows((one.name, one.phone, "勧誘電話の苦情") for one in drip.listed)
    file.write_bytes(text.getvalue().encode("cp932"))
    return file


def write_records(drip: DripPeople, file: Path, first: date, last: date) -> Path:
    """The system's log of a span of days, in the order of time."""
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=ZONE) for one in (first, last + timedelta(days=1)))
    rows = sorted(row for row in (*_calls(drip), *_maintenance(drip), *_batch(drip)) if begin <= row[0] < end)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((f"{at:%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in rows)
    file.write_bytes(text.getvalue().encode("cp932"))
    return file


def _customers_on(day: date) -> int:
    return CUSTOMERS[max(year for year in YEARS if date(year, 4, 2) <= day)]


def _nights(random: Random) -> Iterator[datetime]:
    """One evening in every month: within working hours of maintenance, so that the hour tells nothing."""
    for month in range((LAST_DAY.year - FIRST_DAY.year) * 12 + LAST_DAY.month - FIRST_DAY.month + 1):
        year, place = divmod(FIRST_DAY.month - 1 + month, 12)
        day = date(FIRST_DAY.year + year, place + 1, random.randrange(3, 28))
        while SILENT[0] <= day <= SILENT[1]:
            day += timedelta(days=1)
        yield datetime(day.year, day.month, day.day, random.randrange(18, 21), random.randrange(60), tzinfo=ZONE)


def _calls(drip: DripPeople) -> Iterator[Row]:
    """Operators of the call centre answer whoever calls."""
    random = Random(SEED + 2)
    for day in days_of(FIRST_DAY, LAST_DAY):
        there = _customers_on(day)
        for number in range(1, OPERATORS + 1):
            if (day.toordinal() + number) % 7 < 2 or SILENT[0] <= day <= SILENT[1]:  # noqa: PLR2004  # two days off
                continue
            for _ in range(CALLS_A_DAY):
                at = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE) + timedelta(seconds=random.randrange(32400))
                who = drip.customers[random.randrange(there)].number
                yield at, f"tm-{number:03d}", f"tm-{number:03d}", PRINCIPAL, f"TM-PC{number:02d}", "照会", who, "成功"


def _maintenance(drip: DripPeople) -> Iterator[Row]:
    """Both maintenance workers share the administrator's account; one of them takes customers out with it."""
    random = Random(SEED + 3)
    for day in days_of(FIRST_DAY, LAST_DAY):
        if day.day in {5, 20} and not SILENT[0] <= day <= SILENT[1]:
            at = datetime(day.year, day.month, day.day, 14, random.randrange(60), tzinfo=ZONE)
            for place, who in enumerate((OTHER_ADMIN, CULPRIT)):
                yield at + timedelta(minutes=place), who, ACCOUNT, MAINTENANCE, f"MT-{who[3:]}", "保守", "", "成功"
            seen = drip.customers[random.randrange(_customers_on(day))].number
            at += timedelta(minutes=9)
            yield at, OTHER_ADMIN, ACCOUNT, MAINTENANCE, f"MT-{OTHER_ADMIN[3:]}", "照会", seen, "成功"
    seat = (CULPRIT, ACCOUNT, MAINTENANCE, f"MT-{CULPRIT[3:]}")
    for at, person in drip.taken:
        # SELECT ... INTO OUTFILE on the database, and the file onto a stick.
        yield at, *seat, "ファイル出力（INTO OUTFILE）", person.number, "成功"
    for at, _ in drip.taken[A_MONTH - 1 :: A_MONTH]:
        yield at + timedelta(minutes=3), *seat, "USBメモリへ保存", "", "成功"


def _batch(drip: DripPeople) -> Iterator[Row]:
    """The yearly batch reads everybody: it explains nothing, and must rank so."""
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        at = datetime(year, 4, 28, 2, tzinfo=ZONE)
        for place, person in enumerate(drip.customers[: _customers_on(at.date())]):
            when = at + timedelta(milliseconds=200 * place)
            yield when, "batch", "batch", VENDOR, "BATCH-01", "参照", person.number, "成功"
