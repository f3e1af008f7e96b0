"""Ten kinds of work that may be killed, each from a home that is ready for it; what a home holds, to be compared."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from cli.keeping.init import make_home
from core.errors import HinomiError
from core.texts import load_texts
from custody.models import DONE, Enrolment
from demo.carrier import make_carrier, write_extracts
from demo.ports import Listening, free_port
from demo.posts import make_pastes
from demo.run import NOTE, SOURCES
from home import Home
from incidents import queries
from incidents.models import Event, FindingRow
from tests.alerts.fake_slack import CHANNEL
from trails.models import TrailDay, TrailImport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT: Final = Path(__file__).parent.parent
LOG_ROWS: Final = 20_000
FORGOTTEN: Final = 40
Command = tuple[str, ...]


@dataclass(frozen=True)
class KilledWork:
    """A kind of work.

    Attributes:
        name: What it is.
        home: The home that is ready for it, to be copied.
        command: What is killed.
        finish: What brings it to its end afterwards; the same command, and what belongs to it.
        accepted: Exit codes of the end: a switch that was made already says that there is none to make.
        wants_slack: Whether messages go to a Slack of its own.
    """

    name: str
    home: Path
    command: Command
    finish: tuple[Command, ...]
    accepted: frozenset[int] = field(default=frozenset({0}))
    wants_slack: bool = False


def hinomi(home: Path, command: Sequence[str], settings: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A command of ours in a group of its own."""
    return subprocess.Popen(  # noqa: S603  # our own command
        [sys.executable, "-m", "cli", "--home", str(home), *command],
        cwd=ROOT,
        env=os.environ | (settings or {}),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(home: Path, command: Sequence[str], accepted: frozenset[int], settings: dict[str, str]) -> None:
    """Run a command to its end."""
    with hinomi(home, command, settings) as process:
        _, said = process.communicate()
    if process.returncode not in accepted:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said.decode()[-800:]}")


@contextmanager
def slack(*, wanted: bool) -> Iterator[dict[str, str]]:
    """The settings that point at a Slack of this block's own; none where none is wanted."""
    if not wanted:
        yield {}
        return
    port = free_port(0)
    server = subprocess.Popen([sys.executable, str(ROOT / "tests" / "alerts" / "fake_slack.py"), str(port)])  # noqa: S603
    try:
        yield {
            "HINOMI_ALERTS__SLACK__TOKEN": "xoxb-made-up",
            "HINOMI_ALERTS__SLACK__CHANNEL": CHANNEL,
            "HINOMI_ALERTS__SLACK__BASE_URL": f"http://127.0.0.1:{port}/api/",
        }
    finally:
        server.kill()
        server.wait()


@contextmanager
def sites(folder: Path) -> Iterator[str]:
    """The demo's sites, alive while the block runs; gives a file of sources for them."""
    with Listening.on([0, 0]) as listening, (folder / "sites.log").open("wb") as log:
        ports, handles = listening.ports, listening.handles
        command = [sys.executable, "-m", "demo.sites", *map(str, handles)]
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, pass_fds=handles)  # noqa: S603  # our own module
    try:
        yield SOURCES.format(paste_port=ports[0], forum_port=ports[1], note=NOTE)
    finally:
        server.kill()
        server.wait()


class Ready:
    """Homes that are ready for a kind of work, made when they are first asked for.

    Args:
        folder: Where they are.
        sources: The file of sources.
    """

    def __init__(self, folder: Path, sources: str) -> None:
        self._folder = folder
        self._sources = sources
        self._carrier = make_carrier()
        self.first, self.second, _ = (str(file) for file in write_extracts(self._carrier, folder).values())
        self.enrol: Command = ("enroll", self.second, "--extract", "second", "--json")
        self.rotate: Command = ("key", "rotate", self.first, self.second, "--json")

    def _after(self, name: str, of: Path, *commands: Command) -> Path:
        made = self._folder / name
        shutil.copytree(of, made)
        for command in commands:
            finish(made, command, frozenset({0}), {})
        return made

    @cached_property
    def one(self) -> Path:
        """One extract is enrolled."""
        bare = self._folder / "bare"
        make_home(bare).sources_path.write_text(self._sources, encoding="utf-8")
        enrol: Command = ("enroll", self.first, "--extract", "first", "--json")
        return self._after("one", bare, ("log", "settings", "--reason", "sources to sweep"), enrol)

    @cached_property
    def two(self) -> Path:
        """Two are."""
        return self._after("two", self.one, self.enrol)

    @cached_property
    def posted(self) -> Path:
        """Documents wait to be judged."""
        made = self._after("posted", self.two)
        archive = Home(made).archive
        for paste in make_pastes(self._carrier):
            archive.hand_in(paste.body, paste.title)
        return made

    @cached_property
    def told(self) -> Path:
        """Incidents wait to be told."""
        return self._after("told", self.posted, ("match",))

    @cached_property
    def rotated(self) -> Path:
        """The next key's index is there."""
        return self._after("rotated", self.two, self.rotate)

    @cached_property
    def log(self) -> str:
        """A file of access records."""
        file = self._folder / "access.csv"
        file.write_text(_log([person.number for person in self._carrier.customers]), encoding="utf-8")
        return str(file)

    @cached_property
    def numbers(self) -> str:
        """A file of customers to be forgotten."""
        file = self._folder / "numbers.txt"
        people = self._carrier.extracts[0].people[:FORGOTTEN]
        file.write_text("\n".join(person.number for person in people), encoding="utf-8")
        return str(file)


_DELIVER: Final[Command] = ("alerts", "deliver", "--wait", "60")
_SWITCH: Final[Command] = ("key", "rotate", "--switch", "--json")
_MADE_ALREADY: Final = frozenset({0, 1, 2})


def _once(name: str, home: Path, command: Command, *more: Command, **given: Any) -> KilledWork:
    """KilledWork that the same command finishes, with what belongs to it."""
    return KilledWork(name, home, command, (command, *more), **given)


KINDS: Final[dict[str, Callable[[Ready], KilledWork]]] = {
    "enrol": lambda ready: _once("enrol", ready.one, ready.enrol),
    "sweep": lambda ready: _once("sweep", ready.two, ("sweep",)),
    "match": lambda ready: _once("match", ready.posted, ("match",)),
    "trails import": lambda ready: _once(
        "trails import", ready.two, ("trails", "import", ready.log, "--system", "crm", "--json")
    ),
    "delivery": lambda ready: _once("delivery", ready.told, _DELIVER, wants_slack=True),
    "compaction": lambda ready: _once("compaction", ready.two, ("index", "compact")),
    "forgetting": lambda ready: _once(
        "forgetting", ready.two, ("subjects", "forget", "--file", ready.numbers, "--reason", "asked for it", "--json")
    ),
    "rotation": lambda ready: _once("rotation", ready.two, ready.rotate, _SWITCH),
    "switch": lambda ready: _once("switch", ready.rotated, _SWITCH, accepted=_MADE_ALREADY),
    "scheduler": lambda ready: KilledWork(
        "scheduler", ready.two, ("serve", "--port", "0"), (("sweep",), ("match",), _DELIVER), wants_slack=True
    ),
}
"""Every kind of work, with the home that is ready for it."""


def _log(numbers: Sequence[str]) -> str:
    """Accesses of some operators to customers, a few a minute."""
    when = (f"2026-{4 + n % 3:02d}-{1 + n % 28:02d} {8 + n % 10:02d}:{n % 60:02d}:00" for n in range(LOG_ROWS))
    lines = (f"{at},op-{n % 7},T{n % 5},照会,{numbers[n % len(numbers)]}" for n, at in enumerate(when))
    return "日時,作業者ID,端末,操作,お客様番号\n" + "\n".join(lines) + "\n"


def picture(home_folder: Path, settings: dict[str, str]) -> dict[str, Any]:
    """What a home holds, apart from when and by which attempt it came in."""
    home = Home(home_folder)
    index = home.index
    numbers = sorted(index.reveal(np.arange(index.subjects, dtype=np.uint32)))
    with home.database.read() as session:
        documents = list(session.scalars(select(DocumentRow)))
        captures = select(Capture.source, Capture.address, DocumentRow.sha256).join(DocumentRow)
        findings = select(FindingRow.sha256, FindingRow.verdict, FindingRow.subjects)
        enrolled = select(Enrolment.extract_name, Enrolment.sha256).where(Enrolment.state == DONE)
        lines = queries.list_incidents(session, language="en")
        of_incidents = session.scalars(select(Event.kind).where(Event.incident_id.is_not(None)))
        told = Counter(kind for kind in of_incidents if not kind.startswith("alert-"))
        held = {
            "customers": hashlib.sha256(json.dumps(numbers).encode()).hexdigest(),
            "extracts": sorted(info.name for info in index.extracts),
            "enrolled": sorted({(name, sha256) for name, sha256 in session.execute(enrolled)}),
            "documents": sorted((one.sha256, one.state) for one in documents),
            "captures": sorted(map(tuple, session.execute(captures))),
            "findings": sorted(map(tuple, session.execute(findings))),
            "incidents": sorted((one.state, one.subjects, one.documents, one.sightings) for one in lines),
            "events": dict(sorted(told.items())),
            "records": session.scalar(select(func.sum(TrailDay.records))),
            "imports": session.scalar(select(func.count()).where(TrailImport.state == "done")),
        }
    for document in documents:
        home.archive.read(document)
    home.database.close()
    return held | {"shown": shown_in(settings)}


def shown_in(settings: dict[str, str]) -> int | None:
    """How many messages about incidents stand in the channel itself; none where there is none."""
    import urllib.request

    if not settings:
        return None
    address = settings["HINOMI_ALERTS__SLACK__BASE_URL"].removesuffix("api/") + "state"
    with urllib.request.urlopen(address) as answer:  # noqa: S310  # our own server on this machine
        messages = json.load(answer)["messages"]
    heads = load_texts("alerts", "ja")("head.header", size="").split("：")[0]
    return sum("thread_ts" not in message and heads not in message["text"] for message in messages)


def is_whole(home: Path) -> str:
    """Nothing where `hinomi verify` finds no damage, else what it says."""
    arguments = [sys.executable, "-m", "cli", "--home", str(home), "verify"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    return "" if done.returncode in {0, 3} else done.stderr[-800:]


def settle(home: Path) -> HinomiError | None:
    """Nothing where the index opens and is as it was written."""
    from fingerprints.index.generation import Index

    opened = Home(home)
    try:
        Index.open(opened.settings.index_dir, opened.load_key(), check=True)
    except HinomiError as error:
        return error
    return None
