"""What becomes of a leak's posts is told once: gone, there again, changed; and a request to take it down."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.clock import ClockError, clock_error
from incidents.online.liveness import Edit, new_edits, sighted_places, tell_edit, tell_standing
from incidents.online.takedown import takedown_text
from incidents.queries import documents
from tests.incidents.makers import NOW, Leaked, event_kinds, make_capture, make_document, take

if TYPE_CHECKING:
    from core.database import Database

LEAK = Leaked("架空の名簿", (1, 2, 3))


def test_a_post_that_goes_and_comes_back_is_told_each_time_and_once(database: Database) -> None:
    take(database, LEAK)
    gone = NOW + timedelta(hours=1)
    told = []
    for gone_at in (None, gone, gone, None, None, gone + timedelta(days=1)):
        with database.write() as session:
            (place,) = sighted_places(session)
            told.append(tell_standing(session, place, gone_at, now=NOW + timedelta(days=2)))
    assert told == [False, True, False, True, False, True]
    kinds = event_kinds(database)
    assert (kinds.count("taken-down"), kinds.count("back-again")) == (2, 1)


def test_an_edit_is_told_once_with_counts_and_no_word_of_it(database: Database) -> None:
    take(database, LEAK)
    with database.write() as session:
        (place,) = sighted_places(session)
        edited = make_document(session, "架空の名簿\n追加")
        make_capture(session, edited, address=place.address)
    for _ in range(2):
        with database.write() as session:
            edits: list[Edit] = new_edits(session, sighted_places(session))
            for edit in edits:
                tell_edit(session, edit, "架空の名簿", "架空の名簿\n追加", now=NOW)
    assert event_kinds(database).count("edited") == 1


def test_a_request_to_take_it_down_names_place_time_zone_clock_and_hash(database: Database) -> None:
    taken = take(database, LEAK)
    assert taken.incident_id
    with database.read() as session:
        views = documents(session, taken.incident_id)
    for language in ("ja", "en"):
        text = takedown_text(
            views, language=language, contact="csirt@carrier.example", zone="Asia/Tokyo", reference="hinomi-1",
            clock=ClockError(7, is_known=True),
        )  # fmt: skip
        for part in (views[0].address, views[0].sha256, "2026-11-22 12:00:00 +0900", "7", "csirt@carrier.example"):
            assert part in text
        assert "架空の名簿" not in text


def test_the_clocks_error_is_a_number_or_not_known() -> None:
    found = clock_error()
    assert (found.milliseconds > 0) == found.is_known
