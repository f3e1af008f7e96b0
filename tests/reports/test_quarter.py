"""The quarterly report counts what a naive list counts, and one of a past quarter does not know what came later."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.actors import Role
from core.settings import load_settings
from custody.register.history import Act
from custody.register.holdings import add_extract, end, get_extract, lend, set_extract
from custody.register.overview import register_on
from custody.register.processors import add_processor, get_processor
from custody.supervision.changes import changes_in
from custody.supervision.edges import add_edge, get_edge, move_edge
from custody.supervision.numbers import CountedPeriod, numbers_of, year_to
from custody.supervision.records import About, add_record, change_record, check, get_record
from incidents import actions
from incidents.clocks.keeping import keep
from incidents.clocks.settling import meet
from incidents.timeline.attention import acknowledge
from reports.errors import ReportError
from reports.filling import ReportSubject, fill
from reports.quarter import Quarter, quarter_of, read_quarter, read_quarter_file
from tests.actors import by
from tests.incidents.makers import Leaked, take

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from custody.models import Extract, Processor
    from reports.values import FilledReport

FIRST, QUARTER = date(2026, 4, 6), Quarter(2026, 3)
DAYS: Final = 270
SUZUKI: Final = by("suzuki", Role.RESPONDER)
NEXT: Final = {"before": ("at", "after"), "at": ("during", "after"), "during": ("after",), "after": ("before",)}


def act(on: date, who: str = "keeper") -> Act:
    return Act(who, noon(on), on)


def noon(on: date) -> datetime:
    return datetime.combine(on, time(3), UTC)


@dataclass(slots=True)
class Notebook:
    """What somebody with a pencil wrote down of the same days."""

    stages: dict[int, tuple[str, str]] = field(default_factory=dict)
    steps: list[tuple[date, str, str]] = field(default_factory=list)
    consents: list[tuple[date, int, str]] = field(default_factory=list)
    done: list[tuple[date, str, str]] = field(default_factory=list)
    tasks: dict[int, tuple[str, list[tuple[date, date]], date | None]] = field(default_factory=dict)

    def was_due(self, number: int, on: date) -> date | None:
        """By when, as of a day."""
        told = [due for said, due in self.tasks[number][1] if said <= on]
        return told[-1] if told else None


@dataclass(slots=True)
class Doer:
    """Does one thing or another on a day, by the same functions as people's forms, and notes it."""

    session: Session
    draw: random.Random
    notes: Notebook
    on: date

    def do_something(self) -> None:
        """One thing."""
        weights = {
            "edge": 1,
            "move": 2,
            "consent": 1,
            "plan": 1,
            "done": 1,
            "find": 1,
            "breach": 1,
            "look": 1,
            "due": 1,
        }
        (deed,) = self.draw.choices(sorted(weights), [weights[one] for one in sorted(weights)])
        getattr(self, deed)()

    @property
    def open_tasks(self) -> list[int]:
        """What is not done yet."""
        return [number for number, one in self.notes.tasks.items() if one[2] is None]

    @property
    def processor(self) -> Processor:
        """One of them."""
        return get_processor(self.session, self.draw.choice("甲乙丙"))

    def edge(self) -> None:
        """A new contract."""
        kind, stage = self.draw.choice(("A", "B", "")), self.draw.choice(("before", "at", "during"))
        fields = {"company": f"会社{len(self.notes.stages)}", "contract_kind": kind}
        under = self.draw.choice(("", "丁"))
        edge = add_edge(self.session, self.processor.name, under, fields, act(self.on), stage=stage)
        self.session.flush()
        self.notes.stages[edge.id] = (stage, kind)
        if stage != "before":
            self.notes.steps.append((self.on, "begun", kind))

    def move(self) -> None:
        """A contract goes on."""
        if not self.notes.stages:
            return
        number = self.draw.choice(sorted(self.notes.stages))
        before, kind = self.notes.stages[number]
        after = self.draw.choice(NEXT[before])
        move_edge(self.session, get_edge(self.session, number), after, act(self.on))
        self.notes.stages[number] = (after, kind)
        said = "begun" if (before, after) == ("before", "at") else "ended" if after == "after" else "moved"
        self.notes.steps.append((self.on, said, kind))

    def consent(self) -> None:
        """What came of asking the carrier."""
        below = [number for number in self.notes.stages if get_edge(self.session, number).parent_id is not None]
        if below:
            number, result = self.draw.choice(below), self.draw.choice(("asked", "given", "refused"))
            about = About(edge=get_edge(self.session, number))
            add_record(self.session, "consent", about, {"result": result, "happened_on": self.on}, act(self.on))
            self.notes.consents.append((self.on, number, result))

    def plan(self) -> None:
        """An inspection is planned."""
        fields = {"topic": self.draw.choice(("paper", "on-site"))}
        self.put("inspection", About(self.processor), fields)

    def find(self) -> None:
        """An inspection found something."""
        looks = [number for number, one in self.notes.tasks.items() if one[0] == "inspection"]
        if looks:
            of = get_record(self.session, self.draw.choice(looks))
            said = {"words": f"鍵{len(self.notes.tasks)}", "happened_on": self.on, "person": "田中"}
            self.put("finding", About(of=of), said)

    def breach(self) -> None:
        """A contract was broken."""
        self.put("breach", About(self.processor), {"words": "違反", "happened_on": self.on})
        self.notes.done.append((self.on, "breach", ""))

    def put(self, kind: str, about: About, fields: dict[str, Any]) -> None:
        """A record with a day by which."""
        due = self.on + timedelta(days=self.draw.randrange(60))
        made = add_record(self.session, kind, about, fields | {"due_on": due}, act(self.on))
        self.session.flush()
        self.notes.tasks[made.id] = (kind, [(self.on, due)], None)

    def done(self) -> None:
        """Something is done."""
        if self.open_tasks:
            number = self.draw.choice(self.open_tasks)
            made = change_record(self.session, get_record(self.session, number), {"done_on": self.on}, act(self.on))
            kind, due, _ = self.notes.tasks[number]
            self.notes.tasks[number] = (kind, due, self.on)
            if kind == "inspection":
                self.notes.done.append((self.on, "inspection", made.topic))

    def look(self) -> None:
        """The second line looks at a record."""
        if self.notes.tasks:
            made = get_record(self.session, self.draw.choice(sorted(self.notes.tasks)))
            said = (self.draw.choice(("confirmed", "objected")), self.on, self.draw.choice(("second", "third")))
            if said != (made.check_result, made.checked_on, made.checked_by):
                check(self.session, made, said[0], act(self.on, said[2]), words="理由")
                self.notes.done.append((self.on, "check", said[0]))

    def due(self) -> None:
        """Another day by which."""
        if self.open_tasks:
            number, due = self.draw.choice(self.open_tasks), self.on + timedelta(days=self.draw.randrange(60))
            change_record(self.session, get_record(self.session, number), {"due_on": due}, act(self.on))
            self.notes.tasks[number][1].append((self.on, due))


def live_through(session: Session, draw: random.Random, notes: Notebook, first: date, days: int) -> None:
    """Some days of a carrier's supervision."""
    for place in range(days):
        for _ in range(draw.randrange(3)):
            Doer(session, draw, notes, first + timedelta(days=place)).do_something()


def begin(session: Session) -> None:
    for name in "甲乙丙丁":
        add_processor(session, name, {}, act(FIRST))
    session.flush()


def by_hand(notes: Notebook, first: date, last: date) -> dict[str, Any]:
    """The counts of a period, from the notebook, one line after another."""
    consents: Counter[str] = Counter()
    said: dict[int, str] = {}
    for on, number, result in notes.consents:
        was, said[number] = said.get(number, ""), result
        if first <= on <= last:
            consents["withdrawn" if was == "given" and result == "refused" else result] += 1
    dates: Counter[tuple[str, str]] = Counter()
    still_open = 0
    for number, (kind, _, done) in notes.tasks.items():
        due = notes.was_due(number, last)
        if due is None:
            continue  # not known yet
        is_done = done is not None and done <= last
        still_open += kind == "finding" and not is_done
        if first <= due <= last:
            kept = "missed" if done is None or not is_done else "late" if done > due else "reached"
            dates[kind, kept] += 1
    happened = Counter((kind, of) for on, kind, of in notes.done if first <= on <= last)
    return {
        "contracts": Counter((step, kind) for on, step, kind in notes.steps if first <= on <= last),
        "consents": consents, "done": happened, "dates": dates, "open": still_open,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_what_changed_equals_a_count_by_hand(database: Database, seed: int) -> None:
    draw, notes = random.Random(seed), Notebook()  # noqa: S311  # made-up days
    with database.write() as session:
        begin(session)
        live_through(session, draw, notes, FIRST, DAYS)
        # the first contracts of the four, which nobody noted
        first_ones = Counter({("begun", ""): 4})
        for quarter in (Quarter(2026, 2), Quarter(2026, 3), Quarter(2026, 4)):
            found = changes_in(session, CountedPeriod(quarter.first, quarter.last), date(2027, 3, 1))
            wanted = by_hand(notes, quarter.first, quarter.last)
            more = first_ones if quarter.number == 2 else Counter()
            assert Counter(found.contracts) == wanted["contracts"] + more
            assert Counter(found.consents) == wanted["consents"]
            done = Counter({("inspection", way): n for way, n in found.inspections.items()})
            done.update({("check", result): n for result, n in found.checks.items()})
            done[("breach", "")] = found.breaches
            assert +done == wanted["done"]
            assert Counter((one.kind, one.kept) for one in found.dates) == wanted["dates"]
            assert len(found.open_actions) == wanted["open"]


@pytest.mark.parametrize("seed", range(4))
def test_a_past_quarter_does_not_know_what_came_later(database: Database, home: Path, seed: int) -> None:
    """Asked at its end or long after it, its report says the same."""
    draw, notes, settings = random.Random(seed), Notebook(), load_settings(home)  # noqa: S311  # made-up days
    with database.write() as session:
        begin(session)
        for number in range(6):
            add_extract(session, f"x{number}", {"columns": ["name"], "as_of": FIRST, "size": 9}, act(FIRST))
            set_extract(session, f"x{number}", {"due_on": date(2026, 7, 10) + timedelta(days=20 * number)}, act(FIRST))
            lend(session, found_extract(session, number), get_processor(session, "甲"), act(FIRST))
        live_through(session, draw, notes, FIRST, (QUARTER.end - FIRST).days)
        end(session, "x1", "甲", "return", act(QUARTER.first + timedelta(days=30)))
    days = sorted(QUARTER.first + timedelta(days=draw.randrange(60)) for _ in range(5))
    numbers = [
        leak(database, f"list {place}", tuple(range(place * 9, place * 9 + 3)), on) for place, on in enumerate(days)
    ]
    with database.write() as session:
        for number in numbers[:3]:
            acknowledge(session, number, actor=SUZUKI, now=noon(QUARTER.end - timedelta(days=20)))
            keep(session, number, now=noon(QUARTER.end - timedelta(days=20)))
        actions.act(session, numbers[0], "confirm-csirt", actor=SUZUKI, now=noon(QUARTER.end - timedelta(days=10)))
    before = report(database, settings, noon(QUARTER.end))

    with database.write() as session:
        live_through(session, draw, notes, QUARTER.end, 100)
        for number in (0, 2, 3):
            end(session, f"x{number}", "甲", "return", act(QUARTER.end + timedelta(days=5)))
        set_extract(session, "x4", {"due_on": date(2027, 1, 1)}, act(QUARTER.end + timedelta(days=3)))
        later = noon(QUARTER.end + timedelta(days=40))
        meet(session, numbers[0], "jp-appi-authority/first-report", reference="R", at=later, actor=SUZUKI, now=later)
        for number in numbers[1:3]:
            actions.act(session, number, "dismiss", reason="x", actor=SUZUKI, now=later)
    leak(database, "one more", (0, 1, 2), QUARTER.end + timedelta(days=41))
    leak(database, "another", (5000, 5001, 5002), QUARTER.end + timedelta(days=42))
    after = report(database, settings, noon(date(2027, 2, 1)))
    assert before.items == after.items
    assert before.title == after.title
    assert before.head != after.head, "when it was asked"


def found_extract(session: Session, number: int) -> Extract:
    return get_extract(session, f"x{number}")


def leak(database: Database, content: str, members: tuple[int, ...], on: date) -> int:
    return take(database, Leaked(content, members), now=noon(on)).incident_id or 0


def report(database: Database, settings: Any, now: datetime) -> FilledReport:
    with database.read() as session:
        return fill(session, "quarterly", ReportSubject(quarter=QUARTER.written), settings, now=now)


def test_the_numbers_are_those_of_the_command(database: Database, home: Path) -> None:
    draw, notes = random.Random(9), Notebook()  # noqa: S311  # made-up days
    with database.write() as session:
        begin(session)
        live_through(session, draw, notes, FIRST, DAYS)
    with database.read() as session:
        found = read_quarter_file(session, QUARTER, load_settings(home), language="ja", now=noon(date(2027, 1, 9)))
        for day, side in ((QUARTER.last, "now"), (Quarter(2026, 2).last, "before")):
            wanted = {one.key: one.count for one in numbers_of(session, year_to(day), register_on(session, day))}
            assert {one.number.key: getattr(one, side) for one in found.numbers if getattr(one, side)} == {
                key: count for key, count in wanted.items() if count
            }


@given(st.dates(date(2001, 1, 1), date(2099, 1, 1)))
def test_a_quarter_has_two_names_and_they_are_one(day: date) -> None:
    quarter = quarter_of(day)
    assert quarter.first <= day < quarter.end
    assert read_quarter(quarter.written) == quarter
    assert read_quarter(quarter.fiscal) == quarter
    months = (day.year - 2000) * 12 + day.month - 4  # since April 2000, where a fiscal year began
    assert quarter.fiscal == f"FY{2000 + months // 12}-Q{months % 12 // 3 + 1}"
    assert quarter.before.end == quarter.first


def test_a_quarter_by_the_fiscal_year_stands_in_the_title(database: Database, home: Path) -> None:
    title = report(database, load_settings(home), noon(QUARTER.end)).title
    assert all("2026-Q3" in one and "FY2026-Q2" in one for one in title.values())
    for wrong in ("FY2026-Q5", "fy2026-Q1", "FY26-Q1", "2026Q1"):
        with pytest.raises(ReportError):
            read_quarter(wrong)
