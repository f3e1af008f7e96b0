"""Both languages say the same things, and every text that a template asks for exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from core.texts import load_texts
from custody.register.processors import CONSENTS
from custody.supervision.kinds import ASKED

WEB = Path(__file__).parents[2] / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


def test_both_languages_have_the_same_texts_with_the_same_placeholders() -> None:
    assert load_texts("web", "ja").keys() == load_texts("web", "en").keys()
    japanese, english = (tomllib.loads((WEB / "texts" / f"{name}.toml").read_text("utf-8")) for name in ("ja", "en"))
    for table, entries in english.items():
        for name, text in _leaves(entries):
            assert _placeholders(text) == _placeholders(dict(_leaves(japanese[table]))[name]), f"{table}.{name}"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_a_template_names_exists(template: Path) -> None:
    asked = set(re.findall(r"""\bt\("([a-z_0-9.-]+)"[,)]""", template.read_text(encoding="utf-8")))
    assert asked <= load_texts("web", "en").keys()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_on_a_page_comes_from_elsewhere(template: Path) -> None:
    markup = template.read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", markup)
    assert " style=" not in markup
    assert not re.search(r"<script(?![^>]*\bsrc=)", markup)
    assert not re.search(r"""\son[a-z]+\s*=\s*["']""", markup)


def _leaves(table: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = []
    for name, value in table.items():
        leaves += _leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else [(prefix + name, value)]
    return leaves


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_consent_that_a_contract_can_have_has_its_words() -> None:
    wanted = {*CONSENTS, ASKED}
    assert {f"glance.consent_{name}" for name in wanted} <= load_texts("web", "en").keys()
    assert {f"consent.{name}" for name in wanted} <= load_texts("web", "en").keys()
    assert {f"consent.{name}" for name in wanted} <= load_texts("cli", "en").keys()
