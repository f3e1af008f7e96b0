"""A source is switched off and on by one line of the file, and nothing else of it changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.adding import add_source
from crawler.errors import SourcesError
from crawler.particulars import told_table
from crawler.sources import load_sources
from crawler.switches import switch_source

COMMENTS = st.lists(st.sampled_from(["# mine", "", "# enabled = true", "# [sources.b]"]), max_size=3)
HEADS = st.sampled_from(["[sources.{}]", '[sources."{}"]', "[ sources . {} ] # as it was", "  [sources.{}]"])
SWITCHES = st.sampled_from(["", "enabled = true", "enabled = false  # for now"])


def table(name: str, head: str, switch: str) -> list[str]:
    return [head.format(name), switch, 'engine = "feed"', f'url = "https://{name}.example/"', 'every = "15m"']


@given(COMMENTS, HEADS, SWITCHES, HEADS, SWITCHES, st.sampled_from(["on", "off"]))
def test_only_the_switch_of_that_source_changes(
    comments: list[str], head: str, switch: str, other_head: str, other_switch: str, wanted: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "sources.toml")
        lines = [*comments, *table("a", head, switch), *comments, *table("b", other_head, other_switch), *comments]
        path.write_text("\n".join(lines), encoding="utf-8")
        before, text = load_sources(path), path.read_text(encoding="utf-8").splitlines()
        switch_source(path, "b", on=wanted == "on")
        assert load_sources(path) == before | {"b": before["b"].model_copy(update={"enabled": wanted == "on"})}
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("enabled")]
        assert kept == [line for line in text if not line.startswith("enabled")]


def test_what_has_no_table_of_its_own_is_left_and_told(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    text = 'sources = { a = { engine = "feed", url = "https://a.example/" } }\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourcesError, match="was not changed"):
        switch_source(path, "a", on=False)
    assert path.read_text(encoding="utf-8") == text


def test_what_lets_somebody_in_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[sources.a]\nengine = "feed"\nurl = "https://a.example/?key=s3cret-value&page=1"\n'
        'proxy = "socks5://me:s3cret-value@127.0.0.1:9050"\nlogin = { user = "s3cret-value", secret = "a" }\n'
        '[sources.a.options]\nheaders = { Authorization = "Bearer s3cret-value" }\nzone = "Asia/Tokyo"\n',
        encoding="utf-8",
    )
    told = dict(told_table(path, "a"))
    assert "s3cret-value" not in str(told)
    assert (told["engine"], told["options.zone"]) == ("feed", "Asia/Tokyo")
    assert {"options.headers.Authorization", "proxy", "login.secret"} <= told.keys()


def test_what_stands_in_tables_of_a_list_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        '[sources.a]\nengine = "feed"\nurl = "https://a.example/"\n'
        '[sources.a.options]\nsteps = [[{ value = "s3cret-value" }]]\nwords = ["one", "two"]\n', encoding="utf-8"
    )  # fmt: skip
    told = dict(told_table(path, "a"))
    assert "s3cret-value" not in str(told)
    assert told["options.words"] == "one, two"


def test_sources_that_are_switched_and_added_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    path, names = tmp_path / "sources.toml", [f"s{number}" for number in range(8)]
    path.write_text(
        "".join(
            f'[sources.{name}]\nengine = "feed"\nurl = "https://{name}.example/"\nevery = "15m"\n' for name in names
        ),
        encoding="utf-8",
    )
    table_ = {"engine": "feed", "url": "https://new.example/", "every": "15m"}
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(switch_source, path, name, on=False) for name in names]
        done += [pool.submit(add_source, path, f"new{number}", table_, {}) for number in range(4)]
        for one in done:
            one.result()
    after = load_sources(path)
    assert [after[name].enabled for name in names] == [False] * 8
    assert {f"new{number}" for number in range(4)} <= after.keys()
