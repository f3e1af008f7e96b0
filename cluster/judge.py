"""A judge that many machines stand behind: it gives the verdicts of one, in the order in which they are asked.

It looks ahead at what it will be asked and keeps enough units out that no worker waits. Each is judged by what it says
alone, so that who did it, how often and in what order makes no difference; the asking side alone writes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from cluster.engine import Engine
from cluster.flights import Flights
from cluster.hashes import FileHashes, hash_of
from cluster.ledger import UnitLedger
from cluster.passages import Passages
from cluster.units import UNITS, Asked, Envelope
from cluster.versions import stand_of
from core.processes.plain import ForgedMessageError
from judging.answers import ANSWERS, answer_of
from judging.child import JudgingError, UnreadableError
from judging.words import JUDGED, UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings import Settings
    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.child import ChildJudge, Question
    from judging.judge import Judged

MIB: Final = 1 << 20
CLUSTER_FOLDER: Final = "cluster"
LARGEST_SENT: Final = 64 << 20
"""A document that is larger is not sent whole: workers see it in a shared folder, or it is cut."""
MOST_SENT: Final = 256 << 20
"""Bytes that are out at a time: the scheduler holds them in memory."""
EACH, MORE = 2, 2
"""Units that are out: so many for each worker, and some for those who come."""
DONE_AHEAD: Final = 8
"""Times as many that may be done already behind one that takes long."""


class ClusterJudge:
    """Gives verdicts by workers of a scheduler; a context manager.

    Args:
        settings: Of the asking side.
        key: Its key.
        bench: Bounds on a document, and the generation to judge under, which has to be named.
        local: Reads what is cut, and judges what no worker sees.
        ahead: What will be asked, in its order; it may say too much or too little.
    """

    def __init__(
        self, settings: Settings, key: Key, bench: Bench, local: ChildJudge, ahead: Iterator[Question]
    ) -> None:
        if bench.generation is None:
            raise ValueError("a cluster judges under one generation, and none was named")
        self._bench = bench
        self._stand = stand_of(bench.generation, key.id)
        self._envelope = Envelope(key)
        self._inputs = [Path(folder).expanduser().resolve() for folder in settings.cluster.inputs]
        self._ledger = UnitLedger(settings.home / CLUSTER_FOLDER, settings.cluster.keep_days)
        self._local = local
        self._local.judge_under(bench.generation)
        self._local.close()  # a child that opened another generation numbers customers otherwise than workers do
        self._ahead = ahead
        self._settings = settings
        self._hashes = FileHashes()
        self._judged: set[str] = set()

    def __enter__(self) -> Self:
        self._ledger.prune()
        self._engine = Engine(self._settings)
        self._flights = Flights(self._engine, self._settings.cluster.straggler_s)
        return self

    def __exit__(self, *error: object) -> None:
        self._engine.close()

    def judge(self, question: Question) -> Judged:
        """The verdict over one document.

        Raises:
            JudgingError: There will be none.
            UnreadableError: Its file cannot be opened.
            ClusterError: There is no scheduler, no worker, or none that may.
        """
        try:
            return self._judge_cut(question) if self._is_cut(question) else self._judge_whole(question)
        finally:
            if isinstance(question.content, Path):
                self._hashes.forget(question.content)

    def _judge_whole(self, question: Question) -> Judged:
        asked, content = self._asked(question)
        name = self._envelope.name_of(asked, self._stand)
        if (kept := self._kept(name)) is not None:
            return kept
        self._begin(name, asked, content)
        self._top_up()
        sealed = self._flights.land(name, meanwhile=self._top_up)
        self._judged.add(name)
        if sealed is None:
            return self._local.judge(question)
        path, was_sent = question.content, not isinstance(content, str)
        is_same = was_sent or (isinstance(path, Path) and self._hashes.is_still(path, asked.digest))
        return self._verdict(name, sealed, lasting=is_same)

    def _judge_cut(self, question: Question) -> Judged:
        """The verdict over a large document, which is read here; its passages are looked at by workers."""
        path = question.content if isinstance(question.content, Path) else None
        digest = self._hashed(path) if path else os.urandom(16).hex()  # a stream is read once
        name = self._envelope.name_of(self._about(question, digest), self._stand)
        if (kept := self._kept(name)) is not None:
            return kept
        self._top_up()
        passages = Passages(name, self._engine, self._flights, self._envelope, self._stand, self._ledger, self._bench)
        try:
            judged = self._local.judge(question, passages)
        finally:
            passages.begin()  # where it ended in the midst of a reading
        if judged.finding.verdict != "unread" and (path is None or self._hashes.is_still(path, digest)):
            self._ledger.keep(name, self._envelope.seal(name, "answer", ANSWERS.pack((JUDGED, judged))))
            passages.settle()
        return judged

    def _is_cut(self, question: Question) -> bool:
        """Whether it is one unit no longer."""
        if question.size_bytes >= self._settings.cluster.cut_mib * MIB:
            return True
        return question.size_bytes > LARGEST_SENT and not self._is_shared(question)

    def _is_shared(self, question: Question) -> bool:
        path = question.content
        return isinstance(path, Path) and any(path.resolve().is_relative_to(folder) for folder in self._inputs)

    def _about(self, question: Question, digest: str) -> Asked:
        bounds = self._bench.document_bytes, self._bench.document_s
        about = question.size_bytes, question.media_type, question.charset, question.gone
        return Asked(question.name, digest, *about, *bounds)

    def _asked(self, question: Question) -> tuple[Asked, bytes | Path | str]:
        """The unit's question, and the document: itself, its file that was hashed before, or where workers see it."""
        path = question.content
        if not isinstance(path, Path):
            content = b"".join(path)
            return self._about(question, hash_of(content)), content
        if self._is_shared(question):
            return self._about(question, self._hashed(path)), str(path.resolve())
        try:
            if known := self._hashes.known(path):
                return self._about(question, known), path
            digest, content = self._hashes.read(path)
        except OSError as error:
            raise _unreadable(error) from None
        return self._about(question, digest), content

    def _hashed(self, path: Path) -> str:
        try:
            return self._hashes.of(path)
        except OSError as error:
            raise _unreadable(error) from None

    def _kept(self, name: str) -> Judged | None:
        """What the ledger knows."""
        sealed = self._ledger.get(name)
        if sealed is None:
            return None
        try:
            return self._verdict(name, sealed, lasting=True)
        except (ForgedMessageError, JudgingError, UnreadableError):
            self._ledger.drop(name)
            return None

    def _verdict(self, name: str, sealed: bytes, *, lasting: bool) -> Judged:
        word, value = answer_of(self._envelope.open(name, "answer", sealed))
        if word == UNREADABLE:
            raise UnreadableError(value)
        if word != JUDGED:
            raise JudgingError(str(value))
        judged: Judged = value
        if lasting and judged.finding.verdict != "unread":
            self._ledger.keep(name, sealed)
        return judged

    def _begin(self, name: str, asked: Asked, content: bytes | Path | str) -> None:
        if name in self._flights:
            return
        if isinstance(content, Path):
            try:
                digest, content = self._hashes.read(content)
            except OSError as error:
                raise _unreadable(error) from None
            if digest != asked.digest:
                raise UnreadableError("it was changed while it was read")
        self._flights.begin(name, UNITS.pack(self._envelope.unit(asked, self._stand, content)))

    def _top_up(self) -> None:
        """Send out what will be asked, until there is enough."""
        wanted = EACH * len(self._engine.workers()) + MORE
        while (
            self._flights.pending < wanted
            and len(self._flights) < DONE_AHEAD * wanted
            and self._flights.size_bytes < MOST_SENT
        ):
            question = next(self._ahead, None)
            if question is None:
                return
            if self._is_cut(question):
                continue  # it is read when it is asked
            try:
                asked, content = self._asked(question)
                name = self._envelope.name_of(asked, self._stand)
                if name not in self._judged and self._ledger.get(name) is None:
                    self._begin(name, asked, content)
            except UnreadableError:
                continue  # said when it is asked


def _unreadable(error: OSError) -> UnreadableError:
    return UnreadableError(error.strerror or type(error).__name__)
