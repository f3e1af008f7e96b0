"""Log files as they are handed over: by themselves, or several in a ZIP file, which is read where it lies."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from trails.errors import PackedLogError

LogPath = Path | zipfile.Path
"""A file, or a member of a ZIP file."""

OFFICE: Final = "[Content_Types].xml"
NO_LOGS: Final = ("__MACOSX/", "._", ".DS_Store", "Thumbs.db")
"""What packers leave beside the files that were meant."""
ENCRYPTED: Final = 0x1


def logs_in(path: Path) -> list[LogPath]:
    """The log files behind a path: itself, or a ZIP's members in the order of their names.

    Raises:
        PackedLogError: The ZIP is encrypted, damaged, holds nothing or other ZIPs, or is a spreadsheet.
    """
    if not zipfile.is_zipfile(path):
        return [path]
    archive = _opened(path)
    members = [info for info in archive.infolist() if info.file_size and not _is_left_over(info.filename)]
    if OFFICE in archive.namelist():
        raise PackedLogError(f"{path.name} is a spreadsheet or a document", hint="Save its table as CSV.")
    if locked := [info.filename for info in members if info.flag_bits & ENCRYPTED]:
        raise PackedLogError(f"{locked[0]} in {path.name} is encrypted", hint="Unpack it with its password first.")
    if not members:
        raise PackedLogError(f"{path.name} holds no file", hint="Check what was packed.")
    logs = [zipfile.Path(archive, info.filename) for info in sorted(members, key=lambda info: info.filename)]
    if nested := [log.name for log in logs if _is_zip(log)]:
        raise PackedLogError(f"{nested[0]} in {path.name} is a ZIP file itself", hint="Unpack the outer one first.")
    return [*logs]


def size_of(path: LogPath) -> int:
    """How many bytes a log has; packed by gzip, its packed size."""
    return path.stat().st_size if isinstance(path, Path) else path.root.getinfo(path.at).file_size


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path, metadata_encoding="cp932")  # of names that do not say they are UTF-8
    except UnicodeDecodeError:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise PackedLogError(f"{path.name} is a damaged ZIP file: {error}", hint="Ask for it again.") from error


def _is_left_over(name: str) -> bool:
    return name.startswith(NO_LOGS[0]) or name.rpartition("/")[2].startswith(NO_LOGS[1:])


def _is_zip(log: zipfile.Path) -> bool:
    with log.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"
