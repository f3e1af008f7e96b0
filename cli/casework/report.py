"""`hinomi report`: a report on an incident or a quarter as a file, all versions, and the way to the office."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.casework.report_steps import steps
from cli.language import CommandError, say
from cli.tables import add_row, headed, plain, show_list, written_here

if TYPE_CHECKING:
    from cli.context import Context
    from reports.making import MadeFile
    from reports.values import FilledReport

TAKE = "take"


class ReportGroup(click.Group):
    """A group of which one command is meant where none is named: `hinomi report 7 --form rapid` takes a report."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name in front that was left out."""
        is_named = not args or args[0] in self.commands or args[0] in ctx.help_option_names
        return super().parse_args(ctx, args if is_named else [TAKE, *args])


@click.group(cls=ReportGroup)
def report() -> None:
    """Reports on an incident, or on a quarter: as a file, written, approved and filed.

    Without a command's name a report is taken as a file: hinomi report 7 --form rapid.
    """


for _command in steps.commands.values():
    report.add_command(_command)


@report.command(TAKE)
@click.argument("about", metavar="ID|QUARTER")
@click.option("--form", "form_name", default="", metavar="FORM", help="Which form.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write; else stdout.")
@click.option("--as", "format_name", type=click.Choice(["docx", "pdf", "md"]), help="Default: as --out ends, or md.")
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="A version, byte for byte, not as it is now.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout: what it says.")
@click.pass_obj
def take(
    ctx: Context,
    about: str,
    form_name: str,
    out: Path | None,
    format_name: str | None,
    number: int | None,
    *,
    as_json: bool,
) -> None:
    """A report on an incident, or on a quarter (2026-Q3, FY2026-Q2), as a file.

    What is known stands in it with its source, and what a person must supply is named.
    """
    if not form_name:
        from reports.forms import load_forms

        raise CommandError("report_form", forms=", ".join(load_forms()))
    wanted = format_name or (out.suffix.removeprefix(".").lower() if out and out.suffix else "md")
    filled, made = _made(ctx, about, form_name, wanted, number)
    if out is not None:
        from core.files import write_safely

        write_safely(out, made.content)
    if as_json:
        ctx.emit(plain(filled.as_data() | {"sha256": filled.sha256, "gaps": filled.gap_count, "file": str(out or "")}))
    elif out is None:
        sys.stdout.buffer.write(made.content)
        sys.stdout.buffer.flush()
    if out is not None:
        ctx.talk.print(say("report.written", file=out, sha256=made.sha256), markup=False)
    if filled.gap_count:
        ctx.talk.print(say("report.gaps", n=filled.gap_count))


def _made(
    ctx: Context, about: str, form_name: str, format_name: str, number: int | None
) -> tuple[FilledReport, MadeFile]:
    """The report and its file; that it was taken is on the record."""
    from reports.drafting import find_draft
    from reports.filing import get_version, output_bytes, record_taking
    from reports.filling import about_of, fill
    from reports.forms import form_of
    from reports.making import MadeFile, make
    from reports.outputs import output_of
    from reports.rights import check_may_see
    from reports.values import from_data

    form = form_of(form_name)
    check_may_see(form, ctx.actor)
    subject, now, output = about_of(about, form), ctx.clock.now(), output_of(format_name)
    with ctx.database.read() as session:
        if number is not None:
            version = get_version(session, form_name, subject, number)
            kept = output_bytes(session, version, output.name)
            filled, made = from_data(version.content), MadeFile(kept.format, output.media_type, kept.content)
        else:
            draft = find_draft(session, form_name, subject)
            written: dict[str, Any] = draft.items if draft else {}
            filled = fill(session, form_name, subject, ctx.settings, now=now, written=written)
            made = make(filled, output.name, ctx.settings, now)
    with ctx.database.write() as session:
        record_taking(session, form_name, subject, made, number=number, actor=ctx.actor, now=now)
    return filled, made


@report.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a version on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Versions of all reports, the latest first."""
    from reports.reading import list_versions

    with ctx.database.read() as session:
        lines = list_versions(session, language=ctx.settings.language, actor=ctx.actor)
    table = headed("form", "about", "number", "state", "asked_at", "filed_at", "recipient", fold=("recipient",))
    for line in lines:
        if as_json:
            ctx.emit(plain(asdict(line)))
            continue
        asked = written_here(line.asked_at, ctx.settings.zone)
        filed = written_here(line.filed_at, ctx.settings.zone) if line.filed_at else "–"
        add_row(table, line.title, line.subject, line.number, line.state, asked, filed, line.recipient)
    show_list(ctx, table, as_json=as_json)
