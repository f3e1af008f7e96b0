"""An object storage as folders and files: what the archive asks of a path, asked of S3 through fsspec.

An object is there whole or not at all, and cannot be appended to. So a file that is being written (`OPEN_SUFFIX`) is a
row of parts, ``name.open/OFFSET``, each put when its records are to be safe: one after the other they are the file, and
a reader that wants an offset asks for that part alone. A closed file is one object. Renaming is copying, then deleting:
whoever dies in between leaves both, and whatever the archive renames, it renames again.
"""

from __future__ import annotations

import io
import secrets
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

import fsspec  # type: ignore[import-untyped]

from archive.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.sections.archive import ArchiveSettings
    from core.settings import Settings

SCHEME: Final = "s3://"
OPEN_SUFFIX: Final = ".open"
_BLOCK_BYTES: Final = 1 << 20
_DIGITS: Final = 15
_TRIES: Final = 5
WRITER_S: Final = 120.0
"""Who writes a file and gives no sign for so long is thought dead."""
_HINT: Final = "See [archive] folder, s3_endpoint and the credentials; `hinomi doctor` tries them."


@dataclass(frozen=True, slots=True)
class Size:
    """What is asked of ``stat``."""

    st_size: int


class ObjectPath:
    """A name in a bucket, with as much of `pathlib.Path` as the archive uses; every failure is a `StorageError`."""

    def __init__(self, system: Any, key: str) -> None:
        self._system = system
        self.key = key

    @staticmethod
    def of(place: StoragePlace) -> ObjectPath:
        """A place that is known to be an object."""
        if not isinstance(place, ObjectPath):
            raise TypeError(f"{place} is no object")
        return place

    def __truediv__(self, name: str) -> ObjectPath:
        return ObjectPath(self._system, f"{self.key}/{name}")

    def __str__(self) -> str:
        return SCHEME + self.key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectPath) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def name(self) -> str:
        """The last part."""
        return self.key.rpartition("/")[2]

    def with_name(self, name: str) -> ObjectPath:
        """Another one beside it."""
        return ObjectPath(self._system, f"{self.key.rpartition('/')[0]}/{name}")

    def exists(self) -> bool:
        """Whether it is there; of an open file, whether any part of it is."""
        if self._is_open:
            return bool(self.parts())
        with _told(self):
            return bool(self._system.exists(self.key))

    def is_file(self) -> bool:
        """The same: there are no folders."""
        return self.exists()

    def stat(self) -> Size:
        """How long it is."""
        if self._is_open:
            return Size(sum(size for _, _, size in self.parts()))
        with _told(self):
            return Size(int(self._system.info(self.key)["size"]))

    def open(self, mode: str = "rb") -> BinaryIO:
        """Read it by ranges, or write it whole: it is put when the file is closed in good order."""
        if mode == "wb":
            return _Upload(self)
        if self._is_open:
            parts = self.parts()
            if not parts:
                raise FileNotFoundError(2, "no such object", str(self))
            return io.BufferedReader(_Parts(parts))
        with _told(self):
            return io.BufferedReader(_Told(self, self._system.open(self.key, "rb", block_size=_BLOCK_BYTES)))

    def put(self, content: bytes | BinaryIO) -> None:
        """Make it whole, in one step, whatever was there before."""
        with _told(self):
            if isinstance(content, bytes):
                self._system.pipe_file(self.key, content)
                return
            with self._system.open(self.key, "wb", block_size=_BLOCK_BYTES * 16) as target:
                while piece := content.read(_BLOCK_BYTES):
                    target.write(piece)

    def read_range(self, begin: int, end: int) -> bytes:
        """Some of its bytes."""
        with _told(self):
            return bytes(self._system.cat_file(self.key, start=begin, end=end))

    def rename(self, target: ObjectPath) -> None:
        """Copy it there, then delete it here."""
        with _told(self):
            self._system.cp_file(self.key, target.key)
            self._system.rm_file(self.key)

    def unlink(self, *, missing_ok: bool = False) -> None:
        """Delete it, with all of its parts if it is open."""
        del missing_ok  # an object storage deletes what is not there
        keys = [part.key for _, part, _ in self.parts()] if self._is_open else [self.key]
        with _told(self):
            for key in keys:
                self._system.rm_file(key)

    def glob(self, pattern: str) -> Iterator[ObjectPath]:
        """Files two folders down whose name ends as the pattern does: the archive has no others."""
        suffix, found = pattern.rpartition("*")[2], set()
        with _told(self):
            self._system.invalidate_cache()
            keys = self._system.find(self.key)
        for key in keys:
            whole = key.rpartition("/")[0] if f"{OPEN_SUFFIX}/" in key else key
            if whole.endswith(suffix):
                found.add(whole)
        yield from (ObjectPath(self._system, key) for key in sorted(found))

    def part(self, offset: int) -> ObjectPath:
        """The part of an open file that begins there."""
        return self / f"{offset:0{_DIGITS}}"

    def parts(self) -> list[tuple[int, ObjectPath, int]]:
        """The parts of an open file, in order: offset, where, size."""
        with _told(self):
            self._system.invalidate_cache()
            found = self._system.find(self.key + "/", detail=True)
        listed = [
            (int(key.rpartition("/")[2]), ObjectPath(self._system, key), int(found[key]["size"])) for key in found
        ]
        return sorted(listed, key=lambda part: part[0])

    @property
    def _is_open(self) -> bool:
        return self.key.endswith(OPEN_SUFFIX)


StoragePlace: TypeAlias = "Path | ObjectPath"
"""Where the archive is, or one file of it."""


def open_bucket(settings: ArchiveSettings) -> ObjectPath:
    """The place that an address names.

    Raises:
        StorageError: The program was installed without what that takes.
    """
    key, secret = settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    region = {"region_name": settings.s3_region} if settings.s3_region else {}
    try:
        system = fsspec.filesystem(
            "s3", key=key or None, secret=secret or None, endpoint_url=settings.s3_endpoint or None,
            client_kwargs=region, config_kwargs={"retries": {"max_attempts": _TRIES, "mode": "standard"}},
            use_listings_cache=False, skip_instance_cache=True,
        )  # fmt: skip
    except ImportError as error:
        raise StorageError("s3fs is not installed", hint="Install hinomi[s3].") from error
    return ObjectPath(system, settings.folder.removeprefix(SCHEME).strip("/"))


def open_place(settings: Settings) -> StoragePlace:
    """Where the archive is: a folder, or a bucket."""
    return open_bucket(settings.archive) if settings.archive.folder.startswith(SCHEME) else settings.archive_dir


def name_in(path: StoragePlace, folder: StoragePlace) -> str:
    """The name of a file as rows know it: from the archive's folder on."""
    if isinstance(path, ObjectPath):
        return path.key.removeprefix(f"{folder}/".removeprefix(SCHEME))
    return path.relative_to(str(folder)).as_posix()


def rename(path: StoragePlace, target: StoragePlace) -> None:
    """Give a file another name on the same storage, in the place of whatever has that name."""
    if isinstance(path, ObjectPath):
        path.rename(ObjectPath.of(target))
    else:
        path.replace(str(target))


def probe(place: ObjectPath) -> None:
    """Write an object, read it, delete it.

    Raises:
        StorageError: One of these cannot be done.
    """
    tried, content = place / f"probe-{secrets.token_hex(8)}", secrets.token_bytes(64)
    tried.put(content)
    with tried.open() as file:
        read = file.read()
    tried.unlink()
    if read != content:
        raise StorageError(f"{tried} gave back other bytes than were put", hint=_HINT)


class PartSink:
    """What a WARC file on an object storage is written into: a local file, of which each `sync` puts what is new.

    A part that was put though its record was given up is put over by the next record, or names nothing that counts.
    """

    def __init__(self, path: ObjectPath) -> None:
        if path.exists():
            raise FileExistsError(17, "exists already", str(path))
        self._path = path
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # see `close`
        self._safe = 0

    def write(self, data: bytes) -> None:
        """Into the local file."""
        self._file.write(data)

    def flush(self) -> None:
        """Nothing is safe before `sync`."""

    def tell(self) -> int:
        """How long the file is."""
        return self._file.tell()

    def sync(self) -> None:
        """Put what was written since the last time."""
        end = self._file.tell()
        if end > self._safe:
            self._file.seek(self._safe)
            self._path.part(self._safe).put(self._file)
            self._safe = self._file.seek(end)

    def cut_back(self, offset: int) -> None:
        """Forget what was written from there on."""
        self._file.seek(offset)
        self._file.truncate()

    def finish(self, final: ObjectPath) -> None:
        """Put the whole."""
        self._file.seek(0)
        final.put(self._file)

    def close(self) -> None:
        """Forget the local file."""
        self._file.close()

    @property
    def closed(self) -> bool:
        """Whether it is forgotten."""
        return self._file.closed


class _Upload(io.FileIO):
    """A local file that becomes an object when it is closed without an error."""

    def __init__(self, target: ObjectPath) -> None:
        self._target = target
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # closed with this one
        super().__init__(self._file.fileno(), "wb+", closefd=False)

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self.seek(0)
                self._target.put(self)
        finally:
            self.close()
            self._file.close()


class _Told(io.RawIOBase):
    """A file of a storage whose failures are ours."""

    def __init__(self, place: ObjectPath, file: Any) -> None:
        self._place = place
        self._file = file
        self.name = str(place)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._file.seek(offset, whence))

    def readinto(self, buffer: Any) -> int:
        with _told(self._place):
            piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Parts(io.RawIOBase):
    """The parts of an open file, read as the one that they are."""

    def __init__(self, parts: list[tuple[int, ObjectPath, int]]) -> None:
        self._parts = parts
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        last, _, size = self._parts[-1]
        self._at = {0: 0, 1: self._at, 2: last + size}[whence] + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        for begin, place, size in reversed(self._parts):
            if begin <= self._at < begin + size:
                wanted = min(len(buffer), begin + size - self._at)
                piece = place.read_range(self._at - begin, self._at - begin + wanted)
                buffer[: len(piece)] = piece
                self._at += len(piece)
                return len(piece)
        return 0


@contextmanager
def _told(place: ObjectPath) -> Iterator[None]:
    """Say what failed in our words; what is not there stays a `FileNotFoundError`."""
    try:
        yield
    except FileNotFoundError as error:
        if "bucket does not exist" in str(error).lower():
            raise StorageError(f"{place}: there is no such bucket", hint=_HINT) from None
        raise
    except StorageError:
        raise
    except PermissionError:
        raise StorageError(f"{place} cannot be used: the credentials are refused", hint=_HINT) from None
    except Exception as error:  # noqa: BLE001  # whatever a library says of a server; botocore's are no OSErrors
        raise StorageError(f"{place} cannot be used: {type(error).__name__}", hint=_HINT) from None
