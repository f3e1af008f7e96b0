"""Times that are told by how long ago they were."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from crawler.pages.dates.names import BEFORE, BEHIND, JUST_NOW, SPAN, UNITS

_FEW: Final = 3  # what "a few" and 数 are taken for
_MONTHS_A_YEAR: Final = 12
_LAST_DAYS: Final = (31, 30, 29, 28)
_BETWEEN: Final = re.compile(r"[\s,、と]{0,4}(?:and\b|und\b|et\b|y\b)?\s?")
_ROUNDED: Final = re.compile(
    r"(?:about|almost|nearly|over|around|posted|last (?:post|reply)|更新|投稿|約|およそ|[\s:、。・,.|()-])*"
)


def read_relative(text: str, fetched_at: datetime | None) -> datetime | None:
    """The moment that a text in small letters tells by its distance; None when it tells none, or there is no now.

    Args:
        text: The whole text.
        fetched_at: When the page was had, where the site is.
    """
    if fetched_at is None:
        return None
    if JUST_NOW.fullmatch(text.strip(" .。")):
        return fetched_at
    spans = _spans_of(text)
    if not spans:
        return None
    before, behind = BEFORE.search(text[: spans[0].start()]), BEHIND.match(text[spans[-1].end() :])
    start = before.start() if before else spans[0].start()
    end = spans[-1].end() + (behind.end() if behind else 0)
    if not (before or behind) or not _ROUNDED.fullmatch(text[:start]) or not _ROUNDED.fullmatch(text[end:]):
        return None
    for span in spans:
        fetched_at = _back(fetched_at, span)
    return fetched_at


def _spans_of(text: str) -> list[re.Match[str]]:
    """The spans of time that follow on each other, as in "1 hour, 5 minutes"; none where something is between them."""
    spans: list[re.Match[str]] = []
    for found in SPAN.finditer(text):
        if spans and not _BETWEEN.fullmatch(text, spans[-1].end(), found.start()):
            return []
        spans.append(found)
    return spans


def _back(at: datetime, span: re.Match[str]) -> datetime:
    unit = next(unit for unit in UNITS if span[unit])
    many = span["many"]
    if many == "half an":
        return at - timedelta(**{unit: 1}) / 2 if unit not in {"months", "years"} else at
    number = int(many) if many.isdecimal() else _FEW if many in {"a few", "数"} else 1
    if unit in {"months", "years"}:
        return _months_back(at, number * (_MONTHS_A_YEAR if unit == "years" else 1))
    return at - timedelta(**{unit: number})


def _months_back(at: datetime, number: int) -> datetime:
    """The same day of an earlier month, or its last one."""
    months = at.year * _MONTHS_A_YEAR + at.month - 1 - number
    for day in (at.day, *_LAST_DAYS):
        try:
            return at.replace(year=months // _MONTHS_A_YEAR, month=months % _MONTHS_A_YEAR + 1, day=day)
        except ValueError:
            if day == _LAST_DAYS[-1]:
                raise
    return at
