"""Changing the master key from the register's side: which files are still to come, taking them in, and the switch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from core.clock import day_of
from custody.enrolment.batches import choose_processes
from custody.enrolment.columns import understand
from custody.enrolment.counts import check
from custody.enrolment.file import ExtractFile, read_into, sha256_of
from custody.errors import EnrolmentError
from fingerprints.building.builder import IndexBuilder
from fingerprints.building.compaction import compact
from fingerprints.building.rotation import adopt, begin, make_ready, missing
from fingerprints.identifiers.customer_number import learn_patterns
from fingerprints.index.folder import current_folder, next_dir, ready_folder, writing_lock
from fingerprints.index.generation import Index
from fingerprints.index.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from fingerprints.building.builder import Enrolled
    from fingerprints.index.manifest import ExtractInfo
    from fingerprints.secrets.keys import Key

MAX_REJECTED: Final = 0.05


@dataclass(frozen=True, slots=True)
class Wanted:
    """An enrolment whose file is still to come; ``needed`` unless a later list of the extract is there."""

    info: ExtractInfo
    needed: bool


def finish_switch(index_dir: Path, key: Key) -> bool:
    """Finish a switch that was cut off after the key was replaced; false when the key in use has nothing to finish."""
    if ready_folder(index_dir, key.id) is None:
        return False
    with writing_lock(index_dir):
        return adopt(index_dir, key)


def key_under_way(index_dir: Path) -> str:
    """The id of the key that a change under way leads to; empty when none is."""
    folder = next_dir(index_dir)
    generation = current_folder(folder) if folder.is_dir() else None
    return read_manifest(generation).key_id if generation else ""


class Rotation:
    """One change of the key, begun or gone on with; every step takes the index's lock for itself."""

    def __init__(self, index_dir: Path, home: Path, key: Key, new_key: Key) -> None:
        self._index_dir = index_dir
        self._home = home
        self._key = key
        self._new_key = new_key

    def open(self) -> None:
        """Begin, unless it was begun.

        Raises:
            EnrolmentError: The new key is the old one.
            WrongKeyError: It was begun with another key.
        """
        if self._key == self._new_key:
            raise EnrolmentError(f"the new key {self._new_key.id} is the one in use")
        with writing_lock(self._index_dir):
            folder = next_dir(self._index_dir)
            if not folder.is_dir() or current_folder(folder) is None:
                begin(self._index_dir, Index.open(self._index_dir, self._key), self._new_key)
            Index.open(folder, self._new_key)

    def wanted(self) -> list[Wanted]:
        """What is still to come, what is needed first."""
        index = Index.open(self._index_dir, self._key)
        latest = {(one.name, one.as_of) for one in index.extracts}
        left = missing(index, Index.open(next_dir(self._index_dir), self._new_key))
        return [Wanted(one, (one.name, one.as_of) in latest) for one in left]

    def has(self, path: Path) -> bool:
        """Whether this very file is enrolled under the new key already: whoever was cut off gives all files again."""
        following = Index.open(next_dir(self._index_dir), self._new_key)
        return sha256_of(path) in {one.sha256 for one in following.enrolments if not one.pending}

    def take(
        self,
        path: Path,
        mapping: Mapping[str, str] | Sequence[tuple[str, str]],
        *,
        extract: str = "",
        sheet: str = "",
        advance: Callable[[float], None] = lambda _: None,
    ) -> Enrolled:
        """Enrol a file again under the new key; which one it is, its checksum says.

        Args:
            path: The file.
            mapping: As for `custody.enrolment.columns.understand`.
            extract: The extract's name, where the file is not the very one that was enrolled.
            sheet: Which sheet of a workbook, as for `custody.enrolment.columns.understand`.
            advance: Told the share of the work that is done, 0 to 1.

        Raises:
            EnrolmentError: No extract that is still to come has this file.
        """
        with writing_lock(self._index_dir):
            info = self._which(path, extract)
            folder = next_dir(self._index_dir)
            index = Index.open(folder, self._new_key)
            plan = understand(path, mapping, sheet=sheet)
            rejected = self._home / "enrolments" / f"key-{self._new_key.id}-{info.generation}-rejected.csv"
            source = ExtractFile(path, plan, info.as_of, rejected)
            with IndexBuilder(folder, self._new_key, index) as builder:
                tally, listed = read_into(
                    builder, source, self._new_key, index, folder,
                    advance=lambda share, _rows: advance(0.8 * share), processes=choose_processes(path),
                )  # fmt: skip
                check(tally, plan, MAX_REJECTED, listed)
                again = replace(info, columns=tuple(plan.columns), rows=tally.rows, pending=False)
                patterns = learn_patterns(tally.numbers) if tally.numbers else ()
                done = builder.finish(again, patterns, lambda share: advance(0.8 + 0.2 * share))
            compact(folder, Index.open(folder, self._new_key), whole=False)
            return done

    def make_ready(self, leave_out: Collection[str]) -> None:
        """Let the next index serve whoever comes with the new key.

        Args:
            leave_out: Extracts that are given up: their members stay known, and nobody is found by them.

        Raises:
            EnrolmentError: A file is still to come.
        """
        left = [one.info for one in self.wanted() if one.needed and one.info.name not in leave_out]
        if left:
            names = ", ".join(f"{one.name} of {day_of(one.as_of)}" for one in left)
            raise EnrolmentError(
                f"{len(left)} extracts are not enrolled under the new key yet: {names}",
                hint="Give their files to `hinomi key rotate`, or say with --leave-out which are given up.",
            )
        with writing_lock(self._index_dir):
            folder = next_dir(self._index_dir)
            compact(folder, Index.open(folder, self._new_key), whole=True)
            make_ready(self._index_dir, self._key, self._new_key)

    def settle(self) -> None:
        """Give the next index the place of the old one; from now on only the new key opens it."""
        with writing_lock(self._index_dir):
            adopt(self._index_dir, self._new_key)

    def _which(self, path: Path, extract: str) -> ExtractInfo:
        left = [one.info for one in self.wanted()]
        sha256 = sha256_of(path)
        same = [one for one in left if one.sha256 == sha256 and extract in {"", one.name}]
        named = [one for one in left if extract and one.name == extract]
        if not same and not named:
            raise EnrolmentError(
                f"{path} is none of the {len(left)} files that are still to come",
                hint="If it was exported again, say which extract it is: --extract NAME.",
            )
        return (same or named)[0]
