"""What was understood of a customers' file, as `hinomi enroll` shows it before anything is done."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from rich.markup import escape

from cli.language import language, say
from cli.tables import headed
from core.errors import HinomiError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

    from cli.context import Context
    from custody.enrolment.column_plan import Column, ColumnPlan, ShownColumn
    from custody.enrolment.enroller import Lending


def show_plan(ctx: Context, file: Path, plan: ColumnPlan, lending: Lending) -> None:
    """Print it: every column with masked values, what is read from it, what is missing, and what to know."""
    talk = ctx.talk
    holder = say("enrol.held_by", processor=lending.processor) if lending.processor else ""
    header = say("enrol.header" if plan.has_header else "enrol.no_header")
    if plan.first_line > 1 + plan.has_header:
        header += say("enrol.from_line", line=plan.first_line)
    talk.print(
        say(
            "enrol.plan", file=file.name, table=plan.table, header=header, extract=lending.extract,
            as_of=lending.as_of, holder=holder,
        ),
        markup=False,
    )  # fmt: skip
    talk.print(_columns(plan))
    if plan.ignored:
        talk.print(say("enrol.not_used", columns=", ".join(plan.ignored)), markup=False)
    if plan.missing:
        talk.print(say("enrol.not_found", kinds=", ".join(plan.missing)), markup=False)
    for remark in plan.remarks:
        word = "enrol.warning" if remark.warns else "enrol.note"
        talk.print(say(word), style="bold yellow" if remark.warns else "", end=": ")
        talk.print(remark.said(language()), markup=False, soft_wrap=True)


def show_unknown(ctx: Context, file: Path, sheet: str) -> None:
    """Print the columns of a file that was not understood, for whoever says what they hold."""
    from custody.enrolment.columns import show_columns

    with suppress(HinomiError):
        table = headed("column", "", "values_masked", plainly=True)
        for seen in show_columns(file, sheet=sheet):
            table.add_row(*_named(seen), escape("  ".join(seen.samples)))
        ctx.talk.print(table)


def _columns(plan: ColumnPlan) -> Table:
    """Every column of the file, those that are used first."""
    table = headed("field", "column", "", "found_by", "fit", "values_masked", plainly=True)
    for kind, column in plan.all_columns():
        for number, place in enumerate(column.places):
            seen = plan.seen[place]
            first = number == 0
            table.add_row(
                kind if first else "  +", *_named(seen), column.why if first else "", _fit(column) if first else "",
                escape("  ".join(seen.samples)),
            )  # fmt: skip
    for seen in plan.seen:
        if not seen.kind:
            looks = seen.reads_as and f"{seen.reads_as.replace('_', ' ')}?"
            table.add_row("-", *_named(seen), "", looks, escape("  ".join(seen.samples)))
    return table


def _named(seen: ShownColumn) -> tuple[str, str]:
    return escape(f"{seen.group} {seen.header}".strip()), seen.letter


def _fit(column: Column) -> str:
    return say("enrol.empty") if column.fit is None else f"{column.fit:.0%}"
