"""An inquiry over a real index and real trails: who comes first, what is masked, what is on the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from archive.store import HAND_IN
from custody.enrolment.rotation import Rotation
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.generation import Index
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import create_key, load_key, replace_key
from incidents import queries
from incidents.errors import NoIncidentError
from root_cause.inquiry import inquire
from tests.actors import by
from tests.incidents.makers import Leaked, event_kinds, take
from tests.small_carrier import PEOPLE
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

    Ask = Callable[..., dict[str, Any]]
    Log = Callable[[str], None]

HEADER = "日時,作業者ID,端末,セッション,操作,お客様番号,抽出名\n"
LEAKED = Leaked("six of ours", members=(0, 1, 2, 3, 4, 5))


def line(day: int, operator: str, number: str, *, action: str = "照会", extract: str = "") -> str:
    return f"2026/04/{day:02d} 10:00:00,{operator},T-{operator},S-{operator}-{day},{action},{number},{extract}\n"


def everybody(operator: str, *, first: int = 1, people: int = 6) -> str:
    return "".join(line(first + i, operator, person[0]) for i, person in enumerate(PEOPLE[:people]))


@pytest.fixture
def log(settings: Settings, database: Database, clock: SetClock, tmp_path: Path) -> Log:
    """Import a text as a log of the call centre."""

    def import_text(text: str) -> None:
        path = tmp_path / "access.csv"
        path.write_text(HEADER + text, encoding="utf-8")
        door = KeyedDoor(Digester(load_key(settings.key, settings.home)), load_kinds()[NUMBER_KIND])
        plan = plan_import(path, "callcenter", settings.trails_dir, is_number=door.is_number)
        run_import(plan, settings.trails_dir, database, door, clock)

    return import_text


@pytest.fixture
def ask(settings: Settings, database: Database, clock: SetClock) -> Ask:
    """Inquire into the first incident."""

    def asked(incident_id: int = 1, **options: Any) -> dict[str, Any]:
        index = Index.open(settings.index_dir, load_key(settings.key, settings.home))
        return inquire(
            incident_id,
            database=database,
            index=index,
            trails_dir=settings.trails_dir,
            clock=clock,
            **{"actor": by("sato"), "zone": settings.trail_zone} | options,  # type: ignore[arg-type]
        )

    return asked


def named(found: dict[str, Any], kind: str) -> list[str]:
    return [one["name"] for one in found["holders"] if one["kind"] == kind]


@pytest.mark.both_databases
def test_the_operator_who_saw_all_leaked_customers_comes_first(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + "".join(line(20 + i, f"op-{2 + i}", person[0]) for i, person in enumerate(PEOPLE)))
    found = ask(reveal=True, reason="test")
    assert named(found, "operator")[0] == "op-1"
    best = next(one for one in found["holders"] if one["name"] == "op-1")
    assert (best["covered"], best["of"], best["size"]) == (6, 6, 6)
    assert set(best) >= {"kind", "name", "score", "covered", "of", "size", "terms", "tied_with"}
    assert {"set", "peers", "windows", "dates", "among", "actions"} == set(best["terms"])


def test_records_from_before_a_change_of_the_key_still_count(
    database: Database, log: Log, ask: Ask, settings: Settings
) -> None:
    take(database, LEAKED)
    log(everybody("seen-all") + line(5, "seen-one", PEOPLE[0][0]))
    key, following = load_key(settings.key, settings.home), create_key(settings.home / "key.next")
    change = Rotation(settings.index_dir, settings.home, key, following)
    change.open()
    change.make_ready({one.name for one in Index.open(settings.index_dir, key).extracts})
    replace_key(settings.home / "key", settings.home / "key.next")
    change.settle()
    log(line(20, "seen-later", PEOPLE[0][0]))
    found = ask(reveal=True, reason="case 17")
    assert named(found, "operator")[0] == "seen-all"
    assert (found["holders"][0]["covered"], found["holders"][0]["of"]) == (6, 6)


def test_names_are_masked_until_they_are_revealed_and_the_reveal_is_an_event(
    database: Database, log: Log, ask: Ask
) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + line(9, "op-2", PEOPLE[0][0]))
    masked = json.dumps(ask(), ensure_ascii=False)
    assert "op-1" not in masked
    assert "●●" in masked
    assert "names-revealed" not in event_kinds(database)
    assert "op-1" in json.dumps(ask(reveal=True, reason="事情聴取の前"), ensure_ascii=False)
    with database.read() as session:
        event = queries.search(session, "kind:reading", language="en").events[0]
        assert event.id not in {one.id for one in queries.timeline(session, 1, language="en")}
    assert (event.kind, event.actor, event.data["reason"]) == ("names-revealed", "sato", "事情聴取の前")


def test_without_trails_it_says_so_and_accuses_nobody(database: Database, ask: Ask) -> None:
    take(database, LEAKED)
    found = ask(language="en")
    assert found["holders"] == []
    assert found["conclusion"] == "unknown"
    assert not found["outside"]["first"]
    assert "No access logs" in found["sentence"]


def test_an_export_of_a_whole_extract_touches_all_of_its_customers(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(line(5, "op-9", "", action="エクスポート", extract="calls-2026-04") + line(6, "op-2", PEOPLE[0][0]))
    found = ask(reveal=True, reason="test")
    best = next(one for one in found["holders"] if one["name"] == "op-9")
    assert (best["covered"], best["size"]) == (6, len(PEOPLE))


def test_an_access_after_the_leak_was_seen_explains_nothing(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + "2026/11/22 11:30:00,late,T-9,S-9,照会,K000001,\n")
    assert "late" not in named(ask(reveal=True, reason="test"), "operator")


def test_gaps_stick_to_the_answer(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + line(20, "op-1", PEOPLE[0][0]))
    found = ask(language="en")
    assert [(gap["from"], gap["to"]) for gap in found["gaps"]] == [("2026-04-07", "2026-04-19")]
    assert found["holders"][0]["gaps"] == found["gaps"]
    assert "2026-04-07" in found["sentence"]


def test_the_answer_names_what_it_was_made_from(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    first, again = ask(), ask()
    assert first["inputs"] == again["inputs"]
    log(line(10, "op-3", PEOPLE[1][0]))
    assert ask()["inputs"]["trails_sha256"] != first["inputs"]["trails_sha256"]


def test_an_incident_that_is_not_there_is_refused(ask: Ask) -> None:
    with pytest.raises(NoIncidentError):
        ask(7)


def test_an_inquiry_into_a_list_that_was_handed_in_is_on_the_record_as_such(
    database: Database, log: Log, ask: Ask
) -> None:
    take(database, LEAKED, source=HAND_IN)
    log(everybody("op-1"))
    ask()
    assert event_kinds(database)[-1] == "root-cause-list"


def test_days_are_counted_where_the_settings_say_that_work_is_done(
    database: Database, settings: Settings, log: Log, ask: Ask
) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    assert ask()["inputs"]["zone"] == settings.zone
    assert ask(zone="Pacific/Auckland")["inputs"]["zone"] == "Pacific/Auckland"


@pytest.mark.both_databases
def test_a_ranking_whose_evidence_is_as_it_was_is_shown_again_without_a_new_look(
    database: Database, log: Log, ask: Ask
) -> None:
    take(database, LEAKED)
    log(everybody("op-1"))
    first = ask(language="en")
    looks = event_kinds(database).count("root-cause")
    again = ask(language="en")
    assert json.loads(json.dumps(again)) == json.loads(json.dumps(first))
    assert "触れて" in ask(language="ja")["sentence"]
    assert event_kinds(database).count("root-cause") == looks
    log(line(10, "op-3", PEOPLE[1][0]))
    ask()
    assert event_kinds(database).count("root-cause") == looks + 1
    ask(reveal=True, reason="hearing")
    assert event_kinds(database)[-1] == "names-revealed"
    assert "op-1" not in json.dumps(ask())


def test_a_log_with_other_numbers_denies_nobody(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log("".join(line(1 + n % 20, f"op-{n}", f"X{n:07d}") for n in range(40)))
    found = ask(language="en")
    assert (found["conclusion"], found["comparable"]["compared"], found["outside"]["first"]) == ("unknown", 0, False)
    assert "callcenter" in found["sentence"]
    assert "--map subjects" in found["sentence"]


def test_customers_without_numbers_are_told_and_nobody_is_denied_over_them(
    database: Database, log: Log, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(database, LEAKED)
    log(line(5, "op-1", PEOPLE[6][0]) + line(6, "op-2", PEOPLE[7][0]))
    own = Index.carried
    monkeypatch.setattr(Index, "carried", lambda index, kind, some: tuple(part[:1] for part in own(index, kind, some)))
    found = ask(language="en")
    assert (found["conclusion"], found["comparable"]["without_number"], found["comparable"]["compared"]) == (
        "unknown", 5, 1,
    )  # fmt: skip
    assert "5 of the 6" in found["sentence"]


def test_who_explains_nothing_has_no_probability(database: Database, log: Log, ask: Ask) -> None:
    take(database, LEAKED)
    log(everybody("op-1") + "".join(line(20, "op-2", person[0]) for person in PEOPLE))
    found = ask(reveal=True, reason="test")
    nothing = next(one for one in found["holders"] if one["name"] == "op-2")
    assert nothing["explains_nothing"]
    assert nothing["posterior"] is None
    assert found["holders"][0]["posterior"] is not None
