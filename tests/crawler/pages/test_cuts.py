"""Parts of selected texts, by patterns that cannot be made slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.pages.cuts import check_cut, cut


@pytest.mark.parametrize(
    ("pattern", "text", "part"),
    [
        (r"by (.+?) »", "by 名無し » Sun Nov 01", "名無し"),
        (r"»\s*(.*)", "by 名無し » Sun Nov 01", "Sun Nov 01"),
        (r"^\s*(\d{4}/\d\d/\d\d)", "2026/11/01 ID:x", "2026/11/01"),
        (r"on (\d+|today)", "on today", "today"),
        (r"(x)?y", "y", "y"),
        (r"(x)", "nothing", "nothing"),
        ("", "as it is", "as it is"),
    ],
)
def test_a_part_is_cut_out_and_what_does_not_fit_stays(pattern: str, text: str, part: str) -> None:
    assert cut(text, check_cut(pattern)) == part


@pytest.mark.parametrize(
    "pattern",
    ["(", "x", "(a)(b)", "((a+)+)", "(a|aa)+", "(?:ab|b)*(c)", "(?:(?:a*)b)*(c)", ".*.*.*(.*)",
     "(?=(a+)*)", "(?:x?y*){2,}(z)"],
)  # fmt: skip
def test_a_pattern_that_could_take_long_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"expected|no regular"):
        check_cut(pattern)


@given(
    text=st.text("ab 0", min_size=1000),
    pattern=st.sampled_from([r"a*b*(c)", r".*a.*(c)", r"(a{0,150})c", "[ab]*?[ab]*?(c)"]),
)
def test_what_is_allowed_ends_on_any_text(text: str, pattern: str) -> None:
    """What does not runs into the suite's time limit."""
    assert cut(text, check_cut(pattern)) == text


@given(st.text())
def test_any_pattern_is_taken_or_refused(pattern: str) -> None:
    try:
        check_cut(pattern)
    except ValueError:
        return
    assert isinstance(cut("a" * 50, pattern), str)
