"""`hinomi scans`: files that were handed in on the web page to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import CommandError, say
from core.errors import HinomiError

if TYPE_CHECKING:
    from cli.context import Context


@click.group()
def scans() -> None:
    """Files that were handed in on the web page to be checked: run one without the scheduler."""


@scans.command()
@click.argument("scan_id", metavar="ID")
@click.pass_obj
def run(ctx: Context, scan_id: str) -> None:
    """Judge one, and open the incidents that were asked for."""
    from judging.bench import Bench
    from judging.child import ChildJudge
    from judging.scans.run import ScanWork, failure_of_scan, run_scan
    from judging.scans.store import FAILED, Scans

    found = Scans(ctx.settings.home, ctx.clock)
    scan = found.get(scan_id)
    if scan is None:
        raise CommandError("no_scan", id=repr(scan_id))
    paths = [found.path_of(scan, number).resolve() for number in range(len(scan.files))]
    try:
        with ChildJudge(Bench.of(ctx.settings), reads=paths) as judge:
            done = run_scan(ScanWork(found, judge, ctx.archive, ctx.database, ctx.clock, ctx.settings.zone), scan)
    except HinomiError as error:
        found.change(found.get(scan_id) or scan, state=FAILED, worker="", message=failure_of_scan(error))
        raise
    ctx.talk.print(say("index.scanned", files=len(done.files)), markup=False)
