"""`hinomi subjects forget`'s work: index and register forget together, canaries too, and again without harm."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.forgetting import forget
from custody.models import Extract
from custody.register.history import Act, events_of
from custody.register.holdings import get_extract
from fingerprints.index.canaries import Canary, read_canaries, write_canaries
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import create_key
from tests.custody.test_enrolment import write_csv
from tests.fingerprints.people import customers

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

DAY = date(2026, 4, 1)


def test_index_and_register_forget_together(
    tmp_path: Path, settings: Settings, database: Database, clock: SetClock
) -> None:
    key = create_key(settings.home / "key")
    for name, numbers in (("all", range(30)), ("some", range(10))):
        path = write_csv(tmp_path / f"{name}.csv", customers(numbers))
        enroller = Enroller(settings, key, database, clock)
        enroller.enrol(path, understand(path), Lending(name, DAY, "架空販売"), processes=1)
    write_canaries(settings.index_dir, key, [Canary("some", f"K00000{n}", "2026-04-01") for n in (3, 4)])
    act = Act("keeper", clock.now(), clock.now().date(), "asked to be forgotten")
    wanted = ["K000003", "ｋ００００２９", "K999999"]
    done, strangers = forget(settings.index_dir, key, database, wanted, act=act)
    assert (done.subjects, strangers) == (2, 1)
    again, strangers = forget(settings.index_dir, key, database, wanted, act=act)
    assert (again.subjects, again.generation, strangers) == (0, done.generation, 3)
    assert {info.name: info.size for info in Index.open(settings.index_dir, key, check=True).extracts} == {
        "all": 28,
        "some": 9,
    }
    assert [one.number for one in read_canaries(settings.index_dir, key)] == ["K000004"]
    with database.read() as session:
        sizes = {extract.name: extract.size for extract in session.scalars(select(Extract))}
        assert sizes == {"all": 28, "some": 9}
        last = events_of(session, get_extract(session, "some"))[-1]
    assert (last.kind, last.actor, last.changes) == ("customers-forgotten", "keeper", {"size": [10, 9]})
