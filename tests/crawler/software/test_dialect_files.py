"""Dialects of the home come before ours, and a broken one says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.errors import SourcesError
from crawler.software.dialect_files import HOME_FOLDER, all_dialects, find_dialect
from crawler.sources import engines, load_sources

OWN = """
engine = "html-forum"
[recognise]
generator = "KakuuBoard"
[options]
topics = ".t"
posts = ".p"
post_text = ".b =~ (x.*)"
"""
SOURCE = '[sources.a]\nengine = "html-forum"\nurl = "http://site.example/"\n[sources.a.options]\ndialect = "{}"\n'


@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)
def test_our_dialects_fit_their_engines(dialect) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    engines()[dialect.engine].Options(**dialect.options)


@pytest.mark.parametrize("page", ["sources.md", "sources.ja.md"])
def test_our_dialects_are_in_the_documentation_beside_their_engines(page: str) -> None:
    rows = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8").splitlines()
    told = {row.split("`")[1]: set(row.split("`")[3::2]) for row in rows if row.startswith("| `")}
    ours: dict[str, set[str]] = {}
    for dialect in all_dialects():
        ours.setdefault(dialect.engine, set()).add(dialect.name)
    assert {engine: told[engine] for engine in ours} == ours


def test_a_dialect_of_the_home_is_used_and_comes_before_ours(tmp_path: Path) -> None:
    (tmp_path / HOME_FOLDER).mkdir()
    for name in ("kakuu", "phpbb"):
        (tmp_path / HOME_FOLDER / f"{name}.toml").write_text(OWN, encoding="utf-8")
        (tmp_path / "sources.toml").write_text(SOURCE.format(name), encoding="utf-8")
        source = load_sources(tmp_path / "sources.toml")["a"]
        assert source.options.model_dump()["topics"] == ".t"
    names = [dialect.name for dialect in all_dialects(tmp_path / HOME_FOLDER)]
    assert "kakuu" in names
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("engine = 3\n[options]", "dialects/kakuu.toml: engine"),
        ("[options]", "engine: Field required"),
        ('engine = "x"\n[recognise]\npage = ["div["]', "neither CSS nor XPath"),
        ('engine = "x"\n[recognise]\ngenerator = "("', "no regular expression"),
        ('engine = "x"\nother = 1', "other: Extra inputs"),
        ("engine", "no TOML in UTF-8"),
        ('engine = "paste-list"', "is one of paste-list, not of html-forum"),
    ],
)
def test_a_broken_dialect_of_the_home_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / HOME_FOLDER).mkdir()
    (tmp_path / HOME_FOLDER / "kakuu.toml").write_text(text, encoding="utf-8")
    (tmp_path / "sources.toml").write_text(SOURCE.format("kakuu"), encoding="utf-8")
    with pytest.raises(SourcesError, match=said):
        load_sources(tmp_path / "sources.toml")
    assert all_dialects(tmp_path / HOME_FOLDER)


@pytest.mark.parametrize("name", ["../phpbb", "PHPBB", "phpbb.toml", "/etc/passwd", "none"])
def test_a_name_that_is_none_leads_out_of_no_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no such dialect"):
        find_dialect(name, tmp_path / HOME_FOLDER)
