"""One's own account: how one signs in, where one is signed in, who stands in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import segno
from starlette.responses import RedirectResponse

from core.texts import LANGUAGES
from people.absences import absences, be_away, be_back
from people.accounts import change_account, list_accounts
from people.approvals import asked_by
from people.errors import PeopleError
from people.models import Account
from people.roles import Permission
from people.sessions import end_session, open_sessions
from people.sign_in.passkeys import (
    add_passkey,
    is_name,
    new_challenge,
    options_to_add,
    passkeys_of,
    remove_passkey,
)
from people.sign_in.passwords import is_password_of, set_password
from people.sign_in.totp import add_totp, address_of, new_totp, remove_totp
from web.access.guarded import Guarded
from web.routes.people.sign_in import MINUTES_S, place_of
from web.world import actor_of, form_of, session_of, world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from people.models import WebSession
    from people.sessions import SignedIn

ASIDE_TOTP, ASIDE_NEW_KEY = "totp", "newkey"
PROVEN = ("password", "totp", "remove-totp", "remove-passkey", "passkey")
"""What changes how one signs in: the present password is asked again, if there is one."""


def page(request: Request, error: PeopleError | None = None) -> Response:
    """The page; it offers a new secret for an app, and a new passkey, each time."""
    world, now = world_of(request), world_of(request).home.clock.now()
    language = world.pages.language(request)
    secret, challenge = new_totp(), new_challenge()
    host, _ = place_of(world)
    with world.home.database.read() as session:
        account = _own(session, request)
        keys = passkeys_of(session, account)
        here = open_sessions(session, world.arrivals.limits, now=now, account_id=account.id)
        away = [one for one in absences(session, now=now) if account.id in {one[0].account_id, one[0].deputy_id}]
        others = [one for one in list_accounts(session, is_active=True) if one.id != account.id]
        asked = asked_by(session, actor_of(request), limit=5)
    picture = segno.make(address_of(account, secret)).svg_inline(scale=4, omitsize=True, title="QR")
    said, hint = error.said(language) if error else ("", "")
    response = world.pages.render(
        request, "account.html", status=409 if error else 200, account=account, keys=keys, signed_in=here, away=away,
        others=others, asked=asked, picture=picture, secret=secret, said=said, hint=hint, all_languages=LANGUAGES,
        options=options_to_add(account, keys, challenge, host) if is_name(host) else "",
        second=request.query_params.get("second", ""), done=request.query_params.get("done", ""),
    )  # fmt: skip
    world.sessions.put_aside(response, ASIDE_TOTP, secret, MINUTES_S)
    world.sessions.put_aside(response, ASIDE_NEW_KEY, challenge, MINUTES_S)
    return response


def act(request: Request) -> Response:
    """One change of the page's forms."""
    world, form, done = world_of(request), form_of(request), form_of(request).get("do", "")
    try:
        with world.home.database.read() as session:
            account = _own(session, request)
        if done in PROVEN and account.password and not is_password_of(account, form.get("present", "")):
            raise PeopleError("present")
        with world.home.database.write() as session:
            _change(session, request, done)
    except PeopleError as error:
        return page(request, error)
    return RedirectResponse(f"/account?done={done}", status_code=303)


def _change(session: Session, request: Request, done: str) -> None:
    world, form, actor = world_of(request), form_of(request), actor_of(request)
    now, account = world.home.clock.now(), _own(session, request)
    host, origin = place_of(world)
    if done == "password":
        set_password(session, account, form.get("new", ""), actor=actor, now=now)
        _end_others(session, request, now)
    elif done == "totp":
        secret = world.sessions.take_back(ASIDE_TOTP, request.cookies)
        sealing = world.arrivals.sealing
        add_totp(session, account, secret, form.get("code", ""), sealing=sealing, actor=actor, now=now)
    elif done == "remove-totp":
        remove_totp(session, account, actor=actor, now=now)
    elif done == "passkey":
        challenge = world.sessions.take_back(ASIDE_NEW_KEY, request.cookies)
        add_passkey(
            session, account, form.get("answer", ""), challenge, origin=origin, host=host, name=form.get("name", ""),
            actor=actor, now=now,
        )  # fmt: skip
    elif done == "remove-passkey":
        remove_passkey(session, account, form.get("key", ""), actor=actor, now=now)
    elif done == "end":
        if form.get("session", "") in {one.id for one, _ in _mine(session, request, now)}:
            end_session(session, form["session"], actor=actor, now=now, why="revoked")
    elif done == "language" and form.get("language", "") in {*LANGUAGES, ""}:
        change_account(session, account.login, language=form.get("language", ""), actor=actor, now=now)
    elif done == "away":
        since, until = (_day(world.home.settings.zone, form.get(name, "")) for name in ("from", "until"))
        be_away(
            session, account.login, form.get("deputy", ""), since=since, until=until + timedelta(days=1), actor=actor,
            now=now,
        )  # fmt: skip
    elif done == "back":
        for absence, away, _ in absences(session, now=now):
            if away.id == account.id:
                be_back(session, absence.id, actor=actor, now=now)


def _end_others(session: Session, request: Request, now: datetime) -> None:
    """A new password ends the other sessions: whoever knew the old one is out."""
    own: SignedIn | None = session_of(request)
    for one, _ in _mine(session, request, now):
        if own is None or one.id != own.id:
            end_session(session, one.id, actor=actor_of(request), now=now, why="revoked")


def _mine(session: Session, request: Request, now: datetime) -> Sequence[tuple[WebSession, Account]]:
    return open_sessions(session, world_of(request).arrivals.limits, now=now, account_id=actor_of(request).account)


def _own(session: Session, request: Request) -> Account:
    return session.get_one(Account, actor_of(request).account)


def _day(zone: str, text: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), ZoneInfo(zone))
    except ValueError:
        raise PeopleError("absence_dates") from None


ROUTES = [
    Guarded("/account", page, needs=Permission.BE_HERE),
    Guarded("/account", act, methods=["POST"], needs=Permission.BE_HERE),
]
