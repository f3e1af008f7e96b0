"""Numbers and moments as people write them; of a day, a month or a year both ends count."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from core.query.errors import QueryError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_NUMBER: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_DAY: Final = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?|年)?", re.ASCII)
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII | re.IGNORECASE,
)
_AGO: Final = re.compile(r"([0-9]{1,5})(d|h|日|時間)", re.ASCII | re.IGNORECASE)
_RELATIVE: Final = {"today": 0, "今日": 0, "本日": 0, "yesterday": 1, "昨日": 1}
_LAST_MONTH: Final = 12
_SHORTEST: Final = timedelta(microseconds=1)


def number(field: str, text: str) -> int | float:
    """A number.

    Raises:
        QueryError: It is none.
    """
    if not _NUMBER.fullmatch(text):
        raise QueryError("no_number", field=field, value=text)
    return float(text) if "." in text else int(text)


def span(field: str, text: str, zone: ZoneInfo, now: datetime | None) -> tuple[datetime, datetime]:
    """From when until just before when something written lasts: a year, a month, a day, a minute, a second, an instant.

    Args:
        field: Whose value it is, for the error.
        text: As it was typed.
        zone: Where its days begin.
        now: The present moment, for ``today`` and ``7d`` (as of seven days ago); None if those mean nothing.

    Raises:
        QueryError: It is no date.
    """
    try:
        found = _time(text, zone) or _day(text, zone) or (_relative(text.lower(), zone, now) if now else None)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise QueryError("no_moment", field=field, value=text)
    return found


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _day(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    found = _DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    first = date(year or 0, month or 1, day or 1)
    if day:
        beyond = first + timedelta(days=1)
    elif month and month < _LAST_MONTH:
        beyond = first.replace(month=month + 1)
    else:
        beyond = date(first.year + 1, 1, 1)
    return day_start(first, zone), day_start(beyond, zone)


def _time(text: str, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    found = _TIME.fullmatch(text)
    if not found:
        return None
    _, _, _, second, fraction, offset = found.groups()
    at = datetime.fromisoformat(
        text[: found.start(5) + len(fraction)].ljust(26, "0") if fraction else text[: 19 if second else 16]
    )
    if offset:
        aware = datetime.fromisoformat(f"{at.isoformat()}{'+00:00' if offset in 'Zz' else offset}")
    else:
        aware = at.replace(tzinfo=zone)
    lasts = _SHORTEST if fraction else timedelta(seconds=1) if second else timedelta(minutes=1)
    return aware.astimezone(UTC), aware.astimezone(UTC) + lasts


def _relative(text: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime] | None:
    if text in _RELATIVE:
        day = now.astimezone(zone).date() - timedelta(days=_RELATIVE[text])
        return day_start(day, zone), day_start(day + timedelta(days=1), zone)
    found = _AGO.fullmatch(text)
    if not found:
        return None
    amount = int(found[1])
    at = now.astimezone(UTC) - (timedelta(hours=amount) if found[2] in {"h", "時間"} else timedelta(days=amount))
    return at, at + _SHORTEST
