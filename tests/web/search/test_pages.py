"""The pages of searches: facets, marks, what is saved and taken away, and who may see what."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from archive.models import DocumentRow
from core.actors import Role
from core.encodings.csv_text import safe_cell
from exports.models import ExportRow
from home import Home
from incidents.documents.fields import DOCUMENT_STATES
from incidents.models import Event
from incidents.timeline.events import add_event
from incidents.timeline.readings import READING
from tests.actors import by
from tests.incidents.makers import NOW
from tests.web.people import another
from tests.web.scene import form_mark
from web.app import create_app

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene


def links(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', page)]


def test_words_are_marked_and_markup_in_an_event_stays_text(browser: TestClient, database: Database) -> None:
    with database.write() as session:
        add_event(session, "note", actor=by("suzuki"), now=NOW, data={"text": "<img src=x> ＰＡＳＴＥ を確認"})
    page = browser.get("/search", params={"q": "paste <img"}).text
    assert "<mark>ＰＡＳＴＥ</mark>" in page
    assert "<img src=x>" not in page
    assert "<mark>&lt;img</mark> src=x&gt;" in page


def test_a_facet_adds_its_value_and_takes_it_away_again(browser: TestClient, scene: Scene) -> None:
    del scene
    page = browser.get("/search", params={"q": "名簿"}).text
    assert "3 events" in page
    everything = browser.get("/search", params={"q": ""}).text
    to = next(link for link in links(everything) if "kind%3Anote" in link)
    narrowed = browser.get(to).text
    assert "3 events" in narrowed
    back = next(
        link for link in links(narrowed) if link.startswith("/search") and "kind" not in link and "in=" not in link
    )
    assert browser.get(back).status_code == 200
    assert 'aria-current="true"' in narrowed


def test_an_incident_is_found_by_its_title_of_today_in_either_language(browser: TestClient, scene: Scene) -> None:
    for word in ("当社顧客", "of our customers"):
        page = browser.get("/search", params={"q": f'"{word}"'}).text
        assert "Incidents with such a title: 1" in page
        assert f"/incidents/{scene.incident_id}" in page
        found = browser.get("/search", params={"q": f'title:"{word}" kind:note'}).text
        assert "3 events" in found
    assert "Incidents with such a title:" not in browser.get("/search", params={"q": "nowhere-to-be-found"}).text


def test_the_examples_of_the_help_can_all_be_meant(browser: TestClient) -> None:
    for path in ("/search", "/search/documents"):
        for language in ("ja", "en"):
            page = browser.get(path, params={"lang": language}).text
            examples = links(page.split('class="help"')[1].split("</details>")[0])
            assert len(examples) > 10
            assert all(browser.get(link).status_code == 200 for link in examples)


def test_documents_are_searched_beside_events_and_titles_stay_masked(browser: TestClient, scene: Scene) -> None:
    page = browser.get("/search/documents", params={"q": "verdict:leak"}).text
    assert f"/documents/{scene.document_id}" in page
    assert browser.get("/search/documents", params={"q": "verdict:lek"}).status_code == 400
    assert "at least" not in page
    assert "/search/documents?q=x" in browser.get("/search", params={"q": "x"}).text
    assert "/records?q=x" in browser.get("/search", params={"q": "x"}).text


def test_a_saved_search_is_its_owners_until_it_is_shared(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    del scene
    app = stranger.app
    one = another(app, database, clock, "one", Role.RESPONDER)  # type: ignore[arg-type]
    two = another(app, database, clock, "two", Role.INVESTIGATOR)  # type: ignore[arg-type]

    def save(client: TestClient, name: str, query: str, **more: str) -> None:
        form = {"form_mark": form_mark(client, "/account"), "room": "events", "name": name, "q": query} | more
        assert client.post("/search/saved", data=form, follow_redirects=False).status_code == 303

    save(one, "mine", "kind:note", default="yes")
    save(one, "ours", "kind:opened", shared="yes")
    assert 'value="kind:note"' in one.get("/search").text
    assert 'value="kind:note"' not in one.get("/search?q=").text
    seen = two.get("/search").text
    assert ">ours</a>" in seen
    assert ">mine</a>" not in seen
    number = re.findall(r"/search/saved/(\d+)/delete", one.get("/search?q=").text)[0]
    mark = {"form_mark": form_mark(two, "/account"), "room": "events"}
    assert two.post(f"/search/saved/{number}/delete", data=mark).status_code == 404
    save(one, "mine", "kind:sighting", default="yes")
    page = one.get("/search").text
    assert page.count(">mine</a>") == 1
    assert 'value="kind:sighting"' in page
    mark = {"form_mark": form_mark(one, "/account"), "room": "events"}
    renamed = mark | {"name": "notes", "shared": "yes", "default": "yes"}
    theirs = mark | {"form_mark": form_mark(two, "/account"), "name": "x"}
    assert two.post(f"/search/saved/{number}", data=theirs).status_code == 404
    assert one.post(f"/search/saved/{number}", data=renamed, follow_redirects=False).status_code == 303
    assert one.post(f"/search/saved/{number}", data=renamed | {"name": "ours"}).status_code == 400
    assert ">notes</a>" in two.get("/search").text
    assert one.post(f"/search/saved/{number}/delete", data=mark, follow_redirects=False).status_code == 303
    assert 'value="kind:sighting"' not in one.get("/search").text
    with database.read() as session:
        told = session.execute(
            select(Event.kind, Event.actor, Event.data).where(Event.kind.startswith("search-")).order_by(Event.id)
        ).all()
    assert [kind.removeprefix("search-") for kind, _, _ in told] == [
        "kept", "default", "kept", "shared", "rewritten", "renamed", "shared", "deleted",
    ]  # fmt: skip
    assert {actor for _, actor, _ in told} == {"one"}
    # What a search of one's own alone looks for is nobody else's business, and would stay for good.
    assert ["query" in data for _, _, data in told] == [False, False, False, True, False, False, True, True]


def test_tags_and_stars_are_searched_and_counted(browser: TestClient, scene: Scene, database: Database) -> None:
    with database.read() as session:
        event_id = session.scalars(select(Event.id).where(Event.incident_id == scene.incident_id)).first()
    address = f"/incidents/{scene.incident_id}/events/{event_id}/marks"
    for deed in ({"do": "tag", "text": "Follow up"}, {"do": "star"}):
        mark = {"form_mark": form_mark(browser, "/account")}
        assert browser.post(address, data=mark | deed, follow_redirects=False).status_code == 303
    for query in ("tag:follow*", 'tag:"follow up" starred:yes', "タグ:f* 星:あり"):
        assert "1 event" in browser.get("/search", params={"q": query}).text
    page = browser.get("/search", params={"q": ""}).text
    (narrowed,) = [link for link in links(page) if "tag%3A%22follow" in link]
    assert "1 event" in browser.get(narrowed).text


def test_documents_have_facets_and_a_chart(browser: TestClient, scene: Scene) -> None:
    page = browser.get("/search/documents", params={"q": "verdict:leak"}).text
    assert "Fetched per day" in page
    assert "1 place of a document" in page or "places of documents" in page
    to = next(link for link in links(page) if "field%3A" in link)
    assert f"/documents/{scene.document_id}" in browser.get(to).text
    on = next(link for link in links(page.split('class="bars"')[1]))
    assert f"/documents/{scene.document_id}" in browser.get(on).text


def test_a_shared_search_is_run_with_its_readers_rights(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    foreign = another(stranger.app, database, clock, "foreign", Role.DATA_OWNER, extracts=("billing-*",))  # type: ignore[arg-type]
    owner = another(stranger.app, database, clock, "owner", Role.DATA_OWNER)  # type: ignore[arg-type]
    for path, room, query in (
        ("/search", "events", "名簿"), ("/search/documents", "documents", "verdict:leak"),
        ("/search", "events", "title:当社"),
    ):  # fmt: skip
        name, mark = f"ours: {query}", form_mark(owner, "/account")
        kept = {"room": room, "name": name, "q": query, "shared": "yes", "form_mark": mark}
        assert owner.post("/search/saved", data=kept, follow_redirects=False).status_code == 303

        def shared(client: TestClient, path: str = path, name: str = name) -> str:
            page = client.get(f"{path}?q=").text
            (to,) = re.findall(f'<a href="([^"]+)">{re.escape(name)}</a>', page)
            found = client.get(unescape(to))
            assert found.status_code == 200
            return found.text

        for place in (f"/incidents/{scene.incident_id}", f"/documents/{scene.document_id}"):
            assert place not in shared(foreign)
        assert f"/incidents/{scene.incident_id}" in shared(owner)


def test_no_identifier_that_was_searched_for_stays_on_record(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    del scene
    phone, query = "090-1234-5678", "kind:note 090-1234-5678"
    mark = {"form_mark": form_mark(browser, "/account"), "room": "events", "q": query}
    kept = mark | {"name": f"calls of {phone}", "shared": "yes", "default": "yes"}
    assert browser.post("/search/saved", data=kept, follow_redirects=False).status_code == 303
    page = browser.get("/search?q=").text
    assert f"calls of {phone}" in page  # the search itself is as it was typed
    assert f'href="/search?{urlencode({"q": query})}"' in page
    number = re.findall(r"/search/saved/(\d+)/delete", page)[0]
    renamed = mark | {"name": f"{phone} again"}
    assert browser.post(f"/search/saved/{number}", data=renamed, follow_redirects=False).status_code == 303
    assert browser.post(f"/search/saved/{number}/delete", data=mark, follow_redirects=False).status_code == 303
    assert browser.post("/search/export", data=mark | {"form": "csv", "reason": "a request"}).status_code == 200
    with database.read() as session:
        told = session.execute(
            select(Event.kind, Event.data, Event.search_text).where(
                Event.kind.startswith("search-") | (Event.kind == "results-exported")
            )
        ).all()
    assert len(told) == 8
    assert not [kind for kind, data, text in told if phone in f"{data} {text}" or "1234" in f"{data} {text}"]


@pytest.mark.parametrize("path", ["/search", "/search/documents", "/audit"])
def test_a_search_that_is_too_long_is_refused_and_not_cut(browser: TestClient, path: str) -> None:
    answer = browser.get(path, params={"q": "kind:note -" + "x" * 2000})
    assert answer.status_code == 400
    assert "longer than 2000 characters" in answer.text
    mark = {"form_mark": form_mark(browser, "/account"), "name": "long", "reason": "r", "form": "csv", "q": "x" * 2001}
    for deed in ("saved", "export"):
        answer = browser.post(f"/search/{deed}", data=mark)
        assert answer.status_code == 400
        assert "2000 characters" in answer.text


@pytest.mark.parametrize("field", ["events", "documents"])
def test_a_search_that_narrows_an_export_is_refused_and_not_cut(
    browser: TestClient, scene: Scene, database: Database, field: str
) -> None:
    path = f"/incidents/{scene.incident_id}/export"
    asked = {"form_mark": form_mark(browser, "/account"), "format": "csv", "reason": "hearing"}
    answer = browser.post(path, data=asked | {field: "x" * 2001})
    assert answer.status_code == 400
    assert "longer than 2000 characters" in answer.text
    with database.read() as session:
        assert not session.scalars(select(ExportRow.id)).all()


def test_a_reason_that_is_too_long_is_refused_before_anything_is_looked_for(
    browser: TestClient, database: Database
) -> None:
    asked = {"form_mark": form_mark(browser, "/account"), "form": "csv", "q": "", "reason": "r" * 2001}
    answer = browser.post("/search/export", data=asked)
    assert answer.status_code == 400
    assert "up to 2000 characters" in answer.text
    with database.read() as session:
        assert not session.scalars(select(Event.id).where(Event.kind == "results-exported")).all()


def test_access_records_have_no_saved_searches(browser: TestClient) -> None:
    kept = {"form_mark": form_mark(browser, "/account"), "room": "records", "name": "names", "q": "operator:suzuki"}
    assert browser.post("/search/saved", data=kept).status_code == 400


@pytest.mark.parametrize("path", ["/search", "/search/documents"])
@pytest.mark.parametrize(
    "at",
    [
        "x", "_", "1", "2026-11-22_5", "2026-11-22T00:00:00_5", "2026-11-22T00:00:00+00:00_99999999999999999999",
        "2026-11-22T00:00:00+00:00_-1", "0001-01-01T00:00:00+14:00_1", "2026-11-22T00:00:00+00:00_" + "9" * 5000,
    ],
)  # fmt: skip
def test_a_place_to_go_on_from_that_no_page_wrote_is_refused(browser: TestClient, path: str, at: str) -> None:
    assert browser.get(path, params={"q": "", "at": at}).status_code == 400
    assert browser.get(path, params={"q": "", "at": "2026-11-22T00:00:00+00:00_5"}).status_code == 200


@pytest.mark.parametrize("path", ["/search", "/search/documents"])
def test_what_says_nothing_is_told_of(browser: TestClient, path: str) -> None:
    for query in ("(", ")", "OR", '"', "NOT"):
        assert "says nothing to look for" in browser.get(path, params={"q": query}).text
    for query in ("", "x", '"("'):
        assert "says nothing to look for" not in browser.get(path, params={"q": query}).text


def test_links_of_a_page_hold_what_was_typed_and_not_what_its_reader_may_not_see(
    stranger: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    del scene
    client = another(stranger.app, database, clock, "responder", Role.RESPONDER)  # type: ignore[arg-type]
    page = client.get("/search", params={"q": "名簿"}).text
    assert 'class="bars"' in page
    for _ in range(3):
        assert not [link for link in links(page) if READING in link]
        page = client.get(next(link for link in links(page) if "state%3A" in link)).text


def test_every_facet_of_documents_leads_to_a_search(
    browser: TestClient, scene: Scene, database: Database, archive: Archive
) -> None:
    del scene
    with database.write() as session:
        for state in session.scalars(select(DocumentRow.state).distinct()).all():
            assert state in DOCUMENT_STATES
    archive.keep_evidence(b"%PDF-1.7 a certificate", "certificate.pdf")
    page = browser.get("/search/documents", params={"q": ""}).text
    facets = page.split('class="pad facets"')[1].split("</details>")[0]
    assert "evidence" in facets
    assert len(links(facets)) > 5
    for link in links(facets):
        assert browser.get(link).status_code == 200


def test_the_chart_names_the_zone_of_the_settings(
    settings: Settings, scene: Scene, database: Database, clock: SetClock
) -> None:
    del scene
    elsewhere = create_app(
        Home.of(settings.model_copy(update={"zone": "America/New_York"}), database=database, clock=clock)
    )
    client = another(elsewhere, database, clock, "one", Role.RESPONDER)
    assert '<span class="zone">America/New_York</span>' in client.get("/search", params={"q": ""}).text


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("room", ["events", "documents"])
def test_an_export_holds_what_the_search_finds_and_is_on_record_first(
    browser: TestClient, scene: Scene, database: Database, room: str, form: str
) -> None:
    del scene
    query = "kind:note" if room == "events" else "verdict:leak"
    asked = {
        "form_mark": form_mark(browser, "/account"),
        "room": room,
        "form": form,
        "q": query,
        "reason": "for the police",
    }
    answer = browser.post("/search/export", data=asked)
    assert answer.status_code == 200
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows
    with database.read() as session:
        event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert event.kind == "results-exported"
    assert event.data["count"] == len(rows)
    assert event.data["query"] == query
    assert event.data["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert event.data["reason"] == "for the police"
    without = asked | {"reason": " "}
    assert browser.post("/search/export", data=without).status_code == 400


@pytest.mark.parametrize("cell", ["=1+1", "+81", "-2", "@x", "\tx", "＝1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert safe_cell(f"a{cell}") == f"a{cell}"
