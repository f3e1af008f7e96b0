"""`hinomi uploads`: customers' files that were handed in on the web page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from cli.language import CommandError, say
from cli.tables import add_row, headed, show_list
from custody.enrolment.uploads import PLAIN

if TYPE_CHECKING:
    from cli.context import Context
    from custody.enrolment.uploads import Upload, Uploads


UPLOADS: Final = "uploads"
LOOK_MIB: Final = 2048
"""As much as a document may take in the matcher."""


@click.group()
def uploads() -> None:
    """Customers' files that were handed in on the web page: list them, or run one without the scheduler."""


@uploads.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per file on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Show them, the newest first."""
    table = headed("id", "state", "file", "extract", fold=("file", "extract"), plainly=True)
    for one in _uploads(ctx).listed():
        if as_json:
            ctx.emit({"id": one.id, "file": one.file_name, "extract": one.lending["extract"], "state": one.state})
        else:
            add_row(table, one.id, one.state, one.file_name, one.lending["extract"])
    show_list(ctx, table, as_json=as_json)


@uploads.command()
@click.argument("upload_id", metavar="ID")
@click.pass_obj
def look(ctx: Context, upload_id: str) -> None:
    """Understand one and keep what the page shows of it."""
    from core.processes.walls.confinement import Rights, confine

    found = _uploads(ctx)
    # It opens what somebody handed in, and needs nothing else: no key, no index, no database, no network.
    confine(Rights(writes=(str(ctx.settings.home / UPLOADS),), memory_mib=LOOK_MIB))
    found.look(_of(found, upload_id))


@uploads.command(hidden=True)
@click.argument("upload_id", metavar="ID")
@click.argument("file_name", metavar="FILE")
@click.pass_obj
def plain(ctx: Context, upload_id: str, file_name: str) -> None:
    """Write a sheet of the register that has just arrived as plain CSV, for the page that takes it in."""
    from core.processes.walls.confinement import Rights, confine
    from custody.register.sheets import write_plain

    folder = _uploads(ctx).folder_of(upload_id)
    # As with `look`: it opens what somebody handed in, and needs nothing else.
    confine(Rights(writes=(str(ctx.settings.home / UPLOADS),), memory_mib=LOOK_MIB))
    write_plain(folder / file_name, folder / PLAIN)


@uploads.command()
@click.argument("upload_id", metavar="ID")
@click.pass_obj
def run(ctx: Context, upload_id: str) -> None:
    """Enrol one as it was approved, and remove its file."""
    from custody.enrolment.enroller import Enroller

    found = _uploads(ctx)
    done = found.run(_of(found, upload_id), Enroller(ctx.settings, ctx.key, ctx.database, ctx.clock))
    ctx.talk.print(say("index.uploaded", file=done.file_name, subjects=done.result["subjects"]), markup=False)


def _uploads(ctx: Context) -> Uploads:
    from custody.enrolment.uploads import Uploads

    return Uploads(ctx.settings.home, ctx.clock)


def _of(found: Uploads, upload_id: str) -> Upload:
    upload = found.get(upload_id)
    if upload is None:
        raise CommandError("no_upload", id=repr(upload_id))
    return upload
