"""A worker's command of another version of the program."""

from __future__ import annotations

import sys

from cli.main import run
from cluster import versions

if __name__ == "__main__":
    versions.code_digest = lambda: "00" * 32  # type: ignore[assignment]
    sys.exit(run(sys.argv[1:]))
