"""Who a unit could be, and in what they agree: exact by digests and pairs, then fuzzy by sketches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.pairs import PAIRS_BY_NAME
from matcher.compare.places import compare_places
from matcher.find.candidates import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from matcher.find.candidates import Terms
    from matcher.units.units import Units

TERMS: Final = (
    "customer_number",
    "card_number",
    "email",
    "phone",
    "phone.last4",
    "phone.first7",
    "address",
    "address.town",
    "postal_code",
    "name",
    "name.half",
    "kana",
    "birth_date",
)
COLUMN: Final = {term: number for number, term in enumerate(TERMS)}
SKETCHED: Final = ("name", "kana", "address")
NAMED_BY: Final = {"name": "kana", "kana": "name"}
CHECKED: Final = ("birth_date", "postal_code", "phone", "email")
COMPARED: Final = (*SKETCHED, *CHECKED)
COUNTED: Final = ("name", "kana", "birth_date", "postal_code", "address")
MOST_SHARED: Final = 64  # a value that more subjects share finds nobody; it may still confirm
FOREVER: Final = 65535
BEGUN: Final = 0.7  # agreement of the first letter of a masked name, at least
SURNAME: Final = 0.66  # and of a surname alone in a column of names: it is not another one
TURNED: Final = 0.9  # agreement below which a name is tried with its parts in the other order
SAME_SCORE: Final = 2e-3  # of two scores that come from the same lengths
PICKED: Final = 512  # customers picked at random, to see how well a text agrees with anybody
CLEARLY: Final = 15.0  # bits by which one candidate of a unit puts another in the shade
OF_ONE_PERSON: Final = ("customer_number", "card_number", "email", "phone", "address", "birth_date")
TIED: Final = 1.0  # bits within which two explanations of a value are equally good


@dataclass(frozen=True, slots=True)
class Methods:
    """Ways of finding and confirming beyond exact values; a benchmark turns them off to see what each gives.

    Attributes:
        pairs: Look up pairs of weak identifiers.
        fuzzy: Let fields agree that are not the same.
    """

    pairs: bool = True
    fuzzy: bool = True


ALL_METHODS: Final = Methods()


@dataclass(slots=True)
class Candidates:
    """Every unit with every subject it could be; rows in arrays.

    Attributes:
        unit: The unit.
        subject: The subject.
        evidence: Number of the strongest value that led to the subject: those who share it compete for it.
        exact: A column per term of `TERMS`: agrees by digest.
        shared: How many subjects carry the agreeing value, where counted; else 0.
        fuzzy: A column per kind of `COMPARED`: agreement by sketch or check, NaN where nothing could be compared.
        alone: Like ``fuzzy``: the text compared was a field of that kind, so that disagreeing means something.
        cut: Like ``fuzzy``: only the beginning of the field was there to compare.
        by_chance: Per sketched kind, how well the document's texts agree with customers picked at random: what an
            agreement is worth here, where everybody may live in six towns; ``town`` is the towns of addresses alone.
        bearers: By pair that led to candidates, which rows those are and how many subjects carry the pair.
        expected: By kind or pair, how many more bearers are expected of a value with one (`Index.bearers_expected`).
        led: Which row each hit belongs to, and by which value it was found.
        since: First day on which all exact values held, and `until` the last one.
        borrowed: A name, or what is one person's alone, agrees in the unit beside this one, and not in this one.
        phones: How many different numbers of the unit are the subject's.
        number: The digest of one of them, else 0.
    """

    unit: NDArray[np.int64]
    subject: NDArray[np.uint32]
    evidence: NDArray[np.int64]
    exact: NDArray[np.bool_]
    shared: NDArray[np.int64]
    fuzzy: NDArray[np.float32]
    alone: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    led: tuple[NDArray[np.intp], NDArray[np.intp]]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]
    borrowed: NDArray[np.bool_]
    phones: NDArray[np.uint8]
    number: NDArray[np.uint64]
    by_chance: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    bearers: dict[str, tuple[NDArray[np.intp], NDArray[np.int64]]] = field(default_factory=dict)
    expected: Mapping[str, float] = field(default_factory=dict)

    def keep(self, kept: NDArray[np.bool_]) -> Candidates:
        """Some of the rows, with the hits that led to them."""
        row, value = self.led
        number = np.cumsum(kept) - 1
        led = (number[row[kept[row]]], value[kept[row]])
        names = (
            "unit",
            "subject",
            "evidence",
            "exact",
            "shared",
            "fuzzy",
            "alone",
            "cut",
            "since",
            "until",
            "borrowed",
            "phones",
            "number",
        )
        bearers = {pair: (number[rows[kept[rows]]], held[kept[rows]]) for pair, (rows, held) in self.bearers.items()}
        return replace(self, led=led, bearers=bearers, **{name: getattr(self, name)[kept] for name in names})


@dataclass(slots=True)
class Query:
    """Digests to look up, the units they stand in, and which terms a hit proves (with what to count).

    Attributes:
        digests: What to look up.
        units: Where each stands.
        proves: The terms that a hit proves, each with a digest to count for each of ``digests``.
        pair: The pair that they are of.
        weak: They are of a kind that is not posted.
    """

    digests: NDArray[np.uint64]
    units: NDArray[np.int64]
    proves: tuple[tuple[str, NDArray[np.uint64]], ...]
    pair: str = ""
    weak: bool = False


def look_up(
    units: Units,
    terms: Mapping[str, Terms],
    pairs: Mapping[str, tuple[Terms, NDArray[np.uint64], NDArray[np.uint64]]],
    index: Index,
    methods: Methods = ALL_METHODS,
    *,
    more: Sequence[Query] = (),
) -> Candidates | None:
    """The candidates of one batch by exact values and pairs, and by ``more``; None when nothing in it is known."""
    posted = sorted((name for name in terms if units.is_posted(name)), key=COLUMN.__getitem__)
    queries = [Query(terms[n].digests, terms[n].units, ((n, terms[n].digests),)) for n in posted]
    for name, (made, left, right) in pairs.items() if methods.pairs else ():
        pair = PAIRS_BY_NAME[name]
        queries.append(Query(made.digests, made.units, ((pair.left.name, left), (pair.right.name, right)), name))
    queries += more
    return _look_up(queries, index) if queries else None


def compare(
    found: Candidates,
    terms: Mapping[str, Terms],
    units: Units,
    index: Index,
    methods: Methods = ALL_METHODS,
    *,
    kinds: Sequence[str] = SKETCHED,
    counted: bool = True,
) -> None:
    """Compare what else the units hold with the candidates' sketches of these kinds, and with their checks.

    Without ``counted`` nobody asks how many subjects share a birth date or a postal code.
    """
    for kind in sorted(kinds, key=units.has_field, reverse=True):
        _compare_sketches(found, kind, units, index)
    if not methods.fuzzy:
        found.fuzzy[found.fuzzy < 1] = 0
    for kind in CHECKED:
        if kind in terms:
            _check(found, kind, terms[kind], units, index, counted=counted and kind in COUNTED)


def _look_up(queries: Sequence[Query], index: Index) -> Candidates | None:
    """One lookup for all queries; hits of one unit and one subject become one row."""
    weak = np.concatenate([np.full(q.digests.size, q.weak) for q in queries])
    hits = index.lookup(np.concatenate([q.digests for q in queries]), weak=weak, most=MOST_SHARED)
    if not hits.query.size:
        return None
    query, subject = hits.query, hits.subject
    per_query = np.bincount(query)
    unit = np.concatenate([q.units for q in queries])[query]
    keys, row = np.unique((unit.astype(np.uint64) << np.uint64(32)) | subject, return_inverse=True)
    rows = _empty(keys, (row, query))
    rows.expected = index.bearers_expected
    np.minimum.at(rows.evidence, row, query)
    np.maximum.at(rows.since, row, hits.since)
    np.minimum.at(rows.until, row, hits.until)
    start = 0
    for q in queries:
        mine = (query >= start) & (query < start + q.digests.size)
        if mine.any():
            _prove(rows, row[mine], query[mine] - start, q, index)
            if q.pair:
                rows.bearers[q.pair] = row[mine], per_query[query[mine]]
        start += q.digests.size
    return rows


def _empty(keys: NDArray[np.uint64], led: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Candidates:
    size = keys.size
    return Candidates(
        (keys >> np.uint64(32)).astype(np.int64),
        (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        np.full(size, np.iinfo(np.int64).max, np.int64),
        np.zeros((size, len(TERMS)), np.bool_),
        np.zeros((size, len(TERMS)), np.int64),
        np.full((size, len(COMPARED)), np.nan, np.float32),
        np.zeros((size, len(COMPARED)), np.bool_),
        np.zeros((size, len(COMPARED)), np.bool_),
        led,
        np.zeros(size, np.uint16),
        np.full(size, FOREVER, np.uint16),
        np.zeros(size, np.bool_),
        np.zeros(size, np.uint8),
        np.zeros(size, np.uint64),
    )


def _prove(rows: Candidates, row: NDArray[np.intp], asked: NDArray[np.intp], query: Query, index: Index) -> None:
    for term, digests in query.proves:
        column = COLUMN[term]
        rows.exact[row, column] = True
        if term == "phone":
            rows.number[row] = digests[asked]
            rows.phones = _different(row, digests[asked], rows.unit.size)
        if term in COUNTED:
            rows.shared[row, column] = index.count(digests[asked])


def _different(row: NDArray[np.intp], digests: NDArray[np.uint64], count: int) -> NDArray[np.uint8]:
    """How many different digests each of so many rows has; most have one."""
    held = np.bincount(row, minlength=count)
    if held.max(initial=0) > 1:
        order = np.lexsort((digests, row))
        row, digests = row[order], digests[order]
        again = (row[1:] == row[:-1]) & (digests[1:] == digests[:-1])
        held -= np.bincount(row[1:][again], minlength=count)
    return held.astype(np.uint8)


def _compare_sketches(rows: Candidates, kind: str, units: Units, index: Index) -> None:
    """Fuzzy agreement where no digest proved the field already."""
    column = SKETCHED.index(kind)
    proved = rows.exact[:, COLUMN[kind]]
    rows.fuzzy[proved, column] = 1.0
    if not units.has_field(kind) and kind in NAMED_BY:  # nothing is gained by its reading where the name agrees
        proved = proved | (rows.fuzzy[:, SKETCHED.index(NAMED_BY[kind])] == 1)
    open_rows = np.flatnonzero(~proved)
    asked_units, at = np.unique(rows.unit[open_rows], return_inverse=True)
    given = units.texts(kind, asked_units.tolist())
    there = np.fromiter(map(bool, given.text), np.bool_, len(given.text))[at]
    asked, at = open_rows[there], at[there]
    texts = [given.text[n] for n in at.tolist()]
    is_cut, alone = np.array(given.cut, np.bool_), np.array(given.alone, np.bool_)
    for n in np.flatnonzero(is_cut & alone).tolist():
        alone[n] = not given.text[n].isascii()
    rows.cut[asked, column] = cut = is_cut[at]
    rows.alone[asked, column] = by_itself = alone[at]
    if texts:
        agrees = _agree(kind, index, rows.subject[asked], texts, by_itself)[0]
        turned = np.flatnonzero(agrees < TURNED)
        turned = turned[np.fromiter((bool(given.turned[n]) for n in at[turned].tolist()), np.bool_, turned.size)]
        if turned.size:
            others = [given.turned[n] for n in at[turned].tolist()]
            agrees[turned] = np.maximum(agrees[turned], index.agreement(kind, rows.subject[asked[turned]], others))
        if kind != "address" and kind in index.sketches and (agrees < 1).any():
            least = np.where(cut, BEGUN, np.where(by_itself, SURNAME, 0))
            agrees = _begun(agrees, texts, least, index.sketches[kind].lengths(rows.subject[asked]))
        doubtful = ~np.array(given.sure, np.bool_)[at] & (agrees < SURNAME)
        rows.fuzzy[asked, column] = np.where(doubtful, np.nan, agrees)
        _see_by_chance(rows, kind, texts, asked, index)


def _agree(
    kind: str, index: Index, subjects: NDArray[np.uint32], texts: Sequence[str], alone: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How well texts agree with the subjects beside them; of addresses also how well their towns do."""
    if kind == "address" and kind in index.sketches:
        return compare_places(index, subjects, texts, alone.tolist())
    agrees = index.agreement(kind, subjects, texts)
    return agrees, agrees


def _begun(
    agrees: NDArray[np.float32], texts: Sequence[str], least: NDArray[np.floating], lengths: NDArray[np.integer]
) -> NDArray[np.float32]:
    """Raise a name that is the very beginning of the one enrolled to the least that counts as such.

    A beginning is told by its agreement, which is the root of the share that is there (see `agreements`).
    """
    given = np.array([len(text) for text in texts], np.float32)
    share = np.divide(given, lengths, out=np.zeros_like(given), where=lengths > 0)
    perfect = (share > 0) & (agrees >= np.sqrt(np.minimum(share, 1)) - SAME_SCORE)
    return np.where(perfect, np.maximum(agrees, least), agrees).astype(np.float32)


def _see_by_chance(rows: Candidates, kind: str, texts: Sequence[str], asked: NDArray[np.intp], index: Index) -> None:
    """Agreements of some of the texts with customers picked at random, the texts' own candidates left out."""
    picked = np.random.default_rng(PICKED).integers(0, index.subjects, PICKED).astype(np.uint32)
    beside = np.arange(PICKED) * len(texts) // PICKED if len(texts) > PICKED else np.arange(PICKED) % len(texts)
    strange = np.flatnonzero(picked != rows.subject[asked][beside])
    alone = rows.alone[asked, SKETCHED.index(kind)][beside[strange]]
    agrees, towns = _agree(kind, index, picked[strange], [texts[n] for n in beside[strange].tolist()], alone)
    rows.by_chance[kind] = agrees[~np.isnan(agrees)]
    if kind == "address":
        rows.by_chance["town"] = towns[~np.isnan(towns)]


def _check(rows: Candidates, kind: str, given: Terms, units: Units, index: Index, *, counted: bool) -> None:
    """Kinds that are equal or not: does any of the unit's values agree with the subject's?"""
    column, fuzzy = COLUMN[kind], COMPARED.index(kind)
    row, value = join(rows.unit, given.units)
    still = ~rows.exact[row, column]
    row, value = row[still], value[still]
    agrees = index.equality(kind, rows.subject[row], given.digests[value])
    known = ~np.isnan(agrees)
    rows.fuzzy[row[known], fuzzy] = 0.0
    rows.alone[row[known], fuzzy] = units.has_field(kind)
    yes = agrees == 1
    rows.exact[row[yes], column] = True
    if counted:
        rows.shared[row[yes], column] = index.count(given.digests[value[yes]])
    rows.fuzzy[rows.exact[:, column], fuzzy] = 1.0


def first_for_something(rows: Candidates, total: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each candidate is the best explanation of at least one value that led to it, and of nothing far worse.

    A namesake whose number ends in the same four digits is led to by nothing that the right customer does not
    explain better.
    """
    row, value = rows.led
    best = np.full(int(value.max(initial=-1)) + 1, -np.inf)
    np.maximum.at(best, value, total[row])
    leads = total[row] >= best[value] - TIED
    return (np.bincount(row, leads, minlength=total.size) > 0) & ~_overshadowed(rows, total)


def _overshadowed(rows: Candidates, total: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Candidates by a name and a town alone where the unit speaks far more clearly of somebody else.

    In text a neighbour's name stands near; where many live in few towns, it has a bearer in this one too.
    """
    _, unit = np.unique(rows.unit, return_inverse=True)
    best = np.full(unit.max(initial=-1) + 1, -np.inf)
    np.maximum.at(best, unit, np.where(rows.borrowed, -np.inf, total))
    own = rows.exact[:, [COLUMN[kind] for kind in OF_ONE_PERSON]].any(axis=1)
    clearer: NDArray[np.bool_] = total < best[unit] - CLEARLY
    return clearer & ~own
