"""Questions to the trails: who touched whom, read whole or as a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.trails.conftest import HEADER
from trails.store.access import SAMPLES, Census, Trails, open_trails, take_census, touches_of
from trails.store.touches import touches_by

OUTCOMES = ("成功", "拒否", "403", "")

if TYPE_CHECKING:
    from core.clock import SetClock
    from core.database import Database
    from core.settings import Settings
    from tests.trails.conftest import Importer
    from trails.number_digests import KeyedDoor


@pytest.fixture
def trails(take: Importer, settings: Settings, database: Database, clock: SetClock) -> Trails:
    rows = "".join(f"2026/04/{1 + i % 9:02d} 10:00:00,op-{i % 3},T1,照会,K{i:06d}\n" for i in range(600))
    take(HEADER + rows + ",op-9,T1,照会,K000001\n")
    take(HEADER + "2026/04/01 23:30:00,op-1,T1,照会,K000001\n", system="billing", name="billing.csv")
    with database.read() as session:
        return open_trails(session, settings.trails_dir, zone="Asia/Tokyo", until=clock.now())


def test_every_touch_of_a_customer_is_found_in_every_system(trails: Trails, door: KeyedDoor) -> None:
    hits, reach = touches_of(trails, door.numbers(["K000001"]))
    assert sorted(zip(hits["operator"].to_list(), hits["system"].to_list(), strict=True)) == [
        ("op-1", "billing"),
        ("op-1", "callcenter"),
        ("op-9", "callcenter"),
    ]
    assert (reach.kind, reach.pairs, reach.customers, reach.error) == ("operator", 601, 600, 0)


def test_a_day_is_one_of_the_zone_and_nothing_later_is_seen(trails: Trails, door: KeyedDoor, clock: SetClock) -> None:
    hits, _ = touches_of(trails, door.numbers(["K000001"]))
    assert hits.filter(system="billing")["day"].to_list() == [20_544]
    early = replace(trails, until=clock.now().replace(year=2025))
    seen, _ = touches_of(early, door.numbers(["K000001"]))
    assert seen["operator"].to_list() == ["op-9"]


def test_who_was_refused_touched_nothing(
    take: Importer, settings: Settings, database: Database, clock: SetClock, door: KeyedDoor
) -> None:
    header = HEADER.replace("お客様番号", "お客様番号,結果")
    take(header + "".join(f"2026/04/01 10:00:0{i},op-{i},T1,照会,K000001,{word}\n" for i, word in enumerate(OUTCOMES)))
    with database.read() as session:
        trails = open_trails(session, settings.trails_dir, zone="Asia/Tokyo", until=clock.now())
    hits, _ = touches_of(trails, door.numbers(["K000001"]))
    assert sorted(hits["operator"].to_list()) == ["op-0", "op-3"]
    rated = {"operator": {f"op-{i}": 1 for i in range(len(OUTCOMES))}}
    assert set(touches_by(trails, rated, keep=door.numbers(["K000001"]))["operator"]["name"]) == {"op-0", "op-3"}


def test_a_census_counts_the_holders_of_each_kind(trails: Trails) -> None:
    census = take_census(trails)
    assert (census.holders["operator"], census.holders["terminal"], census.holders["session"]) == (4, 1, 0)
    assert census.records["operator"] == {"op-0": 200, "op-1": 201, "op-2": 200, "op-9": 1}


def test_large_holders_are_read_as_a_sample_that_keeps_the_leaked(trails: Trails, door: KeyedDoor) -> None:
    keep = door.numbers(["K000001", "K000004"])
    whole = touches_by(trails, {"operator": {"op-1": 1}}, keep=keep)["operator"]
    both = touches_by(trails, {"operator": {"op-1": 16}, "terminal": {"T1": 1}}, keep=keep)
    sampled = both["operator"]
    assert len(both["terminal"]) == 602
    assert len(whole) == 201
    assert len(sampled) < 60
    assert np.isin(keep, sampled["subject"].to_numpy()).all()
    assert set(sampled["subject"]) <= set(whole["subject"])


def test_the_rate_follows_the_number_of_records() -> None:
    census = Census({}, {"operator": {"small": 10, "large": 500_000, "huge": 50_000_000}})
    rated = census.rated("operator", ["small", "large", "huge", "unknown"])
    assert rated == {"small": 1, "unknown": 1, "large": min(SAMPLES), "huge": max(SAMPLES)}
