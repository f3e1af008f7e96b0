"""`hinomi trails explore` and `line`: records searched with masked names, and the line behind one of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from sqlalchemy import select

from cli.language import CommandError
from core.actors import Role
from core.database import Database
from core.errors import HinomiError, UsageError
from core.query.errors import QueryError
from incidents.errors import NoIncidentError
from people.errors import NotAllowedError
from people.models import Account
from tests.cli.test_trails import Home
from trails.errors import DamagedTrailError
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


def test_what_is_asked_takes_the_rights_that_the_pages_take(home: Home) -> None:
    def be(*roles: Role) -> None:
        database = Database(f"sqlite:///{home.path / 'hinomi.db'}")
        with database.write() as session:
            for account in session.scalars(select(Account)):
                account.roles = [role.value for role in roles]
        database.close()

    be(Role.ADMINISTRATOR)
    with pytest.raises(NotAllowedError, match="see-cause"):
        home.run("trails", "explore")
    be(Role.AUDITOR)
    assert explored(home, "action:export", "--limit", "0")[1]["records"] == 16
    for query, needed in (("operator:tanaka-1", "reveal-names"), ("customer:K000007", "reveal-values")):
        with pytest.raises(NotAllowedError, match=needed):
            home.run("trails", "explore", query)
    be(Role.INVESTIGATOR)
    assert explored(home, "operator:tanaka-1", "--limit", "0")[1]["records"] == 200


def test_an_incident_that_is_not_there_is_said(home: Home) -> None:
    with pytest.raises(NoIncidentError, match="999"):
        home.run("trails", "explore", "--incident", "999")


def test_a_damaged_line_was_asked_for_all_the_same(home: Home) -> None:
    digest = digest_of(home, 0)
    for path in (home.path / "trails").rglob("*.lines"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        path.write_bytes(content)
    with pytest.raises(DamagedTrailError):
        home.run("trails", "line", digest, "--reason", "hearing")
    assert home.recorded()[-1] == "line-revealed"
    for wrong in ("-1", "1_0", digest[1:], digest + "0", f" {digest[:14]} "):
        with pytest.raises(CommandError):
            home.run("trails", "line", "--reason", "hearing", "--", wrong)
    assert home.recorded().count("line-revealed") == 1


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


def test_kept_lines_are_forgotten_for_a_reason_on_record_and_records_stay(home: Home, tmp_path: Path) -> None:
    digest = digest_of(home, 0)
    for arguments in (["--reason", "their wish"], ["--system", "callcenter"]):
        with pytest.raises(UsageError):
            home.run("trails", "forget-lines", *arguments, "--json")
    asked = ("trails", "forget-lines", "--reason", "their wish", "--system")
    assert home.json(*asked, "elsewhere") == []
    with pytest.raises(UsageError):  # nobody is there to say yes
        home.run(*asked, "callcenter")
    (gone,) = home.json(*asked, "callcenter")
    assert (gone["system"], gone["files"]) == ("callcenter", 2)
    assert not list((home.path / "trails").rglob("*.lines"))
    assert home.recorded()[-1] == "lines-forgotten"
    assert explored(home, "--limit", "0")[1]["records"] == 800
    with pytest.raises(HinomiError):
        home.run("trails", "line", digest, "--reason", "hearing")
    assert home.json("trails", "line", digest, "--reason", "hearing", "--file", str(tmp_path / "access.csv"))
    assert home.json(*asked, "callcenter") == []
    assert home.recorded().count("lines-forgotten") == 1


def test_the_age_of_kept_lines_is_that_of_their_newest_record(home: Home) -> None:
    asked = ("trails", "forget-lines", "--reason", "their time is over", "--before")
    assert home.json(*asked, "2026-10-01") == []
    # Lines of an import that were written on the last night of a month in UTC make a file of their own.
    files = sum(one["files"] for one in home.json(*asked, "2026-10-20"))
    assert files + home.json(*asked, "2026年10月21日")[0]["files"] == 2


def test_records_and_lines_are_told_in_japanese(home: Home) -> None:
    shown = home.run("trails", "explore", "操作:エクスポート", "--limit", "3").stderr
    assert "800 件中 16 件" in shown
    for column in ("日時", "操作", "作業者", "端末", "システム"):
        assert column in shown
    with pytest.raises(CommandError) as refused:
        home.run("trails", "line", digest_of(home, 0), "--json")
    assert "理由" in " ".join(refused.value.said("ja"))
    with pytest.raises(QueryError) as unknown:
        home.run("trails", "explore", "作業社:x")
    assert "作業者" in " ".join(unknown.value.said("ja"))
    assert home.json("trails", "line", digest_of(home, 0), "--reason", "聴取")[0]["line"] in LINES
