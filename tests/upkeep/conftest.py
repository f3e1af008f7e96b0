"""A home with customers, an incident and a record, made by the commands themselves."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import run
from tests.upgrades.test_old_homes import CUSTOMERS, LEAK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Said = tuple[int, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; whoever changes it takes a copy."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "leak.txt").write_text(LEAK, encoding="utf-8")
    home = ["--home", str(folder / "home")]
    assert run([*home, "init", "--heads", "none"]) == 0
    assert run([*home, "enroll", str(folder / "customers.csv"), "--extract", "base", "--yes", "--json"]) == 0
    assert run([*home, "scan", str(folder / "leak.txt"), "--open", "--json"]) == 10
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    shutil.copytree(made / "home", tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command; its code and what it printed for scripts."""

    def called(home: Path, *words: str) -> Said:
        capsys.readouterr()
        code = run(["--home", str(home), *words, "--json"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return called
