"""Killed at any moment, on a full disk, or with a damaged file: a whole index serves, and the fault is named."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pyroaring import BitMap

from core.files import FullDiskError
from fingerprints.building.builder import build_index
from fingerprints.building.compaction import compact
from fingerprints.building.forgetting import forget_subjects
from fingerprints.errors import DamagedIndexError, IndexBusyError
from fingerprints.index.folder import writing_lock
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import Key
from tests.fingerprints.contents import contents
from tests.fingerprints.people import DAY, customers
from tests.servers.child import ended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

KEY = Key(b"i" * 32)
KILLS = 12
WRITER = """
    import sys
    from datetime import timedelta
    from pathlib import Path
    from fingerprints.building.builder import build_index
    from fingerprints.building.compaction import compact
    from fingerprints.index.folder import writing_lock
    from fingerprints.index.generation import Index
    from fingerprints.secrets.keys import Key
    from tests.fingerprints.people import DAY, customers

    folder, key = Path(sys.argv[1]), Key(b"i" * 32)
    print("here", flush=True)
    for days in range(1, 1000):
        rows = customers(range(60))
        rows["phone"][days % 60] = f"090-0001-{days:04d}"
        build_index(folder, key, "all", rows, as_of=DAY + timedelta(days=days))
        if days % 2:
            with writing_lock(folder):
                compact(folder, Index.open(folder, key), whole=True)
"""


def test_writers_killed_at_any_moment_leave_a_whole_index(tmp_path: Path) -> None:
    build_index(tmp_path, KEY, "all", customers(range(60)), as_of=DAY)
    draw = random.Random(5)  # noqa: S311  # moments to kill at
    for _ in range(KILLS):
        with ended(
            subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)], stdout=subprocess.PIPE, text=True
            )
        ) as child:
            assert child.stdout
            assert child.stdout.readline() == "here\n"
            time.sleep(draw.random())
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
        index = Index.open(tmp_path, KEY, check=True)
        assert index.subjects == 60
        last = max(one.as_of for one in index.enrolments)
        fresh = tmp_path.with_name(f"fresh-{last}")
        if not fresh.exists():
            for one in sorted({info.as_of for info in index.enrolments}):
                days = one - min(info.as_of for info in index.enrolments)
                rows = customers(range(60))
                if days:
                    rows["phone"][days % 60] = f"090-0001-{days:04d}"
                build_index(fresh, KEY, "all", rows, as_of=DAY + timedelta(days=days))
        assert contents(index) == contents(Index.open(fresh, KEY))
    build_index(tmp_path, KEY, "more", customers(range(70)), as_of=DAY)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("module", "step"),
    [
        ("building.merging", "RecordWriter"),
        ("building.merging", "write_filter"),
        ("building.compaction", "link_files"),
        ("building.compaction", "write_manifest"),
        ("building.compaction", "switch_to"),
        ("building.compaction", "remove_old"),
    ],
)
def test_a_compaction_killed_at_any_step_changes_nothing(tmp_path: Path, module: str, step: str) -> None:
    for days in range(2):
        rows = customers(range(60 + days))
        rows["phone"][3] = f"090-0001-{days:04d}"
        build_index(tmp_path, KEY, "all", rows, as_of=DAY + timedelta(days=days))
    before = contents(Index.open(tmp_path, KEY))
    script = f"""
        import sys
        from pathlib import Path
        from fingerprints.building import compaction
        import fingerprints.{module} as module
        from fingerprints.index.folder import writing_lock
        from fingerprints.index.generation import Index
        from fingerprints.secrets.keys import Key

        def stop(*args, **kwargs):
            print("here", flush=True)
            sys.stdin.read()

        module.{step} = stop
        folder = Path(sys.argv[1])
        with writing_lock(folder):
            compaction.compact(folder, Index.open(folder, Key(b"i" * 32)), whole=True)
    """
    with ended(
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "here\n"
        with pytest.raises(IndexBusyError):
            build_index(tmp_path, KEY, "third", customers(range(3)), as_of=DAY)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert contents(Index.open(tmp_path, KEY, check=True)) == before
    with writing_lock(tmp_path):
        compact(tmp_path, Index.open(tmp_path, KEY), whole=True)
    assert contents(Index.open(tmp_path, KEY, check=True)) == before


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """Writes beyond a size fail, as on a full disk; Python ignores the signal that comes with it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size_bytes", [100, 1000, 3000, 10_000, 40_000])
def test_without_room_the_last_index_serves_and_the_folder_is_named(tmp_path: Path, size_bytes: int) -> None:
    build_index(tmp_path, KEY, "all", customers(range(50)), as_of=DAY)
    before = contents(Index.open(tmp_path, KEY))
    with pytest.raises(FullDiskError, match="there was no room") as caught, files_no_larger_than(size_bytes):
        build_index(tmp_path, KEY, "all", customers(range(50, 1000)), as_of=DAY + timedelta(days=1))
    assert str(tmp_path) in str(caught.value)
    assert "as it was" in caught.value.hint
    assert contents(Index.open(tmp_path, KEY, check=True)) == before
    assert not list(tmp_path.glob("*.part"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two mebibytes, where the system lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command; file size limits stand in for a full disk")
    if done.returncode:
        pytest.skip(f"cannot mount a small disk: {done.stderr.decode().strip()}; file size limits stand in for it")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_disk_that_is_really_full_is_an_error_and_no_end(small_disk: Path) -> None:
    build_index(small_disk / "index", KEY, "all", customers(range(50)), as_of=DAY)
    before = contents(Index.open(small_disk / "index", KEY))
    left = [800_000, 650_000, 500_000, 350_000, 200_000, 100_000, 8_000]
    for size_bytes in left:  # the run gets further each time before there is no room
        (small_disk / "filler").unlink(missing_ok=True)
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        (small_disk / "filler").write_bytes(b"\1" * max(free - size_bytes, 0))
        with pytest.raises(FullDiskError):
            build_index(small_disk / "index", KEY, "all", customers(range(50, 2900)), as_of=DAY + timedelta(days=1))
        assert contents(Index.open(small_disk / "index", KEY, check=True)) == before
    (small_disk / "filler").unlink()
    build_index(small_disk / "index", KEY, "all", customers(range(60)), as_of=DAY + timedelta(days=1))


def _two_generations(folder: Path) -> Index:
    build_index(folder, KEY, "all", customers(range(50)), as_of=DAY)
    build_index(folder, KEY, "all", customers(range(55)), as_of=DAY + timedelta(days=1))
    return Index.open(folder, KEY)


@pytest.mark.parametrize(
    "file", ["s000002/digests.u64", "s000002/sealed.data", "manifest.json", "members-000002.roaring"]
)
def test_a_damaged_generation_gives_way_to_the_last_good_one(tmp_path: Path, file: str) -> None:
    index = _two_generations(tmp_path)
    path = index.folder / file
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DamagedIndexError):
        Index.open(tmp_path, KEY)
    serving = Index.open_good(tmp_path, KEY)
    assert (serving.generation, serving.subjects) == (1, 50)
    assert str(path) in serving.damage
    assert Index.open_good(tmp_path, KEY).members("all") == BitMap(range(50))


def test_damage_that_every_generation_shares_is_an_error(tmp_path: Path) -> None:
    index = _two_generations(tmp_path)
    path = index.folder / "s000001" / "digests.u64"
    with path.open("r+b") as file:
        file.truncate(100)
    with pytest.raises(DamagedIndexError, match="it has 100 bytes"):
        Index.open_good(tmp_path, KEY)


def test_a_flipped_byte_in_any_file_is_found_and_named(tmp_path: Path) -> None:
    index = _two_generations(tmp_path)
    files = [path for path in index.folder.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(files) > 30
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 0x10]))
        with pytest.raises(DamagedIndexError) as caught:
            Index.open(tmp_path, KEY, check=True)
        assert str(path) in str(caught.value)
        path.write_bytes(content)
    Index.open(tmp_path, KEY, check=True)


def test_forgetting_from_several_segments_leaves_no_byte(tmp_path: Path) -> None:
    from tests.fingerprints.test_forgetting import _traces

    for days in range(4):
        rows = customers(range(60))
        rows["phone"][17] = f"090-0002-{days:04d}"
        rows["address"][17] = f"東京都千代田区千代田{days}-77-3"
        build_index(tmp_path, KEY, "all", rows, as_of=DAY + timedelta(days=days))
        build_index(tmp_path, KEY, f"part-{days}", customers(range(15, 20)), as_of=DAY + timedelta(days=days))
    assert _traces(tmp_path, 17)
    with writing_lock(tmp_path):
        forget_subjects(tmp_path, Index.open(tmp_path, KEY), BitMap([17]))
    assert _traces(tmp_path, 17) == []
    index = Index.open(tmp_path, KEY, check=True)
    assert len(index.segments) == 1
    assert all(17 not in index.members_of(one) for one in index.enrolments)
