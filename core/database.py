"""The database: SQLite with safe pragmas by default, PostgreSQL by address; reading and writing sessions.

SQLite takes its write lock at the *start* of a writing session (``BEGIN IMMEDIATE``): with a deferred one, two writers
that both read first cannot both go on, and one of them fails (measured: 654 of 800 transactions).
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import DateTime, MetaData, TypeDecorator, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from core.errors import HinomiError
from core.files import is_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Dialect, Engine


class DatabaseError(HinomiError):
    """The database cannot be reached, is too old, too new, or damaged."""

    exit_code = 3


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused, since nobody can say when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC (SQLite keeps no zone, so it gets none)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: aware, in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table; each package keeps its own in its ``models`` module."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UTCDateTime}  # noqa: RUF012  # SQLAlchemy's own spelling of it


class Database:
    """Sessions over one engine. Make one a process; a child process makes its own."""

    def __init__(self, url: str, *, busy_timeout_s: float = 30) -> None:
        self.engine = _make_engine(url, busy_timeout_s)
        self._reading = sessionmaker(self.engine, expire_on_commit=False)
        self._writing = sessionmaker(self.engine.execution_options(sqlite_begin="IMMEDIATE"), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the rows live in an SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; what it changes is thrown away."""
        with clear_errors(), self._reading() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for writing, from the first statement on; committed when the block ends well."""
        with clear_errors(), self._writing.begin() as session:
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def insert_into(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT; both dialects spell it alike but share no class."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def serialise(session: Session, name: str) -> None:
    """Let one transaction of that name go on at a time, until it ends; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what the driver says when it cannot work at all into an error that names what to do."""
    try:
        yield
    except DBAPIError as error:
        # The first line alone, and no cause: PostgreSQL's DETAIL lines hold the values of the row.
        said = (str(error.orig).splitlines() or [""])[0]
        raise DatabaseError(
            f"the database did not do as it should: {type(error.orig).__name__}: {said}", hint=_hint_for(said)
        ) from None


def _hint_for(said: str) -> str:
    low = said.lower()
    if "no such table" in low or "does not exist" in low or "no such column" in low:
        return "Run `hinomi init`: it creates what is missing and changes nothing else."
    if is_full(Exception(low)):
        return "Free some space; nothing was lost, and the work goes on from where it stopped."
    if "disk i/o error" in low or "unable to open database file" in low:
        return "Its disk refuses to be read or written: see that it has room, is sound, and may be written by you."
    if "locked" in low:
        return "Another process holds it; raise [database] busy_timeout_s if that is normal here."
    if "malformed" in low or "not a database" in low:
        return "The file is damaged: restore it from a backup."
    return "Check [database] url and that the server runs."


def _make_engine(url: str, busy_timeout_s: float) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgresql", "postgres"}:
            parsed = parsed.set(drivername="postgresql+psycopg")
        # Parameters of a failed statement are customers' values or somebody's post: never in a message.
        if parsed.get_backend_name() == "sqlite":
            engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": busy_timeout_s})
            _set_up_sqlite(engine, busy_timeout_s)
        else:
            engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    except (ArgumentError, SQLAlchemyError, ImportError, ValueError) as error:
        shown = url.rsplit("@", maxsplit=1)[-1]
        raise DatabaseError(
            f"{shown!r} is no database address we can use: {type(error).__name__}",
            hint="Expected sqlite:///path or postgresql://user@host/name.",
        ) from None
    return engine


def _set_up_sqlite(engine: Engine, busy_timeout_s: float) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we send BEGIN ourselves, below
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={int(busy_timeout_s * 1000)}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN " + connection.get_execution_options().get("sqlite_begin", "DEFERRED"))
