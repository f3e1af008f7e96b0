"""Whether the watch itself is kept: a source that fails, went dry or shows a wall is told once, and when it is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.actors import SYSTEM
from core.errors import HinomiError
from crawler.conditions import ails
from crawler.sources import survey_sources
from incidents.models import Event
from incidents.timeline.events import add_event
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from crawler.conditions import Condition
    from crawler.sources import Source

ALARM, WELL = "source-alarm", "source-well"


class SourceWatch(SingleJob):
    """Looks at every source's sweeps, every five minutes."""

    name = "source-watch"
    lane = "keep"
    every_s = 300.0

    def work(self) -> str:
        """Write an event for each source that fell ill, ails of something else now, or is well again."""
        try:
            sources = survey_sources(self.home.settings.sources_path).sources
        except HinomiError as error:
            return f"failed: {error}"
        told = 0
        with self.home.database.write() as session:
            for source in sources.values():
                told += self._look_at(session, source)
        return f"done: {told} told"

    def _look_at(self, session: Session, source: Source) -> bool:
        now = self.home.clock.now()
        alarms = [condition for condition in ails(source, session, now) if condition.alarms]
        known = _last_told(session, source.name)
        kinds = sorted(condition.kind for condition in alarms)
        if set(kinds) <= known and (kinds or not known):
            return False
        data = {"conditions": [_told(condition) for condition in alarms], "kinds": ", ".join(kinds)}
        add_event(session, ALARM if kinds else WELL, actor=SYSTEM, now=now, source=source.name, data=data)
        return True


def _told(condition: Condition) -> dict[str, object]:
    return {"kind": condition.kind, "values": dict(condition.values)}


def _last_told(session: Session, source: str) -> set[str]:
    """What was told of a source last; nothing when it was said to be well, or never anything."""
    last = session.scalar(
        select(Event).where(Event.kind.in_((ALARM, WELL)), Event.source == source).order_by(Event.id.desc()).limit(1)
    )
    if last is None or last.kind == WELL:
        return set()
    return {str(condition["kind"]) for condition in last.data["conditions"]}
