"""`hinomi sweep`: fetch what is new at the sources."""

from __future__ import annotations

import signal
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from cli.language import CommandError, say
from core.telemetry.spans import span, telemetry

if TYPE_CHECKING:
    from cli.context import Context
    from crawler.run import SweepResult
    from crawler.sources import Source

SWEEP_FAILED = 3
LAST_LIMIT_S = 90
"""A child whose parent died ends itself that long after its own time limit."""
_MARKS = {"done": "[green]done[/]", "partial": "[yellow]partial[/]", "failed": "[red]failed[/]"}


@click.command()
@click.argument("names", metavar="[SOURCE]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per sweep on stdout.")
@click.option("--here", is_flag=True, help="In this process instead of a child; one source.")
@click.option("--again", is_flag=True, help="Read everything again; what is kept already is not kept twice.")
@click.pass_obj
def sweep(ctx: Context, names: tuple[str, ...], *, as_json: bool, here: bool, again: bool) -> None:
    """Sweep the named sources, or all that are enabled, one after the other.

    Each runs in a child process with a time limit. Exits with 3 when a sweep failed.
    """
    from crawler.run import run_sweep_process
    from crawler.run import sweep as sweep_here

    chosen = _choose(ctx, names)
    if here:
        from core.logs import configure_logs

        if len(chosen) != 1:
            raise CommandError("one_source", count=len(chosen))
        configure_logs()
        signal.alarm(int(ctx.settings.crawler.sweep_limit_s + LAST_LIMIT_S))
    results = []
    for source in chosen:
        run = sweep_here if here else run_sweep_process
        with telemetry(ctx.settings.telemetry) if here else nullcontext(), span("sweep", source=source.name) as seen:
            result = run(source, ctx.settings, ctx.database, ctx.clock, again=again)
            seen.note(state=result.state, documents=result.documents)
        results.append(result)
        _show(ctx, result, as_json=as_json)
    if any(result.state == "failed" for result in results):
        sys.exit(SWEEP_FAILED)


def _choose(ctx: Context, names: tuple[str, ...]) -> list[Source]:
    path, sources = ctx.settings.sources_path, ctx.sources
    if unknown := [name for name in names if name not in sources]:
        raise CommandError("no_source", names=", ".join(unknown), known=", ".join(sources) or say("none_yet"))
    if not sources:
        raise CommandError("no_sources", path=path)
    return [sources[name] for name in names] if names else [one for one in sources.values() if one.enabled]


def _show(ctx: Context, result: SweepResult, *, as_json: bool) -> None:
    if as_json:
        ctx.emit(result.as_json())
        return
    ctx.talk.print(
        say(
            "sources.swept", source=result.source, state=_MARKS.get(result.state, result.state),
            new=result.new_documents, documents=result.documents, requests=result.requests, seconds=result.seconds,
        )
    )  # fmt: skip
    if result.reason:
        ctx.talk.print(f"  {result.reason}", markup=False)
    if result.notes:
        ctx.talk.print(f"  {result.notes}", markup=False)
