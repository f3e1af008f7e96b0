"""The quick look over a text misses nothing that the kinds' own patterns find."""

from __future__ import annotations

import random
import re
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import kind_classes, load_kinds
from matcher.find import candidate_spans, character_classes
from matcher.find.candidate_spans import hot_spans
from matcher.find.candidates import found_in, found_within
from matcher.find.digit_runs import LOST_DIGITS
from tests.matcher.test_signs import plain_lost_zeros

PATTERNS = ("K[0-9０-９]{7}", r"[A-ZＡ-Ｚ]{2}[0-9０-９]{4}\-[0-9０-９]{3}")
KINDS = load_kinds(PATTERNS)
SEPARATORS = " -‐－ー()（）.．・/／_*〜~の　"
DIGITS = {
    "ascii": "0123456789",
    "wide": "０１２３４５６７８９",
    "kanji": "〇一二三四五六七八九",
}
SNIPPETS = [
    *(hit for kind in kind_classes().values() for hit, _ in kind.examples.hits),
    "090-0012-****", "090****0012", "**-****-0012", "０９０（００１２）＊＊＊＊",
    "〇〇〇-〇〇〇〇-0012", "０90-xxxx-0012",
    "一九八五年四月三日", "昭和 60年4月3日", "H1.2.3", "ｓ60.4.3", "1985 年 4 月 3 日", "1899/1/1", "2049.12.31",
    "kakuu at carrier dot example", "kakuu at carrier.example", "kakuu[@]carrier.example",
    "kakuuアットマークcarrierドットexample",
    "(at)", "look at this. dot", "@property", "a@b", "AB1234-567", "ｋ0000012", "k0000012", "Ｋ0000012",
    "千代田區千代田一丁目2番地", "千代田区千代田12 ", "大山町保田930だぞ", "中央区北1条西２。",
    "東京都千代田区霞が関ビルの前の長い長い長い長い町名の1-2-3",
]  # fmt: skip
NOISE = [
    "今日は晴れ。", " GET /item/123456789 HTTP/1.1\n", "10.0.23.7 - - ",
    "2026-11-22T10:00:07+0900 ", "\n", " ", "0x7fff ", "00 1f 80 90 01 23 45 67 89 0a ",
    '{"n": 12.5, "m": [1, 2, 3]}', "約1500人", "第12回", "def f(x): # 1985\n",
    "\U0001f600", "x" * 60, "1234567890123456", "会員番号:", "TEL:",
]  # fmt: skip


@st.composite
def phones(draw: st.DrawFn) -> str:
    """A number in any of the spellings that people use, and in some that they do not."""
    digits = draw(st.sampled_from(["090", "080", "070", "03", "045", "0120", "0081 90", "81 90", "90", "050", "0800"]))
    digits += draw(st.text("0123456789", min_size=7, max_size=9))
    signs = DIGITS[draw(st.sampled_from(sorted(DIGITS)))]
    between = draw(st.lists(st.sampled_from(["", "", "", *SEPARATORS, "--", " - "]), min_size=1, max_size=4))
    spelled = (signs[int(c)] if c.isdecimal() else c for c in digits)
    return "".join(c + between[n % len(between)] for n, c in enumerate(spelled))


@st.composite
def dates(draw: st.DrawFn) -> str:
    """A date with any signs between its parts."""
    year, month, day = draw(st.integers(1875, 2055)), draw(st.integers(1, 12)), draw(st.integers(1, 31))
    first, second = (
        draw(st.sampled_from(["-", "/", ".", "年", "－", " ", "- ", ""])),
        draw(st.sampled_from(["-", "/", "月", ""])),
    )
    return f"{year}{first}{month:02d}{second}{day:02d}"


pieces = st.one_of(st.sampled_from(SNIPPETS), st.sampled_from(NOISE), phones(), dates(), st.text(max_size=12))


def naive(text: str) -> set[tuple[int, int, str, str]]:
    return set(found_within(text, [(0, len(text))], KINDS))


@settings(max_examples=400, deadline=None)
@given(st.lists(pieces, max_size=14).map("".join))
@example("〇九〇－〇〇〇〇－〇〇〇一")
def test_the_quick_look_finds_what_a_look_at_everything_finds(text: str) -> None:
    missed = naive(text) - set(found_in(text, KINDS))
    # nine digits alone are looked for where blanks stand beside them or Japanese near them, not for their own sake
    assert all(kind == "phone" and end - start == LOST_DIGITS for start, end, kind, _ in missed)
    assert not {start for start, *_ in missed} & plain_lost_zeros(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(pieces, max_size=14).map("".join))
@example("中央区北12 ")
def test_a_text_with_few_characters_beyond_ascii_is_looked_at_as_any_other(text: str) -> None:
    with patch.object(character_classes, "_RARE", 1 << 40):
        wide = found_in(text, KINDS), hot_spans(text, PATTERNS)
    with patch.object(character_classes, "_RARE", 0):
        assert (found_in(text, KINDS), hot_spans(text, PATTERNS)) == wide


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_spelling_is_seen_between_other_things(snippet: str) -> None:
    for before, after in (("", ""), ("これは", "です"), ("x" * 200 + "\n", "\n" + "y" * 200)):
        text = before + snippet + after
        assert naive(text) == set(found_in(text, KINDS))


def test_text_without_anybody_is_passed_over() -> None:
    log = "".join(
        f'10.0.{n % 256}.7 - - [22/Nov/2026:10:00:{n % 60:02d} +0900] "GET /item/{n * 7919} HTTP/1.1" 200 {n}\n'
        for n in range(500)
    )
    code = "def f(x: int) -> float:\n    return x @ 3.5 + 0x7fff  # see [attr], look at it\n" * 50
    assert hot_spans(log, PATTERNS, newest=2021) == []
    assert hot_spans(code, PATTERNS, newest=2021) == []
    assert (
        hot_spans("今日は平和で、市の担当者は第12回の計画を2026年11月22日に話した。" * 50, PATTERNS, newest=2021) == []
    )


def test_birth_years_bound_the_dates_looked_at() -> None:
    assert hot_spans("2026-11-22", newest=2021) == []
    assert hot_spans("2026-11-22") != []
    assert hot_spans("1985-04-03 100-0001", weak=False) == []


def test_a_number_is_never_cut_in_half() -> None:
    text = "9" * 60 + " 090-0012-3400 " + "8" * 60
    ((start, end),) = hot_spans(text)
    assert re.fullmatch(r"(?:9{60} |(?<!9) ?)090-0012-3400 (?:8{60})?", text[start:end])


@pytest.mark.parametrize("seed", range(30))
def test_one_house_number_in_a_long_text_is_told_as_among_many(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)  # noqa: S311  # a fixed seed
    pieces = ["中央区北", "大山町保田", "市の、", "郡", "10", "７", " ", "　", "です。", "x", "(", "A棟", "3 ", "\n"]
    text = "".join(draw.choice(pieces) for _ in range(draw.randrange(1, 60)))
    monkeypatch.setattr(candidate_spans, "_STEPS", 0)
    one_by_one = hot_spans(text, PATTERNS)
    monkeypatch.setattr(candidate_spans, "_STEPS", 1 << 20)
    assert hot_spans(text, PATTERNS) == one_by_one
