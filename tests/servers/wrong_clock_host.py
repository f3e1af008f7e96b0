"""`hinomi serve` of a machine whose clock is wrong: ``python -m … SECONDS ARGUMENT...`` of the command line.

Only the service itself has that clock: the commands that it starts tell the true time.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from core import clock


def main() -> None:
    """Serve until told to stop."""
    by = float(sys.argv[1])
    true = clock.SystemClock.now
    clock.SystemClock.now = lambda self: true(self) + timedelta(seconds=by)  # type: ignore[method-assign]
    sys.argv = ["hinomi", *sys.argv[2:]]
    from cli.main import main as run

    run()


if __name__ == "__main__":
    main()
