"""Text folds to one spelling, and folding twice changes nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprints.text import fold, kanji_number, nfkc, normalise
from fingerprints.variants import VARIANTS


@given(text=st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("カ゛イト゛", "ガイド"),
        ("髙﨑　邊", "高崎辺"),
        ("Ｔｅｌ：０９０－１", "tel090-1"),
        ("1ー2―3", "1-2-3"),
        ("ミーナ", "ミーナ"),
        ("さいとう", "サイトウ"),
        ("辻\U000e0100", "辻"),
    ],
)
def test_spellings_are_made_one(written: str, read: str) -> None:
    assert normalise(written) == read


def test_no_variant_leads_to_another_variant() -> None:
    assert all(form is None or (len(form) == 1 and ord(form) not in VARIANTS) for form in VARIANTS.values())
    assert all(form is None or nfkc(form) == form for form in VARIANTS.values())
    assert len([form for form in VARIANTS.values() if form]) > 250
    assert fold("齋藤櫻子") == fold("斎藤桜子") == fold("斉藤桜子")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("十", 10),
        ("二十", 20),
        ("六十三", 63),
        ("百五", 105),
        ("千二百三十四", 1234),
        ("一九八五", 1985),
        ("〇", 0),
        ("", None),
        ("架", None),
    ],
)
def test_kanji_numerals_are_numbers(written: str, number: int | None) -> None:
    assert kanji_number(written) == number
