"""Sign-ins, failures and leavings as events, and the rows that say who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.actors import SYSTEM
from core.sign_ins import end_sign_in, has_to_be_noted, is_signed_in, note_seen, open_sign_in
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from datetime import timedelta

    from home import Home
    from web.access.sessions import Session

SIGNED_IN, SIGN_IN_FAILED, SIGNED_OUT = "signed-in", "sign-in-failed", "signed-out"


class AccessRecord:
    """Writes down who came and went; each of it blocks, so that the gate calls it in a thread."""

    def __init__(self, home: Home, idle: timedelta) -> None:
        self._home = home
        self._idle = idle

    def signed_in(self, session: Session, client: str) -> None:
        """A browser showed the right token."""
        now = self._home.clock.now()
        with self._home.database.write() as database:
            open_sign_in(database, session.id, now=now)
            add_event(database, SIGNED_IN, actor=session.actor, now=now, data={"client": client})

    def failed(self, count: int, client: str) -> None:
        """A wrong token was shown."""
        now = self._home.clock.now()
        with self._home.database.write() as database:
            add_event(database, SIGN_IN_FAILED, actor=SYSTEM, now=now, data={"client": client, "count": count})

    def left(self, session: Session, client: str) -> None:
        """Somebody left: the cookie opens nothing from now on, wherever it was copied to."""
        now = self._home.clock.now()
        with self._home.database.write() as database:
            end_sign_in(database, session.id, now=now)
            add_event(database, SIGNED_OUT, actor=session.actor, now=now, data={"client": client})

    def is_here(self, session: Session, *, is_person: bool = True) -> bool:
        """Whether a session is still signed in and not idle too long; that it was seen is noted.

        Args:
            session: As its cookie says.
            is_person: Somebody did something; else a page that lies open asks by itself, which keeps nobody signed in.
        """
        now = self._home.clock.now()
        with self._home.database.read() as database:
            is_here = is_signed_in(database, session.id, now=now, idle=self._idle)
            is_old = has_to_be_noted(database, session.id, now=now)
        if is_here and is_old and is_person:
            with self._home.database.write() as database:
                note_seen(database, session.id, now=now)
        return is_here
