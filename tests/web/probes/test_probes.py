"""Liveness, readiness and metrics: who may ask, and what they are told."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from core.settings import load_settings
from health.metrics.catalogue import CATALOGUE
from home import Home
from tests.web.people import link_of, somebody
from web.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.web.scene import Scene

LOOPBACK = ("127.0.0.1", 50000)
ELSEWHERE = ("192.0.2.7", 50000)
NAME = re.compile(r"hinomi_[a-z0-9]+(_[a-z0-9]+)*")
UNITS = ("_seconds", "_bytes", "_total", "_info")


@pytest.fixture
def asks(settings: Settings, database: Database, clock: SetClock) -> Callable[..., TestClient]:
    """A browser from some address, of an app with some settings."""

    def made(client: tuple[str, int] = LOOPBACK, **tables: Any) -> TestClient:
        changed = load_settings(settings.home, database=settings.database.model_dump(), **tables)
        app = create_app(Home.of(changed, database=database, clock=clock))
        return TestClient(app, base_url="http://127.0.0.1:8470", client=client, raise_server_exceptions=False)

    return made


def families(text: str) -> dict[str, Any]:
    return {one.name: one for one in text_string_to_metric_families(text)}


def test_a_process_that_answers_is_alive_under_any_name_without_a_database(
    asks: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("the database was asked")

    browser = asks(ELSEWHERE)
    monkeypatch.setattr("core.database.Database.read", broken)
    answer = browser.get("/healthz", headers={"host": "10.2.3.4:8470"})
    assert (answer.status_code, answer.json()) == (200, {"alive": True})


def test_what_keeps_it_from_its_work_is_said_in_a_word(
    asks: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr("health.metrics.readiness.KEPT_S", 0)
    browser = asks(ELSEWHERE)
    assert browser.get("/readyz").json() == {"ready": True, "reasons": []}, "pages alone need neither key nor index"
    browser.app.state.readiness.is_ticking = lambda: False  # type: ignore[attr-defined]  # Starlette's own
    answer = browser.get("/readyz")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["scheduler", "key"])
    browser.app.state.readiness.matches = False  # type: ignore[attr-defined]
    assert browser.get("/readyz").json()["reasons"] == ["scheduler"], "sweeps and alerts need neither key nor index"
    monkeypatch.setattr("health.metrics.readiness.revisions", lambda _database: ("0001", "9999"))
    assert browser.get("/readyz").json()["reasons"][0] == "migrations"
    (home / "hinomi.db").write_bytes(b"no database" * 100)
    monkeypatch.undo()
    monkeypatch.setattr("health.metrics.readiness.KEPT_S", 0)
    browser.app.state.world.home.database.close()  # type: ignore[attr-defined]
    assert browser.get("/readyz").json()["reasons"][0] == "database"


def test_metrics_are_this_machine_s_alone_unless_a_token_says_otherwise(asks: Callable[..., TestClient]) -> None:
    assert asks().get("/metrics").status_code == 200
    assert asks(ELSEWHERE).get("/metrics").status_code == 401
    for name in ("x-forwarded-for", "forwarded", "x-real-ip", "via"):
        assert asks().get("/metrics", headers={name: "192.0.2.7"}).status_code == 401
    behind = asks(web={"public_url": "https://hinomi.example"})
    assert behind.get("/metrics", headers={"host": "hinomi.example"}).status_code == 401, "a proxy is on this machine"
    assert asks(web={"host": "0.0.0.0"}).get("/metrics").status_code == 401  # noqa: S104  # that is what is tried
    assert asks(metrics={"enabled": False}).get("/metrics").status_code == 404


def test_a_token_is_asked_of_everybody(asks: Callable[..., TestClient], home: Path) -> None:
    (home / "metrics-token").write_text("from-a-file\n", encoding="utf-8")
    for tables, token in (({"token": "given"}, "given"), ({"token_file": "metrics-token"}, "from-a-file")):
        for client in (LOOPBACK, ELSEWHERE):
            browser = asks(client, metrics=tables)
            assert browser.get("/metrics").status_code == 401
            assert browser.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
            assert browser.get("/metrics", headers={"authorization": f"Bearer {token}"}).status_code == 200
    lost = asks(metrics={"token_file": "not-there"})
    assert lost.get("/metrics").status_code == 401, "a token that is lost opens nothing"
    assert lost.get("/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_every_metric_is_named_as_prometheus_wants_it(asks: Callable[..., TestClient], scene: Scene) -> None:
    assert scene
    browser = asks()
    browser.get("/search?q=x")
    found = families(browser.get("/metrics").text)
    assert set(found) >= {name.removesuffix("_total") for name in ("hinomi_documents_waiting", "hinomi_build_info")}
    for name, one in found.items():
        assert NAME.fullmatch(name), name
        assert one.documentation.endswith("."), name
        for sample in one.samples:
            if one.type == "counter" and not sample.name.endswith("_created"):
                assert sample.name.endswith("_total"), sample.name
        assert not (one.type == "gauge" and name.endswith("_total")), name
    for name, described in CATALOGUE.items():
        assert name.endswith("_total") == (described.kind == "counter"), name
        assert not re.search(r"_(ms|minutes|hours|kib|mib|gib|percent)$", name), name
        if "age" in name or "duration" in name:
            assert name.endswith("_seconds"), name
    assert all(one.samples[0].value == 1 for one in [found["hinomi_build_info"]])
    up = {sample.labels["part"]: sample.value for sample in found["hinomi_collection_up"].samples}
    assert set(up.values()) == {1.0}, up


def test_no_value_of_anybody_shows_in_them(
    asks: Callable[..., TestClient], scene: Scene, database: Database, clock: SetClock
) -> None:
    assert scene
    browser = asks()
    login = somebody(database, clock)
    browser.get(link_of(database, clock))
    planted = "090-1122-3344"
    for path in (f"/search?q={planted}", f"/incidents/{planted}", f"/{planted}", "/incidents/1"):
        browser.get(path)
    browser.request("X" + planted.replace("-", ""), "/")
    text = browser.get("/metrics").text
    assert planted not in text
    assert planted.replace("-", "") not in text
    labels = {
        (name, value) for one in families(text).values() for sample in one.samples
        for name, value in sample.labels.items() if name not in {"le", "version"}
    }  # fmt: skip
    routes = {getattr(one, "path", "") for one in browser.app.routes} | {"none"}  # type: ignore[attr-defined]
    assert {value for name, value in labels if name == "route"} <= routes
    assert str(getattr(login, "login", login)) not in {value for _, value in labels}
    assert os.uname().nodename not in {value for _, value in labels}


def test_the_database_is_not_asked_at_every_scrape(
    asks: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = asks(metrics={"cache_s": 3600})
    browser.get("/metrics")

    def broken(*_: object) -> None:
        raise AssertionError("the database was asked again")

    monkeypatch.setattr("core.database.Database.read", broken)
    assert browser.get("/metrics").status_code == 200


def test_a_part_that_fails_hides_no_other(asks: Callable[..., TestClient], home: Path) -> None:
    (home / "index").mkdir()
    (home / "index" / "CURRENT").write_text("nonsense\n", encoding="ascii")
    found = families(asks().get("/metrics").text)
    up = {sample.labels["part"]: sample.value for sample in found["hinomi_collection_up"].samples}
    assert up["index"] == 0
    assert up["documents"] == up["sources"] == 1
    assert "hinomi_documents_waiting" in found
