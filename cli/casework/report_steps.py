"""A report's way to the office from the command line: written, handed over, approved or returned, filed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.language import CommandError, say

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cli.context import Context
    from reports.filling import ReportSubject
    from reports.models import ReportVersion

ABOUT = click.argument("about", metavar="ID|QUARTER")
FORM = click.option("--form", "form_name", required=True, metavar="FORM", help="Which form.")


@click.group()
def steps() -> None:
    """Commands that `hinomi report` takes over."""


@steps.command()
@ABOUT
@FORM
@click.option("--item", "texts", multiple=True, metavar="ITEM=TEXT", help="What an item says; may be repeated.")
@click.option("--alone", multiple=True, metavar="ITEM", help="Tell nothing beside what was written; may be repeated.")
@click.option("--beside", multiple=True, metavar="ITEM", help="Tell what is known beside it; may be repeated.")
@click.pass_obj
def draft(
    ctx: Context, about: str, form_name: str, texts: tuple[str, ...], alone: tuple[str, ...], beside: tuple[str, ...]
) -> None:
    """Write items of a report; the others stay as they are."""
    from reports.drafting import KNOWN, TEXT, find_draft, save

    subject, who = _subject(about, form_name), _who(ctx)
    given: dict[str, dict[str, Any]] = {}
    for one in texts:
        name, equals, text = one.partition("=")
        if not equals:
            raise CommandError("item_wants_text", given=one)
        given.setdefault(name, {})[TEXT] = text
    for names, is_told in ((alone, False), (beside, True)):
        for name in names:
            given.setdefault(name, {})[KNOWN] = is_told
    with ctx.database.write() as session:
        known = find_draft(session, form_name, subject)
        before: dict[str, dict[str, Any]] = known.items if known else {}
        items = {name: before.get(name, {}) | one for name, one in given.items()}
        made = save(session, form_name, subject, items, revision=known.revision if known else 0, **who)
        revision = made.revision
    ctx.talk.print(say("report.saved", form=form_name, n=revision), markup=False)


@steps.command("hand-over")
@ABOUT
@FORM
@click.pass_obj
def hand_over_command(ctx: Context, about: str, form_name: str) -> None:
    """Freeze a report as it is, and ask for its approval."""
    from reports.drafting import find_draft
    from reports.filing import hand_over
    from reports.filling import fill
    from reports.making import make_all

    subject, who = _subject(about, form_name), _who(ctx)
    with ctx.database.write() as session:
        known = find_draft(session, form_name, subject)
        written: dict[str, Any] = known.items if known else {}
        filled = fill(session, form_name, subject, ctx.settings, now=who["now"], written=written)
        version = hand_over(session, filled, subject, make_all(filled, ctx.settings, who["now"]), **who)
        number, sha256 = version.number, version.sha256
    ctx.talk.print(say("report.asked", form=form_name, n=number, sha256=sha256), markup=False)


@steps.command()
@ABOUT
@FORM
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="The version; the latest unless given.")
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@click.pass_obj
def approve(ctx: Context, about: str, form_name: str, number: int | None, reason: str) -> None:
    """Approve a version that waits, as it is."""
    _decide(ctx, about, form_name, number, reason, approve=True)


@steps.command("return")
@ABOUT
@FORM
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="The version; the latest unless given.")
@click.option("--reason", required=True, metavar="TEXT", help="What is wrong with it.")
@click.pass_obj
def return_command(ctx: Context, about: str, form_name: str, number: int | None, reason: str) -> None:
    """Return a version that waits, with a reason."""
    _decide(ctx, about, form_name, number, reason, approve=False)


@steps.command("file")
@ABOUT
@FORM
@click.option("--number", type=click.IntRange(min=1), metavar="N", help="The version; the latest unless given.")
@click.option("--to", "recipient", required=True, metavar="TEXT", help="With whom it was filed.")
@click.option("--reference", default="", metavar="TEXT", help="Its number there.")
@click.option("--at", default="", metavar="TIME", help="When that was; now unless given.")
@click.option("--meets", multiple=True, metavar="DEADLINE", help="A deadline that this meets; may be repeated.")
@click.pass_obj
def file_command(
    ctx: Context, about: str, form_name: str, number: int | None, recipient: str, reference: str, at: str,
    meets: tuple[str, ...],
) -> None:  # fmt: skip
    """Say that an approved version was handed in: to whom, and which deadlines it meets."""
    from deadlines.rulebook import load_regimes
    from reports.filing import file_version

    subject, who = _subject(about, form_name), _who(ctx)
    moment = _moment(ctx, at) if at else who["now"]
    with ctx.database.write() as session:
        version = _version(session, form_name, subject, number)
        file_version(
            session, version, recipient=recipient, reference=reference, at=moment, meets=meets,
            book=load_regimes(ctx.settings.home), **who,
        )  # fmt: skip
        number = version.number
    ctx.talk.print(say("report.filed", form=form_name, n=number), markup=False)


def _decide(ctx: Context, about: str, form_name: str, number: int | None, reason: str, *, approve: bool) -> None:
    from reports.filing import decide

    subject = _subject(about, form_name)
    with ctx.database.write() as session:
        version = _version(session, form_name, subject, number)
        decide(session, version, approve=approve, reason=reason, **_who(ctx))
        number = version.number
    ctx.talk.print(say("report.approved" if approve else "report.returned", form=form_name, n=number), markup=False)


def _version(session: Session, form_name: str, about: ReportSubject, number: int | None) -> ReportVersion:
    """A version, or the latest one."""
    from reports.filing import get_version, versions_of

    past = versions_of(session, form_name, about) if number is None else []
    return get_version(session, form_name, about, past[0].number if past else number or 1)


def _subject(about: str, form_name: str) -> ReportSubject:
    from reports.filling import about_of
    from reports.forms import form_of

    return about_of(about, form_of(form_name))


def _moment(ctx: Context, given: str) -> datetime:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from incidents.errors import IncidentError

    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise IncidentError("no_moment", value=given[:40]) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(ctx.settings.zone))


def _who(ctx: Context) -> dict[str, Any]:
    return {"actor": ctx.actor, "now": ctx.clock.now()}
