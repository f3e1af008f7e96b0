"""The page that checks files: what arrives is bounded, what is found is shown masked, and each sees what they may."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.actors import Role
from judging.scans.store import DONE, LIST, RUNNING, ScanProgress, Scans
from tests.web.people import another
from tests.web.scene import form_mark

if TYPE_CHECKING:
    from pathlib import Path

    from httpx2 import Response
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from judging.scans.store import Scan

RESULT: dict[str, Any] = {
    "verdict": "leak", "confidence": 0.99999, "people": 50, "subjects": 40, "hidden": 0, "share": 0.8,
    "fields": {"phone": 40, "name": 20},
    "matches": [{"confidence": 0.999, "fields": {"phone": 1.0}, "place": {"member": "090-1111-2222.csv", "row": 3}}],
    "extracts": [
        {"extract": "sales-2026-04", "covered": 40, "of": 40, "size": 700, "score": 9.5, "terms": {"canary": 1.0},
         "tied_with": []},
        {"extract": "secret-other", "covered": 11, "of": 40, "size": 600, "score": -8.0, "terms": {}, "tied_with": []},
    ],
    "dated": [None, "2026-05-01"], "limits": ["list.zip: encrypted; not opened"],
}  # fmt: skip


@pytest.fixture
def scans(home: Path, clock: SetClock) -> Scans:
    return Scans(home, clock)


def hand_in(browser: TestClient, *files: tuple[str, bytes], **fields: str) -> Response:
    form = {"form_mark": form_mark(browser, "/scan"), "purpose": "check", **fields}
    return browser.post("/scan", data=form, files=[("files", file) for file in files])


def finished(scans: Scans, result: dict[str, Any] = RESULT) -> Scan:
    (scan,) = scans.listed()
    scans.keep_result(scan, 0, result)
    return scans.change(scan, state=DONE)


def test_files_wait_private_and_under_names_of_their_own(browser: TestClient, scans: Scans) -> None:
    page = hand_in(browser, ("a.csv", b"x"), ("../../a.csv", b"yy"), ("b\x00\n.zip", b"zzz"))
    assert page.status_code == 200
    assert page.headers["refresh"] == "2"
    (scan,) = scans.listed()
    assert [(one.name, one.size_bytes) for one in scan.files] == [("a.csv", 1), ("a.csv", 2), ("b_00_0A.zip", 3)]
    paths = [scans.path_of(scan, number) for number in range(3)]
    assert len({path.resolve() for path in paths}) == 3
    assert {path.parent for path in paths} == {scans.path_of(scan, 0).parent}
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert scan.by["name"] == "山口"


@pytest.mark.parametrize(
    ("files", "fields", "status"),
    [
        ([("a", b"x")], {"form_mark": "wrong"}, 403),
        ([], {}, 400),
        ([("", b"")], {}, 400),
        ([("a", b"x"), ("empty.csv", b"")], {}, 400),
        ([(f"{n}", b"x") for n in range(21)], {}, 413),
        ([("a", bytes(6000))], {}, 413),
        ([("a", bytes(3000)), ("b", bytes(3000))], {}, 413),
        ([("a", b"x")], {"purpose": "other"}, 400),
        ([("a", b"x")], {"purpose": "list"}, 400),
        ([("a", b"x")], {"purpose": "list", "where": "板", "when": "2030-01-01T00:00"}, 400),
        ([("a", b"x")], {"purpose": "list", "where": "板", "when": "yesterday"}, 400),
    ],
)
def test_what_is_not_as_it_should_be_leaves_nothing(
    browser: TestClient,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: list[tuple[str, bytes]],
    fields: dict[str, str],
    status: int,
) -> None:
    monkeypatch.setattr("web.access.gate.LARGEST_BYTES", 5000)
    assert hand_in(browser, *files, **fields).status_code == status
    assert not (home / "scans").is_dir() or not list((home / "scans").iterdir())


def test_a_list_says_where_it_came_from(browser: TestClient, scans: Scans) -> None:
    hand_in(browser, ("list.txt", b"x"), purpose="list", where="板\x07 5", whom="警察", when="2026-11-20T10:30")
    (scan,) = scans.listed()
    assert (scan.purpose, scan.origin.where, scan.origin.whom) == (LIST, "板  5", "警察")
    assert scan.origin.seen_at == "2026-11-20T10:30:00+09:00"


def test_what_was_found_is_shown_masked(browser: TestClient, scans: Scans) -> None:
    hand_in(browser, ("090-1111-2222.csv", b"x"))
    page = browser.get(f"/scan/{finished(scans).id}").text
    for told in ("40 of 50 people", "sales-2026-04", "a canary is in it", "2026-05-01", "encrypted"):
        assert told in page, told
    assert "090-1111-2222" not in page
    assert "090-1111-2222" not in browser.get("/scan").text


def test_an_incident_is_asked_for_once_and_only_of_what_holds_ours(browser: TestClient, scans: Scans) -> None:
    hand_in(browser, ("a", b"x"), ("b", b"y"))
    scan = finished(scans)
    scans.keep_result(scan, 1, {**RESULT, "subjects": 0, "verdict": "clear"})
    form = {"form_mark": form_mark(browser, "/account"), "do": "open"}
    for file, status in (("1", 409), ("2", 400), ("-1", 400), ("x", 400), ("0", 200), ("0", 409)):
        answer = browser.post(f"/scan/{scan.id}", data={**form, "file": file})
        assert answer.status_code == status, file
    (left,) = scans.listed()
    assert (left.state, left.to_open) == ("waiting", (0,))


def test_a_scan_is_removed_on_request(browser: TestClient, scans: Scans, home: Path) -> None:
    hand_in(browser, ("a", b"x"))
    form = {"form_mark": form_mark(browser, "/account"), "do": "drop"}
    (scan,) = scans.listed()
    assert browser.post(f"/scan/{scan.id}", data=form).status_code == 400, "not while it waits"
    browser.post(f"/scan/{finished(scans).id}", data=form)
    assert not list((home / "scans").iterdir())
    assert browser.get(f"/scan/{scan.id}").status_code == 404


def test_a_data_owner_sees_their_own_scans_and_of_others_extracts_no_name(
    browser: TestClient, scans: Scans, database: Database, clock: SetClock
) -> None:
    app: Any = browser.app
    own = another(app, database, clock, "own", Role.DATA_OWNER, extracts=("sales-*",))
    foreign = another(app, database, clock, "foreign", Role.DATA_OWNER, extracts=("billing-*",))
    responder = another(app, database, clock, "csirt", Role.RESPONDER)
    hand_in(own, ("mine.csv", b"x"))
    path = f"/scan/{finished(scans).id}"
    page = own.get(path).text
    assert "sales-2026-04" in page
    assert "secret-other" not in page
    assert "1 extracts of other departments fit" in page
    assert foreign.get(path).status_code == 404
    assert "mine.csv" not in foreign.get("/scan").text
    assert "secret-other" in responder.get(path).text


def test_how_far_it_is_is_told_and_no_more_than_is_known(browser: TestClient, scans: Scans, clock: SetClock) -> None:
    hand_in(browser, *[(f"{n}.txt", b"x" * 1000) for n in range(4)])
    (scan,) = scans.listed()
    assert "It waits for its turn" in browser.get(f"/scan/{scan.id}").text
    scan = scans.change(scan, state=RUNNING, worker="elsewhere/1/1")
    began = clock.now()
    scans.tell(scan, ScanProgress(0, began, began, 0, 0))
    assert "cannot be told yet" in browser.get(f"/scan/{scan.id}").text
    clock.advance(timedelta(seconds=20))
    scans.tell(scan, ScanProgress(2, clock.now(), began, 0, 2000))
    page = browser.get(f"/scan/{scan.id}").text
    assert "2 of 4" in page
    assert "10 to 48 s" in page
