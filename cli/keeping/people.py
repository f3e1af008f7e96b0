"""`hinomi people`: who may do what, who is signed in, and the links and tokens that let somebody in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, say
from cli.tables import add_row, headed, plain, show, written_here
from core.actors import Role

if TYPE_CHECKING:
    from cli.context import Context
    from people.models import Account

ROLES = [role.value for role in Role]


@click.group()
def people() -> None:
    """Accounts, their roles, who is signed in."""


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an account on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Every account."""
    from people.accounts import list_accounts

    with ctx.database.read() as session:
        accounts = list_accounts(session)
    if as_json:
        for account in accounts:
            ctx.emit(_as_json(account))
        return
    table = headed("account", "name", "roles", "extracts", "state", fold=("roles", "extracts"))
    for account in accounts:
        state = say("people.disabled" if account.disabled_at else "people.active")
        add_row(table, account.login, account.name, ", ".join(account.roles), ", ".join(account.extracts), state)
    show(table)


@people.command()
@click.argument("login")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="Several may be given.")
@click.option("--name", default="", help="Full name.")
@click.option("--email", default="", metavar="ADDRESS")
@click.option("--extract", "extracts", multiple=True, metavar="NAME", help="A data owner's; * for any part of a name.")
@click.option("--slack", default="", metavar="USER", help="Their user in Slack, U0123456789.")
@click.option("--os-user", default="", metavar="NAME", help="Their name at this machine's command line.")
@click.option("--json", "as_json", is_flag=True, help="The account and its link as a JSON object on stdout.")
@click.pass_obj
def add(ctx: Context, /, login: str, *, roles: tuple[str, ...], as_json: bool, **fields: Any) -> None:
    """Add somebody, and print the link that they begin with (none for a service)."""
    from people.accounts import add_account

    fields["extracts"] = list(fields["extracts"])
    fields["name"] = fields["name"] or login
    with ctx.database.write() as session:
        account = add_account(session, login, roles=roles, actor=ctx.actor, now=ctx.clock.now(), **fields)
    link = "" if Role.SERVICE in account.roles else _link(ctx, account.login)
    if as_json:
        ctx.emit(_as_json(account) | {"link": link})
    else:
        ctx.talk.print(say("people.added", login=account.login, roles=", ".join(account.roles)), markup=False)
        click.echo(link)


@people.command("role")
@click.argument("login")
@click.argument("roles", nargs=-1, required=True, type=click.Choice(ROLES))
@click.option("--extract", "extracts", multiple=True, metavar="NAME", help="A data owner's, from now on these.")
@click.pass_obj
def role_command(ctx: Context, login: str, roles: tuple[str, ...], extracts: tuple[str, ...]) -> None:
    """Give somebody these roles, and no others."""
    from people.accounts import change_account

    fields: dict[str, Any] = {"roles": roles} | ({"extracts": list(extracts)} if extracts else {})
    with ctx.database.write() as session:
        account = change_account(session, login, actor=ctx.actor, now=ctx.clock.now(), **fields)
    ctx.talk.print(
        say("people.is", login=account.login, roles=", ".join(account.roles) or say("people.nothing")), markup=False
    )


@people.command("set")
@click.argument("login")
@click.option("--name")
@click.option("--email", metavar="ADDRESS")
@click.option("--slack", metavar="USER", help='Their user in Slack; "" for none.')
@click.option("--os-user", metavar="NAME", help="Their name at this machine's command line.")
@click.option("--language", type=click.Choice(["ja", "en", ""]))
@click.pass_obj
def set_command(ctx: Context, /, login: str, **given: str | None) -> None:
    """Change what an account says of somebody."""
    from people.accounts import change_account

    fields = {name: value for name, value in given.items() if value is not None}
    with ctx.database.write() as session:
        change_account(session, login, actor=ctx.actor, now=ctx.clock.now(), **fields)


@people.command()
@click.argument("login")
@click.option("--reason", default="", help="Why.")
@click.option("--undo", is_flag=True, help="Let them in again.")
@click.pass_obj
def disable(ctx: Context, login: str, *, reason: str, undo: bool) -> None:
    """End an account with its sessions and tokens; the record goes on naming it."""
    from people.accounts import disable_account, enable_account

    with ctx.database.write() as session:
        if undo:
            enable_account(session, login, actor=ctx.actor, now=ctx.clock.now())
        else:
            disable_account(session, login, actor=ctx.actor, now=ctx.clock.now(), reason=reason)


@people.command()
@click.argument("login")
@click.pass_obj
def link(ctx: Context, login: str) -> None:
    """Print a link that signs somebody in once: to begin with, or after a forgotten password."""
    click.echo(_link(ctx, login))


@people.command()
@click.option("--end", metavar="ID", help="End this one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a session on stdout.")
@click.pass_obj
def sessions(ctx: Context, end: str | None, *, as_json: bool) -> None:
    """Who is signed in at the pages."""
    from people.sessions import SessionLimits, end_session, open_sessions

    now = ctx.clock.now()
    limits = SessionLimits(
        timedelta(minutes=ctx.settings.web.idle_minutes), timedelta(hours=ctx.settings.people.session_hours)
    )
    if end:
        with ctx.database.write() as session:
            if not end_session(session, end, actor=ctx.actor, now=now, why="revoked"):
                raise CommandError("no_session", id=end)
    with ctx.database.read() as session:
        here = open_sessions(session, limits, now=now)
    if as_json:
        for one, account in here:
            row = {"id": one.id, "account": account.login, "how": one.how, "since": one.began_at, "seen": one.seen_at}
            ctx.emit(plain(row | {"client": one.client, "agent": one.agent}))
        return
    table = headed("id", "account", "by", "since", "last_seen", "from")
    for one, account in here:
        times = (written_here(at, ctx.settings.zone) for at in (one.began_at, one.seen_at))
        add_row(table, one.id, account.login, one.how, *times, one.client)
    show(table)


@people.command()
@click.argument("login")
@click.option("--scope", "scopes", multiple=True, help="What it is good for; several may be given.")
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True)
@click.option("--revoke", type=int, metavar="ID", help="End this token instead.")
@click.option("--list", "wants_list", is_flag=True, help="List the account's tokens instead.")
@click.pass_obj
def token(
    ctx: Context, login: str, scopes: tuple[str, ...], days: int, revoke: int | None, *, wants_list: bool
) -> None:
    """Print a new token of a service; it is shown this once."""
    from people.accounts import get_account
    from people.tokens import list_tokens, make_token, revoke_token

    now = ctx.clock.now()
    with ctx.database.write() as session:
        account = get_account(session, login)
        if wants_list:
            for one, _ in list_tokens(session, account_id=account.id):
                ctx.emit(
                    plain({"id": one.id, "scopes": one.scopes, "expires": one.expires_at, "revoked": one.revoked_at})
                )
            return
        if revoke is not None:
            revoke_token(session, revoke, actor=ctx.actor, now=now)
            return
        secret = make_token(session, account, scopes, lifetime=timedelta(days=days), actor=ctx.actor, now=now)
    click.echo(secret)


def _link(ctx: Context, login: str) -> str:
    from core.served import served_url
    from people.accounts import get_account
    from people.sign_in.links import LINK_FIELD, make_link

    lifetime = timedelta(hours=ctx.settings.people.link_hours)
    with ctx.database.write() as session:
        account = get_account(session, login)
        secret = make_link(session, account, lifetime=lifetime, actor=ctx.actor, now=ctx.clock.now())
    return f"{served_url(ctx.settings)}/?{LINK_FIELD}={secret}"


def _as_json(account: Account) -> dict[str, Any]:
    return {
        "login": account.login, "name": account.name, "roles": account.roles, "extracts": account.extracts,
        "email": account.email, "slack": account.slack, "os_user": account.os_user,
        "disabled": account.disabled_at is not None,
    }  # fmt: skip
