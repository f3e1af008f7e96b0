"""The page of the regular checks: masked, on the record, and decided by a form."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from incidents.models import Event
from tests.web.scene import form_mark
from trails.models import TrailSuspicion

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from core.clock import SetClock
    from core.database import Database


@pytest.fixture
def suspicion(database: Database, clock: SetClock) -> int:
    with database.write() as session:
        row = TrailSuspicion(
            key="k", system="crm", check="outside", kind="operator", name="op-secret", day=date(2026, 11, 1),
            measured=12, usual=0, detail="removable_media", found_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def kinds(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Event.kind).where(Event.incident_id.is_(None))))


def test_the_page_masks_names_and_records_the_look(browser: TestClient, database: Database, suspicion: int) -> None:
    del suspicion
    page = browser.get("/suspicions").text
    assert "op-secret" not in page
    assert "●●1" in page
    assert "suspicions-viewed" in kinds(database)


def test_names_are_shown_for_a_reason_only(browser: TestClient, database: Database, suspicion: int) -> None:
    del suspicion
    mark = form_mark(browser, "/suspicions")
    assert browser.post("/suspicions/names", data={"form_mark": mark, "reason": " "}).status_code == 400
    assert "op-secret" in browser.post("/suspicions/names", data={"form_mark": mark, "reason": "audit"}).text
    assert "suspicions-revealed" in kinds(database)


def test_a_decision_moves_it_to_its_state(browser: TestClient, database: Database, suspicion: int) -> None:
    mark = form_mark(browser, "/suspicions")
    send = {"form_mark": mark, "decision": "explain", "reason": "a stocktaking"}
    page = browser.post(f"/suspicions/{suspicion}", data=send).text
    assert "a stocktaking" in page
    assert "suspicion-explained" in kinds(database)
    assert browser.post("/suspicions/999", data=send).status_code == 404
    assert browser.post(f"/suspicions/{suspicion}", data={**send, "decision": "burn"}).status_code == 400
