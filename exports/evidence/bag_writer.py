"""Writing a bag (BagIt 1.0, RFC 8493) straight into a ZIP: each file is hashed as it is written, never held whole."""

from __future__ import annotations

import shutil
import zipfile
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, BinaryIO, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

PAYLOAD: Final = "data/"
DECLARATION: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_CHUNK: Final = 1 << 20


class _Hashed:
    """A file that knows the hash of what was written into it."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self.digest = sha256()
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size_bytes += len(data)
        return self._target.write(data)


class BagWriter:
    """A bag that grows file by file; `finish` writes what lists them.

    Attributes:
        name: The folder in the ZIP.
        size_bytes: Of the payload, so far.
        files: How many there are in it.
    """

    def __init__(self, target: BinaryIO, name: str, folder: Path) -> None:
        self.name = name
        self.size_bytes = 0
        self.files = 0
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self._manifest = (folder / "manifest-sha256.txt").open("w+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self._manifest.close()
        self._zip.close()

    @contextmanager
    def open(self, path: str) -> Iterator[_Hashed]:
        """A file of the payload, to be written; one at a time."""
        with self._zip.open(f"{self.name}/{PAYLOAD}{path}", "w", force_zip64=True) as member:
            hashed = _Hashed(member)  # type: ignore[arg-type]
            yield hashed
        self._manifest.write(f"{hashed.digest.hexdigest()}  {PAYLOAD}{path}\n".encode())
        self.size_bytes += hashed.size_bytes
        self.files += 1

    def add(self, path: str, content: bytes) -> None:
        """A short file."""
        with self.open(path) as file:
            file.write(content)

    def add_file(self, path: str, source: Path) -> None:
        """A file that waits on disk."""
        with source.open("rb") as content, self.open(path) as file:
            shutil.copyfileobj(content, file, _CHUNK)

    def finish(self, info: Mapping[str, str]) -> None:
        """Write the declaration, who sends it, the manifest, and the manifest of these."""
        told = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in info.items())
        told += f"Payload-Oxum: {self.size_bytes}.{self.files}\n"
        tags = [self._tag("bagit.txt", DECLARATION.encode()), self._tag("bag-info.txt", told.encode())]
        self._manifest.seek(0)
        with self._zip.open(f"{self.name}/manifest-sha256.txt", "w") as member:
            hashed = _Hashed(member)  # type: ignore[arg-type]
            shutil.copyfileobj(self._manifest, hashed, _CHUNK)
        tags.append(f"{hashed.digest.hexdigest()}  manifest-sha256.txt\n")
        self._zip.writestr(f"{self.name}/tagmanifest-sha256.txt", "".join(tags))

    def _tag(self, name: str, content: bytes) -> str:
        self._zip.writestr(f"{self.name}/{name}", content)
        return f"{sha256(content).hexdigest()}  {name}\n"
