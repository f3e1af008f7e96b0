"""`hinomi worker`: judge documents, and read lists of customers, for a scheduler that an operator runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import CommandError, say

if TYPE_CHECKING:
    from cli.context import Context


@click.command()
@click.option("--scheduler", metavar="ADDRESS", default="", help="Its address (default: that of the settings).")
@click.pass_obj
def worker(ctx: Context, scheduler: str) -> None:
    """Judge documents and read customers' lists for a Dask scheduler, with this home's key and index, until stopped."""
    from cluster.errors import ClusterError
    from core.sections.cluster import SCHEMES

    address = scheduler or ctx.settings.cluster.scheduler
    if not address:
        raise ClusterError("no_address")
    if not address.startswith(SCHEMES):
        raise CommandError("no_scheduler_address", address=repr(address))
    _ = ctx.key  # a worker without one could do nothing: say so now

    from cluster.worker import work

    work(ctx.settings, address, lambda at: ctx.talk.print(say("worker.joined", scheduler=address, worker=at)))
