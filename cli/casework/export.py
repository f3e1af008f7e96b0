"""`hinomi export` and `hinomi exports`: incidents to take away, in the formats of `exports.formats`."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.given import reason_for
from cli.language import CommandError, CommandFailedError, language, say
from cli.numbers import RowId
from cli.tables import add_row, headed, show_list

if TYPE_CHECKING:
    from cli.context import Context
    from exports.deed import MadeExport
    from exports.tally import ExportTally
    from exports.wish import ExportWish

_SIGTERM_CODE = 143


@click.command()
@click.argument("incident_id", type=RowId(), metavar="[ID]", required=False)
@click.option(
    "--as", "form", required=True, metavar="FORM", help="misp, misp-feed, stix, timesketch, bag, csv, xlsx, …."
)
@click.option("--query", default="", metavar="QUERY", help="Only these events; without ID, of whose incidents.")
@click.option("--documents", default="", metavar="QUERY", help="Only these documents; without ID, of whose incidents.")
@click.option(
    "--list", "chosen", default="", metavar="LIST", help="Of csv and xlsx: incidents, events, documents, customers."
)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="A new file (default: by what it is); - for stdout."
)
@click.option("--reveal", is_flag=True, help="With values, for who may; needs --reason.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is taken away; goes on record.")
@click.option("--to", "recipient", default="", metavar="AGE1...", help="Encrypt it to this age recipient.")
@click.option("--push", is_flag=True, help="Of misp: tell the server in [exports.misp] as well.")
@click.option("--json", "as_json", is_flag=True, help="What was made, as one JSON object on stdout.")
@click.pass_obj
def export(
    ctx: Context, incident_id: int | None, form: str, query: str, documents: str, chosen: str, out: Path | None,
    reason: str, recipient: str, *, reveal: bool, push: bool, as_json: bool,
) -> None:  # fmt: skip
    """Take an incident, or what a search finds, away in a format; who did, and the file's hash, go on record."""
    from exports.deed import check_allowed, made_export, second_person_for
    from exports.queue import push_made
    from exports.wish import ExportWish
    from web.masking.applied import PageMasks

    reason = reason_for(say("ask.values"), reason, ask=not as_json) if reveal else reason.strip()
    wish = ExportWish(
        form, incident_id, query, documents, chosen, reveal=reveal, reason=reason, recipient=recipient,
        language=language(), push=push,
    )  # fmt: skip
    check_allowed(wish, ctx.actor)
    target = out or Path(wish.file_name)
    if str(target) != "-" and target.exists():
        raise CommandError("exists", path=target)
    approvable = second_person_for(wish, ctx, PageMasks(), actor=ctx.actor)
    approved: dict[str, Any] = {}
    if approvable is not None:
        approved = ctx.second_person(approvable.kind, approvable.about, reason, incident_id)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(_SIGTERM_CODE))  # the folder it is made in goes
    with (
        ctx.talk.status(say("export.running")) as status,
        made_export(
            wish, ctx, masks=PageMasks(), actor=ctx.actor, approved=approved,
            progress=lambda done, total: status.update(say("export.progress", done=done, total=total)),
        ) as made,
    ):  # fmt: skip
        if push:
            pushed = push_made(ctx, wish, made.path, made.sha256, ctx.actor)
            ctx.talk.print(say("export.pushed", added=pushed.added, updated=pushed.updated))
        _hand_over(made, target)
    _tell(ctx, wish, made, target, as_json=as_json)


@click.group()
def exports() -> None:
    """Exports that were asked for on the pages: list them, or make one without the scheduler."""


@exports.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an export on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Show them, the newest first."""
    from sqlalchemy import select

    from exports.models import ExportRow

    table = headed("id", "state", "incident", "file", "by", plainly=True)
    with ctx.database.read() as session:
        for row in session.scalars(select(ExportRow).order_by(ExportRow.id.desc())):
            told = {
                "id": row.id, "state": row.state, "incident": row.incident_id, "form": row.wish["form"],
                "file": row.file, "sha256": row.sha256, "by": row.asked_by["name"],
            }  # fmt: skip
            if as_json:
                ctx.emit(told)
            else:
                add_row(table, row.id, row.state, row.incident_id or "", row.file or told["form"], told["by"])
    show_list(ctx, table, as_json=as_json)


@exports.command()
@click.argument("export_id", type=RowId(), metavar="ID")
@click.pass_obj
def run(ctx: Context, export_id: int) -> None:
    """Make one that waits; the page hands its file out."""
    from exports.models import ExportRow
    from exports.queue import run_export
    from web.masking.applied import PageMasks

    with ctx.database.read() as session:
        if session.get(ExportRow, export_id) is None:
            raise CommandError("no_export", id=export_id)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(_SIGTERM_CODE))
    done = run_export(ctx, export_id, PageMasks())
    ctx.talk.print(say("export.written", path=done.file, sha256=done.sha256), markup=False)


def _hand_over(made: MadeExport, target: Path) -> None:
    """Give the file its name in one step; beside it nothing is left where that fails."""
    if str(target) == "-":
        with made.path.open("rb") as source:
            shutil.copyfileobj(source, sys.stdout.buffer)
        sys.stdout.flush()
        return
    beside = target.with_name(f".{target.name}.{made.sha256[:8]}.part")
    try:
        shutil.copyfile(made.path, beside)
        beside.chmod(0o600)
        os.link(beside, target)
    except FileExistsError:
        raise CommandError("exists", path=target) from None
    except OSError as error:
        raise CommandFailedError("not_written", path=target, reason=error.strerror or "") from error
    finally:
        beside.unlink(missing_ok=True)


def _tell(ctx: Context, wish: ExportWish, made: MadeExport, target: Path, *, as_json: bool) -> None:
    if as_json:
        ctx.emit(
            {
                "file": str(target), "form": wish.form, "sha256": made.sha256, "size_bytes": made.size_bytes,
                "taken": dict(made.tally.taken), "left_out": dict(made.tally.left_out),
            }
        )  # fmt: skip
    ctx.talk.print(say("export.written", path=target, sha256=made.sha256), markup=False, soft_wrap=True)
    for line in _counts(made.tally):
        ctx.talk.print(f"  {line}", markup=False)


def _counts(tally: ExportTally) -> list[str]:
    """What is in it, and what is not."""
    from core.texts import load_texts

    texts = load_texts("exports", language())
    taken = [texts(f"taken.{name}", n=number) for name, number in tally.taken.items() if number]
    return taken + [texts(f"left_out.{name}", n=number) for name, number in tally.left_out.items() if number]
