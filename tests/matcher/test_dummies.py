"""Samples that are nobody's, told quickly, are those that are told slowly."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from matcher.decide.phone_lists import _ABOUT_CALLS, _may_be_about_calls
from matcher.find.dummies import is_dummy

SAMPLES = ["12345678", "23456789", "1111111", "2222222", "00000000", "99999999", "1234567", "0120", "0570", "090"]
SAMPLE = re.compile(
    r"\d{2,4}(?:12345678|23456789|11111111|00000000|1234567|99999999|0000000)"
    r"|(?:0120|0570|0990|0180)\d{6}|.{3}(.)\1{0,12}"
)  # as documents and forms have them
digits = st.text("01259", max_size=9)
phones = st.lists(st.one_of(st.sampled_from(SAMPLES), digits), min_size=1, max_size=3).map("".join)


@given(phones)
def test_sample_phones_are_told_by_their_pattern(phone: str) -> None:
    assert is_dummy("phone", phone) == (SAMPLE.fullmatch(phone) is not None)


@given(st.text("0019", max_size=9))
def test_a_postal_code_of_one_digit_is_nobody_s(code: str) -> None:
    assert is_dummy("postal_code", code) == (len(set(code)) == 1)


WORDS = [
    "spam",
    "SCAM",
    "ſcam",
    "robocall",
    "Telemar\u212aet",
    "迷惑",
    "着信",
    "架空",
    " ",
    "a",
    "ｓｐａｍ",
    "s",
    "pam",
]


@example("ſPAM")
@given(st.lists(st.sampled_from(WORDS), max_size=5).map("".join))
def test_nothing_is_said_of_calls_where_nothing_may_be(text: str) -> None:
    assert _may_be_about_calls(text) or not _ABOUT_CALLS.search(text)


def test_most_texts_are_not_about_calls() -> None:
    assert not any(map(_may_be_about_calls, ["架空一郎\n090-0000-0001", "Kakuu Ichiro", "東京都見本区"]))
