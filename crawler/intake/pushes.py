"""Where pushed documents wait for a sweep: a folder of files named by what they hold, so that nothing comes twice.

Each document is two files, ``ID.json`` (what is said of it) and ``ID.bin``; the second one is put into its place last,
in one step, and a document without it is not there yet. Nothing of a request becomes part of a name.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from core.errors import UsageError
from core.files import write_safely
from crawler.errors import CrawlError

if TYPE_CHECKING:
    from pathlib import Path

MOST_WAITING: Final = 10_000
"""More than that and nobody sweeps the source: the sender is told, before the disk is full."""
LONGEST_WORD: Final = 2000
_ID: Final = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+(?:; *charset=[A-Za-z0-9._-]+)?")


class PushRefusedError(UsageError, CrawlError):
    """What was pushed cannot be taken; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """A document and what its sender says of it.

    Attributes:
        address: Where it was found; empty: it is known by its id alone.
        posted_at: ISO 8601, with its zone.
    """

    content: bytes = b""
    title: str = ""
    author: str = ""
    address: str = ""
    posted_at: str = ""
    media_type: str = "application/octet-stream"

    @property
    def id(self) -> str:
        """SHA-256 of its content: the document's own name in the archive."""
        return hashlib.sha256(self.content).hexdigest()


def checked(pushed: Pushed) -> Pushed:
    """The document, if it can be taken.

    Raises:
        PushRefusedError: Something of it cannot be.
    """
    if not pushed.content:
        raise PushRefusedError("an empty document")
    for name in ("title", "author", "address"):
        if len(getattr(pushed, name)) > LONGEST_WORD:
            raise PushRefusedError(f"{name}: expected at most {LONGEST_WORD} characters")
    if not _MEDIA_TYPE.fullmatch(pushed.media_type):
        raise PushRefusedError("media_type: expected one like text/plain")
    if pushed.address and not re.match(r"[a-z][a-z0-9+.-]*:", pushed.address):
        raise PushRefusedError("address: expected one like https://site.example/1")
    if pushed.posted_at:
        try:
            is_aware = datetime.fromisoformat(pushed.posted_at).tzinfo is not None
        except ValueError:
            is_aware = False
        if not is_aware:
            raise PushRefusedError("posted_at: expected a time with its zone, like 2026-11-28T12:00:00+09:00")
    return pushed


class Spool:
    """The place of one source."""

    def __init__(self, folder: Path, most: int = MOST_WAITING) -> None:
        self._folder = folder
        self._most = most

    def put(self, pushed: Pushed) -> bool:
        """Keep a document until it is taken; whether it was not waiting already.

        Raises:
            PushRefusedError: Too many wait.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._file(pushed.id, "bin").exists():
            return False
        if sum(1 for _ in self._folder.glob("*.bin")) >= self._most:
            raise PushRefusedError(f"{self._most} documents wait already", hint="Is the source swept? hinomi doctor")
        about = asdict(replace(pushed, content=b""))
        del about["content"]
        write_safely(self._file(pushed.id, "json"), json.dumps(about, ensure_ascii=False).encode())
        write_safely(self._file(pushed.id, "bin"), pushed.content)
        return True

    def waiting(self) -> list[str]:
        """The ids of what waits, oldest first."""
        found = [file for file in self._folder.glob("*.bin") if _ID.fullmatch(file.stem)]
        return [file.stem for file in sorted(found, key=_age)]

    def about(self, name: str) -> Pushed | None:
        """What is said of a document, without it."""
        try:
            return Pushed(**json.loads(self._file(name, "json").read_bytes()))
        except FileNotFoundError:
            return None

    def read(self, name: str) -> Pushed | None:
        """A document."""
        about = self.about(name)
        try:
            return about and replace(about, content=self._file(name, "bin").read_bytes())
        except FileNotFoundError:
            return None

    def drop(self, name: str) -> None:
        """It waits no more."""
        for suffix in ("bin", "json"):
            self._file(name, suffix).unlink(missing_ok=True)

    def _file(self, name: str, suffix: str) -> Path:
        if not _ID.fullmatch(name):
            raise PushRefusedError(f"{name!r} is no id")
        return self._folder / f"{name}.{suffix}"


def _age(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return 0.0
