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
    world, form = world_of(request), form_of(request)
    done = form.get("do", "")
    if done not in CHANGES:
        return world.pages.error(request, 400)
    with world.home.database.read() as session:
        account = _own(session, request)
    if done in PROVEN and account.password and not is_password_of(account, form.get("present", "")):
        return page(request, PeopleError("present"))
    try:
        with world.home.database.write() as session:
            CHANGES[done](session, request, _own(session, request), world.home.clock.now())
    except PeopleError as error:
        return page(request, error)
    return RedirectResponse(f"/account?done={done}", status_code=303)


def _password(session: Session, request: Request, account: Account, now: datetime) -> None:
    set_password(session, account, form_of(request).get("new", ""), actor=actor_of(request), now=now)
    _end_others(session, request, now)


def _totp(session: Session, request: Request, account: Account, now: datetime) -> None:
    world = world_of(request)
    secret = world.sessions.take_back(ASIDE_TOTP, request.cookies)
    code, sealing = form_of(request).get("code", ""), world.arrivals.sealing
    add_totp(session, account, secret, code, sealing=sealing, actor=actor_of(request), now=now)


def _no_totp(session: Session, request: Request, account: Account, now: datetime) -> None:
    remove_totp(session, account, actor=actor_of(request), now=now)


def _passkey(session: Session, request: Request, account: Account, now: datetime) -> None:
    world, form = world_of(request), form_of(request)
    challenge = world.sessions.take_back(ASIDE_NEW_KEY, request.cookies)
    host, origin = place_of(world)
    add_passkey(
        session, account, form.get("answer", ""), challenge, origin=origin, host=host, name=form.get("name", ""),
        actor=actor_of(request), now=now,
    )  # fmt: skip


def _no_passkey(session: Session, request: Request, account: Account, now: datetime) -> None:
    remove_passkey(session, account, form_of(request).get("key", ""), actor=actor_of(request), now=now)


def _end(session: Session, request: Request, _: Account, now: datetime) -> None:
    wanted = form_of(request).get("session", "")
    if wanted in {one.id for one, _ in _mine(session, request, now)}:
        end_session(session, wanted, actor=actor_of(request), now=now, why="revoked")


def _language(session: Session, request: Request, account: Account, now: datetime) -> None:
    language = form_of(request).get("language", "")
    if language in {*LANGUAGES, ""}:
        change_account(session, account.login, language=language, actor=actor_of(request), now=now)


def _away(session: Session, request: Request, account: Account, now: datetime) -> None:
    form, zone = form_of(request), world_of(request).home.settings.zone
    since, until = (_day(zone, form.get(name, "")) for name in ("from", "until"))
    be_away(
        session, account.login, form.get("deputy", ""), since=since, until=until + timedelta(days=1),
        actor=actor_of(request), now=now,
    )  # fmt: skip


def _back(session: Session, request: Request, account: Account, now: datetime) -> None:
    for absence, away, _ in absences(session, now=now):
        if away.id == account.id:
            be_back(session, absence.id, actor=actor_of(request), now=now)


CHANGES = {
    "password": _password, "totp": _totp, "remove-totp": _no_totp, "passkey": _passkey, "remove-passkey": _no_passkey,
    "end": _end, "language": _language, "away": _away, "back": _back,
}  # fmt: skip


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
