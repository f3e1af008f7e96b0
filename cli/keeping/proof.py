"""`hinomi proof`: proofs to hand to an auditor, and the script that checks them without Hinomi."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError
from cli.numbers import RowId

if TYPE_CHECKING:
    from cli.context import Context

_OUT = click.option("--out", type=click.Path(path_type=Path), help="A new file (default: standard output).")


@click.group()
def proof() -> None:
    """Export proofs out of the transparency log; `hinomi proof script` is what checks them."""


@proof.command()
@click.option("--event", type=RowId(), metavar="N", help="A line of a timeline.")
@click.option("--document", type=RowId(), metavar="N", help="A captured document.")
@click.option("--kind", default="", metavar="KIND", help="Another kind of entry, with --id: custody, trail-import, …")
@click.option("--id", "row_id", type=RowId(), metavar="N", help="Its number.")
@_OUT
@click.pass_obj
def inclusion(
    ctx: Context, event: int | None, document: int | None, kind: str, row_id: int | None, out: Path | None
) -> None:
    """That one entry is in the log, under the first signed head that covers it."""
    from transparency.proofs import prove_inclusion

    asked = [(name, number) for name, number in (("event", event), ("document", document), (kind, row_id)) if number]
    if len(asked) != 1 or not asked[0][0]:
        raise CommandError("one_entry")
    with ctx.database.read() as session:
        _write(prove_inclusion(session, *asked[0]), out)


@proof.command()
@click.argument("first", type=RowId(), metavar="SIZE1")
@click.argument("second", type=RowId(), metavar="SIZE2")
@_OUT
@click.pass_obj
def consistency(ctx: Context, first: int, second: int, out: Path | None) -> None:
    """That the log of SIZE2 leaves begins with the log of SIZE1; `hinomi log heads` shows the sizes."""
    from transparency.proofs import prove_consistency

    with ctx.database.read() as session:
        _write(prove_consistency(session, first, second), out)


@proof.command()
def script() -> None:
    """The script that checks proofs: Python alone, nothing of Hinomi; short enough to be read first."""
    from transparency import check_proof

    click.echo(Path(check_proof.__file__).read_text(encoding="utf-8"), nl=False)


def _write(made: dict[str, Any], out: Path | None) -> None:
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        click.echo(text, nl=False)
    elif out.exists():
        raise CommandError("exists", path=out)
    else:
        out.write_text(text, encoding="utf-8")
