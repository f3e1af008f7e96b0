"""A judge that many machines stand behind: it gives the verdicts of one, in the order in which they are asked.

It looks ahead at what it will be asked and keeps enough units out that no worker waits. Each is judged by what it says
alone, so that who did it, how often and in what order makes no difference; the asking side alone writes.
"""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from cluster.engine import LOST, Engine
from cluster.errors import ClusterError
from cluster.ledger import Ledger
from cluster.units import DONE, INPUT, REFUSED, REPLIES, UNITS, Asked, Envelope
from cluster.versions import stand_of
from core.logs import get_logger
from core.processes.plain import ForgedMessageError
from judging.answers import JUDGED, UNREADABLE, answer_of
from judging.child import JudgingError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Future

    from core.settings import Settings
    from fingerprints.secrets.keys import Key
    from judging.bench import Bench
    from judging.child import Judge, Question
    from judging.judge import Judged

CLUSTER_FOLDER: Final = "cluster"
POLL_S: Final = 0.05
LARGEST_SENT: Final = 64 << 20
"""A document that is larger is not sent: workers see it in a shared folder, or it is judged here."""
MOST_SENT: Final = 256 << 20
"""Bytes that are out at a time: the scheduler holds them in memory."""
EACH, MORE = 2, 2
"""Units that are out: so many for each worker, and some for those who come."""
MOST_TRIES: Final = 4
"""Tries of a unit whose worker died; it is not known which unit it was that killed it, so one is not enough."""

log = get_logger()


@dataclass(slots=True)
class _Flight:
    """A unit that is out."""

    name: str
    packed: bytes
    line: int = 0
    tries: int = 0
    last: str = ""
    refused_by: set[str] = field(default_factory=set)
    out: list[tuple[Future[bytes], float]] = field(default_factory=list)


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
        self._straggler_s = settings.cluster.straggler_s
        self._ledger = Ledger(settings.home / CLUSTER_FOLDER, settings.cluster.keep_days)
        self._local = local
        self._ahead = ahead
        self._settings = settings
        self._flights: dict[str, _Flight] = {}
        self._refusing: dict[str, dict[str, Any]] = {}
        self._numbers = count(1)
        self._run = os.urandom(4).hex()

    def __enter__(self) -> Self:
        self._ledger.prune()
        self._engine = Engine(self._settings)
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
        self._fly(name, asked, content)
        self._top_up()
        sealed = self._landed(self._flights[name])
        del self._flights[name]
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

    def _fly(self, name: str, asked: Asked, content: bytes | str) -> None:
        if name not in self._flights:
            flight = _Flight(name, UNITS.pack(self._envelope.unit(asked, self._stand, content)))
            self._flights[name] = flight
            self._send(flight)

    def _top_up(self) -> None:
        """Send out what will be asked, until there is enough."""
        wanted = EACH * len(self._engine.workers()) + MORE
        while len(self._flights) < wanted and sum(len(one.packed) for one in self._flights.values()) < MOST_SENT:
            question = next(self._ahead, None)
            if question is None:
                return
            try:
                asked, content = self._asked(question)
            except UnreadableError:
                continue  # said when it is asked
            name = self._envelope.name_of(asked, self._stand)
            if content is not None and self._ledger.get(name) is None:
                self._fly(name, asked, content)

    def _send(self, flight: _Flight) -> None:
        """One more try, by whoever has not refused."""
        without = flight.refused_by | self._refusing.keys()
        only = self._engine.workers() - without if without else None
        if only is not None and not only:
            return  # who may is not there: `_landed` waits for one, or gives up
        if flight.line != self._engine.line:
            flight.line, flight.out = self._engine.line, []
        key = f"{flight.name}-{self._run}-{next(self._numbers)}"
        flight.out.append((self._engine.submit(key, flight.packed, only), time.monotonic()))

    def _landed(self, flight: _Flight) -> bytes | None:
        """The sealed answer; None where no worker sees the document."""
        seen = time.monotonic()
        while True:
            if self._engine.is_broken():
                self._engine.reconnect()
            for one in list(self._flights.values()):
                self._look_after(one)
            done = next((future for future, _ in flight.out if future.status == "finished"), None)
            if done is not None:
                word, value = self._reply(flight, done)
                if word == DONE:
                    return bytes(value)
                if flight.refused_by and self._engine.workers() and not self._able(flight):
                    return None
            if flight.tries >= MOST_TRIES:
                raise JudgingError(f"each of {flight.tries} workers that took it ended ({flight.last})")
            if self._able(flight):
                seen = time.monotonic()
            else:
                self._give_up(since=seen)
            self._top_up()
            time.sleep(POLL_S)

    def _able(self, flight: _Flight) -> frozenset[str]:
        return self._engine.workers() - self._refusing.keys() - flight.refused_by

    def _give_up(self, since: float) -> None:
        """Nobody who may is there: say why, at once if all that are there refused, else when it was waited long."""
        there = self._engine.workers()
        refused = [self._refusing[one] for one in there if one in self._refusing]
        if there and len(refused) == len(there):
            told = dict(refused[0])
            raise ClusterError(told.pop("why"), **told)
        if time.monotonic() - since > self._engine.wait_s:
            raise ClusterError("no_worker", address=self._engine.address, seconds=f"{self._engine.wait_s:g}")

    def _look_after(self, flight: _Flight) -> None:
        """Send again what was lost or failed, and beside it what takes too long."""
        if flight.line != self._engine.line:
            flight.out = []
        for pair in list(flight.out):
            future = pair[0]
            if future.status in LOST:
                flight.out.remove(pair)
            elif future.status == "error":
                flight.out.remove(pair)
                flight.tries += 1
                flight.last = type(future.exception()).__name__  # type: ignore[no-untyped-call]
                log.warning("cluster.unit-failed", unit=flight.name[:12], tries=flight.tries, error=flight.last)
        if flight.tries >= MOST_TRIES:
            return
        late = len(flight.out) == 1 and time.monotonic() - flight.out[0][1] > self._straggler_s
        if not flight.out or (late and flight.out[0][0].status == "pending"):
            self._send(flight)

    def _reply(self, flight: _Flight, future: Future[bytes]) -> tuple[str, Any]:
        """What a worker said; a word that is no answer takes the try back."""
        flight.out = [pair for pair in flight.out if pair[0] is not future]
        word, value = REPLIES.unpack(future.result())
        if word == REFUSED:
            worker, why = str(value["worker"]), str(value["why"])
            log.warning("cluster.refused", worker=worker, why=why)
            if why == INPUT:
                flight.refused_by.add(worker)
            else:
                self._refusing[worker] = value
        return word, value
