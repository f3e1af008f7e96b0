"""The custody register in the browser: seen as of any day, changed by who may, from a day on and for a reason."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from core.actors import Role
from custody.models import Extract, RegisterEvent
from custody.register.history import Act
from custody.register.holdings import add_extract, copy_on, get_extract, lend
from custody.register.overview import register_on
from custody.register.processors import add_processor, get_processor
from fingerprints.index.canaries import read_canaries
from fingerprints.secrets.keys import create_key
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene

DAY = date(2026, 4, 1)
EVIL = '"><script>alert(1)</script>'


@pytest.fixture
def register(database: Database) -> Database:
    """Three processors in a chain; one extract at the first two, one that nobody holds, one overdue."""
    act = Act("keeper", datetime(2026, 11, 1, tzinfo=UTC), DAY)
    with database.write() as session:
        add_processor(session, "架空販売", {"contract_kind": "A", "country": "日本"}, act)
        add_processor(session, "架空コール", {"under": "架空販売", "contract_kind": "B", "consent": "given"}, act)
        add_processor(session, "架空保守", {"under": "架空コール"}, act)
        calls = add_extract(session, "sales-2026-04", {"size": 700, "purpose": "営業", "contract_kind": "A"}, act)
        lend(session, calls, get_processor(session, "架空販売"), act)
        copy_on(session, "sales-2026-04", "架空販売", "架空コール", act)
        add_extract(session, "billing-2026-06", {"size": 600}, act)
        late = add_extract(session, "late-2025", {"due_on": date(2026, 6, 1), "size": 1}, act)
        lend(session, late, get_processor(session, "架空販売"), act)
    return database


def number_of(database: Database, name: str) -> int:
    with database.read() as session:
        return get_extract(session, name).id


def post(browser: TestClient, path: str, **fields: str) -> Response:
    form = {"form_mark": form_mark(browser, "/account"), "on": "2026-05-01", "reason": "契約書 12", **fields}
    return browser.post(path, data=form)


def standings(database: Database, name: str, day: date = date(2026, 11, 22)) -> dict[str, str]:
    with database.read() as session:
        return {line.processor: line.standing for line in register_on(session, day, only=[name])}


def app_of(browser: TestClient) -> Any:
    return browser.app


def test_the_list_is_filtered_and_sorted_and_of_any_day(browser: TestClient, register: Database) -> None:
    page = browser.get("/register").text
    assert all(name in page for name in ("sales-2026-04", "billing-2026-06", "late-2025"))
    page = browser.get("/register?standing=overdue").text
    assert "late-2025" in page
    assert "sales-2026-04" not in page
    assert "late-2025" not in browser.get("/register?standing=overdue&as_of=2026-05-01").text
    assert "sales-2026-04" in browser.get("/register?q=営業 コール").text
    assert "No extract fits" in browser.get("/register?q=nothing").text
    page = browser.get("/register?processor=架空コール&sort=size").text
    assert "sales-2026-04" in page
    assert "billing-2026-06" not in page
    assert "sales-2026-04" not in browser.get("/register?as_of=2026-03-01").text
    del register


@pytest.mark.parametrize(
    "query", ["page=0", "page=999999999999", "page=-1", "sort=x", "standing=x", "as_of=x", "q=%00"]
)
def test_an_address_that_means_nothing_is_a_page_all_the_same(
    browser: TestClient, register: Database, query: str
) -> None:
    del register
    assert browser.get(f"/register?{query}").status_code == 200


def test_many_extracts_come_page_by_page(browser: TestClient, database: Database) -> None:
    act = Act("keeper", datetime(2026, 11, 1, tzinfo=UTC), DAY)
    with database.write() as session:
        for number in range(120):
            add_extract(session, f"calls-{number:03}", {}, act)
    first, last = browser.get("/register").text, browser.get("/register?page=3").text
    assert ("calls-000" in first, "calls-119" in first) == (True, False)
    assert ("calls-000" in last, "calls-119" in last) == (False, True)
    assert "Page 3 of 3" in last


def test_a_copy_is_lent_passed_on_returned_erased_and_reopened(browser: TestClient, register: Database) -> None:
    name = "billing-2026-06"
    path = f"/register/extracts/{number_of(register, name)}"
    assert "The loan is recorded" in post(browser, path, do="lend", to="架空販売").text
    post(browser, path, do="copy", holder="架空販売", to="架空保守", on="2026-05-02")
    post(browser, path, do="return", holder="架空販売", on="2026-06-01")
    post(browser, path, do="erase", holder="架空保守", on="2026-06-02", certificate="証 7")
    assert standings(register, name) == {"架空販売": "returned", "架空保守": "erased"}
    post(browser, path, do="reopen", holder="架空保守", on="2026-07-01", reason="複製が残っていた")
    assert standings(register, name) == {"架空販売": "returned", "架空保守": "lent"}
    assert standings(register, name, date(2026, 6, 15)) == {"架空販売": "returned", "架空保守": "erased"}
    page = browser.get(path).text
    assert "複製が残っていた" in page
    assert "証 7" in page
    with register.read() as session:
        events = [event for event in session.query(RegisterEvent) if event.reason]
        assert [event.kind for event in events] == ["lent", "copied-on", "returned", "erased", "reopened"]
        assert {event.actor for event in events} == {"山口 (#1, link)"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"do": "lend", "to": "どこにもない"}, "委託先「どこにもない」はありません"),
        ({"do": "return", "holder": "架空保守"}, "架空保守がsales-2026-04を保有したことはありません"),
        ({"do": "return", "holder": "架空販売", "on": "2026-03-01"}, "より前です"),
        ({"do": "copy", "holder": "架空販売", "to": "架空コール"}, "すでにsales-2026-04の写しを持つ"),
        ({"do": "reopen", "holder": "架空販売"}, "今の状態からは"),
        ({"do": "return", "holder": "架空販売", "reason": " "}, "理由を入れてください"),
        ({"do": "return", "holder": "架空販売", "on": "2027-01-01"}, "まだ来ていません"),
        ({"do": "return", "holder": "架空販売", "on": "soon"}, "日付として読めません"),
    ],
)
def test_what_cannot_be_is_refused_in_the_readers_words_and_changes_nothing(
    browser: TestClient, register: Database, fields: dict[str, str], said: str
) -> None:
    path = f"/register/extracts/{number_of(register, 'sales-2026-04')}?lang=ja"
    before = standings(register, "sales-2026-04")
    answer = post(browser, path, **fields)
    assert answer.status_code == 409
    assert said in answer.text
    assert standings(register, "sales-2026-04") == before


def test_an_extract_is_added_and_what_is_known_of_it_changed(browser: TestClient, register: Database) -> None:
    given = {"columns": "氏名、電話番号", "size": "1,200", "contract_kind": "B", "due_on": "2026-12-01"}
    added = post(browser, "/register/extracts/new", name="顧客/抽出 5", holder="架空販売", purpose="調査", **given)
    assert added.status_code == 200
    with register.read() as session:
        extract = get_extract(session, "顧客/抽出 5")
        kept = (extract.columns, extract.size, extract.contract_kind, extract.due_on, extract.lent_on)
        assert kept == (["name", "phone"], 1200, "B", date(2026, 12, 1), date(2026, 5, 1))
        number = extract.id
    post(browser, f"/register/extracts/{number}", do="change", purpose="請求", columns="氏名", size="9", due_on="")
    with register.read() as session:
        extract = session.get_one(Extract, number)
        assert (extract.purpose, extract.columns, extract.size, extract.due_on) == ("請求", ["name"], 9, None)
    assert "請求" in browser.get(f"/register/extracts/{number}").text
    assert post(browser, "/register/extracts/new", name="顧客/抽出 5").status_code == 409
    assert post(browser, "/register/extracts/new", name=" ").status_code == 400
    assert post(browser, "/register/extracts/new", name="x", size="1e9").status_code == 409


def test_names_are_text_wherever_they_stand(browser: TestClient, database: Database) -> None:
    act = Act("keeper", datetime(2026, 11, 1, tzinfo=UTC), DAY)
    with database.write() as session:
        add_processor(session, EVIL, {"country": EVIL, "contact": EVIL}, act)
        lend(session, add_extract(session, EVIL, {"purpose": EVIL}, act), get_processor(session, EVIL), act)
    for path in (
        "/register",
        "/register/extracts/1",
        "/register/processors",
        "/register/processors/1",
        "/register/map",
    ):
        page = browser.get(path, params={"extract": EVIL} if path.endswith("map") else {}).text
        assert "<script>alert" not in page, path
        assert "alert(1)" in page, path


def test_a_data_owner_sees_and_changes_own_extracts_alone(
    browser: TestClient, register: Database, scene: Scene, clock: SetClock
) -> None:
    del scene
    own = another(app_of(browser), register, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    mine, foreign = number_of(register, "sales-2026-04"), number_of(register, "late-2025")
    for path in ("/register", "/register/export.csv", "/register/processors/1", "/register/map", "/register/canaries"):
        page = own.get(path).text
        assert "late-2025" not in page, path
    assert own.get(f"/register/extracts/{mine}").status_code == 200
    for path in (f"/register/extracts/{foreign}", "/register/map?extract=late-2025"):
        assert own.get(path).status_code == 404
    assert post(own, f"/register/extracts/{foreign}", do="return", holder="架空販売").status_code == 404
    assert post(own, f"/register/extracts/{mine}", do="return", holder="架空販売").status_code == 200
    assert post(own, "/register/extracts/new", name="other-1").status_code == 409
    assert post(own, "/register/extracts/new", name="sales-9").status_code == 200
    assert post(own, "/register/processors", name="新").status_code == 404
    assert post(own, "/register/processors/1", country="x").status_code == 404
    assert standings(register, "late-2025") == {"架空販売": "overdue"}


def test_processors_are_changed_by_an_administrator_who_sees_no_extract(
    browser: TestClient, register: Database, clock: SetClock
) -> None:
    keeper = another(app_of(browser), register, clock, "管理", Role.ADMINISTRATOR)
    assert post(keeper, "/register/processors", name="新しい先", under="架空販売", consent="refused").status_code == 200
    with register.read() as session:
        made = get_processor(session, "新しい先")
        assert (made.parent.name if made.parent else "", made.consent) == ("架空販売", "refused")
    post(keeper, f"/register/processors/{made.id}", under="", contract_kind="B", country="日本", consent="given")
    with register.read() as session:
        made = get_processor(session, "新しい先")
        assert (made.parent, made.contract_kind, made.consent_on) == (None, "B", date(2026, 5, 1))
    page = keeper.get("/register/processors/1").text
    assert "sales-2026-04" not in page
    for path in ("/register", "/register/map", "/register/export.csv", "/register/canaries"):
        assert keeper.get(path).status_code == 403
    circle = post(keeper, "/register/processors/1?lang=ja", under="架空保守")
    assert (circle.status_code, "その下に置けません" in circle.text) == (409, True)


def test_processors_are_filtered_by_what_is_known_of_their_consent(browser: TestClient, register: Database) -> None:
    del register
    page = browser.get("/register/processors?consent=unknown").text
    assert ("架空保守</a>" in page, "架空コール</a>" in page) == (True, False)
    page = browser.get("/register/processors?holds=yes").text
    assert ("架空保守</a>" in page, "架空コール</a>" in page) == (False, True)


def test_the_picture_lights_the_path_of_an_extract(browser: TestClient, register: Database) -> None:
    del register
    page = browser.get("/register/map?extract=sales-2026-04").text
    assert page.count('class="box lit mark-lent"') == 4, "two holders, in both drawings"
    assert 'class="box"' in page, "who holds no copy of it is not lit"
    assert browser.get("/register/map?extract=none").status_code == 404
    assert browser.get("/register/map?open=1,x,99999999999").status_code == 200


def test_the_register_is_taken_away_as_a_sheet(browser: TestClient, register: Database) -> None:
    del register
    answer = browser.get("/register/export.csv?as_of=2026-05-01")
    assert "register-2026-05-01.csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {(row["抽出データ名"], row["委託先"]) for row in rows} == {
        ("sales-2026-04", "架空販売"), ("sales-2026-04", "架空コール"), ("billing-2026-06", ""),
        ("late-2025", "架空販売"),
    }  # fmt: skip


def test_an_extract_names_the_incidents_that_it_explains(browser: TestClient, register: Database, scene: Scene) -> None:
    page = browser.get(f"/register/extracts/{number_of(register, 'sales-2026-04')}").text
    assert f'href="/incidents/{scene.incident_id}"' in page
    page = browser.get(f"/register/extracts/{number_of(register, 'late-2025')}").text
    assert f'href="/incidents/{scene.incident_id}"' not in page


def test_canaries_are_made_given_out_once_and_on_the_record(
    browser: TestClient, register: Database, settings: Settings
) -> None:
    key = create_key(settings.home / "key")
    register.close()
    answer = post(browser, "/register/canaries", extract="sales-2026-04", count="3")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    made = read_canaries(settings.index_dir, key)
    assert len(rows) == len(made) == 3
    assert not list(settings.home.glob("canaries-*")), "the file is kept nowhere"
    page = browser.get("/register/canaries").text
    assert not [value for one in made for value in one.values.values() if value in page]
    assert "canaries-made" in browser.get("/search?q=kind:canaries-made").text
    for fields in ({"count": "0"}, {"count": "101"}, {"count": "x"}, {"count": "3", "extract": ""}):
        assert post(browser, "/register/canaries", **{"extract": "a", **fields}).status_code == 400
    assert post(browser, "/register/canaries", extract="--help", count="1").status_code == 409


def test_a_sheet_is_taken_in_by_who_answers_for_all(
    browser: TestClient, register: Database, clock: SetClock, home: Path
) -> None:
    sheet = browser.get("/register/export.csv").content
    register.close()

    def take(client: TestClient, name: str, content: bytes) -> Response:
        form = {"form_mark": form_mark(client, "/account")}
        return client.post("/register/import?lang=ja", data=form, files={"file": (name, content)})

    assert "0 行が管理簿を変え" in take(browser, "register.csv", sheet).text, "what it wrote itself changes nothing"
    rows = "抽出データ名,委託先,貸与日,状態\n新しい抽出,架空保守,2026-05-01,貸与中\nだめ,架空保守,2026-05-01,どこか\n"
    page = take(browser, "../x.csv", rows.encode("cp932")).text
    assert "2 行のうち、1 行が管理簿を変え、1 行は使えませんでした" in page
    assert "「どこか」は状態として読めません" in page
    assert standings(register, "新しい抽出") == {"架空保守": "lent"}
    for name, content in (("bomb.xlsx", b"PK\x03\x04" + bytes(500)), ("a.csv", b"x,y\n1,2\n"), ("empty.csv", b"")):
        assert take(browser, name, content).status_code == 409, name
    own = another(app_of(browser), register, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    keeper = another(app_of(browser), register, clock, "管理", Role.ADMINISTRATOR)
    assert take(own, "register.csv", sheet).status_code == 404
    assert take(keeper, "register.csv", sheet).status_code == 403
    assert not list((home / "uploads").iterdir()), "no file is left"
