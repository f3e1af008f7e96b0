"""Which rows of one file fit a condition: from its lens alone, the rarest part of a condition first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from fingerprints.index.sorted_search import distinct
from trails.explore.conditions import (
    SYSTEM,
    AtRows,
    ClockHours,
    Either,
    Every,
    InSessions,
    NamedIn,
    NamedLike,
    OfLine,
    OfSubjects,
    TimeSpan,
    Weekdays,
    Without,
)
from trails.explore.explorer import NOBODY, QUARTERS, SLOT_S, codes_of, weekday_of
from trails.explore.lens import MIXED, session_hash
from trails.store.runs import KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer, PartLens
    from trails.explore.lens import LensArrays

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MANY: Final = 500
"""With so many customers, nearly every page of the sorted ones is looked at."""
FEW: Final = 8
"""Below one in so many rows, rows are listed instead of marked."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Rows of a file: all of them, some by number, or some by a mark; exactly one of the three."""

    all: bool = False
    rows: Rows | None = None
    marks: Flags | None = None

    def of(self, arrays: LensArrays, name: str) -> NDArray[Any]:
        """The places of an array, one a row, that belong to the rows."""
        if self.rows is not None:
            return arrays[name][self.rows]
        array = arrays.whole(name)
        return array if self.all else array[self.marks]

    def numbers(self, size: int) -> Rows:
        """The rows' numbers."""
        if self.all:
            return np.arange(size, dtype=np.int64)
        return self.rows if self.rows is not None else np.flatnonzero(self.marks)  # type: ignore[arg-type]


ALL: Final = Picked(all=True)
NOWHERE: Final = np.empty(0, np.int64)
NONE: Final = Picked(rows=NOWHERE)


class Prepared:
    """A condition made ready for all files: names are codes, texts are the names that hold them."""

    def __init__(self, explorer: Explorer, condition: Condition) -> None:
        self.condition = condition
        self._explorer = explorer
        self._flags: dict[int, tuple[Flags, bool]] = {}

    def pick(self, part: PartLens, arrays: LensArrays, within: Picked = ALL) -> Picked:
        """The rows of a file that fit, of all or of some."""
        return _Picker(self, part, arrays).pick(self.condition, within)

    def flags(self, condition: NamedIn | NamedLike, field: str) -> tuple[Flags, bool]:
        """Which places of a field's codes (`Explorer.codes`) fit, and whether a record that says nothing does."""
        known = self._flags.get(id(condition) * 31 + hash(field))
        if known is None:
            codes = self._explorer.codes[field]
            if isinstance(condition, NamedIn):
                named = [name for name in condition.names if name is not None]
                wanted, silent = codes_of(named), None in condition.names
            else:
                wanted, silent = self._like(field, condition.text), False
            fit = np.isin(codes, wanted)
            known = (fit | (codes == NOBODY) if silent else fit, silent)
            self._flags[id(condition) * 31 + hash(field)] = known
        return known

    def _like(self, field: str, text: str) -> NDArray[np.uint32]:
        folded = text.casefold()
        found = [code for code, name in self._explorer.names(field).items() if folded in name.casefold()]
        return np.array(found, np.uint32)

    def clock(self, first_slot: int, slots: int, condition: ClockHours | Weekdays) -> Flags:
        """Which quarters of an hour fit, from one on."""
        local = np.arange(first_slot, first_slot + slots, dtype=np.int64) + self._explorer.offsets(first_slot, slots)
        if isinstance(condition, ClockHours):
            return np.isin(local // QUARTERS % 24, list(condition.hours))
        return np.isin(weekday_of(local), list(condition.days))


def subject_rows(arrays: LensArrays, digests: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """The rows of one file that are about some customers (sorted digests), in any order, and who each is about."""
    known = arrays["subject"] if len(digests) < MANY else arrays.whole("subject")
    if len(digests) > len(known):
        at = np.minimum(np.searchsorted(digests, known), max(len(digests) - 1, 0))
        places = np.flatnonzero(digests[at] == known)
    else:
        left = np.searchsorted(known, digests)
        there = known[np.minimum(left, len(known) - 1)] == digests if len(known) else np.zeros(len(digests), np.bool_)
        left = left[there]
        counts = np.searchsorted(known, digests[there], side="right") - left
        places = np.repeat(left - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
    return arrays["at"][places].astype(np.int64), known[places]


class _Picker:
    def __init__(self, prepared: Prepared, part: PartLens, arrays: LensArrays) -> None:
        self._prepared = prepared
        self._part = part
        self._arrays = arrays
        self._size = part.head.rows

    def pick(self, condition: Condition, within: Picked = ALL) -> Picked:  # noqa: PLR0911  # one line a kind
        """Those of some rows that fit."""
        match condition:
            case Every():
                for one in sorted(condition.parts, key=_cost):
                    within = self.pick(one, within)
                    if within.rows is not None and not len(within.rows):
                        return NONE
                return within
            case Either():
                return self._either([self.pick(one, within) for one in condition.parts], within)
            case Without():
                return self._less(within, self.pick(condition.part, within))
            case NamedIn():
                return self._named(condition, condition.field, within)
            case NamedLike():
                return self._either([self._named(condition, field, within) for field in condition.fields], within)
            case _:
                return self._particular(condition, within)

    def _particular(
        self, condition: TimeSpan | ClockHours | Weekdays | OfSubjects | InSessions | OfLine | AtRows, within: Picked
    ) -> Picked:
        match condition:
            case TimeSpan():
                return self._span(condition, within)
            case ClockHours() | Weekdays():
                return self._clock(condition, within)
            case OfSubjects():
                return self._among(np.sort(subject_rows(self._arrays, condition.digests)[0]), within)
            case InSessions():
                return self._among(self._session_rows(condition.names), within)
            case AtRows():
                rows = condition.rows.get(self._part.number, NOWHERE)
                return self._among(rows[rows < self._size], within)
            case OfLine():
                return self._among(self._line_rows(condition), within) if condition.part == self._part.number else NONE

    def _named(self, condition: NamedIn | NamedLike, field: str, within: Picked) -> Picked:
        if field == SYSTEM:
            system = self._part.system
            named = isinstance(condition, NamedIn) and system in condition.names
            return within if named or _holds(condition, system) else NONE
        flags, _ = self._prepared.flags(condition, field)
        if field in KEYS:
            return self._in_runs(flags[self._part.runs], within)
        return self._marked(flags[self._part.mixes], within)

    def _in_runs(self, runs: Flags, within: Picked) -> Picked:
        if runs.all():
            return within
        if not runs.any():
            return NONE
        starts = self._arrays["run"]
        if within.rows is not None:
            return Picked(rows=within.rows[runs[np.searchsorted(starts, within.rows, side="right") - 1]])
        lengths = np.diff(starts, append=np.uint32(self._size)).astype(np.int64)
        wanted = lengths[runs]
        total = int(wanted.sum())
        if total * FEW < self._size:
            first = starts[runs].astype(np.int64)
            rows = np.repeat(first - (np.cumsum(wanted) - wanted), wanted) + np.arange(total)
            return self._among(rows, within)
        return self._and(np.repeat(runs, lengths), within)

    def _marked(self, flags: Flags, within: Picked) -> Picked:
        """Rows whose combination is marked."""
        if flags.all():
            return within
        if not flags.any():
            return NONE
        if within.rows is not None:
            return Picked(rows=within.rows[flags[self._arrays["mix"][within.rows]]])
        return self._and(flags[self._arrays.whole("mix")], within)

    def _span(self, condition: TimeSpan, within: Picked) -> Picked:
        head = self._part.head
        if not head.last or condition.first > head.last or condition.until <= head.first:
            return NONE
        if condition.first <= head.first and head.last < condition.until and not head.undated:
            return within
        first, until = max(condition.first, 1), min(condition.until, (1 << 32) - 1)
        if within.rows is not None:
            second = self._arrays["second"][within.rows]
            return Picked(rows=within.rows[(second >= first) & (second < until)])
        second = self._arrays.whole("second")
        return self._and((second >= np.uint32(first)) & (second < np.uint32(until)), within)

    def _clock(self, condition: ClockHours | Weekdays, within: Picked) -> Picked:
        head = self._part.head
        if not head.last:
            return NONE
        first = head.first // SLOT_S
        flags = self._prepared.clock(first, head.last // SLOT_S - first + 1, condition)
        rows = within.rows
        second = self._arrays["second"][rows] if rows is not None else self._arrays.whole("second")
        slot = second // np.uint32(SLOT_S) - np.uint32(first)
        if head.undated:  # they have no hour; their places lie beyond the end
            slot = np.where(second > 0, slot, np.uint32(len(flags)))
            flags = np.append(flags, np.False_)
        if within.rows is not None:
            return Picked(rows=within.rows[flags[slot]])
        return self._and(flags[slot], within)

    def _session_rows(self, names: frozenset[str]) -> Rows:
        """Rows of the runs that may hold a session, looked at themselves: hashes only say where to look."""
        hashes = np.array(sorted(session_hash(name) for name in names), np.uint32)
        known = self._arrays["session"]
        left, right = np.searchsorted(known, hashes, side="left"), np.searchsorted(known, hashes, side="right")
        within = self._arrays["within"]
        runs = distinct(np.concatenate([within[a:b] for a, b in zip(left, right, strict=True)] or [within[:0]]))
        if not len(runs):
            return np.empty(0, np.int64)
        starts = np.append(self._arrays["run"], np.uint32(self._size)).astype(np.int64)
        asked = pl.Series(sorted(names), dtype=pl.String).implode()
        found = []
        for run in runs.tolist():
            begin, end = int(starts[run]), int(starts[run + 1])
            piece = pl.scan_parquet(self._part.path).slice(begin, end - begin).select(pl.col("session").is_in(asked))
            marks = piece.collect().to_series().fill_null(value=False).to_numpy()
            found.append(begin + np.flatnonzero(marks))
        return np.concatenate(found)

    def _line_rows(self, condition: OfLine) -> Rows:
        lines = pl.scan_parquet(self._part.path).select(pl.col("line") == condition.digest).collect().to_series()
        return np.flatnonzero(lines.to_numpy())

    def _among(self, rows: Rows, within: Picked) -> Picked:
        if within.all:
            return Picked(rows=rows)
        if within.rows is not None:
            return Picked(rows=np.intersect1d(rows, within.rows, assume_unique=True))
        return Picked(rows=rows[_marks(within)[rows]])

    def _and(self, marks: Flags, within: Picked) -> Picked:
        return Picked(marks=marks if within.all else marks & _marks(within))

    def _either(self, picked: Sequence[Picked], within: Picked) -> Picked:
        if not picked:
            return NONE
        if any(one is within for one in picked):
            return within
        if all(one.rows is not None for one in picked):
            return Picked(rows=distinct(np.concatenate([one.rows for one in picked])))
        marks = np.zeros(self._size, np.bool_)
        for one in picked:
            if one.all:
                return ALL
            marks |= self._as_marks(one)
        return Picked(marks=marks)

    def _less(self, whole: Picked, picked: Picked) -> Picked:
        if picked is whole or picked.all:
            return NONE
        if whole.rows is not None:
            return Picked(rows=np.setdiff1d(whole.rows, picked.numbers(self._size), assume_unique=True))
        marks = ~self._as_marks(picked)
        return Picked(marks=marks if whole.all else marks & _marks(whole))

    def _as_marks(self, picked: Picked) -> Flags:
        if picked.marks is not None:
            return picked.marks
        marks = np.zeros(self._size, np.bool_)
        marks[picked.numbers(self._size)] = True
        return marks


def _marks(picked: Picked) -> Flags:
    """The marks of rows that are told by marks."""
    assert picked.marks is not None  # noqa: S101  # rows that are neither all nor listed are marked
    return picked.marks


def _holds(condition: NamedIn | NamedLike, name: str) -> bool:
    return isinstance(condition, NamedLike) and condition.text.casefold() in name.casefold()


def _cost(condition: Condition) -> int:  # noqa: PLR0911  # one line a kind
    """What is asked first: what leaves few rows, and costs little."""
    match condition:
        case NamedIn(field=field) if field == SYSTEM:
            return 0
        case OfSubjects() | AtRows():
            return 1
        case NamedIn(field=field) if field in KEYS:
            return 2
        case InSessions() | OfLine():
            return 3
        case TimeSpan():
            return 4
        case NamedIn(field=field) if field in MIXED:
            return 5
        case NamedLike():
            return 6
        case ClockHours() | Weekdays():
            return 7
        case _:
            return 8
