"""The page of commands: every command with its options, as ``--help`` says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from cli.language import language as spoken_language
from cli.language import spoken, use_language
from cli.main import hinomi
from tools.site.reference._markdown import cell, code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS: Final = {
    "en": ("# Commands\n\nEvery command, as `--help` says it.\n", ("option", "default", "what it says")),
    "ja": ("# コマンド\n\nすべてのコマンド。`--help` と同じ。\n", ("オプション", "既定", "意味")),
}


def page(language: str) -> str:
    """The page in a language."""
    intro, head = WORDS[language]
    before = spoken_language()
    use_language(language)
    try:
        return "\n".join([intro, *_command(spoken(hinomi, ""), "hinomi", click.Context(hinomi), head)]) + "\n"
    finally:
        use_language(before)


def commands(command: click.Command, path: str, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each with how it is called."""
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from commands(below, f"{path} {name}", click.Context(below, parent=context, info_name=name))


def _command(command: click.Command, path: str, context: click.Context, head: tuple[str, ...]) -> Iterator[str]:
    for called, one in commands(command, path, context):
        yield from (f"{'##' if called.count(' ') < 2 else '###'} `{called}`", "")  # noqa: PLR2004  # hinomi, its group
        paragraphs = (one.help or "").replace("\b", "").split("\n\n")
        yield from (line for part in paragraphs for line in (_joined(part), ""))
        yield from ("```", f"{called} {' '.join(one.collect_usage_pieces(click.Context(one)))}".rstrip(), "```", "")
        rows = [_row(option) for option in one.params if isinstance(option, click.Option) and not option.hidden]
        if rows:
            yield from table(head, rows)


def _joined(paragraph: str) -> str:
    """A paragraph in one line; lines that end in Japanese are joined without a blank."""
    joined = ""
    for line in map(str.strip, paragraph.strip().split("\n")):
        blank = " " if joined and (joined[-1].isascii() or line[:1].isascii()) else ""
        joined += blank + line
    return cell(joined)


def _row(option: click.Option) -> tuple[str, str, str]:
    shown = option.get_default(click.Context(click.Command("hinomi")), call=False)
    default = (
        "" if shown is None or callable(shown) or isinstance(shown, bool) or "UNSET" in repr(shown) else str(shown)
    )
    takes = "" if option.is_flag or option.count else f" {option.make_metavar(click.Context(click.Command('hinomi')))}"
    return (
        code("/".join([*option.opts, *option.secondary_opts]) + takes),
        code(default),
        _joined((option.help or "").replace("\b", "")),
    )
