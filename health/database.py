"""The database: whether it can be reached, is of this program's version, and is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_database(home: Home, thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """SQLite's own quick check; PostgreSQL looks after itself."""
    database = home.database
    with database.read() as session:
        found = session.scalar(text("PRAGMA quick_check(1)")) if database.is_sqlite and thorough else "ok"
    if found == "ok":
        yield Diagnosis("ok", "database", "whole" if thorough else "reached", {"dialect": database.engine.dialect.name})
    else:
        yield Diagnosis("bad", "database", "damaged", {"found": found})
