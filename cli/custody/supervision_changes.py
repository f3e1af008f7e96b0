"""What changes supervision: contracts, records, answers, attachments, and the second line's checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.given import GIVEN_FILE
from cli.language import CommandError, say
from cli.tables import plain

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from cli.context import Context
    from custody.models import Edge
    from custody.supervision.check_sheets import Sheets
    from custody.supervision.models import SupervisionRecord
    from custody.supervision.records import About

KINDS = (
    "check-sheet", "clause", "consent", "training", "pledge", "inspection", "finding", "certificate", "breach",
)  # fmt: skip
_json = click.option("--json", "as_json", is_flag=True, help="The entry as a JSON object on stdout.")
_reason = click.option("--reason", metavar="TEXT", default="", help="Why.")


@click.group()
def changes() -> None:
    """Commands that `hinomi supervision` takes over."""


@changes.command()
@click.argument("name")
@click.option("--under", metavar="NAME", default="", help="For whom it works; without it the carrier or --company.")
@click.option("--company", metavar="NAME", default="", help="The company of the carrier's group that lends.")
@click.option("--contract", "contract_kind", type=click.Choice(["A", "B"]), help="Kind of the contract.")
@click.option(
    "--stage", type=click.Choice(["before", "at", "during", "after"]), help="How far it is (default: before)."
)
@click.option("--number", type=int, help="Bring this contract to --stage, or change it, in place of a new one.")
@click.option("--on", metavar="DATE", help="The day it counts from (default: today).")
@_reason
@_json
@click.pass_obj
def contract(
    ctx: Context, /, name: str, number: int | None, on: str | None, reason: str, *, as_json: bool, **given: Any
) -> None:
    """Add a contract of a processor beside its first, or bring one to its next stage."""
    from cli.days import act_of
    from custody.supervision.edges import add_edge, change_edge, get_edge, move_edge
    from people.roles import Permission

    ctx.check_may(Permission.CHANGE_SUPERVISION, of_all=True)
    act = act_of(ctx, on, reason)
    with ctx.database.write() as session:
        if number is None:
            fields = {"company": given["company"], "contract_kind": given["contract_kind"] or ""}
            edge = add_edge(session, name, given["under"], fields, act, stage=given["stage"] or "before")
        else:
            edge = get_edge(session, number)
            if edge.processor.name != name:
                raise CommandError("foreign_contract", number=number, name=name)
            fields = {key: given[key] for key in ("company", "contract_kind") if given[key]}
            if fields:
                change_edge(session, edge, fields, act)
            if given["stage"] and given["stage"] != edge.stage:
                move_edge(session, edge, given["stage"], act)
        session.flush()
        record = edge_record(edge)
    _say(ctx, record, as_json=as_json)


@changes.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name", required=False)
@click.option("--number", type=int, help="Change this record in place of a new one.")
@click.option("--contract", "edge", type=int, help="Which contract (default: the first one).")
@click.option("--extract", metavar="NAME", help="Whose copy a certificate is about.")
@click.option("--of", type=int, help="The inspection that a finding belongs to.")
@click.option("--topic", metavar="TEXT", help="What of: paper, on-site, start, return, a clause, the name of a sheet …")
@click.option("--result", metavar="TEXT", help="What came of it: present, missing, asked, given, refused.")
@click.option("--happened-on", metavar="DATE", help="When it happened.")
@click.option("--due-on", metavar="DATE", help="By when it has to be done.")
@click.option("--done-on", metavar="DATE", help="When it was done.")
@click.option("--person", metavar="TEXT", help="Who did it, or answers for it.")
@click.option("--words", metavar="TEXT", help="What it says.")
@click.option("--answer", multiple=True, metavar="QUESTION=ANSWER", help="An answer of a check sheet; may be repeated.")
@_reason
@_json
@click.pass_obj
def record(
    ctx: Context, /, kind: str, name: str | None, number: int | None, reason: str, *, as_json: bool, **given: Any
) -> None:
    """Enter a record about a processor, or with --number change one; without NAME it is about the carrier itself."""
    from cli.days import act_of
    from custody.supervision.records import add_record, change_record, check_days, get_record
    from people.roles import Permission

    ctx.check_may(Permission.CHANGE_SUPERVISION, of_all=True)
    fields = _fields(kind, given)
    act = act_of(ctx, None, reason)
    check_days(fields, act.on)
    with ctx.database.write() as session:
        if number is not None:
            made = change_record(session, get_record(session, number), fields, act, sheets=sheets_of(ctx))
        else:
            about = _about(ctx, session, kind, name, given)
            made = add_record(session, kind, about, fields, act, sheets=sheets_of(ctx))
        session.flush()
        said = record_of(made)
    _say(ctx, said, as_json=as_json)


@changes.command()
@click.argument("number", type=int)
@click.argument("result", type=click.Choice(["confirmed", "objected"]))
@click.option("--words", metavar="TEXT", default="", help="What is wrong, of an objection.")
@_json
@click.pass_obj
def check(ctx: Context, number: int, result: str, words: str, *, as_json: bool) -> None:
    """The second line's word on a record that somebody else entered."""
    from cli.days import act_of
    from custody.supervision import records
    from people.roles import Permission

    ctx.check_may(Permission.CHECK_SUPERVISION)
    with ctx.database.write() as session:
        made = records.check(session, records.get_record(session, number), result, act_of(ctx, None), words=words)
        said = record_of(made)
    _say(ctx, said, as_json=as_json)


@changes.command()
@click.argument("number", type=int)
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@_json
@click.pass_obj
def withdraw(ctx: Context, number: int, reason: str, *, as_json: bool) -> None:
    """Let a record that was entered by mistake count no longer; it stays to be seen."""
    from cli.days import act_of
    from custody.models import Extract
    from custody.supervision import records
    from people.roles import Permission

    ctx.check_may(Permission.CHANGE_SUPERVISION, of_all=True)
    with ctx.database.write() as session:
        made = records.get_record(session, number)
        if made.extract_id is not None:
            _check_extract(ctx, session.get_one(Extract, made.extract_id).name)
        made = records.withdraw(session, made, act_of(ctx, None, reason))
        said = record_of(made)
    _say(ctx, said, as_json=as_json)


@changes.command()
@click.argument("number", type=int)
@click.argument("file", type=GIVEN_FILE)
@click.option("--question", metavar="QUESTION", default="", help="Of a check sheet: which answer it shows.")
@_json
@click.pass_obj
def attach(ctx: Context, number: int, file: Path, question: str, *, as_json: bool) -> None:
    """Put a file to a record: it is kept in the archive, sealed with its hash."""
    from archive.models import DocumentRow
    from cli.days import act_of
    from custody.supervision import records
    from people.roles import Permission

    ctx.check_may(Permission.CHANGE_SUPERVISION, of_all=True)
    if file.stat().st_size > records.LARGEST_BYTES:
        raise CommandError("attachment_too_large", path=file, most=records.LARGEST_BYTES // (1024 * 1024))
    with ctx.database.read() as session:
        records.get_record(session, number)
    kept = ctx.archive.keep_evidence(file, file.name)
    with ctx.database.write() as session:
        document = session.get_one(DocumentRow, kept.document_id)
        attachment = records.EvidenceFile(document.id, document.sha256, file.name, question)
        made = records.attach(session, records.get_record(session, number), attachment, act_of(ctx, None))
        said = record_of(made)
    _say(ctx, said, as_json=as_json)


def _fields(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    from cli.days import day_of
    from custody.supervision.kinds import DAYS

    names = ("topic", "result", "person", "words")
    fields = {name: given[name] for name in names if given[name] is not None}
    fields |= {name: day_of(given[name]) for name in DAYS if given[name]}
    answers = {}
    for one in given["answer"]:
        question, sign, said = one.partition("=")
        if not sign:
            raise CommandError("no_answer", text=repr(one))
        answers[question] = said
    if answers and kind == "check-sheet":
        fields["data"] = answers
    return fields


def _check_extract(ctx: Context, name: str) -> None:
    """A certificate ends a copy, and opens it again when it is withdrawn: for who may change that extract.

    Raises:
        NotAllowedError: They may change none.
        RegisterError: They may not change this one: as if there were none.
    """
    from custody.register.holdings import no_extract
    from people.roles import Permission, may_with

    ctx.check_may(Permission.CHANGE_REGISTER)
    if not may_with(ctx.actor, Permission.CHANGE_REGISTER, name):
        raise no_extract(name)


def _about(ctx: Context, session: Session, kind: str, name: str | None, given: dict[str, Any]) -> About:
    from custody.register.holdings import get_extract
    from custody.register.processors import get_processor
    from custody.supervision.edges import edge_between, get_edge
    from custody.supervision.kinds import OF_EDGE, kind_named
    from custody.supervision.records import About, get_record

    of = get_record(session, given["of"]) if given["of"] else None
    extract = None
    if given["extract"]:
        _check_extract(ctx, given["extract"])
        extract = get_extract(session, given["extract"])
    if name is None:
        return About(extract=extract, of=of)
    processor = get_processor(session, name)
    edge = get_edge(session, given["edge"]) if given["edge"] else None
    if edge is not None and edge.processor_id != processor.id:
        raise CommandError("foreign_contract", number=edge.id, name=name)
    if edge is None and kind_named(kind).about == OF_EDGE:
        edge = edge_between(session, name)
    return About(processor, edge, extract, of)


def sheets_of(ctx: Context) -> Sheets:
    """The check sheets of a home."""
    from custody.supervision.check_sheets import all_sheets

    return all_sheets(ctx.settings.home)


def edge_record(edge: Edge) -> dict[str, Any]:
    """A contract as JSON knows it."""
    return {
        "contract": edge.id, "processor": edge.processor.name, "under": edge.parent.name if edge.parent else None,
        "company": edge.company, "contract_kind": edge.contract_kind, "stage": edge.stage, "consent": edge.consent,
        "since": edge.since.isoformat(), "ended_on": edge.ended_on.isoformat() if edge.ended_on else None,
    }  # fmt: skip


def record_of(made: SupervisionRecord) -> dict[str, Any]:
    """A record as JSON knows it."""
    names = (
        "kind", "topic", "result", "happened_on", "due_on", "done_on", "person", "words", "data", "documents",
        "entered_by", "checked_by", "checked_on", "check_result", "check_words", "withdrawn_on",
    )  # fmt: skip
    return {"record": made.id, "contract": made.edge_id, **{name: plain(getattr(made, name)) for name in names}}


def _say(ctx: Context, said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        ctx.emit(said)
    else:
        ctx.talk.print(say("register.kept", name=said.get("record") or said["contract"]), markup=False)
