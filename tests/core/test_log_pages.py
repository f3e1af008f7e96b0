"""The pages on logs name every event and field that there is, and no other."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

from core.logs import ALLOWED_FIELDS

ROOT: Final = Path(__file__).parents[2]
SHIPPED: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]
LEVELS: Final = {"info", "warning", "error", "exception"}
EVENT: Final = re.compile(r"[a-z_]+\.[a-z_]+")


def logged() -> dict[str, set[str]]:
    """Every event that the program logs, with its levels."""
    found: dict[str, set[str]] = {}
    for name in SHIPPED["only-include"]:
        place = ROOT / name
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
                    continue
                first, by = node.args[0], ast.unparse(node.func.value)
                if node.func.attr in LEVELS and by in {"log", "get_logger()"} and isinstance(first, ast.Constant):
                    level = "error" if node.func.attr == "exception" else node.func.attr
                    found.setdefault(str(first.value), set()).add(level)
    return found


@pytest.mark.parametrize("page", ["logs.md", "logs.ja.md"])
def test_a_page_names_every_event_with_its_levels(page: str) -> None:
    rows = re.findall(
        r"^\| `([a-z_]+\.[a-z_]+)` \| ([a-z, ]+) \|", (ROOT / "docs" / page).read_text("utf-8"), re.MULTILINE
    )
    assert {name: set(levels.split(", ")) for name, levels in rows} == logged()


def test_events_have_static_names() -> None:
    assert len(logged()) > 30
    assert [name for name in logged() if not EVENT.fullmatch(name)] == []


@pytest.mark.parametrize("page", ["logs.md", "logs.ja.md"])
def test_a_page_names_every_field(page: str) -> None:
    fields = (ROOT / "docs" / page).read_text("utf-8").partition("## ")[2].partition("\n## ")[0]
    assert set(re.findall(r"`([a-z_]+)`", fields)) == ALLOWED_FIELDS
