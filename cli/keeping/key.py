"""`hinomi key`: which master key is in use, and whether everything on disk was made under it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.keeping.rotate import rotate
from cli.language import say

if TYPE_CHECKING:
    from cli.context import Context

SAMPLED = 1000


@click.group()
def key() -> None:
    """The master key; never shown, only named."""


key.add_command(rotate)


@key.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.pass_obj
def create(ctx: Context, file: Path | None) -> None:
    """Make a new key in FILE (default: where the settings look for it), mode 0600; nothing is ever overwritten."""
    from fingerprints.secrets.keys import create_key

    path = file or ctx.settings.home / Path(ctx.settings.key.file).expanduser()
    made = create_key(path)
    ctx.talk.print(say("key.made", id=made.id, path=path), markup=False, soft_wrap=True)


@key.command("id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def id_command(ctx: Context, *, as_json: bool) -> None:
    """The key's name: 16 hexadecimal digits that tell nothing about it."""
    if as_json:
        ctx.emit({"key": ctx.key.id, "version": ctx.key.version})
    else:
        click.echo(ctx.key.id)


@key.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def check(ctx: Context, *, as_json: bool) -> None:
    """Open what was made under the key: every file of the index, a sample of the sealed numbers, the canaries.

    Exits with 2 when another key made it, with 3 when something is damaged.
    """
    import numpy as np

    from fingerprints.index.canaries import read_canaries
    from fingerprints.index.generation import Index

    index = Index.open(ctx.settings.index_dir, ctx.key, check=True)
    sample = np.unique(np.linspace(0, max(index.subjects - 1, 0), SAMPLED).astype(np.uint32))
    opened = len(index.reveal(sample)) if index.subjects else 0
    canaries = len(read_canaries(ctx.settings.index_dir, ctx.key))
    found = {"key": ctx.key.id, "generation": index.generation, "subjects": index.subjects, "seals_opened": opened}
    if as_json:
        ctx.emit({**found, "canaries": canaries})
    ctx.talk.print(
        say(
            "key.checked", id=ctx.key.id, generation=index.generation, customers=index.subjects, opened=opened,
            canaries=canaries,
        ),
        soft_wrap=True,
    )  # fmt: skip
