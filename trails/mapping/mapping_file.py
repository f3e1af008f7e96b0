"""What the columns of one system's logs mean: a small TOML file a system, proposed by us, confirmed by a person.

::

    system = "callcenter"
    format = "csv"
    zone = "Asia/Tokyo"            # of times that name none
    [fields]
    when = ["日時"]                # several columns are joined by a space: date and time
    subjects = ["お客様番号"]
    [patterns]                     # what to take from a longer text, such as an address with a query
    subjects = "customer=([A-Z0-9]+)"
    [constants]                    # what the file does not say and everybody knows
    processor = "Callers"
    [actions]                      # this system's words for what we call view, search, export, ...
    "照会" = "view"
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.clock import DEFAULT_ZONE
from core.files import write_safely
from trails.errors import MappingError
from trails.fields import ACTIONS, FIELDS, OTHER_ACTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SYSTEM_NAME = re.compile(r"\w[\w.-]{0,62}")


@dataclass(frozen=True)
class TrailMapping:
    """How one system's logs are read; see the module."""

    system: str
    format: str
    zone: str = DEFAULT_ZONE
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_system(self.system)
        problems = [
            f"{name!r} is no field"
            for part in (self.fields, self.patterns, self.constants)
            for name in part
            if name not in FIELDS
        ]
        problems += [
            f"{kind!r} is no kind of action" for kind in self.actions.values() if kind not in {*ACTIONS, OTHER_ACTION}
        ]
        problems += [
            f"the pattern of {name} is no regular expression"
            for name, text in self.patterns.items()
            if not _compiles(text)
        ]
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            problems.append(f"{self.zone!r} is no time zone")
        if problems:
            raise MappingError(
                f"the mapping of {self.system} cannot be used: {'; '.join(problems)}",
                hint=f"Fields: {', '.join(FIELDS)}.",
            )

    @property
    def columns(self) -> list[str]:
        """Every column it reads."""
        return list(dict.fromkeys(column for columns in self.fields.values() for column in columns))

    def check_columns(self, there: Iterable[str]) -> None:
        """Refuse a file that lacks a column.

        Raises:
            MappingError: Names the columns that are missing and those that are there.
        """
        there = list(there)
        missing = [column for column in self.columns if column not in there]
        if missing:
            raise MappingError(
                f"the file has no column {', '.join(missing)}; it has {', '.join(there) or 'none'}",
                hint="Name the columns with --map field=column,... or edit the system's mapping file.",
            )


def check_system(name: str) -> None:
    """Refuse what cannot be a folder's name on every machine."""
    if not SYSTEM_NAME.fullmatch(name):
        raise MappingError(f"{name!r} cannot name a system", hint="Letters, digits, '_', '-' and '.', at most 63.")


def mapping_path(trails_dir: Path, system: str) -> Path:
    """Where a system's mapping is kept."""
    check_system(system)
    return trails_dir / "mappings" / f"{system}.toml"


def load_mapping(path: Path) -> TrailMapping | None:
    """The mapping in a file; None when there is none yet."""
    try:
        with path.open("rb") as file:
            table = tomllib.load(file)
        return from_table(table)
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, KeyError, AttributeError) as error:
        raise MappingError(
            f"{path.name} is no mapping: {error}", hint=f"Correct or remove {path}; the next import proposes one."
        ) from error


def from_table(table: Mapping[str, Any]) -> TrailMapping:
    """The mapping that a TOML table or a stored import says."""
    fields = {
        name: (columns,) if isinstance(columns, str) else tuple(columns)
        for name, columns in table.get("fields", {}).items()
    }
    parts = {name: dict(table.get(name, {})) for name in ("patterns", "constants", "actions")}
    return TrailMapping(table["system"], table["format"], table.get("zone", DEFAULT_ZONE), fields, **parts)


def as_table(mapping: TrailMapping) -> dict[str, Any]:
    """The mapping as plain values."""
    return {
        "system": mapping.system,
        "format": mapping.format,
        "zone": mapping.zone,
        "fields": {name: list(columns) for name, columns in mapping.fields.items()},
        "patterns": mapping.patterns,
        "constants": mapping.constants,
        "actions": mapping.actions,
    }


def as_toml(mapping: TrailMapping) -> str:
    """The mapping as the text of its file; JSON's strings and lists are TOML's too."""
    table = as_table(mapping)
    lines = [f"{name} = {_quoted(value)}" for name, value in table.items() if not isinstance(value, dict)]
    for name, values in table.items():
        if isinstance(values, dict) and values:
            lines += ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in values.items())]
    return "\n".join(lines) + "\n"


def save_mapping(mapping: TrailMapping, path: Path) -> None:
    """Write the file in one step, so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_safely(path, as_toml(mapping).encode())


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _compiles(text: str) -> bool:
    try:
        return re.compile(text).groups <= 1
    except re.error:
        return False
