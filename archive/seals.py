"""Seals: the hash of each WARC file from the moment it is closed, since it is never written again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.models import WarcFileRow, WarcSeal

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from archive.objects import StoragePlace
    from core.database import Database

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file's bytes give: their hash and how many they are."""

    sha256: str
    size_bytes: int


def sha256_of(file: BinaryIO) -> str:
    """Read a file through, wherever it is."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()


def measure(path: StoragePlace) -> Measured:
    """Read a file through."""
    with path.open("rb") as file:
        return Measured(sha256_of(file), path.stat().st_size)


def add_seal(session: Session, name: str, measured: Measured, now: datetime) -> None:
    """Seal a file that was closed, once."""
    if session.scalar(select(WarcSeal.id).where(WarcSeal.name == name).limit(1)) is None:
        session.add(WarcSeal(name=name, sha256=measured.sha256, size_bytes=measured.size_bytes, sealed_at=now))


def seal_missing(folder: StoragePlace, database: Database, now: datetime) -> None:
    """Seal closed files that have none: those of writers that died, and those older than seals."""
    sealed = select(WarcSeal.id).where(WarcSeal.name == WarcFileRow.name)
    with database.read() as session:
        names = session.scalars(select(WarcFileRow.name).where(WarcFileRow.closed_at.is_not(None), ~sealed.exists()))
        unsealed = [name for name in names if (folder / name).is_file()]
    for name in unsealed:
        measured = measure(folder / name)
        with database.write() as session:
            add_seal(session, name, measured, now)
