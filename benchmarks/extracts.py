"""Which extract leaked: how often the right one is first, on made-up registers of nested and overlapping extracts.

python -m benchmarks extracts [--leaks N] [--subjects N]

Beside it, on the same leaks, ranking by coverage alone, which prefers whatever is large.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyroaring import BitMap

from custody.ranking import NONE_OF_THESE, Candidate, Values, rank_extracts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from custody.ranking import RankedExtract

LEAKS = 200
SUBJECTS = 1_000_000
ROWS, NOISE = 300, 0.1
TREES, DEPTH, OVERLAPPING = 10, 7, 30
MONTHS, DAYS, CHANGED_A_YEAR = 24, 30, 0.06
COLUMNS = frozenset({"name", "phone", "address"})
FIRST, FIRST_THREE, MONTH_FIRST = 0.85, 0.99, 0.70
START, FOREVER = 20_000, 65_535


@dataclass(frozen=True, slots=True)
class LeakedRows:
    """A leak, the extract it came from, and the days of its values."""

    source: str
    subjects: BitMap
    values: Values | None = None


def nested_register(draw: np.random.Generator, subjects: int) -> list[Candidate]:
    """Trees in which each extract is a part of the one above it, and others that overlap with all of them."""
    extracts = []
    for tree in range(TREES):
        members = draw.permutation(subjects)[: subjects // int(draw.integers(2, 9))]
        for depth in range(DEPTH):
            extracts.append(Candidate(f"tree-{tree}-{depth}", _bitmap(members), COLUMNS, START))
            members = members[: int(members.size * draw.uniform(0.3, 0.98))]
    for number in range(OVERLAPPING):
        size = int(subjects * 10 ** draw.uniform(-2.5, -0.4))
        extracts.append(Candidate(f"region-{number}", _bitmap(_window(draw, subjects, size)), COLUMNS, START))
    return extracts


def leaks_of_sets(
    draw: np.random.Generator, extracts: Sequence[Candidate], subjects: int, count: int
) -> Iterator[LeakedRows]:
    """Rows of one extract, some of them strangers to it; a filtered take has only part of the extract to draw from."""
    for _ in range(count):
        source = extracts[int(draw.integers(len(extracts)))]
        yield LeakedRows(source.extract, _rows(draw, np.array(source.members), subjects))


def filtered_leaks(
    draw: np.random.Generator, extracts: Sequence[Candidate], subjects: int, count: int
) -> Iterator[LeakedRows]:
    """Leaks that were filtered by something that has nothing to do with who is in which extract."""
    for _ in range(count):
        source = extracts[int(draw.integers(len(extracts)))]
        members = np.array(source.members)
        region = members[members % 8 == draw.integers(8)]
        yield LeakedRows(source.extract, _rows(draw, region, subjects))


def nobodys_leaks(draw: np.random.Generator, subjects: int, count: int) -> Iterator[LeakedRows]:
    """Customers who were taken elsewhere."""
    for _ in range(count):
        yield LeakedRows(NONE_OF_THESE, BitMap(draw.choice(subjects, ROWS, replace=False).astype(np.uint32)))


def monthly_register(subjects: int) -> list[Candidate]:
    """One list a month, always with the same members."""
    everybody = BitMap(range(subjects))
    return [
        Candidate(f"month-{month:02d}", everybody, COLUMNS, START + DAYS * month, BitMap()) for month in range(MONTHS)
    ]


def monthly_leaks(
    draw: np.random.Generator, extracts: Sequence[Candidate], subjects: int, count: int
) -> Iterator[LeakedRows]:
    """Rows of one month's list; the noise has the values of any month."""
    for _ in range(count):
        month = int(draw.integers(MONTHS))
        days = np.full(ROWS, START + DAYS * month)
        noisy = draw.random(ROWS) < NOISE
        days[noisy] = START + DAYS * draw.integers(0, MONTHS, int(noisy.sum()))
        rate = CHANGED_A_YEAR / 365
        since = days - draw.exponential(1 / rate, ROWS)
        until = days + draw.exponential(1 / rate, ROWS)
        # As enrolment sees it: a value is known from the first list that has it to the first that has not.
        first = START + DAYS * np.maximum(np.ceil((since - START) / DAYS), 0)
        gone = START + DAYS * np.ceil((until - START) / DAYS)
        gone[gone > START + DAYS * (MONTHS - 1)] = FOREVER
        chosen = BitMap(draw.choice(subjects, ROWS, replace=False).astype(np.uint32))
        values = Values(first.astype(np.uint16), gone.astype(np.uint16))
        yield LeakedRows(extracts[month].extract, chosen, values)


@dataclass(frozen=True, slots=True)
class Shares:
    """How often the right extract was first, and among the first three; and first by coverage alone."""

    first: float
    three: float
    covered: float


def measure(leaks: Iterator[LeakedRows], extracts: Sequence[Candidate], subjects: int) -> Shares:
    """Rank every leak; a tie counts for the one that stands first in it."""
    places, covered = [], []
    for leak in leaks:
        ranked = rank_extracts(leak.subjects, COLUMNS, extracts, subjects, values=leak.values)
        names = [one.extract for one in ranked]
        places.append(names.index(leak.source))
        covered.append(max(ranked, key=_coverage).extract == leak.source)
    found = np.array(places)
    return Shares(float((found == 0).mean()), float((found < 3).mean()), float(np.mean(covered)))  # noqa: PLR2004


def main(argv: Sequence[str]) -> int:
    """Run the benchmark and print its figures; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench extracts", description=__doc__)
    parser.add_argument("--leaks", type=int, default=LEAKS)
    parser.add_argument("--subjects", type=int, default=SUBJECTS)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(argv)
    draw = np.random.default_rng(chosen.seed)
    nested, monthly = nested_register(draw, chosen.subjects), monthly_register(chosen.subjects // 10)
    started = time.perf_counter()
    runs = {
        "nested and overlapping": measure(
            leaks_of_sets(draw, nested, chosen.subjects, chosen.leaks), nested, chosen.subjects
        ),
        "filtered (one region)": measure(
            filtered_leaks(draw, nested, chosen.subjects, chosen.leaks), nested, chosen.subjects
        ),
        "none of these": measure(nobodys_leaks(draw, chosen.subjects, chosen.leaks), nested, chosen.subjects),
        "monthly, same members": measure(
            monthly_leaks(draw, monthly, chosen.subjects // 10, chosen.leaks), monthly, chosen.subjects // 10
        ),
    }
    seconds = time.perf_counter() - started
    print(
        f"{len(nested)} extracts over {chosen.subjects} customers, {ROWS} rows a leak, {NOISE:.0%} noise, "
        f"seed {chosen.seed}"
    )
    for name, shares in runs.items():
        print(
            f"{name:<24} {chosen.leaks} leaks: first {shares.first:.3f}, first three {shares.three:.3f}, "
            f"by coverage alone {shares.covered:.3f}"
        )
    print(f"one ranking took {seconds / (len(runs) * chosen.leaks) * 1000:.1f} ms in the mean")
    sets, months = runs["nested and overlapping"], runs["monthly, same members"]
    return 0 if sets.first >= FIRST and sets.three >= FIRST_THREE and months.first >= MONTH_FIRST else 1


def _rows(draw: np.random.Generator, members: np.ndarray, subjects: int) -> BitMap:
    noise = int(ROWS * NOISE)
    own = draw.choice(members, min(ROWS - noise, members.size), replace=False)
    return BitMap(own.astype(np.uint32)) | BitMap(draw.integers(0, subjects, noise).astype(np.uint32))


def _window(draw: np.random.Generator, subjects: int, size: int) -> np.ndarray:
    start = int(draw.integers(subjects - size))
    return np.arange(start, start + size)


def _bitmap(members: np.ndarray) -> BitMap:
    bitmap = BitMap(members.astype(np.uint32))
    bitmap.run_optimize()
    return bitmap


def _coverage(one: RankedExtract) -> tuple[float, str]:
    return (one.covered / max(one.of, 1), one.extract)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
