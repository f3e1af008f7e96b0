"""What the events that a search counted have in common."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import select

from core.query.fields import fold
from incidents.blocks.sealed import SealedBlock
from incidents.marks import EVENT, every_tag
from incidents.models import Incident
from incidents.timeline.sentences import kind_name
from incidents.views import FacetValue, SearchFacets

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from incidents.blocks.finder import Counted

MOST_VALUES: Final = 12


def count_facets(session: Session, counted: Counted, language: str) -> SearchFacets:
    """The values of each field among what was counted, the most frequent first."""
    tags = _tags(session, counted)
    words: dict[str, Counter[str]] = {name: Counter() for name in ("kind", "actor", "source")}
    incidents: Counter[int] = Counter()
    for block, places in counted.parts:
        for name, counter in words.items():
            column = block.words(name)
            numbers = np.bincount(column.codes[places], minlength=len(column.words))
            counter.update({column.words[at]: int(numbers[at]) for at in np.flatnonzero(numbers)})
        found, numbers = np.unique(block.incidents[places], return_counts=True)
        incidents.update(dict(zip(found.tolist(), numbers.tolist(), strict=True)))
        if isinstance(block, SealedBlock):
            block.leaves.clear()
    incidents.pop(-1, None)
    states: Counter[str] = Counter()
    for number, state in session.execute(select(Incident.id, Incident.state)) if incidents else ():
        states[state] += incidents.get(number, 0)
    return SearchFacets(
        kind=most_frequent(words["kind"], lambda kind: kind_name(kind, language)),
        actor=most_frequent(words["actor"]),
        source=most_frequent(words["source"]),
        incident=most_frequent(Counter({str(number): events for number, events in incidents.items()})),
        state=most_frequent(states),
        tag=tags,
    )


def _tags(session: Session, counted: Counted) -> tuple[FacetValue, ...]:
    """The tags of what was counted; those that a search does not tell apart are one, written as it was first."""
    spelled: dict[str, str] = {}
    by_event: dict[int, set[str]] = {}
    for about, text in every_tag(session, EVENT):
        by_event.setdefault(int(about), set()).add(fold(text))
        spelled.setdefault(fold(text), text)
    found: Counter[str] = Counter()
    ids = np.array(sorted(by_event), np.int64)
    for block, places in counted.parts:
        first, beyond = np.searchsorted(ids, [block.first_id, block.last_id + 1])
        if first < beyond:
            for number in np.intersect1d(block.ids[places], ids[first:beyond], assume_unique=True).tolist():
                found.update(by_event[number])
    return most_frequent(found, spelled.__getitem__)


def most_frequent(counter: Counter[str], text: Callable[[str], str] = str) -> tuple[FacetValue, ...]:
    """The values of a facet, the most frequent first; empty ones are none."""
    ordered = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetValue(word, text(word), events) for word, events in ordered if word and events)[:MOST_VALUES]
