"""What several segments keep of a subject, read as one: the newest segment that speaks of him counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fingerprints.index.ragged import flat_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from fingerprints.index.ragged import Ragged
    from fingerprints.index.segments import Segment


class Layers:
    """The segments of an index, the oldest first."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.segments = segments
        self._firsts = np.array([segment.info.first for segment in segments], np.int64)

    def fields(self) -> dict[str, LayeredRagged]:
        """The fields of unequal length by the names of their files: a sketch of each kind, and the sealed numbers."""
        sketches = self.segments[0].sketches if self.segments else {}
        fields = {f"sketch-{kind}": LayeredRagged(self, _sketch_of(kind)) for kind in sketches}
        return fields | {"sealed": LayeredRagged(self, lambda segment: segment.sealed)}

    def split(self, subjects: NDArray[np.integer]) -> Iterator[tuple[Segment, NDArray[np.intp], NDArray[np.int64]]]:
        """For each segment that counts for some of the subjects: their positions, and their rows in it."""
        left = np.arange(subjects.size)
        for segment in reversed(self.segments):
            rows = segment.rows_of(subjects[left])
            there = rows >= 0
            if there.any():
                yield segment, left[there], rows[there]
                left = left[~there]
            if not left.size:
                return

    def keys(self, subjects: NDArray[np.integer]) -> NDArray[np.uint64]:
        """The subjects' stable keys."""
        numbers = subjects.astype(np.int64)
        if len(self.segments) == 1:
            return self.segments[0].keys[numbers]
        out = np.zeros(numbers.size, np.uint64)
        born = np.searchsorted(self._firsts, numbers, "right") - 1
        for place, segment in enumerate(self.segments):
            mine = np.flatnonzero((born == place) & (numbers < segment.info.first + segment.info.new))
            out[mine] = segment.keys[numbers[mine] - segment.info.first]
        return out

    def checks(self, subjects: NDArray[np.integer]) -> NDArray[np.uint16]:
        """The subjects' checks, a row each."""
        width = self.segments[0].width
        out = np.zeros((subjects.size, width), np.uint16)
        for segment, places, rows in self.split(subjects):
            out[places] = segment.checks.rows(rows, width)
        return out


class LayeredRagged:
    """A field of unequal length over several segments; what it gives is that of `Ragged`."""

    def __init__(self, layers: Layers, field: Callable[[Segment], Ragged]) -> None:
        self._layers = layers
        self._field = field

    def lengths(self, subjects: NDArray[np.integer]) -> NDArray[np.int64]:
        """How long each subject's is; 0 for none."""
        out = np.zeros(subjects.size, np.int64)
        for segment, places, rows in self._layers.split(subjects):
            out[places] = self._field(segment).lengths(rows)
        return out

    def take(self, subjects: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
        """The lengths, and the values one after the other."""
        parts = [(places, *self._field(segment).take(rows)) for segment, places, rows in self._layers.split(subjects)]
        if len(parts) == 1 and parts[0][0].size == subjects.size:
            return parts[0][1], parts[0][2]
        lengths = np.zeros(subjects.size, np.int64)
        for places, some, _values in parts:
            lengths[places] = some
        starts = np.cumsum(lengths) - lengths
        dtype = parts[0][2].dtype if parts else np.dtype(np.uint16)
        out = np.zeros(int(lengths.sum()), dtype)
        for places, some, values in parts:
            out[flat_positions(starts[places], some)] = values
        return lengths, out


def _sketch_of(kind: str) -> Callable[[Segment], Ragged]:
    return lambda segment: segment.sketches[kind]
