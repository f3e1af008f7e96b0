"""`hinomi incident ID tasks` and `hinomi incident ID task …`: what is to be done about one incident."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cli.language import say
from cli.numbers import RowId
from cli.tables import plain, show
from core.actors import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cli.context import Context

TASK = click.argument("task_id", metavar="TASK", type=RowId())
DUE = click.option("--due", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]), help="By when.")
ROLES = [role.value for role in Role if role != Role.SERVICE]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a task on stdout.")
@click.pass_context
def tasks(click_context: click.Context, *, as_json: bool) -> None:
    """What is to be done about it, and what is missing before it may be closed."""
    from cli.casework.tasks import tasks_table
    from incidents.casework.reading import casework_of
    from incidents.queries import incident_line

    ctx: Context = click_context.obj
    incident_id, language = click_context.meta["incident_id"], ctx.settings.language
    with ctx.database.read() as session:
        incident_line(session, incident_id, language=language)
        found = casework_of(session, incident_id, language=language, now=ctx.clock.now())
    if as_json:
        for line in found.tasks:
            ctx.emit(plain(asdict(line)))
        return
    show(tasks_table(found.tasks, ctx.settings.zone))
    for lacking in found.lacking:
        ctx.talk.print(say("incident.lacks", what=lacking.what, said=lacking.said), markup=False)


@click.group()
def task() -> None:
    """Add, settle and change its tasks."""


@task.command()
@click.argument("text")
@click.option("--role", type=click.Choice(ROLES), default=Role.RESPONDER.value, show_default=True)
@click.option("--owner", default="", help="Who does it.")
@click.option("--mandatory", is_flag=True, help="It is not closed without.")
@DUE
@click.pass_context
def add(
    click_context: click.Context, text: str, role: str, owner: str, due: datetime | None, *, mandatory: bool
) -> None:
    """Add a task."""
    from incidents.casework.tasks import add_task
    from people.workers import as_worker

    def write(session: Session, who: dict[str, Any]) -> None:
        number = click_context.meta["incident_id"]
        login, at = as_worker(session, owner), _moment(click_context, due)
        made = add_task(session, number, text, role=role, owner=login, due_at=at, is_mandatory=mandatory, **who)
        click_context.obj.talk.print(say("incident.task_added", id=made.id))

    _do(click_context, write)


@task.command()
@TASK
@click.option("--reason", default="", help="What was done.")
@click.pass_context
def done(click_context: click.Context, task_id: int, reason: str) -> None:
    """It is done."""
    _settle(click_context, task_id, "done", reason)


@task.command()
@TASK
@click.option("--reason", required=True, help="Why it may be left.")
@click.pass_context
def waive(click_context: click.Context, task_id: int, reason: str) -> None:
    """It is left undone, for a reason."""
    _settle(click_context, task_id, "waived", reason)


@task.command("not-needed")
@TASK
@click.option("--reason", required=True, help="Why there is nothing to do.")
@click.pass_context
def not_needed(click_context: click.Context, task_id: int, reason: str) -> None:
    """There is nothing to do."""
    _settle(click_context, task_id, "not-needed", reason)


@task.command()
@TASK
@click.option("--reason", required=True, help="Why it is to be done after all.")
@click.pass_context
def reopen(click_context: click.Context, task_id: int, reason: str) -> None:
    """It is to be done after all."""
    from incidents.casework.tasks import reopen_task

    _do(click_context, lambda session, who: reopen_task(session, task_id, reason=reason, **who))


@task.command()
@TASK
@click.argument("owner")
@click.pass_context
def assign(click_context: click.Context, task_id: int, owner: str) -> None:
    """Give it to somebody; an empty name gives it to everybody of its role."""
    from incidents.casework.tasks import assign_task
    from people.workers import as_worker

    _do(click_context, lambda session, who: assign_task(session, task_id, as_worker(session, owner), **who))


@task.command()
@TASK
@DUE
@click.pass_context
def due(click_context: click.Context, task_id: int, due: datetime | None) -> None:
    """Say by when, or without --due that it has no such time."""
    from incidents.casework.tasks import set_due

    _do(click_context, lambda session, who: set_due(session, task_id, _moment(click_context, due), **who))


def _settle(click_context: click.Context, task_id: int, state: str, reason: str) -> None:
    from incidents.casework.tasks import settle_task

    _do(click_context, lambda session, who: settle_task(session, task_id, state, reason=reason, **who))


def _moment(click_context: click.Context, given: datetime | None) -> datetime | None:
    """A moment on the clocks where the carrier is."""
    return given.replace(tzinfo=ZoneInfo(click_context.obj.settings.zone)) if given else None


def _do(click_context: click.Context, write: Callable[[Session, dict[str, Any]], object]) -> None:
    ctx: Context = click_context.obj
    with ctx.database.write() as session:
        write(session, {"actor": ctx.actor, "now": ctx.clock.now()})


COMMANDS = (tasks, task)
