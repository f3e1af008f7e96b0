"""`hinomi canaries`: made-up customers that tell which extract a leak came from."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import click

from cli.given import GIVEN_FILE
from cli.language import CommandError, say
from cli.tables import add_row, headed, show_list

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.context import Context
    from custody.enrolment.column_plan import ColumnPlan
    from demo.people import MadeUpPerson
    from fingerprints.index.generation import Index

MOST = 10_000
_UNASSIGNED = tuple(f"0{digit}" for digit in range(1, 10))
"""How the middle of a mobile number begins in blocks that belong to no carrier: nobody is rung up by mistake."""


@click.group()
def canaries() -> None:
    """Made-up customers, each mixed into one extract alone before it is lent."""


@canaries.command()
@click.option("--extract", required=True, metavar="NAME", help="The extract they are for.")
@click.option("--count", type=click.IntRange(1, MOST), default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="A new CSV file (default: standard output).")
@click.option(
    "--like",
    type=GIVEN_FILE,
    help="The extract's own file: rows come in its columns.",
)
@click.option(
    "--domain",
    default="mail.example",
    show_default=True,
    help="Of their mail addresses; one of yours that takes mail is best.",
)
@click.pass_obj
def make(ctx: Context, *, extract: str, count: int, out: Path | None, like: Path | None, domain: str) -> None:
    """Make canaries; mix the rows into the extract, then enrol it with them and lend it."""
    from cli.days import today
    from custody.canaries import make_canaries, write_canary_rows

    plan = _plan_of(like) if like else None
    headers = [one.header for one in plan.seen] if plan else []
    if out is not None and out.exists():
        raise CommandError("exists", path=out)
    made = make_canaries(
        ctx.settings.index_dir,
        ctx.key,
        index_or_none(ctx),
        extract,
        count,
        draw=lambda wanted: draw_people(wanted, domain),
        random=SystemRandom(),
        today=today(ctx),
    )
    if out is None:
        write_canary_rows(made, headers, sys.stdout, plan)
    else:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            write_canary_rows(made, headers, file, plan)
    ctx.talk.print(
        say("canaries.made", count=len(made), extract=extract),
        markup=False,
        soft_wrap=True,
    )


@canaries.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per extract on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """How many canaries each extract has; never which customers they are."""
    from custody.canaries import flocks

    table = headed("extract", "made", "enrolled", fold=("extract",), plainly=True)
    for flock in flocks(ctx.settings.index_dir, ctx.key, index_or_none(ctx)):
        if as_json:
            ctx.emit(asdict(flock))
        else:
            add_row(table, flock.extract, flock.made, flock.enrolled)
    show_list(ctx, table, as_json=as_json)


def index_or_none(ctx: Context) -> Index | None:
    """The index, if anything was enrolled yet."""
    from fingerprints.errors import NoIndexError
    from fingerprints.index.generation import Index

    try:
        return Index.open(ctx.settings.index_dir, ctx.key)
    except NoIndexError:
        return None


def draw_people(count: int, domain: str) -> Sequence[Mapping[str, str]]:
    """So many made-up people, values by kind; chance is the system's, so that nobody can draw the same ones again."""
    from demo.people import make_people

    random = SystemRandom()
    people = make_people(random, count, prefix="", exchange="00", domain=domain)
    return [_values(_marked(one, random)) for one in people]


def _marked(one: MadeUpPerson, random: SystemRandom) -> MadeUpPerson:
    """The person with a phone number and an address of its own; those of `make_people` are numbered in order."""
    user, _, domain = one.email.partition("@")
    tail = one.phone.removeprefix("090-00")
    return replace(
        one,
        phone=f"090-{random.choice(_UNASSIGNED)}{tail}",
        email=f"{user.rstrip('0123456789')}{random.randint(10, 99_999)}@{domain}",
    )


def _values(one: MadeUpPerson) -> dict[str, str]:
    return {
        "name": one.name,
        "kana": one.kana,
        "birth_date": one.born,
        "postal_code": one.postal_code,
        "address": one.address,
        "phone": one.phone,
        "email": one.email,
    }


def _plan_of(like: Path) -> ColumnPlan:
    from custody.enrolment.columns import understand

    plan = understand(like)
    if not plan.has_header:
        raise CommandError("no_header", file=like)
    return plan
