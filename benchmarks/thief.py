"""What a thief of the index learns who has no key, and a list of people that holds every customer.

    python -m benchmarks thief [--customers 20000] [--listed 220000] [--seed N] [--quick]

The index is built by the program itself. The thief is given its folder and nothing else, knows the format, and tells
customers and values by pattern and length, by exclusion, by frequency and by propagation (`benchmarks.theft`). The
same attack on the same index with the veil lifted is the control: without it a failure would prove nothing. Then the
whole home is searched for values of customers who did not leak, and two indexes a month apart are compared. Ends with 1
when somebody was identified beyond guessing, or strangers were told from customers.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import zlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.corpus.people import Person, make_people
from benchmarks.theft.attack import Claims, ListedPerson, attack
from benchmarks.theft.seen import OPEN_FILES, as_it_stands, read_segment, with_the_veil_lifted
from fingerprints.building.builder import build_index
from fingerprints.identifiers import load_kinds
from fingerprints.index.folder import current_folder
from fingerprints.secrets.digests import Digester, codes
from fingerprints.secrets.keys import Key

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_IDENTIFIED: Final = 0.001
"""Share of the customers, above what guessing gives."""
MOST_EXCLUDED: Final = 0.01
KINDS: Final = ("name", "kana", "birth_date", "postal_code", "address", "phone")
KEY: Final = Key(b"thief-bench-key-of-32-bytes-long")
MOVED: Final = 100
"""One customer in so many has another address a month later."""


@dataclass(frozen=True)
class Told:
    """What of the claims is right.

    Attributes:
        identified: Subjects that the thief named, and how many rightly.
        excluded: Share of the strangers whom he rules out, less that of the customers: a rule that rules out both
            alike tells nothing.
        read: Digests that he says what they mean, and how many rightly.
    """

    identified: tuple[int, int]
    excluded: float
    read: tuple[int, int]


def columns_of(people: Sequence[Person]) -> dict[str, list[str]]:
    """Their values as a carrier's file has them."""
    return {
        "customer_number": [p.number for p in people],
        "name": [p.name for p in people],
        "kana": [p.kana for p in people],
        "birth_date": [p.born.isoformat() for p in people],
        "postal_code": [p.postal for p in people],
        "address": [p.address for p in people],
        "phone": [p.phone for p in people],
    }


def listed(people: Sequence[Person]) -> list[ListedPerson]:
    """The thief's list: the program is free software, so that he has every canonical form."""
    kinds = load_kinds()
    columns = columns_of(people)
    forms = {kind: [kinds[kind].canonical(value) or "" for value in columns[kind]] for kind in KINDS}
    return [ListedPerson({kind: forms[kind][n] for kind in KINDS if forms[kind][n]}) for n in range(len(people))]


def judge(claims: Claims, people: Sequence[ListedPerson], customer_of: Sequence[int]) -> Told:
    """Set the claims against the truth.

    Args:
        claims: What the thief says.
        people: His list.
        customer_of: The place in the list of each subject.
    """
    digester = Digester(KEY)
    customers = set(customer_of)
    strangers = len(people) - len(customers)
    out = len(claims.excluded - customers) / max(strangers, 1) - len(claims.excluded & customers) / len(customers)
    right = sum(customer_of[subject] == number for subject, number in claims.identified.items())
    meant = sum(digester.digest(kind, value) == digest for digest, (kind, value) in claims.read.items())
    return Told((len(claims.identified), right), max(out, 0.0), (len(claims.read), meant))


def main(argv: Sequence[str] | None = None) -> int:
    """Steal, attack, and print what was learned."""
    parser = argparse.ArgumentParser(prog="bench thief", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--listed", type=int, default=220_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-control", action="store_true", help="do not attack the index with its veil lifted")
    parser.add_argument("--no-home", action="store_true", help="do not make a home and search it")
    chosen = parser.parse_args(argv)
    rng = Random(chosen.seed)
    people = make_people(rng, chosen.listed)
    customer_of = rng.sample(range(chosen.listed), chosen.customers)
    print(f"{chosen.customers} customers among {chosen.listed} people, seed {chosen.seed}", flush=True)
    customers, known = [people[n] for n in customer_of], listed(people)
    del people  # five million of them are gigabytes
    kept = True
    with tempfile.TemporaryDirectory(prefix="hinomi-thief-") as temporary:
        folder = Path(temporary) / "index"
        build_index(folder, KEY, "all", columns_of(customers), as_of=date(2026, 4, 1))
        segment = _segment(folder)
        _print_noise(segment)
        told = judge(attack(read_segment(as_it_stands(segment)), known, codes()), known, customer_of)
        kept &= _print("thief, without the key", told, chosen.customers, chosen.listed)
        if not chosen.no_control:
            lifted = with_the_veil_lifted(segment, KEY)
            told = judge(attack(read_segment(lifted), known, codes()), known, customer_of)
            _print("control, veil lifted", told, chosen.customers, chosen.listed)
        _print_month(folder, customers)
        if not chosen.no_home:
            kept &= _search_home(Path(temporary), customers[:2000])
    print("every bar is met" if kept else "a bar is missed")
    return 0 if kept else 1


def _segment(folder: Path) -> Path:
    generation = current_folder(folder)
    if generation is None:
        raise FileNotFoundError(folder)
    return max(generation.glob("s*"))


def _print(who: str, told: Told, customers: int, people: int) -> bool:
    (named, right), (read, meant) = told.identified, told.read
    guessing = named / people
    beyond = (right - guessing) / customers
    print(
        f"{who + ':':<24} identified {named}, {right} right ({100 * beyond:.3f} % of the customers beyond guessing); "
        f"strangers excluded {100 * told.excluded:.2f} %; digests read {read}, {meant} right",
        flush=True,
    )
    return beyond < MOST_IDENTIFIED and told.excluded < MOST_EXCLUDED and meant == 0


def _print_noise(segment: Path) -> None:
    """How far the veiled files are from noise: the best that a packer gains, and the commonest byte."""
    veiled = [path for path in segment.iterdir() if path.name not in OPEN_FILES and path.stat().st_size > 1 << 14]
    packed = min(len(zlib.compress(path.read_bytes(), 9)) / path.stat().st_size for path in veiled)
    worst = 0.0
    for path in veiled:
        counts = np.bincount(np.frombuffer(path.read_bytes(), np.uint8), minlength=256)
        worst = max(worst, float(((counts - counts.mean()) ** 2 / counts.mean()).sum()))
    print(
        f"{len(veiled)} veiled files: packed to {100 * packed:.2f} % at best; chi-squared of their bytes "
        f"{worst:.0f} at most (255 expected, 310 in one file of a hundred)"
    )


def _print_month(folder: Path, customers: Sequence[Person]) -> None:
    """Two indexes a month apart: which digests are new tells how many values are, and whose they are it does not."""
    before = set(np.fromfile(_segment(folder) / "digests.u64", "<u8").tolist())
    columns = columns_of(customers)
    homes = columns["address"]
    moving = range(0, len(homes), MOVED)
    for place in moving:
        homes[place] = homes[(place + MOVED // 2) % len(homes)] if place % 2 else f"{homes[place]}-9"
    build_index(folder, KEY, "all", columns, as_of=date(2026, 5, 1))
    after = set(np.fromfile(_segment(folder) / "digests.u64", "<u8").tolist())
    new = len(after - before)
    print(f"a month later, {len(moving)} moved: {new} digests are new, in an order that is random under the key")


def _search_home(folder: Path, people: Sequence[Person]) -> bool:
    """A home with an index and an incident: nothing of customers who did not leak may stand in it."""
    home, leaked, quiet = folder / "home", people[:40], people[40:]
    columns = columns_of(people)
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    (folder / "customers.csv").write_text("\n".join(lines), "utf-8")
    (folder / "paste.txt").write_text("\n".join(f"{p.name},{p.phone},{p.address}" for p in leaked), "utf-8")
    for arguments in (
        ("init",),
        ("enroll", str(folder / "customers.csv"), "--extract", "all", "--yes", "--json"),
        ("scan", str(folder / "paste.txt"), "--open", "--json"),
    ):
        done = subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "cli", "--home", str(home), *arguments], check=False, capture_output=True
        )
        if done.returncode not in {0, 10}:
            raise RuntimeError(done.stderr.decode())
    wanted = {value.encode(code) for p in quiet for value in _values(p) for code in ("utf-8", "utf-16-le", "cp932")}
    found = sum(_holds(path.read_bytes(), wanted) for path in home.rglob("*") if path.is_file())
    files = sum(path.is_file() for path in home.rglob("*"))
    print(
        f"home with an incident of {len(leaked)} customers: {files} files, in {found} a value of the other {len(quiet)}"
    )
    return found == 0


def _values(p: Person) -> tuple[str, ...]:
    return p.phone, p.phone.replace("-", ""), p.email, p.number, p.name


def _holds(content: bytes, wanted: set[bytes]) -> bool:
    return any(value in content for value in wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
