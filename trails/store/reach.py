"""How often customers are touched at all: exact up to some ten million records, beyond from a sample with its error.

A sample goes by the digests of customers, since there is nothing else to tell them by; so its choice hangs on the key,
and whoever uses it has to reckon with `Reach.error`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from trails.store.runs import RunTable

EXACT_ROWS: Final = 10_000_000
"""Up to so many records everything is counted, which takes a second or two."""
SAMPLED_ROWS: Final = 1 << 20
"""Beyond, about so many rows are looked at: they tell the mean to half a percent or so."""
CODE_VALUES: Final = 64
"""The low six bits of a digest say its kind; the others are as good as random."""
SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""An odd number without a pattern (the golden ratio in 64 bits), by which a holder's number is spread."""
COUNTED_KINDS: Final = ("operator", "account", "terminal", "address")
"""Customers are told by how many of the first of these touch them that the trails name at all."""


@dataclass(frozen=True)
class Reach:
    """How many different pairs of a holder and a customer there are, of which kind, and of how many customers.

    ``error`` is the relative standard error of both counts, 0 where all was counted.
    """

    kind: str
    pairs: float
    customers: float
    error: float = 0.0


def counted_kind(runs: RunTable) -> str:
    """The kind of holder by which customers are counted; a loose one is there, or its values would not vary."""
    named = (kind for kind in COUNTED_KINDS if kind in runs.loose or runs.frame[kind].null_count() < len(runs.frame))
    return next(named, COUNTED_KINDS[0])


def sample_rate(rows: int) -> int:
    """One in how many customers is looked at; 1 where there are few enough records to count."""
    return 1 if rows <= EXACT_ROWS else 1 << int(rows // SAMPLED_ROWS).bit_length()


def is_sampled(rate: int) -> pl.Expr:
    """Which rows are of a customer that is looked at."""
    return (pl.col("subject") // CODE_VALUES) % rate == 0 if rate > 1 else pl.lit(value=True)


def sampled_bits(rate: int) -> tuple[int, int]:
    """The same of a digest by itself: which of its bits have to be what."""
    return (rate - 1) * CODE_VALUES, 0


def measure_reach(kind: str, holders: pl.Series, subjects: pl.Series, rate: int) -> Reach:
    """The reach that a sample of touches shows, of one in ``rate`` customers."""
    known = (holders.is_not_null() & (subjects != 0)).to_numpy()
    of, by = subjects.to_numpy()[known], holders.to_physical().to_numpy()[known].astype(np.uint64)
    # One number a pair, compared much faster than two: that two pairs share one is less likely than one in 100,000.
    pairs = pl.DataFrame({"pair": of + by * SPREAD, "subject": of})
    if rate == 1:
        return Reach(kind, float(pairs["pair"].n_unique()), float(pairs["subject"].n_unique()))
    each = pairs.unique("pair").group_by("subject").len()["len"].to_numpy().astype(np.float64)
    total, squares = float(each.sum()), float((each**2).sum())
    error = float(np.sqrt((1 - 1 / rate) * squares)) / max(total, 1.0)
    return Reach(kind, total * rate, float(len(each)) * rate, error)
