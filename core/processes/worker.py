"""A process of ours with a line to it: it is handed a function and its arguments, and talks over the line to its end.

A worker is this interpreter, started so that nothing in the current folder can be taken for a module of ours: whoever
runs Hinomi may stand in a folder of unpacked leaks. It has a folder of its own, an environment of named variables, and
walls (`core.processes.walls`) that it puts up before it is handed anything. It ends when its line does, so that none
outlives whoever started it, in whatever way that one ends. `multiprocessing` would look for its own modules in the
current folder first, and lets no worker have workers.

Down the line goes what Python can pickle, from a process that decides anyhow what the worker does. Up the line come
bytes alone (`core.processes.plain`): a worker may have read what an enemy wrote.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.processes.begun import Begun
from core.processes.garbage import expect_many_objects
from core.processes.walls.confinement import Rights, confine, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import psutil

ENDING_S: Final = 10.0
LONGEST_BYTES: Final = 1 << 30
"""Of one answer; the largest of a document of six million customers is some 80 MB."""
_OUT_OF_MEMORY: Final = "the machine may have run out of memory, or somebody ended it"


class WorkerError(HinomiError):
    """A worker ended, or failed, before its answer."""


class WorkerLine:
    """The starter's end of a line: objects go down, bytes come up, and nothing that comes up is unpickled."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, given: object) -> None:
        """Hand something down."""
        self._connection.send(given)

    def send_bytes(self, data: bytes) -> None:
        """Hand bytes down."""
        self._connection.send_bytes(data)

    def receive(self) -> bytes:
        """What the worker says next.

        Raises:
            EOFError: It has ended, or says more than any answer is long.
        """
        try:
            return self._connection.recv_bytes(LONGEST_BYTES)
        except ConnectionError:
            raise
        except OSError:
            raise EOFError from None

    def poll(self, seconds: float) -> bool:
        """Whether something came within that time; the end of the line counts."""
        return self._connection.poll(seconds)

    def fileno(self) -> int:
        """For whoever waits for several lines at once."""
        return self._connection.fileno()

    def close(self) -> None:
        """Hang up: the worker ends."""
        self._connection.close()


class Worker:
    """A process that runs ``function(line, *arguments)``; both have to be importable, or plain data.

    Args:
        function: Called in the worker with its end of the line; what it says goes by ``send_bytes``.
        arguments: Handed to it.
        rights: What it may do beside computing.
        variables: Names of environment variables that it gets beside those that all get.
        own_group: Whether a signal to this process's group passes it by.
        folder: Where it stands and may write; its starter's to remove. One of its own goes with it.
        begun: Its process, where that is on its way already; ``variables`` and ``own_group`` were its own.
    """

    def __init__(
        self,
        function: Callable[..., None],
        *arguments: object,
        rights: Rights = Rights(),  # noqa: B008  # frozen
        variables: Iterable[str] = (),
        folder: Path | None = None,
        own_group: bool = False,
        begun: Begun | None = None,
    ) -> None:
        self._own_folder = None if folder else tempfile.mkdtemp(prefix="hinomi-")
        stands_in = str(folder or self._own_folder)
        begun = begun or Begun(variables=variables, own_group=own_group)
        self.line, self._process = WorkerLine(Connection(begun.take_line())), begun.process
        rights = replace(rights, writes=(*rights.writes, stands_in))
        with suppress(ConnectionError):  # it ended at once: whoever waits for its answer is told
            self.line.send_bytes(json.dumps([stands_in, rights.as_json()]).encode())
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

    def ask_to_finish(self) -> None:
        """Ask it to put its work in order and end (SIGTERM)."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once, also where another thread waits for what it says: that one finds the line at its end."""
        self._process.kill()

    def how_it_ended(self) -> str:
        """Wait for its end, bring it about where it does not come, and say in words how that was."""
        try:
            code = self._process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._own_folder:
            shutil.rmtree(self._own_folder, ignore_errors=True)
        if code == -signal.SIGKILL:
            return f"was ended by SIGKILL: {_OUT_OF_MEMORY}"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"


def serve(descriptor: int, imports: str = "") -> None:
    """A worker's whole life: put up its walls, be handed what to do, do it, and end with the line.

    Args:
        descriptor: Its end of the line.
        imports: The module that it imports first, while its starter is still finding out what it may do.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    line = Connection(descriptor)
    with suppress(EOFError, ConnectionError):
        end_with_parent()
        if imports:
            importlib.import_module(imports)
        stands_in, rights = json.loads(line.recv_bytes())
        os.chdir(stands_in)
        os.environ["TMPDIR"] = stands_in
        confine(Rights.from_json(rights))
        expect_many_objects()
        function, arguments = line.recv()
        function(line, *arguments)
