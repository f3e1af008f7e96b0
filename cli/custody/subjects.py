"""`hinomi subjects`: customers who asked to be forgotten, or whose contract ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.given import GIVEN_FILE_OR_DASH, confirm
from cli.language import CommandError, say

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context


@click.group()
def subjects() -> None:
    """Customers as the index knows them."""


@subjects.command()
@click.option(
    "--file",
    required=True,
    type=GIVEN_FILE_OR_DASH,
    help="Customer numbers, one a line (- for standard input).",
)
@click.option("--reason", default="", metavar="TEXT", help="Why, for the register.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object; ask nothing.")
@click.pass_obj
def forget(ctx: Context, *, file: Path, reason: str, yes: bool, as_json: bool) -> None:
    """Remove customers from the index, with every generation that still knew them; there is no way back."""
    from cli.days import act_of
    from custody.forgetting import forget as forget_numbers

    with click.open_file(str(file), encoding="utf-8-sig") as lines:
        numbers = [line.strip() for line in lines if line.strip()]
    if not numbers:
        raise CommandError("no_customer_number", file=file)
    if not (yes or as_json):
        confirm(say("ask.forget", count=len(numbers)), default=False)
    act = act_of(ctx, None, reason)
    done, strangers = forget_numbers(ctx.settings.index_dir, ctx.key, ctx.database, numbers, act=act)
    ctx.talk.print(
        say(
            "index.forgotten", subjects=done.subjects, fingerprints=done.fingerprints, generation=done.generation,
            strangers=strangers,
        ),
        soft_wrap=True,
    )  # fmt: skip
    kept = _kept_lines(ctx)
    if kept:
        ctx.talk.print(say("index.lines_kept", count=sum(kept.values()), systems=", ".join(kept)), soft_wrap=True)
    if as_json:
        ctx.emit(
            {
                "subjects": done.subjects,
                "fingerprints": done.fingerprints,
                "unknown": strangers,
                "generation": done.generation,
                "kept_lines": kept,
            }
        )


def _kept_lines(ctx: Context) -> dict[str, int]:
    """How many files of kept lines there are by system: any of them may hold the number of who was forgotten."""
    from trails.store.lines_forgetting import kept_files

    with ctx.database.read() as session:
        return {name: len(files) for name, files in kept_files(session, ctx.settings.trails_dir).items()}
