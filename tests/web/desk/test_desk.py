"""The pages of the desk: what they answer, who may take what, what never stands on them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from pyroaring import BitMap
from sqlalchemy import select

from archive.models import Capture
from core.actors import SYSTEM, Role
from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.register.history import Act
from custody.register.holdings import add_extract, lend
from custody.register.processors import add_processor
from fingerprints.secrets.keys import create_key
from incidents.actions import take_capture
from incidents.findings import NewFinding, record_finding
from incidents.models import Event, FindingRow, Incident, LeakExtract, PastRanking
from incidents.timeline.events import add_event
from root_cause.stored import store_ranking
from tests.fingerprints.people import customers
from tests.incidents.makers import event_kinds
from tests.web.people import another
from tests.web.scene import form_mark
from tests.web.test_cause import FOUND, ROW

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene


@pytest.fixture
def enrolled(settings: Settings, database: Database, clock: SetClock, tmp_path: Path) -> None:
    """An index of the scene's customers, all lent as one extract."""
    file = tmp_path / "customers.csv"
    columns = customers(range(60))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    key = create_key(settings.home / "key")
    lending = Lending("sales-2026-04", date(2026, 4, 1))
    Enroller(settings, key, database, clock).enrol(file, understand(file), lending, processes=1)


def test_the_page_answers_the_seven_questions(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    act = Act(actor="山口", now=clock.now(), on=date(2026, 4, 1))
    with database.write() as session:
        above = add_processor(session, "架空販売", {"contract_kind": "A", "contact": "privacy@sales.example"}, act)
        under = add_processor(session, "再委託先", {"under": above.name, "contact": "desk@under.example"}, act)
        lend(session, add_extract(session, "sales-2026-04", {"size": 700}, act), under, act)
        found = {**FOUND, "conclusion": "holder", "holders": [ROW], "sentences": {"en": "x", "ja": "x"}}
        store_ranking(session, scene.incident_id, "basis", found, clock.now())
    page = browser.get(f"/incidents/{scene.incident_id}").text
    for answer in (
        "40 customers of ours", "sales-2026-04", "再委託先", "desk@under.example", "consent: not on record",
        "operator ●●1", "not watched" if "not watched" in page else "nobody looks again", "What to do next",
        "Say that you look after it", "after it was posted",
    ):  # fmt: skip
        assert answer in page
    assert scene.secret not in page


def test_what_is_next_follows_what_is_done(browser: TestClient, scene: Scene) -> None:
    page = f"/incidents/{scene.incident_id}"
    mark = form_mark(browser, page)
    assert f'action="{page}/acknowledge"' in browser.get(page).text
    browser.post(f"{page}/acknowledge", data={"form_mark": mark})
    assert "#do-confirm-csirt" in browser.get(page).text
    opened = browser.get(f"{page}?do=confirm-csirt").text
    assert '<details name="action" id="do-confirm-csirt" open>' in opened
    browser.post(f"{page}/act", data={"form_mark": mark, "action": "confirm-csirt"})
    assert "Compare the customers with the access records" in browser.get(page).text


def test_a_leak_at_many_places_is_shown_a_page_at_a_time_and_stays_small(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    with database.write() as session:
        first = session.scalars(select(Capture).where(Capture.source == "my-paste")).one()
        for number in range(300):
            capture = Capture(
                document_id=first.document_id, source="board", address=f"http://board.invalid/{number}", author="x",
                posted_at=None, posted_as_written="", fetched_at=clock.now(), warc_file="a", warc_offset=0,
            )  # fmt: skip
            session.add(capture)
            session.flush()
            take_capture(session, capture, now=clock.now())
        for _ in range(200):
            add_event(
                session, "note", actor=SYSTEM, now=clock.now(), incident_id=scene.incident_id, data={"text": "x" * 300}
            )
    answer = browser.get(f"/incidents/{scene.incident_id}")
    assert len(answer.content) < 150_000
    assert "Page 1 of 13" in answer.text
    assert "http://paste.example" not in answer.text
    assert "http://paste.example" in browser.get(f"/incidents/{scene.incident_id}?places=13").text


@pytest.mark.usefixtures("enrolled")
def test_customers_are_listed_masked_and_their_numbers_are_taken_on_the_record(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    page = f"/incidents/{scene.incident_id}/customers"
    shown = browser.get(page)
    assert "40 customers" in shown.text
    assert "#17" in shown.text
    assert "1 customers" in browser.get(f"{page}?field=phone").text
    assert "40 customers" in browser.get(f"{page}?extract=sales-2026-04").text
    mark = form_mark(browser, page)
    assert browser.post(page, data={"form_mark": mark, "reason": " "}).status_code == 400
    answer = browser.post(page, data={"form_mark": mark, "reason": "本人通知"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 41
    numbers = [row[0] for row in rows[1:]]
    assert len(set(numbers)) == 40
    assert all(number not in shown.text for number in numbers)
    with database.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "numbers-listed")).one()
    assert event.data["subjects"] == 40
    assert event.data["reason"] == "本人通知"


@pytest.mark.usefixtures("enrolled")
def test_a_data_owner_takes_the_numbers_of_their_own_extracts_alone(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    with database.write() as session:
        session.get_one(Incident, scene.incident_id).members = BitMap([3, 5, 900]).serialize()
    page = f"/incidents/{scene.incident_id}/customers"
    own = another(browser.app, database, clock, "owner", Role.DATA_OWNER, extracts=("sales-*",))  # type: ignore[arg-type]
    answer = own.post(page, data={"form_mark": form_mark(own, page), "reason": "notify"})
    assert answer.text.count("\r\n") == 3  # the heading and two customers; number 900 is in no extract of theirs
    both = another(  # who may look at everything as an auditor still takes no more than their own
        browser.app,  # type: ignore[arg-type]
        database,
        clock,
        "both",
        Role.DATA_OWNER,
        Role.AUDITOR,
        extracts=("sales-*",),
    )
    with database.write() as session:
        finding = session.scalars(select(FindingRow)).first()
        assert finding is not None
        session.add(LeakExtract(extract="roaming-2026", finding_id=finding.id))
    answer = both.post(page, data={"form_mark": form_mark(both, page), "reason": "notify"})
    assert answer.text.count("\r\n") == 3
    other = another(browser.app, database, clock, "other", Role.DATA_OWNER, extracts=("calls-*",))  # type: ignore[arg-type]
    assert other.get(page).status_code == 404
    auditor = another(browser.app, database, clock, "audit", Role.AUDITOR)  # type: ignore[arg-type]
    assert auditor.get(page).status_code == 200
    assert auditor.post(page, data={"form_mark": form_mark(auditor, "/account"), "reason": "x"}).status_code == 403


def test_two_documents_stand_side_by_side_masked_and_the_look_is_recorded(
    browser: TestClient, scene: Scene, database: Database, archive: Archive, clock: SetClock
) -> None:
    assert browser.get(f"/incidents/{scene.incident_id}/compare").status_code == 404  # there is only one
    kept = archive.hand_in(
        "新規リスト\n氏名,電話番号\n佐伯 実花,090-0000-4127\n値下げ\n".encode(), "b.txt", media_type="text/plain"
    )
    with database.write() as session:
        capture = session.get_one(Capture, kept.capture_id)
        found = NewFinding(
            "leak", confidence=0.9, people=3, members=BitMap(range(40)), share=1.0, fields={"name": 1}, sketch=(),
        )  # fmt: skip
        row = record_finding(session, capture.document, found, generation=1, now=clock.now())
        row.incident_id, row.state = scene.incident_id, "reported"
        take_capture(session, capture, now=clock.now())
    page = browser.get(f"/incidents/{scene.incident_id}/compare")
    assert page.status_code == 200
    assert 'class="changed"' in page.text
    assert scene.secret not in page.text
    assert "佐伯" not in page.text
    assert event_kinds(database, scene.incident_id).count("viewed") == 2
    assert browser.get(f"/incidents/{scene.incident_id}/compare?a={scene.clear_document_id}").status_code == 404


def test_rankings_are_kept_with_their_dates(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    for basis, name in (("one", "●●3"), ("one", "●●3"), ("two", "●●9")):
        found = {**FOUND, "conclusion": "holder", "holders": [{**ROW, "name": name}], "sentences": {"en": name}}
        with database.write() as session:
            store_ranking(session, scene.incident_id, basis, found, clock.now())
        clock.advance(timedelta(minutes=10))
    with database.read() as session:
        first, second = session.scalars(select(PastRanking.id).order_by(PastRanking.id))
    page = f"/incidents/{scene.incident_id}/root-cause"
    assert "●●9" in browser.get(page).text
    assert "●●3" in browser.get(f"{page}?of={first}").text
    assert f"of={first}" in browser.get(page).text
    assert "●●9" in browser.get(f"{page}?of={second + 1}").text


def test_trends_show_figures_and_pictures_for_any_days(browser: TestClient, scene: Scene) -> None:
    del scene
    page = browser.get("/trends")
    assert page.status_code == 200
    assert "1 leaks were found" in page.text
    assert "<svg" in page.text
    assert "0 leaks were found" in browser.get("/trends?first=2020-01-01&last=2020-02-01").text
    for odd in ("first=x", "first=2026-12-01&last=2026-01-01", "last=0001-01-01", "last=9999-12-31"):
        assert browser.get(f"/trends?{odd}").status_code == 200


def test_the_list_filters_and_says_how_many(browser: TestClient, scene: Scene, database: Database) -> None:
    assert f'href="/incidents/{scene.incident_id}"' in browser.get("/incidents?severity=high&assignee=-").text
    assert "No incident" in browser.get("/incidents?severity=low").text
    assert f'href="/incidents/{scene.incident_id}"' in browser.get("/incidents?source=my-paste&order=largest").text
    assert f'href="/incidents/{scene.incident_id}"' in browser.get("/incidents?extract=sales-2026-04").text
    assert "No incident" in browser.get("/incidents?extract=nothing").text
    assert browser.get("/incidents?page=999999999999999999999&order=zzz&show=q").status_code == 200
    with database.read() as session:
        assert session.scalars(select(FindingRow.id)).all()
