"""Several matchers share what waits: each document once, each source in its turn; a lost lease makes no finding."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from archive.models import Capture, DocumentRow
from core.leases import Lease
from incidents.models import FindingRow
from judging.child import ChildJudge
from judging.queue import ROUND, Matching, _waiting, match_waiting
from tests.small_carrier import CALM_TEXT, leak_text

if TYPE_CHECKING:
    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from judging.bench import Bench
    from judging.child import Question
    from judging.judge import Judged

pytestmark = [pytest.mark.slow, pytest.mark.both_databases]


class SlowJudge:
    """A judge during whose judging the lease is lost, and another matcher does all of the work."""

    def __init__(self, judge: ChildJudge, work: Matching) -> None:
        self._judge = judge
        self._work = work

    def judge(self, question: Question) -> Judged:
        """Be overtaken, and judge all the same."""
        judged = self._judge.judge(question)
        with self._work.database.write() as session:
            for lease in session.scalars(select(Lease)):
                session.delete(lease)
        match_waiting(self._work)
        return judged


def test_what_a_matcher_judged_after_it_lost_its_lease_does_not_count(
    database: Database, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    archive.hand_in(leak_text().encode(), "list.txt")
    with ChildJudge(bench) as slow, ChildJudge(bench) as quick:
        other = Matching(database, archive, quick, clock)
        counts = match_waiting(Matching(database, archive, SlowJudge(slow, other), clock))
    assert (counts.documents, counts.leaks) == (1, 0)
    with database.read() as session:
        assert session.scalar(select(func.count(FindingRow.id))) == 1
        assert session.scalars(select(DocumentRow.state)).all() == ["matched"]


def test_a_source_with_many_posts_keeps_no_other_waiting(database: Database, archive: Archive, clock: SetClock) -> None:
    del clock
    kept = [archive.hand_in(f"{n} {CALM_TEXT}".encode(), f"{n}.txt").document_id for n in range(60)]
    with database.write() as session:
        for capture in session.scalars(select(Capture)):
            capture.source = "flood" if capture.document_id != kept[-1] else "calm"
    order = list(_waiting(database))
    assert sorted(order) == kept
    assert order.index(kept[-1]) <= ROUND


def test_each_waiting_document_has_one_turn_whatever_becomes_of_it(database: Database, archive: Archive) -> None:
    draw = random.Random(7)  # noqa: S311  # nothing secret
    kept = [archive.hand_in(f"{n} {CALM_TEXT}".encode(), f"{n}.txt").document_id for n in range(90)]
    with database.write() as session:
        for capture in session.scalars(select(Capture)):
            capture.source = f"source-{min(draw.randrange(9), 3)}"
    turns: list[int] = []
    for document_id in _waiting(database):
        turns.append(document_id)
        with database.write() as session:
            document = session.get_one(DocumentRow, document_id)
            document.state = draw.choice(["waiting", "matched", "failed"])
            document.attempts += 1
    assert sorted(turns) == kept
