"""Makes hostile documents for as long as one likes, larger than CI has time for: ``./run fuzz SECONDS``.

What ends the process that reads it, or makes a reader fail, goes to ``fuzz-finds/`` with a word on how; a find is
turned into a test of its class and deleted.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.fuzz.hostile import harmless

FINDS: Final = Path("fuzz-finds")
SIZES: Final = (1 << 14, 1 << 18, 1 << 21)
LIMIT_S: Final = 3600


@dataclass(frozen=True)
class Run:
    """What one process read.

    Attributes:
        begun: The document that it was at when it ended.
        done: What it said of each that it got through.
        ended: How it ended; empty when it got through all.
    """

    begun: list[Any]
    done: list[dict[str, Any]]
    ended: str

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The documents that made a reader fail."""
        return [one for one in self.done if one["failed"]]


def read_hostile(names: list[str], size: int, seed: int, folder: Path, most: int = 99) -> Run:
    """At most so many documents of each shape and format, read in a process with limits; it is at ``current``."""
    command = [sys.executable, "-m", "tests.fuzz.hostile_child", str(size), str(seed), str(most), str(folder), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_S)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    begun = [one["begun"] for one in said if "begun" in one]
    ended = "" if done.returncode == 0 else f"ended with {done.returncode}: {done.stderr[-500:]}"
    return Run(begun[-1] if begun else [], [one for one in said if "done" in one], ended)


def main() -> None:
    """Until the time is over; exits with 1 when something was found."""
    until, found, slowest = time.monotonic() + float(sys.argv[1]), 0, 0.0
    draw = random.Random()  # noqa: S311  # other documents every time
    names = sorted(harmless())
    while time.monotonic() < until:
        name, size, seed = draw.choice(names), draw.choice(SIZES), draw.randrange(1 << 30)
        with tempfile.TemporaryDirectory() as folder:
            run = read_hostile([name], size, seed, Path(folder))
            slowest = max([slowest, *(one["seconds"] for one in run.done)])
            if run.ended or run.failed:
                found += 1
                FINDS.mkdir(exist_ok=True)
                shutil.copy(Path(folder) / "current", FINDS / f"hostile-{seed}")
                sys.stdout.write(f"{name} {size} {seed}: {run.begun} {run.ended} {run.failed}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{found} finds; the slowest document took {slowest:.1f} s of processor time\n")
    sys.exit(found > 0)


if __name__ == "__main__":
    main()
