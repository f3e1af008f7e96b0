"""The gate on layouts: documents that draw their own layout, at a small size under a fixed seed."""

from __future__ import annotations

import ast
import random
from pathlib import Path

from benchmarks.grammar import measure
from benchmarks.random_layouts.customers import make_subscribers
from benchmarks.random_layouts.templates import draw_template
from benchmarks.random_layouts.wrappers import WRAPPERS

GENERATOR = Path(__file__).parents[2] / "benchmarks" / "random_layouts"
OURS = {"fingerprints", "matcher", "custody", "core", "incidents", "judging"}
SEED = 20_261


def test_people_are_found_whatever_the_layout_and_strangers_stay_quiet(tmp_path: Path) -> None:
    tally = measure(SEED, 120, 1500, tmp_path)
    shares = tally.shares()
    assert not tally.loud
    assert shares["recall"] >= 0.985, tally.worst
    assert shares["detected"] >= 0.99, tally.worst
    assert shares["precision"] >= 0.999, tally.worst


def test_the_same_seed_gives_the_same_documents() -> None:
    one, other = (
        draw_template(random.Random(7)).write(random.Random(8), make_subscribers(random.Random(9), 5)) for _ in range(2)
    )
    assert one == other


def test_every_wrapper_holds_all_that_it_wraps() -> None:
    rng = random.Random(3)
    template = draw_template(rng)
    cells = [f"x{n}" for n in range(len(template.fields))]
    for name, wrap in WRAPPERS.items():
        text = wrap(rng, template, [cells, [f"y{n}" for n in range(len(cells))]])
        assert all(cell in text for cell in cells), name


def test_the_generator_shares_no_code_with_what_it_tests() -> None:
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else alias.name.split(".")[0]
        for file in (*GENERATOR.glob("*.py"), GENERATOR.parent / "grammar.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert not imported & OURS
