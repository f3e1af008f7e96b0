"""What the records show of one candidate: over time, by hour and weekday, by place; beside colleagues and others.

Everything is counted exactly, over the records as they stand; what the leaked customers were to it is kept apart from
all else. Nothing here says that anybody did anything: it shows where to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from root_cause.dossier.coverage import TouchedTogether, measure_coverage
from root_cause.dossier.holders import touches_of_leaked
from trails.explore.conditions import ANYTHING, AtRows, Either, NamedIn, TimeSpan, both
from trails.explore.explorer import QUARTERS, SLOT_S, weekday_of
from trails.explore.gathered import gather
from trails.explore.questions import ask
from trails.store.runs import RUN_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from root_cause.dossier.coverage import Coverage
    from root_cause.dossier.holders import LeakedSet, LeakedTouches, TrailHolder
    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer
    from trails.explore.questions import CountedRecords, RowPlace

    Counts = NDArray[np.int64]

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
WIDTHS: Final = (60, 300, SLOT_S, HOUR_S, 4 * HOUR_S, DAY_S, 7 * DAY_S, 28 * DAY_S, 91 * DAY_S)
"""Widths of bars in seconds."""
MOST_BARS: Final = 140
COLLEAGUES: Final = 24
SAME_SIZE: Final = 2.0
"""A colleague has between half and twice as many records."""
LOW, HIGH = 10, 90
LANES: Final = 8
OTHERS: Final = 12
SHIFT_SHARE: Final = 0.02
"""An hour with less of the records than that is outside of the usual ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """The accesses at one terminal, or from one address, bar by bar."""

    name: str | None
    all: Counts
    leaked: Counts


@dataclass(frozen=True, slots=True)
class FirstLast:
    """When a leaked customer was touched for the first and the last time, and how often; seconds since 1970.

    ``whole`` says that it was only ever touched by records that name a whole extract and no customer.
    """

    subject: int
    first: int
    last: int
    touches: int
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """One candidate, over a range of time.

    Attributes:
        rows: Its records in the range; ``rows_ever`` at all.
        covered: Leaked customers that it touched in the range, of ``of``; ``covered_ever`` at all.
        span: The first and last second of all of its records.
        bars: The beginning of each bar in seconds, and the end of the last one.
        all: Its records, bar by bar; ``leaked`` those about leaked customers.
        low: What one in ten colleagues stays below, bar by bar; ``high`` nine in ten. Empty without colleagues.
        colleagues: How many holders of its kind and size there are in that band.
        heat: Records by weekday (Monday first) and hour; ``heat_leaked`` those about leaked customers.
        usual: Usual hours of its other work, whatever the range: neither touches of leaked customers count, nor
            anything in the stretch in which most of these touches lie close together.
        lanes: By field, its places.
        others: Who else (never itself) touched leaked customers in the range: name, and how many.
        customers: Each of the leaked customers that it touched in the range, by the first touch.
        coverage: How close together these touches lie, and at which terminal, if it was one.
        hits: The records that touch leaked customers (``part``, ``row``, ``second``, …), oldest first.
        page: The newest records in the range, and whether there are more.
    """

    rows: int
    rows_ever: int
    covered: int
    covered_ever: int
    of: int
    span: tuple[int, int] | None
    bars: list[int]
    all: Counts
    leaked: Counts
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    colleagues: int
    heat: Counts
    heat_leaked: Counts
    usual: frozenset[int]
    lanes: dict[str, list[Lane]]
    others: list[tuple[str, int]]
    customers: list[FirstLast]
    coverage: Coverage | None
    coverage_terminal: str | None
    hits: pl.DataFrame
    page: list[RowPlace]
    more: bool
    systems: tuple[str, ...]


def compile_dossier(
    explorer: Explorer,
    candidate: TrailHolder,
    leaked: LeakedSet,
    *,
    within: TimeSpan | None = None,
    after: RowPlace | None = None,
    limit: int = 50,
    only_leaked: bool = False,
) -> Dossier:
    """Look at a candidate.

    Args:
        explorer: The records.
        candidate: Whose.
        leaked: The customers of the incident.
        within: The range; all of its records unless given.
        after: The last record of the page before.
        limit: How many records a page shows.
        only_leaked: Whether the page shows only those about leaked customers.
    """
    ever = ask(explorer, candidate.condition, limit=0, facets=("system",))
    span = _span(ever.first_slot, ever.slots)
    fields = ("terminal", "address")
    ever_touched = touches_of_leaked(explorer, leaked, fields, candidate.condition)
    rows = gather(explorer, both(candidate.condition, within or ANYTHING), fields)
    first, until = (within.first, within.until) if within else (span or (0, 1))
    touched = ever_touched.within(first, until) if within else ever_touched
    condition = both(candidate.condition, within or ANYTHING)
    listed = ask(
        explorer,
        both(condition, _leaked_rows(leaked, touched)) if only_leaked else condition,
        after=after,
        limit=limit,
        facets=(),
    )
    bars, width, base = lay_bars(explorer, first, until)
    clock = _Clock(explorer)
    mine = clock.bar(rows["second"], base, width, len(bars) - 1)
    records = touched.records
    leaked_bars = clock.bar(records["second"], base, width, len(bars) - 1)
    low, high, colleagues = _band(explorer, candidate, within, base, width, len(bars) - 1)
    heat, heat_leaked = clock.heat(rows["second"]), clock.heat(records["second"])
    coverage_ever = _coverage(clock, ever_touched)
    coverage = _coverage(clock, touched) if within else coverage_ever
    other_hours = _other_work(explorer, candidate, ever, clock, ever_touched, coverage_ever)
    return Dossier(
        rows=len(rows), rows_ever=ever.rows, covered=len(touched.subjects()),
        covered_ever=len(ever_touched.subjects()), of=len(leaked.current), span=span, bars=bars,
        all=np.bincount(mine[mine >= 0], minlength=len(bars) - 1),
        leaked=np.bincount(leaked_bars[leaked_bars >= 0], minlength=len(bars) - 1),
        low=low, high=high, colleagues=colleagues, heat=heat, heat_leaked=heat_leaked,
        usual=_usual(other_hours),
        lanes={name: _lanes(name, rows, records, mine, leaked_bars, len(bars) - 1) for name in fields},
        others=_others(explorer, candidate, leaked, within), customers=_customers(touched), coverage=coverage,
        coverage_terminal=_terminal(records, coverage), hits=records, page=listed.page, more=listed.more,
        systems=tuple(sorted(name for name in ever.facets["system"] if name)),
    )  # fmt: skip


class _Clock:
    """The zone's quarters of an hour, worked out once over all that is looked at."""

    def __init__(self, explorer: Explorer) -> None:
        span = explorer.span or (0, 0)
        self._first = span[0] // SLOT_S
        self._offsets = explorer.offsets(self._first, span[1] // SLOT_S - self._first + 1)

    def local(self, seconds: pl.Series) -> Counts:
        """Seconds since 1970 as the clock on the wall shows them."""
        stamps = seconds.to_numpy().astype(np.int64)
        at = np.clip(stamps // SLOT_S - self._first, 0, len(self._offsets) - 1)
        local: Counts = stamps + self._offsets[at] * SLOT_S
        return local

    def bar(self, seconds: pl.Series, base: int, width: int, bars: int) -> Counts:
        """The bar of each second; -1 outside of all of them."""
        at = (self.local(seconds) - base) // width
        return np.where((at >= 0) & (at < bars) & (seconds.to_numpy() > 0), at, -1)

    def heat(self, seconds: pl.Series) -> Counts:
        """How many fall on each weekday and hour."""
        local = self.local(seconds.filter(seconds > 0)) // SLOT_S
        cells = weekday_of(local) * 24 + local // QUARTERS % 24
        return np.bincount(cells, minlength=7 * 24).reshape(7, 24)


def _leaked_rows(leaked: LeakedSet, touched: LeakedTouches) -> Condition:
    whole = touched.whole.select("part", "row")
    return Either((leaked.condition, AtRows.of(whole.iter_rows()))) if len(whole) else leaked.condition


def _span(first_slot: int, slots: Counts) -> tuple[int, int] | None:
    return (first_slot * SLOT_S, (first_slot + len(slots)) * SLOT_S) if len(slots) else None


def lay_bars(explorer: Explorer, first: int, until: int, widths: Sequence[int] = WIDTHS) -> tuple[list[int], int, int]:
    """Beginnings of bars and the end of the last, their width, and the second on the wall at which the first begins."""
    span = explorer.span or (first, until)
    first = max(first, span[0] // SLOT_S * SLOT_S)
    until = max(first + 60, min(until, (span[1] // SLOT_S + 1) * SLOT_S))
    begin, end = first + _ahead_at(explorer, first), until + _ahead_at(explorer, until - 1)
    width = next((one for one in widths if -(-(end - begin) // one) <= MOST_BARS), widths[-1])
    base = begin - begin % min(width, DAY_S)
    local = range(base, base + width * (-(-(end - base) // width)) + 1, width)
    # Where the clocks are changed, an hour of the wall is there twice or not at all.
    return [one - _ahead_at(explorer, one - _ahead_at(explorer, one)) for one in local], width, base


def _ahead_at(explorer: Explorer, second: int) -> int:
    return int(explorer.offsets(second // SLOT_S, 1)[0]) * SLOT_S


def _band(
    explorer: Explorer, candidate: TrailHolder, within: TimeSpan | None, base: int, width: int, bars: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """What colleagues of the same size did meanwhile: the tenth and the ninetieth percentile of each bar."""
    nothing = np.zeros(0, np.float64)
    if candidate.kind not in RUN_KINDS:
        return nothing, nothing, 0
    sizes = explorer.sizes(candidate.kind)
    own = sizes.get(candidate.name, 0)
    near = [
        name for name, rows in sizes.items()
        if name and name != candidate.name and own / SAME_SIZE <= rows <= own * SAME_SIZE
    ]  # fmt: skip
    near = sorted(near, key=lambda name: (abs(sizes[name] - own), name))[:COLLEAGUES]
    if len(near) < 3:  # noqa: PLR2004  # two others are no band
        return nothing, nothing, len(near)
    condition: Condition = both(NamedIn(candidate.kind, frozenset(near)), within or ANYTHING)
    rows = gather(explorer, condition, (candidate.kind,))
    at = _Clock(explorer).bar(rows["second"], base, width, bars)
    who = (
        rows[candidate.kind]
        .cast(pl.String)
        .replace_strict({name: number for number, name in enumerate(near)}, return_dtype=pl.Int64)
    )
    inside = at >= 0
    cells = who.to_numpy()[inside] * bars + at[inside]
    table = np.bincount(cells, minlength=len(near) * bars).reshape(len(near), bars)
    low, high = np.percentile(table, [LOW, HIGH], axis=0)
    return low, high, len(near)


def _coverage(clock: _Clock, touched: LeakedTouches) -> Coverage | None:
    dated, whole = (one.filter(pl.col("second") > 0) for one in (touched.single, touched.whole))
    together = [
        TouchedTogether(seconds.to_numpy(), clock.local(seconds) // DAY_S, touched.inside[own["extract_named"][0]])
        for own in whole.partition_by("extract_named")
        for seconds in [own["second"]]
    ]
    return measure_coverage(
        dated["second"].to_numpy(), dated["subject"].to_numpy(), clock.local(dated["second"]) // DAY_S, together
    )


def _other_work(
    explorer: Explorer,
    candidate: TrailHolder,
    ever: CountedRecords,
    clock: _Clock,
    touched: LeakedTouches,
    coverage: Coverage | None,
) -> Counts:
    """Its records by hour of the day, at all times, that have nothing to do with the leak.

    What is to be explained must not say what is usual: each record that touches leaked customers is taken off, once,
    and all that was done in the stretch in which these touches lie close together.
    """
    ahead = explorer.offsets(ever.first_slot, len(ever.slots))
    at = (ever.first_slot + np.arange(len(ever.slots)) + ahead) // QUARTERS % 24
    all_hours = np.bincount(at, weights=ever.slots, minlength=24).astype(np.int64)
    off = touched.records.select("part", "row", "second").filter(pl.col("second") > 0)
    if coverage is not None and coverage.is_dense:
        stretch = TimeSpan(coverage.first, coverage.last + 1)
        off = pl.concat([off, gather(explorer, both(candidate.condition, stretch), ())])
    hours: Counts = all_hours - clock.heat(off.unique(["part", "row"])["second"]).sum(axis=0)
    return hours


def _usual(hours: Counts) -> frozenset[int]:
    total = max(int(hours.sum()), 1)
    return frozenset(int(hour) for hour in np.flatnonzero(hours >= SHIFT_SHARE * total))


def _lanes(field: str, rows: pl.DataFrame, hits: pl.DataFrame, mine: Counts, leaked: Counts, bars: int) -> list[Lane]:
    """The places with most touches of leaked customers, then with most records."""
    counted = (
        rows.group_by(field).len().join(hits.group_by(field).len(name="hits"), on=field, how="left", nulls_equal=True)
    )
    counted = counted.with_columns(pl.col("hits").fill_null(0), text=pl.col(field).cast(pl.String))
    best = counted.sort("hits", "len", "text", descending=[True, True, False])["text"].to_list()[:LANES]
    lanes = []
    for name in best:
        own, own_hits = (_same(frame[field], name) for frame in (rows, hits))
        lanes.append(
            Lane(
                name,
                np.bincount(mine[own & (mine >= 0)], minlength=bars),
                np.bincount(leaked[own_hits & (leaked >= 0)], minlength=bars),
            )
        )
    return lanes


def _same(column: pl.Series, name: str | None) -> NDArray[np.bool_]:
    same = column.is_null() if name is None else column.cast(pl.String) == name
    return same.fill_null(value=False).to_numpy()


def _others(
    explorer: Explorer, candidate: TrailHolder, leaked: LeakedSet, within: TimeSpan | None
) -> list[tuple[str, int]]:
    """Holders of the same kind by how many of the leaked customers they touched in the range."""
    kind = candidate.kind if candidate.kind in RUN_KINDS else "operator"
    each = touches_of_leaked(explorer, leaked, (kind,), within or ANYTHING).covered_by(kind)
    if kind == candidate.kind:
        each.pop(candidate.name, None)
    return sorted(each.items(), key=lambda one: (-one[1], one[0]))[:OTHERS]


def _customers(touched: LeakedTouches) -> list[FirstLast]:
    each = touched.first_and_last()
    return [FirstLast(**one) for one in each.sort("first", "subject").iter_rows(named=True)]


def _terminal(hits: pl.DataFrame, coverage: Coverage | None) -> str | None:
    """The terminal at which all of the touches of a coverage were made, if it is one."""
    if coverage is None:
        return None
    inside = hits.filter((pl.col("second") >= coverage.first) & (pl.col("second") <= coverage.last))
    names: Sequence[str | None] = inside["terminal"].cast(pl.String).unique().to_list()
    return names[0] if len(names) == 1 else None
