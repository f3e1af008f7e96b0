"""The language of the command line: which one it is, and everything that is said in it.

Sentences, headers and errors stand in ``texts/``, in every language. The English help stands where click wants it, in
the docstring and the options of each command; the others in ``texts/help/``, by the path of the command. Whoever runs a
command decides: ``--lang`` (or HINOMI_LANG), then the language of the settings, then that of the terminal.
"""

from __future__ import annotations

import copy
import re
import tomllib
import unicodedata
from contextvars import ContextVar
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click import core, decorators, exceptions, formatting, parser, termui, types, utils

from core.errors import HinomiError, OutsideError, SpokenError, UsageError
from core.settings import SETTINGS_FILE, find_home
from core.texts import LANGUAGES, load_texts

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

VARIABLE: Final = "HINOMI_LANG"
SETTING: Final = "HINOMI_LANGUAGE"
TERMINAL: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
PROGRAM: Final = "hinomi"
CLICK: Final = "click"
"""The table of what click says itself."""
OPTION_COLUMNS, TEXT_COLUMNS, COMMAND_COLUMNS = 44, 74, 58
"""How wide the help of an option, of a command, and its one line in a list of commands may be; a kanji takes two."""
NO_LINE_BEGINS_WITH: Final = "、。，．）」』】！？ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.;:)]"
_WORD: Final = re.compile(r"[!-~]+$")
"""What is not broken: a word of ASCII, an option, an address."""
Command = TypeVar("Command", bound=click.Command)
_language: ContextVar[str] = ContextVar("language", default="en")


class CommandError(SpokenError, UsageError):
    """Something that a command was given cannot be meant."""

    package = "cli"


class CommandFailedError(SpokenError, OutsideError):
    """Something outside failed a command."""

    package = "cli"


def language() -> str:
    """The language that commands speak now."""
    return _language.get()


def use_language(name: str) -> None:
    """Speak this one from now on."""
    _language.set(name)


def say(key: str, /, **values: object) -> str:
    """A text of the command line."""
    return load_texts("cli", language())(key, **values)


def said_of(error: HinomiError) -> tuple[str, str]:
    """Message and hint of an error: in the present language if it speaks it, else what kind it is, with its own words.

    What went wrong where is said by the package that knows it, and only some speak more than English.
    """
    if isinstance(error, SpokenError):
        return error.said(language())
    if language() == "en":
        return str(error), error.hint
    texts = load_texts("cli", language())
    kind = next(f"kind.{one.__name__}" for one in type(error).__mro__ if f"kind.{one.__name__}.text" in texts)
    hint = f"{kind}.hint"
    return texts(f"{kind}.text", detail=error), texts(hint) if hint in texts else error.hint


def find_language(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """Which language whoever typed this wants to read."""
    given = dict(pairwise(_before_the_command(arguments)))
    home = find_home(given.get("--home"))
    for wanted in (
        given.get("--lang"), environment.get(VARIABLE), environment.get(SETTING), _setting(home / SETTINGS_FILE),
    ):  # fmt: skip
        if wanted in LANGUAGES:
            return str(wanted)
    terminal = next((environment[name] for name in TERMINAL if environment.get(name)), "")
    return "ja" if terminal.lower().startswith("ja") else "en"


def spoken(command: Command, path: str) -> Command:
    """A command whose help is in the present language; the command itself where that is English.

    Args:
        command: As it was written.
        path: How it is called: ``sources add``; empty for the program itself.
    """
    if language() == "en":
        return command
    told = _help(language()).get(path or PROGRAM, {})
    made = copy.copy(command)
    made._help_option = None  # noqa: SLF001  # it was made in another language, and is made anew
    made.params = [_spoken_option(one, told) for one in command.params]
    if text := told.get("text"):
        first, *rest = text.split("\n", 1)
        made.help = "\n\n".join(wrapped(part, TEXT_COLUMNS) for part in (first, *rest))
        made.short_help = wrapped(first.split("。")[0], COMMAND_COLUMNS)
    if isinstance(made, click.Group):
        made.commands = {name: spoken(one, f"{path} {name}".strip()) for name, one in made.commands.items()}
    return made


def wrapped(text: str, columns: int) -> str:
    """A text in lines that click leaves as they are: it counts characters, and a kanji takes two columns."""
    lines, line, width = [], "", 0
    for char in text:
        wide = 2 if unicodedata.east_asian_width(char) in "WFA" else 1
        if width + wide > columns and char not in NO_LINE_BEGINS_WITH:
            word = _WORD.search(line)
            at = word.start() if word and _WORD.fullmatch(char) and word.start() else len(line)
            lines.append(line[:at])
            line = line[at:]
            width = len(line)
        line += char
        width += wide
    return "\b\n" + "\n".join(one.strip() for one in (*lines, line))


def speak_as_click() -> None:
    """What click says itself (usage, mistakes, questions) is said in the present language too."""
    for module in (core, decorators, exceptions, formatting, parser, termui, types, utils):
        names = vars(module)
        if "_" in names:
            names["_"] = _as_click
        if "ngettext" in names:
            names["ngettext"] = _as_click_of_many


def _as_click(message: str) -> str:
    return message if language() == "en" else _help(language()).get(CLICK, {}).get(message, message)


def _as_click_of_many(one: str, many: str, count: int) -> str:
    return _as_click(one if count == 1 else many)


def _spoken_option(option: click.Parameter, told: Mapping[str, str]) -> click.Parameter:
    made = copy.copy(option)
    if isinstance(made, click.Option) and (text := told.get(str(option.name))):
        made.help = wrapped(text, OPTION_COLUMNS)
    return made


@cache
def _help(name: str) -> dict[str, dict[str, str]]:
    """Help by the path of a command, then by the name of an option; what many say alike stands under ``every``."""
    source = resources.files("cli").joinpath("texts", "help", f"{name}.toml")
    tables: dict[str, dict[str, str]] = tomllib.loads(source.read_text(encoding="utf-8"))
    every = tables.pop("every")
    return {path: (every if path != CLICK else {}) | table for path, table in tables.items()}


def _before_the_command(arguments: Sequence[str]) -> list[str]:
    """The program's own options, each with its value behind it."""
    found: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        name, is_joined, value = rest.pop(0).partition("=")
        if name in {"--home", "--lang"}:
            found += [name, value if is_joined else rest.pop(0) if rest else ""]
    return found


def _setting(file: os.PathLike[str]) -> str:
    """The language of a home, read without the help of whatever may be wrong with its settings."""
    try:
        with open(file, "rb") as stream:  # noqa: PTH123  # it is any path
            found: Any = tomllib.load(stream).get("language", "")
    except (OSError, ValueError):
        return ""
    return found if isinstance(found, str) else ""
