"""A worker's process on its way; light, so that a command can begin one before it imports anything else."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from core.processes.environment import bare_environment

if TYPE_CHECKING:
    from collections.abc import Iterable

SAFE_PATH: Final = "-P"
"""Python's switch that keeps the current folder, and a script's own, out of where modules are looked for."""
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""What NumPy is imported with before there are walls: they stand around the thread that puts them up, and its own."""


class Begun:
    """A worker's process that waits to be told where it stands, what it may do, and what it is for.

    Args:
        imports: A module of ours that it imports meanwhile, which must start no thread: walls come after it.
        variables: Names of environment variables that it gets beside those that all get.
        own_group: Whether a signal to this process's group passes it by.
    """

    def __init__(self, imports: str = "", variables: Iterable[str] = (), *, own_group: bool = False) -> None:
        self._ours, theirs = socket.socketpair()
        with theirs:
            program = f"from core.processes.worker import serve; serve({theirs.fileno()}, {imports!r})"
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
                python("-c", program),
                env=bare_environment(variables) | (_ONE_THREAD if imports else {}),
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                process_group=0 if own_group else None,
            )

    def take_line(self) -> int:
        """The descriptor of our end of its line, which is its taker's to close."""
        return self._ours.detach()

    def give_up(self) -> None:
        """End it: it is not needed."""
        self._ours.close()
        self.process.kill()
        self.process.wait()


def python(*arguments: str) -> list[str]:
    """The command line of another interpreter like this one, with our modules where they are installed.

    Every Python that we start is started by this: what stands in the current folder is nobody's module.
    """
    return [sys.executable, SAFE_PATH, *arguments]
