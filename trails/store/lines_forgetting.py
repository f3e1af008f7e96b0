"""Forgetting kept lines: whole files of lines go, the records made of them stay.

A line holds names and customers' numbers as they were written, and the chunks it is sealed in cannot be searched for a
number without opening all of them. So lines are not forgotten one by one, which nobody could check afterwards: those of
a system, or those whose records all lie before a day, go with their files, which takes no key. A record keeps what it
is made of, a number's digest among it, and counts in every question; only the line itself can be shown no more, but
from the log that it came from. Who removes lines says so first (``told``), with the hash of every file: what was cut
off half-way is finished by asking again, and nothing goes without a word of it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from trails.models import TrailPart
from trails.store.kept_lines import lines_path
from trails.store.parts import system_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of kept lines, by its place in the folder of trails."""

    path: str
    size_bytes: int
    sha256: str

    def as_data(self) -> dict[str, Any]:
        """As an event tells of it."""
        return asdict(self)


def kept_files(
    session: Session, trails_dir: Path, *, system: str | None = None, before: datetime | None = None
) -> dict[str, list[Path]]:
    """The files of kept lines by system: all, those of one, or those whose records all lie before a moment.

    Lines of records without a time lie before no moment.
    """
    asked = select(TrailPart.system, TrailPart.path).order_by(TrailPart.system, TrailPart.path)
    if system is not None:
        asked = asked.where(TrailPart.system == system)
    if before is not None:
        asked = asked.where(TrailPart.last_at < before)
    found: dict[str, list[Path]] = {}
    for name, part in session.execute(asked):
        path = lines_path(trails_dir / part)
        if path.is_file():
            found.setdefault(name, []).append(path)
    return found


def forget_lines(
    database: Database,
    trails_dir: Path,
    *,
    told: Callable[[str, Sequence[KeptFile]], None],
    system: str | None = None,
    before: datetime | None = None,
) -> dict[str, list[KeptFile]]:
    """Remove files of kept lines (`kept_files`); what went, by system.

    Args:
        database: Says which records there are.
        trails_dir: Where their files are.
        told: Hears of the files of a system before they go; if it fails, they stay.
        system: Only of this one.
        before: Only where every record is older.

    Raises:
        TrailBusyError: Another process imports into the system.
    """
    with database.read() as session:
        systems = list(kept_files(session, trails_dir, system=system, before=before))
    gone: dict[str, list[KeptFile]] = {}
    for name in systems:
        with system_lock(trails_dir, name):
            with database.read() as session:
                paths = kept_files(session, trails_dir, system=name, before=before).get(name, [])
            files = [_kept(path, trails_dir) for path in paths]
            if not files:
                continue
            told(name, files)
            for path in paths:
                path.unlink(missing_ok=True)
            gone[name] = files
    return gone


def _kept(path: Path, trails_dir: Path) -> KeptFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return KeptFile(path.relative_to(trails_dir).as_posix(), file.tell(), digest)
