"""When heads are signed, where they go, and what happens when a place cannot be reached."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from transparency.errors import NoLogKeyError
from transparency.heads import is_head_due, publish
from transparency.notes import read_note

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transparency.conftest import LogHome


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """SQLite is enough: `test_verifying` signs on both."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


def with_log(home: LogHome, **changes: Any) -> None:
    log = home.settings.log.model_copy(update=changes)
    home.settings = home.settings.model_copy(update={"log": log})


def is_due(home: LogHome) -> bool:
    with home.database.read() as session:
        return is_head_due(session, home.settings.log, home.clock.now())


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_head_is_due_for_the_first_leaf_then_daily_or_after_many(log_home: LogHome) -> None:
    with_log(log_home, head_every_leaves=5)
    assert not is_due(log_home)
    log_home.note()
    log_home.append()
    assert is_due(log_home)
    log_home.publish()
    log_home.note("few", 4)
    log_home.append()
    assert not is_due(log_home)
    log_home.note("one more")
    log_home.append()
    assert is_due(log_home)
    log_home.publish()
    log_home.clock.advance(timedelta(days=2))
    assert not is_due(log_home)  # nothing is new
    log_home.note("after a day")
    log_home.append()
    assert is_due(log_home)


def test_heads_are_lines_that_are_only_added(log_home: LogHome) -> None:
    log_home.note()
    log_home.publish()
    before = log_home.heads_file.read_bytes()
    log_home.publish()
    assert log_home.heads_file.read_bytes() == before
    log_home.note()
    log_home.publish()
    assert log_home.heads_file.read_bytes().startswith(before)
    assert [read_note(line["note"]).head.size for line in lines(log_home.heads_file)] == [1, 2]


def test_a_new_file_gets_every_head(log_home: LogHome, tmp_path: Path) -> None:
    for _ in range(3):
        log_home.note()
        log_home.publish()
    other = tmp_path / "auditor" / "heads.jsonl"
    with_log(log_home, head_files=["log-heads.jsonl", str(other)])
    log_home.publish()
    assert lines(other) == lines(log_home.heads_file)
    assert log_home.verify().places == ("the database", str(log_home.heads_file), str(other))


def test_a_place_out_of_reach_is_told_and_gets_its_heads_later(log_home: LogHome, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    with_log(log_home, head_files=[str(blocked / "heads.jsonl"), "log-heads.jsonl"])
    log_home.note()
    done = publish(log_home.settings, log_home.database, log_home.clock)
    assert (done.is_new, done.unwritten) == (True, (blocked / "heads.jsonl",))
    assert len(lines(log_home.settings.head_paths[1])) == 1
    blocked.unlink()
    assert publish(log_home.settings, log_home.database, log_home.clock).unwritten == ()
    assert len(lines(blocked / "heads.jsonl")) == 1


def test_a_crash_between_file_and_database_writes_no_head_twice(log_home: LogHome) -> None:
    log_home.note()
    log_home.publish()
    log_home.sql("UPDATE log_heads SET places = '[]'")
    log_home.publish()
    assert len(lines(log_home.heads_file)) == 1


def test_a_torn_line_is_not_written_into(log_home: LogHome) -> None:
    log_home.note()
    log_home.publish()
    with log_home.heads_file.open("a") as file:
        file.write('{"size": 2, "no')
    log_home.note()
    log_home.publish()
    assert json.loads(log_home.heads_file.read_text(encoding="utf-8").splitlines()[-1])["size"] == 2
    assert log_home.damage().where.startswith("line 2")


def test_without_its_key_nothing_is_signed(log_home: LogHome) -> None:
    log_home.settings.log_key_path.unlink()
    log_home.note()
    with pytest.raises(NoLogKeyError):
        log_home.publish()
    assert not log_home.heads_file.exists()


def test_a_home_that_was_moved_is_whole(log_home: LogHome, tmp_path: Path) -> None:
    log_home.note()
    log_home.publish()
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("log-key", "log-key.pub", "log-heads.jsonl"):
        (log_home.settings.home / name).rename(moved / name)
    log_home.settings = log_home.settings.model_copy(update={"home": moved})
    assert log_home.verify().is_whole
