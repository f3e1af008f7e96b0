"""`hinomi verify`: whether anybody altered the record, computed anew from raw rows and files."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from cli.given import GIVEN_FILE
from cli.language import say

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from cli.context import Context
    from transparency.verify.beside import LookAtIndex
    from transparency.verify.damage import Damage, Report

SHOWN = 20
_PATHS = GIVEN_FILE


@click.command()
@click.option(
    "--head", "heads", multiple=True, type=_PATHS, help="A file with more signed heads, as copied from Slack."
)
@click.option("--key", "keys", multiple=True, type=_PATHS, help="Trust these public keys alone (PEM).")
@click.option("--record", is_flag=True, help="Put what was found on the record; pages show it in their foot.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def verify(ctx: Context, heads: tuple[Path, ...], keys: tuple[Path, ...], *, record: bool, as_json: bool) -> None:
    """Compare every row and file with the transparency log and with every signed head; exits with 1 on damage.

    Nothing is changed, but for what --record adds. Heads are looked for in the database, in the files they were written
    to, and in --head. Exits with 3 when nothing is damaged, but no head was signed over the latest entries in time.
    """
    from transparency.verify.verification import verify as verify_log

    with ctx.talk.status(say("verify.running")) as status:
        report = verify_log(
            ctx.settings, ctx.database, ctx.clock, heads=heads, keys=keys, look_at_index=_look_at_index(ctx),
            progress=lambda done, size: status.update(say("verify.so_far", done=done, size=size)),
        )  # fmt: skip
    if record:
        from transparency.last_verification import note_verification

        with ctx.database.write() as session:
            note_verification(session, report, actor=ctx.actor, now=ctx.clock.now())
    if as_json:
        ctx.emit(report.as_json())
    _show(ctx, report)
    if not report.is_whole:
        raise click.exceptions.Exit(1)
    if report.uncovered is not None:
        raise click.exceptions.Exit(3)


def verified(ctx: Context, *, without: Collection[str] = ()) -> list[str]:
    """What the verification of a home finds, as sentences; nothing in one that is whole.

    Args:
        ctx: Of the command.
        without: Files that are known to be missing.
    """
    from transparency.verify.verification import verify as verify_log

    with ctx.talk.status(say("verify.running")):
        report = verify_log(ctx.settings, ctx.database, ctx.clock, look_at_index=_look_at_index(ctx))
    found = sorted(report.damages, key=lambda one: one.position)
    return [_said(one) for one in found if one.what != "file-missing" or one.where not in without]


def _look_at_index(ctx: Context) -> LookAtIndex:
    """With the master key where it is: an auditor on a copy of the home has none."""
    from custody.register.index_states import find_index_damage
    from fingerprints.errors import KeyProblem

    try:
        return partial(find_index_damage, key=ctx.key)
    except KeyProblem:
        ctx.talk.print(say("verify.no_key"))
        return find_index_damage


def _show(ctx: Context, report: Report) -> None:
    if report.worst is not None:
        ctx.talk.print(say("verify.damaged"), style="bold red", end="  ")
        ctx.talk.print(f"{say('verify.first')} {_said(report.worst)}", markup=False, soft_wrap=True)
        for damage in sorted(report.damages, key=lambda one: one.position)[:SHOWN]:
            if damage is not report.worst:
                ctx.talk.print(say("verify.also", damage=_said(damage)), markup=False, soft_wrap=True)
        ctx.talk.print(say("verify.in_all", count=report.damaged), soft_wrap=True)
    else:
        ctx.talk.print(say("verify.whole"), style="green", end=" ")
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in report.leaves.items()) or say("verify.nothing")
    lines = [
        say(
            "verify.leaves", size=report.size, kinds=kinds, heads=report.heads, files=report.files,
            bytes=report.size_bytes,
        ),
        say("verify.removed", removed=report.removed, waiting=report.waiting),
    ]  # fmt: skip
    if report.first and report.last:
        first, last = report.first, report.last
        lines += [
            say("verify.since_first", at=first.signed_at, size=first.size),
            say("verify.since_last", at=last.signed_at, size=last.size),
            say("verify.places", places=", ".join(report.places)),
        ]
    if report.uncovered:
        lines.append(say("verify.uncovered", at=report.uncovered))
    for line in [*lines, *(say("note_is", said=note) for note in report.notes)]:
        ctx.talk.print(line, markup=False, soft_wrap=True)


def _said(damage: Damage) -> str:
    when = say("verify.when", at=damage.when) if damage.when else ""
    return say(
        "verify.damage", what=damage.what, where=damage.where, position=damage.position, when=when, said=damage.said
    )
