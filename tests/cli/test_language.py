"""Everything the command line says is said in both languages, and which one is for whoever runs it to choose."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cli
import core.errors
from cli.language import find_language, speak_as_click, spoken, use_language, wrapped
from cli.main import COMMANDS, hinomi, run
from core.texts import load_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

CLI = Path(cli.__file__).parent
HELP = tomllib.loads((CLI / "texts" / "help" / "ja.toml").read_text("utf-8"))
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SENTENCE = re.compile(r"[A-Za-z][a-z]+(?: [a-z]{2,}){2,}")
"""Three words in a row."""
WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")
SPEAKERS = {"print", "echo", "prompt", "confirm", "status", "UsageError", "OutsideError", "headed"}


@pytest.fixture
def japanese() -> Iterator[None]:
    """The command line speaks Japanese, and English again afterwards."""
    speak_as_click()
    use_language("ja")
    yield
    use_language("en")


def commands(command: click.Command = hinomi, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command by its path, as it was written."""
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                yield from commands(below, f"{path} {name}".strip())


def sources() -> list[tuple[Path, ast.AST]]:
    return [(file, ast.parse(file.read_text("utf-8"))) for file in sorted(CLI.rglob("*.py"))]


def leaves(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in table.items():
        found |= leaves(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
    return found


def placeholders(text: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_with_the_same_values() -> None:
    japanese, english = (
        leaves(tomllib.loads((CLI / "texts" / f"{one}.toml").read_text("utf-8"))) for one in ("ja", "en")
    )
    assert japanese.keys() == english.keys()
    for key, text in english.items():
        assert placeholders(text) == placeholders(japanese[key]), key
        assert not SENTENCE.search(re.sub(r"`[^`]*`|hinomi [^。：]*|https?://\S*", "", japanese[key])), key


def test_every_text_that_a_command_names_is_there_and_no_other() -> None:
    known, named, begun = load_texts("cli", "en").keys(), set(), set()
    for _file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                begun.add(str(node.values[0].value))
    for name in ("run.py", "summary.py"):
        for node in ast.walk(ast.parse((CLI.parent / "demo" / name).read_text("utf-8"))):
            named |= {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()
    for key in known:
        short = key.removeprefix("column.").removeprefix("error.").removesuffix(".text").removesuffix(".hint")
        assert (
            key in named
            or short in named
            or key.startswith("kind.")
            or short.removeprefix("serve.") in named
            or any(len(one) > 3 and key.startswith(one) for one in begun)
        ), f"nobody says {key}"
    asked = {
        node.args[0].value
        for _file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert asked <= known
    headers = {
        f"column.{one.value!s}"
        for _file, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "headed"
        for one in node.args
        if isinstance(one, ast.Constant) and one.value
    }  # fmt: skip
    assert len(headers) > 50
    assert headers <= known


def test_nothing_is_said_past_the_texts() -> None:
    wrong = []
    for file, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or isinstance(node.args[0], ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            parts = [str(one.value) for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            if name in SPEAKERS | {"talk"} or name.endswith("Error"):
                wrong += [f"{file.name}:{node.lineno}: {one}" for one in parts if WORDS.search(one)]
    assert not wrong


def test_every_command_and_option_has_its_help_in_japanese_and_no_help_is_of_nothing() -> None:
    wanted = {
        path or "hinomi": {
            str(option.name) for option in command.params
            if isinstance(option, click.Option) and option.help and not option.hidden and option.name != "as_json"
        }
        for path, command in commands()
    }  # fmt: skip
    told = {path: set(table) - {"text"} for path, table in HELP.items() if path not in {"every", "click"}}
    assert told.keys() == wanted.keys()
    for path, options in wanted.items():
        assert options <= told[path], path
        known = {str(option.name) for option in dict(commands())[path if path != "hinomi" else ""].params}
        assert told[path] <= known, path


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_no_help_has_an_english_sentence(name: str) -> None:
    root = spoken(hinomi, "")
    assert isinstance(root, click.Group)
    with click.Context(root, info_name="hinomi") as context:
        command = root.get_command(context, name) if name else root
        assert command is not None
        for path, one in _below(command, f"hinomi {name}".strip()):
            with click.Context(one, info_name=path, help_option_names=["-h", "--help"]) as here:
                shown = one.get_help(here)
            assert JAPANESE.search(shown), path
            plain = re.sub(r"使い方：[^\n]*|\[[^\]]*\]|https?://\S+|hinomi [a-z ]+", "", shown)
            assert not SENTENCE.search(plain), shown
            assert all(_columns(line) <= 92 for line in shown.splitlines()), shown


def _below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group) and path != "hinomi":
        for name, one in command.commands.items():
            yield from _below(one, f"{path} {name}")


def _columns(line: str) -> int:
    return sum(2 if JAPANESE.match(char) else 1 for char in line)


@given(st.text("漢字かなABC 、。（）", max_size=200), st.integers(10, 60))
def test_lines_are_as_long_as_they_may_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrapped(text, columns).removeprefix("\b\n").splitlines()
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(_columns(line) <= columns + 2 * len(text) for line in lines)


@pytest.mark.parametrize(
    ("arguments", "environment", "setting", "wanted"),
    [
        (["--lang", "ja", "doctor"], {"HINOMI_LANG": "en"}, "en", "ja"),
        (["--lang=en", "doctor"], {"HINOMI_LANG": "ja"}, "ja", "en"),
        (["doctor"], {"HINOMI_LANG": "ja", "LANG": "C"}, "en", "ja"),
        (["doctor"], {"LANG": "ja_JP.UTF-8"}, "en", "en"),
        (["doctor"], {"LANG": "C.UTF-8"}, "ja", "ja"),
        (["doctor"], {"LANG": "ja_JP.UTF-8"}, "", "ja"),
        (["doctor"], {"LC_ALL": "en_US.UTF-8", "LANG": "ja_JP.UTF-8"}, "", "en"),
        (["doctor"], {}, "", "en"),
        (["incident", "7", "takedown", "--lang", "ja"], {}, "", "en"),
        (["--lang"], {}, "", "en"),
    ],
)
def test_the_language_is_as_asked_then_as_set_then_as_the_terminal_s(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], setting: str, wanted: str
) -> None:
    (tmp_path / "hinomi.toml").write_text(f'language = "{setting}"\n' if setting else "", encoding="utf-8")
    assert find_language(["--home", str(tmp_path), *arguments], environment) == wanted


def test_an_error_of_any_kind_has_a_japanese_head_of_its_own() -> None:
    texts = load_texts("cli", "ja")
    for name in re.findall(r"^ [│├└─ ]+(\w+Error)\b", core.errors.__doc__ or "", re.MULTILINE):
        if name not in SPEAKING | OF_THE_WEB:
            assert JAPANESE.search(texts(f"kind.{name}.text", detail="")), name


SPEAKING = {
    "SpokenError", "IncidentError", "PeopleError", "CommandError", "CommandFailedError", "SourceChangeError",
    "QueryError", "ExportError", "ExportFailedError", "ReportError", "BodyRefusedError",
    "BackupError", "BackupFailedError", "ClusterError",
}  # fmt: skip
"""These say it all themselves."""
OF_THE_WEB = {
    "WebSecretError",
    "TooLargeError",
    "RefusedCallError",
    "ForgedMessageError",
    "PluginError",
    "UnreadableError",
    "RefusalError",
}
"""What no command ends with; and what is as grave as any other error."""
FLOW = (
    (("init",), 0), (("doctor",), 0), (("sources", "list"), 0), (("sources", "off", "nobody"), 2),
    (("sources", "add", "x"), 2), (("sweep", "nobody"), 2), (("incidents", "list"), 0),
    (("incident", "7", "acknowledge"), 2), (("incident", "x", "acknowledge"), 2), (("tasks", "list"), 0),
    (("alerts", "list"), 0), (("people", "list"), 0), (("people", "add", "a b", "--role", "auditor"), 2),
    (("processors", "add", "P", "--contract", "A"), 0), (("processors", "list"), 0), (("extracts", "list"), 0),
    (("trails", "gaps"), 0), (("uploads", "list"), 0), (("canaries", "list"), 0), (("log", "heads"), 0),
    (("verify",), 0), (("proof", "inclusion"), 2), (("nonsense",), 2), (("scan",), 2), (("scan", "/nowhere"), 2),
)  # fmt: skip
"""What somebody types, and what the command exits with."""


@pytest.mark.usefixtures("japanese")
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_main_commands_speak_one_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    monkeypatch.delenv("HINOMI_LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    home = tmp_path / "home"
    for arguments, code in FLOW:
        assert run(["--lang", language, "--home", str(home), *arguments]) == code, arguments
        shown = "".join(capsys.readouterr())
        said = shown.replace(str(home), "").replace("Hinomi", "")
        if language == "ja":
            said = re.sub(r"（(?!UTC).*）", "", said)  # another package's own words
            assert not SENTENCE.search(re.sub(r"hinomi [^。\n]*|\[[^\]]*\]", "", said)), (arguments, shown)
        else:
            assert not JAPANESE.search(said), (arguments, shown)
