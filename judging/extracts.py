"""Which extracts explain a document's matched customers: the ranking of `custody.ranking`, as plain JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from custody.ranking import NONE_OF_THESE, Values, candidates_of, rank_extracts

if TYPE_CHECKING:
    from fingerprints.index.generation import Index
    from matcher.finding import Finding


def rank(finding: Finding, index: Index) -> list[dict[str, Any]]:
    """The extracts that explain the matched customers, best first; those that hold none of them are left out."""
    if not finding.subjects:
        return []
    ranked = rank_extracts(
        dict(zip(finding.members.tolist(), finding.confidences.tolist(), strict=True)),
        finding.people,
        set(finding.fields),
        candidates_of(index),
        index.subjects,
        values=Values(finding.since, finding.until),
    )
    return [
        {
            "extract": one.extract,
            "covered": one.covered,
            "of": one.of,
            "size": one.size,
            "score": round(one.score, 3),
            "terms": {name: round(value, 3) for name, value in one.terms.items()},
            "tied_with": list(one.tied_with),
        }
        for one in ranked
        if one.covered or one.extract == NONE_OF_THESE
    ]
