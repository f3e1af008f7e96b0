"""A home out of a backup: every hash first, then everything in its place, the settings last.

A folder without settings is no home: a restore that was cut off leaves nothing that a command would open.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.settings import SETTINGS_FILE, load_settings
from migrations import is_known
from upkeep.backup import ARCHIVE_FOLDER, HOME_FOLDER, INDEX_FOLDER, TRAILS_FOLDER
from upkeep.copies import copy_file, make_folders
from upkeep.errors import BackupError, BackupFailedError
from upkeep.keyring import master_key, put_keys, read_keyring
from upkeep.loading import check_room, load_database
from upkeep.manifest import find_differences, measure, read_backup_manifest
from upkeep.warc_files import put_warc_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.settings import Settings
    from upkeep.manifest import BackupManifest

LOST_AND_FOUND: Final = "lost+found"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        settings: Of the restored home.
        manifest: What the backup said of itself.
        missing: WARC files that are not there, or not as they were; documents in them cannot be read.
        keys: What keys were brought back.
    """

    settings: Settings
    manifest: BackupManifest
    missing: tuple[str, ...]
    keys: tuple[str, ...]


def restore_backup(
    folder: Path,
    home: Path,
    *,
    key_file: Path | None = None,
    archive: Path | None = None,
    tell: Callable[[str], None] = lambda _stage: None,
) -> Restored:
    """Make a home of a backup.

    Args:
        folder: The backup.
        home: The home's folder: not there yet, or empty.
        key_file: The file that was written with it, or that of the master key alone.
        archive: Where the WARC files are that the backup refers to; they are copied.
        tell: Hears which stage begins.

    Raises:
        BackupError: The home or its database is not empty, the key is another one, it is no backup of ours.
        BackupFailedError: The backup is not as it was written.
    """
    keys = read_keyring(key_file) if key_file else {}
    manifest = read_backup_manifest(folder)
    _refuse_foreign_names(folder, manifest)
    settings = _settings_there(folder, home, manifest)
    _check_empty(settings)
    key = master_key(keys, str(key_file))
    if key is not None and manifest.key_id and key.id != manifest.key_id:
        raise BackupError("wrong_key", expected=manifest.key_id, got=key.id)
    if not is_known(manifest.schema):
        raise BackupError("newer", folder=folder, got=manifest.schema, program=manifest.program)
    tell("hashes")
    if differences := list(find_differences(folder, manifest)):
        raise BackupFailedError("damaged", folder=folder, count=len(differences), first=differences[0].file)
    check_room(settings, manifest)
    make_folders(home)
    put_keys(keys, settings)
    tell("database")
    load_database(folder, manifest, settings)
    tell("files")
    _put_files(folder, manifest, settings)
    copies = folder / ARCHIVE_FOLDER if manifest.has_archive else archive
    missing = tuple(put_warc_files(settings, manifest.archive, copies))
    copy_file(folder / HOME_FOLDER / SETTINGS_FILE, home / SETTINGS_FILE)
    return Restored(settings, manifest, missing, tuple(keys))


def _settings_there(folder: Path, home: Path, manifest: BackupManifest) -> Settings:
    """The settings of the backup, for the home that it is to become; damaged ones are not even read."""
    name = f"{HOME_FOLDER}/{SETTINGS_FILE}"
    if not (folder / name).is_file() or measure(folder / name) != manifest.files.get(name):
        raise BackupFailedError("damaged", folder=folder, count=1, first=name)
    return load_settings(folder / HOME_FOLDER).model_copy(update={"home": home.absolute().resolve()})


def _refuse_foreign_names(folder: Path, manifest: BackupManifest) -> None:
    """No name in a manifest leads out of the folder that it is put into."""
    for name in (*manifest.files, *manifest.archive):
        if ".." in Path(name).parts or Path(name).is_absolute():
            raise BackupFailedError("damaged", folder=folder, count=1, first=name)


def _check_empty(settings: Settings) -> None:
    for place in (settings.home, settings.index_dir, settings.trails_dir):
        if place.exists() and (not place.is_dir() or any(one.name != LOST_AND_FOUND for one in place.iterdir())):
            raise BackupError("not_empty", place=place)


def _put_files(folder: Path, manifest: BackupManifest, settings: Settings) -> None:
    """Everything but the settings, the database and the archive; each is compared with its hash once more."""
    places = {HOME_FOLDER: settings.home, INDEX_FOLDER: settings.index_dir, TRAILS_FOLDER: settings.trails_dir}
    for name, stated in manifest.files.items():
        top, _, below = name.partition("/")
        if top not in places or name == f"{HOME_FOLDER}/{SETTINGS_FILE}":
            continue
        target = places[top] / below
        if copy_file(folder / name, target) != stated:
            raise BackupFailedError("damaged", folder=folder, count=1, first=name)
