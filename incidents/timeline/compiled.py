"""A search over events as tests over blocks: what depends on incidents is looked up once, before."""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import func, select

from core.query.expressions import All, Between, Is, Word, leaves
from core.query.fields import fold
from core.query.folding import folded
from core.query.wildcards import fits
from incidents.blocks.evaluation import HoldsWord, InColumn, InTime, OfEvents, OfIncidents
from incidents.blocks.rows import microseconds
from incidents.groups import group_ids
from incidents.marks import EVENT, starred, tagged
from incidents.models import Incident
from incidents.timeline.query import LEARNED
from incidents.timeline.readings import expanded
from incidents.timeline.titles import titled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from core.query.expressions import Expression
    from incidents.blocks.evaluation import Test, Tests
    from incidents.timeline.query import SearchQuery

_WITHIN = Is("incident", "within")
"""Stands for the incidents that the reader may see."""


def compiled(session: Session, query: SearchQuery) -> tuple[Expression, Tests]:
    """What has to hold, and how each condition of it is tested."""
    expression = query.expression
    conditions = {*leaves(expression), *leaves(expression, denied=True)}
    tests: dict[Word | Is | Between, Test] = {leaf: _test(session, leaf) for leaf in conditions}
    if query.within is not None:
        tests[_WITHIN] = OfIncidents(_wanted(session, query.within))
        expression = All((_WITHIN, expression))
    return expression, tests


def _test(session: Session, leaf: Word | Is | Between) -> Test:  # noqa: PLR0911  # one a kind of field
    if isinstance(leaf, Word):
        return HoldsWord(folded(leaf.text))
    if isinstance(leaf, Between):
        return _ranged(session, leaf)
    if leaf.field == "kind":
        kinds = set(expanded((leaf.value,)))
        return InColumn("kind", cache(lambda kind: any(fits(one, kind) for one in kinds)))
    if leaf.field == "state":
        asked = select(Incident.id, Incident.state)
        return OfIncidents(
            _wanted(session, [number for number, state in session.execute(asked) if fits(leaf.value, state)])
        )
    if leaf.field == "tag":
        return OfEvents(_ids(tagged(session, EVENT, leaf.value)))
    if leaf.field == "starred":
        return OfEvents(_ids(starred(session, EVENT)), others=leaf.value == "no")
    if leaf.field == "title":
        wanted = f"*{folded(leaf.value)}*"
        return OfIncidents(_wanted(session, list(titled(session, partial(fits, wanted)))))
    pattern = fold(leaf.value)
    return InColumn(leaf.field, cache(lambda word: fits(pattern, fold(word))))


def _ranged(session: Session, leaf: Between) -> Test:
    if leaf.field == "incident":
        if leaf.low == leaf.high and isinstance(leaf.low, int):
            known = session.scalar(select(func.max(Incident.id))) or 0
            return OfIncidents(_wanted(session, group_ids(session, leaf.low) if 0 <= leaf.low <= known else []))
        numbers = session.scalars(select(Incident.id))
        return OfIncidents(_wanted(session, [number for number in numbers if leaf.holds(number)]))
    low, high = (microseconds(one) if isinstance(one, datetime) else None for one in (leaf.low, leaf.high))
    return InTime("learned" if leaf.field == LEARNED else "happened", low, high)


def _ids(events: Iterable[str]) -> np.ndarray:
    return np.unique(np.array([int(one) for one in events], np.int64))


def _wanted(session: Session, numbers: Collection[int]) -> np.ndarray:
    highest = session.scalar(select(func.max(Incident.id))) or 0
    wanted = np.zeros(highest + 2, bool)
    wanted[[number + 1 for number in numbers if 0 < number <= highest]] = True
    return wanted
