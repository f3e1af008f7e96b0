"""Times as sites write them: many spellings, often without a zone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

FORMATS = (
    "%Y/%m/%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H:%M:%S", "%Y年%m月%d日%H:%M",
    "%Y年%m月%d日%H時%M分", "%Y年%m月%d日 %H時%M分", "%Y年%m月%d日",
    "%b %d, %Y, %I:%M %p", "%B %d, %Y, %I:%M %p", "%b %d, %Y, %I %p", "%B %d, %Y, %I %p",
    "%b %d, %Y %H:%M", "%b %d, %Y", "%d %b %Y, %H:%M", "%d %b %Y %H:%M", "%d %b %Y",
    "%m/%d/%Y %H:%M", "%d-%m-%Y, %I:%M %p", "%m-%d-%Y, %I:%M %p",
)  # fmt: skip
# Django's own English (django.utils.dateformat, N and P): Associated Press months, "noon", "9 a.m."
_AP = (
    (r"\ba\.m\.", "AM"),
    (r"\bp\.m\.", "PM"),
    (r"\bnoon\b", "12 PM"),
    (r"\bmidnight\b", "12 AM"),
    (r"\bSept\b", "Sep"),
)
_WEEKDAY = re.compile(r"\s*[(]\s*[月火水木金土日A-Za-z]{1,3}\s*[)]\s*")
_EPOCH = re.compile(r"\d{10}(\d{3})?(\.\d+)?")
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Posted:
    """When something was posted: the moment, if the text could be read as one, and the text as written."""

    at: datetime | None
    written: str


def read_posted(written: str, zone: ZoneInfo, formats: Sequence[str] = ()) -> Posted | None:
    """A site's time; None when there is no text at all.

    A time without a zone is taken to be in ``zone``; when clocks are set back, the first of the two moments.
    """
    written = " ".join(written.split())[:_LONGEST]
    if not written:
        return None
    at = _read(written, formats)
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    try:
        return Posted(at.astimezone(UTC) if at else None, written)
    except OverflowError:
        return Posted(None, written)


def _read(written: str, formats: Sequence[str]) -> datetime | None:
    text = unicodedata.normalize("NFKC", written)
    try:
        if found := _EPOCH.fullmatch(text):
            return datetime.fromtimestamp(float(text) / (1000 if found[1] else 1), UTC)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        pass
    for given in formats:
        try:
            return datetime.strptime(text, given)  # noqa: DTZ007  # the caller's zone is added
        except ValueError:
            continue
    return _read_usual(_WEEKDAY.sub(" ", text).strip()) or _read_mail(text)


def _read_usual(text: str) -> datetime | None:
    for pattern, usual in _AP:
        text = re.sub(pattern, usual, text, flags=re.IGNORECASE)
    text = re.sub(r"\b([A-Za-z]{3,4})\.", r"\1", text)
    for given in FORMATS:
        try:
            return datetime.strptime(text, given)  # noqa: DTZ007  # the caller's zone is added
        except ValueError:
            continue
    return None


def _read_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
