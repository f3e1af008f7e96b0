"""Times as sites write them: many spellings, often without a zone or a year, sometimes as so long ago."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from crawler.pages.dates.calendar_date import DayFound, Now, Reading, find_days
from crawler.pages.dates.clock_time import MIDNIGHT, ClockTime, take_clock_time
from crawler.pages.dates.order import LONG, DateOrder, OrderEvidence
from crawler.pages.dates.relative import read_relative

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

LONGEST: Final = 100
EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""No board was there before: what is older was no time."""
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_EPOCH: Final = re.compile(r"\d{10}(\d{3})?(\.\d{1,9})?")
_DIGITS: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_BEHIND: Final = re.compile(r"\s(?:id|be|ip|発信元|hostid):(?s:.*)\Z|\s(?:no\.|#)\s?\d+\Z|\s\[\d+\]\Z")
_BEFORE: Final = re.compile(r"\A(?:#\d{1,9}\s|.*(?:[»›]\s?|\bon:\s))")
_WEEKDAY: Final = re.compile(r"\(\s?[月火水木金土日](?:曜日?)?(?:[・･]?[祝休])?\s?\)")
_LETTER_T: Final = re.compile(r"(?<=\d)t(?=\d)")
_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Posted:
    """When something was posted.

    Attributes:
        at: The moment, if the text could be read as one.
        written: The text, on one line.
        ambiguous: Another order of day and month would give another moment, and the source has not proved its own.
    """

    at: datetime | None
    written: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a text says: a moment, or a day (in one reading or more) and a time on it."""

    moment: datetime | None = None
    found: DayFound | None = None
    clock: ClockTime = MIDNIGHT
    by_year: bool = False


class Dates:
    """Reads the times of one source, all in one order of day and month.

    Args:
        zone: Of times without one.
        formats: The source's own, for ``strptime``; they come first.
        order: By a setting; None when its dates have to tell.
        carried: What earlier sweeps found; see `carried`.
    """

    def __init__(
        self, zone: ZoneInfo, formats: Sequence[str] = (), *, order: DateOrder | None = None, carried: str = ""
    ) -> None:
        self._zone = zone
        self._formats = tuple(formats)
        self._evidence = OrderEvidence(order, carried)

    @property
    def carried(self) -> str:
        """What is known of the order, as a short text for the next sweep."""
        return self._evidence.carried

    def observe(self, written: str, fetched_at: datetime | None = None) -> None:
        """Learn from a date: worth while for all dates of a page before the first of them is read."""
        understood = self._understand(_on_one_line(written), fetched_at)
        if understood and understood.found:
            self._learn(understood, fetched_at)

    def read(self, written: str, fetched_at: datetime | None = None) -> Posted | None:
        """A time as it is written; None when there is no text at all.

        When clocks are set back, it is the first of the two moments. What is told by how long ago it was, or without
        its year, is read from when the page was fetched, and not at all where that is not known.
        """
        written = _on_one_line(written)
        if not written:
            return None
        understood = self._understand(written, fetched_at)
        if understood is None:
            return Posted(None, written)
        if understood.found is None:
            return Posted(_in_range(understood.moment), written)
        self._learn(understood, fetched_at)
        return self._decide(understood, written, fetched_at)

    def _understand(self, written: str, fetched_at: datetime | None) -> _Understood | None:
        text = unicodedata.normalize("NFKC", written)
        try:
            exact = _read_exactly(text, self._formats)
            if exact:
                return _Understood(exact if exact.tzinfo else exact.replace(tzinfo=self._zone))
            return _read_words(text.lower(), fetched_at.astimezone(self._zone) if fetched_at else None)
        except (ValueError, OverflowError, OSError):
            return None

    def _moments(self, understood: _Understood, fetched_at: datetime | None) -> dict[DateOrder | None, datetime]:
        """The moment of each order in which the date can be read; not those to come, where it has a past one."""
        if understood.found is None:
            return {}
        zone = understood.clock.zone or self._zone
        moments = {order: _moment(day, understood.clock, zone) for order, day in understood.found.readings}
        if fetched_at and len(moments) > 1:
            past = {order: at for order, at in moments.items() if at <= fetched_at + _A_DAY}
            return past or moments
        return moments

    def _learn(self, understood: _Understood, fetched_at: datetime | None) -> None:
        moments = self._moments(understood, fetched_at)
        orders = [order for order in moments if order]
        if understood.by_year and DateOrder.YEAR_FIRST in orders:
            self._evidence.prove(DateOrder.YEAR_FIRST)
        elif len(orders) == 1:
            self._evidence.prove(orders[0])
        elif len(set(moments.values())) > 1:
            now = fetched_at or max(moments.values())
            ages = {order: abs(now - at) / _A_DAY for order, at in moments.items() if order}
            self._evidence.weigh(_kind(understood), ages)

    def _decide(self, understood: _Understood, written: str, fetched_at: datetime | None) -> Posted:
        moments = self._moments(understood, fetched_at)
        if None in moments:
            return Posted(_in_range(moments[None]), written)
        kind, usual = _kind(understood), _usual(understood)
        order = self._evidence.decide(kind, usual)
        is_known = self._evidence.is_proved(kind) or (usual is DateOrder.DAY_FIRST and order is usual)
        is_doubtful = len(set(moments.values())) > 1 and not is_known
        return Posted(_in_range(moments.get(order)), written, ambiguous=is_doubtful)


def read_posted(
    written: str,
    zone: ZoneInfo,
    formats: Sequence[str] = (),
    *,
    order: DateOrder | None = None,
    fetched_at: datetime | None = None,
) -> Posted | None:
    """A site's time, read by itself; for the times of a source see `Dates`. None when there is no text at all."""
    return Dates(zone, formats, order=order).read(written, fetched_at)


def _on_one_line(written: str) -> str:
    return " ".join(written.split())[:LONGEST]


def _in_range(at: datetime | None) -> datetime | None:
    try:
        at = at.astimezone(UTC) if at else None
    except OverflowError:
        return None
    return at if at and EARLIEST <= at < LATEST else None


def _moment(day: date, clock: ClockTime, zone: tzinfo) -> datetime:
    local = datetime(day.year, day.month, day.day) + clock.since_midnight  # noqa: DTZ001  # the zone comes next
    return local.replace(tzinfo=zone)


def _kind(understood: _Understood) -> frozenset[DateOrder]:
    """The orders that dates like this one can have: three, where its year has two digits."""
    is_short = understood.found and any(order is DateOrder.YEAR_FIRST for order, _ in understood.found.readings)
    return frozenset(DateOrder) if is_short else LONG


def _usual(understood: _Understood) -> DateOrder | None:
    """How such a date is usually meant: days come first before dots, months where half days are told by letters."""
    separator = understood.found.separator if understood.found else ""
    if separator == ".":
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if separator == "/" and understood.clock.has_half else None


def _read_exactly(text: str, formats: Sequence[str]) -> datetime | None:
    """What a program wrote for programs, or the source's own formats."""
    for given in formats:
        try:
            return datetime.strptime(text, given)  # noqa: DTZ007  # the caller's zone is added
        except ValueError:
            continue
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(float(text) / (1000 if found[1] else 1), UTC)
    if found := _DIGITS.fullmatch(text):
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001  # likewise
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read_words(text: str, fetched_at: datetime | None) -> _Understood | None:
    """What was written for people; ``fetched_at`` where the site is."""
    text = _BEHIND.sub("", text.strip(" «»‹›|•·-")) or text
    text = _BEFORE.sub("", text) or text
    if relative := read_relative(text, fetched_at):
        return _Understood(relative)
    plain = _LETTER_T.sub(" ", _WEEKDAY.sub(" ", text))
    clock, left = take_clock_time(plain)
    now = _now(fetched_at, clock or MIDNIGHT)
    for found in find_days(left, now):
        if any(char.isdigit() for char in found.left) or (found.again_after and not clock):
            continue
        if found.again_after == 1 and any(char.isalpha() for char in found.left):
            continue
        return _Understood(None, _last_time(found, now), clock or MIDNIGHT, by_year=plain != text)
    return None


def _now(fetched_at: datetime | None, clock: ClockTime) -> Now | None:
    if fetched_at is None:
        return None
    there = fetched_at.astimezone(clock.zone or fetched_at.tzinfo)
    return Now(there.date(), (there + _A_DAY - clock.since_midnight).date())


def _last_time(found: DayFound, now: Now | None) -> DayFound:
    """A time or a day of the week means the last one."""
    if not found.again_after or now is None:
        return found
    # What is at most a day away is allowed for dates, whose zone may be another one; a time of day is past by then.
    latest = now.newest - _A_DAY
    back = timedelta(days=found.again_after)
    return found._replace(readings=tuple(Reading(o, d if d <= latest else d - back) for o, d in found.readings))
