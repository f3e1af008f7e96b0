"""Sessions on both databases, and what a broken one says."""

from __future__ import annotations

import threading
import traceback
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError

from core.database import Database, DatabaseError
from core.leases import Lease, take_lease

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=9)))


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    with database.write() as session:
        session.add(Lease(name="a", worker="w", until_at=NOON))
    with database.read() as session:
        read = session.scalars(select(Lease.until_at)).one()
    assert read == NOON
    assert read.tzinfo is UTC or read.utcoffset() == timedelta(0)


def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        session.add(Lease(name="a", worker="w", until_at=datetime(2026, 11, 22)))  # noqa: DTZ001


def test_what_a_reading_session_changes_is_thrown_away(database: Database) -> None:
    with database.read() as session:
        session.add(Lease(name="a", worker="w", until_at=NOON))
        session.flush()
    with database.read() as session:
        assert session.scalars(select(Lease)).all() == []


def test_writers_that_read_first_wait_for_each_other(database: Database) -> None:
    with database.write() as session:
        take_lease(session, "n", worker="0", now=NOON, for_s=1)
    failed: list[BaseException] = []

    def add_one_often() -> None:
        try:
            for _ in range(20):
                with database.write() as session:
                    lease = session.scalars(select(Lease).with_for_update()).one()
                    lease.worker = str(int(lease.worker) + 1)
        except BaseException as error:  # noqa: BLE001  # handed to the asserting thread
            failed.append(error)

    threads = [threading.Thread(target=add_one_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with database.read() as session:
        assert session.scalars(select(Lease.worker)).one() == "80"


def test_sqlite_has_its_safe_pragmas(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}", busy_timeout_s=3)
    with database.read() as session:
        got = {
            name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    database.close()
    assert got == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 3000}


def test_a_failing_statement_does_not_show_its_values(database: Database) -> None:
    def add_half_a_row() -> None:
        with database.write() as session:
            session.execute(insert(Lease).values(name="仮名二葉", worker=None, until_at=NOON))

    with pytest.raises(DatabaseError) as caught:
        add_half_a_row()
    shown = "".join(traceback.format_exception(caught.value))
    assert "仮名二葉" not in shown
    assert "NULL" in shown.upper()


@pytest.mark.parametrize("url", ["nonsense", "oracle9://x", "postgresql://u:secret@h:port/x"])
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseError) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
    assert "sqlite:///" in caught.value.hint


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_bytes(b"this is a text, long enough to be read as a header" * 40)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()
    assert "backup" in caught.value.hint


def test_a_missing_table_sends_to_init(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.execute(text("SELECT * FROM incidents"))
    database.close()
    assert "hinomi init" in caught.value.hint


def test_a_server_that_is_not_there_says_so() -> None:
    database = Database("postgresql://hinomi@127.0.0.1:9/none")
    with pytest.raises(DatabaseError) as caught, database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()
    assert caught.value.exit_code == 3
