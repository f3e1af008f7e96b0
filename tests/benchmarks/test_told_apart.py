"""Whether a document fits nobody else, and that the made-up people are as unlike one another as real ones are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from benchmarks.corpus.names import romanised
from benchmarks.corpus.people import Person, make_people
from benchmarks.corpus.told_apart import Crowd
from benchmarks.corpus.ways import WAYS

PEOPLE = make_people(Random(3), 3_000)


def _namesake(p: Person) -> Person:
    """Somebody of the same name, of whom nothing else is the same."""
    other = next(q for q in PEOPLE if q.phone[-4:] != p.phone[-4:] and q.postal != p.postal and q.born != p.born)
    return replace(
        other,
        number="K9999999",
        family=p.family,
        given=p.given,
        family_kana=p.family_kana,
        given_kana=p.given_kana,
        family_roman=p.family_roman,
        given_roman=p.given_roman,
    )


@pytest.mark.parametrize("way", ["name + birth date", "masked phone, first half", "phones alone", "phone + birth date"])
def test_whoever_shares_all_that_was_posted_is_not_told_apart(way: str) -> None:
    person = PEOPLE[7]
    crowd = Crowd([*PEOPLE, replace(_namesake(person), born=person.born, phone=person.phone)])
    assert crowd.told_apart(WAYS[way], Random(1).getstate(), [person, PEOPLE[20]]) == {PEOPLE[20].number}


def test_a_namesake_with_another_birth_date_is_told_apart() -> None:
    crowd = Crowd([*PEOPLE, _namesake(PEOPLE[7])])
    assert crowd.told_apart(WAYS["name + birth date"], Random(1).getstate(), [PEOPLE[7]]) == {PEOPLE[7].number}


def test_names_have_a_long_tail() -> None:
    names = Counter(p.name for p in PEOPLE)
    assert len(names) > 0.9 * len(PEOPLE)
    assert 0.005 < Counter(p.family for p in PEOPLE).most_common(1)[0][1] / len(PEOPLE) < 0.04


def test_no_two_share_a_phone_and_none_can_ring() -> None:
    assert len({p.phone for p in PEOPLE}) == len(PEOPLE)
    assert {p.phone[:5] for p in PEOPLE} == {"060-0", "070-0", "090-0"}


@pytest.mark.parametrize(
    ("kana", "roman"),
    [
        ("サトウ", "sato"),
        ("オオノ", "ono"),
        ("リュウノスケ", "ryunosuke"),
        ("ジュンイチ", "junichi"),
        ("ヒロオ", "hiroo"),
    ],
)
def test_names_are_romanised_as_people_do(kana: str, roman: str) -> None:
    assert romanised(kana) == roman
