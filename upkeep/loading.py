"""A database out of a backup: the file put in its place, or every row brought into the same schema by COPY."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from core.database import Database, clear_errors
from migrations import at_revision, load_metadata
from upkeep.copies import copy_file
from upkeep.errors import BackupError
from upkeep.manifest import BLOCK
from upkeep.snapshot import COLUMNS_FILE, SQLITE_FILE, TABLES_FOLDER, driver_of, quoted, sqlite_path, tables_of

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.settings import Settings
    from upkeep.manifest import BackupManifest

REVISION_TABLE: Final = "alembic_version"
_SEQUENCES: Final = """
    SELECT c.table_name, c.column_name, pg_get_serial_sequence(quote_ident(c.table_name), c.column_name)
    FROM information_schema.columns c JOIN pg_tables t ON t.tablename = c.table_name AND t.schemaname = c.table_schema
    WHERE c.table_schema = current_schema() AND pg_get_serial_sequence(quote_ident(c.table_name), c.column_name) <> ''
"""


def check_room(settings: Settings, manifest: BackupManifest) -> None:
    """Refuse a database that holds anything, or is of another kind than the backup's.

    Raises:
        BackupError: Which of the two.
    """
    database = Database(settings.database_url)
    try:
        now = database.engine.dialect.name
        if now != manifest.database:
            raise BackupError("other_database", was=manifest.database, now=now)
        if database.is_sqlite:
            file = sqlite_path(settings.database_url)
            if file.exists():
                raise BackupError("not_empty", place=file)
            return
        with clear_errors(), database.engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise BackupError("not_empty", place=f"PostgreSQL {database.engine.url.database}")
    finally:
        database.close()


def load_database(folder: Path, manifest: BackupManifest, settings: Settings) -> None:
    """Bring a backup's database where the settings say it is; `check_room` was asked before."""
    if manifest.database == "sqlite":
        copy_file(folder / SQLITE_FILE, sqlite_path(settings.database_url))
        return
    database = Database(settings.database_url)
    try:
        at_revision(database, manifest.schema)
        with clear_errors(), database.engine.begin() as connection:
            _fill(connection, folder / TABLES_FOLDER)
    finally:
        database.close()


def _fill(connection: Connection, folder: Path) -> None:
    """Every row, without our triggers: what is on the record already is not put on it again."""
    there = set(tables_of(connection)) - {REVISION_TABLE}
    order = [table.name for table in load_metadata().sorted_tables if table.name in there]
    order += sorted(there - set(order))
    for table in order:
        connection.execute(text(f"ALTER TABLE {quoted(table)} DISABLE TRIGGER USER"))
    for table in reversed(order):  # what the steps of the schema wrote themselves stands in the backup too
        connection.execute(text(f"DELETE FROM {quoted(table)}"))  # noqa: S608  # quoted
    columns = json.loads((folder / COLUMNS_FILE).read_bytes())
    for table in order:
        file = folder / f"{table}.copy"
        if file.is_file():
            _load_table(connection, table, columns[table], file)
    for table in order:
        connection.execute(text(f"ALTER TABLE {quoted(table)} ENABLE TRIGGER USER"))
    for table, column, sequence in connection.execute(text(_SEQUENCES)).all():
        highest = f"SELECT max({quoted(column)}) FROM {quoted(table)}"  # noqa: S608  # quoted
        connection.execute(text(f"SELECT setval(:name, ({highest})) WHERE ({highest}) IS NOT NULL"), {"name": sequence})


def _load_table(connection: Connection, table: str, columns: str, file: Path) -> None:
    statement = f"COPY {quoted(table)} ({columns}) FROM STDIN"
    with driver_of(connection).cursor() as cursor, cursor.copy(statement) as copy, file.open("rb") as rows:
        while block := rows.read(BLOCK):
            copy.write(block)
