"""The arrays of a text say what a plain look at each of its characters says."""

from __future__ import annotations

import re
from unittest.mock import patch

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fingerprints.identifiers import load_kinds
from fingerprints.identifiers.phone import Phone
from matcher.find import character_classes
from matcher.find.candidates import found_in, found_within
from matcher.find.character_classes import PAD, Signs
from matcher.find.digit_runs import LOST_DIGITS, Runs, cards, lost_zeros, phones
from matcher.readers.interface import Prose
from matcher.units import prose
from matcher.units.prose import ProseUnits

HOSTILE = [
    *"0012345678990－-. ()／の　\t\n\r\0*＊x●_aAtTmshr年月日市区町丁番号〇一十ｱﾞカ゛",
    *"０１２９", "\u0301", "\u200b", "\ufeff", "𠮷", "\U0001f600", "٣", "३", "090", "0081", "81", "03", "19850403",
    "123456789", "4000", " at ", "(at)", "@", "＠", ".example", "\n\n", "\n---\n", "**", "※",
]  # fmt: skip
ALPHABETS = st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=12)
TEXTS = ALPHABETS.flatmap(lambda signs: st.lists(st.sampled_from(signs), max_size=60).map("".join))
ENCODED = st.sampled_from(["utf-8", "cp932", "euc_jp", "utf-16-le"])
D, S = "[0-9０-９]", r"[-‐‑‒–—―−－ー()（）.．・/／_*〜~ 　の]"
GROUP = re.compile(f"{D}+")
RUN = re.compile(f"{D}(?:{S}{{0,3}}{D})*")
PLAN = re.compile(r"0(?:[256789]0\d{8}|800\d{7}|[1-9]\d{8})")
KINDS = load_kinds(("K[0-9０-９]{7}",))


def plain(digits: str) -> str:
    return digits.translate(str.maketrans("０１２３４５６７８９", "0123456789"))


def plain_phones(text: str) -> set[tuple[int, int, str]]:
    """Numbers, group by group: the longest that has a prefix of the numbering plan and ends where a group does."""
    numbers = set()
    for run in RUN.finditer(text):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in GROUP.finditer(run.group())]
        for first, (start, _) in enumerate(groups):
            for _, end in reversed(groups[first:]):
                if number := called(plain("".join(GROUP.findall(text[start:end])))):
                    numbers.add((start, end, number))
                    break
    return numbers


def plain_lost_zeros(text: str) -> set[int]:
    """Where nine digits stand, alone or near anything but ASCII."""
    places = set()
    for group in GROUP.finditer(text):
        beside = text[group.start() - 1 : group.start()] + text[group.end() : group.end() + 1]
        alone = all(sign in " \t\r\n\0" for sign in beside)
        japanese = not text[max(group.start() - 24, 0) : group.end() + 24].isascii()
        if len(group.group()) == 9 and (alone or japanese):
            places.add(group.start())
    return places


def called(digits: str) -> str | None:
    """The number that the digits are, if they are one: domestic, with the country's code, or without its zero."""
    if len(digits) > 14:
        return None
    whole = re.sub("^(?:0081|81(?!0))0*", "0", digits)
    if len(digits) == 10 and re.match("[5-9]0", digits):
        whole = "0" + digits
    is_foreign = digits.startswith("81") and len(digits) not in {11, 12}
    return whole if not is_foreign and PLAN.fullmatch(whole) else None


def plain_cards(text: str) -> set[int]:
    places = set()
    for run in RUN.finditer(text):
        groups = [(run.start() + group.start(), plain(group.group())) for group in GROUP.finditer(run.group())]
        for first, (start, digits) in enumerate(groups):
            rest = "".join(some for _, some in groups[first:])
            next_size = len(groups[first + 1][1]) if first + 1 < len(groups) else len(digits)
            grouped = len(digits) >= 12 or (len(digits) >= 4 and next_size >= 4)
            if digits[0] in "23456" and len(rest) >= 13 and grouped and text[start - 1 : start] not in {".", "-"}:
                places.add(start)
    return places


@settings(deadline=None)
@given(TEXTS, ENCODED, st.sampled_from([0, 64, 1 << 40]))
def test_arrays_say_what_characters_are(text: str, encoding: str, rare: int) -> None:
    text = text.encode(encoding, "replace").decode("utf-8", "replace")
    with patch.object(character_classes, "_RARE", rare):
        found = Signs(text)
    groups = [(group.start() + PAD, group.end() - 1 + PAD) for group in GROUP.finditer(text)]
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == groups
    for bits in {bits for _, bits in character_classes.MEMBERS}:
        signs = "".join(some for some, of in character_classes.MEMBERS if of == bits)
        assert found.where(bits).tolist() == [n + PAD for n, sign in enumerate(text) if sign in signs]
    assert found.is_code(np.arange(len(text)) + PAD, "a5年").tolist() == [sign in "a5年" for sign in text]
    assert found.equal("年")[PAD : PAD + len(text)].tolist() == [sign == "年" for sign in text]
    assert found.those("a5年")[PAD : PAD + len(text)].tolist() == [sign in "a5年" for sign in text]


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from(["", "文" * 3, "x" * 4000]))
@example("0 9 0 0 0 0 0 0 0 0 1", "")
@example("0081 90 0000 0001", "x" * 4000)
@example("0-1-81-2345678-90", "")
def test_long_numbers_are_where_a_plain_look_sees_them(text: str, around: str) -> None:
    text = around + "\n" + text
    found = Signs(text)
    runs = Runs(found)
    assert set(filter(None, phones(runs).values())) == plain_phones(text)
    assert set((lost_zeros(found) - PAD).tolist()) == plain_lost_zeros(text)
    assert set((cards(found, runs) - PAD).tolist()) == plain_cards(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example("8109012345678 0081-90-1234-5678 810312345678")
def test_numbers_in_digits_are_those_that_the_pattern_finds(text: str) -> None:
    found = Signs(text)
    by_pattern = {
        (some.start, some.end, some.canonical) for some in Phone().find(text) if GROUP.match(text, some.start)
    }
    nine = {some for some in by_pattern if some[1] - some[0] == LOST_DIGITS}
    assert set(filter(None, phones(Runs(found)).values())) == by_pattern - nine


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_is_found_kind_by_kind_is_found_by_all_kinds_in_the_same_places(text: str) -> None:
    assert set(found_in(text, KINDS)) <= set(found_within(text, [(0, len(text))], KINDS)) or len(text) > 90


@settings(deadline=None)
@given(TEXTS)
@example("a\n\n\nb\n---\n---\n\t\n")
def test_empty_lines_are_those_that_a_pattern_finds(text: str) -> None:
    line_ends = np.array([n for n, sign in enumerate(text) if sign == "\n"], np.intp)
    empty = re.compile(r"\n(?:[ \t\r　]*|[-=_*~─━＝ー#]{3,80}\r?)\n")
    expected = [place for place in line_ends.tolist() if empty.match(text, place)]
    assert prose._empty_lines(Signs(text), line_ends) == expected  # noqa: SLF001


@settings(deadline=None)
@given(TEXTS)
@example("2**3\n**bold**x●●\nname: 山**")
def test_masked_lines_are_those_with_signs_after_letters(text: str) -> None:
    units = ProseUnits(Prose(text), KINDS)
    bold, mask = re.compile(r"\*\*[^*\n]{1,200}\*\*"), re.compile(r"[^\W_]([*＊●○◯■□×])\1")
    lines = [mask.search(bold.sub("", line)) is not None for line in text.split("\n")]
    assert (units.masked(np.zeros(0, np.int64)).size > 0) == any(lines)
