"""Judging a document in a child process, so that a hostile or heavy one takes nothing down but that child.

The child opens index and key itself, is handed one document at a time, and is ended when it takes too long or too much
memory; the next document gets a new one. It writes nothing and reaches nothing but the index.
"""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

import psutil

from incidents.errors import IncidentError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from core.settings import KeySettings
    from incidents.findings import NewFinding

MEMORY_LIMIT_MIB = 2048  # DESIGN.md §12: a 5.96-million-row document has to be judged within it
POLL_S = 0.05
START_LIMIT_S = 60.0
IN_MEMORY_BYTES = 16 << 20


class JudgingError(IncidentError):
    """A document that could not be judged; the message says why, without a word of the document."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, and the generation of the index it was found under."""

    finding: NewFinding
    generation: int


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


@dataclass(frozen=True, slots=True)
class Bench:
    """What a child needs: where key and index are, and the bounds on one document."""

    home: Path
    key: KeySettings
    index_dir: Path
    document_bytes: int
    document_s: float
    memory_mib: int = MEMORY_LIMIT_MIB


class ChildJudge:
    """Gives verdicts by a child process; a context manager that leaves none behind."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._child: BaseProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def judge(self, question: Question) -> Judged:
        """The verdict over one document.

        Raises:
            JudgingError: It took too long or too much, ended the child, or cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="judge-", dir=self._bench.home) as folder:
            content = _hand_over(question, Path(folder))
            line = self._ready()
            line.send((question.name, content, question.media_type, question.charset))
            return cast("Judged", self._answer(line, self._bench.document_s))

    def close(self) -> None:
        """End the child."""
        if self._child is not None and self._line is not None:
            self._line.close()
            self._child.kill()
            self._child.join()
            self._child.close()
        self._child = self._line = None

    def _ready(self) -> Connection:
        if self._line is not None:
            return self._line
        context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        ours, theirs = context.Pipe()
        self._child = context.Process(target=_serve, args=(theirs, self._bench), daemon=True)
        self._child.start()
        theirs.close()
        self._line = ours
        self._answer(ours, START_LIMIT_S)
        return ours

    def _answer(self, line: Connection, limit_s: float) -> Any:
        deadline = time.monotonic() + limit_s
        while not line.poll(POLL_S):
            reason = f"it took longer than {limit_s:g} s" if time.monotonic() > deadline else self._excess()
            if reason:
                self.close()
                raise JudgingError(reason)
        try:
            word, value = line.recv()
        except (EOFError, ConnectionError):
            raise JudgingError(self._how_it_ended()) from None
        if word == "refused":
            self.close()
            raise value
        if word == "failed":
            raise JudgingError(value)
        return value

    def _excess(self) -> str:
        limit = self._bench.memory_mib << 20
        try:
            memory = psutil.Process(self._child.pid).memory_info() if self._child else None
        except psutil.Error:
            return ""  # it just ended: the line tells
        own = memory.rss - getattr(memory, "shared", 0) if memory else 0
        return f"it needed more than {self._bench.memory_mib} MiB" if own > limit else ""

    def _how_it_ended(self) -> str:
        code = None
        if self._child is not None:
            self._child.join(5)
            code = self._child.exitcode
        self.close()
        if code is not None and code < 0:
            return f"the matcher's process was ended by {signal.Signals(-code).name}"
        return f"the matcher's process ended with {code}"


def _hand_over(question: Question, folder: Path) -> bytes | Path:
    """The content as the child gets it: through the line when small, else as a file that goes when it is done."""
    if question.size_bytes <= IN_MEMORY_BYTES:
        return b"".join(question.content)
    file = folder / "content"
    with file.open("wb") as out:
        for piece in question.content:
            out.write(piece)
    return file


def _serve(line: Connection, bench: Bench) -> None:
    """The child: say that the index is open, then answer one document after another."""
    from core.errors import HinomiError
    from incidents.verdicts import open_verdicts

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    try:
        verdicts = open_verdicts(bench)
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
