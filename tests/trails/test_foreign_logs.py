"""Logs in layouts that were not ours to choose: each says who touched whom and when, with no mapping given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from tests.trails.foreign_logs import FOREIGN
from trails.imports import plan_import

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings
    from tests.trails.conftest import Importer, StoredRecords
    from trails.number_digests import KeyedDoor


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """How a file is read does not depend on the database."""
    file = tmp_path / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.mark.parametrize("name", FOREIGN)
def test_every_touch_is_read_and_nothing_else_dropped(
    name: str, take: Importer, stored: StoredRecords, door: KeyedDoor
) -> None:
    log = FOREIGN[name]
    result = take(log.text, encoding=log.encoding)
    records = stored().with_columns(pl.col("operator", "action").cast(pl.String))
    found = sorted(
        (f"{when:%Y-%m-%dT%H:%M:%S}", who or "", action or "", subject)
        for when, who, action, subject in records.select("when", "operator", "action", "subject").iter_rows()
    )
    expected = sorted(
        (when, who or "", action or "", int(door.numbers([number])[0]) if number else 0)
        for when, who, action, number in log.touches
    )
    assert found == expected
    assert tuple(one.line for one in result.dropped) == log.dropped
    assert all(one.reason for one in result.dropped)
    assert take(log.text, encoding=log.encoding).new == 0


@pytest.mark.parametrize("name", FOREIGN)
def test_the_proposed_mapping_names_the_right_columns(
    name: str, tmp_path: Path, settings: Settings, door: KeyedDoor
) -> None:
    log, path = FOREIGN[name], tmp_path / "log"
    path.write_bytes(log.text.encode(log.encoding))
    mapping = plan_import(path, "foreign", settings.trails_dir, is_number=door.is_number).mapping
    assert {name: mapping.fields.get(name) for name, _ in log.fields} == {name: (col,) for name, col in log.fields}
    assert mapping.zone == log.zone
