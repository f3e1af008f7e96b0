"""The migrations give the same tables as the models, on both databases, and know their own version."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from core.database import Database, DatabaseError
from incidents.search_index import is_search_structure
from migrations import _config, check_current, load_metadata, upgrade

if TYPE_CHECKING:
    from pathlib import Path


def test_migrations_give_the_tables_of_the_models(database: Database) -> None:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return not (kind in {"table", "index"} and is_search_structure(name))

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
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
