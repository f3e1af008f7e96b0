"""Homes that older releases made come up to this one, verify, and find the same customers (see homes/README.md)."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from cli.main import run
from fingerprints.index.manifest import INDEX_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

HOMES: Final = Path(__file__).parent / "homes"
CUSTOMERS: Final = """\
顧客番号,氏名,電話番号,メール,住所,生年月日
C0010001,山崎 花子,090-0321-7745,hanako.yamazaki@mail.example,東京都千代田区神田1-2-3,1980-02-03
C0010002,渡部 太一,080-0412-9987,taichi.watabe@mail.example,大阪府大阪市北区梅田2-4-6,1975-11-30
C0010003,斎藤 順子,070-0299-1834,junko.saito@mail.example,福岡県福岡市中央区天神3-1-9,1990-07-15
C0010004,高橋 健,090-0718-3345,ken.takahashi@mail.example,北海道札幌市中央区北1条西2-5,1968-01-22
C0010005,藤本 恵美,080-0912-4475,emi.fujimoto@mail.example,愛知県名古屋市中区栄4-7-8,1988-09-09
C0010006,小川 直人,090-0634-2210,naoto.ogawa@mail.example,宮城県仙台市青葉区一番町3-2-1,1995-12-24
"""
LEAK: Final = """\
氏名,電話番号,メール,生年月日
山崎花子,09003217745,hanako.yamazaki@mail.example,1980/02/03
斎藤順子,07002991834,junko.saito@mail.example,1990/07/15
高橋健,09007183345,ken.takahashi@mail.example,1968/01/22
小川直人,09006342210,naoto.ogawa@mail.example,1995/12/24
"""
NAMES: Final = sorted(one.name for one in HOMES.glob("*.tar.xz"))


@pytest.fixture(params=NAMES)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home as its release left it."""
    folder = tmp_path / "old"
    with tarfile.open(HOMES / request.param) as packed:
        packed.extractall(folder, filter="data")
    folder.chmod(0o700)
    return folder


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    """Runs a command; its code and what it printed for scripts."""

    def call(home: Path, *words: str) -> tuple[int, list[dict[str, Any]]]:
        capsys.readouterr()
        code = run(["--home", str(home), *words, "--json"])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return call


def test_there_are_homes_of_several_releases() -> None:
    assert len(NAMES) >= 4
    assert all((HOMES / name).stat().st_size < 300_000 for name in NAMES)


def test_an_old_home_comes_up_verifies_and_finds_the_same_customers(
    old: Path, tmp_path: Path, said: Callable[..., tuple[int, list[dict[str, Any]]]]
) -> None:
    (tmp_path / "leak.txt").write_text(LEAK, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    assert said(old, "incidents", "list")[0] != 0, "this release opened a database of an older one"

    code, (planned,) = said(old, "upgrade", "--dry-run")
    assert code == 0
    assert not planned["done"]
    assert "database" in planned["steps"]
    assert said(old, "incidents", "list")[0] != 0, "a dry run changed the home"

    code, (done,) = said(old, "upgrade", "--backup", str(tmp_path / "before"))
    assert (code, done["damages"]) == (0, [])
    code, (incident,) = said(old, "incidents", "list")
    assert (code, incident["subjects"], incident["documents"]) == (0, 4, 1)
    assert said(old, "verify")[0] == 0

    if done["index_format"] != INDEX_VERSION:
        assert [one["extract"] for one in done["enrol_again"]] == ["base"]
        assert said(old, "enroll", str(tmp_path / "customers.csv"), "--extract", "base", "--yes")[0] == 0
    code, (found,) = said(old, "scan", str(tmp_path / "leak.txt"))
    assert (code, found["verdict"], found["subjects"]) == (10, "leak", 4)

    code, (again,) = said(old, "upgrade")
    assert (code, again["steps"], again["enrol_again"]) == (0, [], [])


def test_an_upgrade_takes_a_backup_that_its_own_release_can_open(
    old: Path, tmp_path: Path, said: Callable[..., tuple[int, list[dict[str, Any]]]]
) -> None:
    before = (old / "hinomi.toml").read_bytes()
    assert said(old, "upgrade")[0] == 2, "nothing is done without a backup, or a word that there is one"
    assert said(old, "upgrade", "--backup", str(tmp_path / "b"), "--with-key", str(tmp_path / "keys"))[0] == 0
    assert said(old, "backup", "--check", str(tmp_path / "b"))[0] == 0
    again = tmp_path / "again"
    words = ("restore", str(tmp_path / "b"), "--key", str(tmp_path / "keys"), "--as-it-was")
    code, (done,) = said(again, *words)
    assert (code, done["missing"]) == (0, [])
    assert (again / "hinomi.toml").read_bytes() == before
    assert said(again, "incidents", "list")[0] != 0, "it is of the older release still"
    code, (up,) = said(again, "upgrade", "--no-backup")
    assert (code, up["damages"]) == (0, [])


def test_an_upgrade_that_was_cut_off_is_run_again(
    old: Path, tmp_path: Path, said: Callable[..., tuple[int, list[dict[str, Any]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("cli.keeping.init.make_home", die)
        assert said(old, "upgrade", "--backup", str(tmp_path / "b"))[0] == 130
    with monkeypatch.context() as patched:
        patched.setattr("cli.keeping.init._put_on_record", die)
        assert said(old, "upgrade", "--backup", str(tmp_path / "b"))[0] == 130
    code, (done,) = said(old, "upgrade")
    assert (code, done["damages"]) == (0, [])
    assert said(old, "verify")[0] == 0
