"""`hinomi archive`: strangers' rows purged, bodies held or let go, and what goes by which term."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli.given import confirm
from cli.language import language, say
from cli.tables import add_row, headed, plain, show, written_here

if TYPE_CHECKING:
    from cli.context import Context


@click.group()
def archive() -> None:
    """What is kept of captured documents, and for how long."""


@archive.command()
@click.argument("document", type=click.IntRange(1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes on record.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout; asks nothing.")
@click.pass_obj
def purge(ctx: Context, document: int, reason: str, *, yes: bool, as_json: bool) -> None:
    """Take strangers' rows out of a document for good; rows of our customers stay, and so do hash and counts."""
    from exports.queue import forget_exports
    from judging.bodies.purge import purge as purge_document
    from people.roles import Permission

    ctx.check_may(Permission.KEEP_BODIES)
    if not (yes or as_json):
        confirm(say("archive.ask", document=document), default=False)
    done = purge_document(
        ctx, document, reason=reason, actor=ctx.actor, forget=lambda: forget_exports(ctx)
    )  # fmt: skip
    if as_json:
        ctx.emit(asdict(done))
        return
    ctx.talk.print(
        say(
            "archive.purged", document=document, people=done.people, ours=done.ours, before=done.sha256_before,
            after=done.sha256_after, event=done.event_id,
        ),
        markup=False,
    )  # fmt: skip


@archive.command()
@click.argument("document", type=click.IntRange(1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes on record.")
@click.pass_obj
def hold(ctx: Context, document: int, reason: str) -> None:
    """Hold the body of a document: nothing purges or removes it until the hold is lifted."""
    from judging.bodies.holding import hold as hold_body
    from people.roles import Permission

    ctx.check_may(Permission.KEEP_BODIES)
    with ctx.database.write() as session:
        hold_body(session, document, reason, ctx.actor, ctx.clock.now())
    ctx.talk.print(say("archive.held", document=document), markup=False)


@archive.command()
@click.argument("document", type=click.IntRange(1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; goes on record.")
@click.pass_obj
def lift(ctx: Context, document: int, reason: str) -> None:
    """Lift the holds of a document."""
    from judging.bodies.holding import lift as lift_holds
    from people.roles import Permission

    ctx.check_may(Permission.KEEP_BODIES)
    with ctx.database.write() as session:
        lift_holds(session, document, reason, ctx.actor, ctx.clock.now())
    ctx.talk.print(say("archive.lifted", document=document), markup=False)


@archive.command()
@click.option("--apply", "is_meant", is_flag=True, help="Remove what is due, and purge what the rule says.")
@click.option("--dry-run", is_flag=True, help="Only say what would go, and when; so without any option.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a class on stdout, or one of what was done.")
@click.pass_obj
def retention(ctx: Context, *, is_meant: bool, dry_run: bool, as_json: bool) -> None:
    """The classes of documents with their terms: how many bodies there are, what is due, and what goes next."""
    if is_meant and not dry_run:
        _apply(ctx, as_json=as_json)
        return
    from core.texts import load_texts
    from judging.bodies.classes import class_lines

    with ctx.database.read() as session:
        lines = class_lines(session, ctx.settings.retention, ctx.clock.now())
    if as_json:
        for line in lines:
            ctx.emit(plain(asdict(line)))
        return
    texts = load_texts("judging", language())
    table = headed("class", "term", "documents", "oldest", "kept", "due", "next")
    for line in lines:
        days = [written_here(at, ctx.settings.zone) if at else "-" for at in (line.oldest, line.next_at)]
        add_row(
            table, texts(f"class.{line.kind}"), line.term or "-", line.documents, days[0], line.kept, line.due, days[1]
        )
    show(table)
    rule = ctx.settings.archive.purge_strangers_after
    ctx.talk.print(say("archive.rule", term=rule) if rule else say("archive.no_rule"), markup=False)


@archive.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def finish(ctx: Context, *, as_json: bool) -> None:
    """Finish purges and removals that a process began and died over; the service does so by itself."""
    from exports.queue import forget_exports
    from judging.bodies.retention import finish as finish_bodies

    count = finish_bodies(ctx, lambda: forget_exports(ctx))
    if as_json:
        ctx.emit({"finished": count})
    else:
        ctx.talk.print(say("archive.finished", count=count), markup=False)


def _apply(ctx: Context, *, as_json: bool) -> None:
    from exports.queue import forget_exports
    from judging.bodies.retention import RetentionCounts, finish, purge_due, remove_due

    counts = RetentionCounts()
    finish(ctx, lambda: forget_exports(ctx))
    remove_due(ctx, counts, lambda: forget_exports(ctx))
    purge_due(ctx, counts, lambda: forget_exports(ctx))
    if as_json:
        ctx.emit(asdict(counts))
        return
    ctx.talk.print(
        say("archive.applied", removed=counts.removed, purged=counts.purged, put_off=counts.put_off), markup=False
    )
