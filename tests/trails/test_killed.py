"""A killed import leaves nothing that anybody reads, and can be run again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.trails.conftest import HEADER
from trails.gaps import read_gaps
from trails.models import TrailDay, TrailImport

if TYPE_CHECKING:
    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer, StoredRecords

pytestmark = pytest.mark.slow

CHILD = Path(__file__).with_name("killed_import.py")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("step", ["started", "reading", "written", "placed"])
def test_a_killed_import_leaves_nothing_and_can_be_run_again(
    step: str,
    take: Importer,
    stored: StoredRecords,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    database_url: str,
) -> None:
    take(HEADER + "2026/04/01 10:00:00,op-1,T1,照会,K000001\n")
    text = HEADER + "".join(
        f"2026/0{4 + i % 3}/0{1 + i % 9} 10:00:0{i % 7},op-1,T1,照会,K{i:06d}\n" for i in range(500)
    )
    file = tmp_path / "second.csv"
    file.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "tests.trails.killed_import", str(settings.home), database_url, str(file), step]
    killed = subprocess.run(command, cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(stored()) == 1
    with database.read() as session:
        assert read_gaps(session) == []
        assert session.scalars(select(TrailDay.records)).all() == [1]
    again = take(text, name="second.csv")
    assert again.new == len(stored()) - 1 == len(set(text.splitlines())) - 1
    files = list(settings.trails_dir.rglob("*.parquet"))
    assert sum(path.stat().st_size > 0 for path in files) == len(files) == 4
    assert not list(settings.trails_dir.glob("staging/*/*"))
    with database.read() as session:
        assert session.scalars(select(TrailImport.state).order_by(TrailImport.id)).all() == ["done", "failed", "done"]
