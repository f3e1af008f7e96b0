"""The asking side's line to a Dask scheduler: units go out under names, replies come back as bytes.

A line that broke is opened anew, as long as that is waited for; whoever had units out sends them again. The scheduler
is trusted with running code on both sides (it speaks pickle, see docs/threat-model.md): seals keep it from reading
documents and answers, not from harm.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

import dask
from distributed import Client

from cluster.errors import ClusterError
from cluster.labour import do_unit
from cluster.security import security_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from distributed import Future

    from core.settings import Settings

AGAIN_S: Final = 0.5
LOOK_S: Final = 2.0
"""Between two looks at who is there."""
ANSWER_S: Final = 10.0
SETUP: Final[dict[str, Any]] = {
    "distributed.admin.large-graph-warning-threshold": "1GiB",
    "distributed.comm.timeouts.connect": "5s",
}
EVENTS: Final = "all"
"""What the engine tells of everybody: among it, which worker went without a word, and what it had in hand."""
SUSPECT_DEATHS: Final = 3
"""Deaths of workers that had a unit in hand, after which it is taken back, and sent alone or not at all."""
LOST: Final = frozenset({"cancelled", "lost"})


def unit_of(name: str) -> str:
    """The unit of which this is the name of one try."""
    return name.rsplit("-", 2)[0]


class Engine:
    """A client of a scheduler; a context manager.

    Args:
        settings: Where it is, how it is spoken to, how long is waited.

    Raises:
        ClusterError: It did not answer.
    """

    def __init__(self, settings: Settings) -> None:
        self.address = settings.cluster.scheduler
        self.wait_s = settings.cluster.wait_s
        self._security = security_of(settings)
        self._setup = dask.config.set(SETUP)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters of it is said in our own words
        self.line = 0
        self._died: deque[str] = deque()
        self._deaths: Counter[str] = Counter()
        self._futures: WeakValueDictionary[str, Future[bytes]] = WeakValueDictionary()
        self._client = self._connected()
        self._looked = 0.0
        self._workers: frozenset[str] = frozenset()

    def close(self) -> None:
        """Let go of what is out, and of the line."""
        with suppress(Exception):  # a scheduler that is away cannot be told
            self._client.close(timeout=1)  # type: ignore[no-untyped-call]
        self._setup.__exit__(None, None, None)  # type: ignore[no-untyped-call]

    def submit(self, name: str, packed: bytes, only: Collection[str] | None = None) -> Future[bytes]:
        """Send a unit out.

        Args:
            name: Nobody else's: the unit's, with the number of the try.
            packed: The unit.
            only: The workers that may do it, if not all.
        """
        where = {} if only is None else {"workers": list(only)}
        future: Future[bytes] = self._client.submit(do_unit, packed, key=name, pure=False, retries=0, **where)
        self._futures[name] = future
        return future

    def deaths(self) -> list[str]:
        """The names of units that workers had in hand when they died, since this was asked last; one for each death."""
        return [self._died.popleft() for _ in range(len(self._died))]

    def is_broken(self) -> bool:
        """Whether the line has to be opened anew, and all units sent again."""
        return self._client.status != "running"

    def reconnect(self) -> None:
        """Open the line anew.

        Raises:
            ClusterError: The scheduler stayed away.
        """
        with suppress(Exception):
            self._client.close(timeout=1)  # type: ignore[no-untyped-call]
        self._client = self._connected()
        self._looked = 0.0

    def workers(self) -> frozenset[str]:
        """Who is there, as of a moment ago."""
        if time.monotonic() - self._looked > LOOK_S:
            self._looked = time.monotonic()
            try:
                client: Any = self._client
                told = client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=ANSWER_S)
                self._workers = frozenset(told["workers"])
            except Exception:  # noqa: BLE001  # whatever the line's trouble is: `is_broken` tells, or the next look
                self._workers = frozenset()
        return self._workers

    def _connected(self) -> Client:
        until = time.monotonic() + self.wait_s
        while True:
            try:
                made = Client(  # type: ignore[no-untyped-call]
                    self.address, security=self._security, timeout=5, set_as_default=False, name="hinomi"
                )
            except (OSError, TimeoutError, ValueError) as error:
                if time.monotonic() > until:
                    raise ClusterError("no_scheduler", address=self.address, why=type(error).__name__) from None
                time.sleep(AGAIN_S)
            else:
                self.line += 1
                made.subscribe_topic(EVENTS, self._hear)  # type: ignore[no-untyped-call]
                return made

    def _hear(self, event: tuple[float, Any]) -> None:
        """Note a death, and take back at once what may be its cause; called in the engine's own thread.

        Whoever waits for answers may be busy reading meanwhile, and the engine would give the next worker the same.
        """
        _, told = event
        if not isinstance(told, dict) or told.get("action") != "remove-worker" or told.get("expected"):
            return
        for name in map(str, told.get("processing-tasks") or ()):
            self._died.append(name)
            unit = unit_of(name)
            self._deaths[unit] += 1
            future, loop = self._futures.get(name), self._client.loop
            if self._deaths[unit] >= SUSPECT_DEATHS and future is not None and loop is not None:
                loop.add_callback(self._client.cancel, [future], asynchronous=True)
