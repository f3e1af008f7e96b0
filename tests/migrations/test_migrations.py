"""The migrations give the same tables as the models, on both databases, and know their own version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

from core.database import Database, DatabaseError
from custody.models import Edge, RegisterEvent
from migrations import _config, check_current, load_metadata, upgrade
from transparency.models import LogWaiting
from transparency.verify.damage import Report
from transparency.verify.register import find_wrong_register

if TYPE_CHECKING:
    from pathlib import Path

OLD_ROWS = """
INSERT INTO incidents (id, state, severity, opened_at, updated_at, first_seen_at, subjects, people, documents,
    sightings, confidence, fields, sources, members, assignee, dismiss_reason)
VALUES (1, 'open', 'low', '2026-11-01', '2026-11-01', '2026-11-01', 0, 0, 0, 0, 0, '{}', '[]', x'00', '', '');
INSERT INTO events (id, incident_id, happened_at, learned_at, zone, kind, actor, source, data, search_text)
VALUES (1, 1, '2026-11-01', '2026-11-01', '', 'opened', 'hinomi', '', '{}', '');
INSERT INTO messages (id, uuid, incident_id, channel, kind, payload, state, attempts, created_at, next_at, reference,
    failure, fallback_of)
VALUES (1, 'a', 1, 'slack', 'parent', '{}', 'failed', 3, '2026-11-01', '2026-11-01', '', '', NULL),
    (2, 'b', 1, 'mail', 'parent', '{}', 'sent', 1, '2026-11-01', '2026-11-01', '', '', 1);
INSERT INTO alerted_events (event_id, channel, message_id) VALUES (1, 'slack', 2);
INSERT INTO enrolments (id, extract_name, file_name, sha256, request, started_at, state, reason, rows, rejected,
    subjects)
VALUES (1, 'c', 'c.csv', '', '{}', '2026-11-01', 'running', '', 0, 0, 0),
    (2, 'c', 'c.csv', '', '{}', '2026-11-01', 'failed', '', 0, 0, 0)
"""
"""An incident, an alert that mail stood in for, and two enrolments, as a home of version 0002 has them."""


def test_migrations_give_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, load_metadata())
    assert differences == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = sorted(inspect(database.engine).get_table_names())
    upgrade(database)
    check_current(database)
    assert sorted(inspect(database.engine).get_table_names()) == before


def test_a_new_or_foreign_database_is_refused_with_both_versions(tmp_path: Path, database: Database) -> None:
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(DatabaseError, match="version none, this program works with") as caught:
        check_current(empty)
    assert "hinomi init" in caught.value.hint
    empty.close()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from-the-future'")
    with pytest.raises(DatabaseError, match="from-the-future"):
        check_current(database)


def test_whom_an_extract_was_lent_to_becomes_its_first_copy(tmp_path: Path) -> None:
    from alembic import command

    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with old.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO processors (id, name, contract_kind, country, contact, added_at) "
            "VALUES (7, 'Callers', '', '', '', '2026-04-02')"
        )
        connection.exec_driver_sql(
            "INSERT INTO extracts (name, processor_id, columns, purpose, contract_kind, as_of, state, size, added_at) "
            "VALUES ('calls', 7, '[]', '', '', '2026-04-01', 'lent', 5, '2026-04-02'), "
            "('ours', NULL, '[]', '', '', '2026-04-01', 'lent', 5, '2026-04-02')"
        )
    upgrade(old)
    with old.engine.connect() as connection:
        copies = connection.exec_driver_sql("SELECT processor_id, since, state FROM holdings").all()
    old.close()
    assert [tuple(copy) for copy in copies] == [(7, "2026-04-01", "lent")]


def test_files_of_records_get_no_number_that_was_given_before_the_step(tmp_path: Path) -> None:
    from alembic import command

    part = (
        "INSERT INTO trail_parts (import_id, system, month, path, rows, size_bytes, sha256, sessions, exports) "
        "VALUES (1, 's', '2026-04', '{path}', 1, 1, '', 0, 0)"
    )
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with old.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0023")
        connection.exec_driver_sql(
            "INSERT INTO trail_imports (id, system, file_name, sha256, mapping, state, started_at, records, new, "
            "undated, dropped, limits) VALUES (1, 's', 'f', '', '{}', 'done', '2026-04-01', 1, 1, 0, 0, '[]')"
        )
        connection.exec_driver_sql(part.format(path="a"))
        connection.exec_driver_sql(
            "INSERT INTO removals (kind, row_id, removed_at, reason) VALUES "
            "('trail-part', 7, '2026-04-01', 'retention'), ('document', 99, '2026-04-01', 'retention')"
        )
    upgrade(old)
    with old.engine.begin() as connection:
        connection.exec_driver_sql(part.format(path="b"))
        found = connection.exec_driver_sql("SELECT id, path FROM trail_parts ORDER BY id").all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    old.close()
    assert [tuple(row) for row in found] == [(1, "a"), (8, "b")]
    assert broken == []


def test_a_home_older_than_the_log_keeps_its_rows_and_they_become_its_first_leaves(tmp_path: Path) -> None:
    """With alerts that point at each other: rewriting their table must neither fail nor lose a row."""
    from alembic import command

    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    with old.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for statement in OLD_ROWS.split(";"):
            connection.exec_driver_sql(statement)
    upgrade(old)
    with old.engine.connect() as connection:
        messages = connection.exec_driver_sql("SELECT id, incident_id, fallback_of FROM messages ORDER BY id").all()
        told = connection.exec_driver_sql("SELECT event_id, message_id FROM alerted_events").all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        waiting = connection.exec_driver_sql("SELECT kind, row_id FROM log_waiting ORDER BY id").all()
        enforced = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    old.close()
    assert [tuple(row) for row in messages] == [(1, 1, None), (2, 1, 1)]
    assert [tuple(row) for row in told] == [(1, 2)]
    assert (broken, enforced) == ([], 1)
    assert [tuple(row) for row in waiting] == [
        ("event", 1), ("enrolment", 2), ("message", 2),
    ]  # fmt: skip


def test_leaks_of_before_are_found_after_the_step(tmp_path: Path) -> None:
    from alembic import command
    from pyroaring import BitMap

    from incidents.leak_index import possibly_same
    from incidents.same_leak import LeakContent

    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    members = BitMap(range(0, 700, 7))
    with old.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        driver = connection.connection.driver_connection
        assert driver
        driver.executescript(OLD_ROWS)
        connection.exec_driver_sql(
            "INSERT INTO findings (id, incident_id, sha256, generation, verdict, confidence, people, subjects, share, "
            "fields, extracts, limits, sketch, members, made_at, state) VALUES (3, 1, 'f00', 1, 'leak', 1, 100, "
            "100, 1, '{}', '[]', '[]', '[5, 0, 7]', ?, '2026-11-01', 'reported')",
            (members.serialize(),),
        )
    upgrade(old)
    with old.read() as session:
        for content in (
            LeakContent("f00", (), BitMap()),
            LeakContent("x", (), members),
            LeakContent("y", (5,), members),
        ):
            assert [row.id for row in possibly_same(session, content)] == [3]
    old.close()


def test_a_home_of_version_0013_is_brought_up_and_searches_find_everything(tmp_path: Path) -> None:
    """With `hinomi init` itself, in a home that was made before searches read blocks."""
    import json

    from alembic import command
    from click.testing import CliRunner

    from cli.main import hinomi
    from core.settings import load_settings
    from incidents.documents.search import parse_documents, search_all_documents
    from incidents.timeline.search import parse_query, search, search_all

    folder = tmp_path / "home"
    assert CliRunner().invoke(hinomi, ["--home", str(folder), "init"]).exit_code == 0
    url = load_settings(folder).database_url
    for path in folder.glob("hinomi.db*"):
        path.unlink()
    old = Database(url)
    with old.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        tables = set(inspect(connection).get_table_names())
        assert not tables & {"event_blocks", "capture_texts", "marks", "saved_searches"}
        driver = connection.connection.driver_connection
        assert driver
        driver.execute(
            "INSERT INTO incidents (id, state, severity, opened_at, updated_at, first_seen_at, subjects, people, "
            "documents, sightings, confidence, fields, sources, members, assignee, dismiss_reason) "
            "VALUES (1, 'open', 'high', '2026-11-01', "
            "'2026-11-01', '2026-11-01', 3, 3, 1, 1, 0.9, '{\"phone\": 3}', '[\"forum\"]', x'00', '', '')"
        )
        driver.executemany(
            "INSERT INTO events (id, incident_id, happened_at, learned_at, zone, kind, actor, source, data, "
            "search_text) VALUES (?, 1, ?, ?, '', 'note', 'suzuki', '', ?, ?)",
            [
                (
                    number, f"2026-11-{1 + number % 20:02d} 10:00:00.000000", "2026-11-22 00:00:00.000000",
                    json.dumps({"text": f"漏洩メモ {number}"}), f"漏洩メモ {number} を書き込んだ",
                )
                for number in range(1, 5001)
            ],
        )  # fmt: skip
        driver.executemany(
            "INSERT INTO documents (id, sha256, size_bytes, title, warc_file, warc_offset, first_seen_at, keep_until, "
            "held, state, media_type, charset, truncated, failure, attempts) VALUES (?, ?, 1, ?, 'x', 0, '2026-11-01', "
            "'2036-11-01', 0, 'matched', '', '', 0, '', 0)",
            [(number, f"{number:064x}", f"ﾒｲﾎﾞ Number {number}") for number in range(1, 13)],
        )
        driver.executemany(
            "INSERT INTO captures (id, document_id, source, address, author, posted_as_written, fetched_at, warc_file, "
            "warc_offset, state) VALUES (?, ?, 'forum', ?, 'Seller', '', ?, 'x', 0, 'reported')",
            [
                (number, number, f"https://f.invalid/{number}", f"2026-11-{number:02d} 01:00:00.000000")
                for number in range(1, 13)
            ],
        )
        driver.execute(
            "INSERT INTO findings (id, document_id, incident_id, sha256, generation, verdict, confidence, people, "
            "subjects, share, fields, extracts, limits, sketch, members, made_at, state) VALUES (1, 7, 1, 'f00', 1, "
            "'leak', 1, 3, 3, 1, '{\"phone\": 3}', '[{\"extract\": \"calls\"}]', '[]', '[]', x'00', '2026-11-01', "
            "'reported')"
        )
        driver.execute("INSERT INTO sightings (capture_id, incident_id, finding_id, at) VALUES (7, 1, 1, '2026-11-01')")
    old.close()
    done = CliRunner().invoke(hinomi, ["--home", str(folder), "init"])
    assert done.exit_code == 0, done.output
    database = Database(url)
    check_current(database)
    with database.read() as session:
        for query, number in (
            ("漏洩", 5000),
            ("kind:note", 5000),
            ('"メモ 4321"', 1),
            ("incident:1 on:2026-11-03", 250),
        ):
            found = search(session, parse_query(query), language="ja")
            assert (found.total, found.is_all) == (number, True)
        assert search_all(session, parse_query("漏洩"), language="ja").facets.state[0].events == 5000
        assert search_all_documents(session, parse_documents("メイボ")).page.total == 12
        for query in ("title:メイボ field:phone", "verdict:leak extract:calls", "incident:1", "address:invalid/7"):
            (hit,) = search_all_documents(session, parse_documents(query)).page.hits
            assert (hit.capture_id, hit.incident_id, hit.subjects) == (7, 1, 3)


def test_each_place_in_the_tree_becomes_a_first_contract_and_an_event(tmp_path: Path) -> None:
    from alembic import command

    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0017")
        insert = (
            "INSERT INTO processors (id, name, parent_id, contract_kind, consent, consent_on, country, contact, "
            "added_at) "
            "VALUES (:id, :name, :parent, :kind, :consent, :on, '', '', '2026-04-01 00:00:00.000000')"
        )
        rows = ((1, "above", None, "A", "", None), (2, "below", 1, "B", "given", "2026-03-01"))
        for row in rows:
            values = dict(zip(("id", "name", "parent", "kind", "consent", "on"), row, strict=True))
            connection.execute(text(insert), values)
    upgrade(database)
    with database.read() as session:
        edges = {one.processor.name: one for one in session.scalars(select(Edge))}
        assert all(one.is_first and one.stage == "during" for one in edges.values())
        below = edges["below"]
        assert (below.parent.name if below.parent else "", below.contract_kind) == ("above", "B")
        assert (below.consent, str(below.consent_on), str(below.since)) == ("given", "2026-03-01", "2026-04-01")
        report = Report()
        find_wrong_register(session, report)
        assert report.damages == []
        assert len(session.scalars(select(RegisterEvent)).all()) == len(edges)
        waiting = session.scalars(select(LogWaiting.row_id).where(LogWaiting.kind == "custody")).all()
        assert sorted(waiting) == [1, 2]
    database.close()
