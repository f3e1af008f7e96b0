"""The table of fingerprints: digest, subject and interval, sorted; and how a day's new rows change it.

All functions work on one *bucket*, the digests that share their upper bits, so that a table of any size is merged in
the memory of one bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.digests import code_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUCKET_BITS: Final = 6
BUCKETS: Final = 1 << BUCKET_BITS
CURRENT_DAY: Final = 65535
ROW_DTYPE: Final = np.dtype([("digest", "<u8"), ("row", "<u4")])


@dataclass(frozen=True, slots=True)
class Records:
    """Fingerprints as arrays of one length, sorted by digest and subject."""

    digest: NDArray[np.uint64]
    subject: NDArray[np.uint32]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Day:
    """What one enrolment means for the subjects in it.

    Attributes:
        as_of: The day its values were current.
        codes: By code, whether the extract has such a column.
        touched: By subject, whether it is in the extract.
        seen: By subject, the latest day it was enrolled before; 0 for never.
    """

    as_of: int
    codes: NDArray[np.bool_]
    touched: NDArray[np.bool_]
    seen: NDArray[np.uint16]


def bucket_bounds(digests: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Where each bucket begins in sorted digests; one entry more than there are buckets."""
    starts = np.arange(BUCKETS, dtype=np.uint64) << np.uint64(64 - BUCKET_BITS)
    return np.append(np.searchsorted(digests, starts), digests.size)


def sort_unique(
    digest: NDArray[np.uint64], subject: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Each fingerprint once, sorted by digest, then subject."""
    order = np.argsort(digest)
    digest, subject = digest[order], subject[order]
    same = np.concatenate(([False], digest[1:] == digest[:-1]))
    if same.any():
        tied = np.flatnonzero(same | np.append(same[1:], False))
        subject[tied] = subject[tied][np.lexsort((subject[tied], digest[tied]))]
        keep = ~(same & np.concatenate(([False], subject[1:] == subject[:-1])))
        digest, subject = digest[keep], subject[keep]
    return digest, subject


def merge(old: Records, digest: NDArray[np.uint64], subject: NDArray[np.uint32], day: Day) -> Records:
    """The bucket after an enrolment whose fingerprints (each once, sorted) are ``digest`` and ``subject``.

    What a subject had in a column of the extract and no longer has ends on the day, and what it has anew begins on it;
    a list that comes late, older than what the subject was last seen with, adds only what had ended by then.
    """
    seen = day.seen[subject]
    new = Records(
        digest,
        subject,
        np.full(digest.size, day.as_of, np.uint16),
        np.where(seen > day.as_of, seen, CURRENT_DAY).astype(np.uint16),
    )
    if old.digest.size == 0:
        return new
    ends = (
        (old.until == CURRENT_DAY)
        & day.touched[old.subject]
        & (day.seen[old.subject] < day.as_of)
        & day.codes[code_of(old.digest)]
    )
    joined_digest = np.concatenate((old.digest, new.digest))
    joined_subject = np.concatenate((old.subject, new.subject))
    order = np.lexsort((joined_subject, joined_digest))  # stable: of two equal ones the old comes first
    joined_digest, joined_subject = joined_digest[order], joined_subject[order]
    again = (joined_digest[1:] == joined_digest[:-1]) & (joined_subject[1:] == joined_subject[:-1])
    first = np.append(True, ~again)
    since = np.concatenate((old.since, new.since))[order]
    until = np.concatenate((np.where(ends, day.as_of, old.until).astype(np.uint16), new.until))[order]
    since[:-1][again] = np.minimum(since[:-1][again], since[1:][again])
    until[:-1][again] = np.maximum(np.where(ends[order[:-1][again]], CURRENT_DAY, until[:-1][again]), until[1:][again])
    return Records(joined_digest[first], joined_subject[first], since[first], until[first])
