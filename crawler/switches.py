"""Switching a source off and on: one line of its table; comments and order stay as their author left them."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

from crawler.adding import changing, replace_file
from crawler.errors import SourceChangeError
from crawler.software.dialect_files import HOME_FOLDER
from crawler.sources import read_sources

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.sources import Source

_ENABLED: Final = re.compile(r"\s*enabled\s*=\s*(?:true|false)")


def switch_source(path: Path, name: str, *, on: bool) -> Source:
    """Have a source swept, or not any more, and give it back; the file is as before when that cannot be written.

    Raises:
        SourceChangeError: There is no such source, or it does not stand in a table of its own there.
        SourcesError: The file has a problem.
    """
    with changing(path):
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        before = read_sources(text, str(path), path.parent / HOME_FOLDER)
        if name not in before:
            raise SourceChangeError("no_source", path=path, name=repr(name), known=", ".join(before) or "–")
        if before[name].enabled == on:
            return before[name]
        new = _switched(text, name, on=on)
        after = read_sources(new, str(path), path.parent / HOME_FOLDER)
        if after != before | {name: before[name].model_copy(update={"enabled": on})}:
            raise SourceChangeError("no_own_table", path=path, name=name, value=str(on).lower())
        replace_file(path, new)
    return after[name]


def _switched(text: str, name: str, *, on: bool) -> str:
    """The text with the source's ``enabled`` as wanted, right under the head of its table unless it stands there."""
    lines, value = text.splitlines(keepends=True), f"enabled = {str(on).lower()}"
    head = next((number for number, line in enumerate(lines) if _is_head(line, name)), None)
    if head is None:
        return text
    end = next((n for n in range(head + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines))
    for number in range(head + 1, end):
        if _ENABLED.match(lines[number]):
            lines[number] = _ENABLED.sub(value, lines[number], count=1)
            return "".join(lines)
    ending = "\r\n" if lines[head].endswith("\r\n") else "\n"
    lines[head] = lines[head].rstrip("\r\n") + ending + value + ending
    return "".join(lines)


def _is_head(line: str, name: str) -> bool:
    """Whether a line opens the source's own table, however its name is quoted."""
    if not line.lstrip().startswith("["):
        return False
    try:
        return tomllib.loads(line) == {"sources": {name: {}}}
    except tomllib.TOMLDecodeError:
        return False
