"""A worker does what it was made for and nothing else: really tried, by workers that try it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from core.processes.walls.confinement import Rights
from core.processes.walls.landlock import landlock_version
from core.processes.worker import Worker
from tests.core.processes.prying import OPEN, pry, swell, tell_about_itself
from tests.servers.child import ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

needs_landlock = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")


def answer(function: Callable[..., None], *arguments: object, **given: Any) -> Any:
    worker = Worker(function, *arguments, **given)
    try:
        return json.loads(worker.line.receive())
    finally:
        worker.end()


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A secret, and a document."""
    made = [tmp_path / "secret", tmp_path / "document"]
    for file in made:
        file.write_text("架空", encoding="utf-8")
    return [str(file) for file in made]


@needs_landlock
def test_a_worker_sees_no_file_but_those_it_was_let_to_and_writes_none(files: list[str], port: int) -> None:
    secret, document = files
    tried = answer(pry, files, port, rights=Rights(reads=(document,)))
    assert {name for name, how in tried.items() if how == OPEN} == {f"read {document}", "own folder"}
    assert tried[f"read {secret}"] == tried[f"write {document}"] == "PermissionError"


@needs_landlock
def test_a_worker_with_the_network_has_that_and_no_file_more(files: list[str], port: int) -> None:
    tried = answer(pry, files, port, rights=Rights(network=True))
    assert {name for name, how in tried.items() if how == OPEN} == {"connection", "name look-up", "own folder"}


@needs_landlock
def test_a_folder_that_may_be_written_is_one_that_may_be_read(tmp_path: Path, files: list[str], port: int) -> None:
    tried = answer(pry, files, port, rights=Rights(writes=(str(tmp_path),)))
    assert {how for name, how in tried.items() if name.startswith(("read", "write"))} == {OPEN}


def test_a_worker_is_given_no_secret_of_its_starters_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HINOMI_ALERTS__SLACK__TOKEN",
        "HINOMI_KEY",
        "HINOMI_DATABASE__URL",
        "PGPASSWORD",
        "AWS_SECRET_ACCESS_KEY",
    ):
        monkeypatch.setenv(name, "秘密")
    environment, _, _ = answer(tell_about_itself)
    assert [name for name, value in environment.items() if value == "秘密"] == []
    environment, _, _ = answer(tell_about_itself, variables=["HINOMI_KEY"])
    assert [name for name, value in environment.items() if value == "秘密"] == ["HINOMI_KEY"]


def test_a_worker_stands_in_a_folder_of_its_own_which_goes_with_it() -> None:
    _, first, _ = answer(tell_about_itself)
    _, second, _ = answer(tell_about_itself)
    assert len({first, second, str(Path.cwd())}) == 3
    assert not Path(first).exists()


def test_a_worker_leaves_no_image_of_its_memory_and_opens_so_many_files() -> None:
    _, _, limits = answer(tell_about_itself)
    assert limits["core"] == [0, 0]
    assert limits["files"][1] < 1000


@pytest.mark.parametrize(("mib", "said"), [(50, b"taken"), (600, b"refused")])
def test_a_worker_takes_no_more_memory_than_it_may(mib: int, said: bytes) -> None:
    worker = Worker(swell, mib, rights=Rights(memory_mib=200))
    assert worker.line.receive().startswith(said)
    worker.end()


HELD = """
import resource
from core.processes.walls.limits import limit_processor
resource.setrlimit(resource.RLIMIT_CPU, (50, 50))
limit_processor(20)
print(resource.getrlimit(resource.RLIMIT_CPU)[0] < 30, end=" ")
limit_processor(3600)
print(resource.getrlimit(resource.RLIMIT_CPU))
"""


def test_a_worker_asks_for_no_more_time_than_its_starter_has() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True (50, 50)"


COMMAND = """
import sys
from pathlib import Path
from core.processes.child import run_hinomi
home = Path(sys.argv[1])
run_hinomi(["serve", "--port", "0", "--no-scheduler"], home=home, log=home / "log", limit_s=60)
"""


def test_a_command_ends_with_the_process_that_waits_for_it(tmp_path: Path) -> None:
    """One that was left would hold leases that whoever comes after wants."""
    home, log = tmp_path / "home", tmp_path / "home" / "log"
    subprocess.run([sys.executable, "-m", "cli", "--home", str(home), "init"], check=True, capture_output=True)
    with ended(subprocess.Popen([sys.executable, "-c", COMMAND, str(home)])) as starter:
        while not (log.exists() and "is watching" in log.read_text(encoding="utf-8")):
            assert starter.poll() is None
        children = psutil.Process(starter.pid).children()
        starter.kill()
        starter.wait()
        gone, left = psutil.wait_procs(children, timeout=60)
    assert (len(gone), left) == (1, [])


STARTER = """
from core.processes.worker import Worker
from tests.core.processes.prying import work_for_ever
worker = Worker(work_for_ever)
worker.line.receive()
print(worker.pid, flush=True)
input()
"""


def test_a_worker_ends_with_its_starter_in_the_middle_of_its_work() -> None:
    """Not only when it listens: a document without an end never lets it."""
    with ended(
        subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    ) as starter:
        assert starter.stdout
        worker = psutil.Process(int(starter.stdout.readline()))
        assert worker.is_running()
        starter.kill()
        starter.wait()
        psutil.wait_procs([worker], timeout=30)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
