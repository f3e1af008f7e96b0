"""What some holders touched, out of the trail files: only the rows of their runs are read, a few files at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from fingerprints.index.sorted_search import distinct
from trails.records import SCHEMA
from trails.store.access import TOUCH, every_row, granted
from trails.store.reach import CODE_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from trails.store.access import Trails

FILES_AT_ONCE: Final = 8
TOUCHES: Final = ("name", "subject", "day", "action", "system", "extract")
"""What a touch says, of a holder by ``name``."""


def touches_by(
    trails: Trails, rated: Mapping[str, Mapping[str, int]], *, keep: NDArray[np.uint64]
) -> dict[str, pl.DataFrame]:
    """Everything that some holders touched, by kind: columns as in `TOUCHES`.

    Args:
        trails: Where to look.
        rated: By kind, the holders' names, and one in how many of a holder's customers is read.
        keep: Subjects that no sample leaves out.
    """
    names = {kind: some for kind, some in rated.items() if some}
    found = {kind: _by_scan(trails, kind, names[kind], keep) for kind in names if kind in trails.runs.loose}
    runs = {kind: _rated_runs(trails, kind, names[kind]) for kind in names if kind not in found}
    if runs:
        rows = _sampled_rows(trails, runs.values(), keep)
        for kind, own in runs.items():
            mine = rows.join(own.select("first", "name", own_rate="rate"), on="first")
            found[kind] = mine.filter(_in_sample(pl.col("own_rate"), keep)).select(TOUCHES)
    return found


def _rated_runs(trails: Trails, kind: str, names: Mapping[str, int]) -> pl.DataFrame:
    rate = pl.col("name").replace_strict(dict(names), return_dtype=pl.UInt64)
    return trails.runs.of_holders(kind, list(names)).with_columns(rate=rate)


def _sampled_rows(trails: Trails, runs: Iterable[pl.DataFrame], keep: NDArray[np.uint64]) -> pl.DataFrame:
    """The rows of some runs, each once, of very large holders a sample."""
    each = pl.concat([some.select("part", "first", "length", "rate") for some in runs])
    each = each.group_by("part", "first", "length").agg(pl.col("rate").min()).sort("first")
    sampled = _in_sample(pl.col("rate"), keep)
    return granted(trails, pl.concat([rows.filter(sampled) for rows in read_rows(trails, each, TOUCH, ("rate",))]))


def read_rows(
    trails: Trails, runs: pl.DataFrame, columns: Sequence[str], along: Sequence[str] = ()
) -> Iterator[pl.DataFrame]:
    """The rows of some runs (``part``, ``first``, ``length``; sorted), a few files at a time.

    Columns are ``row``, those asked for, ``first`` and what else is to come ``along`` from the run.
    """
    files = trails.files
    by_part = runs.partition_by("part", maintain_order=True)
    for at in range(0, len(by_part), FILES_AT_ONCE):
        some = by_part[at : at + FILES_AT_ONCE]
        asked = []
        for part in some:
            number, low = part["part"][0], part["first"][0]
            start = low - int(trails.runs.offsets[number])
            rows = part["first"][-1] + part["length"][-1] - low
            asked.append(pl.scan_parquet(files[number]).slice(start, rows).select(columns))
        for part, frame in zip(some, pl.collect_all(asked), strict=True):
            yield _of_runs(part, frame, along)


def _of_runs(runs: pl.DataFrame, frame: pl.DataFrame, along: Sequence[str]) -> pl.DataFrame:
    lengths = runs["length"].to_numpy()
    which = np.repeat(np.arange(len(runs)), lengths)
    rows = runs["first"].to_numpy()[which] + np.arange(len(which)) - (np.cumsum(lengths) - lengths)[which]
    kept = frame[rows - int(runs["first"][0])].with_columns(row=pl.Series(rows, dtype=pl.Int64))
    whole: pl.DataFrame = pl.concat([kept, runs.select("first", *along)[which]], how="horizontal")
    return whole


def _by_scan(trails: Trails, kind: str, names: Mapping[str, int], keep: NDArray[np.uint64]) -> pl.DataFrame:
    """What holders of a loose kind touched: every row has to be looked at."""
    asked = pl.col(kind).is_in(pl.Series(kind, list(names), dtype=pl.String).cast(SCHEMA[kind]).implode())
    rate = pl.col(kind).cast(pl.String).replace_strict(dict(names), default=1, return_dtype=pl.UInt64)
    rows = every_row(trails).filter(asked).filter(_in_sample(rate, keep)).select("row", *TOUCH, kind)
    found = granted(trails, rows.collect(engine="streaming"))
    return found.with_columns(name=pl.col(kind).cast(pl.String)).select(TOUCHES)


def scan_touches(trails: Trails, kind: str, names: Sequence[str]) -> pl.DataFrame:
    """Everything that holders of a kind touched, wherever it stands, as of `touches_by`: every row is looked at."""
    return _by_scan(trails, kind, dict.fromkeys(names, 1), np.empty(0, np.uint64))


def values_at(trails: Trails, column: str, rows: NDArray[np.int64]) -> pl.DataFrame:
    """What stands in a column in some rows: ``row`` and the column, each row once."""
    rows = distinct(rows)
    parts = np.searchsorted(trails.runs.offsets, rows, side="right") - 1
    runs = pl.DataFrame({"part": parts, "first": rows, "length": np.ones(len(rows), np.int64)})
    found = [piece.select("row", column) for piece in read_rows(trails, runs, [column])]
    return pl.concat(found) if found else pl.DataFrame(schema={"row": pl.Int64, column: SCHEMA[column]})


def touches_in(trails: Trails, runs: pl.DataFrame, column: str, names: pl.Series) -> pl.DataFrame:
    """Everything in some runs whose ``column`` (a session or a line) is one of ``names``, as of `touches_by`."""
    runs = runs.select("part", "first", "length").unique().sort("first")
    asked = pl.col(column).is_in(names.cast(SCHEMA[column]).implode())
    found = [piece.filter(asked) for piece in read_rows(trails, runs, [*TOUCH, column])]
    rows = granted(trails, pl.concat(found))
    return rows.rename({column: "name"}).select(TOUCHES)


def _in_sample(rate: pl.Expr, keep: NDArray[np.uint64]) -> pl.Expr:
    kept = pl.col("subject").is_in(pl.Series("keep", keep, dtype=pl.UInt64).implode())
    return (rate == 1) | ((pl.col("subject") // CODE_VALUES) % rate == 0) | kept | pl.col("extract").is_not_null()
