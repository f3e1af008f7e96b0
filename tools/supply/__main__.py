"""python -m tools.supply sbom [FILE] · audit ADVISORIES [--lock FILE]: see `tools.supply`."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from tools.supply.advisories import audit
from tools.supply.locks import read_lock
from tools.supply.sbom import make_sbom

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent.parent
AFFECTED, OUTSIDE = 1, 3


def main(arguments: Sequence[str]) -> int:
    """Run one of the two; 1 when something is affected, 3 when the file of advisories cannot be used."""
    parser = argparse.ArgumentParser(prog="./run", description=__doc__)
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements.lock")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("sbom", help="write a bill of materials").add_argument("file", nargs="?", type=Path)
    commands.add_parser("audit", help="compare the lock with advisories").add_argument("advisories", type=Path)
    given = parser.parse_args(arguments)
    return _sbom(given.lock, given.file) if given.command == "sbom" else _audit(given.lock, given.advisories)


def _sbom(lock: Path, file: Path | None) -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = read_lock(lock)
    text = make_sbom(pinned, project["version"])
    if file is None:
        sys.stdout.write(text)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        sys.stderr.write(f"{file}: {len(pinned)} packages\n")
    return 0


def _audit(lock: Path, advisories: Path) -> int:
    try:
        done = audit(read_lock(lock), advisories)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return OUTSIDE
    for one in done.affected:
        fixed = f", fixed in {', '.join(one.fixed)}" if one.fixed else ""
        sys.stdout.write(f"{one.pinned.name} {one.pinned.version}: {one.advisory}{fixed}: {one.summary}\n")
    sys.stderr.write(
        f"{done.read} advisories, the newest of {done.newest or 'no date'}: {len(done.affected)} concern us\n"
    )
    return AFFECTED if done.affected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
