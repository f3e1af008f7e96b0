"""Access records of the drip: a call centre's own ones, and those of who maintains its system, over eight years."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from demo.posts import JST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from demo.people import MadeUpPerson

CALLS, MAINTENANCE = "call-center-crm", "crm-maintenance"
COLUMNS: Final = ("日時", "作業者ID", "アカウント", "端末", "接続元", "操作", "お客様番号", "結果")
FIRST, LAST = datetime(2016, 4, 4, tzinfo=JST), datetime(2024, 3, 29, tzinfo=JST)
CHECKED = datetime(2024, 4, 12, tzinfo=JST)
"""The day on which the call centre looked at its own people, and found nothing."""
ADMINISTRATOR = "crm-admin"
CULPRIT = "mnt-04"
OPERATORS, ENGINEERS = 20, 5
A_MONTH = 4
"""So many customers go out each month: with eight years' worth of months, a 3,000th of the real case."""
WEEK_END = 5

Row = tuple[datetime, str, str, str, str, str, str, str]


def leaked_months(people: Sequence[MadeUpPerson]) -> list[tuple[datetime, list[MadeUpPerson]]]:
    """Who went out when: each month a few of those there were by then, whom nobody took before."""
    random = Random(20160404)
    gone: set[str] = set()
    months, day = [], FIRST.replace(day=1)
    while day <= LAST:
        at = day + timedelta(days=random.randrange(4, 24), hours=random.randrange(19, 22))
        there = [one for one in people[: known_by(day, len(people))] if one.number not in gone]
        taken = random.sample(there, A_MONTH)
        gone |= {one.number for one in taken}
        months.append((at, taken))
        day = (day + timedelta(days=32)).replace(day=1)
    return months


def known_by(day: datetime, all_people: int) -> int:
    """How many customers the system held by a day: two thirds in the beginning, all in the end."""
    share = (day - FIRST) / (LAST - FIRST)
    return int(all_people * (2 + min(max(share, 0.0), 1.0)) / 3)


def write_calls(people: Sequence[MadeUpPerson], file: Path, *, days: int = 365) -> Path:
    """What the call centre handed over for its own check: a year of its own people, nobody else's."""
    random = Random(7)

    def rows() -> Iterator[Row]:
        for number in range(1, OPERATORS + 1):
            for day in _work_days(CHECKED - timedelta(days=days), CHECKED, skipping=number):
                for _ in range(6):
                    at = day + timedelta(hours=9, seconds=random.randrange(9 * 3600))
                    who = random.choice(people).number
                    desk = f"CC-T{number:02d}"
                    yield at, f"cc-{number:03d}", f"cc-{number:03d}", desk, f"192.0.2.{number}", "照会", who, "成功"

    return _write(rows(), file)


def write_maintenance(people: Sequence[MadeUpPerson], file: Path) -> Path:
    """Eight years of the maintenance console: engineers share an administrator's account, one of them takes more."""
    random = Random(8)

    def rows() -> Iterator[Row]:
        for number in range(1, ENGINEERS + 1):
            who, terminal, address = f"mnt-{number:02d}", f"MT-{number:02d}", f"198.51.100.{number}"
            for day in _work_days(FIRST, LAST, skipping=number):
                for _ in range(random.randrange(0, 4)):
                    at = day + timedelta(hours=9, seconds=random.randrange(9 * 3600))
                    number_of = random.choice(people).number
                    yield at, who, ADMINISTRATOR, terminal, address, random.choice(("照会", "更新")), number_of, "成功"
        for at, gone in leaked_months(people):
            for place, person in enumerate(gone):
                moment = at + timedelta(seconds=11 * place)
                yield moment, CULPRIT, ADMINISTRATOR, "MT-04", "198.51.100.4", "エクスポート", person.number, "成功"

    return _write(rows(), file)


def _work_days(first: datetime, last: datetime, *, skipping: int) -> Iterator[datetime]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if day.weekday() < WEEK_END and (number + skipping) % 11:
            yield day


def _write(rows: Iterable[Row], file: Path) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((f"{at:%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in sorted(rows))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.getvalue().encode("cp932"))
    return file
