"""A lens is made of a file and belongs to it alone: missing, cut off or another file's, it is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.trails.conftest import HEADER
from trails.errors import DamagedTrailError
from trails.explore.explorer import open_explorer
from trails.explore.questions import ask

if TYPE_CHECKING:
    from pathlib import Path

    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer
    from trails.explore.explorer import Explorer

LOG = HEADER + "".join(f"2026/10/{1 + i % 28:02d} 10:00:00,op-{i % 3},T{i % 5},照会,K{i:06d}\n" for i in range(200))


@pytest.fixture
def lenses(take: Importer, settings: Settings, database: Database) -> list[Path]:
    take(LOG)
    opened(settings, database)
    return sorted(settings.trails_dir.rglob("*.lens"))


def opened(settings: Settings, database: Database) -> Explorer:
    with database.read() as session:
        return open_explorer(session, settings.trails_dir, zone="Asia/Tokyo")


def test_a_lens_that_is_there_is_not_made_again(lenses: list[Path], settings: Settings, database: Database) -> None:
    before = [path.stat().st_mtime_ns for path in lenses]
    assert ask(opened(settings, database)).rows == 200
    assert [path.stat().st_mtime_ns for path in lenses] == before


@pytest.mark.parametrize("harm", ["removed", "cut", "other", "noise", "empty"])
def test_a_lens_that_does_not_serve_is_made_anew(
    lenses: list[Path], settings: Settings, database: Database, harm: str
) -> None:
    truth = ask(opened(settings, database)).facets
    for path in lenses:
        content = path.read_bytes()
        if harm == "removed":
            path.unlink()
        else:
            changed = {
                "cut": content[:-200],
                "noise": b"x" * 500,
                "empty": b"",
                "other": content[:16] + b"\1" * 32 + content[48:],
            }
            path.write_bytes(changed[harm])
    assert ask(opened(settings, database)).facets == truth


def test_a_file_that_is_gone_is_told(lenses: list[Path], settings: Settings, database: Database) -> None:
    lenses[0].unlink()
    lenses[0].with_suffix(".parquet").unlink()
    with pytest.raises(DamagedTrailError, match="is missing"):
        opened(settings, database)


def test_the_next_import_removes_lenses_that_nothing_belongs_to(
    lenses: list[Path], take: Importer, settings: Settings, database: Database
) -> None:
    stray = lenses[0].with_name("2020-01-000001-0000.lens")
    stray.write_bytes(b"x")
    take(LOG + "2026/11/01 10:00:00,op-1,T1,照会,K000001\n", name="more.csv")
    assert not stray.exists()
    assert lenses[0].exists()
    assert ask(opened(settings, database)).rows == 201
