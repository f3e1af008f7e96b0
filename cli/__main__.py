"""`hinomi`, and `python -m cli` for child processes: what takes long to import is begun before the command is read."""

from __future__ import annotations

import sys
from typing import NoReturn

from cli.ahead import begin, give_up, set_umask
from cli.interrupts import interrupt_between_imports


def main() -> NoReturn:
    """Run the command line and end with its exit code."""
    try:
        interrupt_between_imports()
        set_umask()
        begin(sys.argv[1:])
        from core.processes.walls.confinement import end_with_starter

        end_with_starter()
        from cli.main import main as run

        run()
    except KeyboardInterrupt:  # before anything is there that could say so
        from cli.exit_codes import STOPPED

        sys.exit(STOPPED)
    finally:
        give_up()


if __name__ == "__main__":
    main()
