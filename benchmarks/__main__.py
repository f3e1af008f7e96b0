"""`./run bench [NAME [ARG...]]`: one benchmark with its arguments, or all of them at their small default size."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """The benchmarks: every module beside this one that has a ``main``."""
    return sorted(file.stem for file in HERE.glob("*.py") if not file.stem.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run what was asked for; 0 when every benchmark kept its budget."""
    chosen, rest = ([arguments[0]], arguments[1:]) if arguments else (names(), [])
    if chosen[0] not in names():
        sys.stderr.write(f"no benchmark {chosen[0]!r}; there are: {', '.join(names())}\n")
        return 2
    worst = 0
    for name in chosen:
        print(f"== {name}")
        worst = max(worst, int(importlib.import_module(f"benchmarks.{name}").main(rest) or 0))
    return worst


sys.exit(main(sys.argv[1:]))
