"""`hinomi trails forget-lines`: kept lines of logs removed for good, on record; the records made of them stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.given import confirm
from cli.language import CommandError, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cli.context import Context
    from trails.store.lines_forgetting import KeptFile


@click.command("forget-lines")
@click.option("--system", default=None, metavar="NAME", help="Only the lines of this system.")
@click.option(
    "--before", default=None, metavar="DAY", help="Only lines of files whose records are all before this day."
)
@click.option("--reason", default="", metavar="TEXT", help="Why; goes on record.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a system; ask nothing.")
@click.pass_obj
def forget_lines(
    ctx: Context, *, system: str | None, before: str | None, reason: str, yes: bool, as_json: bool
) -> None:
    """Remove kept lines of logs for good; records stay, and that lines went is an event with their files' hashes."""
    from trails.store.lines_forgetting import forget_lines as forget
    from trails.store.lines_forgetting import kept_files

    said = reason.strip()
    if (system is None and before is None) or not said:
        raise CommandError("which_lines")
    moment = _moment(ctx, before) if before is not None else None
    with ctx.database.read() as session:
        found = kept_files(session, ctx.settings.trails_dir, system=system, before=moment)
    count = sum(map(len, found.values()))
    if count and not (yes or as_json):
        confirm(say("lines.ask", count=count, systems=", ".join(found)), default=False)

    def told(name: str, files: Sequence[KeptFile]) -> None:
        from incidents.actions import add_event

        data = {
            "system": name, "before": before or "", "reason": said, "count": len(files),
            "size_bytes": sum(one.size_bytes for one in files), "files": [one.as_data() for one in files],
        }  # fmt: skip
        with ctx.database.write() as session:
            add_event(session, "lines-forgotten", actor=ctx.actor, now=ctx.clock.now(), data=data)

    gone = forget(ctx.database, ctx.settings.trails_dir, told=told, system=system, before=moment)
    for name, files in gone.items():
        size = sum(one.size_bytes for one in files)
        if as_json:
            ctx.emit({"system": name, "files": len(files), "size_bytes": size})
        else:
            ctx.talk.print(say("lines.forgotten", system=name, count=len(files), size=size / (1 << 20)), markup=False)
    if not gone:
        ctx.talk.print(say("lines.none"))


def _moment(ctx: Context, day: str) -> datetime:
    """The beginning of a day where the carrier is."""
    from zoneinfo import ZoneInfo

    from cli.days import day_of
    from core.query.bounds import day_start

    return day_start(day_of(day), ZoneInfo(ctx.settings.trail_zone))
