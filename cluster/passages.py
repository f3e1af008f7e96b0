"""Passages of one large document: they go out as units, and what they give comes back in the order of the document.

The document is read here, in the child that reads as on one machine: what its columns are, where a table ends and
whose list it is are decided over the whole. What takes longest, looking each passage up, goes out. Nothing is read on
the way: a passage goes from a child here to a child there as bytes, and back.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from cluster.hashes import hash_of
from cluster.units import UNITS, AskedPassage
from core.logs import get_logger
from core.processes.plain import ForgedMessageError
from judging.answers import answer_of
from judging.child import JudgingError
from judging.words import LOOKED

if TYPE_CHECKING:
    from cluster.engine import Engine
    from cluster.flights import Flights
    from cluster.ledger import UnitLedger
    from cluster.units import Envelope
    from cluster.versions import Stand
    from judging.bench import Bench

EACH, MORE = 2, 2
"""Passages that are out: so many for each worker, and some for those who come."""
MOST_OUT: Final = 128 << 20
"""Bytes of passages that are out at a time."""

log = get_logger()


class Passages:
    """Carries the passages of one document (`judging.child.PassageCarrier`).

    Args:
        document: The name of its unit: a run that was cut off finds the passages that it had done by it.
        engine: Who says how many workers there are.
        flights: Carries units.
        envelope: Names and seals them.
        stand: What they have to be looked at with.
        ledger: Of what was done before.
        bench: Bounds on a document.
    """

    def __init__(
        self, document: str, engine: Engine, flights: Flights, envelope: Envelope, stand: Stand, ledger: UnitLedger,
        bench: Bench,
    ) -> None:  # fmt: skip
        self._document = document
        self._engine = engine
        self._flights = flights
        self._envelope = envelope
        self._stand = stand
        self._ledger = ledger
        self._bench = bench
        self._number = 0
        self._out: deque[tuple[str, int, bytes | None]] = deque()
        self._kept: list[str] = []

    def begin(self) -> None:
        """A reading of the document begins; nobody waits for what an earlier one had out."""
        for name, _, _ in self._out:
            self._flights.forget(name)
        self._out.clear()

    def carry(self, passage: bytes | None) -> list[bytes | None]:
        """Take a passage, or none; what is due, in order.

        Raises:
            ClusterError: There is no scheduler, no worker, or none that may.
        """
        if passage is not None:
            self._send(passage)
        due: list[bytes | None] = []
        while self._out and (self._is_enough() or (passage is None and not due)):
            due.append(self._landed())
        return due

    def settle(self) -> None:
        """The document's own verdict is kept: those of its passages are of no more use."""
        for name in self._kept:
            self._ledger.drop(name)

    def _send(self, passage: bytes) -> None:
        digest = hash_of(passage)
        bounds = self._bench.document_bytes, self._bench.document_s
        asked = AskedPassage(self._document, self._number, digest, *bounds)
        self._number += 1
        name = self._envelope.name_of(asked, self._stand)
        known = self._known(name)
        if known is None:
            self._flights.begin(name, UNITS.pack(self._envelope.unit(asked, self._stand, passage)))
        self._out.append((name, len(passage), known))

    def _is_enough(self) -> bool:
        """Whether no more is to be sent before something came back."""
        most = EACH * len(self._engine.workers()) + MORE
        return len(self._out) > most or sum(size for _, size, _ in self._out) > MOST_OUT

    def _landed(self) -> bytes | None:
        """What the passage that is due gave; None where nobody could look at it."""
        name, _, known = self._out.popleft()
        if known is not None:
            return known
        try:
            sealed = self._flights.land(name)
            given = None if sealed is None else self._opened(name, sealed)
        except (JudgingError, ForgedMessageError) as error:
            log.warning("cluster.passage_lost", name=name[:12], reason=str(error))
            return None
        if sealed is not None and given is not None:
            self._ledger.keep(name, sealed)
            self._kept.append(name)
        return given

    def _known(self, name: str) -> bytes | None:
        """What the ledger knows."""
        sealed = self._ledger.get(name)
        if sealed is None:
            return None
        try:
            given = self._opened(name, sealed)
        except (ForgedMessageError, JudgingError):
            self._ledger.drop(name)
            return None
        self._kept.append(name)
        return given

    def _opened(self, name: str, sealed: bytes) -> bytes:
        word, value = answer_of(self._envelope.open(name, "answer", sealed))
        if word != LOOKED:
            raise JudgingError(str(value))
        return bytes(value)
