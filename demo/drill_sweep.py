"""The sweep of a drill, in a child process without the key: ``python -m demo.drill_sweep HOME`` sweeps one source.

The source comes as TOML on standard input, since it stands in no file: it is there for this drill alone. The sweep's
result goes to standard output as JSON.
"""

from __future__ import annotations

import json
import sys

from cli.context import Context
from core.logs import configure_logs
from crawler.run import sweep
from crawler.sources import read_sources


def main() -> None:
    """Sweep the source on standard input."""
    configure_logs(level="ERROR")
    ctx = Context(sys.argv[1])
    (source,) = read_sources(sys.stdin.read(), "the drill's source").values()
    result = sweep(source, ctx.settings, ctx.database, ctx.clock)
    sys.stdout.write(json.dumps(result.as_json()) + "\n")


if __name__ == "__main__":
    main()
