"""A trial of a source, as people see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.context import Context
    from crawler.trial import Trial


def show_trial(ctx: Context, name: str, trial: Trial, warnings: Sequence[str]) -> None:
    """What a sweep would collect as a table, and what speaks against it."""
    from rich.markup import escape
    from rich.table import Table

    pages = "more pages" if trial.more_pages else "one page"
    ctx.talk.print(
        f"{name}: {trial.entries} entries on the list, {pages}; {trial.read} of {trial.tried} tried entries gave "
        f"{trial.documents} documents, {trial.authors} with an author, {trial.times} with a readable time, "
        f"{trial.characters} characters ({trial.requests} requests)"
    )
    table = Table("address", "title", "author", "time as written", "read as (UTC)", "characters")
    for one in trial.collected:
        told = (one.address, one.title, one.author, one.written, one.posted_at, str(one.characters))
        table.add_row(*map(escape, told))
    if trial.collected:
        ctx.talk.print(table)
    for problem, count in trial.problems.items():
        ctx.talk.print(f"  {count} × {problem}", markup=False)
    for warning in warnings:
        ctx.talk.print(f"  ! {warning}", markup=False)
