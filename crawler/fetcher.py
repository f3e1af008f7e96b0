"""The process that goes out: Scrapy and the site's engine, with the network and nothing of ours in sight.

It reads what other people's servers send, so it has neither key nor index nor database nor archive, and none of the
files they are in (`core.processes.walls`). What it asks and tells goes over its line: which marks there are, what an
engine said about a response, what could not be had. The recorder at the other end keeps the pen.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from archive.records import Exchange
from core.clock import SystemClock
from core.errors import HinomiError
from core.logs import configure_logs
from core.processes.environment import PROXIES
from core.processes.plain import Plain
from core.processes.walls.confinement import Rights
from core.processes.worker import Worker
from crawler.access.secrets import Vault
from crawler.engines.interface import Fetch, KeepPage, KeepPost, Listed, Mark, Miss, Missed, Page, Problem, Seen
from crawler.errors import CrawlError
from crawler.intake.errand import OUTSIDE, Errand, rooms_of, run_errand
from crawler.pages.dates import Posted
from crawler.rendering.jobs import Rendered, RenderJob
from crawler.rendering.renderer import Renderer, browser_settings
from crawler.sources import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from core.clock import Clock
    from core.settings import CrawlerSettings
    from crawler.engines._intake import Rooms
    from crawler.engines.interface import Step
    from crawler.polite.turns import Turns
    from crawler.sources import Source

MARKS, TAKE, SAME, MISSED, PENDING, STATE, WAIT, TURN, OVER, PUT_OFF, RENDER, ENDED = (
    "marks", "take", "same", "missed", "pending", "state", "wait", "turn", "over", "put-off", "render", "ended",
)  # fmt: skip
TOLD: Final = Plain(
    Fetch, KeepPage, KeepPost, Listed, Mark, Missed, Page, Problem, Posted, Exchange, RenderJob, Rendered
)
THREADS_MIB: Final = 1024
"""For stacks and heaps of threads that are mapped and hardly used, beside what a sweep may hold."""


class Pen(Protocol):
    """Who writes down what is told; `crawler.record.recorder.Recorder`."""

    requests: int
    lists_read: int
    fatal: str
    stopping: str

    @property
    def turns(self) -> Turns:
        """Who may ask a host now."""
        ...

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """What earlier sweeps remember."""
        ...

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Do what the engine said about a response."""
        ...

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        """Do what the engine said about a page that is as it was."""
        ...

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        """A page could not be had."""
        ...

    def pending(self) -> list[Fetch]:
        """Entries that no list shows now and this sweep did not try yet."""
        ...

    def page_state(self, address: str) -> tuple[str, str, str]:
        """ETag, Last-Modified and where the list went on."""
        ...

    def asked_to_wait(self, seconds: float) -> None:
        """The site asked for a longer pause than a sweep may take."""
        ...


def fetch(
    source: Source,
    settings: CrawlerSettings,
    pen: Pen,
    *,
    deep: bool,
    past: bool = False,
    vault: Vault | None = None,
    folder: Path | None = None,
) -> str:
    """Have a source fetched, and let the pen write down what is told; Scrapy's word on how it ended.

    Args:
        source: What to fetch.
        settings: How.
        pen: Who writes it down.
        deep: Walk the lists to their end.
        past: Read one page more than those with news.
        folder: The source's own place in the home folder, for intakes (`crawler.engines._intake.Door`).
        vault: The source's secrets: they go down the line, and stand neither in a file nor in an environment.

    Raises:
        CrawlError: The process ended without that word.
        ForgedMessageError: It said what no fetcher of ours says.
    """
    given, place = vault or Vault(), folder or Path()
    rooms = rooms_of(source, place)
    with (
        Renderer(browser_settings(source, settings, given)) as renderer,
        fetcher(settings, _serve, source, settings, deep, past, given, place, rooms=rooms) as worker,
    ):
        while True:
            try:
                said = TOLD.unpack(worker.line.receive())
            except (EOFError, ConnectionError):
                raise CrawlError(f"the process that fetches {worker.how_it_ended()}") from None
            word, pen.requests, pen.lists_read, told = said
            if word == ENDED:
                finish, pen.fatal, stopping = told
                pen.stopping = pen.stopping or stopping
                return str(finish)
            answer = _rendered(renderer, told) if word == RENDER else _write_down(pen, word, told)
            worker.line.send_bytes(TOLD.pack(answer))


@contextmanager
def fetcher(
    settings: CrawlerSettings, function: Callable[..., None], *arguments: object, rooms: Rooms = OUTSIDE
) -> Iterator[Worker]:
    """A process with the network, or what an intake needs; asked to finish when this one is, ended with the block."""
    rights = Rights(
        network=rooms.network,
        reads=tuple(map(str, rooms.reads)),
        writes=tuple(map(str, rooms.writes)),
        memory_mib=settings.memory_limit_mib + THREADS_MIB,
    )
    worker = Worker(function, *arguments, rights=rights, variables=PROXIES, own_group=True)
    try:
        with _handing_on(worker):
            yield worker
    finally:
        worker.end(at_once=True)


_TOLD_TO: Final[dict[str, Callable[[Pen, Any], object]]] = {
    TAKE: lambda pen, told: pen.take(*told),
    SAME: lambda pen, told: pen.unchanged(*told),
    MISSED: lambda pen, told: pen.missed(told[0], told[1], Miss(told[2]), is_wall=told[3]),
    OVER: lambda pen, told: pen.turns.end(told),
    PUT_OFF: lambda pen, told: pen.turns.put_off(*told),
    WAIT: lambda pen, told: pen.asked_to_wait(told),
}
_ASKED_OF: Final[dict[str, Callable[[Pen, Any], object]]] = {
    MARKS: lambda pen, told: list(pen.marks(told).values()),
    PENDING: lambda pen, _told: pen.pending(),
    STATE: lambda pen, told: list(pen.page_state(told)),
    TURN: lambda pen, told: pen.turns.ask(*told),
}


def _write_down(pen: Pen, word: str, told: Any) -> tuple[str, object]:
    """What is answered: what went wrong, which ends the sweep, and what was asked for."""
    try:
        if word in _ASKED_OF:
            return "", _ASKED_OF[word](pen, told)
        _TOLD_TO[word](pen, told)
    except HinomiError as error:
        return str(error), None
    return "", pen.stopping


def _rendered(renderer: Renderer, job: RenderJob) -> tuple[str, object]:
    """What a browser made of a page, in a process beside the one that fetches."""
    try:
        return "", renderer.render(job)
    except HinomiError as error:
        return str(error), None


@contextmanager
def _handing_on(worker: Worker) -> Iterator[None]:
    """Who asks this process to finish asks the one that fetches, once: asked twice, Scrapy leaves all as it is."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: worker.ask_to_finish())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _serve(
    line: Connection,
    source: Source,
    settings: CrawlerSettings,
    deep: bool,  # noqa: FBT001  # as it comes over the line
    past: bool,  # noqa: FBT001  # as it comes over the line
    vault: Vault,
    folder: Path,
) -> None:
    """The fetcher: sweep, telling as it goes."""
    configure_logs()
    notebook = LineNotebook(line, source.name)
    engine = engines()[source.engine](source.url, source.options, notebook, deep=deep, past=past)
    errand = Errand(source, settings, vault, folder, LineTurns(notebook), LineScreen(notebook))
    finish = run_errand(errand, engine, notebook)
    notebook.tell(ENDED, (finish, notebook.fatal, notebook.stopping))


class LineNotebook(Seen):
    """Tells the recorder at the other end of the line, and asks it."""

    def __init__(self, line: Connection, source: str) -> None:
        self.source = source
        self.clock: Clock = SystemClock()
        self.requests = self.lists_read = 0
        self.fatal = self.stopping = ""
        self._line = line

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """What earlier sweeps remember."""
        return {mark.key: mark for mark in self.ask(MARKS, list(keys))}

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Hand over what an engine said, and the response, once."""
        bare = Page(page.address, b"", page.media_type, page.charset)
        self.stopping = self.ask(TAKE, (fetch, list(steps), bare, exchange)) or self.stopping

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        """Hand over what an engine said of a page that is as it was."""
        self.stopping = self.ask(SAME, (fetch, list(steps))) or self.stopping

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        """Say that a page could not be had."""
        self.ask(MISSED, (fetch, reason, miss.value, is_wall))

    def pending(self) -> list[Fetch]:
        """Ask which entries are to be tried though no list shows them."""
        return list(self.ask(PENDING, None))

    def page_state(self, address: str) -> tuple[str, str, str]:
        """Ask what a page said by which a change can be told."""
        etag, modified, following = self.ask(STATE, address)
        return etag, modified, following

    def asked_to_wait(self, seconds: float) -> None:
        """Say that the site asked for a long pause."""
        self.stopping = cast("str", self.ask(WAIT, seconds))

    def tell(self, word: str, told: object) -> None:
        """Say something that wants no answer."""
        self._line.send_bytes(TOLD.pack((word, self.requests, self.lists_read, told)))

    def ask(self, word: str, told: object) -> Any:
        """Say something and wait for the answer."""
        self.tell(word, told)
        wrong, answer = TOLD.unpack(self._line.recv_bytes())
        if wrong:
            raise CrawlError(wrong)
        return answer


class LineTurns:
    """Asks at the other end of the line whose turn it is at a host."""

    def __init__(self, notebook: LineNotebook) -> None:
        self._notebook = notebook

    def ask(self, keys: Sequence[str], delay_s: float, hold_s: float) -> float:
        """Seconds to wait before asking again."""
        return float(self._notebook.ask(TURN, (list(keys), delay_s, hold_s)))

    def end(self, keys: Sequence[str]) -> None:
        """The answer is there, or none will be."""
        self._notebook.ask(OVER, list(keys))

    def put_off(self, key: str, seconds: float) -> None:
        """The host wants to be left alone."""
        self._notebook.ask(PUT_OFF, (key, seconds))


class LineScreen:
    """Asks at the other end of the line for a page as a browser makes it."""

    def __init__(self, notebook: LineNotebook) -> None:
        self._notebook = notebook

    def render(self, job: RenderJob) -> Rendered:
        """What became of it."""
        rendered: Rendered = self._notebook.ask(RENDER, job)
        return rendered
