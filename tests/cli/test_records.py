"""`hinomi trails explore` and `line`: records searched with masked names, and the line behind one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from core.errors import HinomiError, UsageError
from core.query.errors import QueryError
from tests.cli.test_trails import Home
from trails.store.kept_lines import lines_path

if TYPE_CHECKING:
    from pathlib import Path

LINES = [
    f"2026/10/{1 + i // 40:02d} {8 + i % 12:02d}:{i % 60:02d}:00,tanaka-{i % 4},T-{i % 3},"
    f"{'CSV出力' if i % 50 == 0 else '照会'},K{i:06d}"
    for i in range(800)
]
HEADER = "日時,作業者ID,端末,操作,お客様番号"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with some access records."""
    home = Home(tmp_path / "home")
    home.run("init")
    log = tmp_path / "access.csv"
    log.write_text("\n".join([HEADER, *LINES]) + "\n", encoding="utf-8")
    home.run("trails", "import", str(log), "--system", "callcenter", "--yes")
    return home


def digest_of(home: Home, number: int) -> str:
    parts = sorted((home.path / "trails").rglob("*.parquet"))
    records = pl.concat([pl.read_parquet(part, columns=["when", "line"]) for part in parts]).sort("when")
    return f"{records['line'][number]:016x}"


def explored(home: Home, *arguments: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    *rows, total = home.json("trails", "explore", *arguments)
    return rows, total


def test_records_are_searched_and_counted_with_masked_names(home: Home) -> None:
    rows, total = explored(home, "action:export", "--limit", "5")
    assert len(rows) == 5
    assert total["records"] == sum("CSV出力" in line for line in LINES)
    assert total["facets"]["action"] == {"export": total["records"]}
    assert "tanaka" not in json.dumps([rows, total])
    assert [row["when"] for row in rows] == sorted((row["when"] for row in rows), reverse=True)
    assert home.recorded()[-1] == "records-viewed"


def test_a_name_that_is_typed_becomes_a_handle(home: Home) -> None:
    _, total = explored(home, "作業者:tanaka-1", "--limit", "0")
    assert total["records"] == 200
    assert total["query"].startswith("operator:~")
    _, all_of_them = explored(home, "operator:tanaka-*", "--limit", "0")
    assert all_of_them["records"] == 800
    _, one = explored(home, "お客様:K000007", "--limit", "0")
    assert one["records"] == 1


def test_people_read_a_table_in_their_language(home: Home) -> None:
    shown = home.run("trails", "explore", "on:2026-10-05").stderr
    assert "800 件中 40 件" in shown
    assert "作業者" in shown
    assert "tanaka" not in shown


def test_what_cannot_be_meant_is_said(home: Home) -> None:
    with pytest.raises(QueryError):
        home.run("trails", "explore", "nonsense:1")


def test_a_line_is_shown_for_a_reason_and_that_is_recorded(home: Home) -> None:
    digest = digest_of(home, 0)
    with pytest.raises(UsageError):
        home.run("trails", "line", digest, "--json")
    assert home.json("trails", "line", digest, "--reason", "hearing")[0]["line"] in LINES
    assert home.recorded()[-1] == "line-revealed"


def test_where_lines_were_not_kept_the_original_file_holds_it(home: Home, tmp_path: Path) -> None:
    digest = digest_of(home, 5)
    for part in (home.path / "trails").rglob("*.parquet"):
        lines_path(part).unlink()
    with pytest.raises(HinomiError, match="was found"):
        home.run("trails", "line", digest, "--reason", "hearing")
    found = home.json("trails", "line", digest, "--reason", "hearing", "--file", str(tmp_path / "access.csv"))[0]
    assert found["line"] == LINES[found["number"] - 2]
    with pytest.raises(UsageError):
        home.run("trails", "line", "xyz", "--reason", "hearing")


def test_a_setting_keeps_no_lines(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run("init")
    settings = home.path / "hinomi.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n[trails]\nkeep_lines = false\n", encoding="utf-8")
    log = tmp_path / "access.csv"
    log.write_text("\n".join([HEADER, *LINES]) + "\n", encoding="utf-8")
    home.run("trails", "import", str(log), "--system", "callcenter", "--yes")
    assert list((home.path / "trails").rglob("*.lens"))
    assert not list((home.path / "trails").rglob("*.lines"))


def test_lines_sealed_under_a_former_key_are_found(home: Home) -> None:
    from fingerprints.secrets.keys import create_key, replace_key

    digest = digest_of(home, 3)
    create_key(home.path / "next")
    replace_key(home.path / "key", home.path / "next")
    assert home.json("trails", "line", digest, "--reason", "hearing")[0]["line"] in LINES
