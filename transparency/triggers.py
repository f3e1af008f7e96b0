"""Triggers that put a row in line for the log, in the very transaction that writes it, whoever writes it.

So no writer can forget the log, a crash can separate no row from its place in line, and rows that PostgreSQL commits
out of order are all found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, literal, select, text

from transparency.entries import KINDS
from transparency.models import LogWaiting

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from transparency.entries import Kind

_FUNCTION = """
CREATE OR REPLACE FUNCTION log_put_in_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO log_waiting (kind, row_id) VALUES (TG_ARGV[0], NEW.id); RETURN NULL; END $$
"""


def create_triggers(connection: Connection) -> None:
    """Create the triggers that are missing: a step of the schema that rewrites a table drops those upon it."""
    tables = set(inspect(connection).get_table_names())
    if LogWaiting.__tablename__ not in tables:
        return
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.execute(text(_FUNCTION))
    for kind in KINDS.values():
        if kind.table.__tablename__ in tables:
            connection.execute(text(_on_postgresql(kind) if is_postgresql else _on_sqlite(kind)))


def put_all_in_line(connection: Connection) -> None:
    """Let every row that is there already become a leaf; for databases older than the log."""
    tables = set(inspect(connection).get_table_names())
    for kind in (kind for kind in KINDS.values() if kind.table.__tablename__ in tables):
        id_column = kind.table.__table__.c.id
        rows = select(literal(kind.name), id_column).order_by(id_column)
        condition = kind.is_final()
        rows = rows if condition is None else rows.where(condition)
        connection.execute(LogWaiting.__table__.insert().from_select(["kind", "row_id"], rows))  # type: ignore[attr-defined]


def _name(kind: Kind) -> str:
    return f"log_{kind.name.replace('-', '_')}"


def _moment(kind: Kind) -> tuple[str, str]:
    """When a trigger fires, and on which rows."""
    if kind.becomes_final is None:
        return "INSERT", ""
    column, before, after = kind.becomes_final
    reached = f"NEW.{column} <> '{before}'" if after is None else f"NEW.{column} = '{after}'"
    return f"UPDATE OF {column}", f" WHEN (OLD.{column} = '{before}' AND {reached})"


def _on_sqlite(kind: Kind) -> str:
    moment, rows = _moment(kind)
    put = f"INSERT INTO log_waiting (kind, row_id) VALUES ('{kind.name}', NEW.id)"  # noqa: S608  # our own names
    on = f"AFTER {moment} ON {kind.table.__tablename__}{rows}"
    return f"CREATE TRIGGER IF NOT EXISTS {_name(kind)} {on} BEGIN {put}; END"


def _on_postgresql(kind: Kind) -> str:
    moment, rows = _moment(kind)
    return (
        f"CREATE OR REPLACE TRIGGER {_name(kind)} AFTER {moment} ON {kind.table.__tablename__} "
        f"FOR EACH ROW{rows} EXECUTE FUNCTION log_put_in_line('{kind.name}')"
    )
