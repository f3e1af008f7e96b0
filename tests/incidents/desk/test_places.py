"""Places a page at a time, the customers of an incident, trends: each equals a naive count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from pyroaring import BitMap
from sqlalchemy import select

from crawler.models import SeenPost
from crawler.record.standing import tally
from incidents import actions, queries
from incidents.desk.affected import affected_page, affected_subjects
from incidents.desk.places import place_page, places_of, telling_of
from incidents.desk.trends import Share, sum_by, trends
from incidents.models import FindingMatch, FindingRow
from tests.actors import by
from tests.incidents.makers import NOW, Leaked, repost, take

if TYPE_CHECKING:
    from core.database import Database

ZONE = "Asia/Tokyo"


def leak(database: Database, places: int = 1) -> int:
    taken = take(database, Leaked("a list", tuple(range(30))))
    for number in range(1, places):
        repost(
            database, "a list", source="board", address=f"http://board.invalid/{number}",
            now=NOW + timedelta(minutes=number),
        )  # fmt: skip
    return taken.incident_id or 0


def test_pages_of_places_hold_every_place_once_the_latest_first(database: Database) -> None:
    incident_id = leak(database, places=7)
    with database.read() as session:
        pages = [place_page(session, incident_id, page=n, size=3) for n in (1, 2, 3)]
        every = queries.documents(session, incident_id)
    shown = [view for page in pages for view in page.views]
    assert [page.total for page in pages] == [7, 7, 7]
    assert [view.capture_id for view in shown] == [view.capture_id for view in reversed(every)]
    assert [view.is_repost for view in shown] == [view.is_repost for view in reversed(every)]


def test_the_tally_counts_places_that_stand_are_gone_or_are_not_looked_at(database: Database) -> None:
    incident_id = leak(database, places=4)
    with database.write() as session:
        for number, gone in ((1, None), (2, NOW + timedelta(hours=5))):
            session.add(
                SeenPost(
                    source="board", key=str(number), entry="", address=f"http://board.invalid/{number}", sha256="",
                    first_at=NOW, last_at=NOW + timedelta(hours=number), gone_at=gone,
                )
            )  # fmt: skip
    with database.read() as session:
        found = tally(session, places_of(session, incident_id))
    assert (found.places, found.there, found.gone) == (4, 1, 1)
    assert found.looked_at == NOW + timedelta(hours=1)
    assert found.gone_at == NOW + timedelta(hours=5)


def test_the_document_with_most_customers_tells(database: Database) -> None:
    incident_id = leak(database)
    with database.write() as session:
        finding = session.scalars(select(FindingRow)).one()
        finding.extracts, finding.limits = [{"extract": "sales", "covered": 30, "score": 4.0}], ["cut", "cut"]
    with database.read() as session:
        telling = telling_of(session, incident_id, zone=ZONE)
    assert [one["extract"] for one in telling.extracts] == ["sales"]
    assert telling.limits == ("cut",)


def test_customers_are_filtered_by_what_was_seen_and_by_whom_an_extract_holds(database: Database) -> None:
    incident_id = leak(database)
    with database.write() as session:
        finding = session.scalars(select(FindingRow)).one()
        for subject in range(10):
            fields = {"name": 1.0} | ({"phone": 0.5} if subject % 2 else {})
            session.add(
                FindingMatch(
                    finding_id=finding.id, position=subject, subject=subject, confidence=0.9, fields=fields,
                    weights={}, place={},
                )
            )  # fmt: skip
    with database.read() as session:
        assert affected_subjects(session, incident_id) == BitMap(range(30))
        assert affected_subjects(session, incident_id, field="phone") == BitMap([1, 3, 5, 7, 9])
        assert affected_subjects(session, incident_id, field="phone", within=BitMap([3, 4, 99])) == BitMap([3])
        page = affected_page(session, incident_id, BitMap(range(30)), page=2, size=8)
    assert [one.subject for one in page.lines] == list(range(8, 16))
    assert page.lines[1].fields == {"name": 1.0, "phone": 0.5}
    assert page.lines[2].fields == {}
    assert page.pages == 4


def test_trends_count_weeks_sources_and_times(database: Database) -> None:
    first = leak(database)
    other = take(database, Leaked("other", tuple(range(100, 150))), source="board", now=NOW + timedelta(days=8))
    dismissed = take(database, Leaked("third", tuple(range(200, 250))), source="board", now=NOW + timedelta(days=9))
    with database.write() as session:
        actions.act(session, first, "confirm-csirt", actor=by("aoi"), now=NOW + timedelta(hours=2))
        actions.act(session, first, "contain", actor=by("aoi"), now=NOW + timedelta(hours=5))
        actions.act(session, dismissed.incident_id or 0, "dismiss", actor=by("aoi"), now=NOW, reason="no")
    with database.read() as session:
        found = trends(
            session, date(2026, 11, 16), date(2026, 12, 6), since=datetime(2026, 11, 15, 15, tzinfo=UTC),
            until=datetime(2026, 12, 6, 15, tzinfo=UTC), zone=ZONE,
        )  # fmt: skip
    assert (found.leaks, found.dismissed) == (2, 1)
    assert [(week.begins.day, week.leaks) for week in found.weeks] == [(16, 1), (23, 0), (30, 1)]
    assert found.by_source == (Share("board", 1, 50), Share("my-paste", 1, 30))
    assert [span.median_s for span in found.spans["detect"]] == [3600.0]
    assert [span.median_s for span in found.spans["confirm"]] == [7200.0]
    assert [span.median_s for span in found.spans["contain"]] == [18_000.0]
    assert other.incident_id


def test_extracts_are_summed_up_by_who_holds_them() -> None:
    shares = [Share("a", 2, 10), Share("b", 1, 5), Share("c", 4, 1)]
    assert sum_by(shares, {"a": "X", "b": "X"}, "nobody") == (Share("nobody", 4, 1), Share("X", 3, 15))
