"""`hinomi trails explore` and `line`: access records searched, and the line of a log behind one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from cli.given import GIVEN_FILE, reason_for
from cli.language import CommandError, CommandFailedError, say
from cli.numbers import RowId

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from core.texts import Texts
    from fingerprints.secrets.keys import Key
    from root_cause.dossier.opened import OpenedRecords
    from trails.explore.questions import CountedRecords

SHOWN = 20
FACETS = ("system", "action", "outcome", "operator", "account", "terminal", "address", "processor")
VALUES = 5
DIGEST = re.compile(r"[0-9a-fA-F]{16}")
COLUMNS = ("when", "action", "subject", "operator", "terminal", "outcome", "system")


@click.command()
@click.argument("query", default="", metavar="QUERY")
@click.option("--incident", "incident_id", type=RowId(), metavar="ID", help="Only the leaked customers of an incident.")
@click.option("--limit", type=click.IntRange(0, 10_000), default=SHOWN, show_default=True, help="Records to show.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a record, and one of the counts.")
@click.pass_obj
def explore(ctx: Context, query: str, *, incident_id: int | None, limit: int, as_json: bool) -> None:
    """Search access records, newest first, names masked; a search is written as on the page /records."""
    from core.clock import local
    from core.query.expressions import Is, all_of
    from core.query.parser import parse
    from core.query.writer import unparse
    from incidents.actions import add_event
    from incidents.errors import NoIncidentError
    from incidents.models import Incident
    from people.roles import Permission
    from root_cause.dossier.opened import KeyedMeanings, shown_records
    from trails.explore.language import FIELDS, condition_of
    from trails.explore.questions import ask
    from trails.explore.rows import read_places
    from web.exploring import check_right, named_by

    check_right(ctx.actor, Permission.SEE_CAUSE)
    with ctx.database.read() as session:
        if incident_id is not None and session.get(Incident, incident_id) is None:
            raise NoIncidentError(incident_id)
    opened, zone = _opened(ctx), ctx.settings.trail_zone
    expression = named_by(ctx.actor, parse(query, FIELDS, zone, now=ctx.clock.now()), opened)
    if incident_id is not None:
        expression = all_of([expression, Is("leak", str(incident_id))])
    condition = condition_of(expression, opened.explorer, KeyedMeanings(opened))
    counted = ask(opened.explorer, condition, limit=limit, facets=FACETS)
    shown = shown_records(read_places(opened.explorer, counted.page), opened.handles)
    now = ctx.clock.now()
    with ctx.database.write() as session:
        key = f"records-viewed:{incident_id or ''}:{ctx.actor.name}:{now:%Y-%m-%dT%H}"
        add_event(session, "records-viewed", actor=ctx.actor, now=now, incident_id=incident_id, key=key)
    rows = [
        {
            "record": f"{one['part']}.{one['row']}",
            **{name: one[name] for name in COLUMNS[1:]},
            "when": local(one["when"], zone).isoformat() if one["when"] is not None else None,
        }
        for one in shown
    ]
    if as_json:
        for row in rows:
            ctx.emit(row)
        ctx.emit(
            {"records": counted.rows, "query": unparse(expression, FIELDS, zone), "facets": _facets(counted, opened)}
        )
    else:
        _show(ctx, rows, counted, opened)


@click.command()
@click.argument("digest", metavar="HASH")
@click.option("--file", "path", type=GIVEN_FILE, help="The original log, where its lines were not kept.")
@click.option("--reason", default="", metavar="TEXT", help="Why the line has to be seen; it holds names and numbers.")
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object; nothing is asked.")
@click.pass_obj
def line(ctx: Context, digest: str, *, path: Path | None, reason: str, as_json: bool) -> None:
    """Show the line of a log behind an access record; that it was asked for is recorded."""
    from incidents.actions import add_event
    from people.approvals import REVEAL_NAMES
    from trails.errors import DamagedTrailError

    if not DIGEST.fullmatch(digest):
        raise CommandError("no_line_digest", digest=digest)
    wanted = int(digest, 16)
    reason = reason_for("the line", reason, ask=not as_json)
    approved = ctx.second_person(REVEAL_NAMES, f"line {wanted:016x}", reason, None)
    found, damage = None, None
    try:
        found = _in_file(ctx, path, wanted) if path is not None else _kept(ctx, wanted)
    except DamagedTrailError as error:  # that it was asked for is on the record whatever comes of it
        damage = error
    with ctx.database.write() as session:
        data = {"record": f"{wanted:016x}", "reason": reason, "found": found is not None, **approved}
        add_event(session, "line-revealed", actor=ctx.actor, now=ctx.clock.now(), data=data)
    if damage is not None:
        raise damage
    if found is None:
        raise CommandFailedError("no_such_line", digest=f"{wanted:016x}")
    text, number = found
    if as_json:
        ctx.emit({"line": text, "number": number})
    else:
        click.echo(text)


def _opened(ctx: Context) -> OpenedRecords:
    from root_cause.dossier.opened import OpenedRecords
    from trails.explore.explorer import open_explorer
    from trails.explore.handles import Handles

    with ctx.talk.status(say("trails.opening")), ctx.database.read() as session:
        explorer = open_explorer(session, ctx.settings.trails_dir, zone=ctx.settings.trail_zone)
    return OpenedRecords(explorer, Handles(ctx.digester), ctx.key, ctx.database, lambda: ctx.index)


def _facets(counted: CountedRecords, opened: OpenedRecords) -> dict[str, dict[str, int]]:
    from trails.explore.handles import is_masked

    return {
        name: {
            (opened.handles.masked(name, value) if is_masked(name) else value): rows
            for value, rows in list(values.items())[:VALUES]
            if value is not None
        }
        for name, values in counted.facets.items()
        if any(value is not None for value in values)
    }


def _show(ctx: Context, rows: list[dict[str, Any]], counted: CountedRecords, opened: OpenedRecords) -> None:
    from rich.table import Table

    from core.texts import load_texts

    texts: Texts = load_texts("trails", ctx.settings.language)
    ctx.talk.print(texts("explore.found", n=f"{counted.rows:,}", total=f"{opened.explorer.rows:,}"))
    table = Table(*(texts(f"explore.{name}") for name in COLUMNS))
    for row in rows:
        when = (row["when"] or "–")[:19].replace("T", " ")
        table.add_row(when, *(row[name] for name in COLUMNS[1:]))
    if rows:
        ctx.talk.print(table)
    for name, values in _facets(counted, opened).items():
        told = ", ".join(f"{value} {count:,}" for value, count in values.items())
        ctx.talk.print(f"{texts(f'explore.{name}')}: {told}", markup=False)


def _in_file(ctx: Context, path: Path, wanted: int) -> tuple[str, int] | None:
    """The line in a log, and its number; the log is read from its beginning."""
    from root_cause.dossier.opened import door_of
    from trails.lines import find_encoding, read_blocks
    from trails.zipped_logs import logs_in

    doors = [door_of(key) for key in _keys(ctx)]
    for log in logs_in(path):
        for block in read_blocks(log, find_encoding(log)):
            for door in doors:
                found = (door.lines(block.lines) == wanted).nonzero()[0]
                if len(found):
                    at = int(found[0])
                    return block.lines[at], block.first + at
    return None


def _kept(ctx: Context, wanted: int) -> tuple[str, int | None] | None:
    """The line among those that were kept: every file of records that holds its digest is looked into."""
    import polars as pl

    from root_cause.dossier.opened import read_kept_line
    from trails.store.parts import part_paths

    with ctx.database.read() as session:
        paths = part_paths(session, ctx.settings.trails_dir)
    for path in paths:
        there = pl.scan_parquet(path).select((pl.col("line") == wanted).any()).collect().item()
        if there and (text := read_kept_line(path, wanted, _keys(ctx))) is not None:
            return text, None
    return None


def _keys(ctx: Context) -> list[Key]:
    """The key in use, and those of before that are kept."""
    from fingerprints.secrets.keys import former_keys

    return [ctx.key, *former_keys(ctx.settings.key, ctx.settings.home)]
