"""`hinomi backup`, `hinomi restore`: a home copied while it runs, checked, and made anew elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cli.given import GIVEN_FILE
from cli.keeping.verify import verified
from cli.language import CommandError, say

if TYPE_CHECKING:
    from cli.context import Context
    from upkeep.manifest import BackupManifest
    from upkeep.restore import Restored

SHOWN: Final = 20
_FOLDER: Final = click.Path(path_type=Path, file_okay=False)
_THERE: Final = click.Path(path_type=Path, file_okay=False, exists=True)
_NEW_FILE: Final = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("folder", type=_FOLDER)
@click.option("--with-key", "key_file", type=_NEW_FILE, help="Write the keys to this new file, apart from the backup.")
@click.option("--with-archive", is_flag=True, help="Copy the WARC files too; else they are named with their hashes.")
@click.option("--check", "only_check", is_flag=True, help="Take none: compare every file of that backup.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def backup(
    ctx: Context, folder: Path, key_file: Path | None, *, with_archive: bool, only_check: bool, as_json: bool
) -> None:
    """Copy database, index, access records and settings of one moment to a folder, while the service runs.

    The keys are never in it. --check exits with 1 and names what is missing or altered.
    """
    if only_check:
        _check(ctx, folder, as_json=as_json)
        return
    from upkeep.backup import Wishes, take_backup
    from upkeep.keyring import key_places

    with ctx.talk.status("") as status:
        manifest = take_backup(
            ctx, folder, Wishes(with_archive, key_file), tell=lambda stage: status.update(say(f"backup.stage_{stage}"))
        )
    places = key_places(ctx.settings).values() if key_file else ()
    _put_on_record(ctx, folder, manifest, keys=sum(place.is_file() for place in places))
    if as_json:
        ctx.emit(_as_json(folder, manifest) | {"keys": str(key_file) if key_file else None})
    size = sum(one.size_bytes for one in manifest.files.values())
    lines = [
        say("backup.taken", folder=folder, files=len(manifest.files), mib=f"{size / (1 << 20):.1f}"),
        say("backup.archive_whole" if with_archive else "backup.archive_named", count=len(manifest.archive)),
        say("backup.keys_in", file=key_file) if key_file else say("backup.no_keys"),
    ]
    for line in lines:
        ctx.talk.print(line, markup=False, soft_wrap=True)


def _put_on_record(ctx: Context, folder: Path, manifest: BackupManifest, *, keys: int) -> None:
    """Whoever copies a home holds all of it: that is an event of the home that was copied.

    A database of an older release can be told nothing.
    """
    from core.database import DatabaseError
    from incidents.actions import add_event

    try:
        database = ctx.database
    except DatabaseError:
        return
    whole = len(manifest.archive) if manifest.has_archive else 0
    data = {"folder": str(folder.absolute()), "files": len(manifest.files), "archive": whole, "keys": keys}
    with database.write() as session:
        add_event(session, "backed-up", actor=ctx.actor, now=ctx.clock.now(), data=data)


def _as_json(folder: Path, manifest: BackupManifest) -> dict[str, object]:
    return {
        "folder": str(folder), "made_at": manifest.made_at, "program": manifest.program,
        "database": manifest.database, "schema": manifest.schema, "generation": manifest.generation,
        "key_id": manifest.key_id, "files": len(manifest.files),
        "size_bytes": sum(one.size_bytes for one in manifest.files.values()),
        "archive": len(manifest.archive), "has_archive": manifest.has_archive, "left_out": list(manifest.left_out),
    }  # fmt: skip


def _check(ctx: Context, folder: Path, *, as_json: bool) -> None:
    from upkeep.manifest import find_differences, read_backup_manifest

    manifest = read_backup_manifest(folder)
    differences = list(find_differences(folder, manifest))
    if as_json:
        wrong = [{"file": one.file, "what": one.what} for one in differences]
        ctx.emit(_as_json(folder, manifest) | {"differences": wrong})
    for one in differences[:SHOWN]:
        ctx.talk.print(say(f"backup.{one.what}", file=one.file), markup=False, soft_wrap=True)
    if differences:
        ctx.talk.print(say("backup.damaged", count=len(differences)), style="bold red")
        raise click.exceptions.Exit(1)
    ctx.talk.print(say("backup.whole", count=len(manifest.files), at=manifest.made_at), style="green")


@click.command()
@click.argument("folder", type=_THERE)
@click.option("--key", "key_file", type=GIVEN_FILE, help="The keys as --with-key wrote them, or the master key's file.")
@click.option("--archive", type=_THERE, help="A folder of WARC files to copy those from that the backup only names.")
@click.option("--as-it-was", is_flag=True, help="For the release that made it: nothing is brought up, or verified.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def restore(
    ctx: Context, folder: Path, key_file: Path | None, archive: Path | None, *, as_it_was: bool, as_json: bool
) -> None:
    """Make a home of a backup, where --home says; it has to be empty. Ends with `hinomi verify`.

    Every hash is compared first. WARC files that are missing are named and no failure; other damage exits with 1.
    """
    from archive.objects import open_place
    from incidents.actions import add_event
    from upkeep.restore import restore_backup

    with ctx.talk.status("") as status:
        done = restore_backup(
            folder, ctx.folder, key_file=key_file, archive=archive,
            tell=lambda stage: status.update(say(f"backup.stage_{stage}")),
        )  # fmt: skip
    damages = []
    if not as_it_was:
        _bring_up(ctx, done)
        with ctx.database.write() as session:
            data = {"made_at": done.manifest.made_at, "missing": len(done.missing)}
            add_event(session, "restored", actor=ctx.actor, now=ctx.clock.now(), data=data)
        damages = verified(ctx, without={str(open_place(done.settings) / name) for name in done.missing})
    if as_json:
        ctx.emit({
            "home": str(ctx.folder), "made_at": done.manifest.made_at, "schema": done.manifest.schema,
            "generation": done.manifest.generation, "missing": list(done.missing), "keys": list(done.keys),
            "damages": damages,
        })  # fmt: skip
    for name in done.missing[:SHOWN]:
        ctx.talk.print(say("backup.missing", file=name), markup=False, soft_wrap=True)
    if done.missing:
        ctx.talk.print(say("backup.archive_missing", count=len(done.missing), folder=open_place(done.settings)))
    ctx.talk.print(say("backup.restored", home=ctx.folder, at=done.manifest.made_at), markup=False, soft_wrap=True)
    if damages:
        for damage in damages[:SHOWN]:
            ctx.talk.print(damage, markup=False, soft_wrap=True)
        raise click.exceptions.Exit(1)


def _bring_up(ctx: Context, done: Restored) -> None:
    """The steps of a later release, triggers and modes; and whether the key at hand is the one of the index."""
    from core.database import Database
    from core.errors import HinomiError
    from core.files import close_to_others
    from core.settings import own_places
    from migrations import upgrade

    database = Database(done.settings.database_url)
    try:
        upgrade(database)
    finally:
        database.close()
    for place in (done.settings.home, *own_places(done.settings)):
        if place.exists():
            close_to_others(place)
    try:
        key = ctx.load_key().id
    except HinomiError:
        ctx.talk.print(say("backup.put_keys", file=done.settings.home / done.settings.key.file), soft_wrap=True)
        return
    if done.manifest.key_id and key != done.manifest.key_id:
        raise CommandError("other_key", got=key, expected=done.manifest.key_id)
