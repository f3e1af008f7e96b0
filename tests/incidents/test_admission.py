"""Findings open incidents and join them: reposts, samples, wholes, in any order, once."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import select

from incidents import actions, queries
from incidents.desk.front import overview
from incidents.errors import NoIncidentError
from incidents.models import Event, FindingRow, Incident, Sighting
from incidents.same_leak import LeakContent, is_same_leak
from tests.actors import by
from tests.incidents.finishing import finish
from tests.incidents.makers import NOW, Leaked, event_kinds, make_document, partition, repost, take, wipe

if TYPE_CHECKING:
    from core.database import Database

WHOLE = Leaked("the whole list", tuple(range(100)))
SAMPLE = Leaked("a sample", tuple(range(10)))
OTHERS = Leaked("other people", tuple(range(500, 520)))


def test_a_leak_opens_an_incident_with_its_figures(database: Database) -> None:
    taken = take(database, WHOLE)
    assert taken.opened
    with database.read() as session:
        line = queries.incident_line(session, taken.incident_id or 0, language="en")
    assert (line.state, line.severity, line.subjects, line.people, line.documents) == ("open", "high", 100, 101, 1)
    assert line.title == "my-paste: 100 of our customers (name, phone)"
    assert line.first_seen_at == NOW - timedelta(hours=1)
    assert event_kinds(database) == ["sighting", "opened"]


def test_many_of_ours_in_somebody_elses_list_are_told_one_step_below_a_leak(database: Database) -> None:
    taken = take(database, Leaked("many among others", tuple(range(2377)), "overlap"))
    assert taken.opened
    with database.read() as session:
        line = queries.incident_line(session, taken.incident_id or 0, language="en")
    assert (line.subjects, line.severity) == (2377, "high")


@pytest.mark.parametrize("verdict", ["overlap", "unread", "clear"])
def test_what_is_no_leak_is_recorded_and_opens_nothing(database: Database, verdict: str) -> None:
    assert take(database, Leaked("somebody else's list", (1, 2), verdict)).incident_id is None
    with database.read() as session:
        assert [finding.verdict for finding in queries.other_findings(session, verdict=verdict)] == [verdict]
        assert queries.list_incidents(session, language="en") == []
        assert overview(session, language="ja").findings_by_verdict == {verdict: 1}


def test_a_reposted_leak_opens_no_second_incident(database: Database) -> None:
    first = take(database, WHOLE)
    assert repost(database, WHOLE.content, source="forum", address="http://forum.invalid/1") == first.incident_id
    with database.read() as session:
        page = queries.incident(session, first.incident_id or 0, language="ja")
    assert [view.is_repost for view in page.documents] == [False, True]
    assert page.line.sightings == 2
    assert page.line.documents == 1
    assert event_kinds(database) == ["sighting", "opened", "repost"]


def test_a_sample_joins_its_whole_and_other_people_do_not(database: Database) -> None:
    first = take(database, SAMPLE)
    joined = take(database, WHOLE)
    assert (joined.incident_id, joined.opened) == (first.incident_id, False)
    assert take(database, OTHERS).opened
    with database.read() as session:
        line = queries.incident_line(session, first.incident_id or 0, language="en")
    assert (line.subjects, line.documents) == (100, 2)
    assert event_kinds(database, first.incident_id) == ["sighting", "opened", "sighting", "grew", "severity"]


def test_taking_the_same_document_again_adds_nothing(database: Database) -> None:
    take(database, WHOLE)
    before = event_kinds(database)
    take(database, WHOLE)
    assert event_kinds(database) == before


def test_a_later_index_adds_to_the_incident_of_the_content(database: Database) -> None:
    first = take(database, SAMPLE)
    again = take(database, Leaked(SAMPLE.content, tuple(range(12))), generation=2)
    assert (again.incident_id, again.opened) == (first.incident_id, False)
    with database.read() as session:
        line = queries.incident_line(session, first.incident_id or 0, language="en")
    assert (line.subjects, line.documents, line.sightings) == (12, 1, 1)
    assert event_kinds(database) == ["sighting", "opened", "rescanned", "grew"]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_a_new_place_is_told_with_what_the_newest_index_found(database: Database, order: tuple[int, ...]) -> None:
    for generation in order:
        take(database, Leaked(SAMPLE.content, tuple(range(10 + generation))), generation=generation)
    repost(database, SAMPLE.content, source="forum", address="http://forum.invalid/1")
    with database.read() as session:
        told = session.scalars(select(Event).where(Event.kind == "repost")).one().data
        newest = session.scalars(select(FindingRow).where(FindingRow.generation == 3)).one()
        sighting = session.scalars(select(Sighting).order_by(Sighting.capture_id.desc())).first()
    assert (told["finding_id"], told["subjects"]) == (newest.id, 13)
    assert sighting is not None
    assert sighting.finding_id == newest.id


def test_a_document_that_ties_two_incidents_together_merges_them_and_a_split_undoes_it(database: Database) -> None:
    left, right = Leaked("left", tuple(range(10))), Leaked("right", tuple(range(10, 20)))
    ids = [take(database, left).incident_id, take(database, right).incident_id]
    assert take(database, Leaked("both", tuple(range(20)))).incident_id == ids[0]
    assert len(partition(database)) == 1
    with database.read() as session:
        page = queries.incident(session, ids[0] or 0, language="ja")
        assert [line.id for line in queries.list_incidents(session, language="ja")] == [ids[0]]
    assert [part.id for part in page.merged] == [ids[1]]
    assert page.line.documents == 3
    with database.write() as session:
        actions.split(session, ids[1] or 0, actor=by("suzuki"), reason="two sellers", now=NOW)
    with database.read() as session:
        assert queries.incident_line(session, ids[0] or 0, language="ja").documents == 2
        assert queries.incident_line(session, ids[1] or 0, language="ja").documents == 1


@pytest.mark.parametrize(
    ("done", "after_repost"),
    [
        (["confirm-csirt", "contain"], "confirmed"),
        (["confirm-csirt", "contain", "close"], "confirmed"),
        (["dismiss"], "dismissed"),
    ],
)
def test_what_was_over_comes_back_with_a_repost_unless_it_was_dismissed(
    database: Database, done: list[str], after_repost: str
) -> None:
    incident_id = take(database, WHOLE).incident_id or 0
    with database.write() as session:
        for action in done:
            if action == "close":
                finish(session, incident_id)
            actions.act(session, incident_id, action, actor=by("suzuki"), reason="test data", now=NOW)
    repost(database, WHOLE.content, source="forum", address="http://forum.invalid/1")
    with database.read() as session:
        assert queries.incident_line(session, incident_id, language="ja").state == after_repost


def test_a_dismissed_incident_comes_back_when_it_shows_further_customers(database: Database) -> None:
    incident_id = take(database, SAMPLE).incident_id or 0
    with database.write() as session:
        actions.act(session, incident_id, "dismiss", actor=by("suzuki"), reason="test data", now=NOW)
    take(database, WHOLE)
    with database.read() as session:
        assert queries.incident_line(session, incident_id, language="ja").state == "open"


MANY = 10  # customers in somebody else's list from which it is told about


leaks = st.lists(
    st.builds(
        Leaked,
        content=st.sampled_from("abcdefgh"),
        members=st.sets(st.integers(0, 24), min_size=1, max_size=20).map(lambda s: tuple(sorted(s))),
        verdict=st.sampled_from(["leak", "leak", "leak", "overlap", "unread", "clear"]),
    ),
    max_size=7,
    unique_by=lambda leaked: leaked.content,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(leaks=leaks, data=st.data())
@example(leaks=[WHOLE, SAMPLE, OTHERS, Leaked("both", tuple(range(60, 520)))], data=None)
def test_any_order_of_documents_gives_the_same_incidents(
    database: Database, leaks: list[Leaked], data: st.DataObject | None
) -> None:
    told = [
        leak for leak in leaks if leak.verdict == "leak" or (leak.verdict == "overlap" and len(leak.members) >= MANY)
    ]
    expected = {frozenset(group) for group in _connected(told)}
    orders = [leaks, leaks[::-1]] if data is None else [data.draw(st.permutations(leaks))]
    for order in orders:
        wipe(database)
        for leaked in order + order[:2]:  # some come twice
            take(database, leaked)
        with database.read() as session:
            names = {make_document(session, leaked.content).sha256: leaked.content for leaked in leaks}
        assert {frozenset(names[sha256] for sha256 in group) for group in partition(database)} == expected


def _connected(leaks: list[Leaked]) -> list[set[str]]:
    """The naive reading of the law: contents that are one leak, directly or by way of others."""
    groups = [{leak.content} for leak in leaks]
    for one, other in itertools.combinations(leaks, 2):
        pair = [LeakContent(leak.content, leak.sketch, BitMap(leak.members)) for leak in (one, other)]
        if is_same_leak(*pair):
            together = [group for group in groups if group & {one.content, other.content}]
            groups = [group for group in groups if group not in together] + [set().union(*together)]
    return groups


def test_figures_do_not_depend_on_the_order(database: Database) -> None:
    figures = set()
    for order in itertools.permutations([WHOLE, SAMPLE, Leaked("both", tuple(range(40, 130)))]):
        wipe(database)
        for leaked in order:
            take(database, leaked)
        with database.read() as session:
            (line,) = queries.list_incidents(session, language="en")
            figures.add((line.subjects, line.people, line.documents, line.sightings, line.severity, str(line.fields)))
    assert len(figures) == 1


def test_a_held_document_is_never_given_to_retention(database: Database) -> None:
    take(database, WHOLE)
    take(database, Leaked("nothing", (), "clear"))
    with database.read() as session:
        assert make_document(session, WHOLE.content).held
        assert not make_document(session, "nothing").held


def test_an_incident_of_another_number_is_not_there(database: Database) -> None:
    with database.read() as session:
        assert session.get(Incident, 1) is None
        with pytest.raises(NoIncidentError, match="no incident 1"):
            queries.incident(session, 1, language="en")
