"""Quality: how much the matcher finds, way by way of rewriting, and how quiet it is on decoys.

    ./run bench quality [--customers 10000] [--documents 4] [--people 25] [--seed 1] [--folder DIR] [--ablation]
                        [--markdown]

With ``--ablation`` it also says what pairs and fuzzy comparison find and cost beyond exact values; with ``--markdown``
it prints the tables of docs/quality.md. ``--folder`` keeps the enrolled customers: a million of them take minutes.

A customer counts as leaked by a document only if what it says of him fits nobody else who is enrolled.
"""

from __future__ import annotations

import argparse
import pickle
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.corpus.decoys import DECOYS
from benchmarks.corpus.people import make_people
from benchmarks.corpus.told_apart import Crowd
from benchmarks.corpus.ways import ABOUT_ONE, WAYS, full

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.corpus.people import Person
    from fingerprints.identifiers import IdentifierKind
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from matcher.compare.candidates import Methods
    from matcher.finding import Finding

KINDS = ("customer_number", "name", "kana", "birth_date", "postal_code", "address", "phone", "email")
EXTRACTS = 5
ENROLLED = "enrolled"
"""The file that says that everybody is in the index."""
BARS = {"documents": 0.99, "decoys": 1.0, "subjects": 0.97, "each way": 0.90, "precision": 0.995, "extract": 0.97}


@dataclass(slots=True)
class WayTally:
    """What came of the documents of one way."""

    documents: int = 0
    detected: int = 0
    people: int = 0
    """Those told apart from everybody else who is enrolled."""
    alike: int = 0
    """The others: the document would read the same with somebody else in their place."""
    found: int = 0
    wrong: int = 0
    extract_first: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class EnrolledHome:
    """A population in an index, divided into extracts."""

    index: Index
    digester: Digester
    kinds: Mapping[str, IdentifierKind]
    people: Sequence[Person]

    def match(self, content: bytes | str, methods: Methods | None = None) -> Finding:
        """The finding over a document."""
        from matcher.compare.candidates import ALL_METHODS
        from matcher.document import Document
        from matcher.match import match_document

        content = content.encode() if isinstance(content, str) else content
        document = Document("document", content)
        return match_document(document, self.index, self.digester, self.kinds, methods=methods or ALL_METHODS)

    def numbers(self, finding: Finding) -> set[str]:
        """Customer numbers of everybody found."""
        return set(self.index.reveal(finding.members)) if finding.members.size else set()

    def first_extract(self, finding: Finding) -> str:
        """The extract that explains the finding best."""
        from judging.extracts import rank

        ranked = rank(finding, self.index)
        return str(ranked[0]["extract"]) if ranked else ""


def enrol(folder: Path, people: Sequence[Person]) -> EnrolledHome:
    """The people in an index, every fifth of them in an extract of their own; one that is there stays as it is."""
    from fingerprints.building.builder import build_index
    from fingerprints.identifiers import load_kinds
    from fingerprints.index.generation import Index
    from fingerprints.secrets.digests import Digester
    from fingerprints.secrets.keys import Key

    key = Key(b"q" * 32)
    for part in range(EXTRACTS) if not (folder / ENROLLED).exists() else ():
        rows = [list(full(p).values()) for p in people[part::EXTRACTS]]
        columns = dict(zip(("customer_number", *KINDS[1:]), zip(*rows, strict=True), strict=True))
        build_index(
            folder, key, f"extract-{part}", {k: list(v) for k, v in columns.items()}, as_of=date(2026, 4, 1 + part)
        )
    (folder / ENROLLED).touch()
    index = Index.open(folder, key)
    return EnrolledHome(index, Digester(key), load_kinds(index.number_patterns), people)


def prepare(folder: Path, customers: int, seed: int) -> EnrolledHome:
    """Customers made up and enrolled, or those that a run before left in the folder."""
    folder = folder / f"{customers}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "people.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(make_people(random.Random(seed), customers)))
    return enrol(folder, pickle.loads(kept.read_bytes()))  # noqa: S301  # written above


def measure(
    enrolled: EnrolledHome, crowd: Crowd, rng: random.Random, documents: int, size: int, methods: Methods | None = None
) -> dict[str, WayTally]:
    """Every way of rewriting, a few documents each, each from one extract."""
    tallies = {}
    for way, write in WAYS.items():
        tally = tallies[way] = WayTally()
        for number in range(documents):
            part = rng.randrange(EXTRACTS)
            people = rng.sample(enrolled.people[part::EXTRACTS], 1 if way in ABOUT_ONE else max(1, size >> number))
            state = rng.getstate()
            finding = _timed(tally, enrolled, write(rng, people), methods)
            wanted = crowd.told_apart(write, state, people)
            tally.alike += len(people) - len(wanted)
            _count(tally, enrolled, finding, {p.number for p in people}, wanted, f"extract-{part}")
    return tallies


def _timed(tally: WayTally, enrolled: EnrolledHome, content: bytes | str, methods: Methods | None) -> Finding:
    started = time.perf_counter()
    finding = enrolled.match(content, methods)
    tally.seconds += time.perf_counter() - started
    return finding


def _count(
    tally: WayTally, enrolled: EnrolledHome, finding: Finding, posted: set[str], wanted: set[str], extract: str
) -> None:
    found = enrolled.numbers(finding)
    tally.documents += 1
    tally.detected += finding.verdict == "leak"
    tally.people += len(wanted)
    tally.found += len(found & wanted)
    tally.wrong += len(found - posted)
    tally.extract_first += enrolled.first_extract(finding) == extract


@dataclass(slots=True)
class Quiet:
    """What came of the decoys."""

    documents: int = 0
    loud: Counter[str] = field(default_factory=Counter)


def measure_decoys(enrolled: EnrolledHome, rng: random.Random, documents: int) -> Quiet:
    """Every kind of decoy; anything but clear is loud."""
    quiet = Quiet()
    for kind, write in DECOYS.items():
        for _ in range(documents):
            finding = enrolled.match(write(rng, enrolled.people))
            quiet.documents += 1
            if finding.verdict != "clear":
                quiet.loud[f"{kind} ({finding.verdict}, {finding.subjects} of {finding.people})"] += 1
    return quiet


def summary(tallies: Mapping[str, WayTally], quiet: Quiet | None = None) -> dict[str, float]:
    """The shares that the bars are set on."""
    documents = sum(t.documents for t in tallies.values())
    people, found = (sum(getattr(t, name) for t in tallies.values()) for name in ("people", "found"))
    shares = {
        "documents": sum(t.detected for t in tallies.values()) / documents,
        "subjects": found / people,
        "each way": min(t.found / max(1, t.people) for t in tallies.values()),
        "precision": found / max(1, found + sum(t.wrong for t in tallies.values())),
        "extract": sum(t.extract_first for t in tallies.values()) / documents,
    }
    return shares if quiet is None else {**shares, "decoys": 1 - quiet.loud.total() / quiet.documents}


def below(measured: Mapping[str, float]) -> dict[str, float]:
    """What falls short of its bar."""
    return {name: value for name, value in measured.items() if value < BARS[name]}


def ablate(enrolled: EnrolledHome, crowd: Crowd, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The same documents by exact values alone, with pairs, and with fuzzy comparison on top."""
    from matcher.compare.candidates import Methods

    steps = {
        "exact values": Methods(pairs=False, fuzzy=False),
        "and pairs": Methods(fuzzy=False),
        "and fuzzy": Methods(),
    }
    return {
        name: summary(measure(enrolled, crowd, random.Random(options.seed), options.documents, options.people, methods))
        for name, methods in steps.items()
    }


def main(argv: Sequence[str]) -> int:
    """Print the table; with ``--check``, fail below the bars."""
    from benchmarks.corpus import tables

    parser = argparse.ArgumentParser(prog="quality", description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=4, help="of each way and each decoy")
    parser.add_argument("--people", type=int, default=25, help="in a way's first document; half as many in each next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ablation", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--folder", type=Path, help="keep the enrolled customers there for further runs")
    options = parser.parse_args(argv)
    rng = random.Random(options.seed + 1)
    with tempfile.TemporaryDirectory() as folder:
        enrolled = prepare(options.folder or Path(folder), options.customers, options.seed)
        crowd = Crowd(enrolled.people)
        tallies = measure(enrolled, crowd, rng, options.documents, options.people)
        quiet = measure_decoys(enrolled, rng, options.documents)
        steps = ablate(enrolled, crowd, options) if options.ablation else {}
    measured = summary(tallies, quiet)
    lay_out = tables.markdown if options.markdown else tables.plain
    print(lay_out(tallies, quiet, measured, steps))
    short = below(measured)
    print(
        "below the bar: " + ", ".join(f"{n} {v:.4f} < {BARS[n]}" for n, v in short.items())
        if short
        else "every bar is met"
    )
    return int(bool(short) and options.check)


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
