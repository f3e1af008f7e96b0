"""A backup is of one moment, whole or without a name, holds no key, and every byte of it is vouched for."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from cli.main import run
from core.settings import load_settings
from fingerprints.secrets.keys import create_key
from upkeep.keyring import holds_key
from upkeep.manifest import find_differences, read_backup_manifest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.upkeep.conftest import Said

WRITER = """
import sys, itertools
from pathlib import Path
from cli.main import run
home, folder = sys.argv[1], Path(sys.argv[2])
for n in itertools.count():
    file = folder / f"more{n}.csv"
    file.write_text(f"顧客番号,電話番号\\nW{n:07d},090-05{n % 100:02d}-77{n % 100:02d}\\n", encoding="utf-8")
    run(["--home", home, "enroll", str(file), "--extract", f"more{n}", "--yes", "--json"])
    text = folder / f"post{n}.txt"
    text.write_text(f"hanako.yamazaki@mail.example 090-0321-7745 {n}", encoding="utf-8")
    run(["--home", home, "scan", str(text), "--open", "--json"])
"""


ENOUGH = 2
"""Generations that are copied while enrolments switch them."""


def begin(code: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=dict(os.environ), start_new_session=True,
    )  # fmt: skip


def test_a_restored_home_verifies_and_finds_the_same(
    made: Path, kept: Path, tmp_path: Path, call: Callable[..., Said]
) -> None:
    words = ("backup", str(tmp_path / "b"), "--with-archive", "--with-key", str(tmp_path / "keys"))
    code, (taken,) = call(kept, *words)
    assert (code, taken["archive"], taken["has_archive"]) == (0, 1, True)
    before = call(kept, "scan", str(made / "leak.txt"))
    code, (done,) = call(tmp_path / "new", "restore", str(tmp_path / "b"), "--key", str(tmp_path / "keys"))
    assert (code, done["missing"], done["damages"]) == (0, [], [])
    assert call(tmp_path / "new", "scan", str(made / "leak.txt")) == before
    assert call(tmp_path / "new", "incidents", "list") == call(kept, "incidents", "list")
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    for home, kind in ((kept, "backed-up"), (tmp_path / "new", "restored")):
        assert [one["kind"] for one in call(home, "incidents", "search", f"kind:{kind}")[1]] == [kind]


def test_missing_warc_files_are_named_and_no_failure(kept: Path, tmp_path: Path, call: Callable[..., Said]) -> None:
    assert call(kept, "backup", str(tmp_path / "b"), "--with-key", str(tmp_path / "keys"))[0] == 0
    key = ("--key", str(tmp_path / "keys"))
    code, (done,) = call(tmp_path / "without", "restore", str(tmp_path / "b"), *key)
    assert (code, len(done["missing"]), done["damages"]) == (0, 1, [])
    code, (done,) = call(tmp_path / "with", "restore", str(tmp_path / "b"), *key, "--archive", str(kept / "archive"))
    assert (code, done["missing"]) == (0, [])
    assert run(["--home", str(tmp_path / "with"), "verify"]) == 0


def test_no_key_is_in_a_backup(kept: Path, tmp_path: Path, call: Callable[..., Said]) -> None:
    create_key(kept / "next-one")  # for a change of keys, under a name that nobody knows
    (kept / "web-secret").write_text("A" * 43, encoding="ascii")
    (kept / "secrets.toml").write_text('forum = "hush-hush"\n', encoding="utf-8")
    secrets = [(kept / name).read_bytes().strip() for name in ("key", "log-key", "next-one", "web-secret")]
    assert call(kept, "backup", str(tmp_path / "b"), "--with-key", str(tmp_path / "keys"))[0] == 0
    files = [path for path in (tmp_path / "b").rglob("*") if path.is_file()]
    assert not [path for path in files if holds_key(path)]
    for content in (path.read_bytes() for path in files):
        assert not [one for one in (*secrets, b"hush-hush") if one in content]
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert call(tmp_path / "new", "restore", str(tmp_path / "b"), "--key", str(tmp_path / "keys"))[0] == 0
    for name in ("key", "log-key", "web-secret", "secrets.toml"):
        assert (tmp_path / "new" / name).read_bytes() == (kept / name).read_bytes()


def test_another_key_is_refused_before_anything_is_written(
    kept: Path, tmp_path: Path, call: Callable[..., Said], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(kept, "backup", str(tmp_path / "b"))[0] == 0
    create_key(tmp_path / "other")
    code = run(["--home", str(tmp_path / "new"), "restore", str(tmp_path / "b"), "--key", str(tmp_path / "other")])
    assert code == 2
    assert "made under key" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_home_that_is_not_empty_is_left_alone(kept: Path, tmp_path: Path, call: Callable[..., Said]) -> None:
    assert call(kept, "backup", str(tmp_path / "b"))[0] == 0
    there = sorted(path.name for path in kept.iterdir())
    assert call(kept, "restore", str(tmp_path / "b"))[0] == 2
    assert sorted(path.name for path in kept.iterdir()) == there
    assert call(kept, "backup", str(tmp_path / "b"))[0] == 2, "a backup is never written over another"
    for inside in (kept / "b", kept / "index" / "b"):
        assert call(kept, "backup", str(inside))[0] == 2
    for key in (kept / "k", tmp_path / "c" / "k"):
        assert call(kept, "backup", str(tmp_path / "c"), "--with-key", str(key))[0] == 2


def test_a_flipped_byte_anywhere_is_named(kept: Path, tmp_path: Path, call: Callable[..., Said]) -> None:
    assert call(kept, "backup", str(tmp_path / "b"), "--with-archive")[0] == 0
    assert call(tmp_path, "backup", str(tmp_path / "b"), "--check")[0] == 0
    chance = random.Random(7)  # noqa: S311  # the same bytes each time
    for path in sorted(path for path in (tmp_path / "b").rglob("*") if path.is_file() and path.stat().st_size):
        whole = path.read_bytes()
        at = chance.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        name = path.relative_to(tmp_path / "b").as_posix()
        code, printed = call(tmp_path, "backup", str(tmp_path / "b"), "--check")
        assert code != 0, name
        if not name.startswith("manifest."):
            assert [one["file"] for one in printed[0]["differences"]] == [name]
        assert call(tmp_path / "new", "restore", str(tmp_path / "b"))[0] == 3, name
        assert not (tmp_path / "new").exists()
        path.write_bytes(whole)
    (tmp_path / "b" / "home" / "more").write_text("x", encoding="utf-8")
    assert call(tmp_path, "backup", str(tmp_path / "b"), "--check")[0] == 1


@pytest.mark.timeout(300)
def test_backups_while_others_write_are_each_of_one_moment(
    kept: Path, tmp_path: Path, call: Callable[..., Said]
) -> None:
    (tmp_path / "in").mkdir()
    writer = begin(WRITER, str(kept), str(tmp_path / "in"))
    try:
        taken: dict[str, int] = {}
        for n in range(60):
            words = ("backup", str(tmp_path / f"b{n}"), "--with-archive", "--with-key", str(tmp_path / f"k{n}"))
            assert call(kept, *words)[0] == 0
            taken[read_backup_manifest(tmp_path / f"b{n}").generation] = n
            if len(taken) > ENOUGH:
                break
        assert writer.poll() is None, "nobody wrote"
    finally:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    for n in taken.values():
        new = tmp_path / f"r{n}"
        code, (done,) = call(new, "restore", str(tmp_path / f"b{n}"), "--key", str(tmp_path / f"k{n}"))
        assert (code, done["missing"], done["damages"]) == (0, [], [])
    assert len(taken) > ENOUGH, "no enrolment switched the index meanwhile"


@pytest.mark.timeout(300)
def test_what_was_killed_half_way_has_no_name_that_looks_whole(kept: Path, tmp_path: Path) -> None:
    _grow(kept / "hinomi.db")
    folder, cut = tmp_path / "b", 0
    code = "import sys; from cli.main import run; sys.exit(run(sys.argv[1:]))"
    for n in range(8):
        child = begin(code, "--home", str(kept), "backup", str(folder))
        until = time.monotonic() + 60
        while not folder.with_name("b.part").exists() and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(0.02 * n)
        child.send_signal(signal.SIGKILL)
        child.wait()
        if folder.exists():
            assert not list(find_differences(folder, read_backup_manifest(folder)))
            break
        cut += 1
    assert cut
    assert run(["--home", str(kept), "backup", str(tmp_path / "b" if not folder.exists() else tmp_path / "c")]) == 0
    assert not list(kept.glob("index/pinned-*")), "a dead run's links were left in the index"


def _grow(file: Path) -> None:
    """Some megabytes, so that there is a half way."""
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE ballast (x BLOB)")
        connection.executemany("INSERT INTO ballast VALUES (randomblob(1048576))", [()] * 64)
    connection.close()


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Any:
    """Two empty databases; a home's settings name the first."""
    import psycopg

    names = [f"upkeep_{os.urandom(5).hex()}" for _ in range(2)]
    with psycopg.connect(f"{postgresql_url}/postgres", autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"')
        yield [f"{postgresql_url}/{name}" for name in names]
        for name in names:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_database_of_postgresql_comes_back_row_by_row(
    made: Path, tmp_path: Path, on_postgresql: list[str], call: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HINOMI_DATABASE__URL", on_postgresql[0])
    home = tmp_path / "pg"
    assert run(["--home", str(home), "init", "--heads", "none"]) == 0
    assert call(home, "enroll", str(made / "customers.csv"), "--extract", "base", "--yes")[0] == 0
    assert call(home, "scan", str(made / "leak.txt"), "--open")[0] == 10
    words = ("backup", str(tmp_path / "b"), "--with-archive", "--with-key", str(tmp_path / "keys"))
    code, (taken,) = call(home, *words)
    assert (code, taken["database"]) == (0, "postgresql")
    listed = call(home, "incidents", "list")
    restore = ("restore", str(tmp_path / "b"), "--key", str(tmp_path / "keys"))
    assert call(tmp_path / "new", *restore)[0] == 2, "the database it came from is not empty"
    monkeypatch.setenv("HINOMI_DATABASE__URL", on_postgresql[1])
    code, (done,) = call(tmp_path / "new", *restore)
    assert (code, done["missing"], done["damages"]) == (0, [], [])
    assert call(tmp_path / "new", "incidents", "list") == listed
    (tmp_path / "other.txt").write_text("C0010002 渡部太一 taichi.watabe@mail.example", encoding="utf-8")
    assert call(tmp_path / "new", "scan", str(tmp_path / "other.txt"), "--open")[0] == 10, "numbers go on from the last"
    assert run(["--home", str(tmp_path / "new"), "verify"]) == 0
    assert load_settings(tmp_path / "new").database.url == on_postgresql[1]
