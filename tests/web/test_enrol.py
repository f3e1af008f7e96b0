"""The page of enrolment: a file is handed in, shown masked, mapped, started on request alone, and gone in the end."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from custody.enrolment.enroller import Enroller
from custody.enrolment.uploads import KEPT, Uploads
from custody.models import RegisterEvent
from fingerprints.secrets.keys import create_key
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers
from tests.web.scene import form_mark
from web.uploads.files import clean_file_name

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

HALVES = [("大野", "義人"), ("中村", "咲子"), ("渡辺", "健一"), ("木村", "美香"), ("斎藤", "由紀"), ("石田", "太郎")]


@pytest.fixture
def uploads(home: Path, clock: SetClock) -> Uploads:
    return Uploads(home, clock)


def hand_in(browser: TestClient, name: str, content: bytes, **fields: str) -> Response:
    form = {"form_mark": form_mark(browser, "/enrol"), "extract": "calls", "as_of": "2026-04-01", **fields}
    return browser.post("/enrol", data=form, files={"file": (name, content)})


def a_list(folder: Path, count: int = 12) -> bytes:
    return write_csv(folder / "made.csv", customers(range(count))).read_bytes()


def halves(header: str) -> bytes:
    lines = [f"K{n:06},{family},{given},090-0000-00{n:02}" for n, (family, given) in enumerate(HALVES)]
    return "\n".join([header, *lines]).encode("cp932")


def act(browser: TestClient, upload: str, do: str, **fields: str) -> Response:
    form = {"form_mark": form_mark(browser, "/enrol"), "do": do, **fields}
    return browser.post(f"/enrol/{upload}", data=form)


def choices(page: str) -> dict[str, str]:
    """What is chosen for each column of a page."""
    found = re.findall(r'<select name="(column-\d+)".*?</select>', page, re.DOTALL)
    chosen = {}
    for name in found:
        select = page.split(f'name="{name}"')[1].split("</select>", maxsplit=1)[0]
        mark = re.search(r'value="([^"]*)" selected', select)
        chosen[name] = mark[1] if mark else ""
    return chosen


def test_a_file_is_shown_masked_and_nothing_is_enrolled_before_it_is_started(
    browser: TestClient, uploads: Uploads, tmp_path: Path, home: Path
) -> None:
    page = hand_in(browser, "calls.csv", a_list(tmp_path)).text
    assert choices(page)["column-0"] == "customer_number"
    for value in ("K000003", "090-0000-0003", "user3@carrier.example"):
        assert value not in page
    (upload,) = uploads.listed()
    assert (upload.state, upload.lending["by"]) == ("new", "山口 (#1, link)")
    file = uploads.file_of(upload)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not (home / "index").exists()
    act(browser, upload.id, "start")
    assert uploads.listed()[0].state == "waiting"


def test_a_run_leaves_its_result_and_an_entry_of_the_register_and_no_file(
    browser: TestClient, uploads: Uploads, settings: Settings, database: Database, clock: SetClock, tmp_path: Path
) -> None:
    hand_in(browser, "calls.csv", a_list(tmp_path))
    act(browser, uploads.listed()[0].id, "start")
    waiting = uploads.waiting()
    assert waiting is not None
    key = create_key(settings.home / "a.key")
    done = uploads.run(waiting, Enroller(settings, key, database, clock))
    assert (done.state, done.result["subjects"]) == ("done", 12)
    assert not uploads.file_of(done).exists()
    with database.read() as session:
        assert [event.actor for event in session.query(RegisterEvent) if event.kind == "enrolled"] == [
            "山口 (#1, link)"
        ]
    assert "12 customers from 12 rows" in browser.get(f"/enrol/{done.id}").text
    left = " ".join(path.read_text("utf-8") for path in settings.home.joinpath("uploads").rglob("*") if path.is_file())
    assert "K0000" not in left


def test_halves_stop_until_somebody_says_which_go_together(browser: TestClient, uploads: Uploads) -> None:
    shop = "\n".join(f"K{n:06},{family},090-0000-00{n:02}" for n, (family, _given) in enumerate(HALVES))
    page = hand_in(browser, "calls.csv", f"番号,氏名,電話\n{shop}".encode("cp932")).text
    assert "氏名: this holds half of a name" in page
    (upload,) = uploads.listed()
    act(browser, upload.id, "start")
    assert uploads.listed()[0].state == "new"
    chosen = {"column-0": "customer_number", "column-2": "phone"}
    page = act(browser, upload.id, "look", **chosen).text
    assert "holds half" not in page
    act(browser, upload.id, "start", **chosen, warned="yes")
    assert uploads.listed()[0].state == "waiting"


def test_a_warning_must_be_read_before_it_starts(browser: TestClient, uploads: Uploads, tmp_path: Path) -> None:
    columns = {kind: values for kind, values in customers(range(12)).items() if kind != "customer_number"}
    content = write_csv(tmp_path / "made.csv", columns).read_bytes()
    page = hand_in(browser, "calls.csv", content).text
    assert "no customer number is enrolled" in page
    (upload,) = uploads.listed()
    act(browser, upload.id, "start", **choices(page))
    assert uploads.listed()[0].state == "new"
    act(browser, upload.id, "start", **choices(page), warned="yes")
    assert uploads.listed()[0].state == "waiting"


def test_columns_are_what_the_form_says_they_are(browser: TestClient, uploads: Uploads) -> None:
    page = hand_in(browser, "calls.csv", halves("番号,x,y,z")).text
    assert choices(page) == {
        "column-0": "customer_number", "column-1": "name", "column-2": "name+", "column-3": "phone",
    }  # fmt: skip
    (upload,) = uploads.listed()
    other = {**choices(page), "column-1": "name+", "column-2": "name"}
    page = act(browser, upload.id, "look", **other).text
    assert choices(page) == other


def test_a_form_that_is_not_ours_leaves_nothing(browser: TestClient, home: Path, tmp_path: Path) -> None:
    assert hand_in(browser, "calls.csv", a_list(tmp_path), form_mark="wrong").status_code == 403
    assert browser.post("/enrol", data={"form_mark": form_mark(browser, "/enrol")}).status_code == 400
    assert hand_in(browser, "calls.csv", b"x", extract=" ").status_code == 400
    assert not list((home / "uploads").iterdir())


def test_a_file_that_is_too_large_leaves_nothing(
    browser: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.access.gate.LARGEST_BYTES", 1000)
    assert hand_in(browser, "calls.csv", bytes(200_000)).status_code == 413
    assert not list((home / "uploads").iterdir())


def test_what_nobody_starts_is_removed_in_time(
    browser: TestClient, uploads: Uploads, clock: SetClock, tmp_path: Path
) -> None:
    hand_in(browser, "calls.csv", a_list(tmp_path))
    uploads.sweep()
    assert uploads.listed()
    clock.advance(KEPT * 1.01)
    uploads.sweep()
    assert uploads.listed() == []


def test_a_file_can_be_taken_back(browser: TestClient, uploads: Uploads, home: Path, tmp_path: Path) -> None:
    hand_in(browser, "calls.csv", a_list(tmp_path))
    act(browser, uploads.listed()[0].id, "drop")
    assert not list((home / "uploads").iterdir())


def test_no_such_upload_is_no_page(browser: TestClient) -> None:
    for name in ("0123456789abcdef", "..", "%2e%2e"):
        assert browser.get(f"/enrol/{name}").status_code in {404, 200}
    assert browser.get("/enrol/0123456789abcdef").status_code == 404


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("名簿 (4月).xlsx", "名簿 (4月).xlsx"),
        ("C:\\tmp\\..\\a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("", "upload"),
        ("..", "upload"),
        ("a\x00b\n.csv", "a_b_.csv"),
    ],
)
def test_a_files_name_is_a_name(name: str, cleaned: str) -> None:
    assert clean_file_name(name) == cleaned
    assert len(clean_file_name(name * 500)) <= 140


def test_states_hold_no_customers_value(browser: TestClient, uploads: Uploads, home: Path) -> None:
    hand_in(browser, "calls.csv", halves("番号,姓,名,電話"))
    (upload,) = uploads.listed()
    kept = (home / "uploads" / upload.id / "plan.json").read_text("utf-8")
    assert json.loads(kept)["columns"][1]["samples"] == ["大＊", "渡＊", "斎＊"]
    assert not any(half in kept for pair in HALVES for half in pair)
