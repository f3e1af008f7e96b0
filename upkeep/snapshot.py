"""The database as it stood at one moment, while others write: one file of SQLite, or every row of PostgreSQL by COPY.

SQLite's own backup interface takes all pages in one step, under one read lock: in WAL mode nobody waits for it
(https://sqlite.org/backup.html). For PostgreSQL every table is copied inside of one read-only transaction that sees one
moment (REPEATABLE READ). `pg_dump` would do the same, but is not on every machine that runs this program, and refuses a
server that is newer than itself; COPY asks for nothing beside the driver.
"""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from core.database import clear_errors
from core.files import write_safely
from upkeep.copies import FOLDER_MODE
from upkeep.facts import CopiedMoment, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from core.database import Database

SQLITE_FILE: Final = "database.sqlite"
TABLES_FOLDER: Final = "database"
COLUMNS_FILE: Final = "columns.json"
"""In the folder of tables: the columns of each, in the order that its rows have."""
_TABLES: Final = """
    SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename
"""
_COLUMNS: Final = """
    SELECT quote_ident(column_name) FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = :name AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database that was copied.

    Attributes:
        facts: What it said at that moment.
        tables: Rows of each table (PostgreSQL).
    """

    facts: CopiedMoment
    tables: dict[str, int]


def take_snapshot(database: Database, folder: Path) -> Snapshot:
    """Write the database of this moment into a folder."""
    if database.is_sqlite:
        copy = folder / SQLITE_FILE
        _copy_pages(sqlite_path(str(database.engine.url)), copy)
        reading = create_engine(f"sqlite:///{copy.absolute().as_uri()}?mode=ro&immutable=1&uri=true")
        try:
            with reading.connect() as connection:
                return Snapshot(read_facts(connection), {})
        finally:
            reading.dispose()
    one_moment = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with clear_errors(), one_moment.connect() as connection:
        return Snapshot(read_facts(connection), _copy_tables(connection, folder / TABLES_FOLDER))


def sqlite_path(url: str) -> Path:
    """The file of an SQLite address."""
    return Path(str(make_url(url).database))


def columns_of(connection: Connection, table: str) -> str:
    """The columns of a table that hold what was written, for COPY."""
    return ", ".join(connection.scalars(text(_COLUMNS), {"name": table}))


def tables_of(connection: Connection) -> list[str]:
    """Every table of a PostgreSQL database."""
    return list(connection.scalars(text(_TABLES)))


def quoted(name: str) -> str:
    """A name as PostgreSQL reads it."""
    return '"' + name.replace('"', '""') + '"'


def driver_of(connection: Connection) -> Any:
    """The driver's own connection: COPY is nothing that SQLAlchemy speaks."""
    return connection.connection.driver_connection


def _copy_pages(source: Path, target: Path) -> None:
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    address = f"{source.absolute().as_uri()}?mode=ro"
    opened = sqlite3.connect(address, uri=True, timeout=60)
    with closing(opened) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    descriptor = os.open(target, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _copy_tables(connection: Connection, folder: Path) -> dict[str, int]:
    folder.mkdir(mode=FOLDER_MODE)
    rows, columns = {}, {}
    for table in tables_of(connection):
        columns[table] = columns_of(connection, table)
        with os.fdopen(os.open(folder / f"{table}.copy", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in _rows(connection, table, columns[table]):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        rows[table] = int(connection.scalar(text(f"SELECT count(*) FROM {quoted(table)}")) or 0)  # noqa: S608  # quoted
    write_safely(folder / COLUMNS_FILE, json.dumps(columns, indent=1).encode())
    return rows


def _rows(connection: Connection, table: str, columns: str) -> Iterator[bytes]:
    """The rows of a table as COPY writes them in text."""
    statement = f"COPY {quoted(table)} ({columns}) TO STDOUT"
    with driver_of(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for block in copy:
            yield bytes(block)
