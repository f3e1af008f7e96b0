"""Three machines on one PostgreSQL share sixty sources; one of them is killed: nothing twice, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from archive.errors import ArchiveError
from archive.models import Capture, WarcFileRow
from archive.store import Archive
from core.clock import SystemClock
from core.database import Database
from core.settings import SETTINGS_FILE, load_settings
from crawler.models import Sweep
from jobs.interface import LANES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.targets.misbehaving import Misbehaving

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]

SOURCES, PASTES = 60, 3
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
timeout_s = 60.0
[scheduler]
tick_s = 0.2
lease_s = 5.0
[web]
port = 0
"""


def wait_for(condition: Callable[[], bool], timeout_s: float = 400) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def start(home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.servers.sweeping_machine", str(home)]
    with (home / "machine.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def test_sixty_sources_are_swept_once_each_by_three_machines_of_which_one_dies(
    tmp_path: Path, database_url: str, misbehaving: Misbehaving
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("several machines need a server")
    homes = []
    for number in range(3):
        home = tmp_path / f"machine{number}"
        home.mkdir(mode=0o700)
        text = SETTINGS.format(url=database_url, archive=tmp_path / "archive")
        (home / SETTINGS_FILE).write_text(text, encoding="utf-8")
        listed = "".join(SOURCE.format(n=n, url=misbehaving.url) for n in range(SOURCES))
        (home / "sources.toml").write_text(listed, encoding="utf-8")
        homes.append(home)
    database = Database(database_url)

    def good() -> set[str]:
        with database.read() as session:
            return set(session.scalars(select(Sweep.source).where(Sweep.state == "done")))

    machines = [start(home) for home in homes]
    try:
        wait_for(lambda: len(good()) >= SOURCES // 6)
        os.killpg(machines[0].pid, signal.SIGKILL)
        machines[0].wait()
        wait_for(lambda: len(good()) == SOURCES)
    finally:
        for machine in machines[1:]:
            os.killpg(machine.pid, signal.SIGTERM)
            machine.wait()
    with database.read() as session:
        places = session.execute(select(Capture.source, Capture.address)).all()
        workers = set(session.scalars(select(Sweep.worker)))
        sweeps = Counter(session.scalars(select(Sweep.source).where(Sweep.state == "done")))
        left = session.scalar(select(func.count()).select_from(Sweep).where(Sweep.state == "running"))
    assert len(places) == len(set(places)) == SOURCES * PASTES
    twice = [source for source, times in sweeps.items() if times > 1]
    assert len(twice) <= LANES["sweep"], "only what the dead one had in hand is swept again, and gives nothing new"
    assert left == 0
    assert len({worker.split("/")[1] for worker in workers}) > 1
    archive = Archive(load_settings(homes[1]), database, SystemClock())
    with database.read() as session:
        for capture in session.scalars(select(Capture)).all():
            assert archive.read(capture.document)
    database.close()


def test_a_file_that_another_machine_holds_is_said_to_be_there(tmp_path: Path, database: Database) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / SETTINGS_FILE).write_text("", encoding="utf-8")
    archive = Archive(load_settings(home), database, SystemClock())
    kept = archive.hand_in(b"text", "text.txt")
    with database.write() as session:
        (row,) = session.scalars(select(WarcFileRow))
        row.host = "another-machine"
    (home / "archive" / row.name).unlink()
    with database.read() as session:
        document = session.get_one(Capture, kept.capture_id).document
    with pytest.raises(ArchiveError) as caught:
        archive.read(document)
    assert "another-machine wrote it" in caught.value.hint
