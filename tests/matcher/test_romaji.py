"""Latin names read as kana."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.romaji import readings_in


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        ("Taichi SATO", "サトウタイチ"),
        ("Satoh, Taichi", "サトウタイチ"),
        ("Toru Kondo", "コンドウトオル"),
        ("Shin'ichi Hattori", "ハットリシンイチ"),
        ("Junichi Ono", "オノジュンイチ"),
        ("KYOKO WATANABE", "ワタナベキョウコ"),
        ("Yūko Ōta", "オオタユウコ"),
    ],
)
def test_a_name_is_read_in_both_orders_and_both_lengths(text: str, kana: str) -> None:
    assert kana in readings_in(text)


@pytest.mark.parametrize("text", ["", "架空 一郎", "Raj Patel", "John Smith", "single"])
def test_what_is_not_japanese_is_not_read(text: str) -> None:
    assert readings_in(text) == ""


@given(st.text(max_size=60))
def test_no_text_fails(text: str) -> None:
    readings_in(text)
