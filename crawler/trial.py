"""A trial of a source: robots.txt, one list page and one thing on it; nothing is kept or remembered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, cast

from core.clock import SystemClock
from core.logs import configure_logs
from core.processes.plain import Plain
from crawler.engines.interface import (
    EngineOptions,
    Fetch,
    KeepPage,
    KeepPost,
    Mark,
    Page,
    Problem,
    Seen,
    SiteEngine,
    Step,
)
from crawler.errors import CrawlError
from crawler.fetcher import fetcher
from crawler.sources import engines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from archive.records import Exchange
    from core.clock import Clock
    from core.settings import CrawlerSettings
    from crawler.sources import Source


@dataclass
class Trial:
    """What a trial saw; numbers only, since titles and texts may hold anybody's data.

    Attributes:
        entries: Pastes or topics on the first list page.
        more_pages: Whether it leads to a next one.
        documents: On the one page that was tried, with how many authors, readable times and characters.
    """

    source: str
    entries: int = 0
    more_pages: bool = False
    documents: int = 0
    authors: int = 0
    times: int = 0
    characters: int = 0
    requests: int = 0
    problems: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the options fit the site."""
        return bool(self.entries and self.documents and self.characters and not self.problems)


_TRIED: Final = Plain(Trial)


def try_source(source: Source, settings: CrawlerSettings) -> Trial:
    """Try a source, politely, in a process that sees nothing of ours.

    Raises:
        CrawlError: That process ended without a word.
    """
    with fetcher(settings, _serve, source, settings) as worker:
        try:
            return cast("Trial", _TRIED.unpack(worker.line.receive()))
        except (EOFError, ConnectionError):
            raise CrawlError(f"the process that fetches {worker.how_it_ended()}") from None


def _serve(line: Connection, source: Source, settings: CrawlerSettings) -> None:
    configure_logs(level="ERROR")
    line.send_bytes(_TRIED.pack(_try(source, settings)))


def _try(source: Source, settings: CrawlerSettings) -> Trial:
    from crawler.driving import crawl

    trial = Trial(source.name)
    notebook = _TrialNotebook(source.name, SystemClock())
    inner = engines()[source.engine](source.url, source.options, notebook, deep=True)
    crawl(source, settings, _OneOfEach(inner, source.options, trial), notebook)
    trial.requests = notebook.requests
    trial.problems |= dict(notebook.problems)
    return trial


class _OneOfEach(SiteEngine):
    """Lets one request of each step through and counts the rest."""

    name = ""
    Options = EngineOptions
    examples: ClassVar = {}

    def __init__(self, inner: SiteEngine, options: EngineOptions, trial: Trial) -> None:
        super().__init__(inner.address, options, inner.seen, deep=True)
        self._inner = inner
        self._trial = trial

    def start(self) -> Iterator[Fetch]:
        yield from self._inner.start()

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        steps = list(self._inner.read(fetch, page))
        things = [step for step in steps if isinstance(step, Fetch) and step.key]
        lists = [step for step in steps if isinstance(step, Fetch) and not step.key]
        yield from (step for step in steps if isinstance(step, Problem))
        if fetch.key:
            self._count(steps, page)
        elif things or not lists:
            self._trial.entries, self._trial.more_pages = len(things), bool(lists)
            yield from things[:1]
        else:
            yield from lists[:1]  # an index of boards

    def _count(self, steps: list[Step], page: Page) -> None:
        kept = [step for step in steps if isinstance(step, KeepPage | KeepPost)]
        self._trial.documents = len(kept)
        self._trial.authors = sum(bool(step.author) for step in kept)
        self._trial.times = sum(bool(step.posted and step.posted.at) for step in kept)
        texts = [step.text if isinstance(step, KeepPost) else page.text for step in kept]
        self._trial.characters = sum(map(len, texts))


class _TrialNotebook(Seen):
    """Remembers nothing beyond the trial."""

    def __init__(self, source: str, clock: Clock) -> None:
        self.source = source
        self.clock = clock
        self.requests = self.lists_read = 0
        self.fatal = self.stopping = ""
        self.problems: Counter[str] = Counter()

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        del keys
        return {}

    def take(self, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        del page
        if exchange.truncated:
            self.problems[f"a response was cut off ({exchange.truncated})"] += 1
        self.problems.update(step.reason for step in steps if isinstance(step, Problem))

    def missed(self, fetch: Fetch, reason: str, *, gone: bool) -> None:
        del fetch, gone
        self.problems[reason] += 1

    def asked_to_wait(self, seconds: float) -> None:
        self.stopping = f"the site asked for a pause of {seconds:.0f} s"
        self.problems[self.stopping] += 1
