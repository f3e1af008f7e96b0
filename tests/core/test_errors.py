"""Errors: they come back from child processes as they were raised."""

from __future__ import annotations

import ast
import importlib
import pickle
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import core.errors
from core.errors import HinomiError
from core.files import FullDiskError
from fingerprints.errors import DamagedIndexError, WrongKeyError
from incidents.errors import NoIncidentError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("core", "archive", "crawler", "fingerprints", "matcher", "custody", "trails", "incidents", "alerts")


def kinds(kind: type[HinomiError] = HinomiError) -> Iterator[type[HinomiError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


@pytest.mark.parametrize(
    "error",
    [
        WrongKeyError("aaaa", "bbbb"),
        DamagedIndexError("some/file", "it is cut off"),
        FullDiskError("index", "some/file", 3),
        NoIncidentError(7),
        HinomiError("plain", hint="do this"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_survives_the_way_between_processes(error: HinomiError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  # made a line before
    assert type(back) is type(error)
    assert (str(back), back.hint, vars(back)) == (str(error), error.hint, vars(error))


def test_every_error_of_ours_is_made_to_survive_it() -> None:
    for package in PACKAGES:
        for found in pkgutil.iter_modules(importlib.import_module(package).__path__):
            if found.name == "errors":
                importlib.import_module(f"{package}.errors")
    for kind in set(kinds()):
        error = kind.__new__(kind)
        error.args, error.hint = ("what failed",), "what to do"
        back = pickle.loads(pickle.dumps(error))  # noqa: S301  # made a line before
        assert (type(back), back.args, back.hint) == (kind, ("what failed",), "what to do")


def test_the_tree_of_errors_names_every_branch_and_nothing_else() -> None:
    bases = {"HinomiError", "SpokenError", "OutsideError"}
    folder = Path(core.errors.__file__).parent.parent
    packages = [path.parent for path in folder.glob("*/__init__.py") if path.parent.name not in {"tests", "benchmarks"}]
    branches = {"HinomiError"}
    for file in (file for package in packages for file in package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and bases & {
                base.id for base in node.bases if isinstance(base, ast.Name)
            }:
                branches.add(node.name)
    drawn = set(re.findall(r"^[ │├└─]+(\w+Error)\b", core.errors.__doc__ or "", re.MULTILINE))
    assert drawn == branches
