"""One generation of the index, mapped: who carries a digest, and how well a passage agrees with them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from pyroaring import BitMap

from core.logs import get_logger
from fingerprints.errors import DamagedIndexError, IndexBusyError, NoIndexError, WrongKeyError
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.canaries import read_canaries
from fingerprints.index.files import map_array
from fingerprints.index.folder import current_folder, older_folders, ready_folder
from fingerprints.index.frequencies import SAMPLE, bearers_expected
from fingerprints.index.layers import Layers
from fingerprints.index.manifest import ExtractInfo, Manifest, check_code, check_files, read_manifest
from fingerprints.index.records import CURRENT_DAY
from fingerprints.index.segments import Segment
from fingerprints.index.sorted_search import search_sorted
from fingerprints.secrets.digests import Digester, code_of
from fingerprints.secrets.seals import Sealer
from fingerprints.secrets.sketches import Sketcher, agreements, as_text, equal_rows, most_alike
from fingerprints.secrets.veil import Veil

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fingerprints.secrets.keys import Key

__all__ = ["STILL_CURRENT", "ExtractInfo", "Hits", "Index"]

STILL_CURRENT: Final = CURRENT_DAY
"""``until`` of a value that no later enrolment has replaced."""
UNLIKE: Final = 0.55
"""Agreement below which two fields are as unlike as strangers' are: how unlike, nobody asks."""
_ATTEMPTS: Final = 3
_SLICE: Final = 1 << 22


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

    def __init__(self, folder: Path, manifest: Manifest, key: Key, veil: Veil) -> None:
        self.folder = folder
        self.damage = ""
        self.manifest = manifest
        self.generation = manifest.content
        self.subjects = manifest.subjects
        self.kinds = tuple(manifest.codes)
        self.enrolments = manifest.enrolments
        self.extracts = manifest.extracts
        self.number_patterns = manifest.number_patterns
        self.key = key
        self._sketcher = Sketcher(key)
        self._digester = Digester(key)
        self._sealer = Sealer(key)
        self.veil = veil
        self.segments = tuple(Segment(folder / info.name, info, manifest, veil) for info in manifest.segments)
        self.layers = Layers(self.segments)
        self.former: NDArray[np.uint64] = _map_if_there(folder / "former.u64")
        self.former_now: NDArray[np.uint64] = _map_if_there(folder / "former-now.u64")
        fields = self.layers.fields()
        self.sketches = {kind: fields[f"sketch-{kind}"] for kind in manifest.sketches}
        self.sealed = fields["sealed"]

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
        for _attempt in range(_ATTEMPTS):
            folder = current_folder(index_dir)
            if folder is None:
                raise NoIndexError(
                    f"there is no index in {index_dir}", hint="Enrol customers first: hinomi enroll FILE --extract NAME"
                )
            try:
                return cls._open_generation(folder, key, check=check)
            except WrongKeyError:
                ready = ready_folder(index_dir, key.id)
                if ready is None:
                    raise
                return cls._open_generation(ready, key, check=check)
            except (FileNotFoundError, DamagedIndexError):
                if current_folder(index_dir) == folder:
                    raise
                # A writer switched, and removed it between two of our steps.
        raise IndexBusyError(f"the index in {index_dir} is switched faster than it can be opened", hint="Try again.")

    @classmethod
    def open_good(cls, index_dir: Path, key: Key) -> Index:
        """Open the current generation, or if a file of it is damaged, the one before it: ``damage`` says so then.

        Raises:
            DamagedIndexError: Nothing is left to fall back on.
        """
        try:
            return cls.open(index_dir, key)
        except DamagedIndexError as error:
            for folder in older_folders(index_dir):
                with suppress(DamagedIndexError, FileNotFoundError):
                    index = cls._open_generation(folder, key, check=False)
                    index.damage = str(error)
                    get_logger().warning("index.damaged", path=error.file, generation=index.generation)
                    return index
            raise

    @classmethod
    def _open_generation(cls, folder: Path, key: Key, *, check: bool) -> Index:
        manifest = read_manifest(folder)
        if manifest.key_id != key.id:
            raise WrongKeyError(key.id, manifest.key_id)
        veil = Veil.open(folder, key)
        check_code(folder, veil)
        check_files(folder, manifest, contents=check)
        return cls(folder, manifest, key, veil)

    @classmethod
    def open_folder(cls, folder: Path, key: Key) -> Index:
        """Open one generation by its folder; raises as `open` does."""
        return cls._open_generation(folder, key, check=False)

    def __reduce__(self) -> tuple[Callable[[Path, Key], Index], tuple[Path, Key]]:
        return Index.open_folder, (self.folder, self.key)  # another process maps the same generation

    def sibling(self, folder: Path) -> Index:
        """The index under the next key, for work that makes no digest; everybody has the same number in it."""
        manifest, veil = read_manifest(folder), Veil.open(folder, self.key)
        check_code(folder, veil)
        check_files(folder, manifest, contents=False)
        return Index(folder, manifest, self.key, veil)

    @property
    def has_numbers(self) -> bool:
        """Whether any extract came with customer numbers: without them no access record can be compared."""
        return any(NUMBER_KIND in info.columns for info in self.extracts)

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
        out = self.segments[0].might_hold(digests)
        for segment in self.segments[1:]:
            out |= segment.might_hold(digests)
        return out

    def lookup(
        self, digests: NDArray[np.uint64], *, weak: bool | NDArray[np.bool_] = False, most: int | None = None
    ) -> Hits:
        """Everybody who carries any of the digests.

        Args:
            digests: What to look up; 0 hits nobody.
            weak: Look up kinds that are not posted as well (names, birth dates …), which many people share; of all
                the digests, or of some.
            most: A digest that more subjects carry gives none of them.
        """
        order = np.argsort(digests)  # a filter's blocks and a table's pages are visited one after the other
        wanted = digests[order]
        unfiltered = np.broadcast_to(weak, digests.shape)[order] & (wanted != 0)
        found: list[Hits] = []
        for segment in self.segments:
            asked = np.flatnonzero(unfiltered if unfiltered.all() else segment.might_hold(wanted) | unfiltered)
            position, places = segment.places(wanted[asked], most)
            if position.size or not found:
                query = order[asked[position]]
                found.append(Hits(query, segment.holders[places], *segment.intervals(places)))
        return found[0] if len(found) == 1 else _newest(found, most)

    def count(self, digests: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many subjects carry each digest, or did: the base rate of its value."""
        order = np.argsort(digests)
        wanted = digests[order]
        out = np.empty(digests.size, np.int64)
        out[order] = sum(segment.count(wanted) for segment in self.segments)
        return out

    def row_subjects(self, rows: NDArray[np.uint64]) -> NDArray[np.int64]:
        """By the digest of a whole row (see `Printer`), whose row it is if nothing changed since; else -1."""
        out = np.full(rows.size, -1, np.int64)
        changed = BitMap()
        order = np.argsort(rows)
        wanted = rows[order]
        for segment in reversed(self.segments):
            place = search_sorted(segment.rows, wanted)
            there = np.flatnonzero(place < segment.rows.size)
            there = there[segment.rows[place[there]] == wanted[there]]
            subjects = segment.row_subjects[place[there]]
            there = order[there]
            stands = np.ones(subjects.size, np.bool_)
            if changed:
                stands = np.fromiter((one not in changed for one in subjects.tolist()), np.bool_, subjects.size)
            out[there[stands]] = subjects[stands]
            changed |= segment.changed
        return out

    def carried(self, kind: str, subjects: BitMap) -> tuple[NDArray[np.uint32], NDArray[np.uint64]]:
        """The digests of a kind that these subjects carry or did, read off the whole table: subjects and digests."""
        wanted = np.zeros(self.subjects, np.bool_)
        wanted[np.fromiter((one for one in subjects if one < self.subjects), np.int64)] = True
        code = self.manifest.codes[kind]
        found: list[NDArray[np.uint64]] = [np.empty((0, 2), np.uint64)]
        for segment in self.segments:
            for start in range(0, segment.digests.size, _SLICE):
                digests, counts, first = segment.carriers(start, min(start + _SLICE, segment.digests.size))
                part = np.repeat(digests, counts)
                at = np.flatnonzero(code_of(part) == code)
                who = segment.holders.between(first, first + part.size)[at]
                found.append(np.column_stack((who[wanted[who]].astype(np.uint64), part[at[wanted[who]]])))
        both = np.concatenate(found)
        if len(self.segments) > 1:
            both = np.unique(both, axis=0)
        return both[:, 0].astype(np.uint32), both[:, 1]

    def agreement(self, kind: str, subjects: NDArray[np.uint32], texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text agrees with what is stored of the subject beside it, 0 to 1; NaN where nothing is stored.

        Args:
            kind: A sketched kind: compared is the best stretch of the text (see `sketches.agreements`).
            subjects: One for each text.
            texts: What the kind's `comparable` made of a passage.

        Below `UNLIKE`, which means nothing for any kind, the answer may be higher than the true one.
        """
        if kind not in self.sketches:
            return np.full(len(texts), np.nan, np.float32)
        return self._sketch_agreement(kind, subjects, texts)

    def equality(self, kind: str, subjects: NDArray[np.uint32], digests: NDArray[np.uint64]) -> NDArray[np.float32]:
        """Whether each digest is that of the subject beside it, 1 or 0; NaN where nothing is stored.

        Args:
            kind: One that is equal or not.
            subjects: One for each digest.
            digests: Of values of the kind.
        """
        if kind not in self.manifest.checks:
            return np.full(digests.size, np.nan, np.float32)
        stored = self.layers.checks(subjects)[:, self.manifest.checks.index(kind)]
        given = self._sketcher.checks(kind, self._salts(subjects), digests)
        return np.where(stored == 0, np.nan, (stored == given).astype(np.float32)).astype(np.float32)

    def tokens(
        self, kind: str, subjects: NDArray[np.uint32], texts: Sequence[str]
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """The tokens of each text under the salt of the subject beside it, as a sketch of theirs would hold them."""
        return self._sketcher.tokens(kind, self._salts(subjects), texts)

    @cached_property
    def is_dated(self) -> bool:
        """Whether values came up or were given up on different days, so that a list can be dated by them."""
        spans = {segment.only_interval for segment in self.segments}
        return None in spans or len(spans) > 1

    @cached_property
    def bearers_expected(self) -> dict[str, float]:
        """By kind, how many more bearers a value with one known bearer has among as many people again."""
        largest = max(self.segments, key=lambda segment: segment.digests.size)
        start = max(0, (largest.digests.size - SAMPLE) // 2)
        digests, counts, _first = largest.carriers(start, min(start + SAMPLE, largest.digests.size))
        return bearers_expected(digests, counts)

    def subject_digests(self, subjects: NDArray[np.uint32]) -> NDArray[np.uint64]:
        """What names the subjects to somebody without the right to know: their stable keys."""
        return self.layers.keys(subjects)

    def reveal(self, subjects: NDArray[np.uint32]) -> list[str]:
        """The subjects' customer numbers; the key in hexadecimal for those who have none."""
        lengths, sealed = self.sealed.take(subjects)
        return self._sealer.open_many(self.subject_digests(subjects), lengths, sealed)

    def current_digests(self, digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Digests of customer numbers made under a former key as they are under this one; others stay as they are."""
        if not self.former.size:
            return digests
        place = np.minimum(np.searchsorted(self.former, digests), self.former.size - 1)
        return np.where(self.former[place] == digests, self.former_now[place], digests)

    def former_digests(self, digests: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """What digests of customer numbers were under former keys; those that had none are left out."""
        return np.asarray(self.former[np.isin(self.former_now, digests)])

    def members(self, extract: str) -> BitMap:
        """The subjects of an extract as it was enrolled last; none when the index does not know it."""
        found = next((info for info in self.extracts if info.name == extract), None)
        return self.members_of(found) if found else BitMap()

    def members_of(self, enrolment: ExtractInfo) -> BitMap:
        """The subjects of one enrolment."""
        return BitMap.deserialize(self.veil.read(self.folder / enrolment.members))

    @cached_property
    def customers(self) -> int:
        """How many subjects are customers: a canary is none, one of a drill as little as one of an extract."""
        return self.subjects - len(BitMap.union(BitMap(), *self.canaries.values()))

    @property
    def population(self) -> int:
        """Among how many people one is found: the customers; the canaries, where nobody else is enrolled yet."""
        return self.customers or self.subjects

    @cached_property
    def canaries(self) -> dict[str, BitMap]:
        """By extract, its members that are canaries; nobody can tell them from customers without the key."""
        numbers: dict[str, list[str]] = {}
        for canary in read_canaries(self.folder.parent, self.key):
            numbers.setdefault(canary.extract, []).append(canary.number)
        found = {
            extract: BitMap(self.lookup(self._digester.digest_many(NUMBER_KIND, own)).subject) & self.members(extract)
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
        scores = most_alike(lengths, stored, *given).astype(np.float32)
        same = equal_rows(lengths, stored, *given)
        scores[same] = 1.0
        cut = (given[0] < lengths) & (scores > 0)  # told by the very share that agrees
        others = np.flatnonzero(~same & (cut | (scores >= UNLIKE))).tolist()
        if others:
            fields, passages = as_text(lengths, stored), as_text(*given)
            scores[others] = agreements([fields[n] for n in others], [passages[n] for n in others])
        scores[lengths == 0] = np.nan
        return scores

    def __repr__(self) -> str:
        return f"Index(generation={self.generation}, subjects={self.subjects}, segments={len(self.segments)})"


def _map_if_there(path: Path) -> NDArray[np.uint64]:
    return map_array(path, np.uint64) if path.is_file() else np.empty(0, np.uint64)


def _newest(found: Sequence[Hits], most: int | None) -> Hits:
    """The hits of several segments, the newest last: of two that say the same of a subject the newer counts."""
    whole = found[0]
    for newer in found[1:]:  # which has few, as a rule: most people are said of once
        if newer.query.size:
            said = np.sort(_of_whom(newer))
            again = _of_whom(whole)
            place = np.minimum(np.searchsorted(said, again), said.size - 1)
            whole = _joined(_some(whole, said[place] != again), newer)
    if most is not None and whole.query.size:
        whole = _some(whole, np.bincount(whole.query)[whole.query] <= most)
    return whole


def _of_whom(hits: Hits) -> NDArray[np.uint64]:
    """Query and subject of each hit in one number."""
    both: NDArray[np.uint64] = hits.query.astype(np.uint64) << np.uint64(32) | hits.subject
    return both


def _some(hits: Hits, kept: NDArray[np.bool_]) -> Hits:
    return hits if kept.all() else Hits(hits.query[kept], hits.subject[kept], hits.since[kept], hits.until[kept])


def _joined(one: Hits, other: Hits) -> Hits:
    return Hits(*(np.concatenate([getattr(hits, name) for hits in (one, other)]) for name in Hits.__slots__))
