"""`hinomi incidents` and `hinomi incident`: read incidents, search their timelines, act on them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from cli.casework.incident_tasks import COMMANDS as TASKS
from cli.casework.search import events_table, search_command
from cli.casework.steering import COMMANDS as STEERING
from cli.casework.steering import keep_here
from cli.language import CommandFailedError, say
from cli.numbers import RowId
from cli.tables import add_row, headed, plain, show, written_here
from incidents.states import ACTIONS, STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.context import Context
    from incidents.views import IncidentLine


@click.group()
def incidents() -> None:
    """Read incidents and search their timelines."""


@incidents.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an incident on stdout.")
@click.pass_obj
def list_command(ctx: Context, state: str | None, *, as_json: bool) -> None:
    """All incidents, newest first."""
    from incidents import queries

    with ctx.database.read() as session:
        lines = queries.list_incidents(session, language=ctx.settings.language, state=state)
    if as_json:
        for line in lines:
            ctx.emit(plain(asdict(line)))
        return
    table = headed("id", "state", "severity", "opened", "customers", "documents", "title", fold=("title",))
    for line in lines:
        add_row(
            table,
            line.id,
            line.state,
            line.severity,
            written_here(line.opened_at, ctx.settings.zone),
            line.subjects,
            line.documents,
            line.title,
        )
    show(table)


@incidents.command("show")
@click.argument("incident_id", metavar="ID", type=RowId())
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def show_command(ctx: Context, incident_id: int, *, as_json: bool) -> None:
    """One incident: its figures, where the leak was seen, its timeline."""
    from incidents import queries
    from web.masking.masks import masked_address

    with ctx.database.read() as session:
        page = queries.incident(session, incident_id, language=ctx.settings.language)
    if as_json:
        record = asdict(page)
        ctx.emit(plain(record.pop("line") | record))
        return
    show(_figures(page.line))
    places = headed("source", "address", "posted", "subjects", "of_people", "confidence")
    for seen in page.documents:
        posted = written_here(seen.posted_at or seen.fetched_at, ctx.settings.zone)
        add_row(
            places,
            seen.source,
            masked_address(seen.address),
            posted,
            seen.subjects,
            seen.people,
            f"{seen.confidence:.3f}",
        )
    show(places)
    show(events_table(page.timeline, ctx.settings.zone))


incidents.add_command(search_command)


@click.group()
@click.argument("incident_id", metavar="ID", type=RowId())
@click.pass_context
def incident(click_context: click.Context, incident_id: int) -> None:
    """Act on one incident."""
    click_context.meta["incident_id"] = incident_id


for _command in (*STEERING, *TASKS):
    incident.add_command(_command)


def _acting(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command know who acts."""
    return click.pass_context(command)


@incident.command()
@click.argument("action", type=click.Choice(ACTIONS))
@click.option("--reason", default="", help="Why; dismiss and reopen need it.")
@_acting
def act(click_context: click.Context, action: str, reason: str) -> None:
    """Take an action; what is possible depends on the state."""
    from incidents import actions, queries
    from incidents.casework.playbooks import load_playbooks
    from incidents.states import needs_second
    from people.approvals import DISMISS_CONFIRMED

    ctx, who = _who(click_context)
    with ctx.database.read() as session:
        before = queries.incident_line(session, who["incident_id"], language="en").state
    number = who["incident_id"]
    is_double = needs_second(before, action)
    approved = ctx.second_person(DISMISS_CONFIRMED, str(number), reason, number) if is_double else None
    with ctx.database.write() as session:
        state = actions.act(
            session, action=action, reason=reason, now=ctx.clock.now(), approved=approved,
            playbooks=load_playbooks(ctx.settings.home), **who,
        )  # fmt: skip
        keep_here(ctx, session, who["incident_id"])
    ctx.talk.print(say("incident.is", id=who["incident_id"], state=state))


@incident.command()
@_acting
def acknowledge(click_context: click.Context) -> None:
    """Say that somebody has seen it and looks after it."""
    from incidents.timeline import attention

    ctx, who = _who(click_context)
    with ctx.database.write() as session:
        attention.acknowledge(session, now=ctx.clock.now(), **who)
        keep_here(ctx, session, who["incident_id"])


@incident.command()
@click.argument("assignee")
@_acting
def assign(click_context: click.Context, assignee: str) -> None:
    """Give it to somebody; an empty name gives it to nobody."""
    from incidents import actions
    from people.workers import as_worker

    ctx, who = _who(click_context)
    with ctx.database.write() as session:
        actions.assign(session, assignee=as_worker(session, assignee), now=ctx.clock.now(), **who)


@incident.command()
@click.argument("text")
@_acting
def note(click_context: click.Context, text: str) -> None:
    """Write a note into its timeline."""
    from incidents import actions

    ctx, who = _who(click_context)
    with ctx.database.write() as session:
        actions.note(session, text=text, now=ctx.clock.now(), **who)


@incident.command()
@click.option("--lang", "language", type=click.Choice(["ja", "en"]), help="Of the text; default: of the settings.")
@_acting
def takedown(click_context: click.Context, language: str | None) -> None:
    """Print a request to take the leak down, with each place, its times and its hash."""
    from core.clock import clock_error
    from incidents import actions, queries
    from incidents.online.takedown import takedown_text

    ctx, who = _who(click_context)
    with ctx.database.write() as session:
        views = queries.documents(session, who["incident_id"])
        actions.draft_takedown(session, who["incident_id"], len(views), actor=ctx.actor, now=ctx.clock.now())
    text = takedown_text(
        views, language=language or ctx.settings.language, contact=ctx.settings.crawler.contact, zone=ctx.settings.zone,
        clock=clock_error(), reference=f"hinomi-{who['incident_id']}",
    )  # fmt: skip
    click.echo(text)


@incident.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--reason", required=True, help="Why: the pictures show what leaked.")
@_acting
def pictures(click_context: click.Context, folder: Path, reason: str) -> None:
    """Write the pictures of its places into a folder; it is on the record."""
    import hashlib

    from incidents import actions
    from incidents.online.pictures import pictures_of, read_picture

    ctx, who = _who(click_context)
    with ctx.database.read() as session:
        found = pictures_of(session, who["incident_id"])
    with ctx.database.write() as session:
        actions.hand_out_pictures(session, reason=reason, count=len(found), now=ctx.clock.now(), **who)
    folder.mkdir(parents=True, exist_ok=True)
    for event in found:
        picture = b"".join(read_picture(ctx.archive.folder, event))
        if hashlib.sha256(picture).hexdigest() != event.data["sha256"]:
            raise CommandFailedError("picture_changed", file=event.data["warc_file"])
        file = folder / f"incident-{who['incident_id']}-place-{event.data['capture_id']}.png"
        file.write_bytes(picture)
        ctx.talk.print(f"{file}  {event.data['sha256']}", markup=False)
    if not found:
        ctx.talk.print(say("incident.no_pictures"), markup=False)


def _who(click_context: click.Context) -> tuple[Context, dict[str, Any]]:
    ctx: Context = click_context.obj
    return ctx, {"incident_id": click_context.meta["incident_id"], "actor": ctx.actor}


def _figures(line: IncidentLine) -> Table:
    table = Table(title=Text(f"{line.id}  {line.title}"), show_header=False)
    for name in ("state", "severity", "subjects", "people", "documents", "sightings", "confidence", "assignee"):
        add_row(table, say(f"column.{name}"), getattr(line, name))
    add_row(table, say("column.fields"), ", ".join(f"{kind} {count}" for kind, count in line.fields.items()))
    return table
