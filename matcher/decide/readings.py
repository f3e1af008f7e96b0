"""Several readings of one document put together: somebody found in any of them is found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from matcher.decide.verdict import EXPOSED, dated, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matcher.finding import Finding, Match


NEARLY_ALL: Final = 0.1
"""Share of the people of a table that the plain reading may add, up to which the table is believed."""
OF_ONE_PERSON: Final = ("phone", "email", "customer_number", "card_number")
MOST_INFLATED: Final = 3.0
"""Times the people that a table seems to have and its text has not, while it is still the columns' doing."""


def both_readings(one: Finding, other: Finding, listed_matches: int, *, own_form: bool) -> Finding:
    """The finding of the better reading with the matches that only the other one has; its verdict is judged anew.

    Args:
        one: By the format's own structure.
        other: Of the same document as plain text, or of its beginning.
        listed_matches: How many matches are listed one by one.
        own_form: As `verdict_of` takes it.
    """
    other = _without_mixed_rows(one, other, max(one.subjects, one.people))
    if not other.members.size or np.isin(other.members, one.members).all():
        return _of_fewer_people(one, other, own_form=own_form)
    base, rest = (one, other) if one.subjects >= other.subjects else (other, one)
    fresh = ~np.isin(rest.members, base.members)
    added = [match for match in rest.matches if not (base.members == match.subject).any()]
    order = np.argsort(members := np.concatenate([base.members, rest.members[fresh]]))
    since = np.concatenate([base.since, rest.since[fresh]])[order]
    until = np.concatenate([base.until, rest.until[fresh]])[order]
    people = max(base.people, members.size)
    matches, fields = (*base.matches, *added), _counted(base, added)
    return replace(
        base,
        verdict=verdict_of(
            members.size, people, fields.get("customer_number", 0), _only_numbers(matches), own_form=own_form
        ),
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


def shows_somebody_else(one: Finding, beginning: Finding) -> bool:
    """Whether the plain reading of a document's beginning shows that its structure hides somebody.

    Who in a crowd of strangers seems to be one of ours by what may have been put together from two rows would not be
    believed in the end (see `both_readings`): for that the rest need not be read once more.
    """
    return bool((~np.isin(_without_mixed_rows(one, beginning, beginning.people).members, one.members)).any())


def _without_mixed_rows(one: Finding, other: Finding, crowd: int) -> Finding:
    """The plain reading without whom it put together from two rows of a table that was understood.

    Text does not say where a row ends: a name of one row and the birth date of the next may be a third person's. Where
    the structure found nearly everybody, or a crowd of strangers, only who has a number or a mail address of his own in
    the text is one more. ``crowd`` is how many people stand in what was read.
    """
    fresh = ~np.isin(other.members, one.members)
    if not fresh.any() or fresh.sum() > NEARLY_ALL * crowd:
        return other
    own = {match.subject for match in other.matches if any(match.fields.get(kind) == 1 for kind in OF_ONE_PERSON)}
    kept = ~fresh | np.isin(other.members, np.array(sorted(own), other.members.dtype))
    members = other.members[kept]
    known = set(members.tolist())
    return replace(
        other,
        subjects=members.size,
        matches=tuple(match for match in other.matches if match.subject in known),
        members=members,
        confidences=other.confidences[kept],
        since=other.since[kept],
        until=other.until[kept],
    )


def _of_fewer_people(one: Finding, other: Finding, *, own_form: bool) -> Finding:
    """The structured reading with the people of the plain one, where that found the same subjects among fewer.

    Columns of numbers pass for people in a table, and do not in its text: a few times too many of them are counted.
    Masked rows are people in a table and mostly nobody in its text: where that may be so, the table is believed.
    """
    is_inflated = other.people < one.people <= MOST_INFLATED * other.people
    if not one.subjects or other.hidden or other.subjects != one.subjects or not is_inflated:
        return one
    verdict = verdict_of(
        one.subjects, other.people, one.fields.get("customer_number", 0), _only_numbers(one.matches), own_form=own_form
    )
    return replace(one, verdict=verdict, people=other.people, share=one.subjects / other.people)


def _counted(base: Finding, added: list[Match]) -> dict[str, int]:
    """Matches by exposed kind, those that were added included."""
    counts = dict(base.fields)
    for match in added:
        for kind in _exposed(match):
            counts[kind] = counts.get(kind, 0) + 1
    return counts


def _only_numbers(matches: Iterable[Match]) -> int:
    """How many matches expose a customer number and nothing beside it."""
    return sum(_exposed(match) == ["customer_number"] for match in matches)


def _exposed(match: Match) -> list[str]:
    return [kind for kind, agreement in match.fields.items() if agreement >= EXPOSED]
