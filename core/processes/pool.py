"""An ordered pool: jobs go out to workers, their answers come back in the order of the jobs.

Each worker has one job in hand and another beside it, so that it never waits for the one that hands them out; a job
that takes long parks the answers after it, up to a bound, so that memory does not grow with the number of jobs. What a
job gives depends on the job alone: however many workers there are, the answers are the same.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import suppress
from multiprocessing.connection import wait
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, Final, Generic, NoReturn, Self, TypeVar, cast

from core.errors import HinomiError
from core.processes.failures import error_of, failure_of
from core.processes.plain import count_aside
from core.processes.walls.confinement import Rights
from core.processes.worker import Worker, WorkerError, WorkerLine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.connection import Connection

    from core.processes.plain import Plain

AHEAD: Final = 2
"""Jobs a worker has: the one it does, and one to go on with at once."""
MOST_PARKED: Final = 16
"""Answers that wait for one before them."""
SWITCH_S: Final = 0.0005
"""Within which a worker at work takes the next job in: its sender waits for that."""

J = TypeVar("J")
A = TypeVar("A")


class Pool(Generic[J, A]):
    """Workers that turn jobs into answers; a context manager that leaves none behind.

    Args:
        open_work: Called once in each worker, with ``arguments``; gives the function that does a job.
        arguments: Handed to ``open_work``; like it, they are pickled.
        answers: What an answer is made of: a worker's answers are plain data.
        workers: How many there are.
        rights: What a worker may do beside computing.
        at: Says in a word or two what a job is about, for the message when a worker dies at it.
    """

    def __init__(
        self,
        open_work: Callable[..., Callable[[J], A]],
        *arguments: object,
        answers: Plain,
        workers: int,
        at: Callable[[J], str],
        rights: Rights = Rights(),  # noqa: B008  # frozen
    ) -> None:
        self._opening = (answers, open_work, arguments)
        self._answers = answers
        self._rights = rights
        self._size = workers
        self._at = at
        self._workers: dict[WorkerLine, Worker] = {}
        self._given: dict[WorkerLine, deque[tuple[int, str]]] = {}
        self._parked: dict[int, A] = {}
        self._due = 0

    def __enter__(self) -> Self:
        for _ in range(self._size):
            worker = Worker(_answer_jobs, *self._opening, rights=self._rights)
            self._workers[worker.line] = worker
            self._given[worker.line] = deque()
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers.values():
            worker.line.close()
        for worker in self._workers.values():
            worker.end(at_once=any(error))  # nobody waits for what it is doing

    def work_through(self, jobs: Iterable[J]) -> Iterator[A]:
        """The answers to the jobs, in their order.

        Raises:
            WorkerError: A worker ended or failed; the message says at what.
            HinomiError: What a job itself raised.
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

    def _finished(self) -> Iterator[A]:
        """The answers that are due now."""
        while self._due in self._parked:
            yield self._parked.pop(self._due)
            self._due += 1

    def _least_given(self) -> WorkerLine | None:
        """Whose turn it is; None while all have enough."""
        line = min(self._given, key=lambda one: len(self._given[one]))
        return line if len(self._given[line]) < AHEAD else None

    def _give(self, line: WorkerLine, job: J, number: int) -> None:
        self._given[line].append((number, self._at(job)))
        try:
            line.send(job)
        except ConnectionError:
            raise self._ended(line) from None

    def _ended(self, line: WorkerLine) -> WorkerError:
        what = self._given[line][0][1]
        return WorkerError(
            f"a worker process at {what} {self._workers[line].how_it_ended()}",
            hint="Nothing of this run was kept half done; free some memory, or use fewer processes, and run it again.",
        )

    def _collect(self) -> None:
        """Wait for answers and park them."""
        waiting = {line.fileno(): line for line, given in self._given.items() if given}
        for ready in wait(list(waiting)):
            line = waiting[cast("int", ready)]
            try:
                said = line.receive()
                aside = [line.receive() for _ in range(count_aside(said))]
            except (EOFError, ConnectionError):
                raise self._ended(line) from None
            answer, failure = self._answers.unpack_apart(said, aside)
            number, what = self._given[line].popleft()
            if isinstance(failure, dict):
                raise error_of(failure)
            if failure:
                raise WorkerError(f"a worker process at {what} failed with {failure}")
            self._parked[number] = answer


def _answer_jobs(
    line: Connection, answers: Plain, open_work: Callable[..., Callable[[J], A]], arguments: tuple[object, ...]
) -> None:
    """A worker of the pool: open what the work needs, then answer one job after another."""
    sys.setswitchinterval(SWITCH_S)
    jobs: Queue[J | None] = Queue(AHEAD)
    opened: Callable[[J], A] | Exception
    try:
        opened = open_work(*arguments)
    except Exception as error:  # noqa: BLE001  # the edge of the process: the parent is told with its first job
        opened = error
    Thread(target=_receive, args=(line, jobs), daemon=True).start()
    while (job := jobs.get()) is not None:
        for part in answers.pack_apart(_answer(opened, job)):
            line.send_bytes(part)
    os._exit(0)  # nothing is left to put in order; what it remembers need not be freed one by one


def _answer(work: Callable[[J], A] | Exception, job: J) -> tuple[A | None, dict[str, Any] | str | None]:
    """The answer, and what went wrong: our own error as it is, of any other its kind alone: it may show values."""
    try:
        return (_refuse(work) if isinstance(work, Exception) else work(job)), None
    except HinomiError as error:
        return None, failure_of(error)
    except Exception as error:  # noqa: BLE001  # the edge of the process: the parent is told
        return None, type(error).__name__


def _refuse(error: Exception) -> NoReturn:
    raise error


def _receive(line: Connection, jobs: Queue[J | None]) -> None:
    """Take jobs in while another one is being done; None when there will be no more."""
    with suppress(EOFError, OSError):
        while True:
            jobs.put(line.recv())
    jobs.put(None)
