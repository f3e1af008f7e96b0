"""A posting that is found: the paste site on loopback, its sweep and its match, each in a process of its own."""

from __future__ import annotations

import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from core.errors import OutsideError
from core.processes.begun import python
from core.processes.child import end_group, run_hinomi
from core.processes.environment import command_environment
from demo.cases.taking import CaseError
from demo.ports import Listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from demo.cases.story import Story

SOURCE: Final = "night-paste"
SITE_START_S: Final = 20.0
STAGE_LIMIT_S: Final = 120.0
TABLE: Final = """\
[sources.{name}]
engine = "paste-list"
url = "http://127.0.0.1:{port}/"
private = true
every = "1m"
delay_s = 0.0
legal_basis = "our own site on this machine"
note = "デモの間だけ動くサイトです / There during the demo alone"
[sources.{name}.options]
entries = "ul.pastes li"
title = "a"
author = ".author"
date = "time::attr(datetime)"
"""


@contextmanager
def posted(story: Story, day: date) -> Iterator[None]:
    """The site, alive while the block runs, and a source of this home; afterwards nobody sweeps it."""
    from cli.keeping.init import make_home
    from crawler.switches import switch_source

    listening, settings = Listening.on([0]), story.ctx.settings
    [port] = listening.ports
    settings.sources_path.write_text(TABLE.format(name=SOURCE, port=port), encoding="utf-8")
    make_home(story.home, clock=story.ctx.clock)  # it answers for the source
    log = story.home / "logs" / "demo-site.log"
    log.parent.mkdir(exist_ok=True)
    with listening, log.open("ab") as output:
        child = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
            python("-m", "demo.cases.site", *map(str, listening.handles), day.isoformat()), env=command_environment(),
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, pass_fds=listening.handles,
        )  # fmt: skip
    try:
        _await(story, f"http://127.0.0.1:{port}/", child)
        yield
    finally:
        end_group(child, grace_s=5)
        switch_source(settings.sources_path, SOURCE, on=False)
        make_home(story.home, clock=story.ctx.clock)  # it answers for that change as well


def sweep(story: Story) -> int:
    """Sweep the site; how many documents it gave."""
    from sqlalchemy import func, select

    from archive.models import DocumentRow

    _child(story, "sweep", SOURCE, "--here", "--json")
    with story.ctx.database.read() as session:
        return session.scalar(select(func.count(DocumentRow.id))) or 0


def match(story: Story) -> tuple[int, int]:
    """Match what was captured; the incident that it opened, and how many customers are in it.

    Raises:
        CaseError: It opened none, or several.
    """
    from incidents import queries

    _child(story, "match", "--json")
    with story.ctx.database.read() as session:
        lines = queries.list_incidents(session, language=story.texts().language)
    if len(lines) != 1:
        raise CaseError(f"one incident was to be opened, and {len(lines)} were")
    return lines[0].id, lines[0].subjects


def _child(story: Story, *arguments: str) -> None:
    log = story.home / "logs" / f"demo-{arguments[0]}.log"
    ended = run_hinomi(arguments, home=story.home, log=log, limit_s=STAGE_LIMIT_S)
    if ended.how != "exited" or ended.code:
        raise CaseError(f"`hinomi {' '.join(arguments)}` ended with {ended.code} ({ended.how})", hint=f"See {log}.")


def _await(story: Story, address: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SITE_START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310  # our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    log = story.home / "logs" / "demo-site.log"
    raise OutsideError(f"the demo's site did not answer at {address}", hint=f"See {log}.")
