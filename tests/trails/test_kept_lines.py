"""Lines are kept sealed beside their records: each is found by its record's digest, and no changed one is given."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import Key, load_key
from tests.trails.conftest import HEADER
from trails.errors import DamagedTrailError
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor
from trails.store.kept_lines import CHUNK_LINES, LineKeeper, lines_path, read_line
from trails.store.lines_forgetting import KeptFile, forget_lines
from trails.store.parts import part_paths
from trails.store.retention import expire

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

LINES = [
    f"2026/{7 + i % 3:02d}/{1 + i % 28:02d} 10:{i % 60:02d}:{i // 60 % 60:02d},op-{i % 7},T{i % 5},照会,K{i:06d}"
    for i in range(40_000)
]
KEY = Key(b"k" * 32)
DOOR = KeyedDoor(Digester(KEY), load_kinds()[NUMBER_KIND])


class Kept:
    """An import whose lines were kept."""

    def __init__(self, folder: Path, settings: Settings, database: Database, clock: SetClock, door: KeyedDoor) -> None:
        log = folder / "access.csv"
        log.write_text(HEADER + "\n".join(LINES) + "\n", encoding="utf-8")
        self.key = load_key(settings.key, settings.home)
        self.door = door
        plan = plan_import(log, "callcenter", settings.trails_dir, is_number=door.is_number)
        run_import(plan, settings.trails_dir, database, door, clock, keeper=LineKeeper(self.key))
        with database.read() as session:
            self.parts = part_paths(session, settings.trails_dir)

    def read(self, part: Path, digest: int) -> str | None:
        """The line of a digest."""
        return read_line(part, digest, key=self.key, door=self.door)


@pytest.fixture
def kept(tmp_path: Path, settings: Settings, database: Database, clock: SetClock, door: KeyedDoor) -> Kept:
    return Kept(tmp_path, settings, database, clock, door)


def digests(part: Path) -> list[int]:
    return pl.read_parquet(part, columns=["line"])["line"].to_list()


def test_every_record_leads_to_its_own_line(kept: Kept) -> None:
    known = dict(zip(kept.door.lines(LINES).tolist(), LINES, strict=True))
    for part in kept.parts:
        for digest in digests(part)[::1499]:
            assert kept.read(part, digest) == known[digest]


def test_no_line_stands_in_the_clear(kept: Kept) -> None:
    for part in kept.parts:
        content = lines_path(part).read_bytes()
        assert b"op-1" not in content
        assert "照会".encode() not in content


def test_a_changed_byte_of_a_line_is_noticed(kept: Kept) -> None:
    part = kept.parts[0]
    content = bytearray(lines_path(part).read_bytes())
    content[-40] ^= 1
    lines_path(part).write_bytes(content)
    last = kept.door.lines([line for line in LINES if line.startswith("2026/07")])[-1]
    with pytest.raises(DamagedTrailError):
        kept.read(part, int(last))


def test_lines_of_another_month_do_not_stand_for_these(kept: Kept) -> None:
    first, second = (lines_path(part) for part in kept.parts[:2])
    second.write_bytes(first.read_bytes())
    with pytest.raises(DamagedTrailError):
        kept.read(kept.parts[1], digests(kept.parts[1])[0])


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"HINOMI-LINES-1\n\0\xff\0\0\0{}"])
def test_a_file_that_is_none_is_noticed(kept: Kept, content: bytes) -> None:
    lines_path(kept.parts[0]).write_bytes(content)
    with pytest.raises(DamagedTrailError):
        kept.read(kept.parts[0], digests(kept.parts[0])[0])


def test_another_key_opens_nothing(kept: Kept) -> None:
    with pytest.raises(DamagedTrailError):
        read_line(kept.parts[0], digests(kept.parts[0])[0], key=KEY, door=kept.door)


def test_a_home_of_before_kept_none(kept: Kept) -> None:
    lines_path(kept.parts[0]).unlink()
    assert kept.read(kept.parts[0], digests(kept.parts[0])[0]) is None


def test_lines_go_with_their_records(kept: Kept, settings: Settings, database: Database, clock: SetClock) -> None:
    assert all(lines_path(part).is_file() for part in kept.parts)
    expire(database, settings.trails_dir, keep_days=1, now=clock.now())
    assert not list(settings.trails_dir.rglob("*.lines"))
    assert not list(settings.trails_dir.rglob("*.parquet"))


@given(
    blocks=st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=6), min_size=1, max_size=4),
    writes=st.sets(st.integers(0, 3)),
)
def test_whatever_stands_in_a_line_is_given_back(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[list[str]], writes: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("kept")
    keeper = LineKeeper(KEY)
    keeper.begin(7)
    where: dict[str, Path] = {}
    waiting: list[str] = []
    for number, block in enumerate(blocks):
        keeper.add("2026-01", pl.Series(block, dtype=pl.String), DOOR.lines(block))
        waiting += block
        if number in writes or number == len(blocks) - 1:
            part = folder / f"{number}.parquet"
            assert keeper.write("2026-01", part) is not None
            where |= dict.fromkeys(waiting, part)
            waiting = []
    keeper.close()
    assert keeper.write("2026-02", folder / "x.parquet") is None
    for text, part in where.items():
        if text:  # an empty line has no digest, and is no record
            assert read_line(part, int(DOOR.lines([text])[0]), key=KEY, door=DOOR) == text


def test_more_lines_than_a_chunk_holds_are_found_on_both_sides_of_its_end(tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(CHUNK_LINES + 2)]
    keeper = LineKeeper(KEY)
    keeper.begin(1)
    keeper.add("2026-01", pl.Series(lines), DOOR.lines(lines))
    keeper.write("2026-01", tmp_path / "a.parquet")
    keeper.close()
    for number in (0, CHUNK_LINES - 1, CHUNK_LINES, CHUNK_LINES + 1):
        digest = int(DOOR.lines([lines[number]])[0])
        assert read_line(tmp_path / "a.parquet", digest, key=KEY, door=DOOR) == lines[number]
    assert np.uint64(0) not in DOOR.lines(lines)


@pytest.mark.parametrize("asked", [{"system": "callcenter"}, {"before": datetime(2026, 8, 15, tzinfo=UTC)}])
def test_lines_are_forgotten_by_system_or_age_and_records_stay(
    kept: Kept, settings: Settings, database: Database, asked: dict[str, Any]
) -> None:
    before = [(part, part.read_bytes()) for part in kept.parts]
    lasts = {part: pl.read_parquet(part, columns=["when"])["when"].max() for part in kept.parts}
    wanted = [part for part in kept.parts if "system" in asked or lasts[part] < asked["before"]]
    assert wanted
    hashes = {str(lines_path(one)): hashlib.sha256(lines_path(one).read_bytes()).hexdigest() for one in wanted}
    heard: list[tuple[str, dict[str, str]]] = []

    def told(system: str, files: Sequence[KeptFile]) -> None:
        assert all((settings.trails_dir / one.path).is_file() for one in files)
        heard.append((system, {str(settings.trails_dir / one.path): one.sha256 for one in files}))

    gone = forget_lines(database, settings.trails_dir, told=told, **asked)
    assert heard == [("callcenter", hashes)]
    assert [len(files) for files in gone.values()] == [len(wanted)]
    assert [(part, part.read_bytes()) for part in kept.parts] == before
    for part in kept.parts:
        line = kept.read(part, digests(part)[0])
        assert (line is None) == (part in wanted)
    assert forget_lines(database, settings.trails_dir, told=told, **asked) == {}
    assert len(heard) == 1


def test_no_line_goes_that_nobody_was_told_of(kept: Kept, settings: Settings, database: Database) -> None:
    def failing(_system: str, _files: Sequence[KeptFile]) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        forget_lines(database, settings.trails_dir, told=failing, system="callcenter")
    assert all(lines_path(part).is_file() for part in kept.parts)
    assert forget_lines(database, settings.trails_dir, told=failing, system="elsewhere") == {}
