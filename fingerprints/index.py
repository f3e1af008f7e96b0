"""One generation of the index, mapped: who carries a digest, and how well a passage agrees with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from fingerprints.bloom import BloomReader
from fingerprints.canaries import read_canaries
from fingerprints.digests import Digester
from fingerprints.errors import NoIndexError, WrongKeyError
from fingerprints.files import map_array
from fingerprints.generations import current_folder
from fingerprints.manifest import ExtractInfo, Manifest, check_files, read_manifest
from fingerprints.ragged import Ragged
from fingerprints.seals import Sealer
from fingerprints.sketches import Sketcher, agreements, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.keys import Key

__all__ = ["STILL_CURRENT", "ExtractInfo", "Hits", "Index"]

STILL_CURRENT: Final = 65535
"""``until`` of a value that no later enrolment has replaced."""
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Hits:
    """Who carries which digest, one entry each, as arrays of one length.

    Attributes:
        query: Position in the array that was looked up.
        subject: The subject's number in this index.
        since: First day the value was known to be current, counted from 1970-01-01.
        until: First day it was known to be replaced; `STILL_CURRENT` while it is not.
    """

    query: NDArray[np.intp]
    subject: NDArray[np.uint32]
    since: NDArray[np.uint16]
    until: NDArray[np.uint16]


class Index:
    """One generation; make it with `Index.open`. Safe to share between threads, cheap to open in every worker."""

    def __init__(self, folder: Path, manifest: Manifest, key: Key) -> None:
        self.folder = folder
        self.manifest = manifest
        self.generation = manifest.generation
        self.subjects = manifest.subjects
        self.kinds = tuple(manifest.codes)
        self.extracts = manifest.extracts
        self.number_patterns = manifest.number_patterns
        self._key = key
        self._sketcher = Sketcher(key)
        self._digester = Digester(key)
        self._sealer = Sealer(key)
        self.digests: NDArray[np.uint64] = map_array(folder / "digests.u64", np.uint64)
        self.holders: NDArray[np.uint32] = map_array(folder / "holders.u32", np.uint32)
        self.interval_ids: NDArray[np.uint16] = map_array(folder / "intervals.u16", np.uint16)
        self.subject_keys: NDArray[np.uint64] = map_array(folder / "subjects.u64", np.uint64)
        self.seen: NDArray[np.uint16] = map_array(folder / "seen.u16", np.uint16)
        self.checks: NDArray[np.uint16] = map_array(folder / "checks.u16", np.uint16).reshape(
            -1, max(len(manifest.checks), 1)
        )
        self.sketches = {kind: Ragged(folder, f"sketch-{kind}", np.uint16) for kind in manifest.sketches}
        self.sealed = Ragged(folder, "sealed", np.uint8)
        self._since, self._until = np.array(manifest.intervals, np.uint16).reshape(-1, 2).T
        self._bloom = BloomReader(folder / "bloom.bin", manifest.filtered)

    @classmethod
    def open(cls, index_dir: Path, key: Key, *, check: bool = False) -> Index:
        """Open the current generation.

        Args:
            index_dir: The folder that holds ``CURRENT``.
            key: The master key.
            check: Read every byte and compare checksums; without it, sizes only.

        Raises:
            NoIndexError: Nothing was enrolled yet.
            WrongKeyError: It was made under another key.
            DamagedIndexError: A file is not as it was written.
        """
        for attempt in range(_ATTEMPTS):
            folder = current_folder(index_dir)
            if folder is None:
                raise NoIndexError(
                    f"there is no index in {index_dir}", hint="Enrol customers first: hinomi enroll FILE --extract NAME"
                )
            try:
                return cls._open_generation(folder, key, check=check)
            except FileNotFoundError:  # a writer switched and removed it between two of our steps
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    @classmethod
    def _open_generation(cls, folder: Path, key: Key, *, check: bool) -> Index:
        manifest = read_manifest(folder)
        if manifest.key_id != key.id:
            raise WrongKeyError(key.id, manifest.key_id)
        check_files(folder, manifest, contents=check)
        return cls(folder, manifest, key)

    @classmethod
    def open_folder(cls, folder: Path, key: Key) -> Index:
        """Open one generation by its folder; raises as `open` does."""
        return cls._open_generation(folder, key, check=False)

    def __reduce__(self) -> tuple[Callable[[Path, Key], Index], tuple[Path, Key]]:
        return Index.open_folder, (self.folder, self._key)  # another process maps the same generation

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(info.size_bytes for info in self.manifest.files.values())

    @property
    def bytes_per_subject(self) -> float:
        """Bytes of all files, for each subject."""
        return self.size_bytes / max(self.subjects, 1)

    def might_hold(self, digests: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Whether somebody may carry each digest; false is certain. For posted kinds and pairs alone."""
        return self._bloom.might_hold(digests)

    def lookup(self, digests: NDArray[np.uint64], *, weak: bool = False, most: int | None = None) -> Hits:
        """Everybody who carries any of the digests.

        Args:
            digests: What to look up; 0 hits nobody.
            weak: Look up kinds that are not posted as well (names, birth dates …), which many people share.
            most: A digest that more subjects carry gives none of them.
        """
        asked = np.flatnonzero(digests != 0) if weak else np.flatnonzero(self._bloom.might_hold(digests))
        order = asked[np.argsort(digests[asked])]  # in order, neighbours find their pages already in memory
        first = np.searchsorted(self.digests, digests[order], "left")
        found = np.flatnonzero(
            self.digests[np.minimum(first, max(self.digests.size - 1, 0))] == digests[order]
            if self.digests.size
            else np.zeros(order.size, np.bool_)
        )
        first, order = first[found], order[found]
        counts = np.searchsorted(self.digests, digests[order], "right") - first
        if most is not None:
            few = counts <= most
            first, order, counts = first[few], order[few], counts[few]
        total = int(counts.sum())
        rows = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(total)
        intervals = self.interval_ids[rows]
        return Hits(
            query=np.repeat(order, counts),
            subject=np.asarray(self.holders[rows]),
            since=self._since[intervals],
            until=self._until[intervals],
        )

    def count(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many subjects carry each digest, or did: the base rate of its value."""
        order = np.argsort(digests)
        wanted = digests[order]
        out = np.empty(digests.size, np.int64)
        out[order] = np.searchsorted(self.digests, wanted, "right") - np.searchsorted(self.digests, wanted, "left")
        return out

    def agreement(self, kind: str, subjects: NDArray[np.uint32], texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text agrees with what is stored of the subject beside it, 0 to 1; NaN where nothing is stored.

        Args:
            kind: A sketched kind is compared with the best stretch of the text (see `sketches.agreements`); of the
                others a text is the value or is not.
            subjects: One for each text.
            texts: For a sketched kind what its `comparable` made of a passage, else a canonical value.
        """
        if kind in self.sketches:
            return self._sketch_agreement(kind, subjects, texts)
        if kind not in self.manifest.checks:
            return np.full(len(texts), np.nan, np.float32)
        stored = self.checks[subjects, self.manifest.checks.index(kind)]
        given = self._sketcher.checks(kind, self._salts(subjects), self._digester.digest_many(kind, texts))
        return np.where(stored == 0, np.nan, (stored == given).astype(np.float32)).astype(np.float32)

    def subject_digests(self, subjects: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """What names the subjects to somebody without the right to know: their stable keys."""
        return np.asarray(self.subject_keys[subjects])

    def reveal(self, subjects: NDArray[np.uint32]) -> list[str]:
        """The subjects' customer numbers; the key in hexadecimal for those who have none."""
        lengths, sealed = self.sealed.take(subjects)
        return self._sealer.open_many(self.subject_digests(subjects), lengths, sealed)

    def members(self, extract: str) -> BitMap:
        """The subjects of an extract; none when the index does not know it."""
        for number, info in enumerate(self.extracts):
            if info.name == extract:
                return BitMap.deserialize((self.folder / f"members-{number}.roaring").read_bytes())
        return BitMap()

    @cached_property
    def canaries(self) -> dict[str, BitMap]:
        """By extract, its members that are canaries; nobody can tell them from customers without the key."""
        numbers: dict[str, list[str]] = {}
        for canary in read_canaries(self.folder.parent, self._key):
            numbers.setdefault(canary.extract, []).append(canary.number)
        found = {
            extract: BitMap(self.lookup(self._digester.digest_many("customer_number", own)).subject)
            & self.members(extract)
            for extract, own in numbers.items()
        }
        return {extract: subjects for extract, subjects in found.items() if subjects}

    @cached_property
    def last_day(self) -> int:
        """The latest day of any extract, counted from 1970-01-01."""
        return max((info.as_of for info in self.extracts), default=0)

    def _salts(self, subjects: NDArray[np.uint32]) -> NDArray[np.uint64]:
        return self._sketcher.salts(self.subject_digests(subjects))

    def _sketch_agreement(self, kind: str, subjects: NDArray[np.uint32], texts: Sequence[str]) -> NDArray[np.float32]:
        lengths, stored = self.sketches[kind].take(subjects)
        given = self._sketcher.tokens(kind, self._salts(subjects), texts)
        scores = agreements(as_text(lengths, stored), as_text(*given))
        scores[lengths == 0] = np.nan
        return scores

    def __repr__(self) -> str:
        return f"Index(generation={self.generation}, subjects={self.subjects})"
