"""`hinomi log`: the transparency log's key, its signed heads, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.language import CommandError, CommandFailedError, say
from cli.tables import add_row, headed, show_list

if TYPE_CHECKING:
    from cli.context import Context


@click.group()
def log() -> None:
    """The transparency log: what vouches that nobody altered the record."""


@log.command()
@click.pass_obj
def key(ctx: Context) -> None:
    """Make the signing key where there is none, and print the public one; an existing key is never touched."""
    from transparency.keys import create_log_key, public_path

    path = ctx.settings.log_key_path
    if create_log_key(path):
        ctx.talk.print(say("log.made", path=path), markup=False, soft_wrap=True)
    click.echo(public_path(path).read_text(encoding="ascii"), nl=False)


@log.command()
@click.option("--json", "as_json", is_flag=True, help="The head as one JSON object on stdout.")
@click.pass_obj
def publish(ctx: Context, *, as_json: bool) -> None:
    """Sign a head over all there is now, and bring it to every file that lacks it; exits with 3 where it cannot."""
    from transparency.heads import publish as publish_head

    done = publish_head(ctx.settings, ctx.database, ctx.clock)
    if done.head is None:
        ctx.talk.print(say("log.empty"))
        return
    said = "log.signed" if done.is_new else "log.nothing_new"
    ctx.talk.print(say(said, size=done.head.size, at=done.head.signed_at))
    if as_json:
        ctx.emit(_record(done.head.size, done.head.root, done.head.note, done.head.places))
    else:
        click.echo(done.head.note, nl=False)
    if done.unwritten:
        raise CommandFailedError("heads_unwritten", places=", ".join(map(str, done.unwritten)))


@log.command()
@click.argument("files", nargs=-1)
@click.option("--reason", default="", metavar="TEXT", help="Why they were changed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def settings(ctx: Context, files: tuple[str, ...], *, reason: str, as_json: bool) -> None:
    """Answer for settings, sources, accounts and mappings as they are now, or for FILES of them alone.

    Each that has changed since somebody last answered for it becomes an entry of the log.
    """
    from transparency.settings_record import names_of, record_files

    with ctx.database.write() as session:
        known = names_of(session, ctx.settings)
        if strange := sorted(set(files) - known):
            raise CommandError("no_settings_file", files=", ".join(strange), known=", ".join(sorted(known)))
        changed = record_files(
            session, ctx.settings, actor=ctx.actor, now=ctx.clock.now(), reason=reason, only=files or None
        )  # fmt: skip
    for name in changed:
        ctx.talk.print(say("log.answered", name=name, actor=ctx.actor.name), markup=False)
    if not changed:
        ctx.talk.print(say("log.unchanged"))
    if as_json:
        ctx.emit({"recorded": changed, "actor": ctx.actor.name})


@log.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a head on stdout.")
@click.pass_obj
def heads(ctx: Context, *, as_json: bool) -> None:
    """Every signed head in the database, the oldest first."""
    from sqlalchemy import select

    from transparency.models import LogHead

    table = headed("leaves", "signed", "head", fold=("head",), plainly=True)
    with ctx.database.read() as session:
        for head in session.scalars(select(LogHead).order_by(LogHead.size)):
            if as_json:
                ctx.emit(_record(head.size, head.root, head.note, head.places))
            else:
                add_row(table, head.size, f"{head.signed_at:%Y-%m-%d %H:%M:%S} UTC", head.root)
    show_list(ctx, table, as_json=as_json)


def _record(size: int, root: str, note: str, places: list[str]) -> dict[str, object]:
    return {"size": size, "root": root, "note": note, "places": places}
