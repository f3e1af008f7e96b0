"""The gate on quality: the corpus at a small size under a fixed seed keeps the bars."""

from __future__ import annotations

import ast
import random
from pathlib import Path

import pytest

from benchmarks.corpus.decoys import DECOYS
from benchmarks.corpus.people import make_people
from benchmarks.corpus.told_apart import Crowd
from benchmarks.corpus.ways import WAYS
from benchmarks.quality import EnrolledHome, below, enrol, measure, measure_decoys, summary

CORPUS = Path(__file__).parents[2] / "benchmarks" / "corpus"
CUSTOMERS, SEED = 2_000, 11
OURS = {"fingerprints", "matcher", "custody", "core", "incidents"}


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> EnrolledHome:
    """A small population in an index."""
    return enrol(tmp_path_factory.mktemp("index"), make_people(random.Random(SEED), CUSTOMERS))


def test_leaks_are_found_whole_and_decoys_stay_quiet(enrolled: EnrolledHome) -> None:
    quiet = measure_decoys(enrolled, random.Random(SEED + 1), 1)
    tallies = measure(enrolled, Crowd(enrolled.people), random.Random(SEED + 2), 1, 12)
    assert not quiet.loud
    assert not below(summary(tallies, quiet)), {way: t for way, t in tallies.items() if t.found < t.people or t.wrong}


def test_the_corpus_has_as_many_kinds_as_it_says() -> None:
    assert len(WAYS) >= 40
    assert len(DECOYS) >= 15


def test_the_same_seed_gives_the_same_documents() -> None:
    one, other = (
        [write(random.Random(5), make_people(random.Random(5), 9)) for write in WAYS.values()] for _ in range(2)
    )
    texts = [(a, b) for a, b in zip(one, other, strict=True) if isinstance(a, str)]  # archives hold the time of day
    assert len(texts) > len(one) / 2
    assert all(a == b for a, b in texts)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.py")), ids=lambda file: file.stem)
def test_the_corpus_shares_no_code_with_what_it_tests(file: Path) -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(file.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & OURS
