"""A folder that files are put into: by a partner's transfer, a tool, or by hand; every file is a document.

The source's address is ``file:///srv/drop``. A file is taken when two looks, ``settle_s`` apart, see it the same; one
that is changed later is taken again. Nothing in the folder is changed or removed.
"""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from pydantic import Field

from crawler.engines._intake import LIST_TYPE, Door, Got, Intake, Rooms
from crawler.engines.intakes._folders import read_file, settled
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, Listed, Mark, Page, Seen, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "file"


class WatchedFolderOptions(EngineOptions):
    """Options of `watched-folder`."""

    pattern: str = Field(default="*", description="of file names, like *.zip")
    settle_s: float = Field(
        default=5, ge=0, le=60, description="between two looks; what changed is still being written"
    )


class WatchedFolder(Intake):
    """A list of files → each file; a file of another size or time is another version."""

    name = "watched-folder"
    Options = WatchedFolderOptions
    schemes = ("file",)
    on_a_host = False
    address_example = "file:///srv/drop"
    examples: ClassVar = {"right": {"pattern": "*.csv"}, "wrong": {"settle_s": 3600}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, WatchedFolderOptions):
            raise TypeError(f"expected WatchedFolderOptions, got {type(options).__name__}")
        self.options = options
        self.folder = _folder(address)
        self._limit = 0

    @classmethod
    def rooms(cls, address: str, options: EngineOptions, folder: Path) -> Rooms:
        """It reads the folder, and goes nowhere."""
        del options, folder
        return Rooms(reads=(_folder(address),))

    def open(self, door: Door) -> None:
        """Nothing but the limit."""
        self._limit = door.limit_bytes

    def start(self) -> Iterator[Fetch]:
        """The list of files."""
        yield Fetch(self.address)

    def get(self, fetch: Fetch) -> Got:
        """The list as JSON, or a file."""
        if fetch.key:
            got = read_file(self.folder, fetch.notes["path"], self._limit)
            guessed = mimetypes.guess_type(unquote(fetch.notes["path"]))[0]
            return Got(got.content, guessed or got.media_type, truncated=got.truncated)
        look = settled(self.folder, self.options.pattern, self.options.settle_s)
        files = [[one.path, one.version] for one in look.files]
        return Got(json.dumps({"files": files, "others": look.others}).encode(), LIST_TYPE)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Entries of the list, or the document."""
        if fetch.key:
            yield KeepPage(title=unquote_to_bytes(fetch.notes["path"]).decode("utf-8", "replace"))
            yield Mark(fetch.key, fetch.value)
            return
        listed = json.loads(page.content)
        entries = [self._entry(path, version) for path, version in listed["files"]]
        yield Listed(len(entries), unusable=listed["others"])
        known = self.seen.marks([entry.key for entry in entries])
        for entry in entries:
            if entry.key not in known or (known[entry.key].value != entry.value and not known[entry.key].waits):
                yield entry

    def _entry(self, path: str, version: str) -> Fetch:
        return Fetch(f"{self.address.rstrip('/')}/{path}", FILE, f"file:{path}", version, {"path": path})


def _folder(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))
