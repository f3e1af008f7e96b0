"""The documentation is true: its examples can be used, its commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import COMMANDS
from crawler.sources import read_sources

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_sources_can_be_used(page: Path) -> None:
    for block in blocks(page, "toml"):
        if "[sources." in block:
            assert read_sources(block, str(page))


def test_the_example_of_a_new_home_can_be_used() -> None:
    from cli.keeping.init import SOURCES_EXAMPLE

    lines = [line.removeprefix("# ") for line in SOURCES_EXAMPLE.splitlines()[2:]]
    assert list(read_sources("\n".join(lines), "sources.toml")) == ["example-paste"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_pages_name_exist(page: Path) -> None:
    code = re.findall(r"`([^`]+)`", page.read_text(encoding="utf-8"))
    named = {match[1] for text in code for match in re.finditer(r"\bhinomi ([a-z][a-z-]+)", text)}
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
