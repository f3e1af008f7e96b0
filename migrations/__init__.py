"""The database's schema as a series of steps (Alembic), and every package's tables in one metadata."""

from __future__ import annotations

import importlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.database import Base, DatabaseError, clear_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Connection

    from core.database import Database

HERE = Path(__file__).parent
MODEL_MODULES = (
    "core.leases",
    "core.hosts.beats",
    "core.removals",
    "archive.models",
    "archive.bodies.models",
    "crawler.models",
    "custody.models",
    "custody.supervision.models",
    "trails.models",
    "incidents.models",
    "incidents.blocks.models",
    "incidents.casework.models",
    "incidents.clocks.models",
    "people.models",
    "exports.models",
    "reports.models",
    "transparency.models",
    "alerts.models",
)


def load_metadata() -> MetaData:
    """The metadata with every table of every package in it."""
    for name in MODEL_MODULES:
        importlib.import_module(name)
    return Base.metadata


def upgrade(database: Database) -> None:
    """Bring a database, new or old, to this program's version; nothing happens when it is there already."""
    from alembic import command

    from transparency.triggers import create_triggers

    with clear_errors(), database.engine.connect() as connection, _without_references(connection), connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        create_triggers(connection)


def at_revision(database: Database, revision: str) -> None:
    """Make the tables of an empty database as they were at a step, for rows of that time; `upgrade` goes on from there.

    The triggers of the record are made by `upgrade`: rows that are brought back are on the record already.
    """
    from alembic import command

    with clear_errors(), database.engine.connect() as connection, connection.begin():
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def is_known(revision: str) -> bool:
    """Whether this program knows a step: a database of a later release is at one that it does not know."""
    from alembic.script import ScriptDirectory

    return revision in {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def revisions(database: Database) -> tuple[str, str]:
    """The step that a database is at, empty for none, and the one that this program works with."""
    from alembic.runtime.migration import MigrationContext

    with clear_errors(), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or "", newest_step()


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """A step that rewrites a table of SQLite drops the old one, which no foreign key may point at just then.

    What SQLite's own documentation prescribes (https://sqlite.org/lang_altertable.html, section 7): references are off
    around the transaction, since inside of one the switch does nothing.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_current(database: Database) -> None:
    """Refuse a database of another version.

    Raises:
        DatabaseError: It is new and empty, older, or newer than this program; the message names both versions.
    """
    found, wanted = revisions(database)
    if found != wanted:
        raise DatabaseError(
            f"the database is at version {found or 'none'}, this program works with {wanted}",
            hint="Run `hinomi init`: it brings an older database up to date and leaves everything in it.",
        )


def newest_step() -> str:
    """The step of the schema that this program works with."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    folders = (
        HERE / "versions",
        *(one for one in sorted((HERE / "versions").iterdir()) if one.name.startswith("until_")),
    )
    config.set_main_option("version_locations", os.pathsep.join(map(str, folders)))
    return config
