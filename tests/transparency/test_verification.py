"""Every way to alter the record is found, each by really altering rows or files; and nothing else is called damage."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from archive.models import DocumentRow
from incidents.actions import act, take_finding
from incidents.findings import record_finding
from tests.actors import by
from tests.archive.test_store import exchange, place
from tests.incidents.makers import Leaked
from transparency.entries import read_entries
from transparency.errors import BrokenLogError, NoLogKeyError
from transparency.keys import create_log_key, load_log_key
from transparency.kinds import KINDS
from transparency.merkle import leaf_hash, root_of
from transparency.models import LogHead, LogLeaf
from transparency.notes import sign

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transparency.conftest import LogHome


def test_an_untouched_record_is_whole(full_home: LogHome) -> None:
    report = full_home.verify()
    assert report.damages == []
    assert dict(report.leaves) == {
        "document": 2, "capture": 2, "warc-file": 2, "event": 7, "trail-import": 1, "trail-part": 1, "custody": 2,
        "enrolment": 1, "processor": 1, "extract": 1, "holding": 1,
    }  # fmt: skip
    assert (report.files, report.heads, report.waiting, report.removed) == (3, 2, 0, 0)
    assert report.first
    assert report.last
    assert report.last.size == report.size
    assert report.first.signed_at < report.last.signed_at
    assert report.places == ("the database", str(full_home.heads_file))


def test_an_edited_row_is_named(full_home: LogHome) -> None:
    full_home.sql("UPDATE events SET actor = 'somebody else' WHERE id = 5")
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("row-edited", "event 5")
    assert damage.when is not None


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("event", 'UPDATE events SET data = \'{"text": "another"}\' WHERE id = 1'),
        ("event", "UPDATE events SET happened_at = '2020-01-01 00:00:00.000000' WHERE id = 1"),
        ("event", "UPDATE events SET source = 'elsewhere' WHERE id = 1"),
        ("document", "UPDATE documents SET sha256 = 'f00' WHERE id = 1"),
        ("document", "UPDATE documents SET warc_offset = warc_offset + 1 WHERE id = 1"),
        ("capture", "UPDATE captures SET address = 'http://elsewhere.invalid/' WHERE id = 1"),
        ("warc-file", "UPDATE warc_seals SET sha256 = 'f00' WHERE id = 1"),
        ("trail-import", "UPDATE trail_imports SET sha256 = 'f00' WHERE id = 1"),
        ("trail-part", "UPDATE trail_parts SET sha256 = 'f00' WHERE id = 1"),
        ("custody", "UPDATE register_events SET changes = '{}' WHERE id = 1"),
        ("enrolment", "UPDATE enrolments SET subjects = 1000000 WHERE id = 1"),
    ],
)
def test_an_edited_row_of_any_kind_is_named(full_home: LogHome, kind: str, change: str) -> None:
    full_home.sql(change)
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("row-edited", f"{kind} 1")


def test_a_removed_row_is_named(full_home: LogHome) -> None:
    full_home.sql("DELETE FROM events WHERE id = 5")
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("row-removed", "event 5")


def test_a_row_put_back_under_another_words_is_named(full_home: LogHome) -> None:
    full_home.sql("UPDATE events SET id = 99 WHERE id = 7")
    assert full_home.damage().where == "event 7"


def test_the_damage_nearest_to_the_beginning_is_told_first(full_home: LogHome) -> None:
    full_home.sql("DELETE FROM events WHERE id = 6")
    full_home.sql("UPDATE events SET actor = 'x' WHERE id = 2")
    report = full_home.verify()
    assert report.worst
    assert report.worst.where == "event 2"
    assert report.damaged == 2


def test_a_cut_off_tail_is_found(full_home: LogHome) -> None:
    """Rows, leaves and the later head vanish from the database; the file outside of it remembers."""
    with full_home.database.read() as session:
        first = session.scalars(select(LogHead.size).order_by(LogHead.size)).first()
    full_home.sql("DELETE FROM log_heads WHERE size > :size", {"size": first})
    full_home.sql("DELETE FROM log_leaves WHERE position >= :size", {"size": first})
    cut = ("events", "trail_parts", "trail_imports", "register_events", "enrolments", "trail_days", "holdings")
    for table in (*cut, "extracts", "processors"):
        full_home.sql(f"DELETE FROM {table} WHERE id > 3" if table == "events" else f"DELETE FROM {table}")  # noqa: S608
    report = full_home.verify()
    whats = {damage.what: damage for damage in report.damages}
    assert set(whats) == {"tail-cut", "head-removed"}
    assert str(full_home.heads_file) in whats["tail-cut"].where
    assert whats["tail-cut"].position == first


def rewrite(home: LogHome) -> None:
    """What somebody with everything on this machine does: edit a row, hash all anew, sign the database's heads anew."""
    home.sql("UPDATE events SET actor = 'nobody' WHERE id = 2")
    with home.database.write() as session:
        leaves = session.scalars(select(LogLeaf).order_by(LogLeaf.position)).all()
        for leaf in leaves:
            leaf.hash = leaf_hash(read_entries(session, KINDS[leaf.kind], [leaf.row_id])[leaf.row_id])
        hashes = [leaf.hash for leaf in leaves]
        for head in session.scalars(select(LogHead)):
            signed = sign(
                load_log_key(home.settings.log_key_path),
                size=head.size, root=root_of(hashes[: head.size]), signed_at=head.signed_at,
            )  # fmt: skip
            head.root, head.note = signed.head.root.hex(), signed.note


def test_a_rewritten_history_is_found_through_the_file_outside(full_home: LogHome) -> None:
    rewrite(full_home)
    report = full_home.verify()
    found = {damage.what for damage in report.damages}
    assert "history-rewritten" in found
    rewritten = next(damage for damage in report.damages if damage.what == "history-rewritten")
    assert str(full_home.heads_file) in rewritten.where
    assert report.worst == rewritten


def test_a_rewritten_history_whose_file_was_rewritten_too_is_found_through_a_head_brought_by_hand(
    full_home: LogHome, tmp_path: Path
) -> None:
    with full_home.database.read() as session:
        note = session.scalars(select(LogHead.note).order_by(LogHead.size.desc())).first()
    pasted = tmp_path / "slack.txt"
    pasted.write_text(f"Hinomi  12:00\nThe record as of now:\n{note}\nthanks!\n", encoding="utf-8")
    assert full_home.verify(heads=[pasted]).is_whole
    rewrite(full_home)
    full_home.heads_file.unlink()
    with full_home.database.write() as session:
        for head in session.scalars(select(LogHead)):
            head.places = []
    full_home.publish()
    assert full_home.verify().is_whole  # nothing out of reach is left to compare with
    damage = full_home.damage(heads=[pasted])
    assert damage.what == "history-rewritten"
    assert str(pasted) in damage.where


def test_nothing_is_signed_over_a_rewritten_history(full_home: LogHome) -> None:
    full_home.sql("UPDATE log_leaves SET hash = :hash WHERE position = 3", {"hash": b"\0" * 32})
    full_home.note()
    with pytest.raises(BrokenLogError, match="does not go on"):
        full_home.publish()
    assert full_home.verify().heads == 2


def test_an_altered_warc_file_is_named_with_its_document(full_home: LogHome) -> None:
    path = next(full_home.archive.folder.rglob("*.warc.gz"))
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("file-altered", str(path))
    assert "no longer as captured" in damage.said


def test_an_altered_header_in_a_warc_file_is_found_although_the_document_still_reads(full_home: LogHome) -> None:
    path = next(full_home.archive.folder.rglob("*.warc.gz"))
    content = bytearray(path.read_bytes())
    content[4] ^= 1  # the time stamp in the first gzip header: no reader cares
    path.write_bytes(content)
    damage = full_home.damage()
    assert damage.what == "file-altered"
    assert "still reads as captured" in damage.said


def test_a_missing_warc_file_is_named(full_home: LogHome) -> None:
    path = next(full_home.archive.folder.rglob("*.warc.gz"))
    path.unlink()
    assert (full_home.damage().what, full_home.damage().where) == ("file-missing", str(path))


def test_a_document_in_a_file_that_is_still_written_is_compared_with_its_own_hash(full_home: LogHome) -> None:
    warc = full_home.archive.open_warc("sweep-1")
    with full_home.database.write() as session:
        kept = full_home.archive.keep_response(session, warc, exchange(), place(), media_type="text/plain", charset="")
        offset = session.get_one(DocumentRow, kept.document_id).warc_offset
    full_home.append()
    assert full_home.verify().is_whole
    content = bytearray(warc.open_path.read_bytes())
    content[offset + 80] ^= 1
    warc.open_path.write_bytes(content)
    assert full_home.damage().what == "content-altered"
    warc.close()


def test_a_swapped_trail_file_is_named(full_home: LogHome) -> None:
    full_home.import_trail(2)
    full_home.publish()
    first, second = sorted(full_home.settings.trails_dir.rglob("*.parquet"))
    assert full_home.verify().is_whole
    first.write_bytes(second.read_bytes())
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("file-altered", str(first))


def test_a_row_that_went_round_the_triggers_is_named(full_home: LogHome) -> None:
    full_home.note("slipped in")
    full_home.sql("DELETE FROM log_waiting")
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("row-unlogged", "event 8")


def test_a_removed_leaf_is_found(full_home: LogHome) -> None:
    full_home.sql("DELETE FROM log_leaves WHERE position = 4")
    damage = full_home.damage()
    assert (damage.what, damage.position) == ("leaf-missing", 4)


def test_a_forged_head_is_named(full_home: LogHome) -> None:
    line = json.loads(full_home.heads_file.read_text(encoding="utf-8").splitlines()[-1])
    forged = {**line, "note": line["note"].replace(f"\n{line['size']}\n", "\n99\n")}
    with full_home.heads_file.open("a", encoding="utf-8") as file:
        file.write(json.dumps(forged) + "\nno json at all\n")
    report = full_home.verify()
    assert {damage.what for damage in report.damages} == {"head-forged", "head-removed"}
    assert any("line 4" in damage.where for damage in report.damages)


def test_a_heads_file_that_vanished_or_lost_a_line_is_damage(full_home: LogHome) -> None:
    lines = full_home.heads_file.read_text(encoding="utf-8").splitlines(keepends=True)
    full_home.heads_file.write_text(lines[0], encoding="utf-8")
    assert full_home.damage().what == "head-removed"
    full_home.heads_file.unlink()
    assert full_home.damage().what == "file-missing"


def test_heads_signed_with_another_key_are_not_believed(full_home: LogHome, tmp_path: Path) -> None:
    other = tmp_path / "other"
    create_log_key(other)
    assert not full_home.verify(keys=[other.with_name("other.pub")]).is_whole
    with pytest.raises(NoLogKeyError):
        full_home.verify(keys=[tmp_path / "nothing.pub"])


def test_what_retention_removed_is_no_damage(full_home: LogHome) -> None:
    full_home.sql("UPDATE documents SET state = 'matched', keep_until = '2026-11-01 00:00:00.000000' WHERE id = 1")
    full_home.archive.expire(full_home.clock.now())
    full_home.publish()
    report = full_home.verify()
    assert report.damages == []
    assert report.removed == 3  # the document, its place, its file
    assert report.leaves["removal"] == 3
    full_home.archive.hand_in(b"another content", "three.txt")
    full_home.publish()
    assert full_home.verify().is_whole


def test_trail_files_that_retention_removed_are_no_damage(full_home: LogHome) -> None:
    from trails.store.retention import expire

    later = full_home.clock.advance(timedelta(days=4000))
    assert expire(full_home.database, full_home.settings.trails_dir, keep_days=3653, now=later) == 1
    full_home.publish()
    assert full_home.verify().is_whole


def test_no_row_of_removals_makes_an_event_disappear(full_home: LogHome) -> None:
    full_home.sql("DELETE FROM events WHERE id = 5")
    full_home.sql(
        "INSERT INTO removals (kind, row_id, removed_at, reason) "
        "VALUES ('event', 5, '2026-11-22 03:00:00', 'retention')"
    )
    full_home.append()
    assert full_home.damage().what == "row-removed"


def test_rows_that_wait_and_leaves_without_a_head_are_said(full_home: LogHome) -> None:
    full_home.note("later")
    full_home.append()
    full_home.note("even later")
    report = full_home.verify()
    assert report.is_whole
    assert report.waiting == 1
    assert report.last
    assert report.last.size == report.size - 1


def test_verdicts_and_states_of_incidents_are_covered(full_home: LogHome) -> None:
    with full_home.database.write() as session:
        document = session.get_one(DocumentRow, 1)
        row = record_finding(
            session, document, Leaked("x", (0, 1, 2)).finding(), generation=1, now=full_home.clock.now()
        )
        take_finding(session, row, now=full_home.clock.now())
        act(session, 1, "confirm-csirt", actor=by("suzuki"), now=full_home.clock.now())
    full_home.publish()
    report = full_home.verify()
    assert (report.damages, report.leaves["finding"]) == ([], 1)
    full_home.sql("UPDATE incidents SET state = 'closed'")
    damage = full_home.damage()
    assert (damage.what, damage.said) == ("state-differs", "its state is closed, its timeline came to confirmed")
    full_home.sql("UPDATE findings SET subjects = 2")
    assert full_home.damage().where == "finding 1"


def test_an_empty_log_and_one_without_heads_say_so(log_home: LogHome) -> None:
    assert log_home.verify().is_whole
    log_home.note()
    log_home.append()
    assert "no head was signed yet" in log_home.verify().notes[-1]
    log_home.settings = log_home.settings.model_copy(
        update={"log": log_home.settings.log.model_copy(update={"head_files": []})}
    )
    log_home.publish()
    assert "no head outside the database" in log_home.verify().notes[0]


def test_a_report_as_json_names_the_first_damage(full_home: LogHome) -> None:
    full_home.sql("DELETE FROM events WHERE id = 5")
    record = json.loads(json.dumps(full_home.verify().as_json()))
    assert record["ok"] is False
    assert record["first_damage"]["what"] == "row-removed"
    assert set(record["kinds"]) >= {"event", "document"}


def test_triggers_that_are_switched_off_or_do_something_else_are_named_on_both_databases(full_home: LogHome) -> None:
    assert full_home.verify().is_whole
    if full_home.database.is_sqlite:
        full_home.sql("DROP TRIGGER log_capture")
        full_home.sql("CREATE TRIGGER log_capture AFTER INSERT ON captures BEGIN SELECT 1; END")
    else:
        full_home.sql("ALTER TABLE captures DISABLE TRIGGER log_capture")
    damage = full_home.damage()
    assert (damage.what, damage.where) == ("trigger-altered", "trigger log_capture")
    if not full_home.database.is_sqlite:
        full_home.sql("ALTER TABLE captures ENABLE TRIGGER log_capture")
        body = "BEGIN RETURN NULL; END"
        full_home.sql(f"CREATE OR REPLACE FUNCTION log_put_in_line() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
        altered = {damage.where for damage in full_home.verify().damages if damage.what == "trigger-altered"}
        assert altered == {f"trigger log_{name.replace('-', '_')}" for name in KINDS}
