"""Sketches: tokens say nothing without the salt, and compare as the text would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from fingerprints.secrets.keys import Key
from fingerprints.secrets.sketches import Sketcher, agreements, as_text, equal_rows, most_alike

SKETCHER = Sketcher(Key(b"s" * 32))


def _sketch(text: str, subject: int) -> str:
    salts = SKETCHER.salts(np.array([subject], np.uint64))
    return as_text(*SKETCHER.tokens("address", salts, [text]))[0]


def test_equal_values_of_two_subjects_look_unrelated() -> None:
    one, other = _sketch("千代田区千代田1-2-3", 1), _sketch("千代田区千代田1-2-3", 2)
    assert len(one) == len(other) == 12
    assert sum(a == b for a, b in zip(one, other, strict=True)) <= 1


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=10), max_size=8))
def test_a_batch_is_the_same_as_one_by_one(texts: list[str]) -> None:
    subjects = np.arange(len(texts), dtype=np.uint64)
    whole = as_text(*SKETCHER.tokens("address", SKETCHER.salts(subjects), texts))
    assert whole == [_sketch(text, number) for number, text in enumerate(texts)]


@given(
    field=st.text("千代田区霞ケ関1234-", min_size=1, max_size=16),
    passage=st.text("千代田区霞ケ関1234-架空", max_size=40),
)
def test_tokens_agree_as_the_text_does(field: str, passage: str) -> None:
    got = agreements([_sketch(field, 7)], [_sketch(passage, 7)])[0]
    expected = _in_the_open(field, passage)
    assert got == pytest.approx(expected, abs=1e-5)


def _in_the_open(field: str, passage: str) -> float:
    """The same on plain text: the best stretch as long as the field, or the whole, or the beginning."""
    whole = fuzz.ratio(field, passage) / 100 if 0 < len(passage) <= 1.5 * len(field) else 0.0
    if len(passage) < len(field):
        beginning = fuzz.ratio(field[: len(passage)], passage) / 100
        return float(max(whole, beginning * (len(passage) / len(field)) ** 0.5))
    margin = len(field)
    framed = "<" * margin + passage + ">" * margin
    return float(max(whole, fuzz.partial_ratio(field, framed) / 100))


def test_a_family_name_alone_does_not_pass_for_the_name() -> None:
    score = agreements([_sketch("佐藤徹", 3)], [_sketch("佐藤真由", 3)])[0]
    assert score < 0.7
    assert agreements([_sketch("山田太郎", 3)], [_sketch("山田郎", 3)])[0] > 0.8


def test_a_field_is_found_inside_a_run_together_line() -> None:
    field, line = "千代田区千代田1-2-3", "架空一郎千代田区千代田1-2-309000001234"
    assert agreements([_sketch(field, 3)], [_sketch(line, 3)])[0] == 1
    assert agreements([_sketch(field, 3)], [_sketch("千代田区千代田", 3)])[0] == pytest.approx((7 / 12) ** 0.5)
    assert agreements([_sketch(field, 3)], [_sketch("名古屋市", 3)])[0] < 0.3
    assert agreements([], []).size == 0


def test_a_check_is_0_only_where_there_is_no_value() -> None:
    salts = SKETCHER.salts(np.arange(100_000, dtype=np.uint64))
    checks = SKETCHER.checks("phone", salts, np.full(100_000, 99, np.uint64))
    assert (checks != 0).all()
    assert np.unique(checks).size > 40_000
    assert not SKETCHER.checks("phone", salts[:3], np.zeros(3, np.uint64)).any()


ROWS = st.lists(
    st.tuples(
        st.text("あいうえおかきくけこさしすせ", max_size=12), st.text("あいうえおかきくけこさしすせ", max_size=30)
    ),
    max_size=8,
)


@given(ROWS, st.lists(st.integers(0, 1 << 40), min_size=8, max_size=8))
def test_what_the_tokens_alone_allow_is_never_exceeded(rows: list[tuple[str, str]], salts: list[int]) -> None:
    rows += [(field, field[: len(field) // 2]) for field, _ in rows[:2]] + [(field, field) for field, _ in rows[:2]]
    own = np.resize(np.array(salts, np.uint64), len(rows))
    stored, given_ = (SKETCHER.tokens("name", own, [row[side] for row in rows]) for side in (0, 1))
    there = stored[0] > 0
    scores = agreements(as_text(*stored), as_text(*given_))
    assert (scores <= most_alike(*stored, *given_) + 1e-3)[there].all()
    same = equal_rows(*stored, *given_)
    assert same.tolist() == [one == other != "" for one, other in rows]
