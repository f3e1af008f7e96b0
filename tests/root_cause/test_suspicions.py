"""Regular checks over real imports: found once, decided by people, every look on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from core.settings import load_settings
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.customer_number import NUMBER_KIND
from fingerprints.index.canaries import Canary, write_canaries
from fingerprints.secrets.digests import Digester
from fingerprints.secrets.keys import load_key
from incidents.errors import ForbiddenActionError, NoSuspicionError
from incidents.models import Event
from root_cause.suspicions import decide, list_suspicions, note_look, rules_of, run_checks
from tests.actors import by
from trails.imports import plan_import, run_import
from trails.number_digests import KeyedDoor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings

    Log = Callable[[str], None]

HEADER = "日時,作業者ID,端末,委託先,操作,お客様番号\n"


def line(day: int, who: str, number: int, *, hour: int = 10, action: str = "照会") -> str:
    return f"2026/10/{day:02d} {hour:02d}:00:00,{who},T-{who},Calls Ltd,{action},K{number:06d}\n"


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


def check(settings: Settings, database: Database, clock: SetClock, *, again: bool = False) -> list[int]:
    key = load_key(settings.key, settings.home)
    return run_checks(settings, database, key, now=clock.now(), again=again)


def events(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(Event.kind).order_by(Event.id)))


WORK = "".join(line(day, who, day * 10 + i) for day in range(1, 21) for who in ("op-1", "op-2") for i in range(5))
NIGHT = "".join(line(21, "op-1", 500 + i) for i in range(90)) + line(21, "op-2", 3, action="USB書込")


def test_a_night_of_theft_and_a_stick_are_found_once(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    log(WORK)
    assert check(settings, database, clock) == []
    log(NIGHT)
    assert len(check(settings, database, clock)) == 2
    assert check(settings, database, clock) == check(settings, database, clock, again=True) == []
    with database.read() as session:
        found = list_suspicions(session, language="en", reveal=True)
    assert {(one.check, one.name, str(one.day)) for one in found} == {
        ("volume", "op-1", "2026-10-21"),
        ("outside", "op-2", "2026-10-21"),
    }
    assert "90" in next(one.sentence for one in found if one.check == "volume")


def test_late_records_of_the_same_day_make_it_no_second_suspicion(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    log(WORK + NIGHT)
    check(settings, database, clock)
    log("".join(line(21, "op-1", 700 + i) for i in range(60)))
    assert check(settings, database, clock) == []
    with database.read() as session:
        assert {one.check: one.measured for one in list_suspicions(session, language="en")}["volume"] == 150


def test_names_are_masked_and_every_look_is_on_the_record(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    log(WORK + NIGHT)
    check(settings, database, clock)
    with database.write() as session:
        masked = list_suspicions(session, language="ja")
        note_look(session, len(masked), actor=by("sato"), now=clock.now())
        note_look(session, 2, actor=by("sato"), now=clock.now(), reason="照会票 12")
    assert not any("op-1" in one.sentence + one.name for one in masked)
    assert events(database) == ["trails-checked", "suspicions-viewed", "suspicions-revealed"]


def test_a_suspicion_is_explained_or_escalated_with_a_reason(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    log(WORK + NIGHT)
    first, second = sorted(check(settings, database, clock))
    with database.write() as session:
        assert decide(session, first, "explain", actor=by("sato"), now=clock.now(), reason="棚卸し") == "explained"
        assert decide(session, second, "escalate", actor=by("sato"), now=clock.now(), reason="要調査") == "escalated"
        assert [one.id for one in list_suspicions(session, language="en", state="open")] == []
        with pytest.raises(ForbiddenActionError, match="already"):
            decide(session, first, "explain", actor=by("sato"), now=clock.now(), reason="again")
        with pytest.raises(ForbiddenActionError, match="needs a reason"):
            decide(session, first, "escalate", actor=by("sato"), now=clock.now(), reason=" ")
        with pytest.raises(NoSuspicionError):
            decide(session, 99, "explain", actor=by("sato"), now=clock.now(), reason="x")
    assert events(database)[1:] == ["suspicion-explained", "suspicion-escalated"]


def test_what_grew_far_beyond_its_explanation_is_open_again(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    def states() -> set[str]:
        with database.read() as session:
            return {one.state for one in list_suspicions(session, language="en")}

    log("".join(line(5, "op-1", i, action="CSV出力") for i in range(120)))
    (number,) = check(settings, database, clock)
    with database.write() as session:
        decide(session, number, "explain", actor=by("sato"), now=clock.now(), reason="月次の請求")
    log("".join(line(6, "op-1", i, action="CSV出力") for i in range(130)))
    assert check(settings, database, clock) == []
    assert states() == {"explained"}
    log("".join(line(7, "op-1", i, action="CSV出力") for i in range(900)))
    check(settings, database, clock)
    assert states() == {"open"}


def test_rules_come_from_settings_accounts_and_planted_records(
    settings: Settings, database: Database, clock: SetClock, log: Log
) -> None:
    log(line(1, "op-1", 1))
    key = load_key(settings.key, settings.home)
    settings.index_dir.mkdir(parents=True, exist_ok=True)
    write_canaries(settings.index_dir, key, [Canary("calls", "K000777", "2026-04-01")])
    (settings.home / "accounts.csv").write_text("account,until,may_export\nop-1,2026-10-31,\n", encoding="utf-8")
    night = load_settings(settings.home, database=settings.database, trails=replace_hours(settings))
    rules = rules_of(night, database, key)
    assert (rules.work_from_hour, set(rules.accounts or {}), len(rules.canaries)) == (0, {"op-1"}, 1)
    log(line(2, "ghost", 777))
    check(settings, database, clock)
    with database.read() as session:
        found = {(one.check, one.name) for one in list_suspicions(session, language="en", reveal=True)}
    assert found == {("canary", "ghost"), ("undeclared", "ghost")}


def replace_hours(settings: Settings) -> dict[str, int]:
    return {**settings.trails.model_dump(), "work_from_hour": 0}
