"""`hinomi processors`: who works for the carrier, and below whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.language import say
from cli.tables import headed

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.context import Context
    from custody.models import Processor
    from custody.register.history import Act

    Command = Callable[..., None]


@click.group()
def processors() -> None:
    """The tree of processors: contracts, consents, countries, contacts."""


@processors.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per processor on stdout.")
@click.pass_obj
def list_command(ctx: Context, *, as_json: bool) -> None:
    """Every processor below the one it works for."""
    from rich.console import Console
    from rich.text import Text

    from custody.register.processors import REFUSED, UNKNOWN, tree

    table = headed("processor", "contract", "consent", "country", "contact", "copies_held", plainly=True)
    with ctx.database.read() as session:
        for branch in tree(session):
            one = branch.processor
            if as_json:
                consents = {"lacks_consent": branch.lacks_consent, "consent_unknown": branch.consent_unknown}
                ctx.emit({**_record(one), "depth": branch.depth, "held": branch.held, **consents})
                continue
            consent = Text(
                say(f"consent.{branch.consent}") if branch.consent else "–",
                {REFUSED: "bold red", UNKNOWN: "yellow"}.get(branch.consent, ""),
            )
            name = Text("  " * branch.depth + one.name)
            table.add_row(name, one.contract_kind, consent, Text(one.country), Text(one.contact), str(branch.held))
    if not as_json:
        Console(highlight=False).print(table if table.row_count else say("register.no_processors"))


def _fields(command: Command) -> Command:
    """The options that `add` and `set` share."""
    for option in (
        click.option("--under", metavar="NAME", help='Whose sub-processor it is; "" for the carrier itself.'),
        click.option("--contract", "contract_kind", type=click.Choice(["A", "B"]), help="Kind of its contract."),
        click.option(
            "--consent", type=click.Choice(["unknown", "given", "refused"]), help="The carrier's, to passing work on."
        ),
        click.option("--consent-on", metavar="DATE", help="The day it was given (default: the day of the change)."),
        click.option("--country", metavar="NAME"),
        click.option("--contact", metavar="TEXT"),
        click.option("--on", metavar="DATE", help="The day it counts from (default: today)."),
        click.option("--json", "as_json", is_flag=True, help="The processor as a JSON object on stdout."),
    ):
        command = option(command)
    return click.pass_obj(command)


@processors.command()
@click.argument("name")
@_fields
def add(ctx: Context, name: str, **given: Any) -> None:
    """Put a processor into the register."""
    from custody.register.processors import add_processor

    _change(ctx, name, given, add_processor)


@processors.command("set")
@click.argument("name")
@_fields
def set_command(ctx: Context, name: str, **given: Any) -> None:
    """Change what is known of a processor; an option that is not given leaves its field alone."""
    from custody.register.processors import set_processor

    _change(ctx, name, given, set_processor)


def _change(ctx: Context, name: str, given: dict[str, Any], change: Callable[..., Processor]) -> None:
    from cli.days import act_of, day_of
    from custody.register.processors import consent_day

    act: Act = act_of(ctx, given.pop("on"))
    as_json, consent, consent_on = given.pop("as_json"), given.pop("consent"), given.pop("consent_on")
    fields = {field: value for field, value in given.items() if value is not None}
    if consent is not None:
        fields |= consent_day(consent, day_of(consent_on) if consent_on else None, act.on)
    with ctx.database.write() as session:
        record = _record(change(session, name, fields, act))
    if as_json:
        ctx.emit(record)
    else:
        ctx.talk.print(say("register.kept", name=name), markup=False)


def _record(one: Processor) -> dict[str, Any]:
    from custody.register.processors import consent_of

    return {
        "processor": one.name,
        "under": one.parent.name if one.parent else None,
        "contract_kind": one.contract_kind,
        "consent": consent_of(one.consent) if one.parent or one.consent else None,
        "consent_on": one.consent_on.isoformat() if one.consent_on else None,
        "country": one.country,
        "contact": one.contact,
    }
