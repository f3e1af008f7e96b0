"""`hinomi deadlines`: what the law asks for by when, the facts that it depends on, and what was done about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, language
from cli.numbers import RowId
from cli.tables import add_row, headed, plain
from cli.tables import show as show_table

if TYPE_CHECKING:
    from datetime import datetime

    from cli.context import Context
    from incidents.clocks.reading import ClockPage

REASON = click.option("--reason", required=True, help="Why, or how you know; it stands in the timeline.")
ID = click.argument("incident_id", metavar="ID", type=RowId())
NAME = click.argument("name", metavar="DEADLINE")


@click.group()
def deadlines() -> None:
    """Deadlines of incidents, and the rules that they follow; check a rule before you rely on it."""


@deadlines.command("list")
@click.option("--show", type=click.Choice(["open", "missed", "settled", "all"]), default="open", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a deadline on stdout.")
@click.pass_obj
def list_command(ctx: Context, show: str, *, as_json: bool) -> None:
    """Deadlines of all incidents, those that end first in front."""
    from incidents.clocks.reading import list_clocks

    with ctx.database.read() as session:
        lines = list_clocks(session, language=language(), now=ctx.clock.now(), show=show)
    if as_json:
        for line in lines:
            ctx.emit(plain(asdict(line)))
        return
    table = headed("incident", "state", "until", "basis", "name", "", fold=("",))
    for line in lines:
        add_row(table, line.incident_id, line.state, line.due, line.basis, line.name, line.title)
    show_table(table)


@deadlines.command("show")
@ID
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.pass_obj
def show_command(ctx: Context, incident_id: int, *, as_json: bool) -> None:
    """Every deadline of one incident, whether or not it runs, and the facts that they depend on."""
    page = _page(ctx, incident_id)
    if as_json:
        ctx.emit(plain(asdict(page)))
        return
    table = headed("state", "until", "confirmed", "possible", "name", "not_known", fold=("not_known",))
    for one in page.cards:
        add_row(table, one.state, one.due, one.confirmed, one.possible, one.name, ", ".join(one.lacking))
    show_table(table)
    facts = headed("fact", "value", "said_by", "how_known", fold=("how_known",))
    for fact in page.facts:
        add_row(facts, fact.name, fact.value or "–", fact.said_by, fact.reason)
    show_table(facts)


@deadlines.command("set")
@ID
@click.argument("values", metavar="FACT=VALUE...", nargs=-1, required=True)
@REASON
@click.pass_obj
def set_command(ctx: Context, incident_id: int, values: tuple[str, ...], reason: str) -> None:
    """State facts: malicious=possible, residents=DE,FR, known=2026-11-22T18:00; an empty value takes one back."""
    from deadlines.facts import MOMENTS
    from incidents.clocks.statements import say

    given: dict[str, str] = {}
    for one in values:
        name, equals, value = one.partition("=")
        if not equals:
            raise CommandError("fact_wants_value", given=one)
        given[name] = _moment(ctx, value).isoformat() if name in MOMENTS and value else value
    with ctx.database.write() as session:
        say(session, incident_id, given, reason=reason, **_who(ctx))


@deadlines.command()
@ID
@NAME
@click.option("--with", "reference", required=True, help="With what: a receipt's number, what was sent to whom.")
@click.option("--at", default="", help="When that was; now unless given.")
@click.pass_obj
def met(ctx: Context, incident_id: int, name: str, reference: str, at: str) -> None:
    """Say that DEADLINE, such as jp-appi-authority/first-report, was met."""
    from incidents.clocks.settling import meet

    who = _who(ctx)
    moment = _moment(ctx, at) if at else who["now"]
    with ctx.database.write() as session:
        meet(session, incident_id, name, reference=reference, at=moment, **who)


@deadlines.command()
@ID
@NAME
@REASON
@click.pass_obj
def waived(ctx: Context, incident_id: int, name: str, reason: str) -> None:
    """Say that nothing has to be done about DEADLINE."""
    from incidents.clocks.settling import waive_clock

    with ctx.database.write() as session:
        waive_clock(session, incident_id, name, reason=reason, **_who(ctx))


@deadlines.command()
@ID
@NAME
@REASON
@click.pass_obj
def resumed(ctx: Context, incident_id: int, name: str, reason: str) -> None:
    """Let DEADLINE, which was met or waived, run again."""
    from incidents.clocks.settling import resume

    with ctx.database.write() as session:
        resume(session, incident_id, name, reason=reason, **_who(ctx))


@deadlines.command("rules")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a rule on stdout.")
@click.pass_context
def rules_command(click_context: click.Context, *, as_json: bool) -> None:
    """The rules, where each comes from and what to check before relying on it; 2 if a file cannot be read."""
    from deadlines.rulebook import load_regimes

    ctx: Context = click_context.obj
    book = load_regimes(ctx.settings.home)
    for regime in book.regimes:
        if as_json:
            ctx.emit(regime.model_dump(mode="json", by_alias=True, exclude_defaults=True))
            continue
        said = ctx.settings.language
        ctx.talk.print(f"{regime.id}: {regime.title.said(said)}", markup=False, style="bold")
        ctx.talk.print(f"  {regime.source.said(said)} ({regime.checked_on})", markup=False)
        ctx.talk.print(f"  {regime.check_before_relying.said(said)}", markup=False)
    for problem in book.problems:
        ctx.talk.print(problem, markup=False, soft_wrap=True)
    if book.problems:
        click_context.exit(2)


def _page(ctx: Context, incident_id: int) -> ClockPage:
    from deadlines.rulebook import load_regimes
    from incidents.clocks.reading import clock_page
    from incidents.errors import NoIncidentError
    from incidents.models import Incident

    settings = ctx.settings
    with ctx.database.read() as session:
        if session.get(Incident, incident_id) is None:
            raise NoIncidentError(incident_id)
        return clock_page(
            session, incident_id, load_regimes(settings.home), language=settings.language, now=ctx.clock.now(),
            zone=settings.zone,
        )  # fmt: skip


def _who(ctx: Context) -> dict[str, Any]:
    """Who acts, when, and by which rules."""
    from deadlines.rulebook import load_regimes

    return {"actor": ctx.actor, "now": ctx.clock.now(), "book": load_regimes(ctx.settings.home)}


def _moment(ctx: Context, given: str) -> datetime:
    """A moment as it was typed; without a zone on the clocks where the carrier is."""
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from incidents.errors import IncidentError

    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise IncidentError("no_moment", value=given[:40]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(ctx.settings.zone))
