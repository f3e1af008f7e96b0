"""`hinomi drill`: prove that a leak of today would be seen, matched, opened and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import say
from core.errors import HinomiError

if TYPE_CHECKING:
    from cli.context import Context
    from demo.drill import Drilled


@click.command()
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object on stdout, also when a stage failed.")
@click.pass_obj
def drill(ctx: Context, *, as_json: bool) -> None:
    """Plant a made-up customer on a page of this machine and follow it through sweep, match and incident to the alert.

    The incident is marked as a drill and dismissed at the end; the alert goes where alerts go, from the source "drill".
    """
    from demo.drill import Drilled, run_drill

    drilled = Drilled()
    try:
        with ctx.talk.status(say("drill.running")):
            run_drill(ctx, drilled)
    except HinomiError:
        _show(ctx, drilled, as_json=as_json)
        raise
    _show(ctx, drilled, as_json=as_json)


def _show(ctx: Context, drilled: Drilled, *, as_json: bool) -> None:
    for name, seconds in drilled.stages.items():
        ctx.talk.print(say("drill.stage", name=name, seconds=seconds), markup=False)
    if drilled.posting_to_alert is not None:
        ctx.talk.print(
            say("drill.done", seconds=drilled.posting_to_alert, incident=drilled.incident, channel=drilled.channel)
        )
    if as_json:
        ctx.emit(drilled.as_json())
