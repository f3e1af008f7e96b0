"""The page of engines says what the engines say, and each of their options has its sentence."""

from __future__ import annotations

import pytest

from crawler.sources import Source, engines
from tools.engines_page import DOCS, pages


@pytest.mark.parametrize("name", ["engines.md", "engines.ja.md"])
def test_the_page_is_as_the_engines_are_now(name: str) -> None:
    """Write it anew with ``python -m tools.engines_page``."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name]


def test_every_option_is_described() -> None:
    bare = [
        f"{name}.{option}"
        for name, engine in engines().items()
        for option, field in engine.Options.model_fields.items()
        if not field.description
    ]
    bare += [name for name, field in Source.model_fields.items() if not field.description]
    assert bare == ["name", "options"]
