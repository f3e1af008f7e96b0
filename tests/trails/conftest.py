"""What tests of the trails share: a door with a key of its own, and an import in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key, load_key
from trails.imports import ImportResult, plan_import, run_import
from trails.number_digests import KeyedDoor
from trails.store.parts import part_paths, scan

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

HEADER = "日時,作業者ID,端末,操作,お客様番号\n"


class Importer(Protocol):
    """Takes a text in as a file of a system."""

    def __call__(
        self, text: str, *, system: str = "callcenter", name: str = "access.csv", encoding: str = "utf-8"
    ) -> ImportResult:
        """Import ``text`` as a file."""
        ...


@pytest.fixture
def door(settings: Settings) -> KeyedDoor:
    create_key(settings.home / "key")
    return KeyedDoor(Digester(load_key(settings.key, settings.home)), load_kinds()[NUMBER_KIND])


@pytest.fixture
def take(tmp_path: Path, settings: Settings, database: Database, door: KeyedDoor, clock: Clock) -> Importer:
    def import_text(
        text: str, *, system: str = "callcenter", name: str = "access.csv", encoding: str = "utf-8"
    ) -> ImportResult:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        plan = plan_import(path, system, settings.trails_dir, is_number=door.is_number)
        return run_import(plan, settings.trails_dir, database, door, clock)

    return import_text


@pytest.fixture
def stored(settings: Settings, database: Database) -> StoredRecords:
    return StoredRecords(settings, database)


class StoredRecords:
    """What stands in the store now."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def __call__(self) -> pl.DataFrame:
        """All records, in the order of time."""
        with self._database.read() as session:
            paths = part_paths(session, self._settings.trails_dir)
        return scan(paths).collect().sort("when", "operator")
