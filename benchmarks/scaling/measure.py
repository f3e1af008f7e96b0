"""Unit costs that are cheap to measure, measured now: a document judged, a sweep that brings nothing."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from benchmarks import enrol
from benchmarks.measure.memory import run_watched
from core.settings import load_settings
from home import Home

if TYPE_CHECKING:
    from collections.abc import Callable

CUSTOMERS: Final = 2_000
FEW: Final = 20
MANY: Final = 220
DOCUMENT: Final = "本日の会議では、来月の予定と担当について話した。番号 {n} の件は次回に続く。\n" * 110
"""8 KB of prose in which nobody stands."""
SOURCE: Final = (
    '[sources.folder]\nengine = "watched-folder"\nurl = "file://{folder}"\nevery = "15m"\nlegal_basis = "ours"\n'
)


def measured() -> dict[str, float]:
    """Unit costs by their names in `units.toml`, in seconds of processor time."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        everybody = Path(scratch) / "customers.csv"
        enrol.write_customers(everybody, CUSTOMERS)
        enrol.hinomi(home, "init")
        enrol.enrol(home, everybody, "2026-04-01")
        few, many = (_core_s(lambda count=count: _match(home, count)) for count in (FEW, MANY))  # type: ignore[misc]
        (Path(scratch) / "watched").mkdir()
        (home / "sources.toml").write_text(SOURCE.format(folder=Path(scratch) / "watched"), encoding="utf-8")
        sweep = _core_s(lambda: _command(home, "sweep", "folder"))
    return {"judging_core_s": (many - few) / (MANY - FEW), "sweep_core_s": sweep}


def _match(home: Path, count: int) -> None:
    opened = Home.of(load_settings(home))
    for number in range(count):
        opened.archive.hand_in(DOCUMENT.replace("{n}", f"{count}-{number}").encode(), f"{count}-{number}.txt")
    opened.database.close()
    _command(home, "match", "--json")


def _command(home: Path, *arguments: str) -> None:
    run = run_watched([sys.executable, "-m", "cli", "--home", str(home), *arguments], home.parent / "said")
    if run.code:
        raise SystemExit(f"{arguments} exited with {run.code}")


def _core_s(work: Callable[[], None]) -> float:
    """Processor seconds of this process and of children that have ended meanwhile."""
    before = psutil.Process().cpu_times()
    work()
    after = psutil.Process().cpu_times()
    return float(sum(getattr(after, name) - getattr(before, name) for name in before._fields[:4]))
