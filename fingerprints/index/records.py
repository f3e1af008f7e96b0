"""The table of fingerprints: digest, subject and interval, sorted; and what a day's new rows change in it.

A value is *current* from the first day it was seen to the first day on which its subject was enrolled with that column
and without that value, after the last day it was seen. So an interval follows from the set of all enrolments, and not
from the order in which they came. All functions work on one *bucket*, the digests that share their upper bits, so that
a table of any size is worked through in the memory of one bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fingerprints.secrets.digests import code_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fingerprints.building.days import Day

BUCKET_BITS: Final = 6
BUCKETS: Final = 1 << BUCKET_BITS
_MANY: Final = 1 << 16
CURRENT_DAY: Final = 65535
"""``until`` of a value that no later enrolment has replaced."""
ROW_DTYPE: Final = np.dtype([("digest", "<u8"), ("row", "<u4")])


@dataclass(frozen=True, slots=True)
class Records:
    """Fingerprints as arrays of one length, sorted by digest and subject.

    Attributes:
        digest: Their digests.
        subject: Who carries each.
        since: First day of each.
        until: First day on which each was gone.
        again: Whether an older segment has the fingerprint as well, with another interval.
    """

    digest: NDArray[np.uint64]
    subject: NDArray[np.uint32]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]
    again: NDArray[np.bool_]

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Records:
        """Some of them."""
        return Records(self.digest[rows], self.subject[rows], self.since[rows], self.until[rows], self.again[rows])


def no_records() -> Records:
    """An empty table."""
    days = np.empty(0, np.uint16)
    return Records(np.empty(0, np.uint64), np.empty(0, np.uint32), days, days, np.empty(0, np.bool_))


def bucket_bounds(digests: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Where each bucket begins in sorted digests; one entry more than there are buckets."""
    starts = np.arange(BUCKETS, dtype=np.uint64) << np.uint64(64 - BUCKET_BITS)
    return np.append(np.searchsorted(digests, starts), digests.size)


def part_of(records: Records, number: int, parts: int) -> Records:
    """Of sorted fingerprints those whose digests are in one of so many equal parts (a power of two) of all digests."""
    shift = np.uint64(64 - (parts.bit_length() - 1))
    edges = np.arange(number, min(number + 2, parts), dtype=np.uint64) << shift
    first, *last = np.searchsorted(records.digest, edges).tolist()
    return records.take(slice(first, *last or [records.digest.size]))


def sort_unique(
    digest: NDArray[np.uint64], subject: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """Each fingerprint once, sorted by digest, then subject."""
    order = _in_order(digest)
    digest, subject = digest[order], subject[order]
    same = np.concatenate(([False], digest[1:] == digest[:-1]))
    if same.any():
        tied = np.flatnonzero(same | np.append(same[1:], False))
        subject[tied] = subject[tied][np.lexsort((subject[tied], digest[tied]))]
        keep = ~(same & np.concatenate(([False], subject[1:] == subject[:-1])))
        digest, subject = digest[keep], subject[keep]
    return digest, subject


def _in_order(digest: NDArray[np.uint64]) -> NDArray[np.integer]:
    """What sorts digests; equal ones in any order. Polars takes half of NumPy's time for many, and every core."""
    if digest.size < _MANY:
        return np.argsort(digest)
    import polars as pl

    return pl.Series(digest).arg_sort().to_numpy()


def newest(parts: Sequence[Records]) -> Records:
    """One table of several, the newest last: of two entries for one fingerprint the newer stands.

    Whether something older has it as well is known from the oldest of its entries.
    """
    parts = [part for part in parts if part.digest.size]
    if len(parts) < 2:  # noqa: PLR2004  # nothing to join
        return parts[0] if parts else no_records()
    fields = zip(*((p.digest, p.subject, p.since, p.until, p.again) for p in reversed(parts)), strict=True)
    digest, subject, since, until, again = (np.concatenate(field) for field in fields)
    order = np.lexsort((subject, digest))  # stable: the newest of equal ones comes first
    digest, subject = digest[order], subject[order]
    differs = np.concatenate(([True], (digest[1:] != digest[:-1]) | (subject[1:] != subject[:-1])))
    first = np.flatnonzero(differs)
    last = np.append(first[1:], digest.size) - 1
    return Records(digest[first], subject[first], since[order[first]], until[order[first]], again[order[last]])


@dataclass(frozen=True, slots=True)
class Changes:
    """What an enrolment does to a bucket.

    Attributes:
        records: Fingerprints that are new, or whose interval is another now.
        unseen: Fingerprints of the list's subjects that the list could have had and has not, as they were before.
    """

    records: Records
    unseen: Records


def changes(old: Records, digest: NDArray[np.uint64], subject: NDArray[np.uint32], day: Day) -> Changes:
    """What a list changes.

    Args:
        old: All fingerprints of those of its subjects whose rows may have changed.
        digest: The list's own fingerprints, each once, sorted.
        subject: Whose they are.
        day: The list's day among those of the other enrolments.
    """
    following = day.following(subject, digest)
    since = np.full(digest.size, day.as_of, np.uint16)
    if old.digest.size == 0:
        return Changes(Records(digest, subject, since, following, np.zeros(digest.size, np.bool_)), no_records())
    joined_digest = np.concatenate((old.digest, digest))
    joined_subject = np.concatenate((old.subject, subject))
    order = np.lexsort((joined_subject, joined_digest))  # stable: of two equal ones the old comes first
    joined_digest, joined_subject = joined_digest[order], joined_subject[order]
    pairs = np.flatnonzero((joined_digest[1:] == joined_digest[:-1]) & (joined_subject[1:] == joined_subject[:-1]))
    known, given = order[pairs], order[pairs + 1] - old.digest.size
    since[given] = np.minimum(since[given], old.since[known])
    kept = day.as_of < old.until[known]
    until = following
    until[given[kept]] = old.until[known[kept]]
    again = np.zeros(digest.size, np.bool_)
    again[given] = True
    differs = np.ones(digest.size, np.bool_)
    differs[given] = (since[given] != old.since[known]) | (until[given] != old.until[known])
    alone = np.ones(old.digest.size, np.bool_)
    alone[known] = False
    unseen = old.take(alone)
    unseen = unseen.take(day.codes[code_of(unseen.digest)] & ~day.is_held(unseen.subject))
    ended = unseen.take(day.ends(unseen))
    ended = Records(
        ended.digest,
        ended.subject,
        ended.since,
        np.full(ended.digest.size, day.as_of, np.uint16),
        np.ones(ended.digest.size, np.bool_),
    )
    return Changes(_both(Records(digest, subject, since, until, again).take(differs), ended), unseen)


def _both(one: Records, other: Records) -> Records:
    """Two sorted tables without a common entry as one."""
    if not other.digest.size:
        return one
    return newest((one, other))
