"""Every line of the tutorial is run, in each language, and its answer is the one that stands on the page.

On a page ``$`` begins a command, ``>`` goes on with it, and the rest is what it says, on either stream, with `…` for
what differs with each run.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.servers.child import ended
from tests.servers.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PAGES = ["tutorial.md", "tutorial.ja.md"]
END = "\x1e"
ANYTHING = "…"


@dataclass(frozen=True)
class Step:
    """A command and what it says."""

    command: str
    answer: str


def steps(page: str) -> Iterator[Step]:
    """The commands of a page, in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            first, *rest = part.splitlines()
            more = [line.removeprefix("> ") for line in rest if line.startswith("> ")]
            yield Step("\n".join([first, *more]), "\n".join(line for line in rest if not line.startswith("> ")))


def agrees(said: str, answer: str) -> bool:
    """Whether what was said is what the page shows; blanks count as one."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in answer.split(ANYTHING)]
    return re.fullmatch(r"\s*" + r".*?".join(rf"\s*{part}\s*" for part in parts), said, re.DOTALL) is not None


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment in which `hinomi` is this program, and nothing is known of a home."""
    program = tmp_path / "bin" / "hinomi"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HINOMI_")}
    return kept | {
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "160",
        "LC_ALL": "C.UTF-8",
        "HINOMI_WEB__PORT": str(free_port()),
    }


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_says_what_the_page_shows(page: str, tmp_path: Path, surroundings: dict[str, str]) -> None:
    *told, last = steps(page)
    folder = tmp_path / "work"
    folder.mkdir()
    script = "exec 2>&1 </dev/null\n" + "".join(f"{step.command}\nprintf '{END}'\n" for step in told)
    run = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=surroundings, capture_output=True, text=True, timeout=240, check=False
    )
    said = run.stdout.split(END)
    assert len(said) == len(told) + 1
    for step, answer in zip(told, said, strict=False):
        assert agrees(answer, step.answer), f"{step.command}\n--- said\n{answer}\n--- shown\n{step.answer}"
    assert last.command == "hinomi serve"
    home = surroundings | {"HINOMI_HOME": str(folder / "home")}
    with ended(
        subprocess.Popen(
            ["hinomi", "serve"], cwd=folder, env=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    ) as served:
        try:
            assert served.stdout is not None
            line = next((line for line in served.stdout if agrees(line, last.answer)), "")
            address = re.search(r"http://127\.0\.0\.1:\S+", line)
            assert address, "hinomi serve ended before it listened"
            parts = urlsplit(address[0])
            with urlopen(f"{parts.scheme}://{parts.netloc}/healthz", timeout=120) as answered:  # it is up
                assert answered.status == 200
            served.send_signal(signal.SIGTERM)
            served.stdout.read()
            assert served.wait(60) == 0
        finally:
            served.kill()


def test_both_pages_run_the_same_commands() -> None:
    english, japanese = ([step.command.split()[:3] for step in steps(page)] for page in PAGES)
    assert english[1:] == japanese[1:]
    assert len(english) > 10


@pytest.mark.parametrize(
    ("said", "answer", "same"),
    [("a  b\n", "a b", True), ("a b c", "a … c", True), ("a b", "a", False), ("x", "", False), ("", "", True)],
)
def test_an_answer_agrees_only_with_what_is_shown(said: str, answer: str, *, same: bool) -> None:
    assert agrees(said, answer) is same
