"""The documentation is true: its examples can be used, its commands and links exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.main import COMMANDS
from crawler.sources import read_sources

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
JAPANESE = sorted((ROOT / "docs").glob("*.ja.md"))
FIGURE = re.compile(r"[\d.,]+(?: %)?")


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


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def cells(page: Path) -> list[list[str]]:
    rows = re.findall(r"^\|(.*)\|$", prose(page), re.MULTILINE)
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows]


def skeleton(page: Path) -> tuple[list[str], list[str], int, int]:
    """Levels of headings, pictures by kind, examples, items of lists."""
    text = prose(page)
    pictures = re.findall(r"!\[[^]]*\]\((images/[\w-]+)(?:\.ja)?\.\w+\)", text)
    examples = len(re.findall(r"^```", page.read_text(encoding="utf-8"), re.MULTILINE))
    return (
        re.findall(r"^(#+) ", text, re.MULTILINE),
        pictures,
        examples,
        len(re.findall(r"^(?:[*-]|\d+\.) ", text, re.MULTILINE)),
    )


@pytest.mark.parametrize("page", JAPANESE, ids=lambda page: page.name)
def test_a_japanese_page_has_all_parts_of_the_english_one(page: Path) -> None:
    assert skeleton(page) == skeleton(page.with_name(page.name.replace(".ja.md", ".md")))


@pytest.mark.parametrize("page", JAPANESE, ids=lambda page: page.name)
def test_tables_of_a_japanese_page_have_the_figures_of_the_english_one(page: Path) -> None:
    english = cells(page.with_name(page.name.replace(".ja.md", ".md")))
    japanese = cells(page)
    assert [len(row) for row in japanese] == [len(row) for row in english]
    for ours, theirs in zip(japanese, english, strict=True):
        figures = [
            one for one, other in zip(ours, theirs, strict=True) if FIGURE.fullmatch(one) or FIGURE.fullmatch(other)
        ]
        assert figures == [one for one in theirs if FIGURE.fullmatch(one)]


def test_the_rooms_and_the_import_table_name_the_same_in_japanese() -> None:
    names = [re.findall(r"`([^`]+)`", "|".join(row)) for row in cells(ROOT / "docs" / "architecture.md")]
    assert [re.findall(r"`([^`]+)`", "|".join(row)) for row in cells(ROOT / "docs" / "architecture.ja.md")] == names
    assert sum(map(len, names)) > 0
