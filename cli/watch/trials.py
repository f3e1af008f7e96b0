"""A trial of a source, as people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.language import say
from cli.tables import headed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.context import Context
    from crawler.trial import Trial


def show_trial(ctx: Context, name: str, trial: Trial, warnings: Sequence[str]) -> None:
    """What a sweep would collect as a table, and what speaks against it."""
    from rich.markup import escape

    pages = say("sources.more_pages" if trial.more_pages else "sources.one_page")
    ctx.talk.print(
        say(
            "sources.tried", name=name, entries=trial.entries, pages=pages, read=trial.read, tried=trial.tried,
            documents=trial.documents, authors=trial.authors, times=trial.times, characters=trial.characters,
            requests=trial.requests,
        ),
        markup=False,
    )  # fmt: skip
    table = headed("address", "title", "author", "time_as_written", "read_as", "characters")
    for one in trial.collected:
        told = (one.address, one.title, one.author, one.written, one.posted_at, str(one.characters))
        table.add_row(*map(escape, told))
    if trial.collected:
        ctx.talk.print(table)
    for problem, count in trial.problems.items():
        ctx.talk.print(f"  {count} × {problem}", markup=False)
    for warning in warnings:
        ctx.talk.print(f"  ! {warning}", markup=False)
