"""The file of sources: every problem at once, and additions that leave the rest as it was."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.adding import add_source, as_toml, read_option
from crawler.engines.forums.html_forum import HtmlForumOptions
from crawler.errors import SourcesError
from crawler.sources import engines, load_sources, read_sources, survey_sources

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.engines.interface import SiteEngine

GOOD = """\
# our sites
[sources.my-paste]   # the first
engine = "paste-list"
url = "http://127.0.0.1:8101/+list"
every = "15m"
delay_s = 1.0
legal_basis = "public list, checked 2026-11-01"
[sources.my-paste.options]
dialect = "bepasty"
"""


def test_a_source_is_read_with_the_options_of_its_dialect_and_its_own() -> None:
    text = GOOD + '[sources.f]\nengine = "html-forum"\nurl = "https://forum.example/"\nevery = "6h"\n'
    text += 'options = {dialect = "spirit", zone = "Asia/Tokyo", post_author = ".nick"}\n'
    sources = read_sources(text, "sources.toml")
    assert (sources["my-paste"].every, sources["my-paste"].delay_s) == (timedelta(minutes=15), 1.0)
    assert sources["my-paste"].host == "127.0.0.1:8101"
    options = sources["f"].options
    assert isinstance(options, HtmlForumOptions)
    assert (options.post_author, options.posts, options.zone) == (".nick", ".comments_list__comment", "Asia/Tokyo")


def test_every_problem_is_in_one_message() -> None:
    text = """
        other = 1
        [sources.Bad_Name]
        engine = "paste-lists"
        url = "ftp://paste.example/"
        every = "15 fortnights"
        [sources.b]
        engine = "html-forum"
        bogus = true
        options = {dialect = "bepasty"}
        [sources.c]
        engine = "paste-list"
        url = "http://paste.example/"
        proxy = "gopher://user:secret@proxy.example"
        options = {entries = "div[", zone = "Tokyo", nope = 1, raw = "x", encoding = "klingon", max_list_pages = 0}
    """
    with pytest.raises(SourcesError) as caught:
        read_sources(text, "sources.toml")
    said = str(caught.value)
    places = (
        "other", "Bad_Name.name", "Bad_Name.engine", "Bad_Name.url", "Bad_Name.every", "b.options.dialect", "b.url",
        "b.bogus", "c.proxy", "c.options.zone", "c.options.nope", "c.options.raw", "c.options.encoding",
        "c.options.max_list_pages",
    )  # fmt: skip
    assert [place for place in places if f"{place}:" not in said] == []
    assert "'15 fortnights'" in said
    assert "secret" not in said
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('entries = "div["', "entries: neither CSS nor XPath"),
        ('dialect = "phpfoo"', "no such dialect (found 'phpfoo'; there are bepasty, "),
        ("", "needed: entries"),
    ],
)
def test_options_are_checked_by_their_engine(options: str, said: str) -> None:
    text = f'[sources.a]\nengine = "paste-list"\nurl = "http://a.example/"\n[sources.a.options]\n{options}'
    with pytest.raises(SourcesError) as caught:
        read_sources(text, "sources.toml")
    assert said in str(caught.value)


def test_no_file_means_no_sources_and_a_broken_one_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    assert load_sources(file) == {}
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SourcesError, match=r"sources\.toml cannot be read"):
        load_sources(file)
    file.write_text("[sources")
    with pytest.raises(SourcesError, match="is not TOML"):
        load_sources(file)


def test_a_broken_table_stops_no_other_source(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(GOOD + "[sources.broken]\nengine = 'nothing'\n", encoding="utf-8")
    found = survey_sources(file)
    assert list(found.sources) == ["my-paste"]
    assert found.broken == {"broken"}
    assert found.complaint is not None
    assert "sources.broken.engine: no such engine (found 'nothing'" in str(found.complaint)
    with pytest.raises(SourcesError, match="no such engine"):
        load_sources(file)


@pytest.mark.parametrize("engine", engines().values(), ids=list(engines()))
def test_an_engines_examples_are_true(engine: type[SiteEngine]) -> None:
    assert engine.__doc__
    for kind, options in engine.examples.items():
        table = {"engine": engine.name, "url": engine.address_example}
        text = as_toml("site", table, dict(options))  # type: ignore[call-overload]
        if kind == "wrong":
            with pytest.raises(SourcesError):
                read_sources(text, "sources.toml")
        else:
            assert read_sources(text, "sources.toml")["site"].engine == engine.name


def test_adding_keeps_comments_and_order(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(GOOD, encoding="utf-8")
    table = {"engine": "html-forum", "url": "http://f.example/", "legal_basis": '掲示板 "公開"\\'}
    source = add_source(file, "forum", table, {"dialect": "spirit"})
    assert source.legal_basis == '掲示板 "公開"\\'
    assert file.read_text(encoding="utf-8").startswith(GOOD)
    assert list(load_sources(file)) == ["my-paste", "forum"]
    with pytest.raises(SourcesError, match="has a source 'forum' already"):
        add_source(file, "forum", table, {})


def test_a_bad_addition_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(GOOD, encoding="utf-8")
    for name, url in (("bad name]", "http://a.example/"), ("a", "not a url")):
        with pytest.raises(SourcesError):
            add_source(file, name, {"engine": "paste-list", "url": url}, {"dialect": "bepasty"})
    assert file.read_text(encoding="utf-8") == GOOD
    assert [one.name for one in tmp_path.iterdir()] == ["sources.toml"]


@given(st.text(), st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.lists(st.text())))
def test_what_is_written_reads_back(name: str, value: object) -> None:
    try:
        name.encode(), str(value).encode()
    except UnicodeEncodeError:
        return
    written = as_toml("a", {"value": value}, {"option": value})
    assert tomllib.loads(written) == {"sources": {"a": {"value": value, "options": {"option": value}}}}


def test_options_of_the_command_line_are_toml_or_text() -> None:
    given = ["zone=Asia/Tokyo", "max_list_pages=3", 'topic_marks=["a", "b"]', "entries=li > a[href='x=y']"]
    assert [read_option(text) for text in given] == [
        ("zone", "Asia/Tokyo"), ("max_list_pages", 3), ("topic_marks", ["a", "b"]), ("entries", "li > a[href='x=y']"),
    ]  # fmt: skip
    with pytest.raises(SourcesError, match="is no option"):
        read_option("zone")
