"""One document against the index: read, find, look up, compare, score, judge. Pure: no network, no SQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from fingerprints.index.sorted_search import distinct
from matcher.compare.candidates import ALL_METHODS, Methods
from matcher.content import ContentSketch
from matcher.decide.parts import FoundSubjects, Gathered
from matcher.decide.phone_lists import PhoneLists
from matcher.decide.readings import both_readings, shows_somebody_else
from matcher.decide.sayings import CONTRADICTED, WHOLE_PHONE, exposed_in, say, with_nothing_but
from matcher.decide.score import ENOUGH, ENOUGH_IN_A_CROWD, KINDS, posteriors
from matcher.decide.surnames import listed_by_surname
from matcher.decide.verdict import as_date, dated, has_own_form, verdict_of
from matcher.document import Cuts, Limits
from matcher.far_helpers import Unseen
from matcher.finding import Finding, Match
from matcher.helpers import HEAVY_BYTES, look_at_all
from matcher.passage import Looker, Typist
from matcher.readers import read_document, read_plainly
from matcher.readers.interface import Prose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.document import Document, Gone
    from matcher.far_helpers import FarHelpers
    from matcher.readers.interface import Rows

FEW = 3  # matches, below which one that is not quite sure has nothing to lean on
RARE = 0.1  # matches for each unit that looks like a person, below which they are a few among many strangers
FEWEST_HIDDEN, MOSTLY_HIDDEN = 3, 0.5
"""Rows or lines, and their share, whose masks leave nothing to look up: from there on the document is not read."""
MANY_UNITS = 1000
"""Rows that all speak of somebody of ours: no other reading would find more."""
BEGINNING_CHARS = 1 << 16
"""Of a document, read as plain text beside its structure."""


def match_document(
    document: Document,
    index: Index,
    digester: Digester,
    kinds: Mapping[str, IdentifierKind],
    limits: Limits | None = None,
    *,
    methods: Methods = ALL_METHODS,
    processes: int = 1,
    plainly: bool = False,
    far: FarHelpers | None = None,
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
        plainly: Read it as text as it stands and no other way, where its structure is more than a reader can stand.
        far: Look at all passages instead; a passage that none of them could look at is noted.
    """
    limits = limits or Limits()
    cuts = Cuts()
    own_form = has_own_form(index.number_patterns)
    about = _About(limits, cuts, ContentSketch(digester), own_form, index.population, document.gone)
    reading = _Reading(Looker(index, digester, kinds, methods), about, processes, far)
    if plainly:
        return reading.conclude(_sketched(read_plainly(document, limits, cuts), about.content))
    passages = _sketched(read_document(document, limits, cuts), about.content)
    structured = reading.conclude(passages, is_heavy=document.size_bytes >= HEAVY_BYTES)
    if reading.explained:
        return structured
    beside = replace(cuts, notes=[], unpacked_bytes=0, members=0)
    plain = reading.conclude(_beginning(read_plainly(document, limits, beside)))
    if shows_somebody_else(structured, plain):
        beside = replace(beside, notes=[], unpacked_bytes=0, members=0)
        plain = reading.conclude(read_plainly(document, limits, beside))
    return both_readings(structured, plain, limits.listed_matches, own_form=about.own_form)


_Read: TypeAlias = "tuple[tuple[str, ...], Rows | Prose]"


def _sketched(passages: Iterable[_Read], content: ContentSketch) -> Iterator[_Read]:
    for path, passage in passages:
        content.add(passage)
        yield path, passage


def _beginning(passages: Iterable[_Read]) -> Iterator[_Read]:
    """The first passages: what the structure of a document hides, it hides from its beginning on."""
    chars = 0
    for path, passage in passages:
        yield path, passage
        chars += len(passage.text) if isinstance(passage, Prose) else 0
        if chars >= BEGINNING_CHARS:
            return


@dataclass(frozen=True, slots=True)
class _About:
    """What a finding says beside its matches, and what the verdict needs to know of the index."""

    limits: Limits
    cuts: Cuts
    content: ContentSketch
    own_form: bool
    population: int
    gone: Gone


class _Reading:
    """Looks at the passages of a document, read in one way or another.

    Attributes:
        explained: Whether the last reading was of free text alone, or matched all that it was cut into.
        contradicted: Customers whose phone stands beside a field that says it is somebody else's, in any reading.
    """

    def __init__(self, looker: Looker, about: _About, processes: int, far: FarHelpers | None) -> None:
        self._looker = looker
        self._about = about
        self._processes = processes
        self._far = far
        self.explained = False
        self.contradicted: NDArray[np.uint32] = np.zeros(0, np.uint32)

    def conclude(self, passages: Iterable[_Read], *, is_heavy: bool = False) -> Finding:
        """The finding over passages, of a document that is known to be large or is not."""
        gathered, phones = Gathered(), PhoneLists()
        by_rows = False
        typist = Typist(self._looker.kinds)
        jobs = (typist.job(p, path) for path, p in passages)
        for part in look_at_all(self._looker, jobs, self._processes, self._far, is_heavy=is_heavy):
            if isinstance(part, Unseen):
                self._miss(part)
                continue
            phones.take(part.phones, part.places.size)
            gathered.take(part)
            by_rows |= part.of_rows
        with ThreadPoolExecutor(1) as beside:
            counting = beside.submit(phones.count)
            found = gathered.hand_over()
            counting.result()
        if found is not None:
            against = found.subject[say(found.says, WHOLE_PHONE, CONTRADICTED)]
            self.contradicted = np.union1d(self.contradicted, against)
        finding = _conclude(gathered, found, phones, self.contradicted, self._about)
        whole = gathered.units >= MANY_UNITS and finding.subjects >= max(gathered.units, finding.people)
        self.explained = not by_rows or whole
        return finding

    def _miss(self, passage: Unseen) -> None:
        """Note what nobody looked at: the rest counts."""
        if passage.place == "row":
            said = f"rows {passage.first} to {passage.last} could not be looked at by any worker"
        else:
            said = f"lines {passage.first} to {passage.last} could not be looked at by any worker"
        self._about.cuts.note(said, passage.path)


def _conclude(
    gathered: Gathered,
    found: FoundSubjects | None,
    phones: PhoneLists,
    contradicted: NDArray[np.uint32],
    about: _About,
) -> Finding:
    if found is not None:
        units = max(gathered.units_with_people, int(np.count_nonzero(np.bincount(found.unit)))) + about.gone.units
        known = about.gone.rate
        posterior, rate = posteriors(found.evidence, found.total, units, about.population, found.possible, known)
        listed, told = _listed(found, posterior, phones, units, contradicted, about.gone)
        matched = np.flatnonzero((posterior >= ENOUGH) & (found.possible | listed))
        if matched.size < max(
            FEW, RARE * units
        ):  # a few, or among many strangers: there coincidences are to be expected
            matched = matched[posterior[matched] >= ENOUGH_IN_A_CROWD]
        if matched.size:
            finding = _finding(gathered, found, matched, posterior[matched], about)
            return replace(finding, units=units, rate=float(rate), listed=float(told))
    if gathered.hidden >= max(FEWEST_HIDDEN, MOSTLY_HIDDEN * gathered.hideable):
        about.cuts.note("most of it is masked beyond what can be told")
    return Finding(
        verdict="unread" if about.cuts.lost else "clear",
        confidence=0.0 if about.cuts.lost else 1.0,
        people=gathered.strangers(np.zeros(0, np.int64)) + about.gone.people,
        limits=tuple(about.cuts.notes),
    )


def _listed(
    found: FoundSubjects,
    posterior: NDArray[np.float64],
    phones: PhoneLists,
    people: int,
    contradicted: NDArray[np.uint32],
    gone: Gone,
) -> tuple[NDArray[np.bool_], float]:
    """Candidates by their phone in a list of ours, or by it and a surname; probabilities are raised in place.

    And how sure a number of the list is.
    """
    allowed = ~np.isin(found.subject, contradicted)
    named, sure = listed_by_surname(found, people)
    named &= allowed
    posterior[named] = np.maximum(posterior[named], sure)
    listed: NDArray[np.bool_] = say(found.says, WHOLE_PHONE) & allowed & ~np.isin(found.unit, phones.told_of)
    sure = gone.listed if gone.rate else phones.sureness(distinct(found.subject[listed]).size)
    if not sure:
        return named, sure
    posterior[listed] = np.maximum(posterior[listed], sure / np.bincount(found.evidence)[found.evidence[listed]])
    return listed | named, sure


def _finding(
    gathered: Gathered,
    found: FoundSubjects,
    matched: NDArray[np.intp],
    sure: NDArray[np.float64],
    about: _About,
) -> Finding:
    """A finding with matches: each subject once, where it is surest."""
    strangers = gathered.strangers(found.unit[matched]) + about.gone.people
    order = np.lexsort((found.unit[matched], -sure, found.subject[matched]))
    subjects = found.subject[matched[order]]
    kept = order[np.flatnonzero(np.diff(subjects, prepend=subjects[0] + 1))]
    members = found.subject[matched[kept]]
    found.keep(matched[kept])
    sure, people = sure[kept], members.size + strangers
    exposed = exposed_in(found.says)
    listed = np.argsort(found.unit, kind="stable")[: about.limits.listed_matches]
    if listed.size < members.size:
        about.cuts.note(f"{listed.size} of {members.size} matches are listed one by one", harmless=True)
    return Finding(
        verdict=verdict_of(
            members.size,
            people,
            exposed["customer_number"],
            with_nothing_but(found.says, "customer_number"),
            own_form=about.own_form,
        ),
        confidence=float(1 - np.prod(1 - sure)) if members.size < about.limits.listed_matches else 1.0,
        people=people,
        subjects=members.size,
        hidden=gathered.hidden,
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
