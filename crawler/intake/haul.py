"""Drives an intake as `crawler.spider` drives a site: lists, entries, what waits; each told to the recorder."""

from __future__ import annotations

import signal
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archive.records import Exchange
from core.errors import HinomiError
from core.logs import get_logger
from crawler.engines._intake import IntakeError
from crawler.engines.interface import Fetch, Miss, Missed, Page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.engines._intake import Door, Intake
    from crawler.engines.interface import SiteEngine
    from crawler.spider import Notebook

MAX_IN_A_ROW = 5
"""That many failures one after the other, and the other side is taken to be down: the sweep ends."""


@dataclass
class Haul:
    """One sweep of an intake.

    Attributes:
        intake: Gets things.
        engine: Says what they are; the intake itself, or a trial around it.
        notebook: Is told what came of it.
        limit_s: After that long the rest waits for the next sweep.
    """

    intake: Intake
    engine: SiteEngine
    notebook: Notebook
    limit_s: float
    _queue: deque[Fetch] = field(default_factory=deque)
    _asked_for: set[tuple[str, str, str]] = field(default_factory=set)
    _in_a_row: int = 0
    _told_to_stop: bool = False

    def carry(self, door: Door) -> str:
        """Take in what there is; how it ended, in the words of `crawler.polite.driving.crawl`."""
        before = signal.signal(signal.SIGTERM, self._stop)
        try:
            self.intake.open(door)
            return self._carry(time.monotonic() + self.limit_s)
        except IntakeError as error:
            self.notebook.missed(Fetch(self.intake.address), str(error), error.miss)
            return "finished"
        except HinomiError as error:
            self.notebook.fatal = str(error)
            return "fatal"
        finally:
            self.intake.close()
            signal.signal(signal.SIGTERM, before)

    def _stop(self, *_: Any) -> None:
        self._told_to_stop = True

    def _carry(self, until: float) -> str:
        self._want(self.engine.start())
        while True:
            if not self._queue and self.notebook.lists_read:
                self._want(self.engine.resumed(fetch) for fetch in self.notebook.pending())
            if not self._queue:
                return "finished"
            if ended := self._ended(until):
                return ended
            self._one(self._queue.popleft())

    def _ended(self, until: float) -> str:
        if self._told_to_stop:
            return "shutdown"
        if self.notebook.stopping:
            return "stopping"
        if self._in_a_row >= MAX_IN_A_ROW:
            return "site_down"
        return "closespider_timeout" if time.monotonic() > until else ""

    def _want(self, steps: Iterable[Any]) -> None:
        """Each thing once, in one version."""
        for step in steps:
            if isinstance(step, Fetch) and (asked := (step.key, step.value, step.target)) not in self._asked_for:
                self._asked_for.add(asked)
                if step.ahead:
                    self._queue.appendleft(step)
                else:
                    self._queue.append(step)

    def _one(self, fetch: Fetch) -> None:
        self.notebook.requests += 1
        try:
            got = self.intake.get(fetch)
            page = Page(got.address or fetch.address, got.content, got.media_type)
            steps = list(self.engine.read(fetch, page))
        except IntakeError as error:
            self._missed(fetch, str(error), error.miss)
            return
        except Exception as error:  # noqa: BLE001  # one thing that cannot be read must not end the sweep
            get_logger().warning("page.unreadable", source=self.notebook.source, error=type(error).__name__)
            self._missed(fetch, f"what came could not be understood ({type(error).__name__})", Miss.BROKEN)
            return
        if missed := next((step for step in steps if isinstance(step, Missed)), None):
            self._missed(fetch, missed.reason, missed.kind)
            return
        self._in_a_row = 0
        exchange = Exchange(
            address=fetch.address,
            fetched_at=self.notebook.clock.now(),
            headers=(("Content-Type", got.media_type),),
            body=got.content,
            content=got.content,
            truncated=got.truncated,
        )
        self.notebook.take(fetch, steps, page, exchange)
        self.notebook.lists_read += not fetch.key
        self.intake.taken(fetch)
        self._want(steps)

    def _missed(self, fetch: Fetch, reason: str, miss: Miss) -> None:
        self._in_a_row = self._in_a_row + 1 if miss == Miss.BUSY else 0
        self.notebook.missed(fetch, reason, miss)
