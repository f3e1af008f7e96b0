"""Latin names read as kana."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.compare.romaji import begun_kana, beside_initial, kana_of, readings_in


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
    kana_of(text)


@pytest.mark.parametrize(
    ("name", "kana"),
    [
        ("SAITO SHUNSUKE", "サイトウシュンスケ"),
        ("Syunsuke Saito", "サイトウシュンスケ"),
        ("Ohno Yuko", "オオノユウコ"),
        ("HOMMA KENJI", "ホンマケンジ"),
        ("Takahasi, Titose", "タカハシチトセ"),
        ("Ozono Junya", "オオゾノジュンヤ"),
        ("OTANI KENO", "オオタニケンオ"),
    ],
)
def test_every_romanisation_leads_to_the_kana(name: str, kana: str) -> None:
    assert kana in kana_of(name)


def test_a_name_of_more_or_fewer_words_than_two_is_not_read() -> None:
    assert kana_of("Yuko") == kana_of("Yuko Maria Ohno") == kana_of("架空 一郎") == ()


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("H. Okaguchi", "Okaguchi"),
        ("OKAGUCHI, H.", "OKAGUCHI"),
        ("J R Smith", "Smith"),
        ("Hiro Okaguchi", ""),
        ("岡口 弘夫", ""),
    ],
)
def test_a_surname_stands_beside_initials(name: str, surname: str) -> None:
    assert beside_initial(name) == surname


@pytest.mark.parametrize(("word", "kana"), [("Sato", "サト"), ("Okaguchi", "オカグチ"), ("Smith", "")])
def test_a_surname_begins_the_kana_of_the_name(word: str, kana: str) -> None:
    assert begun_kana(word) == kana
