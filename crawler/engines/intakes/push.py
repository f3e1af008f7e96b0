"""Documents that another tool sends us: AIL, a SOAR, a script; by ``POST /api/intake`` at the web server.

The web server puts each one into the source's own place in the home folder (`crawler.intake.pushes`) and answers with
its id; a sweep takes it from there like any other document, and takes it away once it is in the archive. The source's
address names who pushes: ``push://ail``.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from crawler.engines._intake import LIST_TYPE, Door, Got, Intake, IntakeError, Rooms
from crawler.engines.interface import EngineOptions, Fetch, KeepPage, Listed, Mark, Miss, Page, Step
from crawler.intake.pushes import Pushed, Spool
from crawler.pages.dates import Posted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENT = "document"


class PushOptions(EngineOptions):
    """Options of `push`: none of its own."""


class Push(Intake):
    """What waits in the source's place → each document, which goes once it was taken."""

    name = "push"
    Options = PushOptions
    schemes = ("push",)
    address_example = "push://ail"
    examples: ClassVar = {"right": {}, "wrong": {"zone": "Tokyo"}}

    @classmethod
    def rooms(cls, address: str, options: EngineOptions, folder: Path) -> Rooms:
        """It reads and empties its own place, and goes nowhere."""
        del address, options
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Rooms(writes=(folder,))

    def open(self, door: Door) -> None:
        """Know the place."""
        self._spool = Spool(door.folder)
        self._limit = door.limit_bytes

    def start(self) -> Iterator[Fetch]:
        """What waits."""
        yield Fetch(self.address)

    def get(self, fetch: Fetch) -> Got:
        """The list as JSON, or a document."""
        if not fetch.key:
            return Got(json.dumps(self._spool.waiting()).encode(), LIST_TYPE)
        pushed = self._spool.read(fetch.notes["id"])
        if pushed is None:
            raise IntakeError("what was pushed is not there any more", Miss.GONE)
        cut = "length" if len(pushed.content) > self._limit else ""
        return Got(pushed.content[: self._limit], pushed.media_type, pushed.address, cut)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Entries, or the document."""
        if fetch.key:
            about = self._spool.about(fetch.notes["id"]) or Pushed()
            at = datetime.fromisoformat(about.posted_at) if about.posted_at else None
            yield KeepPage(about.title, about.author, Posted(at, about.posted_at) if at else None)
            yield Mark(fetch.key, fetch.value)
            return
        waiting = json.loads(page.content)
        yield Listed(len(waiting))
        known = self.seen.marks([f"push:{name}" for name in waiting])
        for name in waiting:
            if f"push:{name}" in known and known[f"push:{name}"].value == name:
                self._spool.drop(name)  # it was taken, and the sweep that took it died before it was taken away
            else:
                yield Fetch(f"{self.address}/{name}", DOCUMENT, f"push:{name}", name, {"id": name})

    def taken(self, fetch: Fetch) -> None:
        """It is in the archive: away with it here."""
        if fetch.key:
            self._spool.drop(fetch.notes["id"])
