"""Questions to all records, and their answers: how many fit, when, by whom and what, and the newest of them.

Counts are exact. The order is that of time, newest first, records without a time last; records of one second stand in
the order of their files and rows, so that a page always goes on where the one before it ended, whatever was imported
in between.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from trails.explore.conditions import ANYTHING, NAMED, SYSTEM
from trails.explore.explorer import NOBODY, SLOT_S, THREADS
from trails.explore.lens import lens_path, mapped
from trails.explore.selection import ALL, Prepared
from trails.store.runs import KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer, PartLens
    from trails.explore.lens import LensArrays
    from trails.explore.selection import Picked

PAGE: Final = 50


class RowPlace(NamedTuple):
    """Where a record stands: its time in seconds since 1970 (0 without one), its file's number, its row there."""

    second: int
    part: int
    row: int


@dataclass(frozen=True, slots=True)
class CountedRecords:
    """What fits a question.

    Attributes:
        rows: How many records, one for each customer of a record.
        slots: Records by quarter of an hour, from ``first_slot`` (of `SLOT_S` since 1970) on.
        undated: Records without a time.
        facets: By field, how many records each value has, the most frequent first; None is no value.
        page: The newest, after the place that was asked for.
        more: Whether there are more of them.
    """

    rows: int
    first_slot: int
    slots: NDArray[np.int64]
    undated: int
    facets: dict[str, dict[str | None, int]]
    page: list[RowPlace] = field(default_factory=list)
    more: bool = False


@dataclass(slots=True)
class _Part:
    rows: int
    first_slot: int
    slots: NDArray[np.int64]
    undated: int
    runs: NDArray[np.int64]
    mixes: NDArray[np.int64]
    page: list[RowPlace] | None
    """The newest rows; None where all rows of the file fit, which `_with_whole` looks at."""


def ask(
    explorer: Explorer,
    condition: Condition = ANYTHING,
    *,
    after: RowPlace | None = None,
    limit: int = PAGE,
    facets: Sequence[str] = NAMED,
) -> CountedRecords:
    """Count what fits, and find the newest of it.

    Args:
        explorer: The records.
        condition: What they have to be.
        after: The last one of the page before; None for the first page.
        limit: How many a page holds.
        facets: The fields whose values are counted.
    """
    prepared = Prepared(explorer, condition)

    def look(part: PartLens) -> _Part | None:
        with mapped(lens_path(part.path), part.head) as arrays:
            return _of_part(part, arrays, prepared, after, limit)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(look, explorer.parts))
    whole = [part for part, one in zip(explorer.parts, found, strict=True) if one is not None and one.page is None]
    seen = [(part, one) for part, one in zip(explorer.parts, found, strict=True) if one is not None]
    page = _with_whole([place for _, one in seen for place in one.page or ()], whole, after, limit)
    first, slots = _slots([one for _, one in seen])
    return CountedRecords(
        sum(one.rows for _, one in seen), first, slots, sum(one.undated for _, one in seen),
        {name: _facet(explorer, name, seen) for name in facets}, page[:limit], len(page) > limit,
    )  # fmt: skip


def rows_of(explorer: Explorer, condition: Condition) -> dict[int, NDArray[np.int64]]:
    """The rows that fit, by the number of their file; files without any are left out."""
    prepared = Prepared(explorer, condition)

    def look(part: PartLens) -> NDArray[np.int64]:
        with mapped(lens_path(part.path), part.head) as arrays:
            return np.array(prepared.pick(part, arrays).numbers(part.head.rows), np.int64)

    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(look, explorer.parts)
        return {part.number: rows for part, rows in zip(explorer.parts, found, strict=True) if len(rows)}


def _of_part(
    part: PartLens, arrays: LensArrays, prepared: Prepared, after: RowPlace | None, limit: int
) -> _Part | None:
    picked = prepared.pick(part, arrays)
    if picked.all:
        return _of_all(part, arrays)
    second = picked.of(arrays, "second")
    if not len(second):
        return None
    head = part.head
    first = head.first // SLOT_S
    slot = second // np.uint32(SLOT_S)
    undated = 0
    if head.undated:
        dated = slot > 0
        undated = len(second) - int(dated.sum())
        slot = slot[dated]
    slots = np.bincount(slot - np.uint32(first), minlength=head.last // SLOT_S - first + 1 if head.last else 0)
    mixes = np.bincount(picked.of(arrays, "mix"), minlength=len(head.mixes))
    return _Part(
        len(second), first, slots, undated, _by_run(part, arrays, picked), mixes,
        _newest(part, picked, second, after, limit),
    )  # fmt: skip


def _of_all(part: PartLens, arrays: LensArrays) -> _Part:
    """What was counted when the lens was made."""
    head = part.head
    slots, mixes = (arrays[name].astype(np.int64) for name in ("by_slot", "by_mix"))
    return _Part(head.rows, head.first // SLOT_S, slots, head.undated, _by_run(part, arrays, ALL), mixes, None)


def _with_whole(page: list[RowPlace], whole: Sequence[PartLens], after: RowPlace | None, limit: int) -> list[RowPlace]:
    """The newest of some rows and of whole files; those files are looked at that may hold newer ones, newest first."""
    page = sorted(page, reverse=True)[: limit + 1]
    for part in sorted(whole, key=lambda one: one.head.last, reverse=True):
        if len(page) > limit and part.head.last < page[-1].second:
            break
        with mapped(lens_path(part.path), part.head) as arrays:
            found = _newest(part, ALL, arrays["second"], after, limit)
        page = sorted([*page, *found], reverse=True)[: limit + 1]
    return page


def _by_run(part: PartLens, arrays: LensArrays, picked: Picked) -> NDArray[np.int64]:
    starts = arrays.whole("run")
    if picked.rows is not None:
        runs = np.searchsorted(starts, picked.rows, side="right") - 1
        return np.bincount(runs, minlength=len(starts))
    if picked.marks is not None:
        counted = np.cumsum(picked.marks, dtype=np.uint32)
        before = np.r_[0, counted[starts[1:].astype(np.int64) - 1]].astype(np.int64)
        ends = np.append(before[1:], int(counted[-1]))
        return np.asarray(ends - before, np.int64)
    first = starts.astype(np.int64)
    return np.append(first[1:], part.head.rows) - first


def _newest(
    part: PartLens, picked: Picked, second: NDArray[np.uint32], after: RowPlace | None, limit: int
) -> list[RowPlace]:
    """The newest of some rows of a file, one more than a page holds."""
    wanted = limit + 1
    if after is not None and after.second < part.head.first and not part.head.undated:
        return []
    at: NDArray[np.int64] = np.arange(0)
    if after is None:
        low = 0
        if len(second) > wanted:
            low = int(np.partition(second, len(second) - wanted)[len(second) - wanted])
        at = np.flatnonzero(second >= low)
    else:
        before = second <= after.second if after.part > part.number else second < after.second
        if after.part == part.number:
            same = np.flatnonzero(second == after.second)
            before[same[_numbers(picked, same) < after.row]] = True
        at = np.flatnonzero(before)
        if len(at) > wanted:
            low = int(np.partition(second[at], len(at) - wanted)[len(at) - wanted])
            at = at[second[at] >= low]
    places = [
        RowPlace(stamp, part.number, row)
        for stamp, row in zip(second[at].tolist(), _numbers(picked, at).tolist(), strict=True)
    ]
    return sorted(places, reverse=True)[:wanted]


def _numbers(picked: Picked, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row numbers of some of the picked rows."""
    if picked.all:
        return at
    if picked.rows is not None:
        return picked.rows[at]
    return np.flatnonzero(picked.marks)[at]  # type: ignore[arg-type]


def _slots(parts: Sequence[_Part]) -> tuple[int, NDArray[np.int64]]:
    dated = [one for one in parts if len(one.slots)]
    if not dated:
        return 0, np.zeros(0, np.int64)
    first = min(one.first_slot for one in dated)
    whole = np.zeros(max(one.first_slot + len(one.slots) for one in dated) - first, np.int64)
    for one in dated:
        whole[one.first_slot - first : one.first_slot - first + len(one.slots)] += one.slots
    there = np.flatnonzero(whole)
    if not len(there):
        return 0, np.zeros(0, np.int64)
    return first + int(there[0]), whole[there[0] : there[-1] + 1]


def _facet(explorer: Explorer, name: str, seen: Sequence[tuple[PartLens, _Part]]) -> dict[str | None, int]:
    counted: dict[str | None, int] = {}
    if name == SYSTEM:
        for part, one in seen:
            counted[part.system] = counted.get(part.system, 0) + one.rows
        return _sorted(counted)
    if not seen:
        return {}
    codes = np.concatenate([explorer.codes[name][part.runs if name in KEYS else part.mixes] for part, _ in seen])
    rows = np.concatenate([one.runs if name in KEYS else one.mixes for _, one in seen])
    named = codes != NOBODY
    totals = np.bincount(codes[named], weights=rows[named])
    known = explorer.names(name)
    found: dict[str | None, int] = {known[code]: int(totals[code]) for code in np.flatnonzero(totals).tolist()}
    if silent := int(rows[~named].sum()):
        found[None] = silent
    return _sorted(found)


def _sorted(counted: dict[str | None, int]) -> dict[str | None, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0] or "")))
