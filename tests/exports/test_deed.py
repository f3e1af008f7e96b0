"""Who takes what away: second persons, the queue behind the pages, a MISP server that is told, the command."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import bagit
import pytest
from pyroaring import BitMap
from sqlalchemy import select

from alerts.delivery import open_post
from cli.main import run
from core.actors import Role
from core.settings import load_settings
from exports.deed import made_export, second_person_for
from exports.errors import ExportError, ExportFailedError
from exports.misp_server import push_file
from exports.models import ExportRow
from exports.queue import (
    DONE,
    FAILED,
    GONE,
    MOST_BEGUN,
    RUNNING,
    WAITING,
    ask_for,
    expire_exports,
    file_of,
    left_running,
    next_waiting,
    run_export,
    settle,
)
from exports.wish import ExportWish
from exports.work_folder import held
from home import Home
from incidents.models import Event, Incident
from incidents.timeline.events import add_event
from jobs.casework.exports import ExportJob
from jobs.interface import Workbench
from people.approvals import EXPORT, LIST_NUMBERS
from tests.actors import by
from tests.exports.misp_stand_in import KEY, MispStandIn
from tests.exports.test_bag import unpacked
from tests.web.people import another
from tests.web.scene import form_mark
from web.masking.applied import PageMasks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.exports.conftest import Take
    from tests.web.scene import Scene


@pytest.fixture
def misp() -> Iterator[MispStandIn]:
    """A server that listens."""
    made = MispStandIn()
    yield made
    made.close()


def told_to(settings: Settings, misp: MispStandIn, key: str = KEY) -> Settings:
    """The settings of a home that knows a server."""
    return load_settings(
        settings.home, database={"url": settings.database_url}, exports={"misp": {"url": misp.url, "key": key}}
    )


def test_a_server_is_told_once_and_then_kept_up_to_date(
    take: Take, settings: Settings, misp: MispStandIn, clock: SetClock
) -> None:
    path, _ = take("misp")
    known = told_to(settings, misp)
    first = push_file(known, path, clock.now())
    clock.advance(timedelta(minutes=1))
    second = push_file(known, take("misp")[0], clock.now())
    assert ((first.added, first.updated), (second.added, second.updated)) == ((1, 0), (0, 1))
    (event,) = misp.events.values()
    assert "An export was made" in event["EventReport"][0]["content"], "the second time tells of the first"


def test_where_a_push_goes_and_what_was_taken_is_on_record_whatever_comes_of_it(
    house: Home, scene: Scene, misp: MispStandIn, settings: Settings, database: Database, clock: SetClock
) -> None:
    """The law: no server has an event that the record does not know it was handed to."""
    there = Home.of(told_to(settings, misp), database=database, clock=clock)
    with database.write() as session:
        other = Incident(
            state="open",
            severity="low",
            opened_at=clock.now(),
            updated_at=clock.now(),
            first_seen_at=clock.now(),
            members=BitMap().serialize(),
        )
        session.add(other)
        session.flush()
        add_event(session, "note", actor=by("鈴木"), now=clock.now(), incident_id=other.id, data={"text": "名簿"})
    misp.takes = 1
    number = row_of(there, form="misp", push=True, incident_id=None, events="kind:note")
    with pytest.raises(ExportFailedError, match="taken before: 1 added, 0 updated"):
        run_export(there, number, PageMasks())
    with database.read() as session:
        told = {one.kind: one.data for one in session.scalars(select(Event).order_by(Event.id))}
        assert session.get_one(ExportRow, number).state == FAILED
    assert told["incident-exported"]["server"] == misp.url
    assert (
        (told["misp-pushed"]["server"], told["misp-pushed"]["added"]) == (misp.url, len(misp.events)) == (misp.url, 1)
    )
    del house, scene


def test_a_server_that_refuses_says_so_without_what_was_sent(
    take: Take, settings: Settings, misp: MispStandIn, clock: SetClock
) -> None:
    path, _ = take("misp", reveal=True)
    with pytest.raises(ExportFailedError, match="does not answer"):
        push_file(told_to(settings, misp, "another key"), path, clock.now())
    misp.refuses = True
    with pytest.raises(ExportFailedError, match="refused") as refused:
        push_file(told_to(settings, misp), path, clock.now())
    assert "my-paste" not in str(refused.value)
    with pytest.raises(ExportError, match="no MISP"):
        push_file(settings, path, clock.now())
    with pytest.raises(ExportError):
        take("stix", push=True)


def test_a_server_that_is_not_there_is_named(
    take: Take, settings: Settings, misp: MispStandIn, clock: SetClock
) -> None:
    known = told_to(settings, misp)
    misp.close()
    with pytest.raises(ExportFailedError, match=misp.url):
        push_file(known, take("misp")[0], clock.now())
    misp.__init__()  # type: ignore[misc]  # for the fixture, which closes it


def test_many_values_and_names_of_operators_need_a_second_person(house: Home, scene: Scene) -> None:
    def needed(**more: Any) -> Any:
        wish = ExportWish.of({"form": "bag", "incident_id": scene.incident_id, "reveal": True, "reason": "x"} | more)
        return second_person_for(wish, house, PageMasks(), actor=by("鈴木"))

    assert needed() is None, "forty customers, a hundred are allowed"
    assert needed(reveal=False) is None
    assert needed(form="timesketch").kind == EXPORT
    house.settings.people.__dict__["reveal_limit"] = 10
    assert needed().kind == EXPORT
    assert needed(form="csv", chosen="customers").kind == LIST_NUMBERS
    assert needed(form="xlsx").kind == LIST_NUMBERS, "all lists of a workbook hold the customers too"
    assert needed(form="xlsx", chosen="events").kind == EXPORT
    told = [
        needed(form="misp", **more).about
        for more in ({}, {"push": True}, {"recipient": "age1a"}, {"recipient": "age1b"})
    ]
    assert len(set(told)) == len(told), "an approval is for one place that it goes to"
    assert needed(reveal=False) is None


def test_the_database_is_let_go_before_a_file_is_handed_out(
    house: Home, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[object] = []
    read = house.database.read

    @contextmanager
    def counted() -> Iterator[Any]:
        with read() as session:
            open_now.append(session)
            yield session
        open_now.pop()

    monkeypatch.setattr(house.database, "read", counted)
    wish = ExportWish.of({"form": "csv", "incident_id": scene.incident_id, "reason": "x"})
    with made_export(wish, house, masks=PageMasks(), actor=by("鈴木")) as made:
        assert made.path.is_file()
        assert open_now == []


def row_of(house: Home, **more: Any) -> int:
    wish = ExportWish.of({"form": "bag", "incident_id": 1, "reason": "a hearing"} | more)
    with house.database.write() as session:
        return ask_for(session, wish, actor=by("鈴木"), approved={}, now=house.clock.now()).id


def test_what_waits_is_made_fetched_and_gone_when_its_time_is_over(
    house: Home, clock: SetClock, tmp_path: Path
) -> None:
    number = row_of(house)
    with house.database.read() as session:
        assert next_waiting(session) == number
    row = run_export(house, number, PageMasks())
    assert (row.state, row.done, row.total) == (DONE, 1, 1)
    path = file_of(house.settings.home, row)
    assert bagit.Bag(str(unpacked(path, tmp_path / "out"))).validate()
    assert expire_exports(house) == 0
    clock.advance(timedelta(hours=house.settings.exports.keep_hours, seconds=1))
    assert expire_exports(house) == 1
    assert not path.exists()
    with house.database.read() as session:
        assert session.get_one(ExportRow, number).state == GONE
        assert next_waiting(session) is None


def test_what_fails_says_why_and_what_was_handed_back_waits(house: Home) -> None:
    number = row_of(house, events="nothing like this", documents="", incident_id=None)
    with pytest.raises(ExportError):
        run_export(house, number, PageMasks())
    with house.database.read() as session:
        row = session.get_one(ExportRow, number)
        assert (row.state, row.message) == (FAILED, "no incident fits the search")
    settle(house, number, WAITING)
    with house.database.read() as session:
        assert next_waiting(session) == number


def test_what_was_stopped_waits_again_and_what_is_made_is_made_once(
    house: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_given: object, **_more: object) -> None:
        raise SystemExit(143)

    number = row_of(house)
    with monkeypatch.context() as patched:
        patched.setattr("exports.queue.made_export", stopped)
        for _ in range(MOST_BEGUN):
            with pytest.raises(SystemExit):
                run_export(house, number, PageMasks())
            with house.database.read() as session:
                assert next_waiting(session) == number
    with pytest.raises(ExportError, match="ended 5 times"):
        run_export(house, number, PageMasks())
    with house.database.read() as session:
        assert session.get_one(ExportRow, number).state == FAILED
    number = row_of(house)
    with held(house.settings.home, number), pytest.raises(ExportError, match="does not wait"):
        run_export(house, number, PageMasks())
    run_export(house, number, PageMasks())
    with pytest.raises(ExportError, match="does not wait"):
        run_export(house, number, PageMasks())
    with house.database.read() as session:
        made = session.scalars(select(Event.id).where(Event.kind == "incident-exported")).all()
    assert len(made) == 1


def test_what_a_killed_process_left_is_made_anew(house: Home) -> None:
    number = row_of(house)
    settle(house, number, RUNNING)
    with held(house.settings.home, number):
        assert left_running(house) == []
    assert left_running(house) == [number]
    job = job_of(house)
    assert job.is_wanted()
    assert job.work() == "done"
    with house.database.read() as session:
        assert session.get_one(ExportRow, number).state == DONE


def job_of(house: Home) -> ExportJob:
    post = open_post(house.settings, house.database, house.clock)
    return ExportJob(Workbench(house, post, threading.Event()))


def test_the_job_makes_what_waits_in_a_child(house: Home) -> None:
    job = job_of(house)
    assert not job.is_wanted()
    number = row_of(house)
    assert job.is_wanted()
    assert job.work() == "done"
    with house.database.read() as session:
        assert session.get_one(ExportRow, number).state == DONE
    assert not job.is_wanted()


def test_the_command_writes_a_new_file_and_says_what_is_in_it(
    house: Home, scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "case.zip"
    arguments = ["--home", str(house.settings.home), "export", str(scene.incident_id), "--as", "bag", "--out", str(out)]
    assert run([*arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["file"], told["taken"]["documents"]) == (str(out), 1)
    assert bagit.Bag(str(unpacked(out, tmp_path / "out"))).validate()
    assert out.stat().st_mode & 0o077 == 0
    assert run(arguments) == 2, "what is there is never overwritten"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    assert run([*arguments[:4], "--as", "csv", "--query", "kind:note", "--out", "-"]) == 0
    assert capsys.readouterr().out.count("名簿を確認") == 3
    assert run([*arguments[:3], "--as", "nothing", "--query", "x"]) == 2
    assert run([*arguments[:4], "--as", "stix", "--reveal", "--json"]) == 2, "values need a reason"
    assert run([*arguments[:2], "exports", "list", "--json"]) == 0
    assert run([*arguments[:2], "exports", "run", "7"]) == 2


def post(browser: TestClient, scene: Scene, **form: str) -> Any:
    page = f"/incidents/{scene.incident_id}/export"
    return browser.post(page, data={"form_mark": form_mark(browser, page), "reason": "a hearing"} | form)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_hands_out_what_is_quick_and_lists_what_is_not(
    browser: TestClient, house: Home, scene: Scene, language: str, tmp_path: Path
) -> None:
    browser.headers["accept-language"] = language
    page = f"/incidents/{scene.incident_id}/export"
    assert page in browser.get(f"/incidents/{scene.incident_id}").text
    answer = post(browser, scene, format="stix")
    assert answer.status_code == 200
    assert json.loads(answer.text)["type"] == "bundle"
    assert "a hearing" in browser.get(f"/incidents/{scene.incident_id}").text
    assert list((house.settings.home / "exports").iterdir()) == []
    assert post(browser, scene, format="bag").status_code == 200
    with house.database.read() as session:
        number = session.scalars(select(ExportRow.id)).one()
    assert browser.get(f"{page}/{number}").status_code == 409, "it is not made yet"
    run_export(house, number, PageMasks())
    fetched = browser.get(f"{page}/{number}")
    assert fetched.status_code == 200
    (tmp_path / "bag.zip").write_bytes(fetched.content)
    assert bagit.Bag(str(unpacked(tmp_path / "bag.zip", tmp_path / "out"))).validate()
    assert fetched.headers["x-sha-256"] in browser.get(page).text


def test_the_page_refuses_what_cannot_be(
    browser: TestClient, house: Home, scene: Scene, database: Database, clock: SetClock
) -> None:
    assert post(browser, scene, format="stix", reason=" ").status_code == 400
    assert post(browser, scene, format="nothing").status_code == 400
    wrong = post(browser, scene, format="bag", recipient="somebody")
    assert (wrong.status_code, "age-keygen" in wrong.text) == (400, True)
    unread = post(browser, scene, format="bag", events="kind:(", recipient="")
    assert (unread.status_code, "<form" in unread.text, "kind:(" in unread.text) == (400, True, True)
    spoilt = post(browser, scene, format="bag", recipient="age1nobody")
    assert (spoilt.status_code, "age-keygen" in spoilt.text) == (400, True)
    with house.database.read() as session:
        assert session.scalars(select(ExportRow.id)).all() == [], "it is said before anything is in line"
    auditor = another(browser.app, database, clock, "hana", Role.AUDITOR)  # type: ignore[arg-type]
    assert post(auditor, scene, format="csv").status_code == 200
    assert post(auditor, scene, format="csv", reveal="yes").status_code == 403
    number = row_of(house)
    run_export(house, number, PageMasks())
    assert auditor.get(f"/incidents/{scene.incident_id}/export/{number}").status_code == 404, "somebody else's"
    assert browser.get("/incidents/99/export").status_code == 404
    with database.read() as session:
        assert session.scalar(select(Event.id).where(Event.kind == "values-exported")) is None
