"""Files that decide what the program does, on the record: settings, sources, accounts, mappings of logs, rules.

Whoever changes one says so (`hinomi log settings`, or the command that changed it), which is an event with the hashes
before and after. A file that is another than the last one recorded was changed by somebody who did not say so: that
is noticed, told once, and stands as damage until somebody answers for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.actors import SYSTEM
from core.settings import SETTINGS_FILE
from deadlines.rulebook import FOLDER as REGIMES
from incidents.models import Event
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.settings import Settings

RECORDED, DIFFERS = "settings-recorded", "settings-differ"
MISSING: Final = "missing"
"""Stands for the hash of a file that is not there."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that is not as it was recorded: its name, its hash now and then, and when that was recorded."""

    name: str
    sha256: str
    recorded: str
    at: datetime | None


def record_files(
    session: Session,
    settings: Settings,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    only: Collection[str] | None = None,
) -> list[str]:
    """Put on the record what the files hold now; gives the names of those that had changed.

    Args:
        session: A writing session.
        settings: Say where they are.
        actor: Who answers for it.
        now: When.
        reason: Why, in his words.
        only: The names of the files that he answers for; all of them unless given.
    """
    changes = [change for change in find_changes(session, settings) if only is None or change.name in only]
    for change in changes:
        data = {"file": change.name, "sha256": change.sha256, "sha256_before": change.recorded, "reason": reason}
        add_event(session, RECORDED, actor=actor, now=now, data=data)
    return [change.name for change in changes]


def notice_changes(session: Session, settings: Settings, *, now: datetime) -> list[str]:
    """Note changes that nobody answers for, each once; gives the names of what is new."""
    noticed = []
    for change in find_changes(session, settings):
        if not change.recorded:
            continue  # a home whose settings were never recorded: `hinomi init` does it
        data = {"file": change.name, "sha256": change.sha256, "sha256_before": change.recorded}
        key = f"{DIFFERS}:{change.name}:{change.recorded}:{change.sha256}"
        if add_event(session, DIFFERS, actor=SYSTEM, now=now, data=data, key=key) is not None:
            noticed.append(change.name)
    return noticed


def find_changes(session: Session, settings: Settings) -> list[FileChange]:
    """The files that are not as they were recorded, by name; ``recorded`` is empty for one that never was."""
    recorded: dict[str, tuple[str, datetime]] = {}
    asked = select(Event.data, Event.learned_at).where(Event.kind == RECORDED).order_by(Event.id)
    for data, at in session.execute(asked):
        recorded[str(data["file"])] = str(data["sha256"]), at
    files = dict.fromkeys(recorded, MISSING) | {name: _hash_of(path) for name, path in _files_of(settings).items()}
    changes = []
    for name, is_now in sorted(files.items()):
        before, at = recorded.get(name, ("", None))
        if is_now != before and (before or is_now != MISSING):
            changes.append(FileChange(name, is_now, before, at))
    return changes


def names_of(session: Session, settings: Settings) -> set[str]:
    """The names of all files that decide, those that are gone too."""
    recorded = session.scalars(select(Event.data).where(Event.kind == RECORDED))
    return {str(data["file"]) for data in recorded} | set(_files_of(settings))


def is_recorded(session: Session) -> bool:
    """Whether settings were ever put on the record."""
    return session.scalar(select(Event.id).where(Event.kind == RECORDED).limit(1)) is not None


def _files_of(settings: Settings) -> dict[str, Path]:
    """Every file that decides, by its name in the home folder."""
    names = [SETTINGS_FILE, settings.sources_file, settings.trails.accounts_file]
    names += [settings.log.authority_roots] if settings.log.authority_roots else []
    found = {name: settings.home / Path(name).expanduser() for name in names}
    folders = (settings.trails_dir / "mappings", settings.home / REGIMES)
    tables = (path for folder in folders for path in sorted(folder.glob("*.toml")))
    return found | {path.relative_to(settings.home).as_posix(): path for path in tables}


def _hash_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return MISSING
