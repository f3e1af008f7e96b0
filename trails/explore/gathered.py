"""Fields of many records at once, out of the lenses alone: for charts, and for who touched which customers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from trails.explore.conditions import ANYTHING, NamedIn, Without
from trails.explore.explorer import NOBODY, THREADS
from trails.explore.lens import MIXED, lens_path, mapped
from trails.explore.selection import Picked, Prepared, subject_rows
from trails.fields import is_refused
from trails.store.runs import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from trails.explore.conditions import Condition
    from trails.explore.explorer import Explorer, PartLens
    from trails.explore.lens import LensArrays

    Columns = dict[str, NDArray[np.generic]]

PLACES: Final = {"part": pl.Int64, "row": pl.Int64, "second": pl.UInt32}


def gather(explorer: Explorer, condition: Condition, fields: Sequence[str]) -> pl.DataFrame:
    """``part``, ``row``, ``second`` and the names in some fields of `KEYS` and `MIXED`, of every record that fits."""
    prepared = Prepared(explorer, condition)

    def look(part: PartLens, arrays: LensArrays) -> Columns:
        picked = prepared.pick(part, arrays)
        return _columns(explorer, part, arrays, picked.numbers(part.head.rows), fields)

    return _gathered(explorer, look, fields)


def touches(
    explorer: Explorer, digests: NDArray[np.uint64], fields: Sequence[str], condition: Condition = ANYTHING
) -> pl.DataFrame:
    """The same of every record about one of some customers (sorted digests), with its ``subject``."""
    prepared = Prepared(explorer, condition)

    def look(part: PartLens, arrays: LensArrays) -> Columns:
        rows, subjects = subject_rows(arrays, digests)
        order = np.argsort(rows)
        rows, subjects = rows[order], subjects[order]
        kept = prepared.pick(part, arrays, Picked(rows=rows)).numbers(part.head.rows) if len(rows) else rows
        found = _columns(explorer, part, arrays, kept, fields)
        return found | {"subject": subjects[np.searchsorted(rows, kept)]}

    return _gathered(explorer, look, fields, subjects=True)


def shown_something(explorer: Explorer) -> Condition:
    """That a record is a touch: its outcome does not say that nothing was shown."""
    refused = [name for name in explorer.names("outcome").values() if is_refused(name)]
    return Without(NamedIn("outcome", frozenset(refused))) if refused else ANYTHING


def _columns(
    explorer: Explorer, part: PartLens, arrays: LensArrays, rows: NDArray[np.int64], fields: Sequence[str]
) -> Columns:
    found: Columns = {
        "part": np.full(len(rows), part.number, np.int64), "row": rows, "second": arrays["second"][rows],
    }  # fmt: skip
    runs = np.searchsorted(arrays["run"], rows, side="right") - 1
    for name in fields:
        if name in KEYS:
            found[name] = explorer.codes[name][part.runs][runs]
        elif name in MIXED:
            found[name] = explorer.codes[name][part.mixes][arrays["mix"][rows]]
        else:
            found[name] = np.full(len(rows), explorer.systems.index(part.system), np.uint32)
    return found


def _gathered(
    explorer: Explorer,
    look: Callable[[PartLens, LensArrays], Columns],
    fields: Sequence[str],
    *,
    subjects: bool = False,
) -> pl.DataFrame:
    def opened(part: PartLens) -> Columns:
        with mapped(lens_path(part.path), part.head) as arrays:
            # Copies, since nothing may outlive the mapping.
            return {name: np.array(column) for name, column in look(part, arrays).items()}

    schema = {**PLACES, **dict.fromkeys(fields, pl.UInt32), **({"subject": pl.UInt64} if subjects else {})}
    with ThreadPoolExecutor(THREADS) as pool:
        found = [one for one in pool.map(opened, explorer.parts) if len(one["row"])]
    columns: dict[str, Any] = {name: np.concatenate([one[name] for one in found]) if found else [] for name in schema}
    whole = pl.DataFrame(columns, schema=schema)
    return whole.with_columns(_texts(explorer, whole[name]) for name in fields)


def _texts(explorer: Explorer, codes: pl.Series) -> pl.Series:
    """Names in the place of codes."""
    name = codes.name
    if name == "system":
        known = dict(enumerate(explorer.systems))
    else:
        known = {code: text for code, text in explorer.names(name).items() if code != NOBODY}
    each = codes.unique().to_list()
    table = pl.DataFrame(
        {"code": each, "text": [known.get(code) for code in each]}, schema={"code": pl.UInt32, "text": pl.Categorical}
    )
    joined = pl.DataFrame({"code": codes}).join(table, on="code", how="left", maintain_order="left")
    return joined["text"].rename(name)
