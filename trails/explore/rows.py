"""Records by their places, with every field; and the few columns that charts need, of many."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from fingerprints.index.sorted_search import distinct
from trails.explore.explorer import THREADS
from trails.records import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from trails.explore.explorer import Explorer, PartLens
    from trails.explore.questions import RowPlace

ROWS: Final = {"part": pl.Int64, "row": pl.Int64, "system": pl.String}
STRETCH: Final = 65_536
"""Rows of a file that are read at once, as they are written (`trails.store.parts.ROW_GROUP`)."""


def read_rows_at(
    explorer: Explorer, rows: Mapping[int, NDArray[np.int64]], columns: Sequence[str] = tuple(SCHEMA)
) -> pl.DataFrame:
    """Some rows by the numbers of their files; columns after ``part``, ``row`` and ``system``."""
    parts = [(part, rows[part.number]) for part in explorer.parts if len(rows.get(part.number, ()))]

    def read(one: tuple[PartLens, NDArray[np.int64]]) -> pl.DataFrame:
        return _read(*one, columns)

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(read, parts))
    if not found:
        return pl.DataFrame(schema={**ROWS, **{name: SCHEMA[name] for name in columns}})
    return pl.concat(found)


def read_places(explorer: Explorer, places: Sequence[RowPlace]) -> pl.DataFrame:
    """The records of a page, in its order."""
    rows: dict[int, list[int]] = {}
    for place in places:
        rows.setdefault(place.part, []).append(place.row)
    found = read_rows_at(explorer, {part: distinct(np.array(some, np.int64)) for part, some in rows.items()})
    order = pl.DataFrame(
        {"part": [one.part for one in places], "row": [one.row for one in places]},
        schema={"part": pl.Int64, "row": pl.Int64},
    )
    return order.join(found, on=["part", "row"], how="left", maintain_order="left")


def _read(part: PartLens, wanted: NDArray[np.int64], columns: Sequence[str]) -> pl.DataFrame:
    """The rows of one file, stretch by stretch of the row groups that hold any."""
    groups = distinct(wanted // STRETCH)
    source = pl.scan_parquet(part.path).select(columns)
    pieces = []
    # Row groups that follow each other are read at once.
    for some in np.split(groups, np.flatnonzero(np.diff(groups) > 1) + 1):
        mine = wanted[(wanted >= some[0] * STRETCH) & (wanted < (some[-1] + 1) * STRETCH)]
        begin = int(mine[0])
        frame = source.slice(begin, int(mine[-1]) - begin + 1).collect()
        pieces.append(frame[mine - begin])
    head: list[pl.Expr | pl.Series] = [
        pl.lit(part.number, pl.Int64).alias("part"),
        pl.Series("row", wanted, dtype=pl.Int64),
        pl.lit(part.system, pl.String).alias("system"),
    ]
    whole: pl.DataFrame = pl.concat(pieces)
    return whole.select(*head, *columns)
