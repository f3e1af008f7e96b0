"""What comes due of the supervision of processors is told once, when its day is there and when it has passed."""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actors import SYSTEM
from core.clock import local
from core.errors import HinomiError
from custody.supervision.check_sheets import all_sheets, shipped_sheets
from custody.supervision.overdue import SECOND_LINE, duties_on
from incidents.models import Event
from incidents.timeline.events import add_event
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from custody.supervision.check_sheets import Sheets
    from custody.supervision.overdue import Duty

KIND: Final = "supervision-due"
AHEAD: Final = timedelta(days=7)
MOST: Final = 50
"""Duties that a message may name."""
KEY_BYTES: Final = 6


class SupervisionWatch(SingleJob):
    """Looks once an hour; writes one event a day at most, and none on a day on which nothing came due."""

    name = "supervision-watch"
    lane = "keep"
    every_s = 3600.0

    def work(self) -> str:
        """Write down what came due since it was told last: in a week, and on the day after its day."""
        now = self.home.clock.now()
        today = local(now, self.home.settings.zone).date()
        with self.home.database.read() as session:
            told = list(session.scalars(select(Event.data).where(Event.kind == KIND)))
            if any(one["day"] == today.isoformat() for one in told):
                return "done: 0 told"
            duties = duties_on(session, today, within=AHEAD, sheets=self._sheets(), zone=self.home.settings.zone)
        fresh = news(duties, {key for one in told for key in one["keys"]}, today)
        if fresh:
            data = {
                "day": today.isoformat(), "due": len(fresh), "keys": sorted(fresh),
                "overdue": sum(one.is_overdue(today) for one in duties if one.kind != SECOND_LINE),
                "items": [
                    {"duty": one.kind, "processor": one.processor, "due_on": one.due_on.isoformat()}
                    for one in list(fresh.values())[:MOST]
                ],
            }  # fmt: skip
            with self.home.database.write() as session:
                add_event(session, KIND, actor=SYSTEM, now=now, data=data, key=f"{KIND}:{today}")
        return f"done: {len(fresh)} told"

    def _sheets(self) -> Sheets:
        """The sheets of this home; those that come with Hinomi where one of its own cannot be read."""
        try:
            return all_sheets(self.home.settings.home)
        except HinomiError:
            return shipped_sheets()


def news(duties: Iterable[Duty], told: Collection[str], today: date) -> dict[str, Duty]:
    """The duties that nobody was told of as they stand now, soon due or overdue, by what they are remembered by.

    What the second line has to look at is no alarm: its list says it.
    """
    mine = (one for one in duties if one.kind != SECOND_LINE)
    return {key: one for one in mine if (key := key_of(one, today)) not in told}


def key_of(duty: Duty, today: date) -> str:
    """What a duty is remembered by: which it is, by when, and whether that has passed; another day is another duty."""
    said = (duty.kind, duty.due_on, duty.processor_id, duty.edge_id, duty.record_id, duty.what, duty.is_overdue(today))
    return blake2b(repr(said).encode(), digest_size=KEY_BYTES).hexdigest()
