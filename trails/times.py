"""Times as logs write them, to UTC, with the zone as written kept.

The common spellings are read a column at a time; what remains (Japanese eras, kanji, syslog's without a year) goes
one by one. A time without a zone is in the system's own; it borrows nothing else from its neighbours.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from core.clock import DEFAULT_ZONE

if TYPE_CHECKING:
    from collections.abc import Iterable

WHEN = pl.Datetime("us", "UTC")
FAST_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%d-%b-%Y:%H:%M:%S", "%Y%m%d%H%M%S")
"""After / became - and T a space."""
PLAIN_FORMATS = {"/": "%Y/%m/%d %H:%M:%S", "-": "%Y-%m-%d %H:%M:%S"}
PLAIN_LENGTH = 19
NAMED_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "JST": 540}
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "R": 2018, "H": 1988, "S": 1925}
MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
OLDEST_YEAR = 1970
MONTHS_A_YEAR = 12
_ZONE = r":\d{2}(?:[.,]\d+)?\s?(Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})$"
_EPOCH = re.compile(r"(\d{10})(?:\.(\d{1,6})|(\d{3})|(\d{6}))?")
_CLOCK = r"(?P<hour>\d{1,2})[:時](?P<minute>\d{1,2})(?:[:分](?:(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,9}))?秒?)?)?"
_AFTER = r"\s*(?P<after>[AaPp]\.?[Mm]\.?)?"
_WRITTEN_ZONE = r"\s*(?P<zone>Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})?"
_JAPANESE = re.compile(
    r"(?P<era>令和|平成|昭和|[RHS])?\s*(?P<year>元|\d{1,4})[年./-]\s*(?P<month>\d{1,2})[月./-]\s*(?P<day>\d{1,2})日?"
    r"\s*(?:\([^)]*\)|[月火水木金土日]曜日?)?[\sT]*(?P<half>午前|午後)?\s*(?:" + _CLOCK + r")?" + _AFTER + _WRITTEN_ZONE
)
_ENGLISH = re.compile(
    r"(?:[A-Z][a-z]{2},? )?(?P<day>\d{1,2})[ /-](?P<mon>[A-Z][a-z]{2})[a-z]*[ /-](?P<year>\d{4})[:,T ]\s*"
    + _CLOCK
    + _AFTER
    + _WRITTEN_ZONE
)
_AMERICAN = re.compile(
    r"(?P<mon>[A-Z][a-z]{2})[a-z]*\.? (?P<day>\d{1,2}),? (?P<year>\d{4}),?\s+" + _CLOCK + _AFTER + _WRITTEN_ZONE
)
_YEAR_LAST = re.compile(
    r"(?P<one>\d{1,2})[/.-](?P<two>\d{1,2})[/.-](?P<year>\d{4}),?\s+" + _CLOCK + _AFTER + _WRITTEN_ZONE
)
_SYSLOG = re.compile(r"(?P<mon>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+(?:(?P<year>\d{4})\s+)?" + _CLOCK + _WRITTEN_ZONE)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:[T ]?(?P<hour>\d{2})|[T ](?P<lost>\d))(?P<minute>\d{2})"
    r"(?P<second>\d{2})?" + _WRITTEN_ZONE
)
"""A clock that stands by itself may have lost its leading zero in a spreadsheet."""
_ORACLE = re.compile(
    r"(?P<day>\d{1,2})-(?P<mon>[A-Z]{3})-(?P<year>\d{2}|\d{4}) "
    r"(?P<hour>\d{1,2})[.:](?P<minute>\d{2})[.:](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?"
    + _AFTER
    + _WRITTEN_ZONE
)
_SERIAL = re.compile(r"(?P<days>\d{5})(?:\.(?P<part>\d+)| 0?\.(?P<clock>\d+))?")
"""Days since 1899-12-30, as spreadsheets hand over what was not formatted as a date."""
SERIAL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # of a clock on some wall
SERIAL_YEARS = range(1990, 2080)
CENTURY = 2000


@dataclass(frozen=True, slots=True)
class TimeReading:
    """How to read a file's times: the zone of those that name none, and the day no year-less time lies beyond."""

    zone: str = DEFAULT_ZONE
    latest: date = date.max
    day_first: bool = False
    """Whether 03/04/2026 is the third of April; else it is the fourth of March."""


def read_times(texts: pl.Series, reading: TimeReading) -> pl.DataFrame:
    """Columns ``when`` (UTC; null where unreadable) and ``offset_min`` (null where no zone was written)."""
    raw = texts.cast(pl.String).str.strip_chars().rename("raw")
    if (plain := _plain(raw, reading)) is not None:
        return plain
    zone = raw.str.extract(_ZONE)
    written = zone.is_not_null()
    local = raw.to_frame().select(
        pl.when(pl.lit(written))
        .then(pl.col("raw").str.replace(r"\s?(?:Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})$", ""))
        .otherwise("raw")
    )["raw"]
    local = local.str.replace_all("/", "-", literal=True).str.replace(r"(\d)T(\d)", "${1} ${2}")
    offsets = _offsets(zone) if written.any() else pl.Series([None] * len(raw), dtype=pl.Int16)
    naive = _naive(local)
    frame = pl.DataFrame({"naive": naive, "offset_min": offsets, "raw": raw}).select(
        when=pl.when(pl.col("offset_min").is_null())
        .then(
            pl.col("naive")
            .dt.replace_time_zone(reading.zone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
        )
        .otherwise((pl.col("naive") - pl.duration(minutes="offset_min")).dt.replace_time_zone("UTC"))
        .cast(WHEN),
        offset_min=pl.col("offset_min").cast(pl.Int16),
        raw="raw",
    )
    slow = (frame["when"].is_null() & (frame["raw"] != "")).arg_true().to_list()
    if slow:
        frame = _with_slow(frame, slow, reading)
    return frame.select("when", "offset_min")


def _plain(raw: pl.Series, reading: TimeReading) -> pl.DataFrame | None:
    """All times at once, if they are of the plainest spelling and name no zone; else None."""
    first = next((text for text in raw.head(1).to_list() if text), "")
    spelling = PLAIN_FORMATS.get(first[4:5])
    if len(first) != PLAIN_LENGTH or spelling is None:
        return None
    naive = raw.str.to_datetime(spelling, time_unit="us", strict=False)
    if naive.null_count() or (raw.str.len_bytes() != PLAIN_LENGTH).any():
        return None
    when = naive.dt.replace_time_zone(reading.zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
        "UTC"
    )
    offset = pl.lit(None, dtype=pl.Int16).alias("offset_min")
    return pl.DataFrame({"when": when.cast(WHEN)}).with_columns(offset)


def _naive(local: pl.Series) -> pl.Series:
    """Clock readings in whichever common spelling; the next one is tried on what is left."""
    naive = pl.Series([None] * len(local), dtype=pl.Datetime("us"))
    for spelling in FAST_FORMATS:
        left = naive.is_null()
        if not left.any():
            break
        naive = pl.select(pl.coalesce(naive, local.str.to_datetime(spelling, time_unit="us", strict=False))).to_series()
    return naive


def _offsets(zone: pl.Series) -> pl.Series:
    """Minutes east of UTC; there are few different zones in a file."""
    known = {text: _minutes(text) for text in zone.unique().to_list() if text is not None}
    return zone.replace_strict(known, default=None, return_dtype=pl.Int16)


def _minutes(zone: str) -> int:
    if zone in NAMED_ZONES:
        return NAMED_ZONES[zone]
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return -minutes if zone[0] == "-" else minutes


def _with_slow(frame: pl.DataFrame, rows: list[int], reading: TimeReading) -> pl.DataFrame:
    read = [read_time(text, reading) for text in frame["raw"].gather(rows).to_list()]
    when, offset = frame["when"].to_list(), frame["offset_min"].to_list()
    for row, one in zip(rows, read, strict=True):
        when[row], offset[row] = one or (None, None)
    return pl.DataFrame(
        {
            "when": pl.Series(when, dtype=WHEN),
            "offset_min": pl.Series(offset, dtype=pl.Int16),
            "raw": frame["raw"],
        }
    )


def read_time(text: str | None, reading: TimeReading) -> tuple[datetime, int | None] | None:
    """One time in any spelling: UTC and the written offset in minutes; None when it is no time."""
    text = unicodedata.normalize("NFKC", text or "").strip()
    if epoch := _EPOCH.fullmatch(text):
        fraction = (epoch[2] or epoch[3] or epoch[4] or "0").ljust(6, "0")
        return datetime.fromtimestamp(int(epoch[1]), UTC).replace(microsecond=int(fraction)), 0
    if serial := _SERIAL.fullmatch(text):
        return _of_serial(serial, reading.zone)
    for pattern, day_of in _SPELLINGS.items():
        if found := pattern.fullmatch(text):
            try:
                return _placed(*day_of(found, reading), found.groupdict(), reading.zone)
            except (ValueError, OverflowError):
                return None
    return None


def _named_month(found: re.Match[str], reading: TimeReading) -> tuple[int, int, int]:
    month, day = MONTHS.get(found["mon"].lower(), 0), int(found["day"])
    return int(found["year"]) if found["year"] else _year_before(month, day, reading.latest), month, day


def _year_last(found: re.Match[str], reading: TimeReading) -> tuple[int, int, int]:
    one, two = int(found["one"]), int(found["two"])
    return int(found["year"]), *((two, one) if reading.day_first else (one, two))


def _japanese(found: re.Match[str], _: TimeReading) -> tuple[int, int, int]:
    year = (1 if found["year"] == "元" else int(found["year"])) + ERAS.get(found["era"] or "", 0)
    return year, int(found["month"]), int(found["day"])


def _oracle(found: re.Match[str], _: TimeReading) -> tuple[int, int, int]:
    year = int(found["year"])
    return year + (CENTURY if year < CENTURY // 20 else 0), MONTHS.get(found["mon"].lower(), 0), int(found["day"])


def _of_serial(found: re.Match[str], zone: str) -> tuple[datetime, None] | None:
    """A spreadsheet's day, to the millisecond: its fraction is cut after some ten digits."""
    part = float(f"0.{found['part'] or found['clock'] or 0}")
    local = SERIAL_EPOCH + timedelta(days=int(found["days"]), milliseconds=round(part * 86_400_000))
    return (local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), None) if local.year in SERIAL_YEARS else None


def _compact(found: re.Match[str], _: TimeReading) -> tuple[int, int, int]:
    return int(found["year"]), int(found["month"]), int(found["day"])


_SPELLINGS = {
    _SYSLOG: _named_month,
    _ENGLISH: _named_month,
    _AMERICAN: _named_month,
    _YEAR_LAST: _year_last,
    _JAPANESE: _japanese,
    _COMPACT: _compact,
    _ORACLE: _oracle,
}


def begins_with_day(texts: Iterable[str | None]) -> bool | None:
    """Whether times such as 13/04/2026 begin with the day; None when none of them tells, though it matters."""
    found = [match for text in texts if (match := _YEAR_LAST.fullmatch((text or "").strip()))]
    if any(int(match["one"]) > MONTHS_A_YEAR for match in found):
        return True
    return None if found and not any(int(match["two"]) > MONTHS_A_YEAR for match in found) else False


def names_no_year(text: str | None) -> bool:
    """Whether a time is one of syslog's (RFC 3164), which leave the year to the reader."""
    found = _SYSLOG.fullmatch((text or "").strip())
    return found is not None and found["year"] is None


def _placed(year: int, month: int, day: int, parts: dict[str, str | None], zone: str) -> tuple[datetime, int | None]:
    hour = int(parts.get("hour") or parts.get("lost") or 0)
    half = parts.get("half") or (parts.get("after") or "").upper().replace(".", "")
    if half in {"午後", "PM"} and hour < 12:  # noqa: PLR2004  # noon
        hour += 12
    elif half in {"午前", "AM"} and hour == 12:  # noqa: PLR2004  # noon
        hour = 0
    if year < OLDEST_YEAR:
        raise ValueError(f"year {year}")
    fraction = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))
    minutes = _minutes(str(parts["zone"])) if parts.get("zone") else None
    written = ZoneInfo(zone) if minutes is None else timezone(timedelta(minutes=minutes))
    clock = (hour, int(parts.get("minute") or 0), int(parts.get("second") or 0), fraction)
    return datetime(year, month, day, *clock, tzinfo=written).astimezone(UTC), minutes


def _year_before(month: int, day: int, latest: date) -> int:
    """The latest year in which that day does not lie beyond ``latest``; syslog (RFC 3164) writes none."""
    year = latest.year if (month, day) <= (latest.month, latest.day) else latest.year - 1
    while (month, day) == (2, 29) and not (year % 4 == 0 and (year % 100 or year % 400 == 0)):
        year -= 1
    return year
