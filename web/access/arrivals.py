"""Who comes, who is here and who goes, at the pages: people's sessions behind what a browser shows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.actors import SYSTEM
from incidents.timeline.events import add_event
from people.accounts import find_account
from people.sessions import SessionLimits, begin_session, end_session, note_seen, read_session
from people.sign_in.links import LINK, use_link
from people.sign_in.passwords import check_password

if TYPE_CHECKING:
    from starlette.requests import Request

    from home import Home
    from people.models import Account
    from people.sessions import SignedIn
    from people.sign_in.sealing import Sealing

SIGN_IN_FAILED = "sign-in-failed"
PROXY = "proxy"


class Arrivals:
    """Signs people in and out; each of it blocks, so that the gate calls it in a thread."""

    def __init__(self, home: Home, sealing: Sealing) -> None:
        self._home = home
        self.sealing = sealing
        settings = home.settings
        self.limits = SessionLimits(
            timedelta(minutes=settings.web.idle_minutes), timedelta(hours=settings.people.session_hours)
        )

    def by_link(self, request: Request, secret: str) -> str:
        """A link for a cookie.

        Raises:
            SignInError: It is good for nothing.
        """
        now = self._home.clock.now()
        with self._home.database.write() as session:
            account = use_link(session, secret, now=now)
            return begin_session(session, account, LINK, now=now, **_where(request))[0]

    def by_password(self, request: Request, login: str, password: str, code: str) -> str:
        """Name, password and code for a cookie; empty when they sign nobody in.

        Raises:
            SignInError: After several wrong ones, the next is not looked at yet.
        """
        now, database = self._home.clock.now(), self._home.database
        account, how, wrong = check_password(database, login, password, code, sealing=self.sealing, now=now)
        if account is None:
            self.failed(request, wrong)
            return ""
        return self.begin(request, account, how)

    def by_proxy(self, request: Request, login: str) -> str:
        """The word of a proxy that is believed, for a cookie; empty where there is no such account."""
        with self._home.database.read() as session:
            account = find_account(session, login)
        return self.begin(request, account, PROXY) if account and account.disabled_at is None else ""

    def begin(self, request: Request, account: Account, how: str) -> str:
        """Sign somebody in who was authenticated; gives what the cookie holds."""
        with self._home.database.write() as session:
            return begin_session(session, account, how, now=self._home.clock.now(), **_where(request))[0]

    def failed(self, request: Request, wrong: int) -> None:
        """Something was shown that signs nobody in."""
        data = {"client": _where(request)["client"], "count": wrong}
        with self._home.database.write() as session:
            add_event(session, SIGN_IN_FAILED, actor=SYSTEM, now=self._home.clock.now(), data=data)

    def left(self, request: Request, signed_in: SignedIn) -> None:
        """Somebody left: the cookie opens nothing from now on, wherever it was copied to."""
        with self._home.database.write() as session:
            end_session(
                session, signed_in.id, actor=signed_in.actor, now=self._home.clock.now(), why="left",
                client=_where(request)["client"],
            )  # fmt: skip

    def here(self, secret: str, *, is_person: bool = True) -> SignedIn | None:
        """Who is at a browser, none when nobody is signed in; that it was seen is noted.

        Args:
            secret: As its cookie says.
            is_person: Somebody did something; else a page that lies open asks by itself, which keeps nobody signed in.
        """
        now = self._home.clock.now()
        with self._home.database.read() as session:
            found = read_session(session, secret, self.limits, now=now)
        if found is not None and found.is_seen_anew and is_person:
            with self._home.database.write() as session:
                note_seen(session, found.id, now=now)
        return found


def _where(request: Request) -> dict[str, str]:
    """Where a request came from."""
    client = request.client.host if request.client else ""
    return {"client": client, "agent": request.headers.get("user-agent", "")}
