"""Three machines with homes of their own on one PostgreSQL: one dies, one loses its line, clocks are two minutes apart.

Nothing is judged twice, told twice or lost.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from archive.models import Capture, DocumentRow
from archive.store import Archive
from core.clock import SystemClock
from core.database import Database
from core.hosts.beats import list_hosts
from core.settings import SETTINGS_FILE, load_settings
from incidents.models import FindingRow, Incident
from tests.alerts.conftest import slack
from tests.crawler.conftest import misbehaving
from tests.servers.child import ended
from tests.servers.ports import free_port, wait_for_port
from tests.small_carrier import CALM_TEXT, enrolled_home, leak_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.alerts.conftest import FakeSlack
    from tests.targets.misbehaving import Misbehaving

__all__ = ["enrolled_home", "misbehaving", "slack"]  # fixtures of other rooms
pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

SOURCES, PASTES, HANDED_IN = 6, 3, 24
SOURCE = """
[sources.s{n}]
engine = "paste-list"
url = "{url}/calm/list?source={n}"
every = "1d"
[sources.s{n}.options]
entries = "li"
"""
SETTINGS = """
[database]
url = "{url}"
[archive]
folder = "{archive}"
[crawler]
delay_s = 0.0
[scheduler]
host = "{name}"
tick_s = 0.5
lease_s = 8.0
"""
WORK = ("serve", "--role", "crawl", "--role", "match", "--role", "scheduler", "--log-format", "json")
LINE_IS_CUT_S = 6.0
LIMIT_S = 170


def wait_for(condition: Callable[[], bool], until: float) -> None:
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.3)


def make_home(home: Path, enrolled: Path, misbehaving: Misbehaving, url: str) -> Path:
    home.mkdir(mode=0o700)
    shutil.copy2(enrolled / "key", home)
    shutil.copytree(enrolled / "index", home / "index")
    text = SETTINGS.format(url=url, archive=home.parent / "archive", name=home.name)
    (home / SETTINGS_FILE).write_text(text, encoding="utf-8")
    listed = "".join(SOURCE.format(n=n, url=misbehaving.url) for n in range(SOURCES))
    (home / "sources.toml").write_text(listed, encoding="utf-8")
    return home


@contextmanager
def a_line(to_port: int) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    with ended(subprocess.Popen([sys.executable, "-m", "tests.servers.cut_line", str(port), str(to_port)])) as line:
        wait_for_port(port, is_alive=line)
        try:
            yield port, line
        finally:
            line.kill()


def start(home: Path, wrong_by_s: int, slack: FakeSlack) -> subprocess.Popen[bytes]:
    settings = slack.settings()["slack"]
    names = {f"HINOMI_ALERTS__SLACK__{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.servers.wrong_clock_host", str(wrong_by_s), "--home", str(home), *WORK]
    with (home / "machine.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, env=os.environ | names)


def test_three_machines_do_everything_once(
    tmp_path: Path, database_url: str, enrolled_home: Path, misbehaving: Misbehaving, slack: FakeSlack
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("several machines need a server")
    until = time.monotonic() + LIMIT_S
    server = make_url(database_url)
    with a_line(server.port or 0) as (port, line), closing(Database(database_url)) as database:
        cut_off = server.set(port=port).render_as_string(hide_password=False)
        urls = {"a": database_url, "b": cut_off, "c": database_url}
        homes = [make_home(tmp_path / name, enrolled_home, misbehaving, url) for name, url in urls.items()]
        archive = Archive(load_settings(homes[2]), database, SystemClock())
        for number in range(HANDED_IN):
            archive.hand_in(f"{number}\n{CALM_TEXT}".encode(), f"calm-{number}.txt")
        archive.hand_in(leak_text().encode(), "leak.txt")
        machines = [start(home, by, slack) for home, by in zip(homes, (60, -60, 0), strict=True)]

        def judged() -> int:
            with database.read() as session:
                return session.scalar(select(func.count(DocumentRow.id)).where(DocumentRow.state == "matched")) or 0

        def hosts() -> set[str]:
            with database.read() as session:
                return {host.name for host in list_hosts(session)}

        def is_all_done() -> bool:
            with database.read() as session:
                places = session.scalar(select(func.count(Capture.id))) or 0
                left = session.scalar(select(func.count(DocumentRow.id)).where(DocumentRow.state != "matched"))
            return places == SOURCES * PASTES + HANDED_IN + 1 and not left and bool(slack.parents)

        try:
            wait_for(lambda: judged() >= 3 and hosts() == set(urls), until)  # one may begin later than others work
            os.killpg(machines[0].pid, signal.SIGKILL)
            line.send_signal(signal.SIGUSR1)
            time.sleep(LINE_IS_CUT_S)
            line.send_signal(signal.SIGUSR2)
            wait_for(is_all_done, until)
        finally:
            for machine in machines:
                if machine.poll() is None:
                    os.killpg(machine.pid, signal.SIGTERM)
            for machine in machines:
                machine.wait(60)
        with database.read() as session:
            findings = Counter(session.scalars(select(FindingRow.sha256)))
            failed = session.scalars(select(DocumentRow.failure).where(DocumentRow.failure != "")).all()
            places = session.execute(select(Capture.source, Capture.address)).all()
            incidents = session.scalar(select(func.count(Incident.id)))
    assert set(findings.values()) == {1}
    assert failed == []
    assert len(places) == len(set(places))
    assert incidents == len(slack.parents) == 1
