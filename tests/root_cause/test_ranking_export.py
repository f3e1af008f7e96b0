"""A ranking taken away: what it was made from, by which method, in words for everybody, and on the record."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from fingerprints.index.generation import Index
from fingerprints.secrets.keys import load_key
from incidents import queries
from root_cause.inquiry import inquire
from root_cause.ranking_export import export_ranking
from tests.actors import by
from tests.incidents.makers import take
from tests.root_cause.test_inquiry import LEAKED, everybody, line, log
from tests.small_carrier import PEOPLE
from transparency.sequencer import append_waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

    Export = Callable[..., str]

__all__ = ["log"]


@pytest.fixture
def export(settings: Settings, database: Database, clock: SetClock) -> Export:
    """Inquire into the first incident and take the answer away."""

    def exported(*, reveal: bool = False, reason: str = "") -> str:
        index = Index.open(settings.index_dir, load_key(settings.key, settings.home))
        found = inquire(
            1, database=database, index=index, trails_dir=settings.trails_dir, zone=settings.trail_zone, clock=clock,
            actor=by("sato"),
            reveal=reveal, reason=reason,
        )  # fmt: skip
        return export_ranking(
            1, found, database=database, index=index, clock=clock, actor=by("sato"), reason=reason, revealed=reveal
        )

    return exported


def test_an_export_names_all_that_it_was_made_from(database: Database, log: Any, export: Export) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + line(20, "op-2", PEOPLE[0][0]))
    found = json.loads(export(reason="for the regulator"))
    inputs = found["inputs"]
    assert inputs["index"]["generation"] >= 1
    (extract,) = inputs["extracts"]
    assert (extract["extract"], extract["subjects"], len(extract["members_sha256"])) == ("calls-2026-04", 8, 64)
    assert [one["sha256"] for one in inputs["documents"]] == [hashlib.sha256(LEAKED.content.encode()).hexdigest()]
    assert [one["file"] for one in inputs["trail_imports"]] == ["access.csv"]
    assert [one["rows"] for one in inputs["trail_files"]] == [7]
    assert inputs["subjects_sha256"]
    assert found["method"]["hinomi"]
    assert "root_cause.ranking" in found["method"]["parameters"]
    assert found["method"]["parameters"]["custody.ranking"]["NONE_OF_THESE"] == "none of these"


def test_the_answer_stands_in_both_languages_with_the_gap(database: Database, log: Any, export: Export) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + line(20, "op-1", PEOPLE[0][0]))
    sentences = json.loads(export())["sentences"]
    assert "the 6 leaked customers" in sentences["en"]
    assert "missing from 2026-04-07 to 2026-04-19" in sentences["en"]
    assert "漏えいした 6 人" in sentences["ja"]
    assert "2026-04-07" in sentences["ja"]


def test_names_stand_in_it_only_when_they_were_revealed(database: Database, log: Any, export: Export) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    masked, shown = export(), export(reveal=True, reason="hearing")
    assert "op-1" not in masked
    assert "●●" in masked
    assert "op-1" in shown


def test_the_export_is_an_event_with_the_files_hash_and_a_leaf(
    database: Database, clock: SetClock, log: Any, export: Export
) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    append_waiting(database, clock)
    text = export(reason="for the regulator")
    with database.read() as session:
        event = queries.timeline(session, 1, language="en")[-1]
    assert event.kind == "root-cause-exported"
    assert event.data["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (event.actor, event.data["reason"]) == ("sato", "for the regulator")
    assert append_waiting(database, clock) == 2  # that somebody asked, and that he took it away


def test_the_same_inputs_give_the_same_hashes(database: Database, log: Any, export: Export) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    first, again = json.loads(export()), json.loads(export())
    log_state = {"log"}
    assert {k: v for k, v in first["inputs"].items() if k not in log_state} == {
        k: v for k, v in again["inputs"].items() if k not in log_state
    }
    assert first["method"] == again["method"]
