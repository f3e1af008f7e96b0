"""What of an address identifies a thing: sessions go, numbers stay."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawler.pages.addresses import clean_address, constant_parameters, volatile

SESSION = st.text("0123456789abcdef", min_size=32, max_size=32)
NAME = st.from_regex(r"[a-z]{1,3}", fullmatch=True).filter(lambda name: name != "s")
VALUE = st.from_regex(r"[0-9]{0,5}", fullmatch=True)
THING = st.lists(st.tuples(NAME, VALUE), max_size=4)
PLACES = st.sampled_from(["?{name}={session}&{query}", "?{query}&{name}={session}", "?{name}={session};{query}",
                          ";{name}={session}?{query}", "/{name}={session}/?{query}"])  # fmt: skip
SESSION_NAMES = st.sampled_from(["sid", "s", "PHPSESSID", "phpsessid", "jsessionid", "osCsid", "zenid", "CFTOKEN"])


@given(place=PLACES, name=SESSION_NAMES, one=SESSION, other=SESSION, thing=THING)
def test_two_visits_find_the_same_thing_under_one_key(
    place: str, name: str, one: str, other: str, thing: list[tuple[str, str]]
) -> None:
    query = "&".join(f"{key}={value}" for key, value in thing)
    first, second = (
        clean_address("http://site.example/v.php" + place.format(name=name, session=session, query=query))
        for session in (one, other)
    )
    assert first == second
    assert one not in first
    assert query in first


@given(thing=THING, other=THING, path=st.sampled_from(["", "v.php", "t/1", "sid/7/"]))
def test_two_things_stay_two(thing: list[tuple[str, str]], other: list[tuple[str, str]], path: str) -> None:
    assume(thing != other)
    first, second = (
        f"http://site.example/{path}?{'&'.join(f'{key}={value}' for key, value in one)}" for one in (thing, other)
    )
    assert clean_address(first) == first
    assert clean_address(second) == second


@given(address=st.text("ab?&;=/#(S)sid0123,.:[") | st.text(), strip=st.sets(NAME))
def test_what_is_clean_stays_clean(address: str, strip: set[str]) -> None:
    once = clean_address(address, strip)
    assert clean_address(once, strip) == once


@pytest.mark.parametrize(
    ("address", "clean"),
    [
        ("http://a.example/(S(lit3py55t21z5v55vlm25s55))/t.aspx?id=4", "http://a.example/t.aspx?id=4"),
        ("http://a.example/modules.php?name=News&sid=123", "http://a.example/modules.php?name=News&sid=123"),
        ("http://a.example/search?s=words", "http://a.example/search?s=words"),
        ("http://a.example/index.php/PHPSESSID,ab12/topic,5.html", "http://a.example/index.php/topic,5.html"),
        ("http://a.example/x?utm_source=b&id=1&fbclid=c#p4", "http://a.example/x?id=1#p4"),
        ("http://a.example/x?gclid=c", "http://a.example/x"),
        ("http://a.example/wiki/Set_(S)/x", "http://a.example/wiki/Set_(S)/x"),
        ("http://a.example/x?Token=9&id=1", "http://a.example/x?id=1"),
    ],
)
def test_known_names_and_the_sources_own_are_taken_out(address: str, clean: str) -> None:
    assert clean_address(address, ["token"]) == clean


@given(
    board=VALUE, ids=st.lists(st.integers(1, 99), min_size=3, unique=True), later=st.integers(1, 9),
    visits=st.tuples(SESSION, SESSION), name=NAME.filter(lambda name: name not in {"f", "t"}),
)  # fmt: skip
def test_what_a_site_made_up_for_a_visit_is_found_and_nothing_else(
    board: str, ids: list[int], later: int, visits: tuple[str, str], name: str
) -> None:
    assume(visits[0] != visits[1])
    before, now = (
        constant_parameters(f"http://a.example/v?f={board}&t={one + late}&{name}={visit}" for one in ids)
        for visit, late in zip(visits, (0, later), strict=True)
    )
    assert volatile(before, now) == {name}


@given(ids=st.lists(st.integers(1, 3), max_size=9))
def test_a_board_whose_topics_are_few_has_no_parameters_of_a_visit(ids: list[int]) -> None:
    found = constant_parameters(f"http://a.example/v?t={one}#new" for one in ids)
    assert "t" not in found
    assert not found
