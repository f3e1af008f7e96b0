"""`hinomi tasks`: what is to be done about all incidents, and the playbooks that say so."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.tables import add_row, headed, plain, show, written_here
from incidents.casework.models import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from cli.context import Context
    from incidents.casework.reading import TaskLine

DUE_COLUMNS, WHO_COLUMNS = 16, 14


@click.group()
def tasks() -> None:
    """Tasks of incidents, and the playbooks that they come from."""


@tasks.command("list")
@click.option("--mine", is_flag=True, help="Only yours.")
@click.option("--overdue", is_flag=True, help="Only those whose time is over.")
@click.option("--all", "is_all", is_flag=True, help="Those that are settled or of incidents that are over, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a task on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, mine: bool, overdue: bool, is_all: bool, as_json: bool) -> None:
    """Tasks of all incidents, those that are due first in front."""
    from incidents.casework.reading import list_tasks

    with ctx.database.read() as session:
        lines = list_tasks(
            session, language=ctx.settings.language, now=ctx.clock.now(),
            owners=ctx.actor.answers_for if mine else None, is_open=not is_all, is_overdue=overdue,
        )  # fmt: skip
    if as_json:
        for line in lines:
            ctx.emit(plain(asdict(line)))
        return
    show(tasks_table(lines, ctx.settings.zone))


@tasks.command("playbooks")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a playbook on stdout.")
@click.pass_context
def playbooks_command(click_context: click.Context, *, as_json: bool) -> None:
    """The playbooks that there are, and what is wrong with others; then the exit code is 2."""
    from incidents.casework.playbooks import load_playbooks

    ctx: Context = click_context.obj
    shelf = load_playbooks(ctx.settings.home)
    if as_json:
        for playbook in shelf.playbooks:
            ctx.emit(playbook.model_dump(mode="json", by_alias=True))
    else:
        table = headed("id", "for_kinds", "steps", "title", fold=("title",))
        for playbook in shelf.playbooks:
            title = playbook.title.ja if ctx.settings.language == "ja" else playbook.title.en
            add_row(table, playbook.id, ", ".join(playbook.kinds), len(playbook.steps), title)
        show(table)
    for problem in shelf.problems:
        ctx.talk.print(problem, markup=False)
    if shelf.problems:
        click_context.exit(2)


def tasks_table(lines: Iterable[TaskLine], zone: str) -> Table:
    """Tasks for the eye, on a terminal of 80 columns too: who has it, else whose it is, and its state unless open."""
    table = headed("task", "incident", "due", "who", "what", fold=("due", "who", "what"), plainly=True)
    table.columns[2].max_width, table.columns[3].max_width = DUE_COLUMNS, WHO_COLUMNS
    for line in lines:
        due = written_here(line.due_at, zone) if line.due_at else ""
        state = "overdue" if line.is_overdue else line.state
        text = f"* {line.text}" if line.is_mandatory else line.text
        who = line.owner or f"({line.role})"
        add_row(table, line.id, line.incident_id, f"{due} {state if state != OPEN else ''}".strip(), who, text)
    return table
