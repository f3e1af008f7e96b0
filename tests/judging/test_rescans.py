"""Looking again goes on from where it was, keeps nobody waiting, looks at everything once, and ends on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from archive.models import DocumentRow
from custody.models import IndexState
from custody.register.index_states import ENROLLED, FORGOTTEN
from incidents.models import Event, FindingRow, Rescan
from judging.rescans import ASKED, DONE, OVERTAKEN, begin_rescan, go_on, new_generation, open_rescan

if TYPE_CHECKING:
    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database

COUNT = 47


def fill(database: Database, archive: Archive, count: int = COUNT) -> list[int]:
    """Documents that an older index looked at."""
    ids = [archive.hand_in(f"page {n}".encode(), f"{n}.txt").document_id for n in range(count)]
    with database.write() as session:
        session.execute(update(DocumentRow).values(state="matched"))
    return ids


def judge(database: Database, clock: SetClock, generation: int, verdict: str = "clear") -> list[int]:
    """What `hinomi match` does with whatever waits; gives what that was."""
    with database.write() as session:
        waiting = session.scalars(select(DocumentRow).where(DocumentRow.state == "waiting")).all()
        for document in waiting:
            document.state = "matched"
            session.add(
                FindingRow(
                    document_id=document.id, sha256=document.sha256, generation=generation, verdict=verdict,
                    confidence=0.0, people=0, subjects=0, share=0.0, fields={}, extracts=[], limits=[], sketch=[],
                    members=b"", made_at=clock.now(),
                )
            )  # fmt: skip
        return [document.id for document in waiting]


def begin(database: Database, clock: SetClock, generation: int = 2) -> None:
    with database.write() as session:
        begin_rescan(session, generation=generation, why=ASKED, asked_by="鈴木", now=clock.now())


def test_everything_is_looked_at_once_and_that_is_on_the_record(
    database: Database, archive: Archive, clock: SetClock
) -> None:
    ids = fill(database, archive)
    begin(database, clock)
    looked: list[int] = []
    while go_on(database, clock, batch=10):
        batch = judge(database, clock, 2)
        assert 0 < len(batch) <= 10
        looked += batch
    assert looked == ids
    with database.read() as session:
        rescan = session.scalars(select(Rescan)).one()
        assert (rescan.state, rescan.total, rescan.queued, rescan.result) == (DONE, COUNT, COUNT, {"clear": COUNT})
        event = session.scalars(select(Event).where(Event.kind == "rescan-ended")).one()
        assert (event.data["documents"], event.data["leaks"]) == (COUNT, 0)
        assert open_rescan(session) is None
    assert not go_on(database, clock)


def test_it_keeps_nobody_waiting(database: Database, archive: Archive, clock: SetClock) -> None:
    fill(database, archive)
    begin(database, clock)
    fresh = archive.hand_in(b"posted a moment ago", "new.txt").document_id
    assert not go_on(database, clock), "somebody waits"
    assert judge(database, clock, 2) == [fresh]
    assert go_on(database, clock, batch=10)
    assert not go_on(database, clock, batch=10), "its own are not judged yet"
    assert len(judge(database, clock, 2)) == 10


def test_it_goes_on_after_a_stop_and_a_later_one_overtakes_it(
    database: Database, archive: Archive, clock: SetClock
) -> None:
    ids = fill(database, archive)
    begin(database, clock)
    assert go_on(database, clock, batch=10)
    judge(database, clock, 2)
    with database.read() as session:  # whoever comes next knows what the row says, and nothing else
        rescan = open_rescan(session)
        assert rescan is not None
        assert (rescan.last_id, rescan.queued) == (ids[9], 10)
    begin(database, clock, 3)
    with database.read() as session:
        assert [one.state for one in session.scalars(select(Rescan).order_by(Rescan.id))] == [OVERTAKEN, "running"]
    looked = []
    while go_on(database, clock, batch=20):
        looked += judge(database, clock, 3)
    assert looked == ids, "those of the first ten, too: the third generation has not seen them"


def test_an_enrolment_asks_for_it_once_and_forgetting_does_not(database: Database, clock: SetClock) -> None:
    def switched(why: str, generation: int) -> int | None:
        with database.write() as session:
            session.add(IndexState(why=why, generation=generation, sha256="a" * 64, recorded_at=clock.now()))
        with database.read() as session:
            return new_generation(session)

    assert switched(ENROLLED, 1) == 1
    begin(database, clock, 1)
    with database.read() as session:
        assert new_generation(session) is None
    assert switched(FORGOTTEN, 2) is None
    assert switched(ENROLLED, 3) == 3
