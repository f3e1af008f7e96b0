"""Two slips of the hand hide nobody in a list of ours, and make nobody of ours out of a stranger."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from tests.matcher.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.matcher.conftest import Bench

KINDS = load_kinds()
COLUMNS = ("name", "birth_date", "postal_code", "address", "phone")
LETTERS = "木村林森川沢浜崎岡島"
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def slipped_digits(draw: st.DrawFn, text: str) -> str:
    """One digit, but for the first two, another, or two unequal neighbours swapped."""
    places = [n for n, sign in enumerate(text) if sign.isdecimal()][2:]
    pairs = [(a, b) for a, b in pairwise(places) if text[a] != text[b]]
    swapped = draw(st.sampled_from([None, *pairs]))
    if swapped is not None:
        one, other = swapped
        signs = list(text)
        signs[one], signs[other] = signs[other], signs[one]
        return "".join(signs)
    at = draw(st.sampled_from(places))
    return text[:at] + draw(st.sampled_from([d for d in "0123456789" if d != text[at]])) + text[at + 1 :]


@pytest.mark.parametrize(
    ("kind", "written"),
    [("birth_date", "19850403"), ("birth_date", "1962-11-30"), ("postal_code", "1000001"), ("phone", "09000123400")],
)
@given(data=st.data())
def test_what_was_meant_is_among_what_one_slip_could_have_made(kind: str, written: str, data: st.DataObject) -> None:
    meant = KINDS[kind].canonical(written)
    assert meant in KINDS[kind].slips(data.draw(slipped_digits(written)))


def test_day_and_month_may_have_changed_places() -> None:
    assert "1985-04-03" in KINDS["birth_date"].slips("1985-03-04")
    assert "1985-04-13" in KINDS["birth_date"].slips("19851304")


def test_nobody_asks_for_slips_of_other_kinds() -> None:
    assert KINDS["email"].slips("kakuu0@carrier.example") == ()
    assert KINDS["birth_date"].slips("last year") == KINDS["phone"].slips("a phone") == ()


def _another_letter(draw: Callable[..., Any], name: str) -> str:
    family, given_name = name.split("　")
    at = draw(st.integers(0, len(family + given_name) - 1))
    whole = list(family + given_name)
    whole[at] = draw(st.sampled_from([letter for letter in LETTERS if letter != whole[at]]))
    return "".join(whole[: len(family)]) + "　" + "".join(whole[len(family) :])


@SLOW
@given(data=st.data())
def test_two_slips_in_a_row_hide_nobody(bench: Bench, data: st.DataObject) -> None:
    lines = [",".join(COLUMNS)]
    for person in PEOPLE:
        row = {kind: person[kind] for kind in COLUMNS}
        for kind in data.draw(st.permutations(["name", "birth_date", "postal_code", "phone"]))[:2]:
            if kind == "name":
                row[kind] = _another_letter(data.draw, row[kind])
            else:
                row[kind] = data.draw(slipped_digits(row[kind]))
        lines.append(",".join(row.values()))
    finding = bench.match("\n".join(lines))
    assert (finding.verdict, finding.subjects) == ("leak", len(PEOPLE))


@SLOW
@given(data=st.data(), few=st.integers(0, 3))
def test_a_stranger_born_about_the_same_day_in_the_same_place_is_a_stranger(
    bench: Bench, data: st.DataObject, few: int
) -> None:
    lines = ["name,birth_date,postal_code"]
    lines += [",".join(person[kind] for kind in ("name", "birth_date", "postal_code")) for person in PEOPLE[:few]]
    for person in PEOPLE[few:]:
        name = "".join(data.draw(st.lists(st.sampled_from(LETTERS), min_size=4, max_size=4)))
        near = data.draw(slipped_digits(person["birth_date"]))
        lines.append(f"{name},{near},{person['postal_code']}")
    finding = bench.match("\n".join(lines))
    ours = {person["customer_number"] for person in PEOPLE[:few]}
    assert bench.numbers(finding) <= ours


def test_a_long_list_of_strangers_is_not_looked_through(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("looked for slips among strangers")

    monkeypatch.setattr("matcher.passage.Slips", never)
    rows = [f"林森 木{n:03d}郎,19{50 + n % 40}-0{1 + n % 9}-1{n % 9},98{n:05d}" for n in range(400)]
    assert bench.match("\n".join(["name,birth_date,postal_code", *rows])).verdict == "clear"
