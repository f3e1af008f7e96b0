"""Everybody's accounts: added, given roles, shown out. Who has what role is for auditors to read as well."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.actors import Role
from people.absences import absences
from people.accounts import (
    PERSONAL,
    add_account,
    change_account,
    check_unchanged,
    disable_account,
    enable_account,
    find_account,
    list_accounts,
    state_of,
)
from people.errors import PeopleError
from people.roles import Permission
from people.sessions import end_session, open_sessions
from people.sign_in.links import LINK_FIELD, make_link
from web.access.guarded import Guarded
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from people.models import Account

NOT_THERE = 404


def people(request: Request, error: PeopleError | None = None) -> Response:
    """Accounts with their roles, and who is signed in."""
    world, now = world_of(request), world_of(request).home.clock.now()
    said, hint = error.said(world.pages.language(request)) if error else ("", "")
    with world.home.database.read() as session:
        accounts, away = list_accounts(session), absences(session, now=now)
        here = open_sessions(session, world.arrivals.limits, now=now)
    return world.pages.render(
        request, "people.html", status=409 if error else 200, accounts=accounts, away=away, signed_in=here, said=said,
        hint=hint, roles=list(Role), personal=PERSONAL,
    )  # fmt: skip


def one(request: Request, error: PeopleError | None = None, link: str = "") -> Response:
    """One account."""
    world, now = world_of(request), world_of(request).home.clock.now()
    said, hint = error.said(world.pages.language(request)) if error else ("", "")
    with world.home.database.read() as session:
        account = _named(session, request)
        here = open_sessions(session, world.arrivals.limits, now=now, account_id=account.id)
    return world.pages.render(
        request, "person.html", status=409 if error else 200, account=account, signed_in=here, said=said, hint=hint,
        link=link, seen=state_of(account), roles=list(Role) if Role.SERVICE in account.roles else PERSONAL,
        link_hours=f"{world.home.settings.people.link_hours:g}",
    )  # fmt: skip


def add(request: Request) -> Response:
    """Add somebody; the page of their account makes the link that they begin with."""
    world, form = world_of(request), form_of(request)
    try:
        with world.home.database.write() as session:
            named = form.get("login", "").strip()
            account = add_account(
                session, named, roles=_roles(form), name=form.get("name", "").strip() or named,
                email=form.get("email", "").strip(), extracts=_extracts(form), actor=actor_of(request),
                now=world.home.clock.now(),
            )  # fmt: skip
            login = account.login
    except PeopleError as error:
        return people(request, error)
    return RedirectResponse(f"/people/{login}", status_code=303)


def act(request: Request) -> Response:
    """One change of an account."""
    world, form = world_of(request), form_of(request)
    try:
        with world.home.database.write() as session:
            secret = _change(session, request, _named(session, request), form.get("do", ""))
    except PeopleError as error:
        return one(request, error)
    if secret:
        return one(request, link=f"{world.home.settings.web_url}/?{LINK_FIELD}={secret}")
    return RedirectResponse(f"/people/{request.path_params['login']}", status_code=303)


def _change(session: Session, request: Request, account: Account, done: str) -> str:
    world, form, actor = world_of(request), form_of(request), actor_of(request)
    now, login = world.home.clock.now(), account.login
    if done == "save":
        check_unchanged(account, form.get("seen", ""))
        change_account(
            session, login, name=form.get("name", "").strip() or login, email=form.get("email", "").strip(),
            roles=_roles(form), extracts=_extracts(form), slack=form.get("slack", "").strip(),
            os_user=form.get("os_user", "").strip(), actor=actor, now=now,
        )  # fmt: skip
    elif done == "disable":
        disable_account(session, login, actor=actor, now=now, reason=form.get("reason", "").strip())
    elif done == "enable":
        enable_account(session, login, actor=actor, now=now)
    elif done == "end":
        end_session(session, form.get("session", ""), actor=actor, now=now, why="revoked")
    elif done == "link":
        lifetime = timedelta(hours=world.home.settings.people.link_hours)
        return make_link(session, account, lifetime=lifetime, actor=actor, now=now)
    return ""


def _named(session: Session, request: Request) -> Account:
    account = find_account(session, request.path_params["login"])
    if account is None:
        raise HTTPException(NOT_THERE)
    return account


def _roles(form: dict[str, str]) -> list[str]:
    return [role.value for role in Role if form.get(f"role-{role.value}")]


def _extracts(form: dict[str, str]) -> list[str]:
    return [name for name in (one.strip() for one in form.get("extracts", "").replace("、", ",").split(",")) if name]


ROUTES = [
    Guarded("/people", people, needs=Permission.SEE_PEOPLE),
    Guarded("/people", add, methods=["POST"], needs=Permission.CHANGE_PEOPLE),
    Guarded("/people/{login}", one, needs=Permission.SEE_PEOPLE),
    Guarded("/people/{login}", act, methods=["POST"], needs=Permission.CHANGE_PEOPLE),
]
