"""What was understood of a customers' file, as `hinomi enroll` shows it before anything is done."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from rich.markup import escape
from rich.table import Table

from core.errors import HinomiError

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from custody.enrolment.column_plan import Column, ColumnPlan, ShownColumn
    from custody.enrolment.enroller import Lending

_LANGUAGE: Final = "en"


def show_plan(ctx: Context, file: Path, plan: ColumnPlan, lending: Lending) -> None:
    """Print it: every column with masked values, what is read from it, what is missing, and what to know."""
    talk = ctx.talk
    holder = f", held by {lending.processor}" if lending.processor else ""
    header = "with a header" if plan.has_header else "without a header"
    if plan.first_line > 1 + plan.has_header:
        header += f", customers from line {plan.first_line}"
    talk.print(
        f"{file.name}: {plan.table}, {header} → extract {lending.extract} as of {lending.as_of}{holder}", markup=False
    )
    talk.print(_columns(plan))
    if plan.ignored:
        talk.print(f"not used: {', '.join(plan.ignored)}", markup=False)
    if plan.missing:
        talk.print(f"not found: {', '.join(plan.missing)}", markup=False)
    for remark in plan.remarks:
        word = "[bold yellow]warning[/]: " if remark.warns else "note: "
        talk.print(word, end="")
        talk.print(remark.said(_LANGUAGE), markup=False, soft_wrap=True)


def show_unknown(ctx: Context, file: Path, sheet: str) -> None:
    """Print the columns of a file that was not understood, for whoever says what they hold."""
    from custody.enrolment.columns import show_columns

    with suppress(HinomiError):
        table = Table("column", "", "values, masked", box=None, pad_edge=False)
        for seen in show_columns(file, sheet=sheet):
            table.add_row(*_named(seen), escape("  ".join(seen.samples)))
        ctx.talk.print(table)


def _columns(plan: ColumnPlan) -> Table:
    """Every column of the file, those that are used first."""
    table = Table("field", "column", "", "found by", "fit", "values, masked", box=None, pad_edge=False)
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
    return "empty" if column.fit is None else f"{column.fit:.0%}"
