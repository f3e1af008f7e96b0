"""`hinomi match` and `hinomi rescan`: judge what waits in the archive."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from cli.language import say
from core.errors import OutsideError
from core.telemetry.spans import telemetry

if TYPE_CHECKING:
    from cli.context import Context
    from judging.queue import MatchingCounts


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def match(ctx: Context, *, as_json: bool) -> None:
    """Judge every waiting document; leaks open incidents or join them."""
    _run(ctx, as_json=as_json)


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y/%m/%d"]), help="Only documents first seen on or after.")
@click.option("--background", is_flag=True, help="The service does it, a few documents at a time while nothing waits.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def rescan(ctx: Context, since: datetime | None, *, background: bool, as_json: bool) -> None:
    """Judge again what the present index has not seen, and what failed."""
    from judging.queue import queue_again
    from judging.rescans import ASKED, begin_rescan

    from_when = datetime.combine(since.date(), time(), ZoneInfo(ctx.settings.zone)).astimezone(UTC) if since else None
    if background:
        with ctx.database.write() as session:
            begun = begin_rescan(
                session, generation=ctx.index.generation, why=ASKED, asked_by=ctx.actor.name, now=ctx.clock.now(),
                since=from_when,
            )  # fmt: skip
        ctx.talk.print(say("match.later", count=begun.total))
        if as_json:
            ctx.emit({"rescan": begun.id, "documents": begun.total, "generation": begun.generation})
        return
    queued = queue_again(ctx.database, generation=ctx.index.generation, since=from_when)
    ctx.talk.print(say("match.again", count=queued))
    _run(ctx, as_json=as_json)


def _run(ctx: Context, *, as_json: bool) -> None:
    from cluster.choice import open_judge
    from judging.bench import Bench
    from judging.child import ChildJudge
    from judging.queue import Matching, look_ahead, match_waiting

    stopping = _stop_on_sigterm()
    traced = telemetry(ctx.settings.telemetry)
    bench = Bench.of(ctx.settings)
    ahead = look_ahead(ctx.database, ctx.archive)
    with (
        traced,
        ChildJudge(bench) as child,
        open_judge(ctx, bench, child, ahead) as judge,
        ctx.talk.status(say("match.running")) as status,
    ):
        counts = match_waiting(
            Matching(ctx.database, ctx.archive, judge, ctx.clock),
            stop=stopping.is_set,
            progress=lambda counts: status.update(_shown(counts)),
        )
    ctx.talk.print(_shown(counts), soft_wrap=True)
    if as_json:
        ctx.emit(counts.as_dict())
    if counts.failed or counts.put_off:
        sys.exit(OutsideError.exit_code)


def _stop_on_sigterm() -> threading.Event:
    """Finish the document in hand, leave the rest to the next run."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stopping.set())
    return stopping


def _shown(counts: MatchingCounts) -> str:
    return say("match.done", **counts.as_dict())
