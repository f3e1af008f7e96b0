"""The ordered pool: the same answers as one process gives, in order, and a clear word when a worker dies."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from core.errors import HinomiError, OutsideError
from core.processes.begun import python
from core.processes.plain import Plain
from core.processes.pool import MOST_PARKED, Pool
from core.processes.worker import Worker, WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection


class OddError(HinomiError):
    """One whose constructor takes something else than a message."""

    exit_code = 7

    def __init__(self, number: int, *, of: str) -> None:
        super().__init__(f"number {number} of {of}", hint="Take another one.")
        self.number = number


def open_squares(offset: int) -> Callable[[int], int]:
    """Squares, and trouble at some numbers."""

    def work(number: int) -> int:
        if number == 3:
            time.sleep(0.3)  # those after it have to wait
        if number == 1000:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 2000:
            raise OddError(number, of="two thousand")
        if number == 3000:
            raise ValueError("架空 一郎")
        return number * number + offset

    return work


def open_nothing() -> Callable[[int], int]:
    """It cannot even be opened."""
    raise OutsideError("the index is gone", hint="Restore it.")


def squares(*numbers: int, workers: int = 2) -> list[int]:
    with Pool(open_squares, 7, answers=Plain(), workers=workers, at=lambda number: f"number {number}") as pool:
        return list(pool.work_through(numbers))


def children() -> set[int]:
    """Processes of this one's own; the servers that other tests share are among them."""
    return {child.pid for child in psutil.Process().children()}


def test_answers_come_in_the_order_of_the_jobs_however_long_each_takes() -> None:
    before = children()
    assert squares(*range(100), workers=3) == [number * number + 7 for number in range(100)]
    assert children() == before


def test_a_job_that_takes_long_holds_the_source_up_and_memory_with_it() -> None:
    taken = 0

    def numbers() -> Iterator[int]:
        nonlocal taken
        for number in [3, *range(10, 200)]:
            taken += 1
            yield number

    with Pool(open_squares, 0, answers=Plain(), workers=2, at=str) as pool:
        answers = pool.work_through(numbers())
        assert next(answers) == 9
        assert taken <= MOST_PARKED + 8
        assert len(list(answers)) == 190


@pytest.mark.parametrize("number", [0, 5, 40])
def test_a_worker_that_is_killed_is_named_with_what_it_was_at_and_leaves_none_behind(number: int) -> None:
    before = children()
    with pytest.raises(WorkerError, match="a worker process at number 1000 was ended by SIGKILL") as caught:
        squares(*range(10, 10 + number), 1000, *range(100, 150))
    assert caught.value.hint
    assert children() == before


def test_an_error_of_ours_comes_back_as_it_was_raised() -> None:
    with pytest.raises(OddError) as caught:
        squares(1, 2, 2000, 4)
    assert (str(caught.value), caught.value.hint) == ("number 2000 of two thousand", "Take another one.")
    assert (caught.value.number, caught.value.exit_code) == (2000, 7)


def test_any_other_error_comes_back_without_its_words() -> None:
    with pytest.raises(WorkerError, match=r"^a worker process at number 3000 failed with ValueError$"):
        squares(1, 3000)


def test_what_cannot_be_opened_is_told_with_the_first_job() -> None:
    pool = Pool(open_nothing, answers=Plain(), workers=2, at=str)
    with pool, pytest.raises(OutsideError, match="the index is gone"):
        list(pool.work_through([1, 2, 3]))


def answer_pid(line: Connection) -> None:
    """Say who it is, then wait for the end of the line."""
    line.send_bytes(str(os.getpid()).encode())
    line.recv()


def test_a_worker_ends_with_its_line() -> None:
    worker = Worker(answer_pid)
    assert int(worker.line.receive()) == worker.pid
    worker.end()
    assert not psutil.pid_exists(worker.pid)


def test_every_python_that_is_started_looks_for_modules_where_they_are_installed() -> None:
    assert python("-c", "pass")[1] == "-P"
