"""`hinomi incident ID severity|merge|relate|come-back|hand-over|waive|playbook`: what is decided about an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.language import say
from cli.numbers import RowId
from incidents.severity import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from cli.context import Context

REASON = click.option("--reason", required=True, help="Why; it stands in the timeline.")
BY_FIGURES = "by-figures"


@click.command()
@click.argument("level", type=click.Choice([*LEVELS, BY_FIGURES]))
@REASON
@click.pass_context
def severity(click_context: click.Context, level: str, reason: str) -> None:
    """Say how grave it is; by-figures leaves that to its figures again."""
    from incidents.casework.steering import set_severity

    given = "" if level == BY_FIGURES else level
    _do(click_context, lambda session, who: set_severity(session, level=given, reason=reason, **who))


@click.command()
@click.argument("other", type=RowId())
@REASON
@click.pass_context
def merge(click_context: click.Context, other: int, reason: str) -> None:
    """Make incident OTHER part of this one, since they are one leak; split undoes it."""
    from incidents.casework.steering import merge_by_hand

    def write(session: Session, who: dict[str, Any]) -> None:
        merge_by_hand(session, who.pop("incident_id"), other, reason=reason, **who)

    _do(click_context, write)


@click.command()
@REASON
@click.pass_context
def split(click_context: click.Context, reason: str) -> None:
    """Take it out of the incident that it was merged into; both have what they had."""
    from incidents.casework.steering import split_by_hand

    _do(click_context, lambda session, who: split_by_hand(session, reason=reason, **who))


@click.command()
@click.argument("other", type=RowId())
@click.option("--undo", is_flag=True, help="They do not belong together after all.")
@REASON
@click.pass_context
def relate(click_context: click.Context, other: int, reason: str, *, undo: bool) -> None:
    """Say that it and incident OTHER belong together, without being one leak."""
    from incidents.casework import steering

    def write(session: Session, who: dict[str, Any]) -> None:
        doing = steering.unrelate if undo else steering.relate
        doing(session, who.pop("incident_id"), other, reason=reason, **who)

    _do(click_context, write)


@click.command("come-back")
@click.argument("day", required=False)
@click.option("--why", default="", help="What is to be looked at then.")
@click.option("--clear", is_flag=True, help="Somebody looked, or nobody has to any more.")
@click.pass_context
def come_back(click_context: click.Context, day: str | None, why: str, *, clear: bool) -> None:
    """Say on which DAY somebody has to look at it again."""
    from cli.days import day_of
    from incidents.casework.hand_over import clear_come_back, come_back_on

    if clear == bool(day):
        raise click.UsageError(say("error.day_or_clear.text"))
    if clear:
        _do(click_context, lambda session, who: clear_come_back(session, said=why, **who))
    else:
        on = day_of(str(day))
        _do(click_context, lambda session, who: come_back_on(session, day=on, why=why, **who))


@click.command("hand-over")
@click.argument("to", required=False)
@click.option("--note", default="", help="What whoever takes it over has to know.")
@click.option("--take", is_flag=True, help="Acknowledge that it was handed over to you.")
@click.pass_context
def hand_over(click_context: click.Context, to: str | None, note: str, *, take: bool) -> None:
    """Hand it over to somebody, who acknowledges it with --take."""
    from incidents.casework import hand_over as handing
    from people.workers import as_worker

    def give(session: Session, who: dict[str, Any]) -> None:
        handing.hand_over(session, to=as_worker(session, str(to)), note=note, **who)

    if take == bool(to):
        raise click.UsageError(say("error.whom_or_take.text"))
    _do(click_context, (lambda session, who: handing.acknowledge(session, **who)) if take else give)


@click.command()
@click.argument("what")
@REASON
@click.pass_context
def waive(click_context: click.Context, what: str, reason: str) -> None:
    """Let it be closed without WHAT: task:7, confirm-csirt, confirm-owner, clock:NAME."""
    from incidents.casework import closing

    _do(click_context, lambda session, who: closing.waive(session, what=what, reason=reason, **who))


@click.command()
@click.argument("playbook_id", metavar="PLAYBOOK")
@REASON
@click.pass_context
def playbook(click_context: click.Context, playbook_id: str, reason: str) -> None:
    """Follow another playbook; open tasks of the one before are not needed any more."""
    from incidents.casework.following import choose_playbook
    from incidents.casework.playbooks import load_playbooks

    shelf = load_playbooks(click_context.obj.settings.home)

    def write(session: Session, who: dict[str, Any]) -> None:
        choose_playbook(session, playbook_id=playbook_id, reason=reason, shelf=shelf, **who)

    _do(click_context, write)


def _do(click_context: click.Context, write: Callable[[Session, dict[str, Any]], object]) -> None:
    ctx: Context = click_context.obj
    who: dict[str, Any] = {"incident_id": click_context.meta["incident_id"], "actor": ctx.actor, "now": ctx.clock.now()}
    number = who["incident_id"]
    with ctx.database.write() as session:
        write(session, who)
        keep_here(ctx, session, number)


def keep_here(ctx: Context, session: Session, incident_id: int) -> None:
    """Let the deadlines of an incident be what its facts come to after a command."""
    from deadlines.rulebook import load_regimes
    from incidents.clocks.keeping import keep

    keep(session, incident_id, load_regimes(ctx.settings.home), now=ctx.clock.now())


COMMANDS = (severity, merge, split, relate, come_back, hand_over, waive, playbook)
