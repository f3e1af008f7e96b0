"""Laws of evaluation: each deadline once, possible covers confirmed, more facts take nothing back, met stays met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from deadlines.conditions import Trigger, Truth, judge, lacking
from deadlines.evaluation import Deadline, State, evaluate
from deadlines.facts import MOMENTS, QUESTIONS, Answer, Basis, Deed, Facts
from deadlines.rulebook import load_regimes
from tests.deadlines.cases import EVERY

REGIMES = load_regimes().evaluated
ALL = [(regime.id, step.id) for regime in REGIMES for step in regime.steps]
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(days=700)
TRIGGERED = {State.RUNNING, State.MISSED, State.MET}

moments = st.integers(0, 699 * 24).map(lambda hours: BEGIN + timedelta(hours=hours))
counts = st.none() | st.integers(0, 2000)
countries = st.none() | st.frozensets(st.sampled_from(["JP", "DE", "FR", "US", "NO"]), max_size=3)
cases = st.builds(
    Facts,
    answers=st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from(Answer)),
    confirmed_people=counts,
    possible_people=counts,
    residents=countries,
    moments=st.dictionaries(st.sampled_from(MOMENTS), moments),
)
leaves = st.one_of(
    st.sampled_from(QUESTIONS[:4]).map(lambda name: Trigger(fact=name)),
    st.sampled_from([0, 10, 1000]).map(lambda limit: Trigger(people_over=limit)),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Trigger(any=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Trigger(all=tuple(parts))),
    ),
    max_leaves=8,
)


def by_name(facts: Facts, now: datetime = NOW) -> dict[tuple[str, str], Deadline]:
    return {(one.regime.id, one.step.id): one for one in evaluate(REGIMES, facts, now)}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """A case, and the same when more is known of it: what was unknown is said, what was possible is so, counts grow."""
    less = draw(cases)
    answers = dict(less.answers)
    for name in QUESTIONS:
        if name not in answers and draw(st.booleans()):
            answers[name] = draw(st.sampled_from(Answer))
        elif answers.get(name) == Answer.POSSIBLE and draw(st.booleans()):
            answers[name] = Answer.YES
    more = replace(
        less,
        answers=answers,
        confirmed_people=(less.confirmed_people or 0) + draw(st.integers(0, 3000)),
        possible_people=(less.possible_people or 0) + draw(st.integers(0, 3000)),
        residents=(less.residents or frozenset()) | (draw(countries) or frozenset()),
        moments={name: draw(moments) for name in MOMENTS if draw(st.booleans())} | dict(less.moments),
    )
    return less, more


@given(cases)
def test_every_step_of_every_rule_in_force_is_there_once(facts: Facts) -> None:
    found = [(one.regime.id, one.step.id) for one in evaluate(REGIMES, facts, NOW)]
    assert sorted(found) == sorted(ALL)
    assert {f"{regime}/{step}" for regime, step in ALL} == EVERY


@given(cases)
def test_what_is_confirmed_is_possible_too(facts: Facts) -> None:
    for one in evaluate(REGIMES, facts, NOW):
        assert one.confirmed != Truth.YES or one.possible == Truth.YES
        assert (one.basis == Basis.CONFIRMED) == (one.confirmed == Truth.YES)


@given(pairs())
def test_more_facts_never_take_a_deadline_back(pair: tuple[Facts, Facts]) -> None:
    less, more = (by_name(facts) for facts in pair)
    for key, before in less.items():
        assert before.confirmed != Truth.YES or more[key].confirmed == Truth.YES
        assert before.possible != Truth.YES or more[key].possible == Truth.YES
        if before.state in TRIGGERED:
            assert more[key].state in TRIGGERED
            assert before.last is None or (more[key].last or before.last) >= before.last, "it only grows longer"


@given(pairs(), st.sampled_from(ALL), st.sampled_from(["met", "waived"]), moments)
def test_what_was_met_or_waived_stays_so_whatever_comes_out(
    pair: tuple[Facts, Facts], key: tuple[str, str], state: str, at: datetime
) -> None:
    deed = Deed(state, at)  # type: ignore[arg-type]  # one of two words
    for facts in pair:
        for now in (at, NOW, NOW + timedelta(days=4000)):
            assert by_name(replace(facts, deeds={key: deed}), now)[key].state.value == state


@given(cases, st.integers(0, 4000), st.integers(0, 4000))
def test_time_alone_only_ever_turns_running_into_missed(facts: Facts, first: int, then: int) -> None:
    early, late = sorted((first, then))
    before, after = (by_name(facts, NOW + timedelta(hours=hours)) for hours in (early, late))
    for key, one in before.items():
        assert after[key].state == one.state or (one.state, after[key].state) == (State.RUNNING, State.MISSED)
        assert after[key].last == one.last


@given(cases)
def test_what_runs_has_begun_and_what_cannot_be_told_says_what_is_lacking(facts: Facts) -> None:
    for one in evaluate(REGIMES, facts, NOW):
        if one.state in {State.RUNNING, State.MISSED}:
            assert one.starts is not None
            assert one.basis is not None
            assert one.grounds
            assert one.first is None or one.last is None or one.starts < one.first <= one.last
        assert bool(one.lacking) == (one.state == State.CANNOT_TELL) or one.state == State.NOT_TRIGGERED


def decided(tree: Trigger, answers: dict[str, bool], people: int) -> bool:
    """The plain two-valued reading of a condition, once everything is known."""
    if tree.any:
        return any(decided(part, answers, people) for part in tree.any)
    if tree.all:
        return all(decided(part, answers, people) for part in tree.all)
    if tree.fact is not None:
        return answers[tree.fact]
    assert isinstance(tree.people_over, int)
    return people > tree.people_over


@given(trees, cases)
def test_what_is_judged_holds_however_the_unknown_comes_out(tree: Trigger, facts: Facts) -> None:
    asked = QUESTIONS[:4]
    open_ = [name for name in asked if name not in facts.answers]
    people = facts.people(Basis.POSSIBLE)
    outcomes = set()
    for values in product([True, False], repeat=len(open_)):
        answers = {name: facts.answers.get(name) in {Answer.YES, Answer.POSSIBLE} for name in asked}
        answers |= dict(zip(open_, values, strict=True))
        outcomes |= {decided(tree, answers, n) for n in ([0, 5, 500, 5000] if people is None else [people])}
    verdict = judge(tree, facts, Basis.POSSIBLE)
    assert verdict == Truth.UNKNOWN or outcomes == {verdict == Truth.YES}
    assert bool(lacking(tree, facts, Basis.POSSIBLE)) == (verdict == Truth.UNKNOWN)
