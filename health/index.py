"""The index: whether the newest generation is as it was written, and what serves if it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import HinomiError
from fingerprints.errors import DamagedIndexError, NoIndexError
from fingerprints.index.folder import next_dir
from fingerprints.index.generation import Index
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_index(home: Home, thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Every byte of it against its checksums, or their sizes alone; then what is under way or was left behind."""
    try:
        key = home.load_key()
    except HinomiError:
        return  # said by the look at the key; without it the index cannot be opened
    try:
        index = Index.open(home.settings.index_dir, key, check=thorough)
    except NoIndexError as error:
        yield Diagnosis("note", "index", "none", {"folder": home.settings.index_dir, "message": str(error)})
        return
    except DamagedIndexError as error:
        yield _damaged(home, error)
        return
    yield Diagnosis("ok", "index", "whole" if thorough else "opened", {
        "generation": index.generation, "subjects": index.customers, "extracts": len(index.extracts),
        "segments": len(index.segments), "bytes": f"{index.bytes_per_subject:.0f}",
    })  # fmt: skip
    if index.subjects and not index.has_numbers:
        yield Diagnosis("note", "index", "no_numbers", {"subjects": index.subjects})
    yield from _leftovers(home)


def _damaged(home: Home, error: DamagedIndexError) -> Diagnosis:
    """What is damaged, and what serves meanwhile."""
    try:
        serving = home.open_index()
    except HinomiError:
        return Diagnosis("bad", "index", "lost", {"message": str(error), "hint": error.hint})
    what = "replaced" if serving.damage else "serving"
    values = {"message": str(error), "hint": error.hint, "generation": serving.generation}
    return Diagnosis("bad", "index", what, values)


def _leftovers(home: Home) -> Iterator[Diagnosis]:
    """A change of key under way, and what a run that died left; neither is a fault."""
    if next_dir(home.settings.index_dir).is_dir():
        yield Diagnosis("note", "index", "key_change")
    left = [path.name for path in home.settings.index_dir.glob("*.part")]
    if left:
        yield Diagnosis("note", "index", "left_behind", {"names": ", ".join(left)})
