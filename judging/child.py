"""Judging a document in a child process, so that a hostile or heavy one takes nothing down but that child.

The child opens index and key itself, is handed one document at a time, and is ended when it takes too long or too much
memory; the next document gets a new one. It writes nothing and reaches nothing but the index.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import psutil

from core.errors import HinomiError
from core.leases import is_dead, worker_name
from core.processes.peak import own_bytes
from core.processes.worker import Worker
from judging.judge import Bench, Judged, Verdicts, open_verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection


POLL_S = 0.2  # between two looks at time and memory; an answer is seen at once
START_LIMIT_S = 60.0
IN_MEMORY_BYTES = 16 << 20
HANDED_OVER = "judging-"
"""A large content on its way to the child; the rest of the name says whose, so that a dead one's is cleaned up."""


class JudgingError(HinomiError):
    """A document that could not be judged; the message says why, without a word of the document."""


@dataclass(frozen=True, slots=True)
class Question:
    """A document to be judged; the content comes in pieces."""

    name: str
    content: Iterable[bytes]
    size_bytes: int
    media_type: str = ""
    charset: str = ""


class Judge(Protocol):
    """Something that gives verdicts."""

    def judge(self, question: Question) -> Judged:
        """The verdict over one document.

        Raises:
            JudgingError: There will be none.
        """
        ...


class ChildJudge:
    """Gives verdicts by a child process; a context manager that leaves none behind."""

    def __init__(self, bench: Bench, open_judge: Callable[[Bench], Verdicts] = open_verdicts) -> None:
        self._bench = bench
        self._open_judge = open_judge  # runs in the child, so it has to be importable
        self._worker: Worker | None = None

    def __enter__(self) -> Self:
        for left in self._bench.home.glob(f"{HANDED_OVER}*"):
            if is_dead(left.name.removeprefix(HANDED_OVER).replace("+", "/")):
                left.unlink()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def judge(self, question: Question) -> Judged:
        """The verdict over one document.

        Raises:
            JudgingError: It took too long or too much, ended the child, or cannot be read.
        """
        content = self._hand_over(question)
        try:
            worker = self._ready()
            with suppress(ConnectionError):  # it has just ended: its answer says so
                worker.line.send((question.name, content, question.media_type, question.charset))
            return cast("Judged", self._answer(worker, self._bench.document_s))
        finally:
            if isinstance(content, Path):
                content.unlink()

    def close(self) -> None:
        """End the child."""
        if self._worker is not None:
            self._worker.end(at_once=True)
        self._worker = None

    def _hand_over(self, question: Question) -> bytes | Path:
        """The content as the child gets it: through the line when small, else as a file that goes when it is done."""
        if question.size_bytes <= IN_MEMORY_BYTES:
            return b"".join(question.content)
        file = self._bench.home / (HANDED_OVER + worker_name().replace("/", "+"))
        with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            for piece in question.content:
                out.write(piece)
        return file

    def _ready(self) -> Worker:
        if self._worker is not None:
            return self._worker
        self._worker = Worker(_serve, self._bench, self._open_judge)
        self._answer(self._worker, START_LIMIT_S)
        return self._worker

    def _answer(self, worker: Worker, limit_s: float) -> Any:
        deadline = time.monotonic() + limit_s
        while not worker.line.poll(POLL_S):
            reason = self._excess(worker)
            if not reason and time.monotonic() > deadline:
                reason = f"it took longer than {limit_s:g} s"
            if reason:
                self.close()
                raise JudgingError(reason)
        try:
            word, value = worker.line.recv()
        except (EOFError, ConnectionError):
            self._worker = None
            worker.line.close()
            raise JudgingError(f"the matcher's process {worker.how_it_ended()}") from None
        if word == "refused":
            self.close()
            raise value
        if word == "failed":
            raise JudgingError(value)
        return value

    def _excess(self, worker: Worker) -> str:
        limit = self._bench.memory_mib << 20
        try:
            own = sum(map(own_bytes, worker.processes()))
        except psutil.Error:
            return ""  # one of them just ended: the line tells
        return f"it needed more than {self._bench.memory_mib} MiB" if own > limit else ""


def _serve(line: Connection, bench: Bench, open_judge: Callable[[Bench], Verdicts]) -> None:
    """The child: say that the index is open, then answer one document after another."""
    try:
        verdicts = open_judge(bench)
    except HinomiError as error:
        line.send(("refused", error))
        return
    line.send(("ready", None))
    while True:
        try:
            question = line.recv()
        except EOFError:
            return
        try:
            line.send(("judged", verdicts.judge(*question)))
        except HinomiError as error:
            line.send(("failed", str(error)))
        except Exception as error:  # noqa: BLE001  # the edge of the child: any document may do anything
            line.send(("failed", f"the matcher failed with {type(error).__name__}"))
