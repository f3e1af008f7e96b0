"""The access records of the made-up call centre: ordinary shifts, one night that is not, a day without records."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from demo.carrier import SEED
from demo.posts import JST, leaked_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from demo.carrier import Carrier

SYSTEM = "call-center-crm"
PROCESSOR = "架空コールセンター"
COLUMNS = ("日時", "作業者ID", "端末", "接続元", "操作", "お客様番号", "結果")
OPERATORS = 30
CULPRIT = 17
FIRST_DAY = datetime(2026, 9, 2, tzinfo=JST)
DAYS = 70
SILENT_DAY = 46
"""On that day the system kept no records; everybody worked all the same."""
NIGHT = datetime(2026, 11, 3, 22, 10, tzinfo=JST)
CALLS_A_SHIFT = 14

Row = tuple[datetime, str, str, str, str, str, str]


def write_access_log(carrier: Carrier, file: Path) -> Path:
    """The log as the call centre would hand it over: CSV in CP932, in the order of time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    rows = sorted([*_shifts(carrier), *_the_night(carrier)])
    writer.writerows((f"{at:%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in rows)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.getvalue().encode("cp932"))
    return file


def _shifts(carrier: Carrier) -> Iterator[Row]:
    """Everybody answers calls of whoever calls, early or late; the one of the night like all others."""
    random = Random(SEED + 3)
    people = carrier.extracts[0].people
    for day in range(DAYS):
        for number in range(1, OPERATORS + 1):
            if day == SILENT_DAY or (day + number) % 7 < 2:  # noqa: PLR2004  # two days off a week
                continue
            begins = FIRST_DAY + timedelta(days=day, hours=9 if number % 2 else 13)
            for _ in range(CALLS_A_SHIFT):
                at = begins + timedelta(seconds=random.randrange(8 * 3600))
                action = random.choices(("照会", "更新", "検索"), (8, 1, 1))[0]
                who = "" if action == "検索" else random.choice(people).number
                yield at, f"cc-{number:03d}", _desk(number), _address(number), action, who, "成功"


def _the_night(carrier: Carrier) -> Iterator[Row]:
    """One of them comes back after the shift and takes a list out, page by page, from somebody else's desk."""
    random = Random(SEED + 4)
    at, who = NIGHT, f"cc-{CULPRIT:03d}"
    for person in leaked_people(carrier):
        yield at, who, _desk(29), _address(29), "エクスポート", person.number, "成功"
        at += timedelta(seconds=random.randrange(1, 6))


def _desk(number: int) -> str:
    return f"CC-T{number:02d}"


def _address(number: int) -> str:
    return f"192.0.2.{number}"
