"""A backup of a home, taken while everything runs: database, index, trails, settings; the archive by name or whole.

What belongs together is of one moment: signed heads and settings are copied before the database, so that none is newer
than the record; the index generation is pinned before it and compared with what the database recorded; trails and WARC
files are never written again once their rows are there, and are copied after it. Everything is written into
``FOLDER.part``; the manifest comes last, and then the folder gets its name.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.database import Database
from core.files import sync_folder
from core.served import FILE as SERVED_FILE
from core.telemetry.release import program_version
from fingerprints.index.manifest import MANIFEST_FILE
from upkeep.copies import copy_tree, make_folders
from upkeep.errors import BackupError, BackupFailedError
from upkeep.keyring import holds_key, key_places, write_keyring
from upkeep.manifest import BackedUpFile, BackupManifest, measure, write_backup_manifest
from upkeep.pins import copy_index, fits, pinned
from upkeep.snapshot import SQLITE_FILE, TABLES_FOLDER, sqlite_path, take_snapshot
from upkeep.warc_files import take_warc_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from core.settings import Settings
    from home import Home
    from upkeep.snapshot import Snapshot

PART: Final = ".part"
LOCK: Final = ".lock"
ATTEMPTS: Final = 20
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 2.0
HOME_FOLDER, INDEX_FOLDER, TRAILS_FOLDER, ARCHIVE_FOLDER = "home", "index", "trails", "archive"
NOT_KEPT: Final = ("logs", "scans", "hinomi.db", SERVED_FILE)
"""What a home does without: what children printed, files that were checked and live a day, what a service leaves."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a backup is to hold beside what every one holds.

    Attributes:
        with_archive: The WARC files themselves.
        key_file: Where the keys go; none leaves them out.
    """

    with_archive: bool = False
    key_file: Path | None = None


def take_backup(
    home: Home, folder: Path, wishes: Wishes, *, tell: Callable[[str], None] = lambda _stage: None
) -> BackupManifest:
    """Back a home up.

    Args:
        home: The home; its database may be of an older release.
        folder: Where to; not there yet, or empty.
        wishes: What else.
        tell: Hears which stage begins.

    Raises:
        BackupError: The folder is taken, or lies where it must not.
        BackupFailedError: The index never stood still.
    """
    _check_places(home, folder, wishes)
    part = folder.with_name(folder.name + PART)
    with _writing(part):
        manifest = _fill(home, part, wishes, tell)
        write_backup_manifest(part, manifest)
        (part / LOCK).unlink()
        if wishes.key_file is not None:
            write_keyring(wishes.key_file, home.settings)
        for one in (path for path in part.rglob("*") if path.is_dir()):
            sync_folder(one)
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
        sync_folder(folder.parent)
    return manifest


def _check_places(home: Home, folder: Path, wishes: Wishes) -> None:
    settings = home.settings
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError("taken", folder=folder)
    for place in (settings.index_dir, settings.trails_dir, settings.archive_dir, settings.home):
        if folder.resolve().is_relative_to(place):
            raise BackupError("inside", folder=folder, other=place)
    key_file = wishes.key_file.resolve() if wishes.key_file else None
    if key_file and (key_file.is_relative_to(folder.resolve()) or key_file.is_relative_to(settings.home)):
        raise BackupError("key_inside", file=wishes.key_file)
    if wishes.key_file and wishes.key_file.exists():
        raise BackupError("taken", folder=wishes.key_file)


@contextmanager
def _writing(part: Path) -> Iterator[None]:
    """Be the only one that writes there; what a run that died left is taken away, since nothing refers to it."""
    make_folders(part)
    lock = os.open(part / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("busy", folder=part) from None
        _empty(part)
        try:
            yield
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    finally:
        os.close(lock)


def _fill(home: Home, part: Path, wishes: Wishes, tell: Callable[[str], None]) -> BackupManifest:
    settings, now = home.settings, home.clock.now()
    live = Database(settings.database_url, busy_timeout_s=settings.database.busy_timeout_s)
    try:
        for attempt in range(ATTEMPTS):
            with pinned(settings.index_dir) as generation:
                tell("home")
                files = _copy_home(settings, part / HOME_FOLDER)
                tell("database")
                snapshot = take_snapshot(live, part)
                if fits(snapshot.facts.index, generation):
                    taken = _Taken(live.engine.dialect.name, generation, files, snapshot, now.isoformat())
                    return _rest(settings, part, wishes, tell, taken)
            _empty(part)
            time.sleep(min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S))
    finally:
        live.close()
    raise BackupFailedError("moving", count=ATTEMPTS)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What was copied of one moment."""

    kind: str
    generation: Path | None
    files: dict[str, BackedUpFile]
    snapshot: Snapshot
    at: str


def _rest(settings: Settings, part: Path, wishes: Wishes, tell: Callable[[str], None], taken: _Taken) -> BackupManifest:
    """What is copied once the moment is fixed, and the manifest of it all."""
    tell("index")
    files = taken.files | copy_index(settings.index_dir, taken.generation, part / INDEX_FOLDER)
    tell("trails")
    files |= copy_tree(settings.trails_dir, part / TRAILS_FOLDER, TRAILS_FOLDER)
    tell("archive")
    to = part / ARCHIVE_FOLDER if wishes.with_archive else None
    archive = take_warc_files(settings, taken.snapshot.facts.warc_files, taken.snapshot.facts.seals, to)
    if wishes.with_archive:
        files |= {f"{ARCHIVE_FOLDER}/{name}": one for name, one in archive.items() if one.sha256}
    for path in (part / SQLITE_FILE, *sorted((part / TABLES_FOLDER).glob("*"))):
        if path.is_file():
            files[path.relative_to(part).as_posix()] = measure(path)
    keys = [name for name, place in key_places(settings).items() if place.is_file()]
    facts = taken.snapshot.facts
    return BackupManifest(
        made_at=taken.at, program=program_version(), database=taken.kind, schema=facts.schema,
        key_id=_key_id(taken.generation), generation=taken.generation.name if taken.generation else "",
        head=facts.head, files=files, archive=archive, has_archive=wishes.with_archive, tables=taken.snapshot.tables,
        left_out=(*keys, "logs", *(() if wishes.with_archive else ("archive",))),
    )  # fmt: skip


def _copy_home(settings: Settings, target: Path) -> dict[str, BackedUpFile]:
    """Whatever is in the home beside what is copied in its own way: nothing new has to be named here to be kept."""
    database = sqlite_path(settings.database_url) if settings.database_url.startswith("sqlite") else None
    apart = {settings.index_dir, settings.archive_dir, settings.trails_dir, *key_places(settings).values(), database}

    def leave(name: str) -> bool:
        path = settings.home / name
        return path in apart or name in NOT_KEPT or holds_key(path)

    return copy_tree(settings.home, target, HOME_FOLDER, leave)


def _key_id(generation: Path | None) -> str:
    """The id of the key that a generation was made under, in whatever format it is."""
    if generation is None:
        return ""
    return str(json.loads((generation / MANIFEST_FILE).read_bytes()).get("key_id", ""))


def _empty(part: Path) -> None:
    """Take away what an attempt wrote."""
    for left in part.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        elif left.name != LOCK:
            left.unlink()
