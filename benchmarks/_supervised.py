"""A made-up carrier and whom it supervises: processors over three levels with several contracts each, and their years.

What is made is plain data first, which a test counts by hand; `write_carrier` puts the same into a database.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select

from custody.models import LENT, Extract, Holding, Processor, RegisterEvent
from custody.register.history import Act
from custody.register.processors import add_processor
from custody.supervision.check_sheets import shipped_sheets
from custody.supervision.edges import add_edge, change_edge, edge_between, move_edge
from custody.supervision.records import About, add_record, check

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.database import Database

COMPANIES: Final = ("", "架空モバイル", "架空ケーブル", "架空でんき")
ANSWERS: Final = ("yes", "yes", "yes", "no", "partly", "not-applicable", "")
COLUMNS: Final = ("customer_number", "name", "phone", "address", "email")
AT_ONCE: Final = 2000
LIKELY: Final = 0.87
RARELY: Final = 0.05
"""How often what should be there is there, and what should not happen happens."""


@dataclass(frozen=True, slots=True)
class MadeEdge:
    """A contract; ``under`` is empty for one with the carrier or a company of its group."""

    processor: str
    under: str
    company: str
    kind: str
    consent: str
    since: date
    ended_on: date | None
    sheets: tuple[tuple[date, dict[str, str]], ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeLook:
    """An inspection, done or planned, with what it found: a day by which, and a day on which, each was put right."""

    processor: str
    way: str
    due_on: date
    done_on: date | None
    findings: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class MadeLoan:
    """An extract and its one copy."""

    extract: str
    processor: str
    since: date
    due_on: date
    ended_on: date | None
    size: int


@dataclass(slots=True)
class MadeCarrier:
    """Everything of it."""

    levels: list[list[str]]
    edges: list[MadeEdge] = field(default_factory=list)
    looks: list[MadeLook] = field(default_factory=list)
    breaches: list[tuple[str, date]] = field(default_factory=list)
    trainings: list[tuple[str, date]] = field(default_factory=list)
    pledges: list[tuple[str, date]] = field(default_factory=list)
    loans: list[MadeLoan] = field(default_factory=list)


def make_carrier(
    seed: int, *, first: date, last: date, processors: int = 300, edges: int = 900, extracts: int = 5000
) -> MadeCarrier:
    """A carrier with three levels of processors, from a first to a last day."""
    draw = random.Random(seed)
    names = [
        f"架空{draw.choice(('販売', '物流', 'システム', 'コール', '印刷'))}{number:03d}" for number in range(processors)
    ]
    cuts = (max(1, processors // 4), max(1, processors // 2))
    made = MadeCarrier([names[: cuts[0]], names[cuts[0] : cuts[1]], names[cuts[1] :]])
    span = (last - first).days

    def day(since: date = first) -> date:
        return since + timedelta(days=draw.randrange(max(1, (last - since).days + 1)))

    seen = set[tuple[str, str, str, str]]()
    for level, mine in enumerate(made.levels):
        for name in mine:
            _make_edge(draw, made, name, level, first + timedelta(days=draw.randrange(max(1, span // 3))), last, seen)
    tries = 0
    while len(made.edges) < edges and tries < edges * 20:
        tries += 1
        level = draw.randrange(3)
        if made.levels[level]:
            _make_edge(draw, made, draw.choice(made.levels[level]), level, day(), last, seen)
    for name in names:
        since = min(edge.since for edge in made.edges if edge.processor == name)
        _make_years(draw, made, name, since, last)
    for number in range(extracts):
        since = day()
        ended = since + timedelta(days=draw.randrange(20, 700))
        made.loans.append(
            MadeLoan(
                f"extract-{number:05d}", draw.choice(names), since, since + timedelta(days=365),
                ended if ended <= last and draw.random() < LIKELY else None, draw.randrange(100, 1_000_000),
            )
        )  # fmt: skip
    return made


def _make_edge(
    draw: random.Random, made: MadeCarrier, name: str, level: int, since: date, last: date,
    seen: set[tuple[str, str, str, str]],
) -> None:  # fmt: skip
    under = draw.choice(made.levels[level - 1]) if level else ""
    company, kind = draw.choice(COMPANIES), draw.choice(("A", "A", "B", ""))
    if (name, under, company, kind) in seen:
        return
    seen.add((name, under, company, kind))
    ended = since + timedelta(days=draw.randrange(200, 2000))
    sheet = {"A": "processing", "B": "service"}.get(kind, "")
    filled = []
    year = since
    while sheet and year <= last:
        if draw.random() < LIKELY:
            answers = {number: draw.choice(ANSWERS) for number in shipped_sheets()[sheet].question}
            filled.append((year, {number: said for number, said in answers.items() if said}))
        year += timedelta(days=draw.randrange(300, 420))
    made.edges.append(
        MadeEdge(
            name, under, company, kind, draw.choice(("given", "given", "asked", "refused", "")) if under else "",
            since, ended if ended <= last else None, tuple(filled),
            tuple(one for one in ("safety", "secrecy", "sub-processing", "supervision") if draw.random() < LIKELY),
        )
    )  # fmt: skip


def _make_years(draw: random.Random, made: MadeCarrier, name: str, since: date, last: date) -> None:
    year = since + timedelta(days=draw.randrange(1, 300))
    while year <= last + timedelta(days=100):
        done = year + timedelta(days=draw.randrange(-20, 40))
        is_done = done <= last and draw.random() < LIKELY
        findings = []
        for _ in range(draw.choice((0, 0, 1, 2)) if is_done else 0):
            right = done + timedelta(days=draw.randrange(5, 120))
            findings.append((done + timedelta(days=60), right if right <= last else None))
        way = draw.choice(("paper", "paper", "on-site"))
        made.looks.append(MadeLook(name, way, year, done if is_done else None, tuple(findings)))
        if year <= last:
            made.trainings.append((name, year))
        if draw.random() < RARELY and year <= last:
            made.breaches.append((name, year))
        year += timedelta(days=draw.randrange(150, 420))
    if draw.random() < LIKELY:
        made.pledges.append((name, since))


def write_carrier(database: Database, made: MadeCarrier) -> None:
    """Put a made-up carrier into a database, by the same functions as people's forms do; loans in one go."""
    with database.write() as session:
        done = set[str]()
        for edge in made.edges:
            _write_edge(session, edge, is_first=edge.processor not in done)
            done.add(edge.processor)
    with database.write() as session:
        known = {one.name: one for one in session.scalars(select(Processor))}
        for look in made.looks:
            act = _act(look.done_on or look.due_on)
            fields = {"topic": look.way, "due_on": look.due_on, "done_on": look.done_on}
            row_of = add_record(session, "inspection", About(known[look.processor]), fields, act)
            for due_on, done_on in look.findings:
                found = {"words": "是正事項", "happened_on": look.done_on, "due_on": due_on, "done_on": done_on}
                add_record(session, "finding", About(of=row_of), found, act)
        for name, on in made.breaches:
            said = {"words": "契約違反", "happened_on": on, "due_on": on + timedelta(days=30)}
            add_record(session, "breach", About(known[name]), said, _act(on))
        for name, on in made.trainings:
            add_record(session, "training", About(known[name]), {"happened_on": on}, _act(on))
        for name, on in made.pledges:
            add_record(session, "pledge", About(known[name]), {"topic": "start", "happened_on": on}, _act(on))
    _write_loans(database, made)


def _write_edge(session: Session, edge: MadeEdge, *, is_first: bool) -> None:
    act = _act(edge.since)
    if is_first:
        consent = edge.consent if edge.consent != "asked" else ""
        given = {"under": edge.under, "contract_kind": edge.kind, "consent": consent}
        add_processor(session, edge.processor, given, act)
        row = edge_between(session, edge.processor)
        change_edge(session, row, {"company": edge.company, "consent": edge.consent}, act)
    else:
        fields = {"company": edge.company, "contract_kind": edge.kind, "consent": edge.consent}
        row = add_edge(session, edge.processor, edge.under, fields, act, stage="during")
    for number, clause in enumerate(edge.clauses):
        said: dict[str, Any] = {"topic": clause, "result": "present", "happened_on": edge.since}
        made_row = add_record(session, "clause", About(edge=row), said, act)
        if number:
            check(session, made_row, "confirmed", _act(edge.since, "second line"))
    for on, answers in edge.sheets:
        said = {"topic": "processing" if edge.kind == "A" else "service", "happened_on": on, "data": answers}
        add_record(session, "check-sheet", About(edge=row), said, _act(on))
    if edge.ended_on is not None:
        move_edge(session, row, "after", _act(edge.ended_on))


def _write_loans(database: Database, made: MadeCarrier) -> None:
    with database.write() as session:
        holders = dict(session.execute(select(Processor.name, Processor.id)).all())
        extracts, copies, events = [], [], []
        for number, loan in enumerate(made.loans, 1):
            state, at = "returned" if loan.ended_on else LENT, _moment(loan.since)
            extract = {
                "columns": list(COLUMNS), "purpose": "料金請求", "contract_kind": "A", "medium": "", "recipient": "",
                "as_of": loan.since, "due_on": loan.due_on, "size": loan.size,
            }  # fmt: skip
            extracts.append({
                "id": number, "name": loan.extract, "processor_id": holders[loan.processor], "lent_on": loan.since,
                "ended_on": loan.ended_on, "state": state, "added_at": at, **extract,
            })  # fmt: skip
            copy = {"since": loan.since, "state": state, "ended_on": loan.ended_on}
            copies.append({
                "id": number, "extract_id": number, "processor_id": holders[loan.processor], "certificate": "",
                "added_at": at, **copy,
            })  # fmt: skip
            begun = {"since": loan.since, "state": LENT, "ended_on": None, "certificate_on": None, "certificate": ""}
            events.append(_event("extract-added", "extracts", number, None, loan.since, _same(extract)))
            holder = holders[loan.processor]
            events.append(_event("lent", "holdings", number, holder, loan.since, _same(begun)))
            if loan.ended_on:
                ended = {"state": [LENT, state], "ended_on": [None, loan.ended_on.isoformat()]}
                events.append(_event("returned", "holdings", number, holder, loan.ended_on, ended))
        for table, rows in ((Extract, extracts), (Holding, copies), (RegisterEvent, events)):
            for at_first in range(0, len(rows), AT_ONCE):
                session.execute(insert(table), rows[at_first : at_first + AT_ONCE])


def _event(kind: str, about: str, number: int, holder: int | None, on: date, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "about": about, "about_id": number, "extract_id": number, "processor_id": holder,
        "happened_on": on, "recorded_at": _moment(on), "actor": "made up", "reason": "", "changes": changes,
    }  # fmt: skip


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
    return {name: [value, value] for name, value in plain.items()}


def _act(on: date, actor: str = "made up") -> Act:
    return Act(actor, _moment(on), on)


def _moment(on: date) -> datetime:
    return datetime.combine(on, time(9), UTC)
