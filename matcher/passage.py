"""One passage against the index: find, look up, compare, weigh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fingerprints.index.sorted_search import distinct
from matcher.compare.candidates import ALL_METHODS, CLEARLY, COLUMN, Methods, compare, look_up
from matcher.compare.neighbours import share_with_neighbours
from matcher.compare.pruning import drop_hopeless
from matcher.compare.settled_rows import ALIKE, settle
from matcher.compare.slips import MOST_AT_ONCE, SLIPPING, Slips, unexplained
from matcher.decide.parts import Part, as_part
from matcher.decide.phone_lists import look_at_phones
from matcher.decide.score import weigh
from matcher.find.candidates import pair_terms
from matcher.readers.interface import Prose, Rows
from matcher.units.columns import type_columns
from matcher.units.prose import ProseUnits
from matcher.units.rows import RowUnits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.compare.candidates import Candidates
    from matcher.decide.score import Scores
    from matcher.find.candidates import Terms
    from matcher.units.columns import Field

CHARS_A_ROW, ROWS_FOUND = 2000, 8
"""Characters of free text that cost about as much as a row of a table, and rows that somebody found in it costs."""


@dataclass(frozen=True, slots=True)
class PassageJob:
    """A passage to look at, with the members it lies in and, of a table, what its columns hold."""

    passage: Rows | Prose
    path: tuple[str, ...]
    fields: tuple[Field, ...] = ()

    def weight(self, part: Part) -> int:
        """How much work it was, in rows of a table, to come to its part."""
        if isinstance(self.passage, Rows):
            return len(self.passage.places)
        found = 0 if part.found is None else part.found.unit.size
        return len(self.passage.text) // CHARS_A_ROW + part.places.size + ROWS_FOUND * found

    @property
    def place(self) -> str:
        """Where it begins, as a person would count."""
        if isinstance(self.passage, Rows):
            return f"{self.passage.place} {next(iter(self.passage.places), 0)}"
        return f"line {self.passage.first_line}"


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at passages; can be sent to another process, where it opens the same index again."""

    index: Index
    digester: Digester
    kinds: Mapping[str, IdentifierKind]
    methods: Methods = ALL_METHODS

    def look(self, job: PassageJob) -> Part:
        """Everybody whom a passage could speak of."""
        if isinstance(job.passage, Prose):
            units: ProseUnits | RowUnits = ProseUnits(job.passage, self.kinds)
        else:
            units = RowUnits(job.passage, self.kinds, job.fields)
        terms = units.collected.digest(self.digester, ALIKE)
        scored = []
        is_open = np.ones(units.count, np.bool_)
        if isinstance(units, RowUnits) and (settled := settle(units, terms, self.index, self.digester, self.methods)):
            scored.append(settled)
            is_open[settled[0].unit] = False
        rest = {kind: some.of(is_open) for kind, some in terms.items()} if not is_open.all() else dict(terms)
        rest |= units.collected.digest_rest(self.digester, ALIKE, is_open)
        pairs = pair_terms(rest, self.digester)
        rows = look_up(units, rest, pairs, self.index, self.methods)
        if rows is not None:
            rows = drop_hopeless(rows, self.index.subjects)
            compare(rows, rest, units, self.index, self.methods)
            if isinstance(units, ProseUnits):
                share_with_neighbours(rows, units.parted())
            scored.append((rows, weigh(rows, self.index.subjects)))
        if isinstance(units, RowUnits) and self.methods.fuzzy:
            scored = [*self._with_slips(units, rest, scored)]
        ours = [some.unit[some.exact[:, COLUMN["phone"]]] for some, _ in scored]
        phones = look_at_phones(
            units, terms.get("phone"), np.concatenate([np.zeros(0, np.intp), *ours]), self.index, self.digester
        )
        every = rest | terms
        asked = [every[name].units for name in every if units.is_posted(name)]
        asked += [made.units for made, _left, _right in pairs.values()]
        asked_units = distinct(np.concatenate([np.zeros(0, np.int64), *asked]))
        return as_part(units, every, job.path, scored, phones, asked_units)

    def _with_slips(
        self, units: RowUnits, terms: Mapping[str, Terms], scored: list[tuple[Candidates, Scores]]
    ) -> Iterator[tuple[Candidates, Scores]]:
        """The candidates again, those of rows that nobody explains with slips of the hand allowed for."""
        enough = np.log2(max(self.index.subjects, 1)) + CLEARLY
        sure = [rows.unit[scores.possible & (scores.total >= enough)] for rows, scores in scored]
        told = [terms[kind].units for kind in SLIPPING if kind in terms and units.has_field(kind)]
        explained, asked = (distinct(np.concatenate([np.zeros(0, np.int64), *some])) for some in (sure, told))
        again = unexplained(units.count, explained, asked)
        is_again = np.zeros(units.count, np.bool_)
        is_again[again] = True
        for rows, scores in scored:
            kept = ~is_again[rows.unit]
            if kept.all():
                yield rows, scores
            elif kept.any():
                others = rows.keep(kept)
                yield others, weigh(others, self.index.subjects)
        for start in range(0, again.size, MOST_AT_ONCE):
            some = again[start : start + MOST_AT_ONCE]
            if (found := self._allow_slips(units, terms, some)) is not None:
                yield found

    def _allow_slips(
        self, units: RowUnits, terms: Mapping[str, Terms], some: NDArray[np.intp]
    ) -> tuple[Candidates, Scores] | None:
        wanted = np.zeros(units.count, np.bool_)
        wanted[some] = True
        mine = {kind: given.of(wanted) for kind, given in terms.items()}
        slips = Slips(units, some, mine, self.digester)
        rows = look_up(units, mine, pair_terms(mine, self.digester), self.index, self.methods, more=slips.queries)
        if rows is None:
            return None
        compare(rows, mine, units, self.index, self.methods)
        slips.mark(rows, self.index)
        return rows, weigh(rows, self.index.subjects)


class Typist:
    """Types the columns of each table once, by its first batch."""

    def __init__(self, kinds: Mapping[str, IdentifierKind]) -> None:
        self._kinds = kinds
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...], int, int], tuple[Field, ...]] = {}

    def job(self, passage: Rows | Prose, path: tuple[str, ...]) -> PassageJob:
        """The passage as a job."""
        if isinstance(passage, Prose):
            return PassageJob(passage, path)
        table = (path, passage.header, len(passage.columns), passage.table)
        if table not in self._known:
            self._known[table] = type_columns(passage, self._kinds)
        return PassageJob(passage, path, self._known[table])
