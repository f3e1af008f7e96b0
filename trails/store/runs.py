"""Runs: rows of a trail file that follow each other and name the same holders, kept as a small table in its footer.

A file is sorted by holders, so that a few thousand runs stand for a million rows. They answer how many records each
holder left and where its rows are, and tell the holders of any row, without reading a column of names. A field whose
values change with nearly every row would make as many runs as rows; it is left out and has to be read.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from trails.fields import HOLDER_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

RUN_KINDS: Final = tuple(kind for kind in HOLDER_KINDS if kind != "session")
"""Kinds of holders whose names repeat; a session's are new every day."""
KEYS: Final = (*RUN_KINDS, "extract")
FOOTER_KEY: Final = "hinomi.runs"
ROWS_A_RUN: Final = 2
"""With fewer rows a run on average, the most varied field is left out."""
FEW_RUNS: Final = 1000
FEW_ROWS: Final = 1_000_000
"""If the files that left a field out hold no more than that together, their columns are read."""
SPARSE: Final = 8
"""A table of that many places a row is filled faster than the rows are sorted."""


def sort_into_runs(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """The rows with those of the same holders together, in the order of time, and the footer that says where."""
    keys, groups = _kept_keys(frame := frame.rechunk())  # rows are taken out of one piece several times as fast
    frame = frame[_order(groups, frame["when"].dt.epoch("us").to_numpy())]
    packed = io.BytesIO()
    find_runs(frame, keys).write_ipc(packed, compression="zstd")
    return frame, {FOOTER_KEY: base64.b64encode(packed.getvalue()).decode()}


def find_runs(frame: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The runs of some rows: columns ``keys``, ``start`` and ``length``."""
    if frame.is_empty():
        return frame.select(*keys, start=pl.lit(0, pl.UInt32), length=pl.lit(0, pl.UInt32)).clear()
    numbers = frame.select(pl.struct(keys).rle_id()).to_series().to_numpy()
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    lengths = np.diff(np.r_[starts, len(frame)])
    return frame.select(keys)[starts].with_columns(
        start=pl.Series(starts, dtype=pl.UInt32), length=pl.Series(lengths, dtype=pl.UInt32)
    )


def _kept_keys(frame: pl.DataFrame) -> tuple[list[str], NDArray[np.int64]]:
    """The keys that stay, and a number for each row, the same for those that have the same values in them."""
    values = {key: _numbers_of(frame[key]) for key in KEYS}
    most = max(FEW_RUNS, len(frame) // ROWS_A_RUN)
    while True:
        groups = _numbered_together(values.values())
        if len(values) == 1 or _count(groups) <= most:
            return list(values), groups
        del values[max(values, key=lambda key: _count(values[key]))]


def _numbers_of(names: pl.Series) -> NDArray[np.int64]:
    if names.null_count() == len(names):
        return np.zeros(len(names), np.int64)
    return _numbered((names.to_physical().cast(pl.Int64) + 1).fill_null(0).to_numpy())


def _numbered_together(columns: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    groups, *others = columns
    for values in others:
        if (many := _count(values)) > 1:
            groups = _numbered(groups * many + values)
    return groups


def _numbered(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values of 0 and above as numbers from 0 without gaps, in the same order."""
    top = int(values.max(initial=0))
    if top > SPARSE * max(len(values), FEW_ROWS):
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    there = np.zeros(top + 1, np.bool_)
    there[values] = True
    numbers: NDArray[np.int64] = (np.cumsum(there) - 1)[values]
    return numbers


def _count(numbered: NDArray[np.int64]) -> int:
    return int(numbered.max(initial=-1)) + 1


def _order(groups: NDArray[np.int64], when: NDArray[np.number]) -> NDArray[np.int64]:
    """The places of rows by group, within one by time; those without a time (no number) come first or last in it.

    Logs are in the order of time already, and numbers of two bytes are sorted in one pass over them.
    """
    narrow = groups.astype(np.uint16) if _count(groups) <= 1 << 16 else groups
    if (when[1:] >= when[:-1]).all():
        return np.argsort(narrow, kind="stable")
    by_time = np.argsort(when, kind="stable")
    ordered: NDArray[np.int64] = by_time[np.argsort(narrow[by_time], kind="stable")]
    return ordered


@dataclass(frozen=True)
class RunTable:
    """The runs of several files, whose rows are counted through, one file after the other.

    ``frame`` has the keys, ``part`` (a file's number), ``first`` (the run's first row, counted through) and
    ``length``; ``offsets`` are each file's first row, and one more. ``loose`` are the kinds that some file left out.
    """

    frame: pl.DataFrame
    offsets: NDArray[np.int64]
    loose: frozenset[str]

    @property
    def names_extracts(self) -> bool:
        """Whether some record may name a whole extract."""
        return "extract" in self.loose or self.frame["extract"].null_count() < len(self.frame)

    def of_rows(self, rows: NDArray[np.int64], *columns: str) -> pl.DataFrame:
        """The run of each row, or some columns of it."""
        at = np.searchsorted(self.frame["first"].to_numpy(), rows, side="right") - 1
        return self.frame.select(*(columns or self.frame.columns))[at]

    def of_holders(self, kind: str, names: Sequence[str]) -> pl.DataFrame:
        """The runs of some holders of a kind that is not loose, each with its holder's ``name``."""
        asked = pl.Series(names, dtype=pl.String).cast(pl.Categorical)
        return self.frame.filter(pl.col(kind).is_in(asked.implode())).with_columns(name=pl.col(kind).cast(pl.String))

    def counted(self, kind: str) -> dict[str, int]:
        """How many records each holder of a kind that is not loose left."""
        totals = self.frame.group_by(kind).agg(pl.col("length").sum()).drop_nulls()
        return dict(totals.cast({kind: pl.String}).iter_rows())


def read_runs(paths: Sequence[Path], few_rows: int = FEW_ROWS) -> RunTable:
    """The runs of some files, in their order; columns of files that left a field out are read if they are small."""
    tables = [_of_file(path) for path in paths]
    partial = [number for number, table in enumerate(tables) if not set(KEYS) <= set(table.columns)]
    if sum(int(tables[number]["length"].sum()) for number in partial) <= few_rows:
        for number in partial:
            tables[number] = _from_columns(paths[number])
    loose = frozenset(key for table in tables for key in KEYS if key not in table.columns)
    offsets = np.cumsum([0, *(int(table["length"].sum()) for table in tables)])
    frames = [
        table.select(
            *(key for key in KEYS if key not in loose),
            part=pl.lit(number, pl.UInt32),
            first=pl.col("start").cast(pl.Int64) + int(offset),
            length=pl.col("length").cast(pl.Int64),
        )
        for number, (table, offset) in enumerate(zip(tables, offsets[:-1], strict=True))
    ]
    return RunTable(pl.concat(frames, rechunk=True) if frames else _NO_RUNS, offsets, loose)


def _of_file(path: Path) -> pl.DataFrame:
    packed: Any = pl.read_parquet_metadata(path).get(FOOTER_KEY)
    if packed is None:  # it was written before there were runs
        return _from_columns(path)
    return pl.read_ipc(io.BytesIO(base64.b64decode(packed)))


def _from_columns(path: Path) -> pl.DataFrame:
    return find_runs(pl.read_parquet(path, columns=list(KEYS)), KEYS)


_NO_RUNS: Final = pl.DataFrame(
    schema={**dict.fromkeys(KEYS, pl.Categorical), "part": pl.UInt32, "first": pl.Int64, "length": pl.Int64}
)
