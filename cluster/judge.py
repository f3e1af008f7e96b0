"""A judge that many machines stand behind: it gives the verdicts of one, in the order in which they are asked.

It looks ahead at what it will be asked and keeps enough units out that no worker waits. Each is judged by what it says
alone, so that who did it, how often and in what order makes no difference; the asking side alone writes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from cluster.engine import Engine
from cluster.flights import Flights
from cluster.ledger import UnitLedger
from cluster.units import UNITS, Asked, Envelope
from cluster.versions import stand_of
from core.processes.plain import ForgedMessageError
from judging.answers import JUDGED, UNREADABLE, answer_of
from judging.child import JudgingError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.settings import Settings
    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.child import Judge, Question
    from judging.judge import Judged

CLUSTER_FOLDER: Final = "cluster"
LARGEST_SENT: Final = 64 << 20
"""A document that is larger is not sent: workers see it in a shared folder, or it is judged here."""
MOST_SENT: Final = 256 << 20
"""Bytes that are out at a time: the scheduler holds them in memory."""
EACH, MORE = 2, 2
"""Units that are out: so many for each worker, and some for those who come."""


class ClusterJudge:
    """Gives verdicts by workers of a scheduler; a context manager.

    Args:
        settings: Of the asking side.
        key: Its key.
        bench: Bounds on a document, and the generation to judge under, which has to be named.
        local: Judges what cannot be sent.
        ahead: What will be asked, in its order; it may say too much or too little.
    """

    def __init__(self, settings: Settings, key: Key, bench: Bench, local: Judge, ahead: Iterator[Question]) -> None:
        if bench.generation is None:
            raise ValueError("a cluster judges under one generation, and none was named")
        self._bench = bench
        self._stand = stand_of(bench.generation, key.id)
        self._envelope = Envelope(key)
        self._inputs = [Path(folder).expanduser().resolve() for folder in settings.cluster.inputs]
        self._ledger = UnitLedger(settings.home / CLUSTER_FOLDER, settings.cluster.keep_days)
        self._local = local
        self._ahead = ahead
        self._settings = settings
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
        asked, content = self._asked(question)
        if content is None:
            return self._local.judge(question)
        name = self._envelope.name_of(asked, self._stand)
        if (kept := self._kept(name)) is not None:
            return kept
        self._begin(name, asked, content)
        self._top_up()
        sealed = self._flights.land(name)
        self._judged.add(name)
        return self._local.judge(question) if sealed is None else self._verdict(name, sealed)

    def _asked(self, question: Question) -> tuple[Asked, bytes | str | None]:
        """The unit's question, and the document as it is sent; None where it cannot be."""
        if isinstance(question.content, Path):
            digest, content = self._of_file(question.content, question.size_bytes)
        elif question.size_bytes <= LARGEST_SENT:
            content = b"".join(question.content)
            digest = hashlib.sha256(content).hexdigest()
        else:
            digest, content = "", None
        bounds = self._bench.document_bytes, self._bench.document_s
        about = question.size_bytes, question.media_type, question.charset, question.gone
        return Asked(question.name, digest, *about, *bounds), content

    def _of_file(self, path: Path, size_bytes: int) -> tuple[str, bytes | str | None]:
        """Hash of a file, and how it is sent."""
        try:
            if any(path.resolve().is_relative_to(folder) for folder in self._inputs):
                with path.open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest(), str(path.resolve())
            if size_bytes > LARGEST_SENT:
                return "", None
            content = path.read_bytes()
        except OSError as error:
            raise UnreadableError(error.strerror or type(error).__name__) from None
        return hashlib.sha256(content).hexdigest(), content

    def _kept(self, name: str) -> Judged | None:
        """What the ledger knows."""
        sealed = self._ledger.get(name)
        if sealed is None:
            return None
        try:
            return self._verdict(name, sealed)
        except (ForgedMessageError, JudgingError, UnreadableError):
            self._ledger.drop(name)
            return None

    def _verdict(self, name: str, sealed: bytes) -> Judged:
        word, value = answer_of(self._envelope.open(name, "answer", sealed))
        if word == UNREADABLE:
            raise UnreadableError(value)
        if word != JUDGED:
            raise JudgingError(str(value))
        judged: Judged = value
        if judged.finding.verdict != "unread":
            self._ledger.keep(name, sealed)
        return judged

    def _begin(self, name: str, asked: Asked, content: bytes | str) -> None:
        if name not in self._flights:
            self._flights.begin(name, UNITS.pack(self._envelope.unit(asked, self._stand, content)))

    def _top_up(self) -> None:
        """Send out what will be asked, until there is enough."""
        wanted = EACH * len(self._engine.workers()) + MORE
        while self._flights.pending < wanted and self._flights.size_bytes < MOST_SENT:
            question = next(self._ahead, None)
            if question is None:
                return
            try:
                asked, content = self._asked(question)
            except UnreadableError:
                continue  # said when it is asked
            name = self._envelope.name_of(asked, self._stand)
            if content is not None and name not in self._judged and self._ledger.get(name) is None:
                self._begin(name, asked, content)
