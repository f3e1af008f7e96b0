"""Layouts that nobody wrote down beforehand: how many of the people in them are found, element by element.

python -m benchmarks grammar [--seed N] [--documents 200] [--customers 6000] [--worst 12] [--keep DIR] [--check]

Each document draws its own template (fields and their order, labels, separators, spellings, wrapper, words around,
encoding, line ends), and is written twice: about customers, and about strangers. Without ``--seed`` every run is new.
The documents are scanned with the command itself; nothing here knows how the matcher reads.
"""

from __future__ import annotations

import argparse
import json
import random
import secrets
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.random_layouts.customers import make_subscribers, write_customers
from benchmarks.random_layouts.templates import are_strangers, count_alike, draw_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.random_layouts.customers import Subscriber
    from benchmarks.random_layouts.templates import Template

BARS = {"recall": 0.995, "detected": 0.998, "each element": 0.97, "precision": 0.999, "quiet": 1.0}
MASKED = "most of it is masked beyond what can be told"
"""Why strangers' documents may be ``unread``, as the law has it: nobody could tell that they are not ours."""
SEEDS = 1 << 32
TAIL_CHARS = 500
FEWEST_FOR_AN_ELEMENT = 60
"""People from which the share of an element is held to its bar: below, one lost record is more than the bar allows."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A document about customers, and what has to come of it."""

    name: str
    template: Template
    wanted: frozenset[str]
    posted: frozenset[str]


@dataclass(slots=True)
class LayoutTally:
    """What came of the documents."""

    wanted: int = 0
    found: int = 0
    wrong: int = 0
    documents: int = 0
    detected: int = 0
    strangers: int = 0
    loud: list[str] = field(default_factory=list)
    elements: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    worst: list[tuple[float, str]] = field(default_factory=list)

    def take(self, document: LaidOut, answer: Mapping[str, object], found: set[str]) -> None:
        """Count one document about customers."""
        mine = found & document.wanted
        self.wanted += len(document.wanted)
        self.found += len(mine)
        self.wrong += len(found - document.posted)
        self.documents += 1
        self.detected += answer["verdict"] == "leak"
        for element in document.template.elements():
            self.elements[element][0] += len(mine)
            self.elements[element][1] += len(document.wanted)
        if len(mine) < len(document.wanted) or answer["verdict"] != "leak" or found - document.posted:
            counts = f"{len(mine)} of {len(document.wanted)}, {len(found - document.posted)} wrong; "
            told = f"{document.name}: {answer['verdict']}, {counts}"
            self.worst.append(
                (len(mine) / max(len(document.wanted), 1), told + "; ".join(document.template.elements()))
            )

    def shares(self) -> dict[str, float]:
        """What the bars are set on."""
        told = [found / of for found, of in self.elements.values() if of >= FEWEST_FOR_AN_ELEMENT]
        return {
            "recall": self.found / max(self.wanted, 1),
            "detected": self.detected / max(self.documents, 1),
            "each element": min(told, default=1.0),
            "precision": self.found / max(self.found + self.wrong, 1),
            "quiet": 1 - len(self.loud) / max(self.strangers, 1),
        }


def hinomi(home: Path, *arguments: str) -> str:
    """What the command prints; it may find something."""
    command = [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())"]
    done = subprocess.run([*command, "--home", str(home), *arguments], capture_output=True, text=True, check=False)  # noqa: S603  # ours
    if done.returncode not in {0, 10, 11}:
        raise SystemExit(f"hinomi {arguments[0]} exited {done.returncode}: {done.stderr[-TAIL_CHARS:]}")
    return done.stdout


def write_documents(
    rng: random.Random, folder: Path, ours: Sequence[Subscriber], strangers: Sequence[Subscriber], count: int
) -> Iterator[LaidOut]:
    """So many templates, each filled with customers and with strangers."""
    everybody = count_alike(ours)
    for number in range(count):
        template = draw_template(rng)
        people = rng.sample(ours, template.size)
        ending = {"html": ".html", "xml": ".xml", "json": ".json", "deli": ".csv"}.get(template.wrapper[:4], ".txt")
        name = f"{number:04d}-{template.wrapper.replace(' ', '_')}{ending}"
        (folder / name).write_bytes(template.write(rng, people))
        (folder / f"strangers-{name}").write_bytes(template.write(rng, rng.sample(strangers, template.size)))
        posted = frozenset(one.person.number for one in people)
        yield LaidOut(name, template, frozenset(template.told(people, everybody)), posted)


def measure(seed: int, documents: int, customers: int, work: Path) -> LayoutTally:
    """Enrol, write, scan and count."""
    rng = random.Random(seed)
    people = make_subscribers(rng, customers * 2)
    rng.shuffle(people)
    home, folder = work / "home", work / "documents"
    folder.mkdir()
    write_customers(work / "customers.csv", people[:customers])
    hinomi(home, "init")
    hinomi(home, "enroll", str(work / "customers.csv"), "--extract", "customers", "--yes")
    strangers = are_strangers(people[customers:], people[:customers])
    written = list(write_documents(rng, folder, people[:customers], strangers, documents))
    scanned = hinomi(home, "scan", str(folder), "--json", "--reveal", "--reason", "measuring layouts")
    answers = {Path(a["document"]).name: a for a in map(json.loads, filter(str.strip, scanned.splitlines()))}
    return _count(written, answers)


def _count(written: Sequence[LaidOut], answers: Mapping[str, dict[str, object]]) -> LayoutTally:
    tally = LayoutTally()
    for document in written:
        answer = answers[document.name]
        tally.take(document, answer, {match["subject"] for match in answer["matches"]})  # type: ignore[attr-defined]
        beside = answers[f"strangers-{document.name}"]
        tally.strangers += 1
        if beside["verdict"] != "clear" and MASKED not in beside["limits"]:  # type: ignore[operator]  # a list
            tally.loud.append(
                f"strangers-{document.name}: {beside['verdict']}, {beside['subjects']} of {beside['people']}"
            )
    return tally


def _print(tally: LayoutTally, worst: int, seed: int) -> None:
    for element, (found, of) in sorted(tally.elements.items(), key=lambda item: item[1][0] / max(item[1][1], 1)):
        if found < of:
            print(f"{found / of:.4f}  {of:6d}  {element}")
    for _, told in sorted(tally.worst)[:worst]:
        print(told)
    print(*tally.loud, sep="\n")
    print(f"seed {seed}, {tally.documents} documents, {tally.wanted} people")
    for name, share in tally.shares().items():
        print(f"{name:14} {share:.4f}  (bar {BARS[name]})")


def main(argv: Sequence[str]) -> int:
    """Print what was found; with ``--check``, fail below the bars."""
    parser = argparse.ArgumentParser(prog="grammar", description=__doc__)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--customers", type=int, default=6000)
    parser.add_argument("--worst", type=int, default=12, help="how many of the worst documents are listed")
    parser.add_argument("--keep", type=Path, help="a folder that does not exist yet, for home and documents")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    seed = secrets.randbelow(SEEDS) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory() as temporary:
        work = options.keep or Path(temporary) / "work"
        work.mkdir(parents=True)
        tally = measure(seed, options.documents, options.customers, work)
    _print(tally, options.worst, seed)
    short = [name for name, share in tally.shares().items() if share < BARS[name]]
    print("below the bar: " + ", ".join(short) if short else "every bar is met")
    return int(bool(short) and options.check)
