"""The log's page: the last head, proofs as files, and that nothing else comes out of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.actors import SYSTEM, Role
from tests.web.people import another
from transparency.check_proof import _check
from transparency.heads import publish
from transparency.keys import create_log_key
from transparency.last_verification import is_verification_due, note_verification
from transparency.notes import read_note
from transparency.verify.damage import Report
from transparency.verify.verification import verify

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene


@pytest.fixture
def signed(scene: Scene, settings: Settings, database: Database, clock: SetClock) -> Scene:
    """The scene under a signed head."""
    create_log_key(settings.log_key_path)
    publish(settings, database, clock)
    return scene


@pytest.mark.usefixtures("scene")
def test_without_a_head_the_page_says_what_to_do(browser: TestClient) -> None:
    assert "No head was signed yet" in browser.get("/log").text
    assert browser.get("/log/log-key.pub").status_code == 404


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize(("language", "title"), [("en", "Last signed head"), ("ja", "最新の署名")])
def test_the_last_head_can_be_copied_off_the_page(browser: TestClient, language: str, title: str) -> None:
    text = browser.get(f"/log?lang={language}").text
    assert title in text
    note = text.split("<code>")[1].split("</code>")[0].replace("&#43;", "+")
    assert read_note(note).head.size > 3
    assert 'aria-current="page"' in text


@pytest.mark.usefixtures("signed")
def test_a_proof_of_an_event_is_a_file_that_the_script_accepts(browser: TestClient, tmp_path: Path) -> None:
    answer = browser.get("/log/inclusion?kind=event&id=2")
    assert answer.headers["content-disposition"] == 'attachment; filename="hinomi-inclusion-event-2.json"'
    (tmp_path / "proof.json").write_bytes(answer.content)
    assert _check(str(tmp_path / "proof.json"), b"").startswith("holds: leaf")


def test_a_proof_of_growth_is_a_file(
    browser: TestClient, signed: Scene, settings: Settings, database: Database, clock: SetClock, tmp_path: Path
) -> None:
    browser.get(f"/documents/{signed.document_id}")
    publish(settings, database, clock)
    lines = [json.loads(line) for line in browser.get("/log/heads.jsonl").text.splitlines()]
    first, second = (line["size"] for line in lines)
    answer = browser.get(f"/log/consistency?first={first}&second={second}")
    (tmp_path / "proof.json").write_bytes(answer.content)
    assert _check(str(tmp_path / "proof.json"), b"").startswith(f"holds: the log of {first} leaves")


@pytest.mark.usefixtures("signed")
def test_what_cannot_be_proved_or_meant_is_said(browser: TestClient) -> None:
    missing = browser.get("/log/inclusion?kind=event&id=999")
    assert missing.status_code == 404
    assert "The log holds no such entry" in missing.text
    assert browser.get("/log/consistency?first=5&second=999").status_code == 404
    for wrong in ("inclusion?kind=secret&id=1", "inclusion?kind=event&id=x", "consistency?first=1", "consistency"):
        assert browser.get(f"/log/{wrong}").status_code == 400


@pytest.mark.usefixtures("signed")
def test_script_and_key_can_be_taken_away_and_the_private_key_cannot(
    browser: TestClient, stranger: TestClient, settings: Settings
) -> None:
    assert "def _check" in browser.get("/log/check_proof.py").text
    assert browser.get("/log/log-key.pub").text.startswith("-----BEGIN PUBLIC KEY-----")
    private = settings.log_key_path.read_text()
    assert all(private not in browser.get(f"/log/{name}").text for name in ("", "log-key", "log-key.pub"))
    stranger.cookies.clear()
    assert stranger.get("/log/heads.jsonl").status_code == 403


def foot(browser: TestClient) -> str:
    return browser.get("/health").text.split("<footer")[1]


@pytest.mark.usefixtures("signed")
def test_every_page_says_when_the_record_was_verified_and_what_came_of_it(
    browser: TestClient, settings: Settings, database: Database, clock: SetClock
) -> None:
    assert "never verified" in foot(browser)
    text = browser.get("/log").text
    mark = text.split('name="form_mark" value="')[1].split('"')[0]
    assert browser.post("/log/verify", data={"form_mark": mark}).status_code == 200
    assert "is being verified" in foot(browser)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET actor = 'nobody' WHERE id = 1")
    for report, said in ((Report(), "Record whole"), (verify(settings, database, clock), "The record is damaged in")):
        with database.write() as session:
            note_verification(session, report, actor=SYSTEM, now=clock.now())
        assert said in foot(browser)
    with database.read() as session:
        assert not is_verification_due(session, settings.log, clock.now())
        assert is_verification_due(session, settings.log, clock.advance(timedelta(hours=25)))


@pytest.mark.usefixtures("signed")
def test_a_line_of_a_timeline_leads_to_the_proof_of_its_event(browser: TestClient, scene: Scene) -> None:
    page = browser.get(f"/incidents/{scene.incident_id}").text
    links = re.findall(r'href="(/log/inclusion[^"]*)"[^>]*>#(\d+)<', page)
    assert links
    for link, number in links:
        answer = browser.get(link.replace("&amp;", "&"))
        assert f"inclusion-event-{number}.json" in answer.headers["content-disposition"]
        assert f'"id":{number},' in answer.json()["entry"]


def test_who_may_not_see_entries_sees_the_number_alone(
    browser: TestClient, scene: Scene, database: Database, clock: SetClock
) -> None:
    other = another(browser.app, database, clock, "owner", Role.DATA_OWNER)  # type: ignore[arg-type]
    page = other.get(f"/incidents/{scene.incident_id}").text
    assert "/log/inclusion" not in page
    assert re.search(r" · #\d+", page)
