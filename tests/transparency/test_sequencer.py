"""Each row becomes one leaf, in order, whoever writes it, however many take part and whatever dies."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from core.clock import SystemClock
from core.database import Database
from incidents.timeline.events import add_event
from tests.actors import by
from transparency import sequencer
from transparency.entries import read_entries
from transparency.kinds import KINDS
from transparency.models import LogLeaf, LogWaiting
from transparency.triggers import create_triggers, put_all_in_line

if TYPE_CHECKING:
    import pytest

    from tests.transparency.conftest import LogHome

ROOT = Path(__file__).parents[3]
WRITERS, EACH = 3, 40


def leaves(home: LogHome) -> list[tuple[int, str, int]]:
    with home.database.read() as session:
        columns = (LogLeaf.position, LogLeaf.kind, LogLeaf.row_id)
        return [(p, kind, row) for p, kind, row in session.execute(select(*columns).order_by(LogLeaf.position))]


def test_rows_become_leaves_in_their_order_once(log_home: LogHome) -> None:
    log_home.note("a", 3)
    assert log_home.append() == 3
    assert log_home.append() == 0
    log_home.note("b")
    assert log_home.append() == 1
    assert leaves(log_home) == [(0, "event", 1), (1, "event", 2), (2, "event", 3), (3, "event", 4)]


def test_a_row_that_was_not_committed_is_not_in_line(log_home: LogHome) -> None:
    with log_home.database.read() as session:  # what a reading session changes is thrown away
        add_event(session, "note", actor=by("a"), now=log_home.clock.now(), data={"text": "x"})
        session.flush()
        assert sequencer.is_waiting(session)
    assert log_home.append() == 0


def test_an_event_written_twice_under_one_key_is_one_leaf(log_home: LogHome) -> None:
    for _ in range(2):
        with log_home.database.write() as session:
            add_event(session, "note", actor=by("a"), now=log_home.clock.now(), data={"text": "x"}, key="once")
    assert log_home.append() == 1


def test_a_run_is_a_leaf_when_it_is_over_and_not_before(log_home: LogHome) -> None:
    log_home.write_register()
    log_home.import_trail(1)
    log_home.append()
    assert Counter(kind for _, kind, _ in leaves(log_home)) == {
        "custody": 2, "enrolment": 1, "trail-part": 1, "trail-import": 1, "processor": 1, "extract": 1, "holding": 1,
    }  # fmt: skip
    with log_home.database.write() as session:
        session.execute(text("UPDATE enrolments SET state = 'done'"))
        session.execute(text("UPDATE trail_imports SET state = 'done'"))
    assert log_home.append() == 0


def test_long_lines_are_taken_in_pieces(log_home: LogHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "AT_ONCE", 4)
    log_home.note("many", 11)
    assert log_home.append() == 11
    assert [position for position, _, _ in leaves(log_home)] == list(range(11))


def test_many_writers_and_sequencers_leave_no_row_out_and_none_twice(log_home: LogHome) -> None:
    """Threads with databases of their own, as processes have: some write, all append."""
    url = log_home.database.engine.url.render_as_string(hide_password=False)
    failed: list[BaseException] = []

    def work(number: int) -> None:
        database = Database(url)
        try:
            for count in range(EACH):
                with database.write() as session:
                    words = {"text": f"{number}/{count}"}
                    add_event(session, "note", actor=by(f"w{number}"), now=SystemClock().now(), data=words)
                if count % 7 == number:
                    sequencer.append_waiting(database, SystemClock())
        except BaseException as error:  # noqa: BLE001  # told by the test
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    log_home.append()
    found = leaves(log_home)
    assert [position for position, _, _ in found] == list(range(WRITERS * EACH))
    assert sorted(row for _, _, row in found) == list(range(1, WRITERS * EACH + 1))
    log_home.publish()
    assert log_home.verify().is_whole


KILLED = """
import os, signal, sys
from core.clock import SystemClock
from core.database import Database
from incidents.timeline.events import add_event
from transparency import sequencer
made = sequencer.leaf_hash
count = 0
def die(entry):
    global count
    count += 1
    if count == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    return made(entry)
sequencer.leaf_hash = die
sequencer.AT_ONCE = 5
sequencer.append_waiting(Database(sys.argv[1]), SystemClock())
"""


def test_a_killed_sequencer_leaves_the_line_as_it_was(log_home: LogHome) -> None:
    log_home.note("many", 12)
    url = log_home.database.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert len(leaves(log_home)) == 5
    assert log_home.append() == 7
    assert [row for _, _, row in leaves(log_home)] == list(range(1, 13))


def test_an_older_home_is_taken_in_whole(full_home: LogHome) -> None:
    """As the migration does it: a log that knows nothing, over rows that are there."""
    before = {(kind, row) for _, kind, row in leaves(full_home)}
    for table in ("log_leaves", "log_heads", "log_waiting"):
        full_home.sql(f"DELETE FROM {table}")  # noqa: S608
    full_home.heads_file.unlink()
    with full_home.database.engine.begin() as connection:
        put_all_in_line(connection)
    assert full_home.append() == len(before)
    assert {(kind, row) for _, kind, row in leaves(full_home)} == before
    assert any("vouches for nothing so far" in note for note in full_home.verify().notes)
    full_home.publish()
    assert full_home.verify().is_whole


def test_triggers_that_are_gone_are_made_again(log_home: LogHome) -> None:
    on = " ON events" * (not log_home.database.is_sqlite)
    log_home.sql(f"DROP TRIGGER log_event{on}")
    log_home.note("unseen")
    assert log_home.append() == 0
    with log_home.database.engine.begin() as connection:
        create_triggers(connection)
    log_home.note("seen")
    assert log_home.append() == 1
    assert log_home.damage().where == "event 1"


def test_a_row_that_is_gone_before_its_turn_takes_no_position(log_home: LogHome) -> None:
    log_home.note("a", 2)
    log_home.sql("DELETE FROM events WHERE id = 1")
    assert log_home.append() == 1
    with log_home.database.read() as session:
        assert session.scalar(select(LogWaiting.id)) is None


def test_entries_are_written_alike_on_both_databases(full_home: LogHome) -> None:
    with full_home.database.read() as session:
        entry = read_entries(session, KINDS["event"], [1])[1]
        document = read_entries(session, KINDS["document"], [1])[1]
        register = read_entries(session, KINDS["custody"], [1])[1]
    assert entry == (
        b'{"v":2,"entry":"event","id":1,"incident_id":null,"happened_at":"2026-11-22T03:00:00.000000Z",'
        b'"learned_at":"2026-11-22T03:00:00.000000Z","zone":"","kind":"note","actor":"\\u9234\\u6728","source":"",'
        b'"data":{"text": "before 0", "by": {"how": "os"}},'
        b'"key":null,"search_text":"before 0 note \\u30e1\\u30e2 \\u9234\\u6728"}'
    )
    assert b'"first_seen_at":"2026-11-22T03:00:00.000000Z"' in document
    assert b'"happened_on":"2026-04-01"' in register
