"""`hinomi doctor`: looks at everything that can be out of order, and says what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from cli.language import language, say

if TYPE_CHECKING:
    from cli.context import Context
    from health.interface import Diagnosis

_STYLES: Final = {"ok": "green", "note": "yellow", "bad": "bold red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object per look on stdout.")
@click.pass_obj
def doctor(ctx: Context, *, as_json: bool) -> None:
    """Check settings, key, index, database, archive, sources, alerts, disk, files and child processes.

    Exits with 1 when something is wrong.
    """
    from health.examination import examine

    is_wrong = False
    for found in examine(ctx):
        is_wrong |= found.level == "bad"
        if as_json:
            seen, hint = found.seen("en"), found.hint("en")
            ctx.emit({"level": found.level, "about": found.about, "seen": seen, "hint": hint})
        else:
            _show(ctx, found)
    if is_wrong:
        raise click.exceptions.Exit(1)


def _show(ctx: Context, found: Diagnosis) -> None:
    ctx.talk.print(f"{say(f'level.{found.level}'):<5}", style=_STYLES[found.level], end=" ")
    ctx.talk.print(f"{found.about:<10} {found.seen(language())}", markup=False, soft_wrap=True)
    if hint := found.hint(language()):
        ctx.talk.print(f"{'':<17}{hint}", markup=False, soft_wrap=True)
