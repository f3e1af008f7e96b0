"""Helper processes for a large document: passages go out, their arrays come back in the order of the document.

A helper is this interpreter with a pipe: it is handed a `Looker`, opens the index for itself (mapped, so that all share
its pages), and answers one job after another. It ends when its pipe does, so that none outlives whoever started it, in
whatever way that one ends. `multiprocessing` would refuse: the judge, who matches what waits, is a daemon of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Self

from core.errors import HinomiError
from core.processes.garbage import expect_many_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from matcher.decide.parts import Part
    from matcher.passage import Looker, PassageJob

HEAVY_ROWS = 40_000
"""Work done in this process before helpers are started: starting one costs about as much as looking at 20,000 rows."""
MOST_HELPERS = 4  # each takes some 200 MiB, and a document is to be judged within 2 GiB
MOST_PARKED = 16  # parts that wait for one before them
AHEAD = 2  # jobs a helper has: the one it does, and one to go on with at once
SWITCH_S = 0.0005  # within which a helper that works takes the next job in: its sender waits for that
_ENDING_S = 10.0


class HelperError(HinomiError):
    """A helper process ended before its answer."""


def look_at_all(looker: Looker, jobs: Iterator[PassageJob], processes: int) -> Iterator[Part]:
    """The parts of all jobs, in their order; by helpers once the document turns out to be large.

    The result is the same however many processes there are: a part depends on its job alone.
    """
    done = 0
    for job in jobs:
        yield looker.look(job)
        done += job.weight
        if done >= HEAVY_ROWS and processes > 1:
            with Pool(looker, processes) as pool:
                yield from pool.look(jobs)
            return


def count_cores() -> int:
    """How many processes may run at once here."""
    return len(os.sched_getaffinity(0))


class Pool:
    """Helpers at work; a context manager that leaves none behind."""

    def __init__(self, looker: Looker, processes: int) -> None:
        self._looker = looker
        self._size = min(processes, MOST_HELPERS)
        self._helpers: dict[Connection, subprocess.Popen[bytes]] = {}
        self._given: dict[Connection, deque[int]] = {}
        self._parked: dict[int, Part] = {}
        self._due = 0

    def __enter__(self) -> Self:
        for _ in range(self._size):
            ours, helper = _start(self._looker)
            self._helpers[ours] = helper
            self._given[ours] = deque()
        return self

    def __exit__(self, *error: object) -> None:
        for line in self._helpers:
            line.close()
        for helper in self._helpers.values():
            if any(error):  # nobody waits for what it is doing
                helper.kill()
            try:
                helper.wait(_ENDING_S)
            except subprocess.TimeoutExpired:
                helper.kill()
                helper.wait()

    def look(self, jobs: Iterable[PassageJob]) -> Iterator[Part]:
        """The parts of the jobs, in their order; each helper has one in hand, and the next one beside it.

        Raises:
            HelperError: A helper ended, or failed.
        """
        for number, job in enumerate(jobs):
            yield from self._finished()
            while (line := self._least_given()) is None or len(self._parked) > MOST_PARKED:
                self._collect()
                yield from self._finished()
            self._give(line, job, number)
        while any(self._given.values()):
            self._collect()
            yield from self._finished()

    def _finished(self) -> Iterator[Part]:
        """The parts that are due now."""
        while self._due in self._parked:
            yield self._parked.pop(self._due)
            self._due += 1

    def _least_given(self) -> Connection | None:
        """Whose turn it is; None while all have enough."""
        line = min(self._given, key=lambda one: len(self._given[one]))
        return line if len(self._given[line]) < AHEAD else None

    def _give(self, line: Connection, job: PassageJob, number: int) -> None:
        try:
            line.send(job)
        except ConnectionError:
            raise self._ended(line) from None
        self._given[line].append(number)

    def _ended(self, line: Connection) -> HelperError:
        return HelperError(f"a helper of the matcher ended with {self._helpers[line].wait(_ENDING_S)}")

    def _collect(self) -> None:
        """Wait for answers and park them."""
        for line in wait([line for line, given in self._given.items() if given]):
            if not isinstance(line, Connection):
                continue
            try:
                part, failure = line.recv()
            except (EOFError, ConnectionError):
                raise self._ended(line) from None
            if failure:
                raise HelperError(f"a helper of the matcher failed with {failure}")
            self._parked[self._given[line].popleft()] = part


def _start(looker: Looker) -> tuple[Connection, subprocess.Popen[bytes]]:
    ours, theirs = Pipe()
    with theirs:
        helper = subprocess.Popen(  # noqa: S603  # our own interpreter and our own module
            [sys.executable, "-P", "-c", f"from matcher.helpers import serve; serve({theirs.fileno()})"],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
    ours.send(looker)
    return ours, helper


def serve(descriptor: int) -> None:
    """A helper's whole life: be handed a looker, answer jobs, end with the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    expect_many_objects()
    sys.setswitchinterval(SWITCH_S)
    line = Connection(descriptor)
    jobs: Queue[PassageJob | None] = Queue(AHEAD)
    try:
        looker = line.recv()
        Thread(target=_receive, args=(line, jobs), daemon=True).start()
        while (job := jobs.get()) is not None:
            try:
                answer = (looker.look(job), "")
            except Exception as error:  # noqa: BLE001  # the edge of the process: the parent is told
                answer = (None, type(error).__name__)
            line.send(answer)
    except (EOFError, ConnectionError):
        return


def _receive(line: Connection, jobs: Queue[PassageJob | None]) -> None:
    """Take jobs in while another one is being done; None when there will be no more."""
    with suppress(EOFError, OSError):
        while True:
            jobs.put(line.recv())
    jobs.put(None)
