"""A drill: one canary on a page of our own, through the real home, from the sweep to the alert, with times per stage.

Everything is real but the customer: the home, its index, database and channels. The incident is marked as a drill in
its timeline and dismissed at the end; its source is called ``drill`` wherever it shows. A canary is planted once: the
next drill takes another, so that each opens an incident of its own.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from cli.custody.canaries import draw_people, index_or_none
from cli.days import today
from core.actors import Actor
from core.errors import HinomiError
from core.processes.begun import python
from core.processes.child import end_group
from core.processes.environment import command_environment
from custody.canaries import DRILL, make_canaries, take_for_drill, write_canary_rows
from demo.ports import Listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.context import Context
    from fingerprints.index.canaries import Canary

SOURCE: Final = "drill"
ACTOR: Final = Actor("hinomi drill")
POOL: Final = 20
"""Canaries made and enrolled at once: enrolling writes the whole index anew, which takes its time in a large home."""
DOMAIN: Final = "drill.example"
START_S: Final = 20.0
SWEEP_S: Final = 120.0
ALERT_S: Final = 60.0
POLL_S: Final = 0.2
SOURCE_TABLE: Final = """\
[sources.{name}]
engine = "paste-list"
url = "http://127.0.0.1:{port}/"
private = true
delay_s = 0.0
legal_basis = "our own page on this machine, for a drill"
[sources.{name}.options]
entries = "ul.pastes li"
title = "a"
author = ".author"
date = "time::attr(datetime)"
"""


class DrillError(HinomiError):
    """A stage of the chain did not do what it should."""


@dataclass(slots=True)
class Drilled:
    """What a drill showed.

    Attributes:
        stages: Seconds by stage, in order; the last one begun may be the one that failed.
        posting_to_alert: Seconds from the page standing there to the alert being delivered.
        incident: The incident that was opened.
        channel: Where the alert went.
    """

    stages: dict[str, float] = field(default_factory=dict)
    posting_to_alert: float | None = None
    incident: int | None = None
    channel: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        stages = {name: round(seconds, 3) for name, seconds in self.stages.items()}
        whole = None if self.posting_to_alert is None else round(self.posting_to_alert, 3)
        return {
            "drill": True,
            "good": whole is not None,
            "stages": stages,
            "posting_to_alert": whole,
            "incident": self.incident,
            "channel": self.channel,
        }


def run_drill(ctx: Context, drilled: Drilled) -> None:
    """Go through the whole chain; ``drilled`` is filled in as far as it goes.

    Raises:
        DrillError: A stage failed; the message says which and how.
    """
    with _stage(drilled, "canary"):
        canary = _take_canary(ctx)
    path = secrets.token_hex(8)
    with _page(path, _paste(canary)) as port:
        posted = time.monotonic()
        with _stage(drilled, "sweep"):
            _sweep(ctx, port)
        address = f"http://127.0.0.1:{port}/{path}"
        with _stage(drilled, "match"):
            _match(ctx, address)
        with _stage(drilled, "incident"):
            drilled.incident = _check_incident(ctx, address)
        with _stage(drilled, "alert"):
            drilled.channel = _deliver(ctx, drilled.incident)
        drilled.posting_to_alert = time.monotonic() - posted
    _dismiss(ctx, drilled.incident)


def _take_canary(ctx: Context) -> Canary:
    """A canary of the drills' own extract; when none is left, some more are made and enrolled."""
    for _ in range(2):
        now = ctx.clock.now().isoformat(timespec="seconds")
        canary = take_for_drill(ctx.settings.index_dir, ctx.key, index_or_none(ctx), now)
        if canary is not None:
            return canary
        _enrol_more(ctx)
    raise DrillError("the canaries that were just enrolled are not in the index", hint="Run `hinomi doctor`.")


def _enrol_more(ctx: Context) -> None:
    from custody.enrolment.columns import understand
    from custody.enrolment.enroller import Enroller, Lending

    made = make_canaries(
        ctx.settings.index_dir,
        ctx.key,
        index_or_none(ctx),
        DRILL,
        POOL,
        draw=lambda wanted: draw_people(wanted, DOMAIN),
        random=SystemRandom(),
        today=today(ctx),
    )
    with tempfile.TemporaryDirectory(prefix="drill-", dir=ctx.settings.home) as folder:
        file = Path(folder) / "canaries.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            write_canary_rows(made, (), out)
        lending = Lending(DRILL, today(ctx), purpose="drills: made-up customers, lent to nobody")
        Enroller(ctx.settings, ctx.key, ctx.database, ctx.clock).enrol(file, understand(file), lending, processes=1)


def _paste(canary: Canary) -> bytes:
    out = io.StringIO()
    write_canary_rows([canary], (), out)
    row = next(csv.reader(io.StringIO(out.getvalue().splitlines()[1])))
    return ("for sale, one as a sample\n" + out.getvalue() + f"{len(row)} fields each\n").encode()


@contextmanager
def _page(path: str, text: bytes) -> Iterator[int]:
    """The page, alive while the block runs; gives its port."""
    with Listening.on([0]) as listening:
        [port] = listening.ports
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
            python("-m", "demo.drill_site", *map(str, listening.handles), path),
            pass_fds=listening.handles,
            env=command_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        if child.stdin is not None:
            child.stdin.write(text)
            child.stdin.close()
        deadline = time.monotonic() + START_S
        while not _answers(f"http://127.0.0.1:{port}/"):
            if time.monotonic() > deadline or child.poll() is not None:
                raise DrillError("the drill's own page did not come up", hint="Is loopback (127.0.0.1) usable here?")
            time.sleep(POLL_S)
        yield port
    finally:
        end_group(child, grace_s=2)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


def _sweep(ctx: Context, port: int) -> None:
    """Sweep the page in a child process that has no key, as every sweep runs."""
    environment = command_environment(hidden=ctx.settings.key.variables)
    command = python("-m", "demo.drill_sweep", str(ctx.settings.home))
    source = SOURCE_TABLE.format(name=SOURCE, port=port)
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and our own module
            command, input=source, capture_output=True, text=True, timeout=SWEEP_S, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        raise DrillError(f"the sweep took longer than {SWEEP_S:g} s") from None
    result = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout.strip() else {}
    if not result.get("new_documents"):
        reason = result.get("reason") or (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise DrillError(f"the sweep brought nothing: {reason}", hint="Try a real source: hinomi sources check NAME.")


def _match(ctx: Context, address: str) -> None:
    from archive.models import Capture, DocumentRow
    from judging.bench import Bench
    from judging.child import ChildJudge
    from judging.queue import Matching, match_waiting

    found = select(DocumentRow.state, DocumentRow.failure).join(Capture).where(Capture.address == address)

    def state() -> str:
        with ctx.database.read() as session:
            row = session.execute(found).first()
            return row[0] if row else ""

    bench = Bench.of(ctx.settings)
    deadline = time.monotonic() + bench.document_s
    while (now := state()) == "waiting" and time.monotonic() < deadline:
        with ChildJudge(bench) as judge:
            match_waiting(Matching(ctx.database, ctx.archive, judge, ctx.clock), stop=lambda: state() != "waiting")
        time.sleep(POLL_S)  # somebody else may be judging it at this moment
    if now != "matched":
        raise DrillError(f"the canary's document was not judged: it is {now or 'gone'}", hint="Run `hinomi doctor`.")


def _check_incident(ctx: Context, address: str) -> int:
    """The incident that the canary opened, marked as a drill; the ranking must name the drills' extract."""
    from archive.models import Capture
    from incidents import actions, queries
    from incidents.models import Sighting

    wanted = select(Sighting.incident_id).join(Capture, Capture.id == Sighting.capture_id)
    with ctx.database.write() as session:
        incident_id = session.scalar(wanted.where(Capture.address == address))
        if incident_id is None:
            raise DrillError("the canary was swept and judged, but opened no incident")
        actions.note(
            session,
            incident_id,
            "This is a drill / これは訓練です: a made-up customer on a page of our own.",
            actor=ACTOR,
            now=ctx.clock.now(),
        )
    with ctx.database.read() as session:
        page = queries.incident(session, incident_id, language="en")
    first = page.extracts[0] if page.extracts else {}
    if first.get("extract") != DRILL or "canary" not in first.get("terms", {}):
        raise DrillError(f"the canary was found, but taken for one of {first.get('extract', 'no extract')!r}")
    return incident_id


def _deliver(ctx: Context, incident_id: int) -> str:
    """The channel over which the alert went out."""
    from alerts.delivery import deliver, open_post
    from alerts.models import SENT, Message

    post = open_post(ctx.settings, ctx.database, ctx.clock)
    messages = select(Message).where(Message.incident_id == incident_id).order_by(Message.id)
    deadline = time.monotonic() + ALERT_S
    while True:
        deliver(post)
        with ctx.database.read() as session:
            mine = session.scalars(messages).all()
        for message in mine:
            if message.state == SENT:
                return message.channel
        if time.monotonic() > deadline:
            failures = {message.failure for message in mine if message.failure}
            raise DrillError(
                f"no alert within {ALERT_S:g} s: {'; '.join(sorted(failures)) or 'nothing was queued'}",
                hint="See `hinomi alerts list` and [alerts] in hinomi.toml.",
            )
        time.sleep(POLL_S)


def _dismiss(ctx: Context, incident_id: int) -> None:
    """Close the drill, and tell the channel so."""
    from alerts.delivery import deliver, open_post
    from incidents import actions
    from incidents.states import DISMISS

    with ctx.database.write() as session:
        actions.act(session, incident_id, DISMISS, actor=ACTOR, now=ctx.clock.now(), reason="drill / 訓練")
    deliver(open_post(ctx.settings, ctx.database, ctx.clock))


@contextmanager
def _stage(drilled: Drilled, name: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    finally:
        drilled.stages[name] = time.monotonic() - started
