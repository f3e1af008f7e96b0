"""Looking and finding nothing is a record that says what was looked at; what nobody looked at is never left out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.main import run
from core.database import Database
from crawler.models import Sweep
from exports.errors import ExportError
from exports.looks.account import GAP, MOST_GAPS, NOTHING, SOMETHING, look_account, record_look
from exports.looks.read import read_look, statement_of
from tests.actors import by
from tests.web.scene import form_mark
from trails.models import TrailGap, TrailImport
from transparency.heads import publish
from transparency.proofs import prove_inclusion

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from home import Home
    from tests.web.scene import Scene

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


def swept(database: Database, source: str, hours: list[int], state: str = "done") -> None:
    with database.write() as session:
        for hour in hours:
            at = BEGIN + timedelta(hours=hour)
            session.add(Sweep(source=source, started_at=at, finished_at=at, state=state, pid=1, worker="here"))


def test_a_look_that_found_nothing_is_proved_by_the_log(house: Home) -> None:
    swept(house.database, "board", [1, 20, 90])
    swept(house.database, "board", [30, 40], "failed")
    with house.database.read() as session:
        account = look_account(session, BEGIN, BEGIN + timedelta(hours=100))
    (board,) = account["sources"]
    assert (board["sweeps"], board["failed"], board["gap_count"]) == (3, 2, 1)
    assert board["gaps"] == [[(BEGIN + timedelta(hours=hour)).isoformat() for hour in (20, 90)]]
    with house.database.write() as session:
        event = record_look(
            session, account, what="extract calls-2026", reason="asked", actor=by("鈴木"), now=house.clock.now()
        )
    publish(house.settings, house.database, house.clock)
    with house.database.read() as session:
        found = read_look(session, event)
        assert found.kind == NOTHING
        proof = prove_inclusion(session, "event", event)
    assert found.data["sha256"] in proof["entry"]
    for language, words in (("en", "Nothing of extract calls-2026"), ("ja", "見つかりませんでした")):
        text = statement_of(found, zone="Asia/Tokyo", language=language).as_text()
        assert words in text
        assert found.data["sha256"] in text
        assert "2026-03-02 05:00" in text, "where nobody looked, in the zone of the carrier"


def test_a_look_that_found_something_says_so(house: Home, scene: Scene) -> None:
    now = house.clock.now()
    with house.database.read() as session:
        account = look_account(session, now - timedelta(days=1), now)
    assert account["incidents"] == [scene.incident_id]
    assert account["waiting"] == account["documents"] == 2, "neither was judged"
    with house.database.write() as session:
        event = record_look(session, account, what="calls", reason="", actor=by("鈴木"), now=now)
    with house.database.read() as session:
        found = read_look(session, event)
    assert found.kind == SOMETHING
    assert f"#{scene.incident_id}" in statement_of(found, zone="UTC", language="en").verdict


def test_a_source_that_nobody_read_in_the_span_is_the_largest_gap(house: Home) -> None:
    swept(house.database, "board", [1])
    swept(house.database, "board", [200], "running")
    swept(house.database, "later", [500])
    since, until = BEGIN + timedelta(hours=100), BEGIN + timedelta(hours=300)
    with house.database.write() as session:
        account = look_account(session, since, until)
        event = record_look(session, account, what="x", reason="", actor=by("鈴木"), now=house.clock.now())
    (board,) = account["sources"]
    assert board["gaps"] == [[since.isoformat(), until.isoformat()]]
    assert (board["is_swept"], board["sweeps"], board["failed"], board["running"]) == (True, 0, 0, 1)
    with house.database.read() as session:
        found = read_look(session, event)
    assert found.data["gaps"] == 1
    text = statement_of(found, zone="UTC", language="en").as_text()
    assert "not looked at from 2026-03-05 04:00 until 2026-03-13 12:00" in text
    assert "have not ended yet: 1" in text


def test_gaps_of_records_are_those_of_the_span_and_all_are_counted(house: Home) -> None:
    def gap(kind: str, first: str, last: str) -> TrailGap:
        return TrailGap(system="crm", kind=kind, host="", first=first, last=last, missing=1, found_at=BEGIN)

    of_span = [gap("host", "2026-03-03", "2026-03-04") for _ in range(MOST_GAPS + 2)]
    with house.database.write() as session:
        at = {"first_at": BEGIN, "last_at": BEGIN + timedelta(30)}
        session.add(TrailImport(system="crm", file_name="x", mapping={}, state="done", started_at=BEGIN, new=5, **at))
        session.add_all([*of_span, gap("days", "2026-02-01", "2026-02-20"), gap("days", "2026-05-01", "2026-05-02")])
        session.add(gap("sequence", "17", "19"))
        account = look_account(session, BEGIN, BEGIN + timedelta(30))
        event = record_look(session, account, what="x", reason="", actor=by("鈴木"), now=house.clock.now())
    (crm,) = account["systems"]
    assert (crm["gap_count"], len(crm["gaps"])) == (MOST_GAPS + 3, MOST_GAPS)
    with house.database.read() as session:
        found = read_look(session, event)
    assert found.data["gaps"] == MOST_GAPS + 3
    assert "and 3 more such spans" in statement_of(found, zone="UTC", language="en").as_text()


def test_what_cannot_be_stated_is_refused(house: Home) -> None:
    with house.database.read() as session, pytest.raises(ExportError):
        look_account(session, BEGIN, BEGIN)
    with house.database.read() as session:
        account = look_account(session, BEGIN, BEGIN + timedelta(1))
    with house.database.write() as session, pytest.raises(ExportError):
        record_look(session, account, what=" ", reason="", actor=by("鈴木"), now=BEGIN)
    with house.database.read() as session, pytest.raises(ExportError):
        read_look(session, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(hours=st.lists(st.integers(-200, 399), max_size=12), length=st.integers(1, 400))
def test_every_hour_is_looked_at_or_in_a_gap(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, hours: list[int], length: int
) -> None:
    """The law: of any moment of a span, either a sweep stands within the limit around it, or a gap holds it."""
    file = tmp_path_factory.mktemp("looks") / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    swept(database, "board", hours)
    until = BEGIN + timedelta(hours=length)
    with database.read() as session:
        found = look_account(session, BEGIN, until)["sources"]
    database.close()
    inside = [hour for hour in hours if 0 <= hour < length]
    assert bool(found) == any(hour < length for hour in hours), "whatever was swept before the end is in it"
    for one in found:
        gaps = [tuple(map(datetime.fromisoformat, gap)) for gap in one["gaps"]]
        for hour in range(length):
            at = BEGIN + timedelta(hours=hour)
            before = max((h for h in [0, *inside] if h <= hour), default=0)
            after = min((h for h in [*inside, length] if h >= hour), default=length)
            is_gap = any(first <= at <= last for first, last in gaps)
            if timedelta(hours=after - before) > GAP:
                assert is_gap
            elif hour not in {0, *inside}:
                assert not is_gap


def test_the_command_states_it(house: Home, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--home", str(house.settings.home), "looks"]
    assert run([*command, "state", "--for", "calls-2026", "--since", "2026-01-01", "--until", "2026-02-01"]) == 0
    assert "Nothing of calls-2026 was found" in capsys.readouterr().out
    assert run([*command, "list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert run([*command, "print", str(told["event"])]) == 0
    assert run([*command, "print", "1"]) == 2


def test_the_page_states_it(house: Home, browser: TestClient) -> None:
    del house
    form = {
        "what": "billing-2026",
        "since": "2026-01-01",
        "until": "2026-02-01",
        "form_mark": form_mark(browser, "/looks"),
    }
    answer = browser.post("/looks", data=form)
    assert (answer.status_code, "Nothing of billing-2026" in answer.text) == (200, True)
    assert "billing-2026" in browser.get("/looks").text
    typed = browser.post("/looks", data=form | {"what": "090-1234-5678", "reason": "rang 090-1234-5678"})
    assert typed.status_code == 200
    assert "090-1234-5678" not in typed.text + browser.get("/looks").text
    assert browser.post("/looks", data=form | {"since": "2026-03-01"}).status_code == 400
    assert browser.post("/looks", data=form | {"since": "x"}).status_code == 400
    assert browser.get("/looks/1").status_code == 404
