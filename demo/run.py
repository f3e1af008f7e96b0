"""The demo, stage by stage: make the carrier, enrol, sweep the local sites, match, open incidents, alert, show."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from cli.keeping.init import make_home
from cli.language import say
from core.errors import HinomiError, OutsideError, UsageError
from core.leases import Lease
from core.processes.begun import python
from core.processes.child import end_group, run_hinomi
from core.processes.environment import command_environment
from core.processes.names import is_dead
from core.settings import SETTINGS_FILE
from demo.access_log import PROCESSOR, SYSTEM, write_access_log
from demo.carrier import make_carrier, write_extracts
from demo.ports import Listening
from demo.posts import make_pastes
from demo.summary import count, show_summary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.context import Context
    from demo.carrier import Carrier

MARK = "demo.json"
SITES_START_S = 20.0
ORPHAN_LIMIT_S = 90.0
PORT_PATIENCE_S = 15.0
"""What listened for a demo that was killed ends a moment after it."""
STAGE_LIMIT_S = 120.0
MORE_SETTINGS = """
[people]
reveal_limit = 1000             # one person shows the whole leak: in the demo nobody has to wait for another
"""
PEOPLE = (
    ("hana", ("responder", "investigator"), ()),
    ("kenji", ("data-owner",), ("*",)),
    ("aoi", ("auditor",), ()),
)
"""Who works at the carrier: the account, its roles, the extracts it answers for."""
SOURCE_NAMES = ("demo-paste", "demo-forum")
PORTS = ("paste_port", "forum_port")
NOTE = "デモの間だけ動くサイトです。`hinomi demo` で再び動きます / There during the demo alone: `hinomi demo`"
"""Free text of the home's own, so in both languages at once."""
SOURCES = """\
[sources.demo-paste]
engine = "paste-list"
url = "http://127.0.0.1:{paste_port}/"
private = true
every = "1m"
delay_s = 0.0
legal_basis = "our own site on this machine"
note = "{note}"
[sources.demo-paste.options]
entries = "ul.pastes li"
title = "a"
author = ".author"
date = "time::attr(datetime)"

[sources.demo-forum]
engine = "html-forum"
url = "http://127.0.0.1:{forum_port}/"
private = true
every = "1m"
delay_s = 0.0
legal_basis = "our own site on this machine"
note = "{note}"
[sources.demo-forum.options]
topics = ".topic"
topic_title = "a.title"
topic_marks = [".count", "time::attr(datetime)"]
next_board_page = "a.next::attr(href)"
posts = "article.post"
post_author = ".author"
post_date = "time::attr(datetime)"
post_text = ".body"
"""


class DemoError(HinomiError):
    """A stage of the demo did not do what it should."""


class Demo:
    """One run of the demo over a home folder of its own."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.say = ctx.talk
        self.home: Path = ctx.folder
        self.carrier: Carrier = make_carrier()

    def prepare(self) -> Listening:
        """The home folder, its sources, and where the sites listen: on the same ports every time when they are free."""
        mark = self.home / MARK
        if (self.home / SETTINGS_FILE).exists() and not mark.exists():
            raise UsageError(
                f"{self.home} is a home folder that the demo did not make",
                hint="Give the demo one of its own: --home DIR.",
            )
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
        if known:
            for source in SOURCE_NAMES:
                self.wait_for_sweep(source)
        listening = Listening.on((known.get(name, 0) for name in PORTS), PORT_PATIENCE_S)
        ports = dict(zip(PORTS, listening.ports, strict=True))
        mark.write_text(json.dumps(ports), encoding="utf-8")
        settings = make_home(self.home, more_settings=MORE_SETTINGS)
        settings.sources_path.write_text(SOURCES.format(**ports, note=NOTE), encoding="utf-8")
        make_home(self.home)  # again: it answers for the sources
        self._add_people()
        return listening

    def _add_people(self) -> None:
        """Made-up colleagues: two confirmations are two people, and an auditor sees what the others do."""
        from core.actors import SYSTEM
        from people.accounts import add_account, find_account

        with self.ctx.database.write() as session:
            for login, roles, extracts in PEOPLE:
                if find_account(session, login) is None:
                    add_account(session, login, roles=roles, extracts=extracts, actor=SYSTEM, now=self.ctx.clock.now())

    def enrol(self) -> None:
        """The three extracts, as the data owner would enrol them; one that is enrolled already is left alone."""
        from custody.enrolment.columns import understand
        from custody.enrolment.enroller import Enroller, Lending

        files = write_extracts(self.carrier, self.home / "demo" / "extracts")
        enroller = Enroller(self.ctx.settings, self.ctx.key, self.ctx.database, self.ctx.clock)
        for extract in self.carrier.extracts:
            file = files[extract.name]
            if self._is_enrolled(extract.name, file):
                continue
            lending = Lending(extract.name, extract.as_of, extract.processor, extract.under, "demo")
            enroller.enrol(file, understand(file), lending)
        leak = next(post for post in make_pastes(self.carrier) if post.is_leak)
        self.leak_file.write_bytes(leak.body)

    def import_records(self) -> None:
        """What the people of the call centre did in its system; lines that are known already add nothing."""
        log = write_access_log(self.carrier, self.home / "demo" / "access-records.csv")
        self.child("trails", "import", str(log), "--system", SYSTEM, "--processor", PROCESSOR, "--yes", "--json")

    @property
    def leak_file(self) -> Path:
        """The leaked file as it stands on the paste site, to try `hinomi scan` on."""
        return self.home / "demo" / "leak.csv"

    def _is_enrolled(self, extract: str, file: Path) -> bool:
        from custody.models import DONE, Enrolment

        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        done = select(Enrolment.id).where(
            Enrolment.extract_name == extract, Enrolment.sha256 == sha256, Enrolment.state == DONE
        )
        with self.ctx.database.read() as session:
            return session.scalars(done).first() is not None

    @contextmanager
    def sites(self, listening: Listening) -> Iterator[None]:
        """The paste site and the forum, alive while the block runs."""
        log = self.home / "logs" / "demo-sites.log"
        log.parent.mkdir(exist_ok=True)
        with listening, log.open("ab") as output:
            ports = listening.ports
            child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
                python("-m", "demo.sites", *map(str, listening.handles)),
                pass_fds=listening.handles,
                env=command_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            for port in ports:
                self._await(f"http://127.0.0.1:{port}/", child)
            yield
        finally:
            end_group(child, grace_s=5)
            self._put_off()

    def _put_off(self) -> None:
        """The sites are gone: nobody sweeps them until the demo runs again, and that they are silent alarms nobody."""
        from crawler.switches import switch_source

        for name in SOURCE_NAMES:
            switch_source(self.ctx.settings.sources_path, name, on=False)
        make_home(self.home)  # it answers for that change as well

    def _await(self, address: str, child: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + SITES_START_S
        while time.monotonic() < deadline and child.poll() is None:
            try:
                with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise OutsideError(f"the demo's site did not answer at {address}", hint=f"See {self.home}/logs/demo-sites.log.")

    def child(self, *arguments: str) -> None:
        """One command of ours in a child process, as the scheduler runs it."""
        log = self.home / "logs" / f"demo-{arguments[0]}.log"
        ended = run_hinomi(arguments, home=self.home, log=log, limit_s=STAGE_LIMIT_S)
        if ended.how != "exited" or ended.code:
            raise DemoError(f"`hinomi {' '.join(arguments)}` ended with {ended.code} ({ended.how})", hint=f"See {log}.")

    def wait_for_sweep(self, source: str) -> None:
        """A demo that was killed leaves a sweep that ends by itself a moment later: it is waited for."""
        until = time.monotonic() + ORPHAN_LIMIT_S
        while time.monotonic() < until:
            with self.ctx.database.read() as session:
                lease = session.get(Lease, f"sweep:{source}")
            if lease is None or lease.until_at <= self.ctx.clock.now() or is_dead(lease.worker):
                return
            time.sleep(0.5)

    def deliver(self) -> None:
        """The alerts: to Slack or by mail when they are set up, else on this console."""
        from alerts.delivery import deliver
        from cli.watch.alerts import make_post

        deliver(make_post(self.ctx))


def run_demo(ctx: Context) -> None:
    """All stages up to the alerts, each with a line that says what came of it."""
    started = time.monotonic()
    demo = Demo(ctx)
    with _stage(ctx, say("demo.making")):
        listening = demo.prepare()
    before = count(ctx.database)
    with _stage(ctx, say("demo.enrolling", count=len(demo.carrier.customers))):
        demo.enrol()
    with _stage(ctx, say("demo.importing")):
        demo.import_records()
    with demo.sites(listening):
        for source in SOURCE_NAMES:
            with _stage(ctx, say("demo.sweeping", source=source)):
                demo.wait_for_sweep(source)
                demo.child("sweep", source, "--here", "--json")
    with _stage(ctx, say("demo.matching")):
        demo.child("match", "--json")
    ctx.talk.print(say("demo.alerts"))
    demo.deliver()
    show_summary(ctx, before, demo.leak_file, time.monotonic() - started)


@contextmanager
def serving_sites(ctx: Context) -> Iterator[None]:
    """The sites alive again, so that the scheduler has something to sweep."""
    demo = Demo(ctx)
    with demo.sites(demo.prepare()):
        yield


@contextmanager
def _stage(ctx: Context, name: str) -> Iterator[None]:
    started = time.monotonic()
    with ctx.talk.status(name):
        yield
    ctx.talk.print(f"[green]✓[/] {name} [dim]{time.monotonic() - started:.1f} s[/]")
