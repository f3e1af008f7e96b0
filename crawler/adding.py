"""Adding a source to the file: text is appended, so that comments and order stay as their author left them."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import tomllib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crawler.errors import SourceChangeError
from crawler.software.dialect_files import HOME_FOLDER
from crawler.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from crawler.sources import Source

HEADER = "# Sites to sweep. `hinomi sources add` appends here; edit freely.\n"


def add_source(path: Path, name: str, table: Mapping[str, Any], options: Mapping[str, Any]) -> Source:
    """Append a source to the file and give it back; the file is as before when it would not be good.

    Raises:
        SourcesError: The name is taken, or the file with the new source in it has a problem.
    """
    with changing(path):
        text = path.read_text(encoding="utf-8") if path.exists() else HEADER
        if name in read_sources(text, str(path), path.parent / HOME_FOLDER):
            raise SourceChangeError("has_source", path=path, name=repr(name))
        new = text.rstrip("\n") + "\n\n" + as_toml(name, table, options)
        added = read_sources(new, str(path), path.parent / HOME_FOLDER)[name]
        replace_file(path, new)
    return added


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """One at a time changes a file of ours: whoever reads it to write it anew sees what the one before wrote."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)  # itself the lock: no file of its own is left behind
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def as_toml(name: str, table: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """A source as it stands in the file."""
    lines = [f"[sources.{json.dumps(name)}]" if not name.replace("-", "").isalnum() else f"[sources.{name}]"]
    lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    if options:
        lines += [f"[sources.{name}.options]", *(f"{key} = {_value(value)}" for key, value in options.items())]
    return "\n".join(lines) + "\n"


def read_option(text: str) -> tuple[str, Any]:
    """``name=value`` from the command line; a value that is TOML is read as such, another is text.

    Raises:
        SourcesError: There is no name or no ``=``.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise SourceChangeError("no_option", text=repr(text))
    try:
        return name.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name.strip(), value


def _value(value: object) -> str:
    """A TOML value; its strings, numbers, truth values and arrays are written as JSON writes them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_value(one)}" for name, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole or not at all, with the rights that the file had."""
    number, new = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        os.chmod(new, path.stat().st_mode & 0o777)  # noqa: PTH101  # by name: the file was made by its number
    os.replace(new, path)  # noqa: PTH105
