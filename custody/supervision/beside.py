"""What stands beside an incident: how whoever holds the leaked extract was supervised, in a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from custody.supervision.kinds import BREACH, FINDING, INSPECTION
from custody.supervision.overdue import SECOND_LINE, duties_on
from custody.supervision.state import by_processor, edges_on, records_on

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Supervised:
    """One holder.

    Attributes:
        processor_id: Its number.
        looked_on: When it was inspected last; none if never.
        looked: How: on paper or on site.
        consents: What is known of the carrier's consent, of each contract by which work was passed on to it.
        kinds: Kinds of its standing contracts; an empty one is not known.
        findings: Open findings: what has to be put right, and by when.
        breaches: How many breaches of contract are on record.
        overdue: How many other things are overdue.
    """

    processor_id: int
    looked_on: date | None
    looked: str
    consents: tuple[tuple[str, str], ...]
    kinds: tuple[str, ...]
    findings: tuple[tuple[str, date | None], ...]
    breaches: int
    overdue: int


def supervised_on(session: Session, day: date, processors: Collection[int]) -> dict[int, Supervised]:
    """How each of some processors was supervised as of a day, by number.

    Args:
        session: For reading.
        day: The day.
        processors: Their numbers.
    """
    if not processors:
        return {}
    edges = by_processor(edges_on(session, day, only=processors))
    records = records_on(session, day, (INSPECTION, FINDING, BREACH), only=processors)
    duties = duties_on(session, day, only=processors, within=timedelta())
    found = {}
    for number in processors:
        mine = [one for one in records if one.processor_id == number]
        looks = [(one.done_on, one.topic) for one in mine if one.kind == INSPECTION and one.done_on]
        looked_on, looked = max(looks, default=(None, ""))
        standing = [one for one in edges.get(number, ()) if one.stands]
        found[number] = Supervised(
            number, looked_on, looked,
            tuple((one.under, one.consent or "unknown") for one in standing if one.is_sub),
            tuple(sorted({one.contract_kind for one in standing})),
            tuple((one.words, one.due_on) for one in mine if one.kind == FINDING and one.done_on is None),
            sum(one.kind == BREACH for one in mine),
            sum(one.is_overdue(day) for one in duties if one.processor_id == number and one.kind != SECOND_LINE),
        )  # fmt: skip
    return found
