"""Likelihoods: what one more agreement, one more namesake or one more stranger changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.identifiers.customer_number import learn_patterns
from matcher.compare.candidates import COLUMN, COMPARED, TERMS, Candidates, _different
from matcher.decide.score import KINDS, posteriors, weigh
from matcher.decide.verdict import has_own_form, verdict_of


def candidate(*agree: str, shared: int = 1, **fuzzy: float) -> Candidates:
    """One unit and one subject that agree in some terms exactly and in others so well."""
    made = Candidates(
        unit=np.zeros(1, np.int64),
        subject=np.zeros(1, np.uint32),
        evidence=np.zeros(1, np.int64),
        exact=np.zeros((1, len(TERMS)), np.bool_),
        shared=np.full((1, len(TERMS)), shared, np.int64),
        fuzzy=np.full((1, len(COMPARED)), np.nan, np.float32),
        alone=np.ones((1, len(COMPARED)), np.bool_),
        cut=np.zeros((1, len(COMPARED)), np.bool_),
        led=(np.zeros(1, np.intp), np.zeros(1, np.intp)),
        since=np.zeros(1, np.uint16),
        until=np.zeros(1, np.uint16),
        borrowed=np.zeros(1, np.bool_),
        phones=np.zeros(1, np.uint8),
        number=np.zeros(1, np.uint64),
    )
    for term in agree:
        made.exact[0, COLUMN[term]] = True
    for kind, agreement in fuzzy.items():
        made.fuzzy[0, COMPARED.index(kind)] = agreement
    return made


@pytest.mark.parametrize("terms", [("phone",), ("name", "kana"), ("address", "postal_code"), ("birth_date",)])
def test_one_kind_of_evidence_is_never_enough(terms: tuple[str, ...]) -> None:
    assert not weigh(candidate(*terms), 10_000).possible[0]


@pytest.mark.parametrize("terms", [("customer_number",), ("email",), ("phone", "name"), ("name", "birth_date")])
def test_a_strong_identifier_or_two_independent_ones_are(terms: tuple[str, ...]) -> None:
    assert weigh(candidate(*terms), 10_000).possible[0]


def test_a_common_name_weighs_less_than_a_rare_one() -> None:
    column = KINDS.index("name")
    rare, common = (weigh(candidate("name", shared=n), 1_000_000).weight[0, column] for n in (1, 5000))
    assert common < rare - 3


def test_a_slip_weighs_less_than_the_name_itself_and_another_name_speaks_against() -> None:
    column = KINDS.index("name")
    exact = weigh(candidate("name"), 10_000).weight[0, column]
    slip, other = (weigh(candidate(name=agreement), 10_000).weight[0, column] for agreement in (0.86, 0.2))
    assert exact > slip > 0 > other


@pytest.mark.parametrize("terms", [("phone",), ("phone", "postal_code"), ("birth_date", "postal_code")])
def test_a_value_of_ours_with_somebody_elses_name_is_nobody(terms: tuple[str, ...]) -> None:
    assert not weigh(candidate(*terms, name=0.1), 10_000).possible[0]


def test_whoever_took_another_name_is_known_by_phone_and_birth_date() -> None:
    assert weigh(candidate("phone", "birth_date", name=0.1), 10_000).possible[0]


def test_another_house_of_the_same_town_says_something_and_less_than_the_same_house() -> None:
    column = KINDS.index("address")
    house, slip, town, other = (
        weigh(candidate(address=agreement), 10_000).weight[0, column] for agreement in (1.0, 0.8, 0.5, 0.3)
    )
    assert house > slip > 0
    assert house > town > 3
    assert other < 0
    assert weigh(candidate("phone", "birth_date", name=0.85), 10_000).possible[0]


def test_the_more_customers_there_are_the_less_a_coincidence_says() -> None:
    total = np.array([30.0], np.float32)
    none, possible = np.zeros(1, np.int64), np.ones(1, np.bool_)
    few, many = (posteriors(none, total, 1, n, possible)[0][0] for n in (10_000, 100_000_000))
    assert few > 0.99 > many


def test_a_list_full_of_ours_makes_each_of_them_surer() -> None:
    total, evidence = np.full(50, 18.0, np.float32), np.arange(50)
    among_ours = posteriors(evidence, total, 50, 10_000, np.ones(50, np.bool_))[0]
    among_strangers = posteriors(evidence[:1], total[:1], 50, 10_000, np.ones(1, np.bool_))[0]
    assert among_ours[0] > 0.95 > among_strangers[0]


def test_two_who_share_a_value_share_its_probability() -> None:
    shared = posteriors(np.zeros(2, np.int64), np.full(2, 60.0, np.float32), 1, 10_000, np.ones(2, np.bool_))[0]
    assert shared.sum() <= 1
    assert shared[0] == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("subjects", "people", "numbers", "only_numbers", "verdict"),
    [
        (0, 100, 0, 0, "clear"),
        (1, 1, 0, 0, "leak"),
        (1, 2, 0, 0, "leak"),
        (10, 12, 0, 0, "leak"),
        (10, 500, 0, 0, "overlap"),
        (200, 500, 200, 0, "leak"),
        (1, 1, 1, 1, "overlap"),
        (4, 4, 4, 4, "overlap"),
        (60, 60, 60, 60, "leak"),
        (2, 2, 2, 1, "leak"),
    ],
)
def test_whose_list_it_is(subjects: int, people: int, numbers: int, only_numbers: int, verdict: str) -> None:
    assert verdict_of(subjects, people, numbers, only_numbers) == verdict


def test_a_few_numbers_are_believed_when_nobody_else_counts_like_that() -> None:
    assert verdict_of(2, 2, 2, 2) == "overlap"
    assert verdict_of(2, 2, 2, 2, own_form=True) == "leak"
    assert has_own_form(learn_patterns(["K000001", "K000002"]))
    assert not has_own_form(learn_patterns(["1000001", "1000002"]))
    assert not has_own_form([])


def test_relatives_in_one_house_are_not_one_person() -> None:
    alike, same = (weigh(candidate("address", name=agreement), 10_000).total[0] for agreement in (0.76, 1.0))
    assert same - alike > 8


def test_a_name_says_less_where_few_names_go_round() -> None:
    roomy, crowded = candidate("name"), candidate("name")
    crowded.expected = {"name": 0.6}
    column = KINDS.index("name")
    assert weigh(roomy, 10_000).weight[0, column] > weigh(crowded, 10_000).weight[0, column] + 1


def test_two_fields_say_together_no_more_than_their_pair_does() -> None:
    free, crowded = candidate("phone.first7", "address.town"), candidate("phone.first7", "address.town")
    for made, bearers in ((free, 1), (crowded, 20)):
        made.bearers = {"phone_first7+town": (np.zeros(1, np.intp), np.array([bearers]))}
    assert weigh(free, 2_000).total[0] > 20
    assert weigh(crowded, 2_000).total[0] < 7
    crowded.exact[0, COLUMN["phone"]] = True
    assert weigh(crowded, 2_000).total[0] > 20


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=20))
def test_different_numbers_of_a_row_are_counted(held: list[tuple[int, int]]) -> None:
    rows, digests = np.array([row for row, _ in held], np.intp), np.array([digest for _, digest in held], np.uint64)
    expected = [len({digest for row, digest in held if row == each}) for each in range(5)]
    assert _different(rows, digests, 5).tolist() == expected
