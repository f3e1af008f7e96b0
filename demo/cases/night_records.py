"""The one night, as its files are: the extract, what the contractor's system kept of its use, and what was posted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING, Final

from demo.carrier import write_csv
from demo.cases.story import ZONE, days_of
from demo.people import MadeUpPerson, make_people
from demo.posts import Post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCALE: Final = 1000
ROWS: Final = 5960
"""That were copied, of the case that it is shaped like, in thousands."""
LENT: Final = 8940
"""Customers in the extract; those of one service were copied, and stand first in it."""
OTHERS: Final = 1500
"""Customers who are in no extract of that contractor."""
POSTED: Final = 500
SEED: Final = 20220204
SYSTEM: Final = "sales-support"
CONTRACTOR, AGENCY, OTHER = "見本セールス", "例示スタッフィング", "架空テレセールス"
"""Who works with the extract, who sends that one workers, and who works with the rest of the customers."""
EXTRACT: Final = "sales-campaign"
DAYS: Final = 60
"""Of access records before and after the night."""
NIGHT_AGO, POSTED_AGO, LENT_AGO = timedelta(days=19), timedelta(days=2), timedelta(days=75)
"""Before the day on which the story is told."""
HOURS: Final = (22, 26)
"""The night's work, from 22:00 until 02:00."""
OPERATORS: Final = 30
SENT: Final = ("ss-021", "ss-022", "ss-023", "ss-024")
"""Workers whom the agency sent; the last of them it was."""
CULPRIT: Final = SENT[-1]
CALLS_A_SHIFT: Final = 12
COLUMNS: Final = ("日時", "作業者ID", "会社", "端末", "セッション", "操作", "お客様番号", "結果")

Row = tuple[datetime, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Night:
    """Everybody in the case, and its night.

    Attributes:
        lent: Who is in the extract that the contractor works with, in the order of its rows.
        copied: Who was copied in the night: those of one service.
        others: Who else is a customer.
        posted: Who is in the part that was posted.
        day: The day on whose evening it happened.
    """

    lent: list[MadeUpPerson]
    copied: list[MadeUpPerson]
    others: list[MadeUpPerson]
    posted: list[MadeUpPerson]
    day: date

    @property
    def begins(self) -> datetime:
        """When the first row was copied."""
        return datetime.combine(self.day, time(HOURS[0]), ZONE)


def make_night(today: date) -> Night:
    """The case as of a day; but for its days the same every time."""
    random = Random(SEED)
    customers = make_people(random, LENT + OTHERS, prefix="N", exchange="06", domain="carrier.example")
    lent, copied = customers[:LENT], customers[:ROWS]
    return Night(lent, copied, customers[LENT:], random.sample(copied, POSTED), today - NIGHT_AGO)


def make_posts(night: Night) -> list[Post]:
    """The paste site: the leak among memos."""
    at = datetime.combine(night.day + NIGHT_AGO - POSTED_AGO, time(3, 20), ZONE)
    memos = [
        Post(f"memo {number}", "guest", at - timedelta(hours=9 - number), f"No.{number}\n会議は15時から。\n".encode())
        for number in range(1, 9)
    ]
    leak = Post("list part1", "anon", at, write_csv(night.posted, "cp932"), "text/csv", is_leak=True)
    return [*memos, leak]


def write_records(night: Night, file: Path) -> Path:
    """The system's log, in the order of time."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows((f"{at:%Y-%m-%d %H:%M:%S}", *rest) for at, *rest in sorted((*_shifts(night), *_copied(night))))
    file.write_bytes(text.getvalue().encode("cp932"))
    return file


def _shifts(night: Night) -> Iterator[Row]:
    """Everybody calls customers by day; the one of the night like all others."""
    random = Random(SEED + 1)
    last = night.day + NIGHT_AGO - timedelta(days=1)
    for day in days_of(last - timedelta(days=DAYS - 1), last):
        for number in range(1, OPERATORS + 1):
            if (day.toordinal() + number) % 7 < 2:  # noqa: PLR2004  # two days off a week
                continue
            for _ in range(CALLS_A_SHIFT):
                at = datetime.combine(day, time(10), ZONE) + timedelta(seconds=random.randrange(8 * 3600))
                who = random.choice(night.lent).number
                yield at, *_seat(f"ss-{number:03d}", f"{day:%y%m%d}"), "照会", who, "成功"


def _copied(night: Night) -> Iterator[Row]:
    """Every customer of one service in the order of the rows, within four hours, and up to a storage of one's own."""
    seat = _seat(CULPRIT, f"{night.day:%y%m%d}n")
    for place, person in enumerate(night.copied):
        at = night.begins + timedelta(hours=HOURS[1] - HOURS[0]) * place / ROWS
        yield at.replace(microsecond=0), *seat, "エクスポート", person.number, "成功"
        if place % 1490 == 1489:  # noqa: PLR2004  # every hour
            yield at.replace(microsecond=0), *seat, "外部ストレージへアップロード", "", "成功"


def _seat(who: str, session: str) -> tuple[str, str, str, str]:
    company = AGENCY if who in SENT else CONTRACTOR
    return who, company, f"SS-PC{who[3:]}", f"{who}-{session}"
