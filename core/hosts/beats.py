"""Signs of life: a row a machine, renewed while its service runs, so that everybody can see who does what."""

from __future__ import annotations

import socket
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import JSON, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, insert_into
from core.errors import HinomiError
from core.hosts.clock import shared_now
from core.hosts.roles import ROLES
from core.logs import get_logger
from core.processes.names import worker_name

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

BEAT_S: Final = 15.0
SILENT: Final = timedelta(seconds=60)
"""Four beats missed in a row: nobody is thought gone for a slow disk."""

log = get_logger()


class HostRow(Base):
    """A machine whose service runs, or ran and said nothing when it ended.

    ``roles``: of `ROLES`, in their order. ``clock_ms``: how far its clock was ahead of the shared one at ``seen_at``,
    which is by the shared one. ``schema``: the step of the database that its program knows.
    """

    __tablename__ = "hosts"
    name: Mapped[str] = mapped_column(primary_key=True)
    worker: Mapped[str]
    roles: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[str]
    schema: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    clock_ms: Mapped[int] = mapped_column(default=0)

    def is_silent(self, now: datetime) -> bool:
        """Whether it gave no sign for too long."""
        return now - self.seen_at > SILENT


def host_name(settings: Settings) -> str:
    """What this machine is called among those that share the database."""
    return settings.scheduler.host or socket.gethostname()


def list_hosts(session: Session) -> Sequence[HostRow]:
    """Every machine that gave a sign and did not say that it ends."""
    return session.scalars(select(HostRow).order_by(HostRow.name)).all()


def missing_roles(hosts: Sequence[HostRow], now: datetime) -> list[str]:
    """Roles that no living machine has."""
    held = {role for host in hosts if not host.is_silent(now) for role in host.roles}
    return [role for role in ROLES if role not in held]


def forget_hosts(session: Session, *, before: datetime) -> None:
    """Drop machines that nobody heard of for long."""
    session.execute(delete(HostRow).where(HostRow.seen_at < before))


class Beat:
    """Gives signs of life of this machine from a thread, between `start` and `stop`."""

    def __init__(
        self, database: Database, clock: Clock, *, name: str, roles: Collection[str], version: str, schema: str
    ) -> None:
        self._database = database
        self._clock = clock
        self._row = {
            "name": name, "worker": worker_name(), "roles": [role for role in ROLES if role in roles],
            "version": version, "schema": schema,
        }  # fmt: skip
        self._started_at: datetime | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="beat", daemon=True)

    def start(self) -> None:
        """Give the first sign, then go on."""
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """Say that this machine ends, if the database can be reached."""
        self._over.set()
        self._thread.join()
        same = (HostRow.name == self._row["name"], HostRow.worker == self._row["worker"])
        try:
            with self._database.write() as session:
                session.execute(delete(HostRow).where(*same))
        except HinomiError as error:
            log.warning("beat.not_ended", error=type(error).__name__)

    def beat(self) -> None:
        """One sign."""
        with self._database.write() as session:
            now = shared_now(session, self._clock)
            apart = self._clock.now() - now
            self._started_at = self._started_at or now
            values = {"seen_at": now, "started_at": self._started_at, "clock_ms": round(apart.total_seconds() * 1000)}
            made = insert_into(session, HostRow).values(**self._row, **values)
            session.execute(made.on_conflict_do_update(index_elements=[HostRow.name], set_={**self._row, **values}))

    def _run(self) -> None:
        while not self._over.wait(BEAT_S):
            try:
                self.beat()
            except HinomiError as error:
                log.warning("beat.not_given", error=type(error).__name__)
