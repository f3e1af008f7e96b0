"""The database itself: whole by its own check, and with the triggers that put rows in line for the log, no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from transparency.triggers import FUNCTION_BODY, triggers_wanted
from transparency.verify.damage import Damage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from transparency.verify.damage import Report

KEPT = 20
_ON_POSTGRESQL = """
SELECT tgname, tgenabled::text, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE NOT tgisinternal AND nspname = current_schema()
"""
_ALWAYS = {"O", "A"}


def find_wrong_schema(session: Session, report: Report) -> bool:
    """Whether the database can be read at all; what is wrong with it is reported."""
    try:
        if session.get_bind().dialect.name == "sqlite":
            _find_broken_pages(session, report)
        find_wrong_triggers(session, report)
    except DBAPIError as error:
        _damaged(report, str(error.orig).splitlines()[0])
        return False
    return True


def find_wrong_triggers(session: Session, report: Report) -> None:
    """Compare the triggers with this program's."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    found = _on_sqlite(session) if is_sqlite else _on_postgresql(session)
    wanted = triggers_wanted() if is_sqlite else dict.fromkeys(triggers_wanted(), FUNCTION_BODY)
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            said = "rows that are written from now on stay out of the log"
            report.add(Damage("trigger-missing", f"trigger {name}", report.size, said=said))
        elif found[name] != wanted.get(name):
            said = "its words are not this program's" if name in wanted else "it is none of this program's"
            report.add(Damage("trigger-altered", f"trigger {name}", report.size, said=said))


def _find_broken_pages(session: Session, report: Report) -> None:
    for (said,) in session.execute(text(f"PRAGMA integrity_check({KEPT})")):
        if said != "ok":
            _damaged(report, str(said))
    for table, row_id, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        _damaged(report, f"{table} {row_id} points at a row of {parent} that is not there")


def _damaged(report: Report, said: str) -> None:
    report.add(Damage("database-damaged", "the database", 0, said=said))


def _on_sqlite(session: Session) -> dict[str, str]:
    """Triggers, and views: neither is used but for the log."""
    rows = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"))
    return {name: sql for name, sql in rows}  # noqa: C416  # rows are no pairs to mypy


def _on_postgresql(session: Session) -> dict[str, str]:
    rows = session.execute(text(_ON_POSTGRESQL))
    return {name: body if enabled in _ALWAYS else "switched off" for name, enabled, body in rows}
