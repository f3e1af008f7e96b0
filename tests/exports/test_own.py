"""Whoever may something as a data owner alone takes away their own incidents, and their own extracts' customers."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from core.actors import Role
from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from exports.deed import check_own, made_export, second_person_for
from exports.queue import ask_for
from exports.wish import ExportWish
from fingerprints.secrets.keys import create_key
from incidents.models import Incident
from people.errors import NotAllowedError
from tests.actors import by
from tests.fingerprints.people import customers
from tests.web.people import another
from tests.web.scene import form_mark
from web.masking.applied import PageMasks

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

    from core.actors import Actor
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from home import Home
    from tests.web.scene import Scene

BOUND = [
    ({"form": "stix", "reveal": True}, (Role.AUDITOR,)),
    ({"form": "csv", "chosen": "customers", "reveal": True}, (Role.AUDITOR,)),
    ({"form": "csv", "chosen": "customers", "reveal": True}, (Role.INVESTIGATOR,)),
    ({"form": "xlsx", "reveal": True}, (Role.INVESTIGATOR,)),
    ({"form": "misp", "push": True}, (Role.AUDITOR,)),
]


@pytest.fixture
def enrolled(settings: Settings, database: Database, clock: SetClock, tmp_path: Path) -> None:
    """An index of sixty customers, all lent as one extract."""
    file = tmp_path / "customers.csv"
    columns = customers(range(60))
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([list(columns), *zip(*columns.values(), strict=True)])
    lending = Lending("sales-2026-04", date(2026, 4, 1))
    Enroller(settings, create_key(settings.home / "key"), database, clock).enrol(
        file, understand(file), lending, processes=1
    )


def owner(*more: Role, extracts: tuple[str, ...]) -> Actor:
    return by("own", Role.DATA_OWNER, *more, extracts=extracts)


@pytest.mark.parametrize(("asked", "roles"), BOUND)
def test_nobody_takes_as_a_data_owner_what_is_not_theirs(
    house: Home, scene: Scene, asked: dict[str, Any], roles: tuple[Role, ...]
) -> None:
    wish = ExportWish.of({"incident_id": scene.incident_id, "reason": "x"} | asked)
    stranger, theirs = owner(*roles, extracts=("own-*",)), owner(*roles, extracts=("sales-*",))
    with house.database.read() as session:
        check_own(session, wish, theirs)
        check_own(session, wish, owner(*roles, extracts=("*",)))
    with pytest.raises(NotAllowedError):
        second_person_for(wish, house, PageMasks(), actor=stranger)
    with pytest.raises(NotAllowedError), made_export(wish, house, masks=PageMasks(), actor=stranger):
        pass
    with house.database.write() as session, pytest.raises(NotAllowedError):
        ask_for(session, wish, actor=stranger, approved={}, now=house.clock.now())
    search = ExportWish.of({"events": "kind:note", "reason": "x"} | asked)
    with house.database.read() as session, pytest.raises(NotAllowedError):
        check_own(session, search, theirs)
    masked = ExportWish("csv", scene.incident_id)
    with house.database.read() as session:
        check_own(session, masked, stranger)


@pytest.mark.usefixtures("enrolled")
def test_numbers_are_those_of_their_own_extracts_and_the_others_are_counted(house: Home, scene: Scene) -> None:
    @given(st.sets(st.integers(0, 59), min_size=1), st.sets(st.integers(900, 990)))
    def law(inside: set[int], outside: set[int]) -> None:
        with house.database.write() as session:
            session.get_one(Incident, scene.incident_id).members = BitMap(inside | outside).serialize()
        wish = ExportWish("csv", scene.incident_id, chosen="customers", reveal=True, reason="x")
        actor = owner(Role.INVESTIGATOR, extracts=("sales-*",))
        with made_export(wish, house, masks=PageMasks(), actor=actor) as made:
            rows = list(csv.reader(io.StringIO(made.path.read_text("utf-8-sig"))))
            left_out = made.tally.left_out["customers_of_others"]
        assert (len(rows) - 1, left_out) == (len(inside), len(outside))

    law()


def test_the_page_refuses_them_too(
    browser: TestClient, house: Home, scene: Scene, database: Database, clock: SetClock
) -> None:
    del house
    roles = (Role.DATA_OWNER, Role.AUDITOR)
    both = another(browser.app, database, clock, "both", *roles, extracts=("own-*",))  # type: ignore[arg-type]
    page = f"/incidents/{scene.incident_id}/export"
    form = {"form_mark": form_mark(both, page), "reason": "x", "format": "stix"}
    assert both.post(page, data=form).status_code == 200
    assert both.post(page, data=form | {"reveal": "yes"}).status_code == 403
