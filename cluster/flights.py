"""Units that are out: sent, sent again when they were lost, beside a straggler as well, and given up at a bound.

A worker that dies takes nothing with it but time: whatever it had is sent again. Which of a dead worker's units it was
that killed it, nobody knows; the engine gives all of them up after a few deaths (``allowed-failures``), which has to be
more than are counted here. A unit that was in hand at several deaths is a suspect: it is held back until it is its
turn, and sent while nothing else is out. One that kills again then is given up, and whoever was beside it is done.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from cluster.engine import LOST, SUSPECT_DEATHS, unit_of
from cluster.errors import ClusterError
from cluster.units import DONE, INPUT, REFUSED, REPLIES
from core.logs import get_logger
from judging.child import JudgingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Future

    from cluster.engine import Engine

POLL_S: Final = 0.01
MOST_TRIES: Final = 4
"""Tries of a unit that failed in the engine, or whose workers died."""
LONE_DEATHS: Final = 2
"""Deaths by a unit that was sent alone; at the first, what was withdrawn before may still have been running."""
MOST_COPIES: Final = 5
"""Of one unit that are out at a time."""
FETCH_S: Final = 30.0
"""For an answer that is there: it lies with its worker, which may stand still meanwhile."""

KILLED: Final = "KilledWorker"
"""What the engine calls it; said where it was told of each death and not asked to count them."""

log = get_logger()


def _nothing() -> None:
    """What is done meanwhile where nothing is."""


@dataclass(slots=True)
class Flight:
    """A unit that is out: its tries on the present line to the scheduler, and since when."""

    name: str
    packed: bytes
    line: int = 0
    tries: int = 0
    deaths: int = 0
    last: str = ""
    refused_by: set[str] = field(default_factory=set)
    out: list[tuple[Future[bytes], float]] = field(default_factory=list)

    @property
    def is_suspect(self) -> bool:
        """Whether it may be what kills workers."""
        return self.deaths >= SUSPECT_DEATHS

    def withdraw(self) -> None:
        """Wait for no try any longer that is not done."""
        self.out = [pair for pair in self.out if pair[0].status == "finished"]

    def failed(self, why: str) -> None:
        """One try is used up."""
        self.tries += 1
        self.last = why
        log.warning("cluster.unit_failed", name=self.name[:12], attempt=self.tries, reason=why)


class Flights:
    """All units that are out.

    Args:
        engine: Carries them.
        straggler_s: After that long a unit goes to a second worker as well; whoever is done first counts.
    """

    def __init__(self, engine: Engine, straggler_s: float) -> None:
        self._engine = engine
        self._straggler_s = straggler_s
        self._out: dict[str, Flight] = {}
        self._refusing: dict[str, dict[str, Any]] = {}
        self._alone = ""
        self._numbers = count(1)
        self._run = os.urandom(4).hex()

    def __contains__(self, name: str) -> bool:
        return name in self._out

    def __len__(self) -> int:
        return len(self._out)

    @property
    def pending(self) -> int:
        """Units that nobody has done yet."""
        return sum(all(future.status != "finished" for future, _ in one.out) for one in self._out.values())

    @property
    def size_bytes(self) -> int:
        """What is out."""
        return sum(len(one.packed) for one in self._out.values())

    def begin(self, name: str, packed: bytes) -> None:
        """Send a unit out."""
        self._out[name] = Flight(name, packed)
        self._send(self._out[name])

    def land(self, name: str, meanwhile: Callable[[], None] = _nothing) -> bytes | None:
        """Wait for the sealed answer to a unit; None where no worker sees its document.

        Args:
            name: The unit's.
            meanwhile: Done again and again: may begin other units, so that nobody is idle who waits for this one.

        Raises:
            JudgingError: Every try of it ended without one.
            ClusterError: There is no scheduler, no worker, or none that may.
        """
        flight = self._out[name]
        try:
            word, value = self._landing(flight, meanwhile)
        finally:
            self._alone = ""
        del self._out[name]
        if word == DONE:
            return bytes(value)
        if self._is_unseen(flight):
            return None
        tries = max(flight.tries, flight.deaths)
        raise JudgingError(f"each of {tries} workers that took it ended ({flight.last or KILLED})")

    def _landing(self, flight: Flight, meanwhile: Callable[[], None]) -> tuple[str, Any]:
        """What a worker said of it; another word than `DONE` where nobody will."""
        seen, alone_from = time.monotonic(), 0
        while True:
            if self._engine.is_broken():
                self._engine.reconnect()
            self._count_deaths()
            if flight.is_suspect and not self._alone:
                self._alone, alone_from = flight.name, flight.deaths
            for one in self._out.values():
                self._look_after(one)
            word, value = self._reply(flight)
            guilty = bool(self._alone) and flight.deaths - alone_from >= LONE_DEATHS
            if word == DONE or guilty or flight.tries >= MOST_TRIES or self._is_unseen(flight):
                return word, value
            if self._able(flight):
                seen = time.monotonic()
            else:
                self._give_up(since=seen)
            if not self._alone:
                meanwhile()
            time.sleep(POLL_S)

    def _count_deaths(self) -> None:
        """Note what workers had in hand that died."""
        for key in self._engine.deaths():
            if flight := self._out.get(unit_of(key)):
                flight.deaths += 1
                log.warning("cluster.worker_died", name=flight.name[:12], deaths=flight.deaths)

    def forget(self, name: str) -> None:
        """Do not wait for a unit any longer, if it is out."""
        self._out.pop(name, None)  # its futures go with it, and the scheduler lets go of what nobody holds

    def _send(self, flight: Flight) -> None:
        """One more try, by whoever has not refused."""
        without = flight.refused_by | self._refusing.keys()
        only = self._engine.workers() - without if without else None
        if only is not None and not only:
            return  # whoever may is not there: `land` waits for one, or gives up
        flight.line = self._engine.line
        key = f"{flight.name}-{self._run}-{next(self._numbers)}"
        flight.out.append((self._engine.submit(key, flight.packed, only), time.monotonic()))

    def _look_after(self, flight: Flight) -> None:
        """Send again what was lost or failed, and beside it what takes too long."""
        if flight.line != self._engine.line:
            flight.out = []
        if self._alone != flight.name and (self._alone or flight.is_suspect):
            flight.withdraw()
            return
        for pair in list(flight.out):
            future = pair[0]
            if future.status in LOST | {"error"}:
                flight.out.remove(pair)
            if future.status == "error":
                flight.failed(type(future.exception()).__name__)  # type: ignore[no-untyped-call]
        if flight.tries < MOST_TRIES and (not flight.out or self._is_late(flight)):
            self._send(flight)

    def _is_late(self, flight: Flight) -> bool:
        """Whether one more copy goes out: a worker that stands still holds a slot or two, and may get that too."""
        if len(flight.out) >= MOST_COPIES or len(self._engine.workers()) == 1:
            return False
        waits = all(future.status == "pending" for future, _ in flight.out)
        return waits and time.monotonic() - flight.out[-1][1] > self._straggler_s

    def _reply(self, flight: Flight) -> tuple[str, Any]:
        """What a worker said of a unit; an empty word where nobody did yet."""
        pair = next((pair for pair in flight.out if pair[0].status == "finished"), None)
        if pair is None:
            return "", None
        flight.out.remove(pair)
        try:
            word, value = REPLIES.unpack(pair[0].result(timeout=min(FETCH_S, self._straggler_s)))
        except Exception as error:  # noqa: BLE001  # a worker that died with its answer, or said what none says
            flight.failed(type(error).__name__)
            return "", None
        if word == REFUSED:
            worker, why = str(value["worker"]), str(value["why"])
            log.warning("cluster.refused", worker=worker, reason=why)
            if why == INPUT:
                flight.refused_by.add(worker)
            else:
                self._refusing[worker] = value
        return word, value

    def _able(self, flight: Flight) -> frozenset[str]:
        return self._engine.workers() - self._refusing.keys() - flight.refused_by

    def _is_unseen(self, flight: Flight) -> bool:
        """Whether all that would do it do not see its document."""
        may = self._engine.workers() - self._refusing.keys()
        return bool(may) and may <= flight.refused_by

    def _give_up(self, since: float) -> None:
        """Nobody who may is there: say why, at once if all that are there refused, else when it was waited long."""
        there = self._engine.workers()
        refused = [self._refusing[one] for one in there if one in self._refusing]
        if there and len(refused) == len(there):
            told = dict(refused[0])
            raise ClusterError(told.pop("why"), **told)
        if time.monotonic() - since > self._engine.wait_s:
            raise ClusterError("no_worker", address=self._engine.address, seconds=f"{self._engine.wait_s:g}")
