r"""Dialects: TOML files with an engine's options for known software, ours and those of the home's ``dialects/``.

::

    engine = "html-forum"
    [recognise]                        # optional: how a page shows that it is of this software
    generator = "phpBB"                # the beginning of <meta name=generator>, a regular expression
    cookies = "phpbb\\w*_sid"           # the name of a cookie, likewise
    page = ["body#phpbb"]              # selectors: one that finds something is enough
    boards = "a.forumtitle::attr(href)"  # links to boards on an index, where a source may begin
    begins_at = "latest.json"          # where a source begins, seen from the page, if not there
    [options]
    topics = "li.row"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from crawler.pages.selectors import Expression

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

HOME_FOLDER = "dialects"
"""The home's folder for dialects of its own, beside the file of sources; they come before ours of the same name."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LONGEST_SIGN = 100


def _is_short_pattern(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    if len(pattern) > _LONGEST_SIGN:
        raise ValueError(f"expected no more than {_LONGEST_SIGN} characters")
    return pattern


Pattern = Annotated[str, AfterValidator(_is_short_pattern)]


class SoftwareSigns(BaseModel):
    """How a page shows which software made it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    generator: Pattern = ""
    cookies: Pattern = ""
    page: tuple[Expression, ...] = ()
    boards: Expression = ""
    begins_at: str = Field(default="", max_length=_LONGEST_SIGN)


class _Written(BaseModel):
    """A dialect as its file has it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    engine: str
    recognise: SoftwareSigns = SoftwareSigns()
    options: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialect:
    """Options of an engine for known software, and how that is recognised."""

    name: str
    engine: str
    signs: SoftwareSigns
    options: Mapping[str, Any]


def find_dialect(name: str, home_folder: Path | None = None) -> Dialect:
    """The dialect of that name: the home's, or ours.

    Raises:
        ValueError: There is none, or its file is no dialect; with what was found.
    """
    if NAME.fullmatch(name):
        own = home_folder / f"{name}.toml" if home_folder else None
        if own is not None and own.is_file():
            return _read(name, own.read_bytes())
        if name in _ours():
            return _ours()[name]
    known = ", ".join(sorted({*_ours(), *_names_in(home_folder)}))
    raise ValueError(f"no such dialect (found {name!r}; there are {known})")


def all_dialects(home_folder: Path | None = None) -> list[Dialect]:
    """Every dialect that can be read, by name; a broken one of the home's is told when it is used."""
    found = dict(_ours())
    for name in _names_in(home_folder):
        try:
            found[name] = find_dialect(name, home_folder)
        except ValueError:
            found.pop(name, None)
    return [found[name] for name in sorted(found)]


def _names_in(folder: Path | None) -> Iterable[str]:
    if folder is None or not folder.is_dir():
        return ()
    return [file.stem for file in sorted(folder.glob("*.toml")) if NAME.fullmatch(file.stem)]


@cache
def _ours() -> Mapping[str, Dialect]:
    files = [file for file in resources.files("crawler").joinpath("dialects").iterdir() if file.name.endswith(".toml")]
    names = [(file.name.removesuffix(".toml"), file) for file in files]
    return {name: _read(name, file.read_bytes()) for name, file in sorted(names, key=lambda item: item[0])}


def _read(name: str, content: bytes) -> Dialect:
    """A dialect from its file.

    Raises:
        ValueError: It is none.
    """
    try:
        written = _Written(**tomllib.loads(content.decode()))
    except ValidationError as error:
        one = error.errors()[0]
        place = ".".join(str(part) for part in one["loc"])
        raise ValueError(f"dialects/{name}.toml: {place}: {one['msg']}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ValueError(f"dialects/{name}.toml: no TOML in UTF-8 ({error})") from None
    return Dialect(name, written.engine, written.recognise, written.options)
