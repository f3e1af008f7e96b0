"""`hinomi alerts`: deliver what waits in the outbox, and show it."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.language import say
from cli.tables import add_row, headed, show_list, written_here
from core.errors import OutsideError

if TYPE_CHECKING:
    from alerts.delivery import Delivered, PostRoom
    from cli.context import Context

PATIENCE_S = 30.0
POLL_S = 0.5
COLUMNS = ("id", "incident", "channel", "kind", "state", "attempts", "created", "sent", "failure")


@click.group()
def alerts() -> None:
    """Deliver alerts, and see what became of them."""


@alerts.command("deliver")
@click.option(
    "--wait", "patience_s", type=click.FloatRange(0), default=PATIENCE_S, show_default=True, metavar="SECONDS"
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def deliver_command(ctx: Context, patience_s: float, *, as_json: bool) -> None:
    """Send what is due; what fails is tried again for a while, then left for later."""
    done = _deliver(make_post(ctx), patience_s)
    ctx.talk.print(say("alerts.delivered", sent=done.sent, waiting=done.waiting, failed=done.failed))
    if as_json:
        ctx.emit(asdict(done))
    if done.waiting or done.failed:
        sys.exit(OutsideError.exit_code)


@alerts.command("list")
@click.option("--state", help="pending, sending, sent, failed or superseded.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message on stdout.")
@click.pass_obj
def list_command(ctx: Context, state: str | None, limit: int, *, as_json: bool) -> None:
    """The latest messages, newest first."""
    from alerts.outbox import list_messages

    with ctx.database.read() as session:
        messages = list_messages(session, limit=limit, state=state)
    table = headed(*COLUMNS, fold=("failure",), plainly=True)
    for message in messages:
        row = {
            "id": message.id, "incident": message.incident_id, "channel": message.channel, "kind": message.kind,
            "state": message.state, "attempts": message.attempts, "created_at": message.created_at.isoformat(),
            "sent_at": message.sent_at.isoformat() if message.sent_at else None, "failure": message.failure,
        }  # fmt: skip
        if as_json:
            ctx.emit(row)
        else:
            times = (written_here(at, ctx.settings.zone) if at else "" for at in (message.created_at, message.sent_at))
            told = (message.id, message.incident_id or "", message.channel, message.kind, message.state)
            add_row(table, *told, message.attempts, *times, message.failure or "")
    show_list(ctx, table, as_json=as_json)


def make_post(ctx: Context) -> PostRoom:
    """What delivery works with, out of the settings."""
    from alerts.delivery import open_post

    return open_post(ctx.settings, ctx.database, ctx.clock)


def _deliver(post: PostRoom, patience_s: float) -> Delivered:
    """Deliver until nothing waits or patience ends."""
    from alerts.delivery import deliver

    deadline = time.monotonic() + patience_s
    done = deliver(post)
    while done.waiting and time.monotonic() < deadline:
        time.sleep(POLL_S)
        more = deliver(post)
        done.queued, done.sent = done.queued + more.queued, done.sent + more.sent
        done.failed, done.waiting = done.failed + more.failed, more.waiting
    return done
