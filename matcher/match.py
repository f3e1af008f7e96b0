"""One document against the index: read, find, look up, compare, score, judge. Pure: no network, no SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from matcher.compare import Candidates, compare, first_for_something
from matcher.content import ContentSketch
from matcher.document import Cuts, Limits
from matcher.find import Terms, pair_terms
from matcher.finding import Finding, Match
from matcher.readers import read_document
from matcher.readers.interface import Prose, Rows
from matcher.score import ENOUGH, KINDS, Scores, posteriors, weigh
from matcher.units import ProseUnits, RowUnits, Units
from matcher.verdict import as_date, dated, judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.digests import Digester
    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index import Index
    from matcher.columns import Field
    from matcher.document import Document

NOBODY = -1000.0  # bits: the weight of a candidate who is out
_ALONE_ENOUGH = 2  # independent identifiers that have to agree where none of them is strong


@dataclass(slots=True)
class _Gathered:
    """All candidates of a document, batch after batch; units are numbered through."""

    rows: list[Candidates] = field(default_factory=list)
    scores: list[Scores] = field(default_factory=list)
    places: dict[int, Mapping[str, int | str]] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=dict)
    units: int = 0
    values: int = 0

    def take(self, units: Units, rows: Candidates | None, scores: Scores | None, path: Sequence[str]) -> None:
        """One batch."""
        inside = {"member": "/".join(path)} if path else {}
        if rows is not None and scores is not None:
            for unit in np.unique(rows.unit).tolist():
                self.places[unit + self.units] = inside | units.place(unit)
            scores.total[~first_for_something(rows, scores.total)] = NOBODY
            rows.unit += self.units
            rows.evidence += self.values
            self.values = int(rows.evidence.max()) + 1
            self.rows.append(rows)
            self.scores.append(scores)
        self.units += units.count


def match_document(
    document: Document,
    index: Index,
    digester: Digester,
    kinds: Mapping[str, IdentifierKind],
    limits: Limits | None = None,
) -> Finding:
    """The finding over one document."""
    limits = limits or Limits()
    cuts = Cuts()
    content = ContentSketch(digester)
    gathered = _Gathered()
    typed: dict[tuple[tuple[str, ...], tuple[str, ...], int], tuple[Field, ...]] = {}
    for path, passage in read_document(document, limits, cuts):
        content.add(passage)
        units = _units(passage, kinds, typed, path)
        terms = units.collected.digest(digester)
        rows = compare(units, terms, pair_terms(terms, digester), index)
        for unit, digest in _strangers(units.people, terms).items():
            gathered.people[unit + gathered.units] = digest
        gathered.take(units, rows, weigh(rows, index.subjects) if rows else None, path)
    return _conclude(gathered, index, limits, cuts, content.finish())


def _units(
    passage: Rows | Prose,
    kinds: Mapping[str, IdentifierKind],
    typed: dict[tuple[tuple[str, ...], tuple[str, ...], int], tuple[Field, ...]],
    path: tuple[str, ...],
) -> Units:
    """A passage's units; the columns of a table are typed once, by its first batch."""
    if isinstance(passage, Prose):
        return ProseUnits(passage, kinds)
    table = (path, passage.header, len(passage.columns))
    units = RowUnits(passage, kinds, typed.get(table))
    typed[table] = units.fields
    return units


def _strangers(people: set[int], terms: Mapping[str, Terms]) -> dict[int, int]:
    """For each unit that looks like a person one digest by which the same person is known again."""
    known: dict[int, int] = {}
    for term in ("birth_date", "kana", "name", "phone", "email", "customer_number"):
        if term in terms:
            known |= dict(zip(terms[term].units.tolist(), terms[term].digests.tolist(), strict=True))
    return {unit: known[unit] for unit in people if unit in known}


def _conclude(gathered: _Gathered, index: Index, limits: Limits, cuts: Cuts, sketch: tuple[int, ...]) -> Finding:
    people = set(gathered.people.values())
    if not gathered.rows:
        return _clear(len(people), cuts, sketch)
    evidence = np.concatenate([rows.evidence for rows in gathered.rows])
    total = np.concatenate([scores.total for scores in gathered.scores])
    agreeing = np.concatenate([scores.agreeing for scores in gathered.scores])
    strong = np.concatenate([scores.strong for scores in gathered.scores])
    possible = (total > NOBODY) & (strong | (agreeing >= _ALONE_ENOUGH))
    posterior = posteriors(evidence, total, len(gathered.people), index.subjects, possible)
    matched = np.flatnonzero((posterior >= ENOUGH) & possible)
    if not matched.size:
        return _clear(len(people), cuts, sketch)
    return _finding(gathered, matched, posterior, limits, cuts, sketch)


def _clear(people: int, cuts: Cuts, sketch: tuple[int, ...]) -> Finding:
    return Finding(
        verdict="clear",
        confidence=1.0,
        people=people,
        subjects=0,
        share=0.0,
        fields={},
        matches=(),
        dated=(None, None),
        limits=tuple(cuts.notes),
        sketch=sketch,
        members=np.zeros(0, np.uint32),
        confidences=np.zeros(0, np.float32),
        since=np.zeros(0, np.uint16),
        until=np.zeros(0, np.uint16),
    )


def _finding(
    gathered: _Gathered,
    matched: NDArray[np.intp],
    posterior: NDArray[np.float64],
    limits: Limits,
    cuts: Cuts,
    sketch: tuple[int, ...],
) -> Finding:
    """A finding with matches: each subject once, where it is surest."""
    subject = np.concatenate([rows.subject for rows in gathered.rows])[matched]
    unit = np.concatenate([rows.unit for rows in gathered.rows])[matched]
    agreement = np.concatenate([scores.agreement for scores in gathered.scores])[matched]
    weight = np.concatenate([scores.weight for scores in gathered.scores])[matched]
    since = np.concatenate([rows.since for rows in gathered.rows])[matched]
    until = np.concatenate([rows.until for rows in gathered.rows])[matched]
    order = np.lexsort((unit, -posterior[matched], subject))
    members, first = np.unique(subject[order], return_index=True)
    best = order[first]
    matched_units = set(unit.tolist())
    others = {digest for number, digest in gathered.people.items() if number not in matched_units}
    people = len(members) + len(others)
    exposed = {kind: int((agreement[best, column] >= 0.5).sum()) for column, kind in enumerate(KINDS)}  # noqa: PLR2004  # at least a part of it
    confidences = posterior[matched][best]
    verdict = judge(len(members), people, exposed["customer_number"])
    listed = best[np.argsort(unit[best], kind="stable")][: limits.listed_matches]
    if listed.size < members.size:
        cuts.note(f"{listed.size} of {members.size} matches are listed one by one")
    matches = tuple(
        Match(
            int(subject[row]),
            float(posterior[matched][row]),
            {
                kind: round(float(agreement[row, c]), 3)
                for c, kind in enumerate(KINDS)
                if not np.isnan(agreement[row, c])
            },
            {kind: round(float(weight[row, c]), 2) for c, kind in enumerate(KINDS) if weight[row, c]},
            gathered.places[int(unit[row])],
            as_date(int(since[row])),
            as_date(int(until[row])),
        )
        for row in listed.tolist()
    )
    return Finding(
        verdict,
        float(1 - np.prod(1 - np.minimum(confidences, 1 - 1e-9)))
        if members.size < limits.listed_matches
        else float(confidences.mean()),
        people,
        len(members),
        len(members) / people,
        {kind: count for kind, count in exposed.items() if count},
        matches,
        dated(since[best], until[best]),
        tuple(cuts.notes),
        sketch,
        members,
        confidences.astype(np.float32),
        since[best],
        until[best],
    )
