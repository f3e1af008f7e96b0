"""A list of incidents equals what a person would pick and sort by hand, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from incidents.desk.front import overview, unacknowledged
from incidents.desk.lists import ListFilter, list_page, most_urgent
from incidents.models import Incident
from incidents.timeline.attention import acknowledge
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, take, wipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.database import Database

GRAVITY = ["critical", "high", "medium", "low"]
STANDING = ["open", "confirmed", "contained", "closed", "dismissed"]


@dataclass(frozen=True)
class Made:
    """An incident as a test wants it."""

    severity: str
    state: str
    assignee: str
    subjects: int
    minutes: int


MADE = st.builds(
    Made,
    severity=st.sampled_from(GRAVITY),
    state=st.sampled_from(STANDING),
    assignee=st.sampled_from(["", "aoi", "kenji"]),
    subjects=st.integers(1, 5),
    minutes=st.integers(0, 4),
)


def put(database: Database, made: Sequence[Made]) -> list[Incident]:
    """Write them; gives them back as they were numbered."""
    rows = [
        Incident(
            severity=one.severity, state=one.state, assignee=one.assignee, subjects=one.subjects,
            opened_at=NOW + timedelta(minutes=one.minutes), updated_at=NOW, first_seen_at=NOW,
            members=BitMap(range(one.subjects)).serialize(),
        )
        for one in made
    ]  # fmt: skip
    with database.write() as session:
        session.add_all(rows)
        session.flush()
        session.expunge_all()
    return rows


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(
    made=st.lists(MADE, max_size=9),
    severity=st.sampled_from(["", *GRAVITY]),
    states=st.lists(st.sampled_from(STANDING), max_size=2, unique=True),
    assignee=st.sampled_from(["", "-", "aoi"]),
    size=st.integers(1, 4),
)
def test_pages_put_together_are_what_a_person_would_pick(
    database: Database, made: list[Made], severity: str, states: list[str], assignee: str, size: int
) -> None:
    wipe(database)
    rows = put(database, made)
    picked = [
        row
        for row in rows
        if (not severity or row.severity == severity)
        and (not states or row.state in states)
        and (not assignee or row.assignee == ("" if assignee == "-" else assignee))
    ]
    picked.sort(key=lambda r: (GRAVITY.index(r.severity), STANDING.index(r.state), -r.opened_at.timestamp(), -r.id))
    wanted = ListFilter(states=tuple(states), severity=severity, assignee=assignee)
    found: list[int] = []
    with database.read() as session:
        first = list_page(session, wanted, language="en", size=size)
        for page in range(1, first.pages + 1):
            found += [line.id for line in list_page(session, wanted, language="en", page=page, size=size).lines]
    assert first.total == len(picked)
    assert found == [row.id for row in picked]
    for level, count in first.by_severity.items():
        others = ListFilter(states=tuple(states), severity=level, assignee=assignee)
        with database.read() as session:
            assert list_page(session, others, language="en").total == count


def test_beyond_the_last_page_is_the_last_page(database: Database) -> None:
    put(database, [Made("low", "open", "", 1, n) for n in range(3)])
    with database.read() as session:
        assert list_page(session, ListFilter(), language="en", page=99, size=2).page == 2
        assert list_page(session, ListFilter(only=[]), language="en").total == 0


def test_an_incident_is_found_by_the_source_of_what_was_merged_into_it(database: Database) -> None:
    whole = take(database, Leaked("a list", tuple(range(50))), source="one-board").incident_id
    part = take(database, Leaked("another", tuple(range(100, 150))), source="other-board").incident_id
    with database.write() as session:
        session.get_one(Incident, part).merged_into = whole
    with database.read() as session:
        found = list_page(session, ListFilter(source="other-board"), language="en")
    assert [line.id for line in found.lines] == [whole]


def test_the_first_page_has_the_gravest_first_and_counts_all(database: Database) -> None:
    put(
        database,
        [Made("low", "open", "", 2, 9), Made("critical", "confirmed", "aoi", 3, 0), Made("high", "closed", "", 9, 5)],
    )
    with database.read() as session:
        shown = overview(session, language="ja")
        assert [line.severity for line in shown.live] == ["critical", "low"]
        assert shown.subjects_concerned == 5
        assert shown.counts_by_state == {"open": 1, "confirmed": 1, "closed": 1}
        assert [line.severity for line in most_urgent(session, language="ja", limit=1)] == ["critical"]
        assert unacknowledged(session) == 1
    with database.write() as session:
        acknowledge(session, 1, actor=by("aoi"), now=NOW)
    with database.read() as session:
        assert unacknowledged(session) == 0
