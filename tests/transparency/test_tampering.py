"""What somebody with the database's password and the disk can do, each really done, and what says so afterwards."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from alerts.delivery import deliver, open_post
from archive.models import DocumentRow
from archive.store import Archive
from cli.keeping.init import make_home
from core.clock import SetClock
from core.database import Database
from core.settings import SETTINGS_FILE, load_settings
from crawler.models import Sweep
from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.register.index_states import find_index_damage
from fingerprints.index.files import checksum
from fingerprints.index.folder import current_folder, older_folders
from fingerprints.index.manifest import MANIFEST_FILE, read_manifest
from fingerprints.secrets.keys import load_key
from incidents.actions import act, assign, take_finding
from incidents.casework.hand_over import come_back_on
from incidents.casework.merging import merge, split
from incidents.casework.models import Task
from incidents.casework.steering import relate
from incidents.clocks.statements import say
from incidents.findings import KeptMatch, record_finding
from incidents.models import Incident
from judging.queue import take_reposts
from root_cause.suspicions import decide, run_checks
from tests.actors import by
from tests.incidents.makers import NOW, Leaked
from tests.small_carrier import HEADER, PEOPLE
from tests.transparency.conftest import LogHome
from transparency.heads import publish
from transparency.keys import create_log_key
from transparency.settings_record import notice_changes, record_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

TRAIL_DAYS = range(1, 6)
TASK_COLUMNS = ", ".join(column.name for column in Task.__table__.columns if column.name != "id")
SOURCES = """\
[sources.my-paste]
engine = "paste-list"
url = "https://paste.example/list"
"""


@pytest.fixture(scope="module")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which something of everything was done, under signed heads; copied for each test."""
    folder = tmp_path_factory.mktemp("decided") / "home"
    settings = make_home(folder)
    settings.sources_path.write_text(SOURCES, encoding="utf-8")
    clock = SetClock(NOW)
    database = Database(settings.database_url)
    home = LogHome(settings, database, Archive(settings, database, clock), clock)
    home.archive.hand_in("名簿 one".encode(), "one.txt", media_type="text/plain")
    _enrol(home)
    home.write_register()
    for day in TRAIL_DAYS:
        if day != 3:
            home.import_trail(day)
    run_checks(settings, database, load_key(settings.key, folder), now=clock.now())
    _incidents(home)
    with database.write() as session:
        record_files(session, settings, actor=by("田中"), now=NOW)  # the sources, and the mapping of the access log
        sweep = Sweep(source="my-paste", started_at=NOW, pid=1, worker="w")
        session.add(sweep)
        session.flush()
        sweep.state, sweep.finished_at, sweep.documents = "done", NOW, 3
    deliver(open_post(settings, database, clock))
    clock.advance(timedelta(minutes=1))
    publish(settings, database, clock)
    report = home.verify()
    assert (report.damages, report.notes, report.uncovered) == ([], [], None)
    database.close()
    return folder


def _enrol(home: LogHome) -> None:
    file = home.settings.home / "customers.csv"
    key = load_key(home.settings.key, home.settings.home)
    for name, people in (("calls-2026-04", PEOPLE[:6]), ("shops-2026-05", PEOPLE[2:])):
        file.write_text("\n".join([HEADER, *map(",".join, people)]), encoding="utf-8")
        lending = Lending(name, NOW.date() - timedelta(days=60), f"{name} Ltd")
        Enroller(home.settings, key, home.database, home.clock).enrol(file, understand(file), lending, processes=1)


def _leak(home: LogHome, content: str, members: range, matches: Sequence[KeptMatch] = ()) -> int:
    """A document that is judged: the incident that it opens."""
    kept = home.archive.hand_in(content.encode(), f"{content}.txt", media_type="text/plain")
    with home.database.write() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        new = replace(Leaked(content, tuple(members), sketch=(1, 2, 3)).finding(), matches=matches)
        finding = record_finding(session, document, new, generation=1, now=NOW)
        document.state = "matched"
        return take_finding(session, finding, now=NOW).incident_id or 0


def _incidents(home: LogHome) -> None:
    matches = [KeptMatch(number, 0.9, {"name": 1.0}, {"name": 9.0}, {"line": number}) for number in range(400)]
    first = _leak(home, "big", range(400), matches)
    others = [_leak(home, f"other {n}", range(1000 * n, 1000 * n + 2)) for n in range(1, 4)]
    home.archive.hand_in(b"big", "again.txt", media_type="text/plain")
    take_reposts(home.database, home.clock)
    with home.database.write() as session:
        act(session, first, "confirm-csirt", actor=by("鈴木"), now=NOW)
        assign(session, first, "佐藤", actor=by("鈴木"), now=NOW)
        come_back_on(session, first, NOW.date(), actor=by("鈴木"), now=NOW, why="the seller's deadline")
        relate(session, first, others[0], actor=by("鈴木"), now=NOW, reason="one forum")
        act(session, others[0], "dismiss", actor=by("鈴木"), now=NOW, reason="made up")
        merge(session, session.get_one(Incident, others[1]), session.get_one(Incident, others[2]), now=NOW)
    with home.database.write() as session:
        split(session, others[2], actor=by("鈴木"), reason="not the same", now=NOW)
        say(session, first, {"malicious": "possible"}, actor=by("鈴木"), now=NOW, reason="a seller offers it")


@pytest.fixture
def tampered(made_home: Path, tmp_path: Path) -> Iterator[LogHome]:
    """A copy of that home, to be altered."""
    folder = tmp_path / "copy"
    shutil.copytree(made_home, folder)
    settings = load_settings(folder)
    database, clock = Database(settings.database_url), SetClock(NOW + timedelta(minutes=5))
    yield LogHome(settings, database, Archive(settings, database, clock), clock)
    database.close()


SQL = {
    "a severity lowered": ("UPDATE incidents SET severity = 'low' WHERE id = 1", "figures-differ"),
    "the number of people lowered": ("UPDATE incidents SET subjects = 1 WHERE id = 1", "figures-differ"),
    "the customers of an incident swapped": (
        "UPDATE incidents SET members = (SELECT members FROM incidents WHERE id = 2) WHERE id = 1",
        "figures-differ",
    ),
    "a source left out of the title": ("UPDATE incidents SET sources = '[]' WHERE id = 1", "figures-differ"),
    "the kinds of values in the title lowered": ("UPDATE incidents SET fields = '{}' WHERE id = 1", "figures-differ"),
    "the first day seen moved": ("UPDATE incidents SET first_seen_at = '2026-01-01 00:00:00.000000'", "figures-differ"),
    "an incident closed past its timeline": ("UPDATE incidents SET state = 'closed' WHERE id = 1", "state-differs"),
    "a confirmation taken back": ("UPDATE incidents SET csirt_confirmed_at = NULL WHERE id = 1", "state-differs"),
    "a confirmation put in": ("UPDATE incidents SET owner_confirmed_at = opened_at WHERE id = 1", "state-differs"),
    "an incident given to somebody else": ("UPDATE incidents SET assignee = '' WHERE id = 1", "state-differs"),
    "an incident hidden in another": ("UPDATE incidents SET merged_into = 2 WHERE id = 1", "state-differs"),
    "a confirmation that counts as waived": (
        """UPDATE incidents SET waived = '{"confirm-owner": "x"}' WHERE id = 1""",
        "state-differs",
    ),
    "a severity that nobody set": ("UPDATE incidents SET severity_set = severity WHERE id = 2", "state-differs"),
    "a day to come back on put off": ("UPDATE incidents SET come_back_on = '2027-12-01' WHERE id = 1", "state-differs"),
    "a task that counts as done": ("UPDATE tasks SET state = 'done' WHERE id = 1", "state-differs"),
    "a task that may be left out": ("UPDATE tasks SET mandatory = 0 WHERE id = 1", "state-differs"),
    "a task put off": ("UPDATE tasks SET due_at = '2027-12-01 00:00:00.000000' WHERE id = 1", "state-differs"),
    "a task taken away": ("DELETE FROM tasks WHERE id = 2", "row-removed"),
    "a task put in": (
        f"INSERT INTO tasks SELECT 99, {TASK_COLUMNS} FROM tasks WHERE id = 1",  # noqa: S608  # our own constant
        "row-unlogged",
    ),
    "a deadline that counts as met": ("UPDATE deadlines SET state = 'met' WHERE id = 1", "state-differs"),
    "a deadline put off": ("UPDATE deadlines SET last_at = '2027-12-01 00:00:00.000000' WHERE id = 1", "state-differs"),
    "a deadline taken away": ("DELETE FROM deadlines WHERE id = 1", "row-removed"),
    "a fact turned round": ("UPDATE deadline_facts SET value = 'no'", "state-differs"),
    "who stated a fact": ("UPDATE deadline_facts SET said_by = 'x'", "state-differs"),
    "a fact taken away": ("DELETE FROM deadline_facts", "row-removed"),
    "a fact put in": (
        "INSERT INTO deadline_facts VALUES (1, 'sensitive', 'no', '', '2026-11-22 00:00:00.000000', 'x')",
        "row-unlogged",
    ),
    "a relation taken away": ("DELETE FROM incident_relations", "state-differs"),
    "another reason for a dismissal": ("UPDATE incidents SET dismiss_reason = 'x' WHERE id = 2", "state-differs"),
    "a place taken away": ("DELETE FROM sightings WHERE capture_id = 2", "sighting-differs"),
    "a place moved elsewhere": ("UPDATE sightings SET incident_id = 2 WHERE capture_id = 2", "sighting-differs"),
    "a match taken away": ("DELETE FROM finding_matches WHERE finding_id = 1 AND position = 7", "row-edited"),
    "a match about somebody else": ("UPDATE finding_matches SET subject = 9 WHERE position = 7", "row-edited"),
    "a match put in": ("INSERT INTO finding_matches VALUES (2, 99, 5, 1.0, '{}', '{}', '{}')", "row-edited"),
    "a finding moved to another incident": ("UPDATE findings SET incident_id = 2 WHERE id = 1", "row-edited"),
    "the likeness of a leak altered": ("UPDATE findings SET sketch = '[7, 7, 7]' WHERE id = 1", "row-edited"),
    "what later leaks are compared with emptied": ("DELETE FROM leak_members", "lookup-differs"),
    "a document's title altered": ("UPDATE documents SET title = 'holiday' WHERE id = 1", "row-edited"),
    "a document that counts as judged": ("UPDATE documents SET state = 'matched' WHERE id = 1", "document-differs"),
    "a document that counts as given up": ("UPDATE documents SET state = 'failed' WHERE id = 1", "document-differs"),
    "evidence let go for retention": ("UPDATE documents SET held = 0", "document-differs"),
    "words that searches find taken away": ("UPDATE events SET search_text = '' WHERE id = 12", "row-edited"),
    "a copy that nobody has any more": (
        "UPDATE holdings SET state = 'erased', ended_on = '2026-11-01' WHERE id = 1",
        "register-differs",
    ),
    "a copy that somebody else has": ("UPDATE holdings SET processor_id = 3 WHERE id = 1", "row-edited"),
    "a copy that never was": ("DELETE FROM holdings WHERE id = 1", "row-removed"),
    "two processors' names swapped": ("UPDATE processors SET name = 'Innocent Ltd' WHERE id = 1", "row-edited"),
    "who works for whom": ("UPDATE processors SET parent_id = 2 WHERE id = 1", "register-differs"),
    "a day of lending moved": ("UPDATE holdings SET since = '2020-01-01' WHERE id = 1", "register-differs"),
    "an extract's size": ("UPDATE extracts SET size = 1 WHERE id = 1", "register-differs"),
    "a sweep that found nothing": ("UPDATE sweeps SET documents = 0 WHERE id = 1", "row-edited"),
    "a sweep that was done": ("UPDATE sweeps SET state = 'failed' WHERE id = 1", "row-edited"),
    "what an alert said": ("UPDATE messages SET payload = '{}' WHERE state = 'sent'", "row-edited"),
    "an alert that was sent taken away": (
        "UPDATE messages SET state = 'superseded' WHERE incident_id = 1",
        "alert-missing",
    ),
    "a gap in access records hidden": ("DELETE FROM trail_gaps", "trail-differs"),
    "records of a day taken from the count": ("UPDATE trail_days SET records = records + 5", "trail-differs"),
    "an enrolment never made": ("DELETE FROM enrolments WHERE id = 1", "row-removed"),
    "which index serves": ("DELETE FROM index_states WHERE sha256 <> ''", "row-removed"),
    "a trigger dropped": ("DROP TRIGGER log_event", "trigger-missing"),
    "a trigger that undoes what is written": (
        "CREATE TRIGGER quiet AFTER INSERT ON incidents BEGIN DELETE FROM incidents WHERE id = NEW.id; END",
        "trigger-altered",
    ),
    "an incident taken away with its places": (
        "DELETE FROM sightings WHERE incident_id = 4",
        "sighting-differs",
    ),
    "a leaf taken away": ("DELETE FROM log_leaves WHERE position = 9", "leaf-missing"),
    "an event taken away": ("DELETE FROM events WHERE id = 1", "row-removed"),
}  # fmt: skip


@pytest.mark.parametrize("name", SQL)
def test_rows_that_decide_are_altered_and_verify_says_so(tampered: LogHome, name: str) -> None:
    statement, what = SQL[name]
    tampered.sql(statement)
    assert what in {damage.what for damage in tampered.verify().damages}


def test_a_decision_about_a_suspicion_that_nobody_took(tampered: LogHome) -> None:
    tampered.sql(
        'INSERT INTO trail_suspicions (id, key, system, "check", kind, name, day, measured, usual, detail, state, '
        "reason, actor, found_at) VALUES (1, 'k', 'callcenter', 'volume', 'operator', 'op-1', '2026-04-01', 9, 1, '', "
        "'open', '', '', '2026-11-22')"
    )
    with tampered.database.write() as session:
        decide(session, 1, "explain", actor=by("鈴木"), now=tampered.clock.now(), reason="a campaign")
    tampered.publish()
    assert tampered.verify().is_whole
    tampered.sql("UPDATE trail_suspicions SET actor = '佐藤' WHERE id = 1")
    assert tampered.damage().what == "suspicion-differs"


def _switch_a_source_off(home: LogHome) -> None:
    path = home.settings.sources_path
    path.write_text(path.read_text(encoding="utf-8") + "enabled = false\n", encoding="utf-8")


def _loosen_the_settings(home: LogHome) -> None:
    path = home.settings.home / SETTINGS_FILE
    path.write_text(path.read_text(encoding="utf-8") + "\n[trails]\nbulk = 1000000\n", encoding="utf-8")


def _declare_an_account(home: LogHome) -> None:
    (home.settings.home / home.settings.trails.accounts_file).write_text("account\nop-1\n", encoding="utf-8")


def _swap_memberships(home: LogHome) -> None:
    """Whom each extract holds, with all checksums made to fit that need no key."""
    folder = current_folder(home.settings.index_dir)
    assert folder
    path = folder / MANIFEST_FILE
    stated = json.loads(path.read_bytes())
    code, _ = stated.pop("code"), stated.pop("checksum")
    names = [one["members"] for one in stated["enrolments"]]
    contents = [(folder / name).read_bytes() for name in names]
    for name, content in zip(names, reversed(contents), strict=True):
        (folder / name).unlink()  # a generation shares its files with the one before
        (folder / name).write_bytes(content)
        stated["files"][name] = {"size_bytes": len(content), "blake2b": checksum(folder / name)}
    checked = hashlib.blake2b(json.dumps(stated, sort_keys=True).encode(), digest_size=16).hexdigest()
    path.write_text(json.dumps({**stated, "checksum": checked, "code": code}), encoding="utf-8")


def _put_an_older_index_back(home: LogHome) -> None:
    older = older_folders(home.settings.index_dir)[0]
    (home.settings.index_dir / "CURRENT").write_text(older.name + "\n", encoding="ascii")


def _damage_the_index(home: LogHome) -> None:
    folder = current_folder(home.settings.index_dir)
    assert folder
    path = folder / read_manifest(folder).enrolments[0].members
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.unlink()
    path.write_bytes(content)


def _garbage_in_a_page(home: LogHome) -> None:
    home.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    home.database.close()
    path = home.settings.home / "hinomi.db"
    content = bytearray(path.read_bytes())
    at = content.index("鈴木".encode())
    page = at - at % 4096
    content[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(content)


def _alter_a_warc_file(home: LogHome) -> None:
    path = next(home.archive.folder.rglob("*.warc.gz"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")


def _take_a_trail_file_away(home: LogHome) -> None:
    next(home.settings.trails_dir.rglob("*.parquet")).unlink()


def _take_the_heads_file_away(home: LogHome) -> None:
    home.heads_file.unlink()


def _sign_with_another_key(home: LogHome) -> None:
    path = home.settings.log_key_path
    path.unlink()
    path.with_name(path.name + ".pub").unlink()
    create_log_key(path)


FILES: dict[str, tuple[Callable[[LogHome], None], str]] = {
    "a source switched off": (_switch_a_source_off, "settings-differ"),
    "settings loosened": (_loosen_the_settings, "settings-differ"),
    "an account declared": (_declare_an_account, "settings-differ"),
    "memberships of extracts swapped, checksums made to fit": (_swap_memberships, "index-differs"),
    "an older index put back": (_put_an_older_index_back, "index-differs"),
    "a file of the index damaged": (_damage_the_index, "index-damaged"),
    "garbage in a page of the database": (_garbage_in_a_page, "database-damaged"),
    "a captured document altered": (_alter_a_warc_file, "file-altered"),
    "access records taken away": (_take_a_trail_file_away, "file-missing"),
    "the file of heads taken away": (_take_the_heads_file_away, "file-missing"),
    "heads signed with another key": (_sign_with_another_key, "head-forged"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_that_decide_are_altered_and_verify_says_so(tampered: LogHome, name: str) -> None:
    alter, what = FILES[name]
    alter(tampered)
    assert what in {damage.what for damage in tampered.verify().damages}


def test_with_the_key_an_announced_switch_excuses_no_index_that_somebody_else_wrote(tampered: LogHome) -> None:
    key = load_key(tampered.settings.key, tampered.settings.home)
    look = partial(find_index_damage, key=key)
    assert tampered.verify(look_at_index=look).is_whole
    _swap_memberships(tampered)
    tampered.sql(
        "INSERT INTO index_states (why, generation, sha256, recorded_at) VALUES ('enrolled', 0, '', '2026-11-22')"
    )
    assert any("did not end" in note for note in tampered.verify().notes)
    damage = tampered.damage(look_at_index=look)
    assert (damage.what, "authentication code" in damage.said) == ("index-damaged", True)


def test_a_copy_that_nobody_altered_is_whole(tampered: LogHome) -> None:
    report = tampered.verify()
    assert (report.damages, report.notes) == ([], [])
    assert {"matches", "membership", "sweep", "message", "index", "processor", "extract", "holding"} <= set(
        report.leaves
    )


def test_what_somebody_answers_for_is_no_damage(tampered: LogHome) -> None:
    _switch_a_source_off(tampered)
    with tampered.database.write() as session:
        assert notice_changes(session, tampered.settings, now=NOW) == ["sources.toml"]
        assert notice_changes(session, tampered.settings, now=NOW) == []
    assert tampered.damage().what == "settings-differ"
    with tampered.database.write() as session:
        assert record_files(session, tampered.settings, actor=by("田中"), now=NOW, reason="moved") == ["sources.toml"]
    assert tampered.verify().is_whole


def test_leaves_that_no_head_covers_in_time_are_told(tampered: LogHome) -> None:
    tampered.note("late")
    tampered.append()
    assert tampered.verify().uncovered is None
    at = tampered.clock.now()
    tampered.clock.advance(timedelta(hours=25))
    assert tampered.verify().uncovered == at
    tampered.publish()
    assert tampered.verify().uncovered is None


def test_the_tables_hold_no_sql_that_fits_nothing(tampered: LogHome) -> None:
    """Each of the statements above alters something: one that fits no row would prove nothing."""
    for name, (statement, _) in SQL.items():
        if statement.startswith(("DROP", "CREATE")):
            continue
        with tampered.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            altered = connection.execute(text(statement)).rowcount
            connection.rollback()
        assert altered, name
