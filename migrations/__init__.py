"""The database's schema as a series of steps (Alembic), and every package's tables in one metadata."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from core.database import Base, DatabaseError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import MetaData

    from core.database import Database

HERE = Path(__file__).parent
MODEL_MODULES = (
    "core.leases",
    "archive.models",
    "crawler.models",
    "custody.models",
    "trails.models",
    "incidents.models",
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

    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_current(database: Database) -> None:
    """Refuse a database of another version.

    Raises:
        DatabaseError: It is new and empty, older, or newer than this program; the message names both versions.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise DatabaseError(
            f"the database is at version {found or 'none'}, this program works with {wanted}",
            hint="Run `hinomi init`: it brings an older database up to date and leaves everything in it.",
        )


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    return config
