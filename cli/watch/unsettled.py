"""`hinomi unsettled`: documents that are no leak and not clear either."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.tables import add_row, headed, plain, show, written_here
from incidents.findings import OVERLAP, UNREAD

if TYPE_CHECKING:
    from cli.context import Context


@click.command()
@click.option("--verdict", type=click.Choice((UNREAD, OVERLAP)), help="Only those; else both.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many of each, newest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document on stdout.")
@click.pass_obj
def unsettled(ctx: Context, verdict: str | None, limit: int, *, as_json: bool) -> None:
    """Documents to look at by hand: not read whole, or a few of ours among others."""
    from incidents import queries

    with ctx.database.read() as session:
        wanted = (verdict,) if verdict else (UNREAD, OVERLAP)
        found = [one for kind in wanted for one in queries.other_findings(session, verdict=kind, limit=limit)]
    if as_json:
        for one in found:
            ctx.emit(plain(asdict(one)))
        return
    table = headed("document", "verdict", "judged", "customers", "people", "why", fold=("why",))
    for one in found:
        judged = written_here(one.made_at, ctx.settings.zone)
        add_row(table, one.document_id or "-", one.verdict, judged, one.subjects, one.people, "; ".join(one.limits))
    show(table)
