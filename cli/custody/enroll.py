"""`hinomi enroll`: a file of customers becomes fingerprints and an entry of the custody register."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cli.given import GIVEN_FILE, confirm
from cli.language import CommandError, say
from core.clock import local

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from custody.enrolment.enroller import EnrolmentResult

MIB = 1 << 20


@click.command()
@click.argument("file", type=GIVEN_FILE)
@click.option("--extract", required=True, metavar="NAME", help="The extract's name in the custody register.")
@click.option("--processor", default="", metavar="NAME", help="Who holds it.")
@click.option("--under", default="", metavar="NAME", help="Whose sub-processor that is.")
@click.option("--purpose", default="", metavar="TEXT", help="What it was lent for.")
@click.option("--as-of", metavar="DATE", help="The day its values were current (default: today).")
@click.option(
    "--map",
    "mapping",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column a field is in, by header, number or letter: name=姓+名 joins two, phone=B,phone=C takes both.",
)
@click.option("--sheet", default="", metavar="NAME", help="Which sheet of a workbook, by name or number.")
@click.option(
    "--max-rejected", default=5.0, show_default=True, metavar="PERCENT", help="More unusable rows stop the run."
)
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object; ask nothing.")
@click.pass_obj
def enroll(
    ctx: Context,
    file: Path,
    *,
    extract: str,
    processor: str,
    under: str,
    purpose: str,
    as_of: str | None,
    mapping: tuple[str, ...],
    sheet: str,
    max_rejected: float,
    yes: bool,
    as_json: bool,
) -> None:
    """Enrol the customers in FILE (CSV, TSV, XLSX) as an extract lent to a processor."""
    from cli.custody.plan import show_plan, show_unknown
    from cluster.choice import far_readers
    from cluster.units import CUSTOMERS
    from custody.enrolment.columns import understand
    from custody.enrolment.enroller import Enroller, Lending
    from custody.enrolment.plan.column_names import parse_mapping
    from custody.errors import ColumnError

    enroller = Enroller(ctx.settings, ctx.key, ctx.database, ctx.clock, far_readers(ctx, CUSTOMERS))
    today = local(ctx.clock.now(), ctx.settings.zone).date()
    lending = Lending(extract, _day(as_of) if as_of else today, processor, under, purpose)
    try:
        plan = understand(file, parse_mapping(mapping), sheet=sheet)
    except ColumnError:
        show_unknown(ctx, file, sheet)
        raise
    show_plan(ctx, file, plan, lending)
    if not (yes or as_json):
        confirm(say("ask.enrol"), default=not plan.warnings)
    with bar_of(ctx) as bar:
        task = bar.add_task(say("enrol.reading"), total=1.0)
        result = enroller.enrol(
            file,
            plan,
            lending,
            max_rejected=max_rejected / 100,
            progress=lambda stage, share: bar.update(
                task, completed=share, description=say("enrol.reading" if stage == "read" else "enrol.writing")
            ),
        )
    _show_result(ctx, result)
    if as_json:
        ctx.emit(result.as_json())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError("no_as_of", value=repr(text)) from None


def bar_of(ctx: Context) -> Progress:
    """A bar with the time that is left, where somebody is there to see it."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=ctx.talk,
        transient=True,
        disable=not ctx.talk.is_terminal,
    )


def _show_result(ctx: Context, result: EnrolmentResult) -> None:
    rate = result.rows / result.seconds if result.seconds else 0
    ctx.talk.print(
        say(
            "enrol.result", subjects=result.subjects, rows=result.rows, fingerprints=result.fingerprints,
            seconds=result.seconds, rate=rate, bytes=result.bytes_per_subject,
        )
    )  # fmt: skip
    if result.unchanged:
        ctx.talk.print(
            say(
                "enrol.unchanged", unchanged=result.unchanged, changed=result.changed,
                written=result.written_bytes / MIB, seconds=result.write_seconds,
            )
        )  # fmt: skip
    if result.rejected_count:
        ctx.talk.print(say("enrol.rejected", count=result.rejected_count, file=result.rejected_file), markup=False)
    for kind, count in result.unread.items():
        ctx.talk.print(say("enrol.unread", count=count, kind=kind), markup=False)
