"""House numbers are numbers: equal, or another house."""

from __future__ import annotations

import numpy as np
import pytest

from fingerprints.secrets.keys import Key
from fingerprints.secrets.sketches import Sketcher
from matcher.compare.houses import (
    DIFFERENT,
    MISSING,
    OTHER,
    ROOMLESS,
    SAME,
    SIGNS,
    SLIP,
    compare_houses,
    house_of,
    house_within,
    spell_numbers,
)


def test_the_numbers_of_a_sketch_can_be_read_with_the_key_and_nothing_else_can() -> None:
    sketcher = Sketcher(Key(b"k" * 32))
    salts = sketcher.salts(np.array([1, 2], np.uint64))
    lengths, tokens = sketcher.tokens("address", salts, ["架空市例山1-2-305", "架空市北1条西2"])
    signs = sketcher.tokens("address", salts, [SIGNS] * 2)[1].reshape(2, -1)
    spelled = spell_numbers(lengths, tokens, signs)
    assert spelled == [OTHER * 5 + "1-2-305", OTHER * 4 + "1" + OTHER * 2 + "2"]
    assert [house_of(text) for text in spelled] == ["1-2-305", "2"]
    foreign = Sketcher(Key(b"f" * 32)).tokens("address", salts, [SIGNS] * 2)[1].reshape(2, -1)
    assert all(set(text) == {OTHER} for text in spell_numbers(lengths, tokens, foreign))


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("1-2-3", "1-2-3", SAME),
        ("1-2-3", "1-2-3-101", ROOMLESS),
        ("12", "12-101", ROOMLESS),
        ("1-2-3", "1-2-8", SLIP),
        ("11-12", "11-21", SLIP),
        ("1-2-3", "4-5-6", DIFFERENT),
        ("1", "2", DIFFERENT),
        ("", "1-2", MISSING),
    ],
)
def test_two_house_numbers_compare(one: str, other: str, said: float) -> None:
    assert compare_houses(one, other) == said
    assert compare_houses(other, one) == said


@pytest.mark.parametrize(
    ("passage", "said"),
    [
        ("例山1-2-3に住む", SAME),
        ("例山1-2-33", DIFFERENT),
        ("例山11-2-3", DIFFERENT),
        ("例山", MISSING),
        ("9-1-2-3x1-2-3", SAME),
    ],
)
def test_a_house_stands_in_a_passage_only_whole(passage: str, said: float) -> None:
    assert house_within("1-2-3", passage) == said


def test_a_passage_may_lack_the_room() -> None:
    assert house_within("1-2-305", "例山1-2に住む") == ROOMLESS
