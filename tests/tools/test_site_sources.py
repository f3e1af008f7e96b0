"""What the site is made of: staged pages, pages that the code writes, words of the search."""

from __future__ import annotations

import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.exit_codes import MEANINGS
from cli.main import COMMANDS, hinomi
from core.settings import Settings
from core.texts import LANGUAGES, load_texts
from tools.site.character_pairs import CharacterPairs, indexed
from tools.site.reference import reference_pages
from tools.site.reference.commands import commands
from tools.site.reference.errors import classes
from tools.site.reference.events import kinds
from tools.site.reference.exit_codes import meanings
from tools.site.staging import as_staged, english_pages, is_english_alone, japanese_pair

KANA = re.compile("[ぁ-ゖァ-ヺ一-鿿]")


@pytest.fixture(scope="module", params=LANGUAGES)
def reference(request: pytest.FixtureRequest) -> dict[str, str]:
    return reference_pages(request.param)


def test_every_command_with_its_options_is_on_the_page(reference: dict[str, str]) -> None:
    page = reference["commands"]
    for path, command in commands(hinomi, "hinomi", click.Context(hinomi)):
        assert f"# `{path}`\n" in page
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.opts[0] in page
    assert all(f"# `hinomi {name}`\n" in page for name in COMMANDS)


def test_every_setting_is_on_the_page_and_no_secret_has_a_default(reference: dict[str, str]) -> None:
    page = reference["settings"]
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        assert f"HINOMI_{name}`".upper() in page if inner is None else f"## `[{name}]`" in page
        for key in inner or {}:
            assert f"`{key}`" in page or f"## `[{name}.{key}]`" in page
    assert "*****" not in page


def test_every_kind_of_event_and_every_class_of_error_is_on_its_page(reference: dict[str, str]) -> None:
    assert all(f"| `{kind}` |" in reference["events"] for kind in kinds())
    assert all(f"| `{kind.__name__}` |" in reference["errors"] for kind in classes())


def test_every_table_has_as_many_cells_in_each_row(reference: dict[str, str]) -> None:
    for name, page in reference.items():
        for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
            widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(widths) == 1, f"{name}: {block[:200]}"


def test_the_page_of_commands_is_japanese_where_the_help_is() -> None:
    sections = re.split(r"^#+ ", reference_pages("ja")["commands"], flags=re.MULTILINE)[2:]
    assert [section.splitlines()[0] for section in sections if not KANA.search(section)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_exit_codes_mean_something_in_each_language(language: str) -> None:
    assert set(meanings(language)) == set(MEANINGS)
    assert all(KANA.search(text) for text in meanings("ja").values())


def test_events_have_a_sentence_of_their_own() -> None:
    texts = load_texts("incidents", "en")
    assert [kind for kind in kinds() if f"event.{kind}" not in texts] == []


def test_a_page_is_japanese_as_well_unless_it_is_for_those_who_work_on_the_program() -> None:
    for page in english_pages():
        assert japanese_pair(page).exists() != is_english_alone(page), page


def test_a_page_names_its_neighbours_as_the_site_does() -> None:
    given_page = "# T\n\n*English: [a.md](a.md)*\n\n[b](b.ja.md) [c](c.ja.md#d) [read](../README.md) [e](../x/y.toml)\n"
    assert as_staged(given_page) == "# T\n\n[b](b.md) [c](c.md#d) read (`README.md`) e (`x/y.toml`)\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("顧客の漏えいを見つける", "漏えい"),
        ("再委託先も", "委託先"),
        ("鍵", "鍵"),
        ("ＣＳＩＲＴ", "csirt"),
        ("ﾛｸﾞを", "ログ"),
    ],
)
def test_a_word_within_a_text_is_indexed(text: str, word: str) -> None:
    assert set(indexed(word)) <= set(indexed(text))


@given(st.text("漏えい委託先ログ鍵aZ09 、ー", max_size=30), st.integers(0, 29), st.integers(1, 6))
def test_any_stretch_of_japanese_is_found(text: str, start: int, length: int) -> None:
    stretch = "".join(char for char in text[start : start + length] if char not in "aZ09 、")
    if stretch and stretch in text:
        assert set(indexed(stretch)) <= set(indexed(text))


def test_numbers_alone_are_no_words() -> None:
    language = CharacterPairs({})
    assert not language.word_filter("2026")
    assert language.word_filter("鍵")
