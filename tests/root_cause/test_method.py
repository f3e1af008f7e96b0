"""The method that a ranking's hash is taken of leaves out no module that makes its figures."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from root_cause.ranking_export import METHOD

ROOT: Final = Path(__file__).parent.parent.parent
ROOMS: Final = ("root_cause.", "trails.", "custody.", "incidents.figures")
"""Where figures of a ranking may be made; what else an inquiry imports hands rows and files over as they are."""
MAKES_NO_FIGURES: Final = {
    "custody.errors": "errors",
    "custody.models": "rows as they stand",
    "custody.register.history": "rows as they stand",
    "custody.register.holdings": "the register's days, which stand in the ranking's inputs",
    "custody.register.lifecycle": "states of copies",
    "custody.lifecycle": "states of copies",
    "custody.register.processors": "rows as they stand",
    "root_cause.report": "words for figures that others made",
    "root_cause.stored": "the answer as it was, kept",
    "trails.errors": "errors",
    "trails.explore.handles": "stands for names in addresses",
    "trails.explore.lens": "what stands in a lens, made of a file of records whose hash it bears",
    "trails.fields": "names of columns",
    "trails.gaps": "marks an answer, and moves no figure",
    "trails.models": "rows as they stand",
    "trails.records": "what stands in a record, made when it was imported",
    "trails.times": "the type that times have",
    "trails.store.parts": "files as they stand, each by its own hash among the inputs",
}


def imports_of(module: str) -> set[str]:
    """The modules of ours that a module imports while it runs."""
    file = ROOT / (module.replace(".", "/") + ".py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    typing_only = {
        node for test in ast.walk(tree) if isinstance(test, ast.If) and ast.unparse(test.test) == "TYPE_CHECKING"
        for part in test.body for node in ast.walk(part)
    }  # fmt: skip
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node not in typing_only:
            names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            found |= {name for name in names if (ROOT / (name.replace(".", "/") + ".py")).is_file()}
    return found


def test_every_module_that_makes_figures_is_part_of_the_method() -> None:
    reached, waiting = set[str](), ["root_cause.inquiry", "custody.ranking"]
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        if module not in MAKES_NO_FIGURES:
            waiting += [name for name in imports_of(module) if name.startswith(ROOMS)]
    assert reached - set(METHOD) <= set(MAKES_NO_FIGURES)
    assert set(METHOD) - reached == set()
    assert set(METHOD) & set(MAKES_NO_FIGURES) == set()
