"""`hinomi serve`: the web pages and the scheduler in one process."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from cli.language import CommandFailedError, say
from cli.stop import told_to_stop
from core.hosts.beats import Beat, host_name
from core.hosts.roles import CRAWL, MATCH, ROLES, SCHEDULER, WEB
from core.served import served_url, serving_at
from core.telemetry.spans import telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from starlette.applications import Starlette

    from cli.context import Context
    from cli.stop import Stop

SWEEPS = "sweep"  # the lane
GRACE_S = 5  # for requests in hand when the service stops


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Another port than [web] port; 0 takes a free one.")
@click.option("--open", "open_browser", is_flag=True, help="Open the overview in the browser.")
@click.option(
    "--role",
    "roles",
    type=click.Choice(ROLES),
    multiple=True,
    help="What this machine does; may be given several times. Default: everything.",
)
@click.option("--no-scheduler", is_flag=True, help="The pages alone: nothing is swept, matched or sent from here.")
@click.option("--no-sweeps", is_flag=True, help="All but the sweeps: another user, or another machine, does them.")
@click.option("--address", "only_address", is_flag=True, help="Print the address of a running service, and end.")
@click.option(
    "--log-format",
    type=click.Choice(["auto", "json"]),
    default="auto",
    show_default=True,
    help="json goes to stderr; auto writes it to a file of the home where stderr is a terminal, and sentences there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the address as a JSON object.")
@click.pass_obj
def serve(
    ctx: Context,
    port: int | None,
    *,
    open_browser: bool,
    roles: tuple[str, ...],
    no_scheduler: bool,
    no_sweeps: bool,
    only_address: bool,
    log_format: str = "auto",
    as_json: bool,
) -> None:
    """Serve the web pages and run the scheduler until stopped.

    The address holds a link that signs whoever runs this in, once; --address prints a new one.
    """
    from cli.watch.service_log import service_log

    if only_address:
        _tell(ctx, _address(ctx, served_url(ctx.settings)), as_json=as_json)
        return
    parts = {WEB} if no_scheduler else set(roles or ROLES)
    without = {SWEEPS} if no_sweeps else set()
    with told_to_stop() as stop, service_log(ctx, log_format), _signs_of_life(ctx, parts):
        if WEB not in parts:
            _work(ctx, stop, parts, without=without, as_json=as_json)
            return
        _serve(ctx, stop, port, parts, without=without, opens=open_browser, as_json=as_json)


def _serve(
    ctx: Context,
    stop: Stop,
    port: int | None,
    roles: Collection[str],
    *,
    without: Collection[str],
    opens: bool,
    as_json: bool,
) -> None:
    from web.app import create_app

    listener = _listen(ctx.settings.web.host, ctx.settings.web.port if port is None else port)
    web = ctx.settings.web.model_copy(update={"port": listener.getsockname()[1]})
    ctx.settings = ctx.settings.model_copy(update={"web": web})  # links in alerts lead to where it really is
    app = create_app(ctx)
    people = ctx.settings.people
    is_known_elsewhere = people.oidc.is_set_up or people.proxy.is_set_up
    address = ctx.settings.web_url if is_known_elsewhere else _address(ctx, ctx.settings.web_url)
    with (
        telemetry(ctx.settings.telemetry),
        _scheduler(ctx, roles, without=without) as is_ticking,
        serving_at(ctx.settings),
    ):
        app.state.readiness.is_ticking, app.state.readiness.matches = is_ticking, MATCH in roles
        if as_json:
            ctx.emit({"address": address})
        else:
            ctx.talk.print(say("serve.watching", address=address), markup=False, soft_wrap=True)
        if opens:
            webbrowser.open(address)
        run_app(app, listener, stop)


def _work(ctx: Context, stop: Stop, roles: Collection[str], *, without: Collection[str], as_json: bool) -> None:
    """Work without pages, until SIGTERM or Ctrl-C."""
    with _scheduler(ctx, roles, without=without):
        names = [role for role in ROLES if role in roles]
        if as_json:
            ctx.emit({"host": host_name(ctx.settings), "roles": names})
        else:
            ctx.talk.print(
                say("serve.working", host=host_name(ctx.settings), roles=", ".join(names)), markup=False, soft_wrap=True
            )
        stop.wait()


@contextmanager
def _signs_of_life(ctx: Context, roles: Collection[str]) -> Iterator[None]:
    from core.telemetry.release import program_version
    from migrations import newest_step

    beat = Beat(
        ctx.database,
        ctx.clock,
        name=host_name(ctx.settings),
        roles=roles,
        version=program_version(),
        schema=newest_step(),
    )
    beat.start()
    try:
        yield
    finally:
        beat.stop()


def _tell(ctx: Context, address: str, *, as_json: bool) -> None:
    if as_json:
        ctx.emit({"address": address})
    else:
        click.echo(address)


def run_app(app: Starlette, listener: socket.socket, stop: Stop) -> None:
    """Serve until SIGTERM or Ctrl-C, then finish the requests in hand; a second Ctrl-C does not wait for them.

    What comes after it may take its time as well, and a Ctrl-C then is an exception again.
    """
    import uvicorn

    # No access log: an address holds what somebody searched for, and once the token.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )  # fmt: skip
    server = uvicorn.Server(config)

    def end() -> None:
        server.should_exit = True

    stop.then(end)  # uvicorn has handlers of its own while it runs, and none before
    server.run(sockets=[listener])
    stop.be_interrupted()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        why = error.strerror or type(error).__name__
        raise CommandFailedError("cannot_listen", host=host, port=port, why=why) from error
    return listener


@contextmanager
def _scheduler(
    ctx: Context, roles: Collection[str], *, without: Collection[str]
) -> Iterator[Callable[[], bool] | None]:
    """The scheduler of this machine's roles, without some lanes, until the end; gives what says that it ticks."""
    if not {SCHEDULER, CRAWL, MATCH} & set(roles):
        yield None
        return
    from scheduler import Scheduler

    scheduler = Scheduler(ctx, without=without, roles=roles)
    scheduler.start()
    try:
        with _replies(ctx, roles):
            yield scheduler.is_ticking
    finally:
        scheduler.stop()


@contextmanager
def _replies(ctx: Context, roles: Collection[str]) -> Iterator[None]:
    """What comes back from Slack, where that is set up."""
    if SCHEDULER not in roles or not ctx.settings.alerts.slack.is_answered:
        yield
        return
    from alerts.replies.deeds import Desk
    from alerts.replies.hand import Hand

    hand = Hand(Desk(ctx.database, ctx.settings, ctx.clock))
    hand.start()
    try:
        yield
    finally:
        hand.stop()


def _address(ctx: Context, url: str) -> str:
    """An address that signs in whoever runs this: their own account, or the first administrator's."""
    from core.actors import Role
    from people.accounts import get_account, list_accounts
    from people.command_line import add_first_account
    from people.sign_in.links import LINK_FIELD, make_link

    now, lifetime = ctx.clock.now(), timedelta(hours=ctx.settings.people.link_hours)
    with ctx.database.write() as session:
        add_first_account(session, now)
    with ctx.database.write() as session:
        if ctx.actor.account is not None:
            account = get_account(session, ctx.actor.name)
        else:
            account = list_accounts(session, role=Role.ADMINISTRATOR, is_active=True)[0]
        return f"{url}/?{LINK_FIELD}={make_link(session, account, lifetime=lifetime, actor=ctx.actor, now=now)}"
