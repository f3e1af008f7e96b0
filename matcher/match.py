"""One document against the index: read, find, look up, compare, score, judge. Pure: no network, no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matcher.compare.candidates import ALL_METHODS, Methods
from matcher.content import ContentSketch
from matcher.decide.parts import FoundSubjects, Gathered
from matcher.decide.phone_lists import PhoneLists
from matcher.decide.score import CONTRADICTS, ENOUGH, ENOUGH_IN_A_CROWD, KINDS, posteriors
from matcher.decide.surnames import listed_by_surname
from matcher.decide.verdict import as_date, dated, has_own_form, judge
from matcher.document import Cuts, Limits
from matcher.finding import Finding, Match
from matcher.helpers import look_at_all
from matcher.passage import Looker, PassageJob, Typist
from matcher.readers import read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.document import Document
    from matcher.readers.interface import Prose, Rows

FEW = 3  # matches, below which one that is not quite sure has nothing to lean on
RARE = 0.1  # matches for each unit that looks like a person, below which they are a few among many strangers
EXPOSED = 0.5  # agreement from which a field counts as exposed: at least a part of it is


def match_document(
    document: Document,
    index: Index,
    digester: Digester,
    kinds: Mapping[str, IdentifierKind],
    limits: Limits | None = None,
    *,
    methods: Methods = ALL_METHODS,
    processes: int = 1,
) -> Finding:
    """The finding over one document.

    Args:
        document: What to look at.
        index: Whom to look for.
        digester: Digests under the index's key.
        kinds: As `load_kinds` gives them for the index's `number_patterns`.
        limits: Bounds on reading.
        methods: What is done beyond comparing exact values.
        processes: How many may work on a large document; the finding does not depend on it.
    """
    limits = limits or Limits()
    cuts = Cuts()
    content = ContentSketch(digester)
    gathered, phones = Gathered(), PhoneLists()
    jobs = _jobs(read_document(document, limits, cuts), content, Typist(kinds))
    for part in look_at_all(Looker(index, digester, kinds, methods), jobs, processes):
        phones.take(part.phones, part.places.size)
        gathered.take(part)
    about = _About(limits, cuts, content, has_own_form(index.number_patterns), index.subjects)
    return _conclude(gathered, phones, about)


def _jobs(
    passages: Iterable[tuple[tuple[str, ...], Rows | Prose]], content: ContentSketch, typist: Typist
) -> Iterator[PassageJob]:
    for path, passage in passages:
        content.add(passage)
        yield typist.job(passage, path)


@dataclass(frozen=True, slots=True)
class _About:
    """What a finding says beside its matches, and what the verdict needs to know of the index."""

    limits: Limits
    cuts: Cuts
    content: ContentSketch
    own_form: bool
    population: int


def _conclude(gathered: Gathered, phones: PhoneLists, about: _About) -> Finding:
    found = gathered.hand_over()
    if found is not None:
        units = gathered.units_with_people
        posterior = posteriors(found.evidence, found.total, units, about.population, found.possible)
        listed = _listed(found, posterior, phones, units)
        matched = np.flatnonzero((posterior >= ENOUGH) & (found.possible | listed))
        if matched.size < max(
            FEW, RARE * units
        ):  # a few, or among many strangers: there coincidences are to be expected
            matched = matched[posterior[matched] >= ENOUGH_IN_A_CROWD]
        if matched.size:
            return _finding(gathered, found, matched, posterior[matched], about)
    return Finding(
        verdict="clear",
        confidence=1.0,
        people=gathered.strangers(np.zeros(0, np.int64)),
        limits=tuple(about.cuts.notes),
    )


def _listed(found: FoundSubjects, posterior: NDArray[np.float64], phones: PhoneLists, people: int) -> NDArray[np.bool_]:
    """Candidates by their phone in a list of ours, or by it and a surname; probabilities are raised in place."""
    named, sure = listed_by_surname(found, people)
    posterior[named] = np.maximum(posterior[named], sure)
    listed: NDArray[np.bool_] = found.agreement[:, KINDS.index("phone")] == 1
    listed &= (found.weight > CONTRADICTS).all(axis=1) & ~np.isin(found.unit, phones.told_of)
    sure = phones.sureness(np.unique(found.subject[listed]).size)
    if not sure:
        return named
    _, holders, count = np.unique(found.evidence, return_inverse=True, return_counts=True)
    posterior[listed] = np.maximum(posterior[listed], sure / count[holders][listed])
    return listed | named


def _finding(
    gathered: Gathered, found: FoundSubjects, matched: NDArray[np.intp], sure: NDArray[np.float64], about: _About
) -> Finding:
    """A finding with matches: each subject once, where it is surest."""
    strangers = gathered.strangers(found.unit[matched])
    order = np.lexsort((found.unit[matched], -sure, found.subject[matched]))
    members, first = np.unique(found.subject[matched[order]], return_index=True)
    kept = order[first]
    found.keep(matched[kept])
    sure, people = sure[kept], members.size + strangers
    exposed = {kind: int((found.agreement[:, c] >= EXPOSED).sum()) for c, kind in enumerate(KINDS)}
    listed = np.argsort(found.unit, kind="stable")[: about.limits.listed_matches]
    if listed.size < members.size:
        about.cuts.note(f"{listed.size} of {members.size} matches are listed one by one")
    return Finding(
        verdict=judge(members.size, people, exposed["customer_number"], _only_number(found), own_form=about.own_form),
        confidence=float(1 - np.prod(1 - sure)) if members.size < about.limits.listed_matches else 1.0,
        people=people,
        subjects=members.size,
        share=members.size / people,
        fields={kind: count for kind, count in exposed.items() if count},
        matches=tuple(_match(gathered, found, row, float(sure[row]), about.population) for row in listed.tolist()),
        dated=dated(found.since, found.until),
        limits=tuple(about.cuts.notes),
        sketch=about.content.finish(),
        members=members,
        confidences=sure.astype(np.float32),
        since=found.since,
        until=found.until,
    )


def _only_number(found: FoundSubjects) -> int:
    """How many matches have a customer number that agrees, and nothing beside it."""
    agrees = found.agreement >= EXPOSED
    return int((agrees[:, KINDS.index("customer_number")] & (agrees.sum(axis=1) == 1)).sum())


def _match(gathered: Gathered, found: FoundSubjects, row: int, sure: float, population: int) -> Match:
    agreement, weight = found.agreement[row].tolist(), found.weight[row].tolist()
    return Match(
        subject=int(found.subject[row]),
        confidence=sure,
        fields={kind: round(a, 3) for kind, a in zip(KINDS, agreement, strict=True) if a == a},  # noqa: PLR0124  # not NaN
        weights={kind: round(w, 2) for kind, w in zip(KINDS, weight, strict=True) if w},
        place=gathered.place(int(found.unit[row])),
        chance=min(1.0, population * 2.0 ** -float(found.total[row])),
        since=as_date(int(found.since[row])),
        until=as_date(int(found.until[row])),
    )
