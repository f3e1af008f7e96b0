"""What ails a source, told by its sweeps against its own past: pure, and from the rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select

from core.texts import load_texts
from crawler.models import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from crawler.sources import Source

HISTORY: Final = 300
"""Sweeps that are looked at."""
IN_A_ROW: Final = 3
"""Sweeps of one kind one after the other: what happens once may be the site's bad day."""
OVERDUE_INTERVALS: Final = 3
OVERDUE_SLACK: Final = timedelta(minutes=10)
SHORTEST_DROUGHT: Final = timedelta(days=1)
DROUGHT_GAPS: Final = 4
"""A source is dry after that many times the longest time that it ever went without anything new."""
FEWEST_YIELDS: Final = 5
FEWEST_POSTS: Final = 20
USUAL, LOST = 0.5, 0.1
"""A share of posts with an author, or a time, that is usual, and one at which it is lost."""
UNREAD: Final = 0.1
_FEW_HOURS: Final = 3
_LOOKED_AT: Final = (
    Sweep.source, Sweep.state, Sweep.started_at, Sweep.new_documents, Sweep.reason, Sweep.notes, Sweep.walls,
    Sweep.gone, Sweep.kept, Sweep.listed, Sweep.waiting, Sweep.with_author, Sweep.with_time, Sweep.unread_times,
    Sweep.ambiguous_times,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that ails a source.

    Attributes:
        kind: A key of ``[condition]`` in texts/*.toml.
        alarms: Somebody has to be told; else it is worth knowing.
        values: What fills the sentence.
    """

    kind: str
    alarms: bool
    values: Mapping[str, object] = field(default_factory=dict)

    def seen(self, language: str) -> str:
        """What was seen, as a sentence."""
        return load_texts("crawler", language)(f"condition.{self.kind}.seen", **self.values)

    def hint(self, language: str) -> str:
        """What to try."""
        return load_texts("crawler", language)(f"condition.{self.kind}.hint", **self.values)


def ails(source: Source, session: Session, now: datetime) -> list[Condition]:
    """What ails a source as its latest sweeps tell; nothing of one that is switched off or was never swept."""
    if not source.enabled:
        return []
    newest = select(*_LOOKED_AT).where(Sweep.source == source.name, Sweep.state != "running").order_by(Sweep.id.desc())
    # Rows that have the names of a sweep: to make objects of 300 of them for each source takes five times as long.
    sweeps = cast("list[Sweep]", list(reversed(session.execute(newest.limit(HISTORY)).all())))
    ended = (Sweep.source == source.name, Sweep.state != "failed", Sweep.finished_at.is_not(None))
    good = select(Sweep.finished_at).where(*ended).order_by(Sweep.id.desc()).limit(1)
    return list(conditions_of(sweeps, source.every, session.scalar(good), now)) if sweeps else []


def conditions_of(
    sweeps: Sequence[Sweep], every: timedelta, good_at: datetime | None, now: datetime
) -> Iterator[Condition]:
    """What ails a source.

    Args:
        sweeps: Its latest that ended, the newest last; one at least.
        every: How often it is swept.
        good_at: When one ended that read something.
        now: The present.
    """
    last, latest = sweeps[-1], sweeps[-IN_A_ROW:]
    in_a_row = len(latest) == IN_A_ROW
    if in_a_row and all(sweep.state == "failed" for sweep in latest):
        yield Condition("failing", alarms=True, values={"reason": last.reason, "name": last.source})
    elif now - (good_at or sweeps[0].started_at) > OVERDUE_INTERVALS * every + OVERDUE_SLACK:
        yield Condition("stale", alarms=True, values={"hours": _hours(now - (good_at or sweeps[0].started_at))})
    elif in_a_row and all(sweep.walls and not sweep.kept for sweep in latest):
        yield Condition("walled", alarms=True, values={"reason": last.reason})
    elif in_a_row and all(sweep.listed and sweep.waiting and not sweep.kept for sweep in latest):
        yield Condition("blind", alarms=True, values={"count": last.waiting, "name": last.source})
    elif in_a_row and all(sweep.gone and not sweep.kept for sweep in latest):
        yield Condition("vanished", alarms=True, values={"count": last.gone})
    elif drought := _drought(sweeps, every, now):
        yield Condition("dry", alarms=True, values={"hours": _hours(drought), "name": last.source})
    yield from _shares(sweeps)
    if last.waiting:
        yield Condition("waiting", alarms=False, values={"count": last.waiting})
    elif last.notes:
        yield Condition("notes", alarms=False, values={"notes": last.notes})


def _drought(sweeps: Sequence[Sweep], every: timedelta, now: datetime) -> timedelta | None:
    """For how long nothing new has come from a source that used to give something, if that is long for it."""
    at = [sweep.started_at for sweep in sweeps if sweep.new_documents]
    if len(at) < FEWEST_YIELDS:
        return None
    gaps = [later - earlier for earlier, later in pairwise(at)]
    dry = now - at[-1]
    return dry if dry > max(SHORTEST_DROUGHT, DROUGHT_GAPS * max(gaps), 2 * every) else None


def _shares(sweeps: Sequence[Sweep]) -> Iterator[Condition]:
    """Authors and times that used to be found and are not any more; times that cannot be read."""
    with_posts = [sweep for sweep in sweeps if sweep.kept]
    recent, past = _latest_posts(with_posts)
    kept, kept_before = sum(s.kept for s in recent), sum(s.kept for s in past)
    if not recent:
        return
    for name, kind in (("with_author", "authors-lost"), ("with_time", "times-lost")):
        share = sum(getattr(sweep, name) for sweep in recent) / kept
        before = sum(getattr(sweep, name) for sweep in past) / kept_before if kept_before else share
        if before >= USUAL and share <= LOST:
            yield Condition(kind, alarms=True, values={"share": f"{share:.0%}", "before": f"{before:.0%}"})
    if (unread := sum(sweep.unread_times for sweep in recent)) > UNREAD * kept:
        yield Condition("times-unread", alarms=False, values={"count": unread, "of": kept})
    if ambiguous := sum(sweep.ambiguous_times for sweep in recent):
        yield Condition("times-ambiguous", alarms=False, values={"count": ambiguous, "of": kept})


def _latest_posts(sweeps: Sequence[Sweep]) -> tuple[list[Sweep], list[Sweep]]:
    """The latest sweeps that have enough posts between them, and those before; none when there are not so many."""
    recent: list[Sweep] = []
    rest = list(sweeps)
    while rest and sum(sweep.kept for sweep in recent) < FEWEST_POSTS:
        recent.append(rest.pop())
    return (recent, rest) if sum(sweep.kept for sweep in recent) >= FEWEST_POSTS else ([], rest)


def _hours(span: timedelta) -> str:
    """Hours, with a decimal while they are few."""
    hours = span / timedelta(hours=1)
    return f"{hours:.0f}" if hours >= _FEW_HOURS else f"{hours:.1f}"
