"""WARC files as a backup sees them: copied or only named, on a disk or in a bucket, closed or still being written.

A closed file is never written again, and its hash was sealed in the database then: a backup that only names it takes
that hash and looks whether the file is there, and as long, instead of reading ten terabytes. A file that is still
written has another name until it is closed; every record that the copied database speaks of was on disk before its
row, so that what is whole of the file after the database was copied is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archive.objects import OPEN_SUFFIX, ObjectPath, open_place
from archive.recovery import good_length
from upkeep.copies import copy_file
from upkeep.manifest import BackedUpFile, measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from archive.objects import StoragePlace
    from core.settings import Settings

LOOKS: Final = 3
"""A file changes its name once, when it is closed, and may do so between a look and the next."""
_NOT_THERE: Final = BackedUpFile(0, "")


def take_warc_files(
    settings: Settings, names: Sequence[str], seals: Mapping[str, BackedUpFile], to: Path | None
) -> dict[str, BackedUpFile]:
    """Every WARC file that the copied database names; one that is not there has no hash.

    Args:
        settings: Of the home.
        names: As the database has them.
        seals: What each closed file was when it was closed, or last written anew.
        to: Where to copy them; none only names them.
    """
    place = open_place(settings)
    found = {}
    for name in names:
        for _ in range(LOOKS):
            try:
                path, size = _as_it_is_now(place, name)
                sealed = seals.get(name)
                if to is not None:
                    found[name] = copy_file(path, to / name, size)
                else:
                    found[name] = sealed if sealed and sealed.size_bytes == size else measure(path, size)
                break
            except FileNotFoundError:
                found[name] = _NOT_THERE
    return found


def put_warc_files(settings: Settings, stated: Mapping[str, BackedUpFile], copies: Path | None) -> Iterator[str]:
    """Copy those that are missing from a folder, if there is one; gives the names of those that are not as stated.

    What is in a bucket is not read through for that: `hinomi verify` reads all of it.
    """
    place = open_place(settings)
    for name, wanted in stated.items():
        target = place / name
        if copies is not None and not target.exists() and (copies / name).is_file():
            _bring(copies / name, target)
        if not wanted.sha256 or not target.exists() or not _is_as_stated(target, wanted):
            yield name


def _is_as_stated(target: StoragePlace, wanted: BackedUpFile) -> bool:
    if isinstance(target, ObjectPath):
        return target.stat().st_size >= wanted.size_bytes
    return measure(target, wanted.size_bytes) == wanted


def _bring(source: Path, target: StoragePlace) -> None:
    if isinstance(target, ObjectPath):
        with source.open("rb") as file:
            target.put(file)
    else:
        copy_file(source, target)


def _as_it_is_now(place: StoragePlace, name: str) -> tuple[StoragePlace, int]:
    """The file, by the name that it has at this moment, and how much of it is whole.

    Raises:
        FileNotFoundError: It is gone.
    """
    final = place / name
    written = final.with_name(final.name + OPEN_SUFFIX)
    if not final.exists() and written.exists():
        with written.open("rb") as file:
            size = written.stat().st_size if isinstance(written, ObjectPath) else good_length(file)
        if not final.exists():  # else it was closed while we looked
            return written, size
    return final, final.stat().st_size
