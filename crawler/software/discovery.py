"""What software a site runs, found out by asking it politely from a process that sees nothing of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final
from urllib.parse import urlsplit

from core.clock import SystemClock
from core.logs import configure_logs
from core.processes.plain import Plain
from crawler.engines.interface import EngineOptions, Fetch, Mark, Miss, Page, Seen, SiteEngine, Step
from crawler.errors import CrawlError
from crawler.fetcher import fetcher
from crawler.intake.errand import Errand, run_errand
from crawler.polite.reach import is_private_host
from crawler.software.inquiry import inquire
from crawler.software.proposals import Proposal, Why
from crawler.sources import NAME, read_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from archive.records import Exchange
    from core.clock import Clock
    from core.settings import CrawlerSettings
    from crawler.software.dialect_files import Dialect
    from crawler.sources import Source


@dataclass
class Discovery:
    """What was found out.

    Attributes:
        proposals: The surest first, as tuples of their parts.
        problems: What stood in the way: robots.txt, a wall, no answer.
        requests: How many pages were asked for.
    """

    proposals: list[tuple[str, str, str, str, str, dict[str, object]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    requests: int = 0

    @property
    def proposed(self) -> list[Proposal]:
        """The proposals."""
        return [
            Proposal(engine, address, Why(why), shown, dialect, options)
            for engine, address, why, shown, dialect, options in self.proposals
        ]

    def leave_private(self) -> None:
        """A page may name an address of our own network as its feed: that is not what somebody asked about."""
        self.proposals = [one for one in self.proposals if not _is_private(one[1])]


_FOUND: Final = Plain(Discovery)


def discover(
    address: str, settings: CrawlerSettings, dialects: Sequence[Dialect] | None = None, *, private: bool = False
) -> Discovery:
    """Ask a site what it is.

    Args:
        address: Somewhere on it.
        settings: How we behave there.
        dialects: Known ones; those of this program when left out.
        private: Its name may lead to a private network.

    Raises:
        SourcesError: It is no address of the web.
        CrawlError: The process that asks ended without a word.
    """
    text = f'[sources.inquiry]\nengine = "watched-page"\nurl = {_quoted(address)}\nprivate = {str(private).lower()}\n'
    source = read_sources(text, "the address")["inquiry"]
    with fetcher(settings, _serve, Errand(source, settings), dialects) as worker:
        try:
            found = _FOUND.unpack(worker.line.receive())
        except (EOFError, ConnectionError):
            raise CrawlError(f"the process that fetches {worker.how_it_ended()}") from None
    if not isinstance(found, Discovery):
        raise CrawlError("the process that fetches said something else than what it found")
    if not (private or _is_private(address)):
        found.leave_private()
    return found


def name_for(address: str, taken: Iterable[str]) -> str:
    """A name for a source there that is not taken."""
    parts = urlsplit(address)
    words = re.findall("[a-z0-9]+", f"{parts.hostname or ''} {parts.path}".lower().removeprefix("www."))
    name = "-".join(words)[:40].strip("-") or "source"
    known, number, found = set(taken), 2, name if NAME.fullmatch(name) else "source"
    while found in known:
        found, number = f"{name}-{number}", number + 1
    return found


def _is_private(address: str) -> bool:
    return is_private_host(urlsplit(address).hostname or "")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _serve(line: Connection, errand: Errand, dialects: Sequence[Dialect] | None) -> None:
    configure_logs(level="ERROR")
    notebook = _InquiryNotebook(errand.source.name, SystemClock())
    engine = _Inquiry(errand.source, notebook, dialects)
    notebook.engine = engine
    run_errand(errand, engine, notebook)
    found = [(p.engine, p.address, p.why.value, p.shown, p.dialect, dict(p.options)) for p in engine.proposals]
    line.send_bytes(_FOUND.pack(Discovery(found, list(dict.fromkeys(notebook.problems)), notebook.requests)))


class _Inquiry(SiteEngine):
    """Asks for what the inquiry wants to see, one page after the other."""

    name = ""
    Options = EngineOptions
    examples: ClassVar = {}

    def __init__(self, source: Source, notebook: _InquiryNotebook, dialects: Sequence[Dialect] | None) -> None:
        super().__init__(source.url, source.options, notebook, deep=True)
        self._steps = inquire(source.url, dialects)
        self._asked: dict[str, Page | None] = {}
        self._last = ""
        self.proposals: list[Proposal] = []

    def start(self) -> Iterator[Fetch]:
        self._last = next(self._steps)
        yield Fetch(self._last, conditional=False)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        del fetch
        yield from self.tell(page)

    def tell(self, page: Page | None) -> list[Fetch]:
        """Hand a page in, or none; what to ask for next, each address once."""
        self._asked[self._last] = page
        try:
            address = self._steps.send(page)
            while address in self._asked:
                address = self._steps.send(self._asked[address])
        except StopIteration as end:
            self.proposals = end.value or []
            return []
        self._last = address
        return [Fetch(address, conditional=False)]


class _InquiryNotebook(Seen):
    """Remembers nothing; what could not be had is told the inquiry."""

    def __init__(self, source: str, clock: Clock) -> None:
        self.source = source
        self.clock = clock
        self.requests = 0
        self.lists_read = 1  # what could not be had is asked on, even when it was the first page
        self.fatal = self.stopping = ""
        self.problems: list[str] = []
        self.engine: _Inquiry | None = None
        self._next: list[Fetch] = []

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        del keys
        return {}

    def pending(self) -> list[Fetch]:
        found, self._next = self._next, []
        return found

    def page_state(self, address: str) -> tuple[str, str, str]:
        del address
        return "", "", ""

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        del fetch, steps, page, exchange

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        del fetch, steps

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        del is_wall
        if miss != Miss.GONE:
            self.problems.append(f"{urlsplit(fetch.target).path or '/'}: {reason}")
        if self.engine:
            self._next = self.engine.tell(None)

    def asked_to_wait(self, seconds: float) -> None:
        self.stopping = f"the site asked for a pause of {seconds:.0f} s"
        self.problems.append(self.stopping)
