"""`hinomi trails check|suspicions|explain|escalate`: the regular checks of access records, and what people decide."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, say
from cli.numbers import RowId
from cli.tables import headed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.context import Context
    from root_cause.suspicions import SuspicionView

STATES = ("open", "explained", "escalated")


@click.command()
@click.option(
    "--again", is_flag=True, help="Look at every import once more; what is known already is not raised twice."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each new suspicion, names masked.")
@click.pass_obj
def check(ctx: Context, *, again: bool, as_json: bool) -> None:
    """Look for what wants an explanation in the records imported since the last check."""
    from root_cause.suspicions import list_suspicions, run_checks

    found = run_checks(ctx.settings, ctx.database, ctx.key, now=ctx.clock.now(), actor=ctx.actor, again=again)
    with ctx.database.read() as session:
        views = list_suspicions(session, language=ctx.settings.language, ids=found)
    _show(ctx, views, as_json=as_json, title=say("suspicion.new"), nothing=say("suspicion.nothing_new"))


@click.command()
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--reveal", is_flag=True, help="Show names; needs --reason, and is on the record.")
@click.option("--reason", default="", metavar="TEXT", help="Why names have to be seen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a suspicion.")
@click.pass_obj
def suspicions(ctx: Context, state: str | None, *, reveal: bool, reason: str, as_json: bool) -> None:
    """List what the regular checks found, newest first; looking is on the record."""
    from people.approvals import REVEAL_NAMES
    from root_cause.suspicions import list_suspicions, note_look

    if reveal and not reason.strip():
        raise CommandError("reason_only", shown=say("ask.names"))
    approved = ctx.second_person(REVEAL_NAMES, "suspicions", reason) if reveal else {}
    with ctx.database.write() as session:
        views = list_suspicions(session, language=ctx.settings.language, state=state, reveal=reveal)
        said = reason.strip() if reveal else ""
        note_look(session, len(views), actor=ctx.actor, now=ctx.clock.now(), reason=said, approved=approved)
    _show(ctx, views, as_json=as_json, title=say("suspicion.title"), nothing=say("suspicion.none"))


@click.command()
@click.argument("suspicion_id", type=RowId(), metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="What explains it.")
@click.pass_obj
def explain(ctx: Context, suspicion_id: int, reason: str) -> None:
    """Say what explains a suspicion."""
    _decide(ctx, suspicion_id, "explain", reason)


@click.command()
@click.argument("suspicion_id", type=RowId(), metavar="ID")
@click.option("--reason", required=True, metavar="TEXT", help="Why somebody has to look closer.")
@click.pass_obj
def escalate(ctx: Context, suspicion_id: int, reason: str) -> None:
    """Pass a suspicion on to those who investigate."""
    _decide(ctx, suspicion_id, "escalate", reason)


def _decide(ctx: Context, suspicion_id: int, decision: str, reason: str) -> None:
    from root_cause.suspicions import decide

    with ctx.database.write() as session:
        state = decide(session, suspicion_id, decision, actor=ctx.actor, now=ctx.clock.now(), reason=reason)
    ctx.talk.print(say("suspicion.is", id=suspicion_id, state=state))


def _show(ctx: Context, views: Sequence[SuspicionView], *, as_json: bool, title: str, nothing: str) -> None:
    if as_json:
        for view in views:
            ctx.emit(_plain(view))
        return
    table = headed("id", "state", "system", "check", "day", "what", fold=("what",), title=title)
    for view in views:
        table.add_row(str(view.id), view.state, view.system, view.check, str(view.day), view.sentence)
    ctx.talk.print(table if views else nothing)


def _plain(view: SuspicionView) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in asdict(view).items()}
