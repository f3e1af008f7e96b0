"""From waiting documents to incidents: for real, once, and past documents that hang, crash or swell."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from core.processes.names import machine_name
from incidents import queries
from incidents.desk.front import overview
from incidents.models import Event, FindingMatch, FindingRow, Incident
from judging.child import PLAIN_ALONE, ChildJudge
from judging.queue import Matching, match_waiting, queue_again
from tests.incidents.makers import event_kinds
from tests.judging.bad_verdicts import open_bad, open_tailed
from tests.small_carrier import CALM_TEXT, VALUES, leak_text

if TYPE_CHECKING:
    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from judging.bench import Bench

pytestmark = pytest.mark.slow


def states(database: Database) -> dict[int, str]:
    with database.read() as session:
        return {document.id: document.state for document in session.scalars(select(DocumentRow))}


def hand(archive: Archive, *texts: str) -> None:
    for number, text in enumerate(texts):
        archive.hand_in(text.encode(), f"{number}-{text[:5].strip()}.txt")


@pytest.mark.both_databases
def test_a_leak_in_the_archive_becomes_an_incident_with_its_extract(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, leak_text(), CALM_TEXT, leak_text(0, 5) + "\n連絡先は省略\n")
    with ChildJudge(bench) as judge:
        counts = match_waiting(Matching(database, archive, judge, clock))
        assert match_waiting(Matching(database, archive, judge, clock)).documents == 0
    assert (counts.documents, counts.leaks, counts.clear, counts.failed, counts.opened) == (3, 2, 1, 0, 1)
    with database.read() as session:
        page = queries.incident(session, 1, language="ja")
        (first, *_) = queries.matches(session, 1)
        assert session.scalar(select(func.count()).select_from(FindingMatch)) == 11
    assert (page.line.subjects, page.line.documents) == (6, 2)
    assert page.extracts[0]["extract"] == "calls-2026-04"
    assert set(page.line.fields) >= {"name", "phone", "email"}
    assert first.place["line"] == 1
    assert set(states(database).values()) == {"matched"}


def test_nothing_that_is_stored_about_a_leak_holds_a_value(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    archive.hand_in(leak_text().encode(), "list.txt")
    with ChildJudge(bench) as judge:
        match_waiting(Matching(database, archive, judge, clock))
    stored = []
    with database.read() as session:
        for table in (FindingRow, FindingMatch, Incident, Event):
            rows = session.scalars(select(table))
            stored += [str(vars(row)) for row in rows]
    assert [value for value in VALUES if any(value in row for row in stored)] == []


def test_documents_that_hang_crash_or_swell_fail_with_their_reason_and_the_rest_goes_on(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, "hang", "crash", "fat", "exit", "error", "refuse", "leak", "calm")
    strict = replace(bench, document_s=1.0, memory_mib=200)
    with ChildJudge(strict, open_bad) as judge:
        runs = [match_waiting(Matching(database, archive, judge, clock)) for _ in range(4)]
    assert [run.documents for run in runs] == [8, 6, 6, 0]
    assert [run.failed for run in runs] == [0, 0, 6, 0]
    with database.read() as session:
        failures = {d.title.split("-")[1][:-4]: d.failure for d in session.scalars(select(DocumentRow)) if d.failure}
        failed = overview(session, language="en").documents_failed
    assert failures == {
        "hang": "it took longer than 1 s",
        "crash": "the matcher's process was ended by SIGSEGV",
        "fat": "it needed more than 200 MiB",
        "exit": "the matcher's process ended with 7",
        "error": "the matcher failed with ValueError",
        "refus": "it is no document",
    }
    assert failed == 6
    assert event_kinds(database).count("match-failed") == 6
    assert event_kinds(database, 1) == ["sighting", "opened"]


def test_a_tail_that_ends_the_child_hides_no_leak_and_clears_nothing(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, leak_text() + "TAIL", CALM_TEXT + "TAIL", CALM_TEXT)
    with ChildJudge(bench, open_tailed) as judge:
        counts = match_waiting(Matching(database, archive, judge, clock))
    assert (counts.leaks, counts.unread, counts.clear, counts.failed, counts.put_off) == (1, 1, 1, 0, 0)
    with database.read() as session:
        leak, unread, clear = session.scalars(select(FindingRow).order_by(FindingRow.document_id))
    said = [PLAIN_ALONE, "the matcher's process was ended by SIGSEGV"]
    assert (leak.verdict, leak.subjects, unread.verdict, clear.limits) == ("leak", 6, "unread", [])
    assert leak.limits[:2] == unread.limits[:2] == said


def test_a_document_that_swells_even_as_plain_text_fails_with_the_bound(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, CALM_TEXT + "FAT TAIL!")
    with ChildJudge(bench, open_tailed) as judge:
        assert match_waiting(Matching(database, archive, judge, clock)).put_off == 1
    with database.read() as session:
        assert session.scalar(select(DocumentRow.failure)) == f"it needed more than {bench.memory_mib} MiB"


def test_a_stop_leaves_the_rest_waiting(database: Database, archive: Archive, bench: Bench, clock: SetClock) -> None:
    hand(archive, "one", "two", "three")
    answers = iter([False, True])
    with ChildJudge(bench, open_bad) as judge:
        counts = match_waiting(Matching(database, archive, judge, clock), stop=lambda: next(answers))
    assert counts.documents == 1
    assert sorted(states(database).values()) == ["matched", "waiting", "waiting"]


def test_a_rescan_looks_again_at_what_the_present_index_has_not_seen(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, "leak", "calm", "error")
    with ChildJudge(bench, open_bad) as judge:
        work = Matching(database, archive, judge, clock)
        for _ in range(3):
            match_waiting(work)
        assert queue_again(database, generation=1) == 1
        assert queue_again(database, generation=2) == 2
        match_waiting(work)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1


def test_a_content_seen_again_after_retention_is_not_a_new_finding(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    hand(archive, "calm")
    with ChildJudge(bench, open_bad) as judge:
        match_waiting(Matching(database, archive, judge, clock))
        with database.write() as session:
            session.query(Capture).delete()
            session.query(DocumentRow).delete()
        clock.advance(timedelta(days=100))
        hand(archive, "calm")
        match_waiting(Matching(database, archive, judge, clock))
    with database.read() as session:
        (finding,) = session.scalars(select(FindingRow))
        assert finding.document_id == session.scalar(select(DocumentRow.id))
        assert session.scalar(select(Capture.state)) == "reported"


def _progress(database: Database) -> tuple[int, int]:
    """How many findings stand, and how many documents were begun."""
    with database.read() as session:
        begun = select(func.count()).select_from(DocumentRow).where(DocumentRow.attempts > 0)
        return session.scalar(select(func.count()).select_from(FindingRow)) or 0, session.scalar(begun) or 0


@pytest.mark.parametrize("after", [0, 1, 3, 5])
def test_killing_the_command_anywhere_loses_and_repeats_nothing(
    database: Database, settings: Settings, archive: Archive, database_url: str, after: int
) -> None:
    documents = [leak_text(0, 6), leak_text(1, 6), leak_text(0, 5), leak_text(6, 8), CALM_TEXT, CALM_TEXT + "x"]
    hand(archive, *documents)
    environment = os.environ | {"HINOMI_DATABASE__URL": database_url}
    arguments = [sys.executable, "-m", "cli", "--home", str(settings.home), "match", "--json"]
    victim = subprocess.Popen(
        arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while victim.poll() is None and _progress(database) < (after, 1):
        time.sleep(0.002)
    os.killpg(victim.pid, signal.SIGKILL)
    victim.wait()
    done = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["failed"] == 0
    assert set(states(database).values()) == {"matched"}
    with database.read() as session:
        lines = queries.list_incidents(session, language="en")
        assert sorted((line.subjects, line.documents, line.sightings) for line in lines) == [(2, 1, 1), (6, 3, 3)]
        assert session.scalar(select(func.count()).select_from(FindingRow)) == len(documents)
    assert event_kinds(database).count("opened") == 2
    assert event_kinds(database).count("sighting") == 4


def test_a_large_document_leaves_no_copy_behind(
    database: Database, archive: Archive, bench: Bench, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judging.child.IN_MEMORY_BYTES", 3)
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = bench.home / f"judging-{machine_name()}+{dead.pid}+1"
    left.write_text("what a killed run left")
    hand(archive, "leak", "crash", "calm")
    with ChildJudge(bench, open_bad) as judge:
        assert match_waiting(Matching(database, archive, judge, clock)).leaks == 1
    assert not list(bench.home.glob("judging-*"))


def test_two_commands_at_once_judge_each_document_once(
    database: Database, settings: Settings, archive: Archive, database_url: str
) -> None:
    for number in range(12):
        archive.hand_in((leak_text(number % 3, 6) + f"\n{number}").encode(), f"{number}.txt")
    environment = os.environ | {"HINOMI_DATABASE__URL": database_url}
    arguments = [sys.executable, "-m", "cli", "--home", str(settings.home), "match", "--json"]
    both = [subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    counts = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert sum(count["documents"] for count in counts) == 12
    assert sum(count["opened"] for count in counts) == 1
    with database.read() as session:
        (line,) = queries.list_incidents(session, language="en")
    assert (line.subjects, line.documents, line.sightings) == (6, 12, 12)
