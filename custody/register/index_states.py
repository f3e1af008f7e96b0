"""Which index serves, on the record: whatever switches it says so before and after, with the hash of its manifest.

The manifest holds the size and checksum of every file of a generation, so that its hash stands for all of them. An
index whose manifest is another than the last one recorded was put there by somebody who did not go through here.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.errors import HinomiError
from custody.models import IndexState
from fingerprints.errors import FingerprintError
from fingerprints.index.folder import current_folder, number_of
from fingerprints.index.manifest import MANIFEST_FILE, check_code, check_files, read_manifest
from fingerprints.secrets.veil import Veil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from fingerprints.secrets.keys import Key

NO_INDEX: Final = "none"
ENROLLED, FORGOTTEN, NEW_KEY, FOUND = "enrolled", "forgotten", "new-key", "found"
"""Why the index was switched; ``found`` is one that was there before states were recorded."""


@dataclass(frozen=True, slots=True)
class IndexDamage:
    """What is wrong with the index: ``what`` as `transparency.verify.damage` calls it, and where."""

    what: str
    where: str
    said: str


@contextmanager
def switching(database: Database, index_dir: Path, now: Callable[[], datetime], why: str) -> Iterator[None]:
    """Around whatever may switch the index: on the record that it begins, and what serves when it is over.

    What fails is over as well. Only a process that dies leaves it begun; the next switch, or `hinomi init`, ends it.
    """
    with database.write() as session:
        _add(session, why, 0, "", now())
    try:
        yield
    except BaseException:
        with suppress(SQLAlchemyError, HinomiError), database.write() as session:  # a full disk is why it failed
            record_index(session, index_dir, why, now())
        raise
    with database.write() as session:
        record_index(session, index_dir, why, now())


def record_index(session: Session, index_dir: Path, why: str, now: datetime) -> bool:
    """Record which index serves, unless that is on the record as the last word; false when it is."""
    generation, sha256 = manifest_hash(index_dir)
    last = _last(session)
    if last is not None and last.sha256 == sha256:
        return False
    _add(session, why, generation, sha256, now)
    return True


def manifest_hash(index_dir: Path) -> tuple[int, str]:
    """Number and manifest hash of the generation that serves; zero and "none" before anything was enrolled."""
    folder = current_folder(index_dir)
    if folder is None:
        return 0, NO_INDEX
    return number_of(folder), hashlib.sha256((folder / MANIFEST_FILE).read_bytes()).hexdigest()


def find_index_damage(session: Session, index_dir: Path, *, key: Key | None = None) -> Iterator[IndexDamage]:
    """Whether the index is the one that was recorded last, and every file of it as its manifest says.

    Args:
        session: A reading session.
        index_dir: The folder of the index.
        key: The master key, where there is one: then the manifest's authentication code is compared as well.
    """
    last = _last(session)
    try:
        _, sha256 = manifest_hash(index_dir)
        if last is not None and last.sha256 != sha256 and not is_switching(session):
            said = (
                f"its manifest has sha256 {sha256}, recorded on {last.recorded_at:%Y-%m-%d %H:%M} UTC was {last.sha256}"
            )
            yield IndexDamage("index-differs", str(index_dir), said)
        folder = current_folder(index_dir)
        if folder is not None:
            check_files(folder, read_manifest(folder), contents=True)
            if key is not None:
                check_code(folder, Veil.open(folder, key))
    except (FingerprintError, OSError) as error:
        yield IndexDamage("index-damaged", str(index_dir), str(error))


def is_switching(session: Session) -> bool:
    """Whether a switch began and did not end: it is under way, or was cut off."""
    last = _last(session)
    return last is not None and not last.sha256


def _last(session: Session) -> IndexState | None:
    return session.scalar(select(IndexState).order_by(IndexState.id.desc()).limit(1))


def _add(session: Session, why: str, generation: int, sha256: str, now: datetime) -> None:
    session.add(IndexState(why=why, generation=generation, sha256=sha256, recorded_at=now))
