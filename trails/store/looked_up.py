"""Rows of some customers out of lenses, where these are: a file of records is not decoded for the few that are wanted.

A lens holds the customers of its file in order with the row of each, and of each row the second and the combination of
action, outcome and host. That is all that is asked of a touch, unless records name whole extracts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from trails.explore.lens import lens_path, mapped, read_head
from trails.records import SCHEMA
from trails.times import WHEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from trails.explore.lens import LensHead

_MICRO: Final = 1_000_000


def find_lenses(paths: Sequence[Path], hashes: Mapping[Path, str]) -> dict[int, LensHead]:
    """The heads of the lenses that are there, by the number of their file in ``paths``; none is made."""
    heads = {
        number: read_head(lens_path(path), hashes.get(path, ""), with_runs=False) for number, path in enumerate(paths)
    }
    return {number: head for number, head in heads.items() if head is not None}


def look_up(path: Path, head: LensHead, subjects: NDArray[np.uint64], among: tuple[int, int]) -> pl.DataFrame:
    """The rows of a file that touch one of the subjects (sorted), or one of a sample of all customers.

    Columns are ``row`` in the file, ``subject``, ``when`` to the second, ``action``, ``outcome`` and ``extract``, which
    is null: whether a record names one, a lens does not say at its rows.

    Args:
        path: The file of records.
        head: Of its lens.
        subjects: Who is asked for.
        among: Which bits of a digest are looked at, and what they have to be for the customer to be in the sample.
    """
    with mapped(lens_path(path), head) as arrays:
        places = _places(arrays.whole("subject"), subjects, *among)
        places = places[np.argsort(arrays["at"][places])]  # a scan gives rows in their order: sums come out the same
        rows = arrays["at"][places]
        seconds = arrays["second"][rows].astype(np.int64)
        mixes = arrays["mix"][rows].astype(np.int64)
        found = pl.DataFrame({"row": rows.astype(np.int64), "subject": arrays["subject"][places]})
    when = pl.Series("when", seconds * _MICRO).cast(WHEN)
    return found.with_columns(
        pl.select(pl.when(pl.Series(seconds > 0)).then(when).alias("when")).to_series(),
        *(head.mixes[name].gather(mixes) for name in ("action", "outcome")),
        pl.lit(None, SCHEMA["extract"]).alias("extract"),
    )


def _places(held: NDArray[np.uint64], subjects: NDArray[np.uint64], bits: int, wanted: int) -> NDArray[np.int64]:
    """Where customers stand that are asked for or in the sample, in order."""
    chosen = (held & np.uint64(bits)) == np.uint64(wanted)
    begins, ends = np.searchsorted(held, subjects, "left"), np.searchsorted(held, subjects, "right")
    for begin, end in zip(begins[begins < ends].tolist(), ends[begins < ends].tolist(), strict=True):
        chosen[begin:end] = True
    return np.flatnonzero(chosen)
