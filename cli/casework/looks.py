"""`hinomi looks`: that somebody looked and found nothing, as a record and as a statement to print."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cli.language import language, say
from cli.numbers import RowId
from cli.tables import add_row, headed, show_list, written_here

if TYPE_CHECKING:
    from cli.context import Context

_DAY = click.DateTime(["%Y-%m-%d", "%Y/%m/%d"])


@click.group()
def looks() -> None:
    """Looking and finding nothing, as a record: what was looked through, from when until when, with which gaps."""


@looks.command()
@click.option("--for", "what", required=True, metavar="WHAT", help="What was looked for: a list, an extract, a canary.")
@click.option("--since", type=_DAY, required=True, help="From this day on.")
@click.option("--until", type=_DAY, help="Until the end of this day (default: until now).")
@click.option("--reason", default="", metavar="TEXT", help="Why somebody looked.")
@click.option("--json", "as_json", is_flag=True, help="The account as one JSON object on stdout.")
@click.pass_obj
def state(ctx: Context, what: str, since: datetime, until: datetime | None, reason: str, *, as_json: bool) -> None:
    """Put on the record what was looked through in a span, and write the statement on stdout."""
    from exports.looks.account import look_account, record_look
    from people.roles import Permission

    ctx.check_may(Permission.ASK_CAUSE)
    now = ctx.clock.now()
    begin = _begin_of(since, ctx.settings.zone)
    end = min(_begin_of(until + timedelta(days=1), ctx.settings.zone), now) if until else now
    with ctx.database.read() as session:
        account = look_account(session, begin, end)
    with ctx.database.write() as session:
        event = record_look(session, account, what=what, reason=reason.strip(), actor=ctx.actor, now=now)
    _print(ctx, event, as_json=as_json)


@looks.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a look on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Show them, the newest first."""
    from exports.looks.read import read_looks

    table = headed("event", "at", "by", "what", fold=("what",), plainly=True)
    with ctx.database.read() as session:
        for one in read_looks(session, limit=1000):
            if as_json:
                ctx.emit({"event": one.id, "kind": one.kind, "by": one.actor, **one.data})
            else:
                at = written_here(one.happened_at, ctx.settings.zone)
                add_row(table, one.id, at, one.actor, one.data["looked_for"])
    show_list(ctx, table, as_json=as_json)


@looks.command("print")
@click.argument("event_id", type=RowId(), metavar="EVENT")
@click.option("--json", "as_json", is_flag=True, help="The account as one JSON object on stdout.")
@click.pass_obj
def print_command(ctx: Context, event_id: int, *, as_json: bool) -> None:
    """Write the statement of a look that is on the record once more."""
    _print(ctx, event_id, as_json=as_json)


def _print(ctx: Context, event_id: int, *, as_json: bool) -> None:
    from exports.looks.read import read_look, statement_of

    with ctx.database.read() as session:
        event = read_look(session, event_id)
    if as_json:
        ctx.emit({"event": event.id, "kind": event.kind, "by": event.actor, **event.data})
        return
    click.echo(statement_of(event, zone=ctx.settings.zone, language=language()).as_text(), nl=False)
    ctx.talk.print(say("look.stated", event=event.id, kind=event.kind))


def _begin_of(day: datetime, zone: str) -> datetime:
    return datetime.combine(day.date(), time(), ZoneInfo(zone)).astimezone(UTC)
