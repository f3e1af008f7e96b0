"""`hinomi trails`: operators' access logs into the trails, what is missing in them, and what the checks find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.casework.kept_lines import forget_lines
from cli.casework.records import explore, line
from cli.casework.suspicions import check, escalate, explain, suspicions
from cli.given import GIVEN_FILE, confirm
from cli.language import say
from cli.tables import headed

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from trails.imports import ImportResult, Plan
    from trails.number_digests import KeyedDoor

SHOWN_DROPPED = 20


@click.group()
def trails() -> None:
    """Operators' access records: take them in, see what is missing, and what wants an explanation."""


for _command in (check, suspicions, explain, escalate, explore, line, forget_lines):
    trails.add_command(_command)


@trails.command("import")
@click.argument("files", nargs=-1, required=True, type=GIVEN_FILE, metavar="FILE...")
@click.option("--system", required=True, metavar="NAME", help="The system the log comes from.")
@click.option(
    "--map", "given", default="", metavar="FIELD=COLUMN,...", help="Say what columns mean; + joins two of them."
)
@click.option(
    "--format", "format_name", default="", metavar="NAME", help="The file's format, where it is not recognised."
)
@click.option(
    "--zone", default=None, metavar="ZONE", help="The zone of times that name none (else that of the settings)."
)
@click.option("--processor", default="", metavar="NAME", help="The processor whose people work on the system.")
@click.option("--yes", is_flag=True, help="Take the proposed mapping without asking.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON; nothing is asked.")
@click.pass_obj
def import_command(
    ctx: Context,
    files: tuple[Path, ...],
    *,
    system: str,
    given: str,
    format_name: str,
    zone: str | None,
    processor: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Take access logs into the trail of a system; lines that are known already add nothing."""
    from cli.answers import answered_for
    from cluster.choice import far_readers
    from cluster.units import ACCESS_LOG
    from trails.imports import plan_import, run_import
    from trails.mapping.mapping_file import mapping_path
    from trails.mapping.proposal import read_given
    from trails.store.kept_lines import LineKeeper
    from trails.zipped_logs import logs_in

    door, folder = _door(ctx), ctx.settings.trails_dir
    keeper = LineKeeper(ctx.key) if ctx.settings.trails.keep_lines else None
    constants = {"processor": processor} if processor else {}
    for log in [one for file in files for one in logs_in(file)]:
        plan = plan_import(
            log,
            system,
            folder,
            is_number=door.is_number,
            given=read_given(given),
            constants=constants,
            zone=zone,
            home_zone=ctx.settings.trail_zone,
            format_name=format_name,
        )
        _show_plan(ctx, plan)
        if not (yes or as_json or plan.known):
            confirm(say("ask.read_so"), default=True)
        mapping = mapping_path(folder, system).relative_to(ctx.settings.home).as_posix()
        with answered_for(ctx, mapping), ctx.talk.status(say("trails.reading", name=log.name)) as status:
            result = run_import(
                plan,
                folder,
                ctx.database,
                door,
                ctx.clock,
                progress=lambda n, name=log.name: status.update(say("trails.reading_so_far", name=name, count=n)),  # type: ignore[misc]
                keeper=keeper,
                far=far_readers(ctx, ACCESS_LOG),
            )
        if as_json:
            ctx.emit(result.as_json())
        else:
            _show_result(ctx, result)
    _prepare(ctx)


@trails.command()
@click.option("--system", default=None, metavar="NAME", help="Only this system's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a gap.")
@click.pass_obj
def gaps(ctx: Context, *, system: str | None, as_json: bool) -> None:
    """Show which days and sequence numbers are missing in the trails."""
    from trails.gaps import read_gaps

    with ctx.database.read() as session:
        found = read_gaps(session, system)
    if as_json:
        for gap in found:
            ctx.emit(gap.as_json())
        return
    table = headed("system", "kind", "host", "from", "to", "missing", title=say("trails.gaps"))
    for gap in found:
        table.add_row(gap.system, gap.kind, gap.host, gap.first, gap.last, f"{gap.missing:,}")
    ctx.talk.print(table if found else say("trails.no_gaps"))


def _prepare(ctx: Context) -> None:
    """Make ready for questions what was imported, so that nobody waits for it at a page."""
    from trails.explore.explorer import open_explorer

    with ctx.talk.status(say("trails.preparing")) as status, ctx.database.read() as session:
        open_explorer(
            session, ctx.settings.trails_dir, zone=ctx.settings.trail_zone,
            progress=lambda done, of: status.update(say("trails.preparing_so_far", done=done, of=of)),
        )  # fmt: skip


def _door(ctx: Context) -> KeyedDoor:
    from fingerprints.errors import NoIndexError
    from fingerprints.identifiers import load_kinds
    from fingerprints.identifiers.customer_number import NUMBER_KIND
    from trails.number_digests import KeyedDoor

    try:
        patterns, numbered = ctx.index.number_patterns, ctx.index.has_numbers
    except NoIndexError:
        patterns, numbered = (), False
    if not numbered:
        ctx.talk.print(say("trails.no_numbers"), markup=False, soft_wrap=True)
    return KeyedDoor(ctx.digester, load_kinds()[NUMBER_KIND], patterns)


def _show_plan(ctx: Context, plan: Plan) -> None:
    mapping = plan.mapping
    encoding = plan.encoding.removesuffix("-sig")
    said = say("trails.plan", file=plan.path.name, format=mapping.format, encoding=encoding, zone=mapping.zone)
    ctx.talk.print(said, markup=False)
    for name, columns in mapping.fields.items():
        ctx.talk.print(say("trails.from_column", name=name, columns=" + ".join(columns)), markup=False)
    for name, value in mapping.constants.items():
        ctx.talk.print(say("trails.always", name=name, value=value), markup=False)


def _show_result(ctx: Context, result: ImportResult) -> None:
    ctx.talk.print(
        say("trails.result", system=result.system, records=result.records, new=result.new, undated=result.undated),
        markup=False,
    )
    for one in result.dropped[:SHOWN_DROPPED]:
        ctx.talk.print(say("trails.dropped", line=one.line, reason=one.reason), markup=False)
    if len(result.dropped) > SHOWN_DROPPED:
        ctx.talk.print(say("trails.more", count=len(result.dropped) - SHOWN_DROPPED))
    if result.gaps:
        ctx.talk.print(say("trails.gaps_found", count=len(result.gaps)))
