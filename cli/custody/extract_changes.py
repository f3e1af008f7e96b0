"""What changes the custody register: `hinomi extracts add|set|lend|copy|return|erase|reopen`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.language import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.context import Context
    from custody.models import Holding


@click.group()
def changes() -> None:
    """Commands that `hinomi extracts` takes over."""


def _acting(command: Callable[..., None]) -> Callable[..., None]:
    for option in (click.option("--on", metavar="DATE", help="The day it counts from (default: today)."),):
        command = option(command)
    return click.pass_obj(command)


def _fields(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--purpose", metavar="TEXT"),
        click.option("--columns", metavar="FIELD,..."),
        click.option("--contract", "contract_kind", type=click.Choice(["A", "B"])),
        click.option("--medium", metavar="TEXT", help="How it was handed over."),
        click.option("--recipient", metavar="NAME", help="Who took it."),
        click.option("--as-of", metavar="DATE", help="The day its values were current."),
        click.option("--due-on", metavar="DATE", help="By when it is to be returned or erased."),
        click.option(
            "--size", type=click.IntRange(0), help="How many customers it has, as long as it is not enrolled."
        ),
    ):
        command = option(command)
    return _acting(command)


@changes.command()
@click.argument("name")
@click.option("--to", "holder", metavar="PROCESSOR", help="Whom it is lent to.")
@_fields
def add(ctx: Context, name: str, holder: str | None, on: str | None, **given: Any) -> None:
    """Put an extract into the register; `hinomi enroll` does so by itself."""
    from cli.days import act_of
    from custody.register.holdings import add_extract, lend
    from custody.register.processors import get_processor

    act = act_of(ctx, on)
    with ctx.database.write() as session:
        extract = add_extract(session, name, _values(given), act)
        if holder:
            lend(session, extract, get_processor(session, holder), act)
    ctx.talk.print(say("register.kept", name=name), markup=False)


@changes.command("set")
@click.argument("name")
@_fields
def set_command(ctx: Context, name: str, on: str | None, **given: Any) -> None:
    """Change what is known of an extract; an option that is not given leaves its field alone."""
    from cli.days import act_of
    from custody.register.holdings import set_extract

    with ctx.database.write() as session:
        set_extract(session, name, _values(given), act_of(ctx, on))
    ctx.talk.print(say("register.kept", name=name), markup=False)


@changes.command()
@click.argument("name")
@click.option("--to", "holder", required=True, metavar="PROCESSOR")
@_acting
def lend(ctx: Context, name: str, holder: str, on: str | None) -> None:
    """The carrier lends it to one more processor."""
    from cli.days import act_of
    from custody.register import holdings
    from custody.register.processors import get_processor

    with ctx.database.write() as session:
        extract = holdings.get_extract(session, name)
        _say(ctx, holdings.lend(session, extract, get_processor(session, holder), act_of(ctx, on)))


@changes.command("copy")
@click.argument("name")
@click.option("--from", "giver", required=True, metavar="PROCESSOR")
@click.option("--to", "taker", required=True, metavar="PROCESSOR")
@_acting
def copy_command(ctx: Context, name: str, giver: str, taker: str, on: str | None) -> None:
    """A holder passed a copy on."""
    from cli.days import act_of
    from custody.register.holdings import copy_on

    with ctx.database.write() as session:
        _say(ctx, copy_on(session, name, giver, taker, act_of(ctx, on)))


@changes.command("return")
@click.argument("name")
@click.option("--holder", required=True, metavar="PROCESSOR")
@_acting
def return_command(ctx: Context, name: str, holder: str, on: str | None) -> None:
    """A holder gave its copy back."""
    from cli.days import act_of
    from custody.lifecycle import RETURN
    from custody.register.holdings import end

    with ctx.database.write() as session:
        _say(ctx, end(session, name, holder, RETURN, act_of(ctx, on)))


@changes.command()
@click.argument("name")
@click.option("--holder", required=True, metavar="PROCESSOR")
@click.option("--certified-on", required=True, metavar="DATE", help="The day on the certificate of erasure.")
@click.option("--certificate", default="", metavar="TEXT", help="Its number, or where it is kept.")
@click.pass_obj
def erase(ctx: Context, name: str, holder: str, certified_on: str, certificate: str) -> None:
    """A holder erased its copy, and there is a certificate."""
    from cli.days import act_of
    from custody.lifecycle import ERASE
    from custody.register.holdings import end

    with ctx.database.write() as session:
        _say(ctx, end(session, name, holder, ERASE, act_of(ctx, certified_on), certificate=certificate))


@changes.command()
@click.argument("name")
@click.option("--holder", required=True, metavar="PROCESSOR")
@click.option("--reason", required=True, metavar="TEXT")
@_acting
def reopen(ctx: Context, name: str, holder: str, reason: str, on: str | None) -> None:
    """A copy that was said to be gone is still there, or was ended by mistake."""
    from cli.days import act_of
    from custody.register import holdings

    with ctx.database.write() as session:
        _say(ctx, holdings.reopen(session, name, holder, act_of(ctx, on, reason)))


def _values(given: dict[str, Any]) -> dict[str, Any]:
    from cli.days import day_of
    from custody.register.sheets import read_columns

    fields = {name: value for name, value in given.items() if value is not None}
    fields |= {name: day_of(fields[name]) for name in ("as_of", "due_on") if name in fields}
    return fields | ({"columns": read_columns(fields["columns"])} if "columns" in fields else {})


def _say(ctx: Context, held: Holding) -> None:
    ctx.talk.print(
        say("register.held", extract=held.extract.name, holder=held.processor.name, state=held.state),
        markup=False,
        soft_wrap=True,
    )
