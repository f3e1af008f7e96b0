"""Analysts stand in folders of unpacked leaks: no module that lies there is ever run, by whatever process of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from custody.enrolment.batches import LARGE_BYTES as LARGE_EXTRACT
from matcher.helpers import HEAVY_ROWS
from trails.record_maker import LARGE_BYTES as LARGE_LOG

HINOMI: Final = Path(sys.executable).with_name("hinomi")
HOSTILE: Final = (
    "multiprocessing", "cli", "core", "demo", "matcher", "judging", "custody", "trails", "json", "pickle", "encodings",
    "polars", "scrapy", "numpy", "home", "scheduler", "site", "sitecustomize", "usercustomize", "_strptime", "queue",
)  # fmt: skip
"""Modules that a process of ours, or Python itself on the way, imports by these names."""
CODE: Final = "import pathlib\npathlib.Path({marker!r}).touch()\nraise SystemExit('ran what lay in the folder')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder full of modules that leave a mark when they are run."""
    folder = tmp_path / "unpacked-leak"
    folder.mkdir()
    code = CODE.format(marker=str(tmp_path / "ran"))
    for name in HOSTILE:
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(code, encoding="utf-8")
    return folder


def hinomi(folder: Path, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
    command = [str(HINOMI), "--home", str(folder.parent / "home"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode in codes, f"{arguments}: {done.stderr[-2000:]}"
    return done.stdout


def customers(path: Path) -> Path:
    """A list that is large enough for workers, by a column that nobody wants."""
    lines = [f"K9{n:05d},架空　第{n}子,090-0000-{n:04d},{'x' * (LARGE_EXTRACT // 200)}\n" for n in range(220)]
    path.write_text("お客様番号,氏名,電話番号,備考\n" + "".join(lines), encoding="utf-8")
    return path


def access_log(path: Path) -> Path:
    """A log that is large enough for helpers."""
    lines = [f"2026-04-01T10:{n:02d}:00,op-1,T1,K900001,{'x' * (LARGE_LOG // 50)}\n" for n in range(55)]
    path.write_text("when,operator,terminal,subjects,note\n" + "".join(lines), encoding="utf-8")
    return path


def strangers(path: Path) -> Path:
    """A document that is large enough for helpers."""
    rows = (f"他人 第{n},090-0999-{n % 10_000:04d}\n" for n in range(2 * HEAVY_ROWS))
    path.write_text("氏名,電話\n" + "".join(rows), encoding="utf-8")
    return path


@pytest.mark.slow
def test_no_command_that_starts_a_process_runs_what_lies_in_the_current_folder(folder: Path) -> None:
    ran = folder.parent / "ran"
    hinomi(folder, "demo", "--once")  # enrols, sweeps and matches, each in children, over sites that are children too
    hinomi(folder, "enroll", str(customers(folder.parent / "list.csv")), "--extract", "large", "--yes")
    hinomi(folder, "scan", str(strangers(folder.parent / "strangers.csv")), "--json", codes=(0, 11))
    log = str(access_log(folder.parent / "access.csv"))
    hinomi(folder, "trails", "import", log, "--system", "crm", "--json")
    hinomi(folder, "drill")
    assert not ran.exists()


def test_the_folder_would_be_noticed(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", "import queue"], cwd=folder, check=False, capture_output=True)
    assert done.returncode
    assert (folder.parent / "ran").exists()
