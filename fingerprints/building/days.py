"""The day of an enrolment among the days of all others: what it begins, what it ends, and what it comes too late for.

Which subjects were enrolled on which day with which columns stands in the index: one bitmap for each enrolment. That
is all it takes to know the interval of every value, in whatever order the lists arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.index.records import CURRENT_DAY
from fingerprints.secrets.digests import code_of, codes_of_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.generation import Index
    from fingerprints.index.manifest import ExtractInfo
    from fingerprints.index.records import Records

_CODES: Final = 64


def enrolled_after(index: Index | None, as_of: int) -> BitMap:
    """Everybody who was enrolled with a later day."""
    return BitMap.union(BitMap(), *(index.members_of(one) for one in later_ones(index, as_of))) if index else BitMap()


def later_ones(index: Index, as_of: int) -> list[ExtractInfo]:
    """The enrolments of later days, whose values are known, the earliest first."""
    return sorted((one for one in index.enrolments if one.as_of > as_of and not one.pending), key=lambda e: e.as_of)


class Day:
    """What one enrolment means for the subjects in it.

    Attributes:
        as_of: The day its values were current.
        codes: By code, whether the extract has such a column.
    """

    def __init__(self, as_of: int, columns: Iterable[str], index: Index | None, held: BitMap | None = None) -> None:
        """The day of a list.

        Args:
            as_of: The day.
            columns: Kinds that the list has.
            index: The index before it.
            held: Subjects one of whose rows is known to be all that is current of them: nothing of theirs ends.
        """
        self.as_of = as_of
        self.codes = codes_of_columns(tuple(columns))
        self._size = index.subjects if index is not None else 0
        self._held = _mask(held, self._size) if held else None
        later = later_ones(index, as_of) if index is not None else []
        same = [one for one in index.enrolments if one.as_of == as_of and not one.pending] if index is not None else []
        self.is_late = bool(later)
        self.is_shared = bool(same)
        self._class = np.zeros(_CODES, np.int64)
        self._next: NDArray[np.uint16] = np.empty((0, 0), np.uint16)
        self._has: NDArray[np.bool_] = np.empty((0, 0), np.bool_)
        if index is not None and (later or same):
            self._fill(index, later, same)

    def following(self, subjects: NDArray[np.uint32], digests: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """The first later day on which each subject was enrolled with a column as that of the digest beside it."""
        out = np.full(subjects.size, CURRENT_DAY, np.uint16)
        if self.is_late:
            known = np.flatnonzero(subjects < self._size)
            out[known] = self._next[self._class[code_of(digests[known])], subjects[known]]
        return out

    def is_held(self, subjects: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Whether nothing of each subject ends."""
        return np.zeros(subjects.size, np.bool_) if self._held is None else self._held[subjects]

    def ends(self, unseen: Records) -> NDArray[np.bool_]:
        """Whether each value that the list does not have ends on its day: nothing has shown it on that day or later."""
        within = (unseen.since <= self.as_of) & (unseen.until > self.as_of)
        within &= self.following(unseen.subject, unseen.digest) >= unseen.until
        return within & ~self.has_day(unseen.subject, unseen.digest)

    def outlasts(self, unseen: Records) -> NDArray[np.bool_]:
        """Whether each value that the list does not have was seen on a later day."""
        return self.following(unseen.subject, unseen.digest) < unseen.until

    def shares(self, unseen: Records) -> NDArray[np.bool_]:
        """Whether each value that the list does not have was seen on its very day, and on none after."""
        within = (unseen.since <= self.as_of) & (unseen.until > self.as_of)
        return within & self.has_day(unseen.subject, unseen.digest) & ~self.outlasts(unseen)

    def has_day(self, subjects: NDArray[np.uint32], digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether each subject was enrolled on this day before, with such a column."""
        if not self.is_shared:
            return np.zeros(subjects.size, np.bool_)
        return self._has[self._class[code_of(digests)], subjects]

    def _fill(self, index: Index, later: Sequence[ExtractInfo], same: Sequence[ExtractInfo]) -> None:
        """The next day and whether this one was there, by class of codes: those that came in the same enrolments."""
        shown = np.array([codes_of_columns(one.columns) for one in (*later, *same)])
        classes, self._class = np.unique(shown, axis=1, return_inverse=True)
        self._class = self._class.reshape(-1)
        self._next = np.full((classes.shape[1] if later else 0, self._size), CURRENT_DAY, np.uint16)
        self._has = np.zeros((classes.shape[1] if same else 0, self._size), np.bool_)
        for place in range(len(later) - 1, -1, -1):
            members = np.array(index.members_of(later[place]), np.uint32)
            for row in np.flatnonzero(classes[place]):
                self._next[row, members] = later[place].as_of
        for place, one in enumerate(same, start=len(later)):
            members = np.array(index.members_of(one), np.uint32)
            for row in np.flatnonzero(classes[place]):
                self._has[row, members] = True


def _mask(subjects: BitMap, size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, np.bool_)
    mask[np.array(subjects, np.uint32)] = True
    return mask
