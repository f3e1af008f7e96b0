"""Expressions that are compiled when they are first asked something say what those say that are compiled at once."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
import fingerprints
import matcher
from core.processes import patterns
from core.processes.patterns import later

PACKAGES = (core, fingerprints, matcher)
NAMES = [
    found.name for package in PACKAGES for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
PATTERN = r"(a+)(\d)?|é"


@pytest.mark.parametrize("name", NAMES)
def test_each_of_ours_can_be_compiled(name: str) -> None:
    for value in vars(importlib.import_module(name)).values():
        if isinstance(value, patterns._Later):  # noqa: SLF001  # whoever wants one gets a pattern
            assert isinstance(value.pattern, str)


@given(text=st.text("aé1b\n"), method=st.sampled_from(["findall", "split", "subn", "fullmatch", "search", "finditer"]))
def test_it_says_what_the_expression_says(text: str, method: str) -> None:
    mine, theirs = later(PATTERN, re.MULTILINE), re.compile(PATTERN, re.MULTILINE)
    arguments = ("-", text) if method == "subn" else (text,)
    for _ in range(2):
        said, wanted = (getattr(one, method)(*arguments) for one in (mine, theirs))
        assert _plain(said) == _plain(wanted)
    assert (mine.pattern, mine.flags, mine.groups) == (theirs.pattern, theirs.flags, theirs.groups)


def test_nothing_is_compiled_before_it_is_asked() -> None:
    broken = later("(")
    with pytest.raises(re.error):
        broken.search("")


def _plain(said: object) -> object:
    if isinstance(said, re.Match):
        return said.span(), said.groups()
    return [_plain(one) for one in said] if isinstance(said, Iterator) else said
