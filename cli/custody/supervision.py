"""`hinomi supervision`: what is due of processors' supervision, what is on record, and the numbers of the sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.custody.supervision_changes import changes, edge_record, record_of, sheets_of
from cli.given import GIVEN_FILE
from cli.language import CommandError, language, say
from cli.tables import add_row, headed, show, show_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.context import Context
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.numbers import CountedPeriod, NumberBehind

_json = click.option("--json", "as_json", is_flag=True, help="One JSON object per entry on stdout.")


@click.group()
def supervision() -> None:
    """How processors are supervised: what is due, contracts, records, and the numbers of the regulator's sheet."""


for _command in changes.commands.values():
    supervision.add_command(_command)


@supervision.command()
@click.option("--on", metavar="DATE", help="As of that day (default: today).")
@click.option("--within", type=click.IntRange(0, 3660), default=14, help="What is due so many days later as well.")
@click.option("--processor", metavar="NAME", help="Of this one alone.")
@click.option("--duty", metavar="KIND", help="Of this kind alone.")
@_json
@click.pass_obj
def due(ctx: Context, on: str | None, within: int, processor: str | None, duty: str | None, *, as_json: bool) -> None:
    """What is overdue or due soon, longest overdue first."""
    from dataclasses import replace
    from datetime import timedelta

    from cli.days import day_of, today
    from custody.register.processors import get_processor
    from custody.supervision.overdue import CERTIFICATE_LACKS, COPY_BACK, duties_on
    from custody.supervision.words import Words
    from people.roles import Permission, may_with_all

    ctx.check_may(Permission.SEE_SUPERVISION)
    hidden = () if may_with_all(ctx.actor, Permission.SEE_REGISTER) else (COPY_BACK, CERTIFICATE_LACKS)
    day, words = day_of(on) if on else today(ctx), Words(language())
    table = headed("due", "what", "processor", "why", plainly=True)
    with ctx.database.read() as session:
        only = {get_processor(session, processor).id} if processor else None
        duties = duties_on(
            session, day, within=timedelta(days=within), only=only, sheets=sheets_of(ctx), zone=ctx.settings.zone
        )
        for one in duties:
            if duty and one.kind != duty:
                continue
            shown = replace(one, what="–") if one.kind in hidden else one
            if as_json:
                ctx.emit(shown.as_json(day))
            else:
                add_row(table, one.due_on, words("duty", one.kind), one.processor or words("label", "own"), shown.what)
    show_list(ctx, table, as_json=as_json)


@supervision.command("show")
@click.argument("name")
@_json
@click.pass_obj
def show_command(ctx: Context, name: str, *, as_json: bool) -> None:
    """One processor: its contracts, and every record that counts."""
    from sqlalchemy import select

    from custody.register.processors import get_processor
    from custody.supervision.edges import edges_of
    from custody.supervision.models import SupervisionRecord
    from custody.supervision.words import Words
    from people.roles import Permission

    ctx.check_may(Permission.SEE_SUPERVISION)
    words = Words(language())
    with ctx.database.read() as session:
        processor = get_processor(session, name)
        edges = [edge_record(edge) for edge in edges_of(session, processor)]
        mine = select(SupervisionRecord).where(SupervisionRecord.processor_id == processor.id)
        records = [record_of(one) for one in session.scalars(mine.order_by(SupervisionRecord.id))]
    if as_json:
        ctx.emit({"processor": name, "contracts": edges, "records": records})
        return
    table = headed("id", "processor", "kind", "state", "consent", "since", "ended", plainly=True)
    for edge in edges:
        add_row(
            table, edge["contract"], edge["under"] or edge["company"] or words("label", "carrier"),
            edge["contract_kind"] or "–", words("stage", edge["stage"]), words("result", edge["consent"] or "unknown"),
            edge["since"], edge["ended_on"] or "–",
        )  # fmt: skip
    show(table)
    table = headed("id", "kind", "what", "when", "due", "state", "title", plainly=True)
    for one in records:
        checked = "withdrawn" if one["withdrawn_on"] else one["check_result"] or "unchecked"
        add_row(
            table, one["record"], words("kind", one["kind"]),
            words("topic", one["topic"]) or words("result", one["result"]), one["done_on"] or one["happened_on"] or "–",
            one["due_on"] or "–", words("result", checked), one["words"],
        )  # fmt: skip
    show(table)


@supervision.command()
@_json
@click.pass_obj
def sheets(ctx: Context, *, as_json: bool) -> None:
    """The check sheets with their questions, those of this home (sheets/*.toml) too."""
    from custody.supervision.words import Words

    words = Words(language())
    table = headed("name", "for_kinds", "id", "what", "title", fold=("title",), plainly=True)
    for sheet in sheets_of(ctx).values():
        if as_json:
            ctx.emit(sheet.model_dump(mode="json"))
            continue
        for number, question in sheet.question.items():
            asked = question.ja if language() == "ja" else question.en
            kinds = "/".join(sheet.contracts) or words("label", "own")
            add_row(table, sheet.name, kinds, number, words("category", question.category), asked)
    show_list(ctx, table, as_json=as_json)


@supervision.command()
@click.option("--on", metavar="DATE", help="As of that day, and its fiscal year so far (default: today).")
@click.option(
    "--fiscal-year", type=click.IntRange(1990, 2200), help="April of that year to March, as far as it has come."
)
@click.option("--list", "with_list", is_flag=True, help="With --json: the list behind each number as well.")
@click.option("--xlsx", type=click.Path(path_type=Path), help="A new workbook with every number and every list.")
@click.option("--docx", type=click.Path(path_type=Path), help="A new draft of the sheet, in Japanese.")
@_json
@click.pass_obj
def numbers(
    ctx: Context, on: str | None, fiscal_year: int | None, xlsx: Path | None, docx: Path | None, *, with_list: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """The numbers of the regulator's sheet for a day or a fiscal year."""
    from cli.days import today
    from custody.register.overview import register_on
    from custody.supervision.drafts import draft_document
    from custody.supervision.numbers import LENT_DATA, numbers_of
    from custody.supervision.words import Words
    from custody.supervision.workbooks import numbers_workbook
    from people.roles import Permission, may_with_all

    ctx.check_may(Permission.SEE_SUPERVISION)
    if on and fiscal_year:
        raise CommandError("day_or_year")
    period, known, words = _period(ctx, on, fiscal_year), sheets_of(ctx), Words(language())
    with ctx.database.read() as session:
        found = numbers_of(session, period, register_on(session, period.last), sheets=known)
    if not may_with_all(ctx.actor, Permission.SEE_REGISTER):
        found = [one for one in found if one.group != LENT_DATA]
    if xlsx is not None:
        _write(ctx, xlsx, numbers_workbook(found, period, words, known))
    if docx is not None:
        _write(ctx, docx, draft_document(found, period, Words("ja"), known, made_on=today(ctx)))
    if as_json:
        for one in found:
            ctx.emit({"from": str(period.first), "to": str(period.last), **one.as_json(with_list=with_list)})
    elif xlsx is None and docx is None:
        _show_numbers(found, words, known)


@supervision.command("import")
@click.argument("file", type=GIVEN_FILE)
@_json
@click.pass_obj
def import_command(ctx: Context, file: Path, *, as_json: bool) -> None:
    """Bring contracts and records up to a spreadsheet (XLSX, CSV); the same file twice changes nothing."""
    from cli.days import act_of
    from custody.supervision.exchange import read_exchange
    from people.roles import Permission, may_with

    ctx.check_may(Permission.CHANGE_SUPERVISION, of_all=True)
    done = read_exchange(
        file, ctx.database, act=act_of(ctx, None, file.name), sheets=sheets_of(ctx),
        may_end=lambda name: may_with(ctx.actor, Permission.CHANGE_REGISTER, name),
    )  # fmt: skip
    ctx.talk.print(say("register.imported", rows=done.rows, changed=done.changed, rejected=len(done.rejected)))
    for row, reason in done.rejected:
        ctx.talk.print(say("register.row", row=row, reason=reason), markup=False, soft_wrap=True)
    if as_json:
        ctx.emit(done.as_json())


@supervision.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new XLSX file.")
@click.pass_obj
def export(ctx: Context, out: Path) -> None:
    """Contracts and records as XLSX; `supervision import` reads it back."""
    from custody.supervision.exchange import exchange_rows, headers_in
    from custody.supervision.words import Words
    from custody.supervision.workbooks import workbook_bytes
    from people.roles import Permission

    ctx.check_may(Permission.SEE_SUPERVISION)
    ctx.check_may(Permission.SEE_REGISTER, of_all=True)
    words = Words(language())
    with ctx.database.read() as session:
        content = workbook_bytes([("supervision", headers_in(words), exchange_rows(session, words))])
    _write(ctx, out, content)


def _period(ctx: Context, on: str | None, year: int | None) -> CountedPeriod:
    from cli.days import day_of, today
    from custody.supervision.numbers import CountedPeriod, fiscal_year, year_to

    if year is None:
        return year_to(day_of(on) if on else today(ctx))
    whole = fiscal_year(year)
    return CountedPeriod(whole.first, min(whole.last, max(today(ctx), whole.first)))


def _show_numbers(found: Sequence[NumberBehind], words: Any, known: Sheets) -> None:
    table = headed("what", "title", "sightings", fold=("title",), plainly=True)
    for one in found:
        add_row(table, words("number", one.group), words.labels(one, known), f"{one.count:,}")
    show(table)


def _write(ctx: Context, path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise CommandError("exists", path=path) from None
    ctx.talk.print(say("register.written", path=path), markup=False, soft_wrap=True)
