"""Judging a document in a child process, so that a hostile or heavy one takes nothing down but that child.

The child is handed key and documents, maps the index, has no network, no file but those, and is ended when it takes too
long or too much memory; the next document gets a new one. It writes nothing but in its own folder, and what it says is
plain data (`judging.answers`). A document whose structure ended the child is looked at once more as plain text, in a
new one: a tail that breaks a reader hides no leak.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, Self, cast

import psutil

from core.errors import HinomiError, OutsideError
from core.processes.failures import error_of
from core.processes.names import is_dead, worker_name
from core.processes.peak import own_bytes
from core.processes.walls.confinement import Rights
from core.processes.worker import Worker
from home import Home
from judging.inside import serve
from judging.words import FAILED, FAR, JUDGED, LOOK, LOOKED, PASSAGE, READY, REFUSED, SWOLLEN, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from core.processes.begun import Begun
    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.inside import Opened
    from judging.judge import Judged


POLL_S = 0.2  # between two looks at time and memory; an answer is seen at once
START_LIMIT_S = 60.0
IN_MEMORY_BYTES = 16 << 20
HANDED_OVER = "judging-"
"""The child's folder, with a large content on its way; the rest says whose, so that a dead one's is removed."""
PLAIN_ALONE: Final = "its plain text alone was looked at, since reading its structure failed"


class JudgingError(HinomiError):
    """A document that could not be judged; the message says why, without a word of the document."""


class UnreadableError(OutsideError):
    """The file of a document cannot be read; the message says what the system says."""


@dataclass(frozen=True, slots=True)
class Question:
    """A document to be judged: its file, or its content in pieces; ``gone`` says who was taken out of it."""

    name: str
    content: Iterable[bytes] | Path
    size_bytes: int
    media_type: str = ""
    charset: str = ""
    gone: tuple[int, int, float, float] = (0, 0, 0.0, 0.0)


class Judge(Protocol):
    """Something that gives verdicts."""

    def judge(self, question: Question) -> Judged:
        """The verdict over one document.

        Raises:
            JudgingError: There will be none.
        """
        ...


class PassageCarrier(Protocol):
    """Has passages of a large document looked at elsewhere."""

    def begin(self) -> None:
        """A document, or another reading of it, begins: what was out is not waited for."""
        ...

    def carry(self, passage: bytes | None) -> list[bytes | None]:
        """As `matcher.far_helpers.Exchange` says."""
        ...


class ChildJudge:
    """Gives verdicts by a child process; a context manager that leaves none behind.

    Args:
        bench: What it takes to judge.
        open_judge: What opens the index, in the child, so that it has to be importable; as usual where none is given.
        reads: Files and folders of the documents, where they are handed over by name.
        begun: The first child, where it is on its way.
    """

    def __init__(
        self,
        bench: Bench,
        open_judge: Callable[[Bench, Key], Opened] | None = None,
        reads: Iterable[Path] = (),
        begun: Begun | None = None,
    ) -> None:
        self._bench = bench
        self._open_judge = open_judge
        self._reads = tuple(str(path) for path in reads)
        self._begun = begun
        self._folder = bench.home / (HANDED_OVER + worker_name(os.urandom(3).hex()).replace("/", "+"))
        self._worker: Worker | None = None
        self._is_told = self._is_ready = False

    def __enter__(self) -> Self:
        for left in self._bench.home.glob(f"{HANDED_OVER}*"):
            if is_dead(left.name.removeprefix(HANDED_OVER).replace("+", "/")):
                _remove(left)
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        _remove(self._folder)

    def judge(self, question: Question, carrier: PassageCarrier | None = None) -> Judged:
        """The verdict over one document; over its plain text alone, and never clear, where its structure gives none.

        Args:
            question: The document.
            carrier: Has its passages looked at, if not the child and its helpers.

        Raises:
            JudgingError: It took too long or too much, ended the child, or cannot be read.
            UnreadableError: Its file cannot be opened.
        """
        content = self._hand_over(question)
        try:
            try:
                return self._ask(question, content, carrier, plainly=False)
            except JudgingError as error:
                return self._plainly(question, content, carrier, error)
        finally:
            if isinstance(content, Path) and content != question.content:
                content.unlink()

    def look(self, passage: bytes) -> bytes:
        """What a passage gives, as `matcher.far_helpers` packs both; neither is read in this process.

        Raises:
            JudgingError: It took too long or too much, ended the child, or is none.
        """
        worker = self._ready()
        with suppress(ConnectionError):  # it has just ended: its answer says so
            worker.line.send((LOOK, passage))
        return cast("bytes", self._answer(worker, LOOKED, self._bench.document_s))

    @property
    def folder(self) -> Path:
        """Where the child may write; it goes with this context."""
        return self._folder

    def warm_up(self) -> None:
        """Have a child begin with what takes it longest, before there is a document for it."""
        self._started()

    def open_index(self) -> None:
        """Have it open the index as well; whether it could is seen with the first document."""
        self._told()

    def judge_under(self, generation: Path) -> None:
        """Take that generation of the index, in the children that have not opened one yet."""
        self._bench = replace(self._bench, generation=generation)

    def close(self) -> None:
        """End the child."""
        if self._worker is not None:
            self._worker.end(at_once=True)
        self._worker = None
        if self._begun is not None:
            self._begun.give_up()
        self._begun = None

    def _ask(
        self, question: Question, content: bytes | Path, carrier: PassageCarrier | None, *, plainly: bool
    ) -> Judged:
        worker = self._ready()
        asked: tuple[object, ...] = (question.name, content, question.media_type, question.charset, plainly)
        asked = (*asked, question.gone) if any(question.gone) else asked
        if carrier is not None:
            carrier.begin()
        with suppress(ConnectionError):  # it has just ended: its answer says so
            worker.line.send(asked if carrier is None else (FAR, asked))
        return cast("Judged", self._answer(worker, JUDGED, self._bench.document_s, carrier))

    def _plainly(
        self, question: Question, content: bytes | Path, carrier: PassageCarrier | None, error: JudgingError
    ) -> Judged:
        try:
            judged = self._ask(question, content, carrier, plainly=True)
        except JudgingError:
            raise error from None
        found = judged.finding
        limits = (PLAIN_ALONE, str(error), *found.limits)
        if found.verdict == "clear":
            return replace(judged, finding=replace(found, verdict="unread", confidence=0.0, limits=limits))
        return replace(judged, finding=replace(found, limits=limits))

    def _hand_over(self, question: Question) -> bytes | Path:
        """The content as the child gets it: through the line when small, else as a file that goes when it is done."""
        if isinstance(question.content, Path):
            return question.content
        if question.size_bytes <= IN_MEMORY_BYTES:
            return b"".join(question.content)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = self._folder / "document"
        with os.fdopen(os.open(file, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
            for piece in question.content:
                out.write(piece)
        return file

    def _ready(self) -> Worker:
        worker = self._told()
        if not self._is_ready:
            self._answer(worker, READY, START_LIMIT_S)
            self._is_ready = True
        return worker

    def _told(self) -> Worker:
        worker = self._started()
        if not self._is_told:
            key = Home(self._bench.home).load_key()  # anew for each child, since keys are changed
            with suppress(ConnectionError):  # it has just ended: its answer says so
                worker.line.send((self._bench, key))
            self._is_told = True
        return worker

    def _started(self) -> Worker:
        if self._worker is None:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            rights = Rights(reads=(str(self._bench.index_dir), *self._reads))
            begun, self._begun = self._begun, None
            self._worker = Worker(serve, self._open_judge, rights=rights, folder=self._folder, begun=begun)
            self._is_told = self._is_ready = False
        return self._worker

    def _answer(self, worker: Worker, wanted: str, limit_s: float, carrier: PassageCarrier | None = None) -> Any:
        deadline = time.monotonic() + limit_s
        while True:
            while not worker.line.poll(POLL_S):
                self._hold(worker, deadline, limit_s)
            word, value = self._said(worker)
            if word == wanted:
                return value
            if word != PASSAGE or carrier is None:
                self._refuse(word, value)
            self._carry(worker, carrier, value)
            self._hold(worker, deadline, limit_s)

    def _carry(self, worker: Worker, carrier: PassageCarrier, passage: bytes | None) -> None:
        """Hand a passage on, and down what is due."""
        try:
            due = carrier.carry(passage)
        except BaseException:
            self.close()  # it waits in the middle of a document that nobody goes on with
            raise
        with suppress(ConnectionError):  # it has just ended: its answer says so
            worker.line.send(due)

    def _hold(self, worker: Worker, deadline: float, limit_s: float) -> None:
        """End a child that does not keep its bounds."""
        reason = self._excess(worker)
        if not reason and time.monotonic() > deadline:
            reason = f"it took longer than {limit_s:g} s"
        if reason:
            self._fail(reason)

    def _said(self, worker: Worker) -> tuple[str, Any]:
        from judging.answers import answer_of

        try:
            return answer_of(worker.line.receive())
        except (EOFError, ConnectionError):
            self._worker = None
            worker.line.close()
            raise JudgingError(f"the matcher's process {worker.how_it_ended()}") from None
        except HinomiError as error:
            self._fail(f"the matcher's process said what it never says: {error}")

    def _refuse(self, word: str, value: Any) -> NoReturn:
        """Say in this process why there is no verdict."""
        if word == REFUSED:
            self.close()
            raise error_of(value)
        if word == UNREADABLE:
            raise UnreadableError(value)
        if word == SWOLLEN:
            self._fail(_too_much(self._bench))
        if word != FAILED:
            self._fail(f"the matcher's process said what it never says: {word}")
        raise JudgingError(value)

    def _fail(self, reason: str) -> NoReturn:
        self.close()
        raise JudgingError(reason)

    def _excess(self, worker: Worker) -> str:
        try:
            own = sum(map(own_bytes, worker.processes()))
        except psutil.Error:
            return ""  # one of them just ended: the line tells
        return _too_much(self._bench) if own > self._bench.memory_mib << 20 else ""


def _too_much(bench: Bench) -> str:
    return f"it needed more than {bench.memory_mib} MiB"


def _remove(left: Path) -> None:
    """A folder of a child, or what an earlier version left as a file."""
    if left.is_dir():
        shutil.rmtree(left, ignore_errors=True)
    else:
        left.unlink(missing_ok=True)
