"""`hinomi index`: what the index is made of, and compacting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import say

if TYPE_CHECKING:
    from cli.context import Context

MIB = 1 << 20


@click.group()
def index() -> None:
    """The index of fingerprints: its segments, and merging them."""


@index.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def show(ctx: Context, *, as_json: bool) -> None:
    """Its segments, and every enrolment it knows of."""
    from core.clock import day_of

    opened = ctx.index
    segments = [
        {"segment": one.info.name, "new": one.info.new, "changed": len(one.others), "fingerprints": one.info.records}
        for one in opened.segments
    ]
    enrolments = [
        {"extract": one.name, "as_of": day_of(one.as_of).isoformat(), "customers": one.size, "rows": one.rows}
        for one in opened.enrolments
    ]
    if as_json:
        ctx.emit({"generation": opened.generation, "segments": segments, "enrolments": enrolments})
        return
    size = opened.size_bytes / MIB
    click.echo(say("index.generation", generation=opened.generation, customers=opened.customers, size=size))
    for segment in segments:
        click.echo(say("index.segment", **segment))
    for one in enrolments:
        click.echo(say("index.enrolment", **one))


@index.command()
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@click.pass_obj
def compact(ctx: Context, *, as_json: bool) -> None:
    """Merge all segments into one: lookups then ask a single one. Enrolling merges small ones by itself."""
    from fingerprints.building.compaction import compact as merge
    from fingerprints.index.folder import writing_lock
    from fingerprints.index.generation import Index

    with writing_lock(ctx.settings.index_dir):
        done = merge(ctx.settings.index_dir, Index.open(ctx.settings.index_dir, ctx.key), whole=True)
    ctx.talk.print(say("index.compacted", before=done.before, after=done.after, written=done.written_bytes / MIB))
    if as_json:
        ctx.emit({"before": done.before, "after": done.after, "written_bytes": done.written_bytes})
