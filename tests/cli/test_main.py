"""The command itself: help is quick, errors are messages with exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cli.main import COMMANDS
from cli.main import hinomi as command

if TYPE_CHECKING:
    from pathlib import Path


def hinomi(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    given = ["--home", str(home)] if home else []
    return subprocess.run(
        [sys.executable, "-m", "cli", *given, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    done = hinomi(command, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    probe = (
        "import sys; from cli.main import COMMANDS; print({'scrapy','sqlalchemy','polars','numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_wrong_use_exits_with_2(tmp_path: Path) -> None:
    assert hinomi("no-such-command").returncode == 2
    assert hinomi("scan").returncode == 2
    done = hinomi("incidents", "list", home=tmp_path / "nothing-here")
    assert done.returncode == 2
    assert "hinomi init" in done.stderr
    assert "nothing-here" in done.stderr


def test_init_makes_a_private_home_and_never_overwrites(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hinomi("init", "--home", str(home)).returncode == 0
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "key").stat().st_mode & 0o777 == 0o600
    (home / "hinomi.toml").write_text('language = "en"\n', encoding="utf-8")
    before = {
        file.name: file.read_bytes() for file in home.iterdir() if file.suffix in {".toml", ""} and file.is_file()
    }
    assert hinomi("init", home=home).returncode == 0
    assert {name: (home / name).read_bytes() for name in before} == before


def test_init_closes_a_home_that_stood_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hinomi("init", "--home", str(home))
    files = [home, *(home / name for name in ("hinomi.toml", "hinomi.db", "sources.toml"))]
    for file in files:
        file.chmod(0o777 if file.is_dir() else 0o666)
    (home / "beside.txt").write_text("somebody else's", encoding="utf-8")
    (home / "beside.txt").chmod(0o644)
    opened = hinomi("doctor", home=home)
    assert opened.returncode == 1
    assert "hinomi.db" in opened.stderr
    assert hinomi("init", home=home).returncode == 0
    assert [file.name for file in files if file.stat().st_mode & 0o077] == []
    assert (home / "beside.txt").stat().st_mode & 0o777 == 0o644
    assert hinomi("doctor", home=home).returncode == 0


def test_whatever_a_command_writes_is_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = os.umask(0)
    try:
        assert hinomi("init", "--home", str(home)).returncode == 0
        assert hinomi("incidents", "list", home=home).returncode == 0
        assert hinomi("log", "publish", home=home).returncode == 0
    finally:
        os.umask(before)
    assert [path for path in home.rglob("*") if path.stat().st_mode & 0o077 and path.suffix != ".pub"] == []


def test_a_broken_settings_file_is_one_message_with_all_problems(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hinomi("init", "--home", str(home))
    (home / "hinomi.toml").write_text('language = "fr"\n[web]\nport = -1\n', encoding="utf-8")
    done = hinomi("incidents", "list", home=home)
    assert done.returncode == 2
    assert "language" in done.stderr
    assert "web.port" in done.stderr
    assert "Traceback" not in done.stderr


def test_another_key_is_refused_with_both_ids(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    people = tmp_path / "people.csv"
    people.write_text(
        "お客様番号,氏名,携帯電話番号,メールアドレス\nK1,架空　一郎,090-0000-0001,kakuu@carrier.example\n",
        encoding="utf-8",
    )
    for folder in (home, other):
        assert hinomi("init", "--home", str(folder)).returncode == 0
    assert hinomi("enroll", str(people), "--extract", "x", "--json", home=home).returncode == 0
    (home / "key").write_bytes((other / "key").read_bytes())
    done = hinomi("scan", str(people), "--json", home=home)
    assert done.returncode == 2
    assert "key" in done.stderr
    assert "架空" not in done.stderr


def test_doctor_says_what_is_wrong_and_exits_with_1(tmp_path: Path) -> None:
    home = tmp_path / "home"
    hinomi("init", "--home", str(home))
    assert hinomi("doctor", home=home).returncode == 0
    (home / "key").chmod(0o644)
    done = hinomi("doctor", home=home)
    assert done.returncode == 1
    assert "chmod 600" in done.stderr


def test_a_lost_key_is_not_replaced_while_there_is_an_index(tmp_path: Path) -> None:
    home, people = tmp_path / "home", tmp_path / "people.csv"
    people.write_text("お客様番号,氏名,携帯電話番号\nK1,架空　一郎,090-0000-0001\n", encoding="utf-8")
    hinomi("init", "--home", str(home))
    assert hinomi("enroll", str(people), "--extract", "x", "--json", home=home).returncode == 0
    (home / "key").unlink()
    done = hinomi("init", home=home)
    assert done.returncode == 2
    assert "made with key" in done.stderr
    assert not (home / "key").exists()


def test_a_pipe_is_no_document(tmp_path: Path) -> None:
    home, pipe = tmp_path / "home", tmp_path / "pipe"
    hinomi("init", "--home", str(home))
    os.mkfifo(pipe)
    done = hinomi("scan", str(pipe), home=home)
    assert done.returncode == 2
    assert str(pipe) in done.stderr


@pytest.mark.parametrize("number", ["0", "-1", "2147483648", "9" * 30, "one"])
@pytest.mark.parametrize(
    "words",
    [
        ("incidents", "show", "N"), ("incident", "N", "note", "x"), ("root-cause", "N"),
        ("proof", "inclusion", "--event", "N"), ("trails", "explain", "N", "--reason", "x"),
    ],
)  # fmt: skip
def test_a_number_that_nothing_has_is_refused_in_words(tmp_path: Path, words: tuple[str, ...], number: str) -> None:
    runner = CliRunner()
    runner.invoke(command, ["--home", str(tmp_path), "init"])
    done = runner.invoke(command, ["--home", str(tmp_path), *(number if word == "N" else word for word in words)])
    assert done.exit_code == 2
    assert not done.exception or isinstance(done.exception, SystemExit)
