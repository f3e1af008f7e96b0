"""Several readings of one document put together: somebody found in any of them is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.decide.verdict import EXPOSED, dated, judge

if TYPE_CHECKING:
    from matcher.finding import Finding, Match


MOST_INFLATED: Final = 3.0
"""Times the people that a table seems to have and its text has not, while it is still the columns' doing."""


def both_readings(one: Finding, other: Finding, listed_matches: int, *, own_form: bool) -> Finding:
    """The finding of the better reading with the matches that only the other one has; its verdict is judged anew.

    Args:
        one: By the format's own structure.
        other: Of the same document as plain text, or of its beginning.
        listed_matches: How many matches are listed one by one.
        own_form: As `judge` takes it.
    """
    if not other.members.size or np.isin(other.members, one.members).all():
        return _of_fewer_people(one, other)
    base, rest = (one, other) if one.subjects >= other.subjects else (other, one)
    fresh = ~np.isin(rest.members, base.members)
    added = [match for match in rest.matches if not (base.members == match.subject).any()]
    order = np.argsort(members := np.concatenate([base.members, rest.members[fresh]]))
    since = np.concatenate([base.since, rest.since[fresh]])[order]
    until = np.concatenate([base.until, rest.until[fresh]])[order]
    people = max(base.people, members.size)
    matches, fields = (*base.matches, *added), _counted(base, added)
    only_number = sum(_exposed(match) == ["customer_number"] for match in matches)
    return replace(
        base,
        verdict=judge(members.size, people, fields.get("customer_number", 0), only_number, own_form=own_form),
        confidence=max(base.confidence, rest.confidence),
        people=people,
        subjects=members.size,
        share=members.size / people,
        fields=fields,
        matches=matches[:listed_matches],
        dated=dated(since, until),
        members=members[order],
        confidences=np.concatenate([base.confidences, rest.confidences[fresh]])[order],
        since=since,
        until=until,
    )


def _of_fewer_people(one: Finding, other: Finding) -> Finding:
    """The structured reading with the people of the plain one, where that found the same subjects among fewer.

    Columns of numbers pass for people in a table, and do not in its text: a few times too many of them are counted.
    Masked rows are people in a table and mostly nobody in its text: where that may be so, the table is believed.
    """
    is_inflated = other.people < one.people <= MOST_INFLATED * other.people
    if other.hidden or other.subjects != one.subjects or not is_inflated:
        return one
    return replace(one, verdict=other.verdict, people=other.people, share=other.share)


def _counted(base: Finding, added: list[Match]) -> dict[str, int]:
    """Matches by exposed kind, those that were added included."""
    counts = dict(base.fields)
    for match in added:
        for kind in _exposed(match):
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def _exposed(match: Match) -> list[str]:
    return [kind for kind, agreement in match.fields.items() if agreement >= EXPOSED]
