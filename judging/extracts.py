"""Which extracts explain a document's matched customers: the ranking of `custody.ranking`, as plain JSON."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap

from core.clock import day_of
from custody.ranking import NONE_OF_THESE, Values, candidates_of, rank_extracts

if TYPE_CHECKING:
    from fingerprints.index.generation import Index
    from matcher.finding import Finding


def rank(finding: Finding, index: Index) -> list[dict[str, Any]]:
    """The extracts that explain the matched customers, best first; those that hold none of them are left out.

    ``since`` is the day an extract's values were current: before it nobody had them (`incidents.figures.rule_out`).
    """
    if not finding.subjects:
        return []
    ranked = rank_extracts(
        BitMap(array("I", finding.members.tobytes())),  # five times as quick as number by number
        set(finding.fields),
        candidates_of(index),
        index.population,
        sure=finding.confidences,
        values=Values(finding.since, finding.until),
    )
    days = {info.name: day_of(info.as_of).isoformat() for info in index.extracts}
    return [
        {
            "extract": one.extract,
            "covered": one.covered,
            "of": one.of,
            "size": one.size,
            "since": days.get(one.extract),
            "score": round(one.score, 3),
            "terms": {name: round(value, 3) for name, value in one.terms.items()},
            "tied_with": list(one.tied_with),
        }
        for one in ranked
        if one.covered or one.extract == NONE_OF_THESE
    ]
