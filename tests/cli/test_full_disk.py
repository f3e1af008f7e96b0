"""A disk with no room: every command says so in words, and nothing of before is lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.small_carrier import CALM_TEXT, HEADER, PEOPLE, leak_text

HINOMI: Final = [str(Path(sys.executable).with_name("hinomi")), "--home"]
SOME: Final = 60 << 10
"""Bytes: more than the first file needs, and less than all."""


def hinomi(home: Path, *arguments: str, room: int | None = None) -> subprocess.CompletedProcess[str]:
    """A command whose files may not grow beyond ``room`` bytes: what it writes meets the same end as on a full disk."""

    def limit() -> None:
        if room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    return subprocess.run(  # the child does nothing but set its limit
        [*HINOMI, str(home), *arguments], capture_output=True, text=True, check=False, preexec_fn=limit
    )


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with something in everything, and files to be taken in."""
    folder = tmp_path_factory.mktemp("before")
    rows = [",".join(person) for person in PEOPLE]
    (folder / "customers.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    more = [row.replace("K0000", f"K{n:04d}").replace("090-0", f"090-{n % 10}") for n in range(1, 400) for row in rows]
    (folder / "more.csv").write_text("\n".join([HEADER, *more]), encoding="utf-8")
    (folder / "leak.txt").write_text(leak_text() + "\n" + CALM_TEXT * 200, encoding="utf-8")
    lines = [f"2026-04-{1 + n % 28:02d}T10:00:{n % 60:02d},op-{n % 50},T{n},K{n % 8:06d}" for n in range(20_000)]
    (folder / "access.csv").write_text("when,operator,terminal,subjects\n" + "\n".join(lines), encoding="utf-8")
    home = folder / "home"
    for arguments in (("init",), ("enroll", str(folder / "customers.csv"), "--extract", "calls", "--yes")):
        assert hinomi(home, *arguments).returncode == 0
    return folder


COMMANDS: Final = {
    "enroll": ("enroll", "more.csv", "--extract", "more", "--yes"),
    "scan": ("scan", "leak.txt", "--open"),
    "trails": ("trails", "import", "access.csv", "--system", "crm", "--json"),
    "canaries": ("canaries", "make", "--extract", "calls", "--count", "3", "--out", "canaries.csv"),
    "log": ("log", "publish"),
    "demo": ("demo", "--once"),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "room"), [*((name, 0) for name in COMMANDS), ("enroll", SOME), ("scan", SOME), ("trails", SOME)]
)
def test_no_room_is_told_in_words_and_what_was_there_is_whole(
    before: Path, tmp_path: Path, name: str, room: int
) -> None:
    folder = tmp_path / "work"
    shutil.copytree(before, folder)
    home = folder / ("demo-home" if name == "demo" else "home")
    command, *rest = COMMANDS[name]
    arguments = [str(folder / word) if "." in word else word for word in rest]
    done = hinomi(home, command, *arguments, room=room)
    assert "Traceback" not in done.stderr
    assert done.returncode in {0, 1, 2, 3, 10}, done.stderr
    if done.returncode not in {0, 10}:
        assert "error: " in done.stderr
    if name == "demo" or not done.returncode:
        return
    doctor = hinomi(home, "doctor", "--json")
    assert '"level": "bad"' not in doctor.stdout, doctor.stdout
    again = hinomi(home, command, *arguments)  # with room, it goes on as if nothing had been
    assert again.returncode in {0, 10}, again.stderr
    assert hinomi(home, "verify").returncode in {0, 3}


def test_a_new_home_without_room_says_so(tmp_path: Path) -> None:
    done = hinomi(tmp_path / "home", "init", room=100)
    assert (done.returncode, "Traceback" in done.stderr) == (3, False), done.stderr
    assert "no room" in done.stderr
    assert hinomi(tmp_path / "home", "init").returncode == 0
    assert os.listdir(tmp_path) == ["home"]  # noqa: PTH208  # names are what counts
