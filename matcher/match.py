"""One document against the index: read, find, look up, compare, score, judge. Pure: no network, no SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matcher.content import ContentSketch
from matcher.document import Cuts, Limits
from matcher.finding import Finding, Match
from matcher.gathered import Found, Gathered
from matcher.look import Job, Looker, Typist
from matcher.pool import look_at_all
from matcher.readers import read_document
from matcher.score import ENOUGH, ENOUGH_IN_A_CROWD, KINDS, posteriors
from matcher.verdict import as_date, dated, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from fingerprints.digests import Digester
    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index import Index
    from matcher.document import Document
    from matcher.readers.interface import Prose, Rows

RARE = 0.1  # matches for each unit that looks like a person, below which they are a few among many strangers
EXPOSED = 0.5  # agreement from which a field counts as exposed: at least a part of it is


def match_document(
    document: Document,
    index: Index,
    digester: Digester,
    kinds: Mapping[str, IdentifierKind],
    limits: Limits | None = None,
    processes: int = 1,
) -> Finding:
    """The finding over one document.

    Args:
        document: What to look at.
        index: Whom to look for.
        digester: Digests under the index's key.
        kinds: As `load_kinds` gives them for the index's `number_patterns`.
        limits: Bounds on reading.
        processes: How many may work on a large document; the finding does not depend on it.
    """
    limits = limits or Limits()
    cuts = Cuts()
    content = ContentSketch(digester)
    gathered = Gathered()
    jobs = _jobs(read_document(document, limits, cuts), content, Typist(kinds))
    for part in look_at_all(Looker(index, digester, kinds), jobs, processes):
        gathered.take(part)
    return _conclude(gathered, index.subjects, limits, cuts, content)


def _jobs(
    passages: Iterable[tuple[tuple[str, ...], Rows | Prose]], content: ContentSketch, typist: Typist
) -> Iterator[Job]:
    for path, passage in passages:
        content.add(passage)
        yield typist.job(passage, path)


def _conclude(gathered: Gathered, population: int, limits: Limits, cuts: Cuts, content: ContentSketch) -> Finding:
    found = gathered.hand_over()
    if found is not None:
        units = gathered.units_with_people
        posterior = posteriors(found.evidence, found.total, units, population, found.possible)
        matched = np.flatnonzero((posterior >= ENOUGH) & found.possible)
        if matched.size < RARE * units:  # a few among many strangers: coincidences are what one expects there
            matched = matched[posterior[matched] >= ENOUGH_IN_A_CROWD]
        if matched.size:
            return _finding(gathered, found, matched, posterior[matched], limits, cuts, content)
    return Finding(
        verdict="clear",
        confidence=1.0,
        people=gathered.strangers(np.zeros(0, np.int64)),
        limits=tuple(cuts.notes),
    )


def _finding(
    gathered: Gathered,
    found: Found,
    matched: NDArray[np.intp],
    sure: NDArray[np.float64],
    limits: Limits,
    cuts: Cuts,
    content: ContentSketch,
) -> Finding:
    """A finding with matches: each subject once, where it is surest."""
    strangers = gathered.strangers(found.unit[matched])
    order = np.lexsort((found.unit[matched], -sure, found.subject[matched]))
    members, first = np.unique(found.subject[matched[order]], return_index=True)
    kept = order[first]
    found.keep(matched[kept])
    sure, people = sure[kept], members.size + strangers
    exposed = {kind: int((found.agreement[:, c] >= EXPOSED).sum()) for c, kind in enumerate(KINDS)}
    listed = np.argsort(found.unit, kind="stable")[: limits.listed_matches]
    if listed.size < members.size:
        cuts.note(f"{listed.size} of {members.size} matches are listed one by one")
    return Finding(
        verdict=judge(members.size, people, exposed["customer_number"], _only_number(found)),
        confidence=float(1 - np.prod(1 - sure)) if members.size < limits.listed_matches else 1.0,
        people=people,
        subjects=members.size,
        share=members.size / people,
        fields={kind: count for kind, count in exposed.items() if count},
        matches=tuple(_match(gathered, found, row, float(sure[row])) for row in listed.tolist()),
        dated=dated(found.since, found.until),
        limits=tuple(cuts.notes),
        sketch=content.finish(),
        members=members,
        confidences=sure.astype(np.float32),
        since=found.since,
        until=found.until,
    )


def _only_number(found: Found) -> int:
    """How many matches have a customer number that agrees, and nothing beside it."""
    agrees = found.agreement >= EXPOSED
    return int((agrees[:, KINDS.index("customer_number")] & (agrees.sum(axis=1) == 1)).sum())


def _match(gathered: Gathered, found: Found, row: int, sure: float) -> Match:
    agreement, weight = found.agreement[row].tolist(), found.weight[row].tolist()
    return Match(
        subject=int(found.subject[row]),
        confidence=sure,
        fields={kind: round(a, 3) for kind, a in zip(KINDS, agreement, strict=True) if a == a},  # noqa: PLR0124  # not NaN
        weights={kind: round(w, 2) for kind, w in zip(KINDS, weight, strict=True) if w},
        place=gathered.place(int(found.unit[row])),
        since=as_date(int(found.since[row])),
        until=as_date(int(found.until[row])),
    )
