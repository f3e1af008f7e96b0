"""A source as its table in the file says it, for people to read; of what may let somebody in, only that it is there."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from crawler.errors import SourcesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

HIDDEN: Final = "…"
_TELLING: Final = re.compile(r"(?i)pass|secret|token|cookie|auth(?!or)|api_?key|credential")
_USER_INFO: Final = re.compile(r"(?<=://)[^/@\s]*@")
_VALUES: Final = re.compile(r"(?<=[?&])([^=&#\s]+)=[^&#\s]*")


def told_table(path: Path, name: str) -> list[tuple[str, str]]:
    """Names and values of a source's table, in the order of the file, names of inner tables with dots.

    Headers, fields of forms and values of queries are secrets as often as not: they are named and not shown.

    Raises:
        SourcesError: The file cannot be read.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourcesError(f"{path} cannot be read: {type(error).__name__}") from None
    return list(_told(tables.get("sources", {}).get(name, {}), ""))


def _told(table: Mapping[str, Any], within: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{within}{key}"
        if isinstance(value, dict):
            yield from _told(value, f"{name}.")
        elif within not in {"", "options."} or _TELLING.search(key) or _holds_tables(value):
            yield name, HIDDEN
        else:
            yield name, _shown(value)


def _holds_tables(value: object) -> bool:
    """Whether there are tables in a list: what they hold is as deep as what is hidden elsewhere."""
    return isinstance(value, list) and any(isinstance(one, dict) or _holds_tables(one) for one in value)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return _VALUES.sub(rf"\1={HIDDEN}", _USER_INFO.sub(f"{HIDDEN}@", text))
