"""A process of ours with a line to it: it is handed a function and its arguments, and talks over the line to its end.

A worker is this interpreter, started so that nothing in the current folder can be taken for a module of ours: whoever
runs Hinomi may stand in a folder of unpacked leaks. It ends when its line does, so that none outlives whoever started
it, in whatever way that one ends. `multiprocessing` would look for its own modules in the current folder first, and
lets no worker have workers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.processes.garbage import expect_many_objects

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import psutil

SAFE_PATH: Final = "-P"
"""Python's switch that keeps the current folder, and a script's own, out of where modules are looked for."""
ENDING_S: Final = 10.0
_OUT_OF_MEMORY: Final = "the machine may have run out of memory, or somebody ended it"


class WorkerError(HinomiError):
    """A worker ended, or failed, before its answer."""


class Worker:
    """A process that runs ``function(line, *arguments)``; both have to be importable, or plain data."""

    def __init__(self, function: Callable[..., None], *arguments: object) -> None:
        self.line, theirs = Pipe()
        with theirs:
            program = f"from core.processes.worker import serve; serve({theirs.fileno()})"
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
                python("-c", program),
                env=safe_environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        with suppress(ConnectionError):  # it ended at once: whoever waits for its answer is told
            self.line.send((function, arguments))

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def processes(self) -> list[psutil.Process]:
        """It and its own workers, as far as they live."""
        import psutil

        try:
            me = psutil.Process(self.pid)
            return [me, *me.children()]
        except psutil.Error:
            return []

    def end(self, *, at_once: bool = False) -> None:
        """Close the line and wait until it has ended; ``at_once`` does not let it finish what it is at."""
        self.line.close()
        if at_once:
            self._process.kill()
        self.how_it_ended()

    def how_it_ended(self) -> str:
        """Wait for its end, bring it about where it does not come, and say in words how that was."""
        try:
            code = self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if code == -signal.SIGKILL:
            return f"was ended by SIGKILL: {_OUT_OF_MEMORY}"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def serve(descriptor: int) -> None:
    """A worker's whole life: be handed what to do, do it, and end with the line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    expect_many_objects()
    line = Connection(descriptor)
    with suppress(EOFError, ConnectionError):
        function, arguments = line.recv()
        function(line, *arguments)


def python(*arguments: str) -> list[str]:
    """The command line of another interpreter like this one, with our modules where they are installed.

    Every Python that we start is started by this: what stands in the current folder is nobody's module.
    """
    return [sys.executable, SAFE_PATH, *arguments]


def safe_environment(hidden: Collection[str] = ()) -> dict[str, str]:
    """The environment of a child: without what is ``hidden``, and with the current folder kept out of its modules.

    ``PYTHONSAFEPATH`` holds for every Python below it too, whoever starts that one.
    """
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return kept | {"PYTHONSAFEPATH": "1"}
