"""`hinomi incidents search`: every timeline, or documents; on the screen, as JSON, or as a file that goes on record."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.language import CommandError, CommandFailedError, say
from cli.tables import add_row, headed, plain, show, written_here

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session

    from cli.context import Context
    from core.query.expressions import Expression
    from incidents.views import DocumentHits, EventView
    from web.results import ResultFile

FORMS = {".csv": "csv", ".jsonl": "jsonl", ".json": "jsonl"}


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--in", "room", type=click.Choice(["events", "documents"]), default="events", show_default=True)
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an event or a place of a document on stdout.")
@click.option("--export", type=click.Path(path_type=Path), metavar="FILE", help="All results, into a .csv or .jsonl.")
@click.option("--reason", default="", help="Why they are exported; goes on record.")
@click.pass_obj
def search_command(
    ctx: Context, words: tuple[str, ...], room: str, limit: int, export: Path | None, reason: str, *, as_json: bool
) -> None:
    """Search every timeline: words, "phrases", -word, OR, and fields.

    Fields: kind: actor: source: incident: state: title: tag: starred: after: before:.

    With --in documents: title: author: address: source: hash: verdict: field: extract: posted: fetched: people:
    subjects: state: incident:.
    """
    typed = " ".join(words)
    if export is not None:
        _export(ctx, room, typed, export, reason.strip())
        return
    with ctx.database.read() as session:
        if room == "documents":
            _documents(ctx, _search_documents(ctx, session, typed, limit), as_json=as_json)
            return
        from incidents import queries

        query = queries.parse_query(typed, zone=ctx.settings.zone, now=ctx.clock.now())
        _tell_of_nothing(ctx, typed, query.expression)
        page = queries.search(session, query, language=ctx.settings.language, limit=limit)
    if as_json:
        for event in page.events:
            ctx.emit(plain(asdict(event)))
        return
    show(events_table(page.events, ctx.settings.zone))
    ctx.talk.print(
        say("search.events" if page.is_all else "search.events_over", shown=len(page.events), total=page.total)
    )


def events_table(events: tuple[EventView, ...], zone: str) -> Table:
    """Events as a table; what strangers wrote is masked."""
    from web.masking.masks import told

    table = headed("event", "when", "incident", "what", "who", "", fold=("",))
    for event in events:
        when, number = written_here(event.happened_at, zone), event.incident_id or ""
        add_row(table, event.id, when, number, event.kind_text, event.actor, told(event))
    return table


def _search_documents(ctx: Context, session: Session, typed: str, limit: int) -> DocumentHits:
    from incidents.documents.search import parse_documents, search_documents

    query = parse_documents(typed, zone=ctx.settings.zone, now=ctx.clock.now())
    _tell_of_nothing(ctx, typed, query.expression)
    return search_documents(session, query, limit=limit)


def _tell_of_nothing(ctx: Context, typed: str, expression: Expression) -> None:
    """Say so where what was typed, such as a bracket alone, looks for nothing and lists everything."""
    from core.query.expressions import EVERYTHING

    if typed.strip() and expression == EVERYTHING:
        ctx.talk.print(say("search.says_nothing"))


def _documents(ctx: Context, found: DocumentHits, *, as_json: bool) -> None:
    from web.results import document_rows

    rows = list(document_rows(found.hits))
    if as_json:
        for row in rows:
            ctx.emit(row)
        return
    table = headed("fetched", "incident", "verdict", "customers", "where", "title", fold=("where",))
    for hit, row in zip(found.hits, rows, strict=True):
        when, where = written_here(hit.fetched_at, ctx.settings.zone), f"{row['source']} {row['address']}"
        add_row(table, when, hit.incident_id or "", hit.verdict or hit.state, hit.subjects, where, row["title"])
    show(table)
    ctx.talk.print(say("search.places" if found.is_all else "search.places_over", shown=len(rows), total=found.total))


def _export(ctx: Context, room: str, typed: str, path: Path, reason: str) -> None:
    """Everything that fits into a file; who took it, and why, goes on record before the file is there."""
    from people.roles import Permission
    from web.results import note_export

    form = FORMS.get(path.suffix.lower())
    if form is None or not reason:
        raise CommandError("export_wants", path=path)
    ctx.check_may(Permission.EXPORT_RESULTS)
    with ctx.database.read() as session:
        made = _written(ctx, session, room, typed, form)
    with ctx.database.write() as session:
        note_export(
            session, made, room=room, query=typed, form=form, reason=reason, actor=ctx.actor, now=ctx.clock.now()
        )
    try:
        with made.file as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
    except OSError as error:
        raise CommandFailedError("not_written", path=path, reason=error.strerror or "") from error
    ctx.talk.print(say("search.written", rows=made.rows, path=path, sha256=made.sha256), markup=False)


def _written(ctx: Context, session: Session, room: str, typed: str, form: str) -> ResultFile:
    from incidents import queries
    from incidents.documents.search import every_document, parse_documents
    from web.results import DOCUMENT_COLUMNS, EVENT_COLUMNS, document_rows, event_rows, write_results

    zone, now = ctx.settings.zone, ctx.clock.now()
    if room == "documents":
        query = parse_documents(typed, zone=zone, now=now)
        return write_results(document_rows(every_document(session, query)), DOCUMENT_COLUMNS, form)
    events = queries.every_event(
        session, queries.parse_query(typed, zone=zone, now=now), language=ctx.settings.language
    )
    return write_results(event_rows(events), EVENT_COLUMNS, form)
