"""What somebody handed in to be checked, and what was found: a folder each in the home, for its owner alone, for a day.

The files stay as long, since an incident is opened from the file itself. Results hold no customer's value and no
number: where a match stands, how sure it is, and which fields agree.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from core.actors import Actor, Role
from core.files import PRIVATE, write_safely
from core.processes.names import is_dead

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.clock import Clock

FOLDER: Final = "scans"
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
CHECK, LIST = "check", "list"
"""What for: to see what is in it, or as the list that a case begins with."""
KEPT: Final = timedelta(days=1)
MOST_FILES: Final = 20
MOST_RUNS: Final = 3
"""How often a run that was cut off is begun again: a file that takes the machine down must not do so for ever."""
_STATE, _FILES, _RESULTS, _PROGRESS = "state.json", "file", "results", "progress"
_ID_BYTES: Final = 8
_NAME: Final = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file of a scan: its name where it came from, its name here, its size."""

    name: str
    kept_as: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ListOrigin:
    """Where a list that somebody hands in came from.

    Attributes:
        where: Where it was seen.
        whom: From whom we have it.
        when: When it was seen, as it was written; ``seen_at`` as it was understood, ISO 8601.
    """

    where: str = ""
    whom: str = ""
    when: str = ""
    seen_at: str = ""


@dataclass(frozen=True, slots=True)
class Scan:
    """Some files that were handed in together.

    Attributes:
        id: Its folder's name.
        files: What was handed in.
        by: Who did it, as `scanner_of` reads it.
        added_at: When.
        purpose: `CHECK` or `LIST`.
        origin: Where a list came from.
        state: waiting, running, done or failed.
        changed_at: When its state last changed.
        to_open: Which files an incident is wanted of, by their place.
        worker: Whose process runs it.
        runs: How often it was begun.
        message: Why it failed.
    """

    id: str
    files: tuple[ScannedFile, ...]
    by: dict[str, Any]
    added_at: datetime
    purpose: str = CHECK
    origin: ListOrigin = field(default_factory=ListOrigin)
    state: str = WAITING
    changed_at: datetime | None = None
    to_open: tuple[int, ...] = ()
    worker: str = ""
    runs: int = 0
    message: str = ""

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(one.size_bytes for one in self.files)


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a run is.

    Attributes:
        number: The file that is being judged, from 0; as many as there are when all are.
        since: Since when it is.
        began_at: When the run began.
        begun_bytes: How many bytes were done when it began, of a run that goes on with one that was cut off.
        done_bytes: How many are done now.
    """

    number: int
    since: datetime
    began_at: datetime
    begun_bytes: int
    done_bytes: int


def scanner_as_data(actor: Actor) -> dict[str, Any]:
    """Who handed it in, as it is kept."""
    return {
        "name": actor.name, "account": actor.account, "roles": sorted(role.value for role in actor.roles),
        "how": actor.how, "deputy_for": list(actor.deputy_for), "extracts": list(actor.extracts),
    }  # fmt: skip


def scanner_of(scan: Scan) -> Actor:
    """Who handed it in."""
    by = scan.by
    roles = frozenset(Role(role) for role in by["roles"])
    return Actor(by["name"], by["account"], roles, by["how"], tuple(by["deputy_for"]), tuple(by["extracts"]))


class Scans:
    """The scans of one home."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._folder = home / FOLDER
        self._clock = clock

    def begin(self) -> tuple[str, Path]:
        """The name of a new scan, and the folder in which its files are about to arrive."""
        name = secrets.token_hex(_ID_BYTES)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for folder in (self._folder / name, self._folder / name / _FILES, self._folder / name / _RESULTS):
            folder.mkdir(mode=0o700)
        return name, self._folder / name / _FILES

    def add(self, name: str, files: Sequence[tuple[str, str]], by: Actor, purpose: str, origin: ListOrigin) -> Scan:
        """Note what files that have arrived are for; each as its name and the name it is kept as."""
        folder = self._folder / name / _FILES
        kept = tuple(ScannedFile(told, here, (folder / here).stat().st_size) for told, here in files)
        scan = Scan(name, kept, scanner_as_data(by), self._clock.now(), purpose, origin)
        self._write(scan)
        return scan

    def get(self, name: str) -> Scan | None:
        """One of them; none where there is no such."""
        path = self._folder / name / _STATE
        if not _NAME.fullmatch(name) or not path.is_file():
            return None
        kept = json.loads(path.read_text(encoding="utf-8"))
        for moment in ("added_at", "changed_at"):
            kept[moment] = datetime.fromisoformat(kept[moment]) if kept[moment] else None
        files = tuple(ScannedFile(**one) for one in kept["files"])
        return Scan(**{
            **kept, "files": files, "origin": ListOrigin(**kept["origin"]), "to_open": tuple(kept["to_open"]),
        })  # fmt: skip

    def listed(self) -> list[Scan]:
        """All of them, the newest first."""
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        found = [one for name in names if (one := self.get(name))]
        return sorted(found, key=lambda one: one.added_at, reverse=True)

    def waiting(self) -> Scan | None:
        """The one that has waited longest, and one whose process has died before it."""
        listed = self.listed()[::-1]
        orphans = [one for one in listed if one.state == RUNNING and is_dead(one.worker)]
        return next(iter(orphans), None) or next((one for one in listed if one.state == WAITING), None)

    def path_of(self, scan: Scan, number: int) -> Path:
        """Where a file is."""
        return self._folder / scan.id / _FILES / scan.files[number].kept_as

    def change(self, scan: Scan, **changes: Any) -> Scan:
        """Note another state of things."""
        changed = replace(scan, **changes, changed_at=self._clock.now())
        self._write(changed)
        return changed

    def keep_result(self, scan: Scan, number: int, result: dict[str, Any]) -> None:
        """What was found in a file; the scan goes on after it when it is cut off."""
        content = json.dumps(result, ensure_ascii=False).encode()
        write_safely(self._result(scan, number), content, mode=PRIVATE)

    def result_of(self, scan: Scan, number: int) -> dict[str, Any]:
        """What was found in a file; empty while nobody has looked."""
        with suppress(OSError, ValueError):
            found: dict[str, Any] = json.loads(self._result(scan, number).read_text(encoding="utf-8"))
            return found
        return {}

    def tell(self, scan: Scan, progress: ScanProgress) -> None:
        """Note how far a run is."""
        told = asdict(progress) | {"since": progress.since.isoformat(), "began_at": progress.began_at.isoformat()}
        write_safely(self._folder / scan.id / _PROGRESS, json.dumps(told).encode(), mode=PRIVATE)

    def progress_of(self, scan: Scan) -> ScanProgress | None:
        """How far its run is; none before it has begun."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads((self._folder / scan.id / _PROGRESS).read_text(encoding="utf-8"))
            moments = {name: datetime.fromisoformat(told[name]) for name in ("since", "began_at")}
            return ScanProgress(**{**told, **moments})
        return None

    def abandon(self, name: str) -> None:
        """Remove one with everything of it, whole or as far as it has arrived."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def stale(self) -> list[str]:
        """Scans that are a day old and not being run, and what arrived in part and was left."""
        if not self._folder.is_dir():
            return []
        now, old = self._clock.now(), []
        for path in self._folder.iterdir():
            scan = self.get(path.name)
            since = scan.added_at if scan else datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
            is_run = scan is not None and scan.state == RUNNING and not is_dead(scan.worker)
            if now - since > KEPT and not is_run:
                old.append(path.name)
        return old

    def sweep(self) -> int:
        """Remove what is stale; how many that were."""
        old = self.stale()
        for name in old:
            self.abandon(name)
        return len(old)

    def _result(self, scan: Scan, number: int) -> Path:
        return self._folder / scan.id / _RESULTS / f"{number}.json"

    def _write(self, scan: Scan) -> None:
        kept = asdict(scan)
        for moment in ("added_at", "changed_at"):
            kept[moment] = kept[moment].isoformat() if kept[moment] else None
        write_safely(self._folder / scan.id / _STATE, json.dumps(kept, ensure_ascii=False).encode(), mode=PRIVATE)
