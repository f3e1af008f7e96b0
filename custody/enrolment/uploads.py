"""Customers' files that were handed in on the web page and wait to be understood, approved and enrolled.

Each has a folder of its own under the home, readable by its owner alone: the file, what was asked for, what was
understood of it (masked), and how far its run is. The file is removed when its run ends, or after a day without one.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from core.errors import HinomiError
from core.files import PRIVATE, write_safely
from core.processes.names import is_dead, worker_name
from custody.enrolment.columns import show_columns, understand
from custody.errors import EnrolmentError, HalfNamesError, NobodyToldError
from custody.register.ledger import Lending

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from custody.enrolment.column_plan import ColumnPlan
    from custody.enrolment.enroller import Enroller

NEW, WAITING, RUNNING, DONE, FAILED = "new", "waiting", "running", "done", "failed"
KEPT: Final = timedelta(days=1)
"""How long a file waits for somebody to start its run."""
LONGEST_RUN: Final = timedelta(days=2)
"""Twice what a child of ours may take: what runs longer runs no more."""
SHOWN_FOR: Final = timedelta(days=30)
"""How long it is told what became of a run."""
LARGEST_BYTES: Final = 2 << 30
"""The largest file that is taken in a browser; ten million customers in nine columns are 1.4 GiB."""
PLAIN: Final = "plain.csv.plain"
"""What a sheet of the register is written as, under a name that no file has that arrives."""
_STATE: Final = "state.json"
_PLAN: Final = "plan.json"
_FILE: Final = "file"
_PROGRESS: Final = "progress"
_ID_BYTES: Final = 8
_NAME: Final = re.compile("[0-9a-f]{16}")
"""What `secrets.token_hex` makes of so many bytes."""
_STEP: Final = 0.01


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in.

    Attributes:
        id: Its folder's name.
        file_name: As it was called where it came from.
        lending: What is to be enrolled as, as `Lending.as_request` has it.
        added_at: When it came.
        state: ``new`` until it is approved, then ``waiting``, ``running``, ``done`` or ``failed``.
        mapping: What a person said of its columns; empty while nobody has.
        sheet: Which sheet of a workbook; empty for the one that holds customers.
        changed_at: When its state last changed.
        message: Why it failed, or could not be understood.
        hint: What to do about that.
        refusal: The same as a key of our texts and what fills it, where there is one; then it is told in any language.
        result: What the run did, as ``enroll --json`` has it, without the list of rejected rows.
        worker: Whose process runs it, while one does.
        runs: How often its run was begun.
    """

    id: str
    file_name: str
    lending: dict[str, Any]
    added_at: datetime
    state: str = NEW
    mapping: tuple[tuple[str, str], ...] = ()
    sheet: str = ""
    changed_at: datetime | None = None
    message: str = ""
    hint: str = ""
    refusal: dict[str, str] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    worker: str = ""
    runs: int = 0


@dataclass(frozen=True, slots=True)
class EnrolmentStep:
    """How far a run was at a moment: its stage (``read`` or ``write``), its share of the whole, the rows read."""

    at: datetime
    stage: str
    share: float
    rows: int


class Uploads:
    """The files that were handed in to one home."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._folder = home / "uploads"
        self._clock = clock

    def begin(self) -> tuple[str, Path]:
        """The name of a new upload, and the folder in which its file is about to arrive."""
        name = secrets.token_hex(_ID_BYTES)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        (self._folder / name).mkdir(mode=0o700)
        (self._folder / name / _FILE).mkdir(mode=0o700)
        return name, self._folder / name / _FILE

    def folder_of(self, name: str) -> Path:
        """Where the file of one arrives.

        Raises:
            EnrolmentError: That is no upload's name.
        """
        if not _NAME.fullmatch(name):
            raise EnrolmentError(f"{name!r} is no upload")
        return self._folder / name / _FILE

    def add(self, name: str, file_name: str, lending: Lending) -> Upload:
        """Note what a file that has arrived is to be enrolled as."""
        upload = Upload(name, file_name, lending.as_request(), self._clock.now())
        self._write(upload)
        return upload

    def get(self, name: str) -> Upload | None:
        """One of them; none where there is no such."""
        folder = self._folder / name
        if not _NAME.fullmatch(name) or not (folder / _STATE).is_file():
            return None
        entries = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        for moment in ("added_at", "changed_at"):
            entries[moment] = datetime.fromisoformat(entries[moment]) if entries[moment] else None
        return Upload(**{**entries, "mapping": tuple((kind, column) for kind, column in entries["mapping"])})

    def listed(self) -> list[Upload]:
        """All of them, the newest first."""
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        found = [one for name in names if (one := self.get(name))]
        return sorted(found, key=lambda one: one.added_at, reverse=True)

    def waiting(self) -> Upload | None:
        """The one that has waited longest for its run, and before it one whose process has died."""
        listed = self.listed()[::-1]
        orphans = (one for one in listed if one.state == RUNNING and one.worker and is_dead(one.worker))
        return next(orphans, None) or next((one for one in listed if one.state == WAITING), None)

    def file_of(self, upload: Upload) -> Path:
        """Where the file is, until its run ends."""
        return self._folder / upload.id / _FILE / upload.file_name

    def change(self, upload: Upload, **changes: Any) -> Upload:
        """Note another state of things."""
        changed = replace(upload, **changes, changed_at=self._clock.now())
        self._write(changed)
        return changed

    def drop(self, upload: Upload) -> None:
        """Remove one with everything of it."""
        self.abandon(upload.id)

    def abandon(self, name: str) -> None:
        """Remove what arrived of a file that did not arrive whole, or was not wanted."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def settle(self, upload: Upload, **changes: Any) -> Upload:
        """Note how a run ended, and remove the file and what was shown of it."""
        for path in (self.file_of(upload), self._folder / upload.id / _PLAN):
            path.unlink(missing_ok=True)
        return self.change(upload, **changes)

    def plan_of(self, upload: Upload) -> dict[str, Any]:
        """What was understood of the file; empty while nobody has looked."""
        path = self._folder / upload.id / _PLAN
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def progress_of(self, upload: Upload) -> float:
        """How far its run is, 0 to 1."""
        steps = self.steps_of(upload)
        return steps[-1].share if steps else 0.0

    def steps_of(self, upload: Upload) -> list[EnrolmentStep]:
        """How far its run was at each moment that it told, the first of them its beginning."""
        steps = []
        with suppress(OSError, ValueError):  # the last line may be on its way
            for line in (self._folder / upload.id / _PROGRESS).read_text(encoding="ascii").splitlines():
                at, stage, share, rows = line.split()
                steps.append(EnrolmentStep(datetime.fromisoformat(at), stage, float(share), int(rows)))
        return steps

    def look(self, upload: Upload) -> Upload:
        """Understand the file as its columns were said to be, and keep what is shown of that."""
        path = self.file_of(upload)
        try:
            shown = plan_as_json(understand(path, list(upload.mapping), sheet=upload.sheet))
        except HinomiError as error:
            self._keep(upload, self._columns_of(upload))
            return self.change(
                upload, message=self._said(upload, str(error)), hint=error.hint, refusal=refusal_of(error)
            )
        self._keep(upload, shown)
        return self.change(upload, message="", hint="", refusal={})

    def _columns_of(self, upload: Upload) -> dict[str, Any]:
        """What can be shown of a file that was not understood: its columns, as they were said to be."""
        try:
            seen = show_columns(self.file_of(upload), sheet=upload.sheet)
        except HinomiError:
            return {}
        said = {column: (kind, n > 0) for kind, named in upload.mapping for n, column in enumerate(named.split("+"))}
        columns = []
        for one in seen:
            kind, goes_on = said.get(f"#{one.place + 1}", ("", False))
            columns.append({**asdict(one), "kind": kind, "goes_on": goes_on})
        return {"refused": True, "sheet": upload.sheet, "columns": columns, "missing": [], "remarks": []}

    def _keep(self, upload: Upload, shown: dict[str, Any]) -> None:
        content = json.dumps(shown, ensure_ascii=False).encode()
        write_safely(self._folder / upload.id / _PLAN, content, mode=PRIVATE)

    def run(self, upload: Upload, enroller: Enroller) -> Upload:
        """Enrol the file; how that ended is kept, and the file is not."""
        if upload.state not in {NEW, WAITING} and not (upload.state == RUNNING and is_dead(upload.worker)):
            raise EnrolmentError(f"the run of {upload.file_name} is {upload.state} already")
        upload = self.change(upload, state=RUNNING, worker=worker_name(), runs=upload.runs + 1)
        try:
            plan = understand(self.file_of(upload), list(upload.mapping), sheet=upload.sheet)
            lending = Lending.from_request(upload.lending)
            teller = _Teller(self._folder / upload.id / _PROGRESS, self._clock)
            result = enroller.enrol(self.file_of(upload), plan, lending, progress=teller.tell, counted=teller.count)
        except HinomiError as error:
            self.settle(upload, state=FAILED, message=self._said(upload, str(error)), hint=error.hint)
            raise
        told = {name: value for name, value in result.as_json().items() if name not in {"rejected", "rejected_file"}}
        return self.settle(upload, state=DONE, result=told)

    def stale(self) -> list[Upload]:
        """Files that nobody started in time, runs that died without a word, and what is told of old runs."""
        now = self._clock.now()
        kept = {NEW: KEPT, RUNNING: LONGEST_RUN}
        return [one for one in self.listed() if now - _since(one) > kept.get(one.state, SHOWN_FOR)]

    def sweep(self) -> None:
        """Remove what is stale."""
        for upload in self.stale():
            self.drop(upload)

    def _said(self, upload: Upload, message: str) -> str:
        """A message without the path of this machine."""
        return message.replace(str(self.file_of(upload)), upload.file_name)

    def _write(self, upload: Upload) -> None:
        entries = asdict(upload)
        for moment in ("added_at", "changed_at"):
            entries[moment] = entries[moment].isoformat() if entries[moment] else None
        write_safely(self._folder / upload.id / _STATE, json.dumps(entries, ensure_ascii=False).encode(), mode=PRIVATE)


class _Teller:
    """Notes how far a run is, a line for each hundredth, and one for its beginning."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._rows, self._told = 0, 0.0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        os.close(descriptor)
        self._note("read", 0.0)

    def count(self, rows: int) -> None:
        self._rows = rows

    def tell(self, stage: str, share: float) -> None:
        if share - self._told >= _STEP:
            self._note(stage, share)

    def _note(self, stage: str, share: float) -> None:
        self._told = share
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{self._clock.now().isoformat()} {stage} {share:.3f} {self._rows}\n")


def _since(upload: Upload) -> datetime:
    """The moment from which an upload is as it is: of one that nobody has started, when it came."""
    return upload.added_at if upload.state == NEW else upload.changed_at or upload.added_at


def refusal_of(error: HinomiError) -> dict[str, str]:
    """What a refusal is told as in any language; empty for one that has its own words alone."""
    if isinstance(error, HalfNamesError):
        return {"code": "half_names", "columns": error.columns, "kind": error.kind}
    return {"code": "nobody_told"} if isinstance(error, NobodyToldError) else {}


def plan_as_json(plan: ColumnPlan) -> dict[str, Any]:
    """What is shown of a plan, masked as it is."""
    first = {column.places[0] for _kind, column in plan.all_columns()}
    return {
        "refused": False,
        "table": plan.table.encoding,
        "sheet": plan.table.sheet,
        "has_header": plan.has_header,
        "first_line": plan.first_line,
        "columns": [{**asdict(one), "goes_on": bool(one.kind) and one.place not in first} for one in plan.seen],
        "missing": list(plan.missing),
        "remarks": [{"code": one.code, "values": dict(one.values), "warns": one.warns} for one in plan.remarks],
    }
