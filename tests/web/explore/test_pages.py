"""The pages over access records: what they show, what they hide, what they leave on the record."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from core.actors import Role
from incidents.models import Event, MarkRow
from people.models import Approval
from tests.incidents.makers import event_kinds
from tests.web.explore.night import CULPRIT, LEAKED, TERMINAL, take_night
from tests.web.people import another
from tests.web.scene import form_mark
from trails.models import TrailImport

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.explore.night import Night
    from tests.web.scene import Scene

NUMBER = "K000017"
PLAIN = re.compile(rf"{CULPRIT}|suzuki-\d|{TERMINAL}|T-00\d\d|acc-\d|10\.8\.0\.\d|K0000\d\d|s2026\d\d")
"""Names and numbers of the scene."""
MOST_BYTES = 150_000


def holder_of(browser: TestClient, scene: Scene, kind: str = "operator") -> str:
    """The address of the first holder of a kind in the ranking."""
    page = f"/incidents/{scene.incident_id}"
    text = browser.post(f"{page}/root-cause", data={"form_mark": form_mark(browser, page)}).text
    found = re.search(rf'href="({page}/holders/{kind}/[0-9a-f]{{16}})"', text)
    assert found, text
    return found[1]


def first_record(browser: TestClient, query: str) -> str:
    found = re.search(r'href="(/records/\d+/\d+)"', browser.get("/records", params={"q": query}).text)
    assert found
    return found[1]


@pytest.mark.usefixtures("night")
def test_a_holder_of_the_ranking_leads_to_its_accesses_without_a_name_anywhere(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    address = holder_of(browser, scene)
    page = browser.get(address)
    assert page.status_code == 200
    assert "38 of the 40 that were touched (of 40 leaked), 2026-11-03 22:10–22:13, at terminal ●●" in page.text
    assert "No records of callcenter" in page.text
    assert not PLAIN.search(page.text)
    assert len(page.content) < MOST_BYTES
    assert event_kinds(database).count("records-viewed") == 1
    browser.get(address)
    assert event_kinds(database).count("records-viewed") == 1


@pytest.mark.usefixtures("night")
def test_a_range_narrows_the_records_below(browser: TestClient, scene: Scene) -> None:
    address = holder_of(browser, scene)
    page = browser.get(address, params={"from": "2026-11-03T22:00", "until": "2026-11-03T23:00", "leaked": "yes"})
    assert page.text.count('<th scope="row" role="rowheader"><a href="/records/') == 15
    follows = re.search(r'href="([^"]+at=[^"]+)#records"', page.text)
    assert follows
    rest = browser.get(follows[1].replace("&amp;", "&"))
    assert rest.text.count('<th scope="row" role="rowheader"><a href="/records/') == 15
    assert browser.get(address, params={"from": "2026-11-04T00:00", "until": "2026-11-03T00:00"}).status_code == 400
    assert browser.get(address, params={"from": "yesterday"}).status_code == 400


@pytest.mark.usefixtures("night")
def test_the_night_itself_is_no_usual_hour(browser: TestClient, scene: Scene) -> None:
    address = holder_of(browser, scene)
    night = {"from": "2026-11-03T22:00", "until": "2026-11-03T23:00"}
    told = [re.findall(r"Usual hours of its other work: ([^<]+?)\.", browser.get(address, params=one).text)
            for one in ({}, night)]  # fmt: skip
    assert told[0] == told[1] == ["10, 11, 12, 13, 14, 15, 16, 17"]


@pytest.mark.usefixtures("night")
def test_every_kind_of_holder_has_a_page(browser: TestClient, scene: Scene) -> None:
    for kind in ("operator", "terminal", "session", "account", "address"):
        page = browser.get(holder_of(browser, scene, kind))
        assert page.status_code == 200, kind
        assert not PLAIN.search(page.text), kind
    base = f"/incidents/{scene.incident_id}/holders"
    for wrong in ("operator/0000000000000000", "nobody/0000000000000000", "operator/x", f"operator/{CULPRIT}"):
        assert browser.get(f"{base}/{wrong}").status_code == 404


@pytest.mark.usefixtures("night")
def test_names_and_numbers_are_shown_for_a_reason_that_is_recorded(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    address = holder_of(browser, scene)
    mark = form_mark(browser, address)
    assert browser.post(f"{address}/names", data={"form_mark": mark, "reason": " "}).status_code == 400
    shown = browser.post(f"{address}/names", data={"form_mark": mark, "reason": "hearing"})
    assert CULPRIT in shown.text
    assert TERMINAL in shown.text
    assert NUMBER not in shown.text
    numbers = browser.post(f"{address}/numbers", data={"form_mark": mark, "reason": "to notify"})
    assert NUMBER in numbers.text
    assert CULPRIT not in numbers.text
    kinds = event_kinds(database)
    assert kinds.count("records-revealed") == kinds.count("numbers-revealed") == 1
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_numbers_take_the_right_to_list_them_and_of_many_a_second_person(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    address = holder_of(browser, scene)
    investigator = another(browser.app, database, clock, "hana", Role.INVESTIGATOR)  # type: ignore[arg-type]
    owner = another(browser.app, database, clock, "owner", Role.DATA_OWNER, extracts=("*",))  # type: ignore[arg-type]
    assert "/numbers" not in investigator.get(address).text
    for client, status in ((investigator, 403), (owner, 404)):
        form = {"form_mark": form_mark(client, "/account"), "reason": "to notify"}
        answer = client.post(f"{address}/numbers", data=form)
        assert (answer.status_code, NUMBER in answer.text) == (status, False)
    form = {"form_mark": form_mark(browser, address), "reason": "to notify"}
    assert NUMBER in browser.post(f"{address}/numbers", data=form).text
    browser.app.state.world.home.settings.people.__dict__["reveal_limit"] = 10  # type: ignore[attr-defined]
    answer = browser.post(f"{address}/numbers", data=form)
    assert (answer.status_code, NUMBER in answer.text) == (202, False)
    with database.read() as session:
        assert session.scalars(select(Approval.kind)).all() == ["list-numbers"]


@pytest.mark.usefixtures("night")
def test_an_open_range_ends_where_the_records_do(browser: TestClient, scene: Scene, database: Database) -> None:
    address = holder_of(browser, scene)
    mark = form_mark(browser, address)
    for asked in ({"from": "2026-11-03T22:00"}, {"until": "2026-11-03T23:00"}, {"until": "9999-12-31T23:59:59-09:00"}):
        page = browser.get(address, params=asked)
        assert page.status_code == 200, asked
        assert not re.search(r"(?:1970|2106)-|name=\"until\" value=\"9999", page.text), asked
        assert browser.post(f"{address}/pull", data={**asked, "form_mark": mark}).status_code == 200
    for wrong in ("9999-12-31T23:59", "0001-01-01T00:00+14:00"):
        assert browser.get(address, params={"from": wrong, "until": wrong}).status_code == 400
    with database.read() as session:
        told = session.scalars(select(Event).where(Event.kind == "records-pulled").order_by(Event.id)).all()
    assert {one.data[end][:4] for one in told for end in ("first", "last")} == {"2026"}
    assert told[0].data["first"] == "2026-11-03T22:00"
    assert told[1].data["last"] == "2026-11-03T23:00"


@pytest.mark.usefixtures("night")
def test_what_is_typed_becomes_a_handle_before_it_stands_in_an_address(browser: TestClient, database: Database) -> None:
    mark = form_mark(browser, "/records")
    for typed in (f"operator:{CULPRIT}", f"お客様:{NUMBER}", "terminal:T-0007", f"hour:22 {CULPRIT.upper()}"):
        answer = browser.post("/records", data={"form_mark": mark, "q": typed}, follow_redirects=False)
        assert answer.status_code == 303, typed
        assert not PLAIN.search(unquote(answer.headers["location"]))
        page = browser.get(answer.headers["location"])
        assert page.status_code == 200
        assert ">0 of" not in page.text
        assert not PLAIN.search(page.text)
    star = browser.post("/records", data={"form_mark": mark, "q": "operator:suzuki-*"}, follow_redirects=False)
    assert unquote(star.headers["location"]).count("~") == 8
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_a_word_that_finds_nothing_stands_in_no_address_whatever_it_is(browser: TestClient, database: Database) -> None:
    mark = form_mark(browser, "/records")
    said = set()
    for typed in (NUMBER, f"-{NUMBER}", f'"{CULPRIT[:6]} x"', CULPRIT[:6], f"hour:22 ({NUMBER} OR crm)", "nonsense"):
        answer = browser.post("/records", data={"form_mark": mark, "q": typed}, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location")) == (400, None), typed
        said |= set(re.findall(r'<p class="warning" role="alert">([^<]+)<', answer.text))
        address = browser.get("/records", params={"q": typed}, follow_redirects=False)
        assert address.headers["location"] == "/records?plain=yes"
        for deed in ("names", "export"):
            form = {"form_mark": mark, "q": typed, "reason": "hearing"}
            assert browser.post(f"/records/{deed}", data=form).status_code == 400
    assert len(said) == 1
    found = browser.post("/records", data={"form_mark": mark, "q": "CallC -拒否"}, follow_redirects=False)
    assert found.status_code == 303
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_a_name_in_an_address_is_not_looked_for_and_not_shown_again(browser: TestClient) -> None:
    page = browser.get("/records", params={"q": f"operator:{CULPRIT}"})
    assert page.status_code == 400
    assert "Type it into the box" in page.text
    assert CULPRIT not in page.text


@pytest.mark.usefixtures("night")
def test_names_of_a_search_are_shown_for_a_reason_and_no_plain_search_is_recorded(
    browser: TestClient, database: Database
) -> None:
    form = {"form_mark": form_mark(browser, "/records"), "reason": "hearing", "q": "hour:22"}
    assert CULPRIT in browser.post("/records/names", data=form).text
    for query in (f"operator:{CULPRIT}", "nonsense:1"):
        assert browser.post("/records/names", data={**form, "q": query}).status_code == 400
    assert browser.post("/records/names", data={**form, "reason": ""}).status_code == 400
    assert event_kinds(database).count("records-revealed") == 1
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_what_was_granted_is_good_for_one_search_and_one_deed(
    browser: TestClient, database: Database, clock: SetClock
) -> None:
    other = another(browser.app, database, clock, "hana", Role.INVESTIGATOR)  # type: ignore[arg-type]
    form = {"form_mark": form_mark(browser, "/records"), "reason": "hearing", "reveal": "yes"}
    record = first_record(browser, "on:2026-11-03 hour:22")
    deeds = [
        ("/records/names", "hour:22"), ("/records/names", "hour:21"), ("/records/export", "hour:22"),
        ("/records/names", ""), (f"{record}/names", ""), (f"{record}/line", ""),
    ]  # fmt: skip

    def do(deed: str, query: str) -> int:
        return browser.post(deed, data=form | {"q": query}).status_code

    for number, granted in enumerate(deeds, start=1):
        assert do(*granted) == 202
        waiting = other.get("/approvals")
        assert waiting.status_code == 200
        assert granted[1] in waiting.text
        grant = {"do": "grant", "form_mark": form_mark(other, "/approvals")}
        assert other.post(f"/approvals/{number}", data=grant).status_code == 200
        with database.read() as session:
            (one,) = session.scalars(select(Approval).where(Approval.state == "granted"))
            same = [wanted.id for wanted in session.scalars(select(Approval).where(Approval.about == one.about))]
        assert same == [number], "no other of these deeds asks for the same"
        assert do(*granted) == 200
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_who_may_not_see_names_may_not_look_for_one(browser: TestClient, database: Database, clock: SetClock) -> None:
    auditor = another(browser.app, database, clock, "auditor", Role.AUDITOR)  # type: ignore[arg-type]
    mark = form_mark(auditor, "/account")
    assert auditor.get("/records").status_code == 200
    for typed in (f"operator:{CULPRIT}", f"customer:{NUMBER}"):
        assert auditor.post("/records", data={"form_mark": mark, "q": typed}).status_code == 403
    owner = another(browser.app, database, clock, "owner", Role.DATA_OWNER)  # type: ignore[arg-type]
    assert owner.get("/records").status_code == 403


@pytest.mark.usefixtures("night")
def test_the_leaked_customers_are_a_search(browser: TestClient, scene: Scene) -> None:
    page = browser.get("/records", params={"q": f"leak:{scene.incident_id} on:2026-11-03 hour:22"})
    assert re.search(r">38 of [\d,]+ records<", page.text)
    assert browser.get("/records", params={"q": "leak:999"}).status_code == 200
    assert browser.get("/records", params={"q": "nonsense:1"}).status_code == 400
    assert browser.get("/records", params={"at": "1.2"}).status_code == 400


@pytest.mark.usefixtures("night")
def test_a_time_narrows_all_of_a_search(browser: TestClient) -> None:
    def found(query: str, **time: str) -> int:
        page = browser.get("/records", params={"q": query, **time})
        total = re.search(r">([\d,]+) of [\d,]+ records<", page.text)
        assert total, page.text
        return int(total[1].replace(",", ""))

    day = {"from": "2026-11-03T00:00", "until": "2026-11-04T00:00"}
    for query in ("action:view OR action:edit", "when:2026-11-03T10:00..2026-11-05", "", "hour:22 OR hour:23"):
        assert found(query, **day) == found(f"({query}) on:2026-11-03" if query else "on:2026-11-03"), query
    page = browser.get("/records", params={"q": "hour:22 OR hour:23"})
    bars = re.findall(r'<a href="(/records\?[^"]+from=[^"]+)"', page.text)
    assert bars
    for bar in bars:
        narrowed = browser.get(bar.replace("&amp;", "&"))
        label = re.search(r">([\d,]+) of [\d,]+ records<", narrowed.text)
        assert label
        assert 0 <= int(label[1]) <= found("hour:22 OR hour:23")
    for wrong in ({"from": "x", "until": "y"}, {**day, "q": "nonsense:1"}):
        assert browser.get("/records", params=wrong).status_code == 400


@pytest.mark.usefixtures("night")
def test_a_session_that_is_typed_finds_its_rows(browser: TestClient, night: Night) -> None:
    mark = form_mark(browser, "/records")
    for name in ("s20261103-7n", "s20261103-7", "s20260901-0"):
        answer = browser.post("/records", data={"form_mark": mark, "q": f"session:{name}"}, follow_redirects=False)
        assert name not in unquote(answer.headers["location"])
        lines = sum(f",{name}," in line for line in night.lines)
        assert f">{lines} of" in browser.get(answer.headers["location"]).text


@pytest.mark.usefixtures("night")
def test_an_export_that_is_cut_says_so_in_its_name_and_its_last_row(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.routes.explore.export.MOST_ROWS", 10)
    form = {"form_mark": form_mark(browser, "/records"), "q": "on:2026-11-03"}
    for kind in ("csv", "jsonl"):
        answer = browser.post("/records/export", data={**form, "format": kind})
        name = re.search(r"hinomi-records-first-10-of-(\d+)\." + kind, answer.headers["content-disposition"])
        assert name
        rows = answer.content.decode("utf-8-sig").splitlines()
        assert len(rows) == 11 + (kind == "csv")
        assert f"the first 10 of {name[1]} records" in rows[-1]


@pytest.mark.usefixtures("night")
def test_pages_follow_each_other_without_holes(browser: TestClient) -> None:
    address, seen = "/records?q=on:2026-11-03", []
    while address:
        text = browser.get(address).text
        seen += re.findall(r'rowheader"><a href="/records/(\d+/\d+)"', text)
        follows = re.search(r'<a class="button" href="(/records\?[^"]*at=[^"]+)"', text)
        address = follows[1].replace("&amp;", "&") if follows else ""
    total = re.search(r">([\d,]+) of [\d,]+ records<", text)
    assert total
    assert len(seen) == len(set(seen)) == int(total[1].replace(",", ""))


@pytest.mark.usefixtures("night")
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_an_export_is_masked_and_recorded(browser: TestClient, database: Database, kind: str) -> None:
    mark = form_mark(browser, "/records")
    answer = browser.post("/records/export", data={"form_mark": mark, "q": "on:2026-11-03", "format": kind})
    assert answer.status_code == 200
    assert not PLAIN.search(answer.text)
    text = answer.content.decode("utf-8-sig")
    rows = (
        [json.loads(line) for line in text.splitlines()] if kind == "jsonl" else list(csv.DictReader(io.StringIO(text)))
    )
    with database.read() as session:
        told = session.scalars(select(Event.data).where(Event.kind == "records-exported")).one()
    assert told["count"] == len(rows) > 100
    named = browser.post(
        "/records/export", data={"form_mark": mark, "format": kind, "reveal": "yes", "reason": "hearing"}
    )
    assert CULPRIT in named.text
    assert browser.post("/records/export", data={"form_mark": mark, "reveal": "yes"}).status_code == 400
    long = {"form_mark": mark, "q": "on:2026-11-03 -" + "x" * 2000, "format": kind, "reason": "hearing"}
    for path in ("/records/export", "/records", "/records/names"):
        assert browser.post(path, data=long).status_code == 400, path
    assert browser.get("/records", params={"q": long["q"]}).status_code == 400


def test_a_record_shows_its_import_its_proof_and_for_a_reason_its_line(
    browser: TestClient, night: Night, database: Database
) -> None:
    address = first_record(browser, "on:2026-11-03 hour:22 action:view")
    page = browser.get(address)
    assert "callcenter.csv" in page.text
    assert "leaf" in page.text
    assert not PLAIN.search(page.text)
    mark = form_mark(browser, address)
    assert browser.post(f"{address}/line", data={"form_mark": mark, "reason": ""}).status_code == 400
    shown = browser.post(f"{address}/line", data={"form_mark": mark, "reason": "hearing"})
    assert any(line in shown.text for line in night.lines if "22:1" in line)
    assert event_kinds(database)[-1] == "line-revealed"
    assert CULPRIT in browser.post(f"{address}/names", data={"form_mark": mark, "reason": "hearing"}).text
    assert_nothing_plain(database)
    for wrong in ("/records/1/999999", "/records/999/1"):
        assert browser.get(wrong).status_code == 404


@pytest.mark.usefixtures("night")
def test_what_a_mapping_says_of_all_records_is_masked_like_what_they_say(
    browser: TestClient, database: Database
) -> None:
    constants = {"processor": "Kawasaki Calls", "operator": CULPRIT, "extract": "sales"}
    with database.write() as session:
        for brought in session.scalars(select(TrailImport)):
            brought.mapping = brought.mapping | {"constants": constants}
    address = first_record(browser, "on:2026-11-03 hour:22")
    page = browser.get(address)
    assert "Kawasaki" not in page.text
    assert not PLAIN.search(page.text)
    assert "&#39;extract&#39;: &#39;sales&#39;" in page.text
    named = browser.post(f"{address}/names", data={"form_mark": form_mark(browser, address), "reason": "hearing"})
    assert "Kawasaki" in named.text


@pytest.mark.usefixtures("night")
def test_a_line_that_was_changed_is_not_shown(browser: TestClient, settings: Settings) -> None:
    for path in settings.trails_dir.rglob("*.lines"):
        content = bytearray(path.read_bytes())
        content[-40] ^= 1
        path.write_bytes(content)
    address = first_record(browser, "on:2026-11-03 hour:22")
    shown = browser.post(f"{address}/line", data={"form_mark": form_mark(browser, address), "reason": "hearing"})
    assert "does not open" in shown.text
    assert not PLAIN.search(shown.text)


def test_where_no_lines_were_kept_the_page_says_how_to_find_one(
    browser: TestClient, tmp_path: Path, settings: Settings, database: Database, clock: SetClock, scene: Scene
) -> None:
    del scene
    take_night(tmp_path, settings, database, clock, keep_lines=False)
    page = browser.get(first_record(browser, "on:2026-11-03 hour:22"))
    assert re.search(r"hinomi trails line [0-9a-f]{16} --file callcenter.csv", page.text)


@pytest.mark.usefixtures("night")
def test_stars_tags_and_comments_stand_and_each_change_is_an_event(browser: TestClient, database: Database) -> None:
    address = first_record(browser, "on:2026-11-03 hour:22")

    def put(do: str, text: str = "") -> int:
        data = {"form_mark": form_mark(browser, address), "do": do, "text": text}
        return browser.post(f"{address}/marks", data=data).status_code

    assert [put("star"), put("star"), put("tag", " 要確認 "), put("tag", "深夜"), put("comment", "席を外していた")] == [
        200
    ] * 5
    page = browser.get(address).text
    assert all(text in page for text in ("★", "要確認", "深夜", "席を外していた"))
    assert [put("unstar"), put("untag", "深夜")] == [200, 200]
    assert "深夜" not in browser.get(address).text
    marks = [kind for kind in event_kinds(database) if kind.endswith(("-put", "-taken"))]
    assert marks == ["star-put", "tag-put", "tag-put", "comment-put", "star-taken", "tag-taken"]
    assert [put("tag", ""), put("tag", "x" * 61), put("burn"), put("comment", " ")] == [409, 409, 400, 409]
    with database.read() as session:
        assert {mark.kind for mark in session.scalars(select(MarkRow))} == {"tag", "comment"}


@pytest.mark.usefixtures("night")
def test_records_are_taken_into_the_timeline_at_their_own_time(
    browser: TestClient, scene: Scene, database: Database
) -> None:
    address = holder_of(browser, scene)
    form = {"form_mark": form_mark(browser, address), "from": "2026-11-03T22:00", "until": "2026-11-03T23:00"}
    assert browser.post(f"{address}/pull", data={**form, "text": "深夜の連続照会"}).status_code == 200
    record = first_record(browser, "on:2026-11-03 hour:22")
    data = {"form_mark": form_mark(browser, record), "incident": f"#{scene.incident_id}"}
    assert browser.post(f"{record}/pull", data=data).status_code == 200
    with database.read() as session:
        first, second = session.scalars(select(Event).where(Event.kind == "records-pulled").order_by(Event.id))
    assert (first.data["records"], first.data["covered"], first.data["of"]) == (LEAKED - 1, LEAKED - 2, LEAKED)
    assert f"{first.happened_at:%Y-%m-%d %H:%M}" == "2026-11-03 13:10"
    assert second.data["records"] == 1
    told = browser.get(f"/incidents/{scene.incident_id}").text
    assert re.search("Access records of operator ●●[0-9a-f]{6}, .* 38 of 40 leaked customers. 深夜の連続照会", told)
    assert browser.post(f"{record}/pull", data={**data, "incident": "999"}).status_code == 404
    assert browser.post(f"{record}/pull", data={**data, "incident": "x"}).status_code == 400
    assert_nothing_plain(database)


@pytest.mark.usefixtures("night")
def test_an_event_of_a_timeline_is_marked(browser: TestClient, scene: Scene, database: Database) -> None:
    with database.read() as session:
        number = session.scalars(select(Event.id).where(Event.incident_id == scene.incident_id)).first()
    page = f"/incidents/{scene.incident_id}"
    data = {"form_mark": form_mark(browser, page), "do": "star"}
    assert browser.post(f"{page}/events/{number}/marks", data=data).status_code == 200
    assert event_kinds(database)[-1] == "star-put"
    assert browser.post(f"{page}/events/99999/marks", data=data).status_code == 404


@pytest.mark.usefixtures("night")
def test_what_else_the_account_did_that_night_is_one_step_away(browser: TestClient) -> None:
    page = browser.get(first_record(browser, "on:2026-11-03 hour:22 action:export"))
    for name in ("session", "account", "operator", "terminal"):
        found = re.search(rf'href="(/records\?[^"]+)">everything [^<]*{name}', page.text)
        assert found, name
        assert ">0 of" not in browser.get(found[1].replace("&amp;", "&")).text


def test_without_records_the_pages_say_so(browser: TestClient, settings: Settings) -> None:
    from fingerprints.secrets.keys import create_key

    create_key(settings.home / "key")
    assert "No access records were imported yet" in browser.get("/records").text


def assert_nothing_plain(database: Database) -> None:
    """No event holds a name or a number of the records."""
    with database.read() as session:
        for event in session.scalars(select(Event).where(Event.kind.not_in(("note", "opened")))):
            assert not PLAIN.search(json.dumps(event.data, ensure_ascii=False) + event.search_text), event.kind
