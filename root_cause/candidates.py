"""What the likely holders of a leak touched, out of the trails.

Only holders that could score at all are read in full (`best_possible`): a trail has millions of sessions, and a few
touch enough of the leak.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from root_cause.ranking import Leak, Touches, best_possible
from root_cause.terms import ACTION_ODDS
from trails.fields import TAKING_OUT
from trails.store.access import EXPORT, take_census, touches_of
from trails.store.runs import RUN_KINDS
from trails.store.touches import scan_touches, touches_by, touches_in, values_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from trails.store.access import Trails

    MembersOf = Callable[[str], NDArray[np.uint64]]

SESSION: Final = "session"
PER_KIND: Final = 60
"""Holders of a kind that are looked at closely, those that cover most; what is left out is said."""
HOPELESS: Final = -12.0
SAME_MASS: Final = 6
"""Digits after which masses are the same, whatever the order in which they were added up."""
BULK: Final = 2
"""A record that took fewer customers out is no export worth a line of its own."""


@dataclass(frozen=True)
class FoundTouches:
    """The leak with its customers' popularity, the candidates, how many there are, and what was left out."""

    leak: Leak
    touches: tuple[Touches, ...]
    among: dict[str, int]
    limits: tuple[str, ...]


def read_touches(trails: Trails, leak: Leak, members_of: MembersOf, index: Index | None = None) -> FoundTouches:
    """What every likely holder touched; ``members_of`` gives the digests of an extract that a record names.

    Records of before a change of the key hold digests made under the former one; the ``index`` leads them on.
    """
    asked = leak.subjects if index is None else np.union1d(leak.subjects, index.former_digests(leak.subjects))
    seen, reach = touches_of(trails, asked)
    hits = _with_extracts(_led_on(seen, index), members_of)
    sure = pl.DataFrame({"subject": leak.subjects, "sure": leak.confidence}).cast(
        {"subject": pl.UInt64, "sure": pl.Float64}
    )
    hits = hits.join(sure, on="subject", how="inner")
    leak = replace(
        leak, touched_by=_touched_by(hits, leak, reach.kind), pairs=reach.pairs, pairs_error=reach.error,
        population=max(leak.population, round(reach.customers)),
    )  # fmt: skip
    census = take_census(trails)
    among: dict[str, int] = {}
    rated: dict[str, dict[str, int]] = {}
    limits: list[str] = []
    for kind in RUN_KINDS:
        own = hits.filter(pl.col(kind).is_not_null()).with_columns(name=pl.col(kind).cast(pl.String))
        among[kind] = max(1, census.holders[kind], own["name"].n_unique())
        rated[kind] = census.rated(kind, _likely(own, leak, among[kind], kind, limits))
    read = touches_by(trails, rated, keep=asked)
    for kind in (SESSION, EXPORT):
        among[kind] = max(1, census.holders[kind])
        if (rows := _once(trails, hits, leak, kind, among[kind], limits)) is not None:
            read[kind] = rows
    touches = [
        touch
        for kind, rows in read.items()
        for touch in _as_touches(kind, _with_extracts(_led_on(rows, index), members_of), rated.get(kind, {}))
    ]
    return FoundTouches(leak, tuple(touches), among, tuple(limits))


def _once(
    trails: Trails, hits: pl.DataFrame, leak: Leak, kind: str, among: int, limits: list[str]
) -> pl.DataFrame | None:
    """What the likely sessions or single exports touched; their names are read only where one of them could score.

    An export lies in one moment of one run of rows, so that it covers no more than that does; a session nearly always
    lies in one run, but not where its records came by several imports, so that all are named if there are few enough.
    """
    column, place = ("session", ["first"]) if kind == SESSION else ("line", ["first", "when"])
    own = hits if kind == SESSION else hits.filter(pl.col("action").cast(pl.String).is_in(TAKING_OUT))
    if kind == EXPORT or not trails.is_exact:
        own = _at_hopeful_places(own, place, leak, among)
    if kind == EXPORT and trails.lenses and len(own):  # a second may hold several moments
        own = own.drop("when").join(values_at(trails, "when", own["row"].to_numpy()), on="row")
        own = _at_hopeful_places(own, place, leak, among)
    if own.is_empty():
        return None
    own = own.join(values_at(trails, column, own["row"].to_numpy()), on="row").drop_nulls(column)
    own = own.with_columns(name=_name_of(column))
    names = _likely(own, leak, among, kind, limits)
    mine = own.filter(pl.col("name").is_in(names))
    if mine.is_empty():
        return None
    whole = kind == SESSION and trails.is_exact
    rows = scan_touches(trails, kind, names) if whole else touches_in(trails, mine, column, mine[column].unique())
    return rows.with_columns(_name_of("name"))


def _at_hopeful_places(own: pl.DataFrame, place: list[str], leak: Leak, among: int) -> pl.DataFrame:
    """The rows of places that cover so much of the leak together that they could score."""
    each = own.unique([*place, "subject"])
    covered = each.group_by(place).agg(pl.col("sure").sum().round(SAME_MASS))
    covered = covered.filter(_hopeful(covered["sure"], leak, among))
    return own.join(covered, on=place, how="semi", nulls_equal=True)


def _name_of(column: str) -> pl.Expr:
    """A session's name, or that of one record that took customers out: its line's digest in hexadecimal."""
    return (
        pl.col(column)
        .map_elements(lambda value: f"{value:016x}" if isinstance(value, int) else str(value), return_dtype=pl.String)
        .alias("name")
    )


def _led_on(rows: pl.DataFrame, index: Index | None) -> pl.DataFrame:
    if index is None or not index.former.size:
        return rows
    return rows.with_columns(subject=pl.Series(index.current_digests(rows["subject"].to_numpy()), dtype=pl.UInt64))


def _likely(hits: pl.DataFrame, leak: Leak, among: int, kind: str, limits: list[str]) -> list[str]:
    """The holders that could score, those that cover most first; how many such are left out is added to ``limits``."""
    covered = hits.select("name", "subject", "sure").unique().group_by("name").agg(pl.col("sure").sum())
    covered = covered.with_columns(pl.col("sure").round(SAME_MASS)).sort("sure", "name", descending=[True, False])
    hopeful = covered.filter(_hopeful(covered["sure"], leak, among))["name"].to_list()
    if left_out := len(hopeful[PER_KIND:]):
        limits.append(f"{kind}: {left_out} holders with the fewest leaked customers were not looked at closely")
    return hopeful[:PER_KIND] or covered["name"].to_list()[:PER_KIND]


def _hopeful(covered: pl.Series, leak: Leak, among: int) -> pl.Series:
    """Which masses could be a candidate's; there are few different ones."""
    known = {
        mass: best_possible(mass, leak.mass, leak.population, among) > HOPELESS for mass in covered.unique().to_list()
    }
    return pl.Series([known[mass] for mass in covered.to_list()], dtype=pl.Boolean)


def _touched_by(hits: pl.DataFrame, leak: Leak, kind: str) -> NDArray[np.float64]:
    """How many holders of a kind touch each leaked customer."""
    counted = hits.filter(pl.col(kind).is_not_null()).group_by("subject").agg(pl.col(kind).n_unique().alias("by"))
    asked = (
        pl.DataFrame({"subject": leak.subjects})
        .cast(pl.UInt64)
        .join(counted, on="subject", how="left", maintain_order="left")
    )
    return asked["by"].fill_null(0).to_numpy().astype(np.float64)


def _as_touches(kind: str, rows: pl.DataFrame, rated: Mapping[str, int]) -> list[Touches]:
    odds = rows["action"].cast(pl.String).replace_strict(ACTION_ODDS, default=1.0, return_dtype=pl.Float64)
    rows = rows.with_columns(odds.alias("odds")).filter(pl.col("subject") != 0)
    return [
        Touches(
            kind, str(name), part["subject"].to_numpy(), part["day"].to_numpy(), part["odds"].to_numpy(),
            tuple(part["system"].unique().sort().to_list()), rated.get(str(name), 1),
        )
        for (name,), part in rows.partition_by("name", as_dict=True, maintain_order=True).items()
        if kind != EXPORT or len(part) >= BULK
    ]  # fmt: skip


def _with_extracts(rows: pl.DataFrame, members_of: MembersOf) -> pl.DataFrame:
    """Records that name a whole extract, as touches of each of its customers."""
    named = rows.filter(pl.col("extract").is_not_null() & (pl.col("subject") == 0))
    if named.is_empty():
        return rows
    named = named.with_columns(pl.col("extract").cast(pl.String))
    sets = [_set_of(name, members_of(name)) for name in named["extract"].unique().to_list()]
    opened = named.drop("subject").join(pl.concat(sets), on="extract", how="inner")
    opened = opened.with_columns(pl.col("extract").cast(pl.Categorical))
    return pl.concat([rows.filter(pl.col("subject") != 0), opened.select(rows.columns)])


def _set_of(name: str, members: Sequence[int] | NDArray[np.uint64]) -> pl.DataFrame:
    return pl.DataFrame({"extract": [name] * len(members), "subject": pl.Series(members, dtype=pl.UInt64)})
