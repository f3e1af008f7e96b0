"""Whatever cuts a look at a document short is told in every language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from core.texts import load_texts
from judging.child import PLAIN_ALONE
from web.limits import limit_text

ROOT = Path(__file__).parent.parent.parent
NOTED_BY = frozenset({"note", "_note", "_end", "_FullError", "append"})
JA, EN = load_texts("web", "ja"), load_texts("web", "en")


def noted(path: Path) -> list[str]:
    """The sentences that a module notes, with a 7 for each value in them."""
    found = []
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and call.args:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            parts = list(_sentences(call.args[0])) if name in NOTED_BY else []
            found += [part for part in parts if " " in part]
    return found


def _sentences(said: ast.expr) -> list[str]:
    if isinstance(said, ast.IfExp):
        return [*_sentences(said.body), *_sentences(said.orelse)]
    if isinstance(said, ast.Constant):
        return [str(said.value)]
    if isinstance(said, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in said.values)]
    return []


MODULES = [*sorted((ROOT / "matcher").rglob("*.py")), ROOT / "root_cause" / "candidates.py"]
SENTENCES = sorted({said.replace("7 7 (7)", "failed to read it as 7 (7)") for path in MODULES for said in noted(path)})


def test_sentences_are_found_where_they_are_noted() -> None:
    assert len(SENTENCES) > 40


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_told_in_japanese(sentence: str) -> None:
    told = limit_text(JA, sentence)
    assert told != sentence
    assert told.count("7") == sentence.count("7")
    assert limit_text(EN, sentence) == sentence


def test_the_member_that_it_speaks_of_stays_in_front() -> None:
    assert (
        limit_text(JA, "令和/名簿: 2.zip > a.csv: cut off before its end")
        == "令和/名簿: 2.zip > a.csv: 途中で切れています"
    )


@pytest.mark.parametrize(
    "sentence",
    [PLAIN_ALONE, "it took longer than 7 s", "it needed more than 7 MiB", "the matcher failed with 7",
     "the matcher's process was ended by SIGKILL 7", "the matcher's process ended with 7",
     "each of 7 workers that took it ended (7)"],
)  # fmt: skip
def test_why_a_document_could_not_be_judged_is_told_in_japanese(sentence: str) -> None:
    test_every_sentence_is_told_in_japanese(sentence)


def test_a_sentence_of_another_version_is_shown_as_it_is() -> None:
    assert limit_text(JA, "x: something else was left out") == "x: something else was left out"
