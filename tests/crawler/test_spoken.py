"""What sweeps write down is read in Japanese too, whatever fills it; a site's own words stay as they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crawler
from core.texts import load_texts
from crawler.spoken import GROUP, SEPARATOR, spoken

EN, JA = load_texts("crawler", "en"), load_texts("crawler", "ja")
KEYS = sorted(key for key in EN.keys() if key.startswith(GROUP))  # noqa: SIM118
WORDS = st.text("abcdefgh 日本()", min_size=1, max_size=12).map(str.strip).filter(bool)
TELLING = {"Problem", "Missed"}


def filled(key: str, draw: st.DrawFn) -> tuple[str, str]:
    holes = re.findall(r"\{(\w+)\}", EN.template(key))
    values = {
        hole: str(draw(st.integers(2, 9999))) if hole in {"n", "m"} else draw(WORDS.map("x{}".format)) for hole in holes
    }
    return EN(key, **values), JA(key, **values)


@st.composite
def sentence(draw: st.DrawFn) -> tuple[str, str]:
    """A sentence in both languages."""
    return filled(draw(st.sampled_from(KEYS)), draw)


@given(st.lists(sentence(), min_size=1, max_size=4))
def test_every_form_is_the_same_form_in_japanese(sentences: list[tuple[str, str]]) -> None:
    english, japanese = (SEPARATOR.join(one[side] for one in sentences) for side in (0, 1))
    assert spoken(english, "ja") == japanese.replace(SEPARATOR, "；")
    assert spoken(english, "en") == english


@given(st.text(max_size=60))
def test_other_words_are_kept(words: str) -> None:
    marked = f"@{words}@".replace(SEPARATOR, " ")
    assert spoken(marked, "ja") == marked


@pytest.mark.parametrize(
    ("english", "japanese"),
    [
        ("1 entry given up: HTTP 403", "1 項目をあきらめた：HTTP 403"),
        ("2 × a response was cut off (disconnect); 1 × HTTP 429",
         "2 × 応答が途中で切れた（disconnect）；1 × HTTP 429"),
        ("3 × no safe connection: the certificate is of another host",
         "3 × 安全な接続ではない：the certificate is of another host"),
    ],
)  # fmt: skip
def test_what_a_sweep_says_is_said(english: str, japanese: str) -> None:
    assert spoken(english, "ja") == japanese


def test_whatever_the_engines_tell_has_a_form() -> None:
    told = {text for file in Path(crawler.__path__[0]).rglob("*.py") for text in told_in(file)}
    assert len(told) > 10
    assert not {text for text in told if spoken(text, "ja") == text}


def told_in(file: Path) -> list[str]:
    """The sentences that a module tells of problems, numbers standing for what fills them."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TELLING and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                found.append(str(first.value))
            elif isinstance(first, ast.JoinedStr):
                found.append("".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in first.values))
    return found
