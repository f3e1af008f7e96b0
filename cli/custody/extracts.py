"""`hinomi extracts`: what was lent to whom, what became of it, and who else holds the same customers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.custody.extract_changes import changes
from cli.given import GIVEN_FILE, GIVEN_FILE_OR_DASH
from cli.language import CommandError, say
from cli.tables import headed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.context import Context
    from custody.models import RegisterEvent
    from custody.register.overview import Line

_STYLES = {"overdue": "bold red", "lent": "", "returned": "green", "erased": "green"}


@click.group()
def extracts() -> None:
    """The custody register: extracts, their copies, and who holds them."""


for _command in changes.commands.values():
    extracts.add_command(_command)

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object per line on stdout.")


@extracts.command("list")
@click.option("--as-of", metavar="DATE", help="As it was on that day (default: today).")
@_json
@click.pass_obj
def list_command(ctx: Context, as_of: str | None, *, as_json: bool) -> None:
    """Every copy of every extract, ended ones too."""
    _show_lines(ctx, _register(ctx, as_of), as_json=as_json)


@extracts.command()
@click.option("--as-of", metavar="DATE", help="Overdue on that day (default: today).")
@_json
@click.pass_obj
def overdue(ctx: Context, as_of: str | None, *, as_json: bool) -> None:
    """Copies that should have been returned or erased by now."""
    from cli.days import day_of, today
    from custody.register.overview import overdue_on

    with ctx.database.read() as session:
        lines = overdue_on(session, day_of(as_of) if as_of else today(ctx))
    _show_lines(ctx, lines, as_json=as_json)


@extracts.command()
@click.argument("name")
@_json
@click.pass_obj
def show(ctx: Context, name: str, *, as_json: bool) -> None:
    """One extract: its copies, and everything that happened to it."""
    from custody.register.history import events_of
    from custody.register.holdings import get_extract

    with ctx.database.read() as session:
        events = [_event(event) for event in events_of(session, get_extract(session, name))]
    lines = [line for line in _register(ctx, None) if line.extract == name]
    if as_json:
        ctx.emit({"extract": name, "copies": [line.as_json() for line in lines], "events": events})
        return
    _show_lines(ctx, lines, as_json=False)
    for event in events:
        what = ", ".join(f"{field} {new}" for field, (_old, new) in event["changes"].items() if new)
        who = f" {event['holder']}" if event["holder"] else ""
        ctx.talk.print(f"{event['on']}  {event['kind']}{who}: {what}  [{event['actor']}]", markup=False, soft_wrap=True)


@extracts.command()
@click.argument("name", required=False)
@click.option(
    "--customers",
    type=GIVEN_FILE_OR_DASH,
    help="A file of customer numbers, one a line (- for standard input), in place of an extract.",
)
@click.option("--ended", is_flag=True, help="Copies that were returned or erased as well.")
@_json
@click.pass_obj
def holders(ctx: Context, name: str | None, customers: Path | None, *, ended: bool, as_json: bool) -> None:
    """Who else holds these: everybody with a copy that has customers of an extract, or of a list, in it."""
    from cli.days import today
    from custody.register.copies_of import holders_of, subjects_of
    from custody.register.holdings import get_extract

    if (name is None) == (customers is None):
        raise CommandError("extract_or_customers")
    with ctx.database.read() as session:
        if customers is not None:
            with click.open_file(str(customers), encoding="utf-8-sig") as file:
                subjects, strangers = subjects_of(ctx.index, ctx.digester, file)
            if strangers:
                ctx.talk.print(say("register.strangers", count=strangers), markup=False)
        else:
            subjects = ctx.index.members(get_extract(session, str(name)).name)
        reached, unknown = holders_of(session, ctx.index, subjects, today(ctx), ended=ended)
    for one in reached:
        if as_json:
            ctx.emit(one.as_json())
        else:
            click.echo(
                say(
                    "register.covered", covered=one.covered, of=one.of, chain=" < ".join(one.line.chain),
                    extract=one.line.extract, standing=one.line.standing,
                )
                + (say("register.below", names=", ".join(one.below)) if one.below else "")
            )  # fmt: skip
    if unknown:
        ctx.talk.print(say("register.not_enrolled", names=", ".join(unknown)), markup=False, soft_wrap=True)


@extracts.command("import")
@click.argument("file", type=GIVEN_FILE)
@_json
@click.pass_obj
def import_command(ctx: Context, file: Path, *, as_json: bool) -> None:
    """Bring the register up to a spreadsheet (CSV, XLSX), one row a copy; the same file twice changes nothing."""
    from custody.register.sheets import read_register

    done = read_register(file, ctx.database, actor=ctx.actor.signature, now=ctx.clock.now())
    ctx.talk.print(say("register.imported", rows=done.rows, changed=done.changed, rejected=len(done.rejected)))
    for row, reason in done.rejected:
        ctx.talk.print(say("register.row", row=row, reason=reason), markup=False, soft_wrap=True)
    if as_json:
        ctx.emit(done.as_json())


@extracts.command()
@click.option("--as-of", metavar="DATE", help="As it was on that day (default: today).")
@click.option("--out", type=click.Path(path_type=Path), help="A new CSV file (default: standard output).")
@click.pass_obj
def export(ctx: Context, as_of: str | None, out: Path | None) -> None:
    """The register as CSV; `extracts import` reads it back."""
    from custody.register.sheets import write_register

    lines = _register(ctx, as_of)
    if out is None:
        write_register(lines, sys.stdout)
        return
    try:
        with out.open("x", encoding="utf-8-sig", newline="") as file:  # with a mark, so that spreadsheets see UTF-8
            write_register(lines, file)
    except FileExistsError:
        raise CommandError("exists", path=out) from None
    ctx.talk.print(say("register.exported", count=len(lines), path=out), markup=False, soft_wrap=True)


def _register(ctx: Context, as_of: str | None) -> list[Line]:
    from cli.days import day_of, today
    from custody.register.overview import register_on

    with ctx.database.read() as session:
        return register_on(session, day_of(as_of) if as_of else today(ctx))


def _event(event: RegisterEvent) -> dict[str, Any]:
    from custody.models import Holding

    return {
        "on": event.happened_on.isoformat(),
        "recorded_at": event.recorded_at.isoformat(timespec="seconds"),
        "kind": event.kind,
        "holder": event.processor_name if event.about == Holding.__tablename__ else "",
        "actor": event.actor,
        "reason": event.reason,
        "changes": dict(event.changes),
    }


def _show_lines(ctx: Context, lines: Iterable[Line], *, as_json: bool) -> None:
    from rich.console import Console
    from rich.text import Text

    table = headed("extract", "held_by", "state", "since", "due", "ended", "customers", plainly=True)
    for line in lines:
        if as_json:
            ctx.emit(line.as_json())
            continue
        days = ("" if day is None else day.isoformat() for day in (line.since, line.due_on, line.ended_on))
        state = Text(line.standing, _STYLES.get(line.standing, ""))
        table.add_row(Text(line.extract), Text(" < ".join(line.chain)), state, *days, str(line.size))
    if not as_json:
        Console(highlight=False).print(table if table.row_count else say("none"))
