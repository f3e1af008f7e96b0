"""What is begun before a command is read: for the one that judges alone, and never left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import psutil
import pytest

from cli import ahead
from cli.context import Context
from cli.watch.scan_judge import JudgeMeanwhile, question_of
from core.processes.begun import Begun
from core.processes.walls.landlock import landlock_version
from core.processes.worker import Worker
from core.settings import load_settings
from fingerprints.building.builder import build_index
from fingerprints.errors import DamagedIndexError
from fingerprints.secrets.keys import load_key
from judging.bench import Bench
from judging.child import ChildJudge
from tests.core.processes.prying import OPEN, tries
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ("", ""), ("scan x", "scan"), ("--home scan verify", "verify"), ("--home=h --lang ja scan", "scan"),
        ("--version", ""), ("--lang", ""), ("-h scan", "scan"),
    ],
)  # fmt: skip
def test_the_command_is_the_first_word_that_is_no_option_s(arguments: str, command: str) -> None:
    assert ahead.command_in(arguments.split()) == command


@pytest.mark.parametrize("arguments", ["verify", "scan --help", "-h", "scans", "enroll scan"])
def test_nothing_is_begun_for_others(arguments: str) -> None:
    ahead.begin(arguments.split())
    assert ahead.take() is None


def test_what_nobody_took_is_ended() -> None:
    before = set(psutil.Process().children())
    ahead.begin(["scan", "x"])
    (child,) = set(psutil.Process().children()) - before
    ahead.give_up()
    assert not child.is_running()
    assert ahead.take() is None


def look(line: Connection, file: str) -> None:
    """In a worker: how many threads it has, where it stands, and what it may do."""
    said = {"threads": len(os.listdir("/proc/self/task")), "stands": os.getcwd(), "writes": os.environ["TMPDIR"]}  # noqa: PTH109, PTH208
    line.send_bytes(json.dumps(said | tries([file], 9)).encode())


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_one_that_was_begun_early_has_walls_around_its_only_thread(tmp_path: Path) -> None:
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_bytes(b"")
    folder.mkdir()
    worker = Worker(look, str(file), folder=folder, begun=Begun("judging.beforehand"))
    said = json.loads(worker.line.receive())
    worker.end()
    assert (said.pop("threads"), said.pop("stands"), said.pop("writes")) == (1, str(folder), str(folder))
    assert [one for one, how in said.items() if how == OPEN] == ["own folder"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two generations of the index."""
    home = tmp_path_factory.mktemp("ahead") / "home"
    command = [sys.executable, "-m", "cli", "--home", str(home), "init"]
    subprocess.run(command, check=True, capture_output=True)
    settings = load_settings(home)
    columns = {kind: [person[kind] for person in PEOPLE] for kind in PEOPLE[0]}
    for name in ("first", "second"):
        build_index(settings.index_dir, load_key(settings.key, home), name, columns, as_of=date(2026, 4, 1))
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """One of its own."""
    return shutil.copytree(made, tmp_path / "home")


def _judged(home: Path, tmp_path: Path) -> tuple[int, int]:
    leak = tmp_path / "leak.txt"
    leak.write_text("\n".join(f"{p['name']} {p['phone']}" for p in PEOPLE[:4]), encoding="utf-8")
    ctx = Context(str(home))
    with ChildJudge(Bench.of(ctx.settings), reads=[leak]) as child, JudgeMeanwhile(ctx, child) as judge:
        judged = [judge.judge(question_of(leak)) for _ in range(2)]
        assert [one.finding.verdict for one in judged] == ["leak", "leak"]
        return judged[-1].generation, ctx.index.generation


def test_what_judges_has_the_generation_that_is_open_here(home: Path, tmp_path: Path) -> None:
    assert _judged(home, tmp_path) == (2, 2)


def test_also_where_the_newest_one_is_damaged(home: Path, tmp_path: Path) -> None:
    (newest,) = (home / "index").glob("g*2")
    (newest / "manifest.json").write_text("{", encoding="utf-8")
    assert _judged(home, tmp_path) == (1, 1)


def test_where_none_is_left_the_index_says_so(home: Path, tmp_path: Path) -> None:
    for folder in (home / "index").glob("g*"):
        (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DamagedIndexError):
        _judged(home, tmp_path)
