"""`hinomi key rotate`: from one master key to the next, a file at a time."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.given import GIVEN_FILE
from cli.language import CommandError, say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from cli.context import Context
    from custody.enrolment.rotation import Rotation
    from fingerprints.secrets.keys import Key


@click.command()
@click.argument("files", nargs=-1, type=GIVEN_FILE)
@click.option("--new-key", type=click.Path(path_type=Path), help="The new key's file (default: beside the old one).")
@click.option("--extract", default="", metavar="NAME", help="Which extract the file is, if it was exported again.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="As for `hinomi enroll`.")
@click.option("--sheet", default="", metavar="NAME", help="As for `hinomi enroll`.")
@click.option("--leave-out", multiple=True, metavar="NAME", help="An extract whose file is lost; may be repeated.")
@click.option("--switch", is_flag=True, help="Everything is there: let the new key and its index take over.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
@click.pass_obj
def rotate(
    ctx: Context,
    files: tuple[Path, ...],
    *,
    new_key: Path | None,
    extract: str,
    mapping: tuple[str, ...],
    sheet: str,
    leave_out: tuple[str, ...],
    switch: bool,
    as_json: bool,
) -> None:
    """Change the master key. FILES are the extracts as they were enrolled; without any it shows which still miss.

    The old index serves until --switch. Incidents, memberships, canaries and sealed numbers come along.
    """
    from cli.custody.enroll import bar_of
    from custody.enrolment.plan.column_names import parse_mapping
    from custody.enrolment.rotation import Rotation, finish_switch
    from custody.register.index_states import NEW_KEY, record_index

    if extract and len(files) != 1:
        raise CommandError("extract_names_one")
    if finish_switch(ctx.settings.index_dir, ctx.key):
        with ctx.database.write() as session:
            record_index(session, ctx.settings.index_dir, NEW_KEY, ctx.clock.now())
        # Making a new key here, as for a change that begins, would claim that yet another one is needed.
        ctx.talk.print(say("key.finished", id=ctx.key.id), markup=False)
        if files:
            ctx.talk.print(say("key.not_read"))
        if as_json:
            ctx.emit({"switched": True, "missing": []})
        return
    rotation = Rotation(ctx.settings.index_dir, ctx.settings.home, ctx.key, _new_key(ctx, new_key))
    rotation.open()
    for file in files:
        with bar_of(ctx) as bar:
            said = _take(rotation, file, bar, mapping=parse_mapping(mapping), sheet=sheet, extract=extract)
        ctx.talk.print(said, markup=False)
    left = rotation.wanted()
    for one in left:
        kind = say("key.needed" if one.needed else "key.older")
        ctx.talk.print(say("key.to_come", name=one.info.name, rows=one.info.rows, kind=kind), markup=False)
    if switch:
        rotation.make_ready(leave_out)
        _switch(ctx, rotation, new_key)
    elif not any(one.needed for one in left):
        ctx.talk.print(say("key.all_there"))
    if as_json:
        ctx.emit(
            {
                "switched": switch,
                "missing": [{"extract": one.info.name, "needed": one.needed, "rows": one.info.rows} for one in left],
            }
        )


def _take(rotation: Rotation, file: Path, bar: Progress, **given: Any) -> str:
    """Enrol a file under the new key, unless it is; what became of it."""
    if rotation.has(file):
        return say("key.already", file=file.name)
    advance = partial(_advance, bar, bar.add_task(file.name, total=1.0))
    return say("key.taken", file=file.name, subjects=rotation.take(file, advance=advance, **given).subjects)


def _advance(bar: Progress, task: TaskID, share: float) -> None:
    bar.update(task, completed=share)


def _file_of(ctx: Context) -> Path | None:
    """The file that the settings take the key from; None for a variable or a command."""
    settings = ctx.settings.key
    if settings.command or settings.environment:
        return None
    return ctx.settings.home / Path(settings.file).expanduser()


def _new_key(ctx: Context, given: Path | None) -> Key:
    from custody.enrolment.rotation import key_under_way
    from fingerprints.secrets.keys import create_key, read_key

    path = given
    if path is None:
        own = _file_of(ctx)
        if own is None:
            raise CommandError("where_is_new_key")
        path = own.with_name(own.name + ".next")
    if path.exists():
        return read_key(path)
    if begun_under := key_under_way(ctx.settings.index_dir):
        raise CommandError("change_under_way", key=begun_under, path=path)
    return create_key(path)


def _switch(ctx: Context, rotation: Rotation, given: Path | None) -> None:
    """The new key takes the old one's place, and then its index: killed in between, the next writer ends it."""
    from custody.register.index_states import NEW_KEY, switching
    from fingerprints.secrets.keys import replace_key

    own = _file_of(ctx)
    if own is None:
        ctx.talk.print(
            say("key.ready"),
            markup=False,
            soft_wrap=True,
        )
        return
    kept = replace_key(own, given or own.with_name(own.name + ".next"))
    with switching(ctx.database, ctx.settings.index_dir, ctx.clock.now, NEW_KEY):
        rotation.settle()
    ctx.talk.print(
        say("key.switched", kept=kept),
        markup=False,
        soft_wrap=True,
    )
