"""`hinomi root-cause ID`: which extract it was, and who held or touched exactly these customers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.given import reason_for
from cli.language import CommandError, say
from cli.numbers import RowId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from cli.context import Context
    from core.texts import Texts

SHOWN = 15
EXTRACT_COLUMNS = ("extract", "covered", "of", "size", "score")
HOLDER_COLUMNS = ("kind", "name", "touched", "in_all", "chance", "score", "window", "notes")


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
    from core.errors import HinomiError
    from people.approvals import REVEAL_NAMES
    from root_cause.inquiry import inquire
    from root_cause.report import UNKNOWN

    if export_to is not None and export_to.exists():
        raise CommandError("exists", path=export_to)
    reason = reason_for(say("ask.names"), reason, ask=not as_json) if reveal else reason.strip()
    approved = ctx.second_person(REVEAL_NAMES, str(incident_id), reason, incident_id) if reveal else {}
    found = inquire(
        incident_id,
        database=ctx.database,
        index=ctx.index,
        trails_dir=ctx.settings.trails_dir,
        zone=ctx.settings.trail_zone,
        clock=ctx.clock,
        actor=ctx.actor,
        reveal=reveal,
        reason=reason,
        approved=approved,
        language=ctx.settings.language,
    )
    if export_to is not None:
        _export(ctx, incident_id, found, export_to, reason=reason, reveal=reveal)
    if as_json:
        ctx.emit(found)
    else:
        _show(ctx, found)
    if found["conclusion"] == UNKNOWN and found["systems"] and not found["comparable"]["compared"]:
        raise click.exceptions.Exit(HinomiError.exit_code)  # there were records, and nobody could be looked for


def _export(ctx: Context, incident_id: int, found: dict[str, Any], path: Path, *, reason: str, reveal: bool) -> None:
    """Write the ranking to a file of one's own, with what it was made from."""
    from root_cause.ranking_export import export_ranking

    text = export_ranking(
        incident_id, found, database=ctx.database, index=ctx.index, clock=ctx.clock, actor=ctx.actor,
        reason=reason, revealed=reveal,
    )  # fmt: skip
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    ctx.talk.print(say("incident.written", path=path), markup=False, soft_wrap=True)


def _show(ctx: Context, found: dict[str, Any]) -> None:
    """The sentence, the extracts, and the holders that explain something; the others as a number."""
    from core.texts import load_texts

    texts = load_texts("trails", ctx.settings.language)
    ctx.talk.print(found["sentence"], markup=False, soft_wrap=True)
    extracts = _table(texts, "extracts", EXTRACT_COLUMNS)
    for one in found["extracts"][:SHOWN]:
        extracts.add_row(*(str(one.get(key, "")) for key in EXTRACT_COLUMNS))
    ctx.talk.print(extracts)
    telling = [one for one in found["holders"] if not one["explains_nothing"]]
    if telling:
        holders = _table(texts, "holders", HOLDER_COLUMNS)
        for one in telling[:SHOWN]:
            holders.add_row(*_cells(one, texts))
        ctx.talk.print(holders)
    folded = len(found["holders"]) - len(telling[:SHOWN]) + found["more_holders"]
    if folded:
        ctx.talk.print(texts("table.folded", count=folded), markup=False, soft_wrap=True)
    for limit in found["limits"]:
        ctx.talk.print(say("incident.limit", limit=limit), markup=False)


def _table(texts: Texts, title: str, columns: Sequence[str]) -> Table:
    """A table whose words are broken rather than cut off."""
    from rich.table import Table

    table = Table(title=texts(f"table.{title}"))
    for key in columns:
        table.add_column(texts(f"table.{key}"), overflow="fold")
    return table


def _cells(one: dict[str, Any], texts: Texts) -> tuple[str, ...]:
    from root_cause.report import percent

    window = one["window"]
    span = f"{window['from']} – {window['to']}" if window["days"] else texts("table.all_time")
    chance = "–" if one["posterior"] is None else percent(one["posterior"])
    numbers = (f"{one['covered']:,} / {one['of']:,}", f"{one['size']:,}", chance, f"{one['score']:.1f}")
    return (texts(f"kind.{one['kind']}"), one["name"], *numbers, span, _notes(one, texts))


def _notes(one: dict[str, Any], texts: Texts) -> str:
    notes = [texts("table.tied", others=len(one["tied_with"]))] if one["tied_with"] else []
    notes += [texts("table.also")] if one["also_consistent"] else []
    notes += [texts("table.gaps", count=len(one["gaps"]))] if one["gaps"] else []
    return ", ".join(notes)
