"""An index generation held on to while it is copied: linked beside, so that enrolments go on and may remove it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from custody.register.index_states import NO_INDEX
from fingerprints.index.folder import CURRENT_FILE, LOCK_FILE, current_folder
from fingerprints.index.manifest import MANIFEST_FILE
from upkeep.copies import copy_file, copy_tree, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from upkeep.manifest import BackedUpFile

_PIN: Final = "pinned-"
_GENERATION: Final = re.compile(r"g\d{6,}(\.part)?(/|$)")


@contextmanager
def pinned(index_dir: Path) -> Iterator[Path | None]:
    """The generation that serves now, for as long as it takes to copy it; none before anything was enrolled."""
    for left in index_dir.glob(f"{_PIN}*"):  # of a run that died; one that lives has its own process's number
        if not _lives(left.name.removeprefix(_PIN)):
            shutil.rmtree(left, ignore_errors=True)
    current = current_folder(index_dir)
    if current is None:
        yield None
        return
    pin = index_dir / f"{_PIN}{os.getpid()}"
    try:
        for file in walk(current, lambda _name: False):
            linked = pin / current.name / file.relative_to(current)
            linked.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.link(file, linked)
        yield pin / current.name
    finally:
        shutil.rmtree(pin, ignore_errors=True)


def fits(recorded: str | None, generation: Path | None) -> bool:
    """Whether a copied database and a pinned generation are of one moment.

    What the database recorded last (`upkeep.facts.CopiedMoment.index`) is the manifest of that generation, or that a
    switch is under way: a restored home is then what a process that died there would have left, and the next enrolment
    ends it.
    """
    manifest = generation / MANIFEST_FILE if generation else None
    sha256 = hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest else NO_INDEX
    return not recorded or recorded == sha256


def copy_index(index_dir: Path, generation: Path | None, target: Path) -> dict[str, BackedUpFile]:
    """Copy a pinned generation and what belongs to all of them, and name it as the current one."""
    copied = copy_tree(index_dir, target, "index", _is_apart)
    if generation is None:
        return copied
    copied |= copy_tree(generation, target / generation.name, f"index/{generation.name}")
    beside = generation.parent / CURRENT_FILE
    beside.write_text(generation.name + "\n", encoding="ascii")
    copied[f"index/{CURRENT_FILE}"] = copy_file(beside, target / CURRENT_FILE)
    return copied


def _is_apart(name: str) -> bool:
    return name in {CURRENT_FILE, LOCK_FILE} or name.startswith(_PIN) or bool(_GENERATION.match(name))


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return int(pid) != os.getpid()
