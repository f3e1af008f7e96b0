"""Days on which an office is open, and moments at which terms end.

Where each rule comes from:

- 民法 (Civil Code) 140: a term in days is counted from the day after; the day itself counts if it begins at 0:00.
- 民法 141: it ends with the end of its last day. 民法 139: a term in hours begins at once, and no day off moves it.
- 民法 142, 行政機関の休日に関する法律 2 (act on holidays of administrative organs): what has to be filed with an office
  by a day on which it is closed may be filed on the next day that is none. Its article 1 closes the offices on
  Saturdays, Sundays, public holidays, and from 29 December to 3 January.
- Regulation (EEC, Euratom) No 1182/71, article 3: the same for terms in days of the acts of the European Union.

Public holidays come from the library ``holidays``. A moment here is aware; the end of a term in days is the first
moment that is too late: the midnight after its last day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

import holidays

if TYPE_CHECKING:
    from collections.abc import Container

ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
OFFICES_CLOSED: Final[dict[str, frozenset[tuple[int, int]]]] = {
    "JP": frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}),
}
"""Month and day on which the offices of a country are closed beside its public holidays."""
HOURS, DAYS, NO_NUMBER = "hours", "days", "none"
Counting = Literal["day-after", "day-of"]


@dataclass(frozen=True, slots=True)
class Offices:
    """When offices are open: of which country, by which clocks."""

    country: str
    zone: str

    def is_closed(self, day: date) -> bool:
        """Whether it is no working day there."""
        if day.weekday() >= SATURDAY or (day.month, day.day) in OFFICES_CLOSED.get(self.country, frozenset()):
            return True
        return bool(self.country) and day in _public_holidays(self.country, day.year)

    def next_working_day(self, day: date) -> date:
        """The day itself if offices are open, else the next one on which they are."""
        while self.is_closed(day):
            day += ONE_DAY
        return day

    def last_day(self, starts: datetime, days: int, *, counting: Counting = "day-after", rolls: bool = True) -> date:
        """The last day of a term.

        Args:
            starts: The moment that it counts from.
            days: How many days it has.
            counting: Whether the day of that moment counts (``day-of``), or only if it begins with it (``day-after``).
            rolls: Whether it moves on when it ends on a day on which offices are closed.
        """
        here = starts.astimezone(ZoneInfo(self.zone))
        counts_itself = counting == "day-of" or here.time() == time()
        day = here.date() + timedelta(days=days - counts_itself)
        return self.next_working_day(day) if rolls else day

    def end_of(self, day: date) -> datetime:
        """The first moment after a day."""
        return datetime.combine(day + ONE_DAY, time(), ZoneInfo(self.zone)).astimezone(UTC)


@cache
def _public_holidays(country: str, year: int) -> Container[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_country(code: str) -> bool:
    """Whether public holidays of a country are known; an empty code is one without any."""
    return not code or code in holidays.list_supported_countries(include_aliases=False)


def end_of_hours(starts: datetime, hours: float) -> datetime:
    """When so many hours have passed, whatever the clocks of a zone do meanwhile."""
    return starts.astimezone(UTC) + timedelta(hours=hours)
