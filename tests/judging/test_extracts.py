"""Which extract a judged document came from: never one that nobody had when it was first seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from custody.enrolment.columns import understand
from custody.enrolment.enroller import Enroller, Lending
from custody.register.history import Act
from custody.register.holdings import add_extract, first_lent, get_extract, holdings_of, lend
from custody.register.processors import add_processor
from fingerprints.index.generation import Index
from fingerprints.secrets.keys import load_key
from incidents import queries
from incidents.actions import act
from judging.child import ChildJudge
from judging.queue import Matching, match_waiting
from root_cause.inquiry import inquire
from tests.actors import by
from tests.small_carrier import HEADER, PEOPLE, leak_text

if TYPE_CHECKING:
    from pathlib import Path

    from archive.store import Archive
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from judging.bench import Bench


@pytest.mark.parametrize(
    ("as_of", "lent", "possible"),
    [
        (date(2026, 11, 24), None, False),
        (date(2026, 11, 20), date(2026, 11, 24), False),
        (date(2026, 11, 20), date(2026, 11, 21), True),
        (date(2026, 11, 22), date(2026, 11, 22), True),
    ],
)
def test_an_extract_of_after_the_first_sighting_did_not_leak(
    database: Database, settings: Settings, archive: Archive, bench: Bench, clock: SetClock, tmp_path: Path,
    as_of: date, lent: date | None, possible: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    """The leaked customers alone, in an extract that would explain them best: if only anybody had had it."""
    archive.hand_in(leak_text().encode(), "leak.txt")  # on 2026-11-22
    clock.advance(timedelta(days=5))
    file = tmp_path / "small.csv"
    file.write_text("\n".join([HEADER, *map(",".join, PEOPLE[:6])]), encoding="utf-8")
    key = load_key(settings.key, settings.home)
    Enroller(settings, key, database, clock).enrol(
        file, understand(file), Lending("small", as_of, "Others"), processes=1
    )
    if lent:
        with database.write() as session:
            (holding,) = holdings_of(session, get_extract(session, "small"))
            holding.since = lent
            assert first_lent(session)["small"] == lent
    with ChildJudge(bench) as judge:
        assert match_waiting(Matching(database, archive, judge, clock)).opened == 1
    index = Index.open(settings.index_dir, key)
    with database.read() as session:
        shown = queries.incident(session, 1, language="en").extracts
    assert {one["extract"]: one.get("processor") for one in shown}["small"] == "Others"
    with database.write() as session:
        act(session, 1, "confirm-csirt", actor=by("sato"), now=clock.now())
        playbook = queries.incident_line(session, 1, language="en").playbook
    assert playbook == ("processor-leak" if possible else "second-hand"), "what leads is what was possible"
    asked = inquire(
        1,
        database=database,
        index=index,
        trails_dir=settings.trails_dir,
        zone=settings.zone,
        clock=clock,
        actor=by("sato"),
    )["extracts"]
    for extracts in (shown, asked):
        assert {one["extract"] for one in extracts} >= {"small"}
        assert (extracts[0]["extract"] == "small") is possible
        assert (extracts[-1]["extract"] == "small") is not possible


def test_what_the_register_learns_later_counts_in_the_next_inquiry(
    database: Database, settings: Settings, archive: Archive, bench: Bench, clock: SetClock
) -> None:
    archive.hand_in(leak_text().encode(), "leak.txt")
    with ChildJudge(bench) as judge:
        match_waiting(Matching(database, archive, judge, clock))
    index = Index.open(settings.index_dir, load_key(settings.key, settings.home))

    def first() -> str:
        found = inquire(
            1, database=database, index=index, trails_dir=settings.trails_dir, zone=settings.zone, clock=clock,
            actor=by("sato"),
        )  # fmt: skip
        return str(found["extracts"][0]["extract"])

    assert first() == "calls-2026-04"
    with database.write() as session:
        act = Act("sato", clock.now(), date(2026, 11, 25))
        extract = add_extract(session, "calls-2026-04", {"as_of": date(2026, 4, 1)}, act)
        lend(session, extract, add_processor(session, "Callers 2", {}, act), act)
    assert first() == "none of these"
