"""`hinomi root-cause ID`: which extract it was, and who held or touched exactly these customers."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.numbers import RowId

if TYPE_CHECKING:
    from cli.context import Context

SHOWN = 15


@click.command()
@click.argument("incident_id", type=RowId(), metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the whole ranking as one JSON object.")
@click.option("--reveal", is_flag=True, help="Show names; needs --reason, and is written into the timeline.")
@click.option("--reason", default="", metavar="TEXT", help="Why names have to be seen, or the ranking taken away.")
@click.option("--export", "export_to", type=click.Path(path_type=Path), metavar="FILE", help="Write it to a new file.")
@click.pass_obj
def root_cause(
    ctx: Context, incident_id: int, *, as_json: bool, reveal: bool, reason: str, export_to: Path | None
) -> None:
    """Rank extracts and holders by how well they explain an incident. It ranks evidence; it accuses nobody."""
    from core.errors import UsageError
    from root_cause.inquiry import inquire

    if export_to is not None and export_to.exists():
        raise UsageError(f"{export_to} exists", hint="Name a new file.")
    if reveal and not reason.strip():
        raise UsageError("names are shown for a reason only", hint='Say why: --reveal --reason "…".')
    found = inquire(
        incident_id,
        database=ctx.database,
        index=ctx.index,
        trails_dir=ctx.settings.trails_dir,
        zone=ctx.settings.trail_zone,
        clock=ctx.clock,
        actor=getpass.getuser(),
        reveal=reveal,
        reason=reason.strip(),
        language=ctx.settings.language,
    )
    if export_to is not None:
        _export(ctx, incident_id, found, export_to, reason=reason.strip(), reveal=reveal)
    if as_json:
        ctx.emit(found)
    else:
        _show(ctx, found)


def _export(ctx: Context, incident_id: int, found: dict[str, Any], path: Path, *, reason: str, reveal: bool) -> None:
    """Write the ranking to a file of one's own, with what it was made from."""
    from root_cause.ranking_export import export_ranking

    text = export_ranking(
        incident_id, found, database=ctx.database, index=ctx.index, clock=ctx.clock, actor=getpass.getuser(),
        reason=reason, revealed=reveal,
    )  # fmt: skip
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    ctx.talk.print(f"written to {path}; its hash is in the timeline", markup=False, soft_wrap=True)


def _show(ctx: Context, found: dict[str, Any]) -> None:
    from rich.table import Table

    ctx.talk.print(found["sentence"], markup=False)
    extracts = Table("extract", "covered", "of", "size", "score", title="Which extract")
    for one in found["extracts"][:SHOWN]:
        extracts.add_row(*(str(one.get(key, "")) for key in ("extract", "covered", "of", "size", "score")))
    holders = Table("kind", "name", "k", "m", "|R|", "score", "window", "notes", title="Who held or touched them")
    for one in found["holders"][:SHOWN]:
        window = f"{one['window']['from']} – {one['window']['to']}" if one["window"]["days"] else "all time"
        holders.add_row(
            one["kind"],
            one["name"],
            str(one["covered"]),
            str(one["of"]),
            str(one["size"]),
            f"{one['score']:.1f}",
            window,
            _notes(one),
        )
    ctx.talk.print(extracts)
    ctx.talk.print(holders)
    ctx.talk.print(f"none of these: {found['outside']['score']:.1f}{' (first)' if found['outside']['first'] else ''}")
    for limit in found["limits"]:
        ctx.talk.print(f"limit: {limit}", markup=False)


def _notes(one: dict[str, Any]) -> str:
    notes = [f"tied with {len(one['tied_with'])}"] if one["tied_with"] else []
    notes += ["reads everybody"] if one["explains_nothing"] else []
    notes += ["also consistent"] if one["also_consistent"] else []
    notes += [f"{len(one['gaps'])} gaps"] if one["gaps"] else []
    return ", ".join(notes)
