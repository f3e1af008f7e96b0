"""From regimes and the facts of a leak to every deadline: which run, since when, until when, and which cannot be told.

Laws that tests hold: every step of every regime in force is there once; what is confirmed is possible; more facts never
take a deadline back; and what was met stays met.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from deadlines.calendars import HOURS, end_of_hours
from deadlines.conditions import Trigger, Truth, grounds, judge, lacking, min_truth
from deadlines.facts import KNOWN, Basis

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from deadlines.facts import Deed, Facts
    from deadlines.rulebook import Period, Regime, RegimeStep


class State(StrEnum):
    """How a deadline stands."""

    NOT_TRIGGERED = "not-triggered"
    CANNOT_TELL = "cannot-tell"
    RUNNING = "running"
    MISSED = "missed"
    MET = "met"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One step of one regime for one leak.

    Attributes:
        regime: Which.
        step: Which of its steps.
        confirmed: Whether what is confirmed triggers it.
        possible: Whether what is possible does.
        basis: What it runs on; none while it is not triggered.
        state: How it stands.
        starts: When it began; none if nobody has said.
        first: Where the text names a span: when that begins.
        last: The first moment that is too late; none of a term without a number.
        grounds: What triggers it, by name.
        lacking: The facts without which it cannot be told, or its start cannot.
        is_late: Whether it was met after its end.
    """

    regime: Regime
    step: RegimeStep
    confirmed: Truth
    possible: Truth
    basis: Basis | None
    state: State
    starts: datetime | None = None
    first: datetime | None = None
    last: datetime | None = None
    grounds: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    is_late: bool = False


def evaluate(regimes: Iterable[Regime], facts: Facts, now: datetime) -> tuple[Deadline, ...]:
    """Every deadline of every regime that holds for what became known when this did; the most pressing first."""
    found = [
        _deadline(regime, step, facts, now)
        for regime in regimes if regime.is_in_force(_day_of(regime, facts, now))
        for step in regime.steps
    ]  # fmt: skip
    return tuple(sorted(found, key=_pressing))


def is_over(last: datetime | None, at: datetime, unit: str) -> bool:
    """Whether a moment is too late: of a term in days, its end is; of one in hours, only what comes after."""
    if last is None:
        return False
    return at > last if unit == HOURS else at >= last


def ends(term: Period, regime: Regime, facts: Facts, starts: datetime) -> tuple[datetime | None, datetime | None]:
    """When a term begins to end, where its text names a span, and when it is over."""
    if term.last is None:
        return None, None
    longer = [one.last for one in term.longer if judge(one.when, facts, Basis.POSSIBLE) == Truth.YES]
    last = max([term.last, *longer])
    if term.unit == HOURS:
        return (end_of_hours(starts, term.first) if term.first else None), end_of_hours(starts, last)
    offices = regime.offices

    def end(days: int) -> datetime:
        return offices.end_of(offices.last_day(starts, days, counting=term.counting, rolls=term.rolls))

    return (end(term.first) if term.first else None), end(last)


def _deadline(regime: Regime, step: RegimeStep, facts: Facts, now: datetime) -> Deadline:
    condition = _condition(regime, step)
    confirmed, possible = (judge_both(condition, facts, basis) for basis in (Basis.CONFIRMED, Basis.POSSIBLE))
    basis = _basis(regime, confirmed, possible)
    starts = facts.moments.get(step.after)
    first, last = ends(step.term, regime, facts, starts) if starts else (None, None)
    deed = facts.deeds.get((regime.id, step.id))
    asked = Basis.POSSIBLE if regime.counts_possible else Basis.CONFIRMED
    wanted = possible if regime.counts_possible else confirmed
    lacks = _lacks(condition, facts, asked)
    if basis and starts is None:
        lacks = (step.after,)
    return Deadline(
        regime=regime, step=step, confirmed=confirmed, possible=possible, basis=basis,
        state=_state(deed, wanted, step.term.unit, starts, last, now), starts=starts, first=first, last=last,
        grounds=tuple(dict.fromkeys(name for one in condition for name in grounds(one, facts, basis or asked))),
        lacking=lacks if deed is None else (),
        is_late=deed is not None and deed.state == "met" and is_over(last, deed.at, step.term.unit),
    )  # fmt: skip


def _condition(regime: Regime, step: RegimeStep) -> tuple[Trigger, ...]:
    return (regime.trigger,) if step.when is None else (regime.trigger, step.when)


def judge_both(condition: tuple[Trigger, ...], facts: Facts, basis: Basis) -> Truth:
    """Whether all conditions hold."""
    return min_truth(judge(one, facts, basis) for one in condition)


def _lacks(condition: tuple[Trigger, ...], facts: Facts, basis: Basis) -> tuple[str, ...]:
    if judge_both(condition, facts, basis) != Truth.UNKNOWN:
        return ()
    return tuple(dict.fromkeys(name for one in condition for name in lacking(one, facts, basis)))


def _basis(regime: Regime, confirmed: Truth, possible: Truth) -> Basis | None:
    if confirmed == Truth.YES:
        return Basis.CONFIRMED
    return Basis.POSSIBLE if regime.counts_possible and possible == Truth.YES else None


def _state(
    deed: Deed | None, wanted: Truth, unit: str, starts: datetime | None, last: datetime | None, now: datetime
) -> State:
    if deed is not None:
        return State.MET if deed.state == "met" else State.WAIVED
    if wanted == Truth.NO:
        return State.NOT_TRIGGERED
    if wanted == Truth.UNKNOWN or starts is None:
        return State.CANNOT_TELL
    return State.MISSED if is_over(last, now, unit) else State.RUNNING


def _day_of(regime: Regime, facts: Facts, now: datetime) -> date:
    return facts.moments.get(KNOWN, now).astimezone(ZoneInfo(regime.zone)).date()


def _pressing(one: Deadline) -> tuple[int, float, str, str]:
    """Missed and running ones in front, of these the one that ends first; then what cannot be told; then the rest."""
    rank = {State.MISSED: 0, State.RUNNING: 0, State.CANNOT_TELL: 1, State.MET: 2, State.WAIVED: 3}
    end = one.last.timestamp() if one.last else float("inf")
    return rank.get(one.state, len(rank)), end, one.regime.id, one.step.id
