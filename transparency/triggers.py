"""Triggers that put a row in line for the log, in the very transaction that writes it, whoever writes it.

So no writer can forget the log, a crash can separate no row from its place in line, and rows that PostgreSQL commits
out of order are all found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, literal, select, text

from transparency.kinds import KINDS
from transparency.models import LogWaiting

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection

    from transparency.kinds import Ending, Kind

FUNCTION_BODY = " BEGIN INSERT INTO log_waiting (kind, row_id) VALUES (TG_ARGV[0], NEW.id); RETURN NULL; END "
_FUNCTION = f"CREATE OR REPLACE FUNCTION log_put_in_line() RETURNS trigger LANGUAGE plpgsql AS $${FUNCTION_BODY}$$"


def create_triggers(connection: Connection) -> None:
    """Create the triggers, in place of those of an earlier version: a step that rewrites a table drops its own."""
    tables = set(inspect(connection).get_table_names())
    if LogWaiting.__tablename__ not in tables:
        return
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.execute(text(_FUNCTION))
    for kind in KINDS.values():
        if kind.table_name in tables:
            if not is_postgresql:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {_name(kind)}"))
            connection.execute(text(_on_postgresql(kind) if is_postgresql else _on_sqlite(kind)))


def triggers_wanted() -> dict[str, str]:
    """Every trigger by its name, as SQLite keeps its words."""
    return {_name(kind): _on_sqlite(kind) for kind in KINDS.values()}


def put_all_in_line(connection: Connection, names: Collection[str] | None = None) -> None:
    """Let every row that is there already become a leaf, of some kinds or all; for databases older than they are."""
    tables = set(inspect(connection).get_table_names())
    for kind in (kind for kind in KINDS.values() if names is None or kind.name in names):
        if kind.table_name not in tables:
            continue
        rows = select(literal(kind.name), kind.rows.c.id).order_by(kind.rows.c.id)
        condition = kind.is_final()
        rows = rows if condition is None else rows.where(condition)
        connection.execute(LogWaiting.__table__.insert().from_select(["kind", "row_id"], rows))  # type: ignore[attr-defined]


def _name(kind: Kind) -> str:
    return f"log_{kind.name.replace('-', '_')}"


def _moment(kind: Kind) -> tuple[str, str]:
    """When a trigger fires, and on which rows."""
    if kind.ending is None:
        return "INSERT", ""
    return f"UPDATE OF {kind.ending.column}", f" WHEN ({kind.ending.as_sql('NEW')} AND NOT {_before(kind.ending)})"


def _before(ending: Ending) -> str:
    return f"({ending.as_sql('OLD')})"


def _on_sqlite(kind: Kind) -> str:
    moment, rows = _moment(kind)
    put = f"INSERT INTO log_waiting (kind, row_id) VALUES ('{kind.name}', NEW.id)"  # noqa: S608  # our own names
    on = f"AFTER {moment} ON {kind.table_name}{rows}"
    return f"CREATE TRIGGER {_name(kind)} {on} BEGIN {put}; END"


def _on_postgresql(kind: Kind) -> str:
    moment, rows = _moment(kind)
    return (
        f"CREATE OR REPLACE TRIGGER {_name(kind)} AFTER {moment} ON {kind.table_name} "
        f"FOR EACH ROW{rows} EXECUTE FUNCTION log_put_in_line('{kind.name}')"
    )
