"""Parts of a customers' file or of an access log: they go out as units, and come back in the order of the file.

The file is cut here, as on one machine, and what comes back is counted and written here alone. Nothing of it is kept
on the ledger: a run that was cut off begins anew, as on one machine, and a customer who is forgotten later is in no
answer that lies about.
"""

from __future__ import annotations

import os
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING

from cluster.engine import Engine
from cluster.errors import ClusterError
from cluster.flights import Flights
from cluster.passages import EACH, MORE, MOST_OUT
from cluster.units import UNITS, AskedPart, Envelope
from cluster.versions import stand_of
from core.processes.plain import ForgedMessageError
from judging.child import JudgingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.settings import Settings
    from fingerprints.secrets.keys import Key


class ClusterReaders:
    """Workers of a scheduler that read parts of files (`core.processes.far_parts.FarReaders`).

    Args:
        settings: Of the asking side.
        key: Its key.
        of: What files: `CUSTOMERS` or `ACCESS_LOG`.
    """

    def __init__(self, settings: Settings, key: Key, of: str) -> None:
        self._of = of
        self._settings = settings
        self._key = key
        self._envelope = Envelope(key)

    def answers(self, jobs: Iterator[tuple[bytes, str]], generation: Path | None) -> Iterator[tuple[bytes, str]]:
        """The answers to packed parts, in their order, and where each is.

        Raises:
            ClusterError: There is no scheduler, no worker, none that may, or a part that none could read.
        """
        stand, run = stand_of(generation, self._key.id), os.urandom(16).hex()
        out: deque[tuple[str, str]] = deque()
        with closing(Engine(self._settings)) as engine:
            flights = Flights(engine, self._settings.cluster.straggler_s)
            for number, (packed, at) in enumerate(jobs):
                unit = self._envelope.unit(AskedPart(self._of, run, number), stand, packed)
                flights.begin(unit.name, UNITS.pack(unit))
                out.append((unit.name, at))
                while len(out) > EACH * len(engine.workers()) + MORE or flights.size_bytes > MOST_OUT:
                    yield self._landed(flights, *out.popleft())
            while out:
                yield self._landed(flights, *out.popleft())

    def _landed(self, flights: Flights, name: str, at: str) -> tuple[bytes, str]:
        try:
            return self._envelope.open(name, "answer", flights.land(name) or b""), at
        except (JudgingError, ForgedMessageError) as error:
            raise ClusterError("part", at=at, why=str(error)) from None
