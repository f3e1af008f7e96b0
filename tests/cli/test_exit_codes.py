"""Every command under every fault: what was given wrongly is 2, what failed outside is 3, alike in all of them."""

from __future__ import annotations

import io
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import pytest

from cli import given
from cli.exit_codes import MEANINGS, STOPPED, code_of
from cli.main import hinomi, run
from core.errors import HinomiError, OutsideError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

TAKES_A_FILE: Final = {
    "trails line": ("trails", "line", "00ff00ff00ff00ff", "--file", "FILE", "--reason", "seen", "--json"),
    "supervision attach": ("supervision", "attach", "1", "FILE"),
    "supervision import": ("supervision", "import", "FILE"),
    "enroll": ("enroll", "FILE", "--extract", "x", "--yes"),
    "trails import": ("trails", "import", "FILE", "--system", "crm", "--yes"),
    "scan": ("scan", "FILE"),
    "subjects forget": ("subjects", "forget", "--file", "FILE", "--yes"),
    "extracts import": ("extracts", "import", "FILE"),
    "extracts holders": ("extracts", "holders", "--customers", "FILE"),
    "canaries make": ("canaries", "make", "--extract", "x", "--like", "FILE"),
    "key rotate": ("key", "rotate", "FILE"),
    "verify": ("verify", "--head", "FILE"),
    "restore": ("restore", ".", "--key", "FILE"),
}
"""How each command that reads a file is called."""
WRITES_A_FILE: Final = {
    "backup",
    "upgrade",
    "export",
    "incidents search",
    "supervision numbers",
    "supervision export",
    "extracts export",
    "key create",
    "proof consistency",
    "proof inclusion",
    "root-cause",
    "report take",
    "canaries make",
    "incident pictures",
}
UNREADABLE: Final = "/proc/self/mem"
"""A file that is there and whose first byte nobody can read, whoever he is."""
UNKNOWN_NUMBERS: Final = (
    ("incidents", "show", "9"), ("incident", "9", "note", "x"), ("incident", "9", "assign", "x"),
    ("incident", "9", "act", "contain"), ("root-cause", "9"), ("trails", "explain", "9", "--reason", "x"),
    ("trails", "escalate", "9", "--reason", "x"), ("proof", "inclusion", "--entry", "9"),
    ("proof", "consistency", "1", "10"),
)  # fmt: skip
UNKNOWN_NAMES: Final = (
    ("extracts", "show", "nobody"), ("extracts", "return", "nobody", "--holder", "x"), ("processors", "set", "nobody"),
    ("sources", "check", "nobody"), ("sweep", "nobody"),
)  # fmt: skip
NEEDS_THE_DATABASE: Final = (
    ("incidents", "list"), ("extracts", "list"), ("processors", "list"), ("alerts", "list"), ("trails", "gaps"),
    ("trails", "suspicions"), ("log", "heads"), ("root-cause", "1"), ("incident", "1", "note", "x"),
)  # fmt: skip
NEEDS_THE_KEY: Final = (("key", "id"), ("key", "check"), ("index", "show"), ("scan", "FILE"), ("root-cause", "1"))


def commands(group: click.Command = hinomi, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its words."""
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))
    else:
        yield " ".join(path), group


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home with two customers; nobody sits at a terminal."""
    folder = tmp_path / "home"
    monkeypatch.setenv("HINOMI_HOME", str(folder))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    people = tmp_path / "people.csv"
    people.write_text("お客様番号,氏名,携帯電話番号\nK000001,架空　一郎,090-0000-0001\n", encoding="utf-8")
    assert run(["init"]) == 0
    assert run(["enroll", str(people), "--extract", "x", "--json"]) == 0
    return folder


def with_file(words: tuple[str, ...], path: object) -> list[str]:
    return [str(path) if word == "FILE" else word for word in words]


def test_every_command_that_reads_a_file_is_looked_at() -> None:
    reads = {
        name for name, command in commands()
        for one in command.params if isinstance(one.type, click.Path) or one.name == "paths"
    }  # fmt: skip
    assert reads - WRITES_A_FILE <= set(TAKES_A_FILE)
    assert set(TAKES_A_FILE) <= reads


@pytest.mark.parametrize("words", TAKES_A_FILE.values(), ids=TAKES_A_FILE)
def test_a_file_that_is_not_there_is_wrong_use(
    home: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(with_file(words, home / "missing.csv")) == 2
    assert "missing.csv" in capsys.readouterr().err


@pytest.mark.parametrize("words", [one for name, one in TAKES_A_FILE.items() if name != "scan"])
@pytest.mark.usefixtures("home")
def test_a_folder_in_place_of_a_file_is_wrong_use(words: tuple[str, ...], tmp_path: Path) -> None:
    assert run(with_file(words, tmp_path)) == 2


@pytest.mark.parametrize("words", [one for name, one in TAKES_A_FILE.items() if name not in {"key rotate", "scan"}])
@pytest.mark.usefixtures("home")
def test_a_file_that_cannot_be_read_is_something_outside(words: tuple[str, ...]) -> None:
    if words[1] == "attach":
        assert run(["processors", "add", "p", "--contract", "A", "--on", "2026-04-01"]) == 0
        assert run(["supervision", "record", "training", "p", "--happened-on", "2026-04-02"]) == 0
    assert run(with_file(words, UNREADABLE)) == 3


@pytest.mark.usefixtures("home")
def test_a_document_that_cannot_be_read_is_unread() -> None:
    assert run(["scan", UNREADABLE]) == 11


@pytest.mark.parametrize("words", [*UNKNOWN_NUMBERS, *UNKNOWN_NAMES], ids=" ".join)
@pytest.mark.usefixtures("home")
def test_what_does_not_exist_is_wrong_use(words: tuple[str, ...]) -> None:
    assert run(words) == 2


@pytest.mark.parametrize("name", [name for name, _ in commands()])
@pytest.mark.usefixtures("home")
def test_an_option_that_does_not_exist_is_wrong_use(name: str) -> None:
    assert run([*name.split(), "--no-such-option"]) == 2


@pytest.mark.parametrize("words", NEEDS_THE_DATABASE, ids=" ".join)
def test_a_damaged_database_is_something_outside(home: Path, words: tuple[str, ...]) -> None:
    for file in home.glob("hinomi.db*"):
        file.write_bytes(b"no database, whatever its name says" * 200)
    assert run(words) == 3


def test_a_busy_database_is_something_outside(home: Path) -> None:
    other = sqlite3.connect(home / "hinomi.db", isolation_level=None)
    other.execute("DROP TABLE alembic_version")
    other.close()
    assert run(["incidents", "list"]) == 3


@pytest.mark.parametrize("words", NEEDS_THE_KEY, ids=" ".join)
def test_a_key_that_is_not_the_one_is_wrong_use(home: Path, words: tuple[str, ...], tmp_path: Path) -> None:
    (home / "key").unlink()
    assert run(with_file(words, tmp_path / "people.csv")) == 2
    assert run(["key", "create"]) == 0
    if words != ("key", "id"):
        assert run(with_file(words, tmp_path / "people.csv")) == 2


@pytest.mark.parametrize(
    "words",
    [("enroll", "FILE", "--extract", "x"), ("subjects", "forget", "--file", "FILE"), ("scan", "FILE", "--reveal"),
     ("scan", "FILE", "--reveal", "--json"), ("root-cause", "1", "--reveal")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.usefixtures("home")
def test_a_question_that_nobody_can_answer_is_wrong_use(words: tuple[str, ...], tmp_path: Path) -> None:
    assert run(with_file(words, tmp_path / "people.csv")) == 2


@pytest.mark.usefixtures("home")
def test_a_mapping_that_nobody_can_confirm_is_wrong_use(tmp_path: Path) -> None:
    log = tmp_path / "access.csv"
    log.write_text("日時,作業者ID,お客様番号\n2026/04/01 10:00:00,op-1,K000001\n", encoding="utf-8")
    assert run(["trails", "import", str(log), "--system", "crm"]) == 2
    assert run(["trails", "import", str(log), "--system", "crm", "--yes"]) == 0


class Terminal(io.StringIO):
    """A terminal at which somebody has typed."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.usefixtures("home")
def test_no_at_the_terminal_stops_every_question_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = str(tmp_path / "people.csv")
    for words in (("enroll", people, "--extract", "y"), ("subjects", "forget", "--file", people)):
        monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
        assert run(words) == STOPPED


def test_a_reason_is_asked_for_where_somebody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("hearing\n"))
    assert given.reason_for("names", "", ask=True) == "hearing"
    assert given.reason_for("names", " case 17 ", ask=False) == "case 17"
    with pytest.raises(UsageError):
        given.reason_for("names", " ", ask=False)


def test_errors_are_sorted_by_one_principle() -> None:
    assert code_of(click.Abort()) == STOPPED
    assert code_of(HinomiError("no")) == 1
    assert code_of(click.UsageError("what?")) == code_of(UsageError("what?")) == 2
    assert code_of(PermissionError(13, "denied")) == code_of(OutsideError("gone")) == 3
    assert code_of(KeyError("ours")) is None


@pytest.mark.parametrize("page", ["operators.md", "operators.ja.md"])
def test_the_manual_has_the_table_of_codes(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    assert all(f"| {code} | " in text for code in MEANINGS)
    assert page.endswith(".ja.md") or all(f"| {code} | {said} |" in text for code, said in MEANINGS.items())
