"""What a run of the demo came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from cli.language import say
from cli.tables import headed

if TYPE_CHECKING:
    from pathlib import Path

    from cli.context import Context
    from core.database import Base, Database


@dataclass(frozen=True, slots=True)
class DemoCounts:
    """How much there is of everything, before and after."""

    extracts: int
    sweeps: int
    documents: int
    leaks: int
    quiet: int
    incidents: int
    events: int


def count(database: Database) -> DemoCounts:
    """What there is so far."""
    from archive.models import DocumentRow
    from crawler.models import Sweep
    from custody.models import Extract
    from incidents.models import Event, FindingRow, Incident

    with database.read() as session:

        def rows(table: type[Base]) -> int:
            return session.scalar(select(func.count()).select_from(table)) or 0

        verdicts = dict(
            session.execute(select(FindingRow.verdict, func.count()).group_by(FindingRow.verdict)).tuples().all()
        )
        return DemoCounts(
            extracts=rows(Extract),
            sweeps=rows(Sweep),
            documents=rows(DocumentRow),
            leaks=verdicts.get("leak", 0),
            quiet=sum(number for verdict, number in verdicts.items() if verdict != "leak"),
            incidents=rows(Incident),
            events=rows(Event),
        )


def show_summary(ctx: Context, before: DemoCounts, leak_file: Path, seconds: float) -> None:
    """The incidents, and what this run added."""
    from incidents import queries

    with ctx.database.read() as session:
        lines = queries.list_incidents(session, language="en")
        pages = [queries.incident(session, line.id, language="en") for line in reversed(lines)]
    table = headed("incident", "customers", "severity", plainly=True)
    table.add_column(say("demo.first_seen"))
    table.add_column(say("demo.likely"))
    for page in pages:
        extract = str(page.extracts[0]["extract"]) if page.extracts else "-"
        where = ", ".join(page.line.sources)
        table.add_row(str(page.line.id), str(page.line.subjects), page.line.severity, where, extract)
    ctx.talk.print(table)
    after = count(ctx.database)
    new = after.incidents - before.incidents
    ctx.talk.print(
        say(
            "demo.summary", leaks=after.leaks, documents=after.leaks + after.quiet, new=new, seconds=seconds,
            home=ctx.folder,
        ),
        soft_wrap=True,
    )  # fmt: skip
    first = pages[0].line.id if pages else 1
    ctx.talk.print(say("demo.try", home=ctx.folder, file=leak_file, incident=first), soft_wrap=True)
