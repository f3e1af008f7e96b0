"""A trial of a source: what a sweep of it would collect, and what speaks against that; nothing is kept or remembered.

A list page, a few entries of it, the next page, and the list once more: what has changed in the meantime, though
nobody posted, would be read again in every sweep.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, cast

from core.clock import SystemClock
from core.logs import configure_logs
from core.processes.plain import Plain
from core.texts import load_texts
from crawler.engines.interface import (
    EngineOptions,
    Fetch,
    KeepPage,
    KeepPost,
    Listed,
    Mark,
    Miss,
    Missed,
    Page,
    Problem,
    Seen,
    SiteEngine,
    Step,
)
from crawler.errors import CrawlError
from crawler.fetcher import fetcher
from crawler.intake.errand import Errand, rooms_of, run_errand
from crawler.rendering.jobs import Rendered, RenderJob
from crawler.rendering.renderer import Renderer, browser_settings
from crawler.sources import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from archive.records import Exchange
    from core.clock import Clock
    from core.settings import CrawlerSettings
    from crawler.access.secrets import Vault
    from crawler.pages.dates import Posted
    from crawler.sources import Source

TRIED_ENTRIES = 3
SHOWN_DOCUMENTS = 20
AGAIN = "again"
CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class TrialDocument:
    """A document as a sweep would keep it; its text is counted, not told."""

    address: str
    title: str
    author: str
    written: str
    posted_at: str
    characters: int


@dataclass
class Trial:
    """What a trial saw.

    Attributes:
        entries: Pastes, topics or items on the first list page; ``unusable`` ones have no address to ask for.
        more_pages: Whether it leads to a next one; ``second_page`` is how many entries that showed, None if not read.
        tried: Entries that were asked for; ``read`` could be.
        documents: On them, with how many authors, readable times, times that cannot be read, can in two ways,
            or lie in the future.
        renamed: Entries that had another key when the list was read again; ``remarked``: another mark.
        problems: What went wrong, each with how often.
    """

    source: str
    entries: int = 0
    unusable: int = 0
    more_pages: bool = False
    second_page: int | None = None
    tried: int = 0
    read: int = 0
    documents: int = 0
    authors: int = 0
    times: int = 0
    unread_times: int = 0
    ambiguous_times: int = 0
    future_times: int = 0
    characters: int = 0
    empty: int = 0
    renamed: int = 0
    remarked: int = 0
    requests: int = 0
    collected: list[TrialDocument] = field(default_factory=list)
    problems: dict[str, int] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether the options fit the site."""
        return bool(self.entries and self.documents and self.characters and not self.problems and not self.renamed)


_TRIED: Final = Plain(Trial, TrialDocument, RenderJob, Rendered)


def try_source(source: Source, settings: CrawlerSettings, vault: Vault, folder: Path = Path()) -> Trial:
    """Try a source, politely, in a process that sees nothing of ours.

    Raises:
        CrawlError: That process ended without a word.
    """
    with (
        Renderer(browser_settings(source, settings, vault)) as renderer,
        fetcher(settings, _serve, Errand(source, settings, vault, folder), rooms=rooms_of(source, folder)) as worker,
    ):
        while True:
            try:
                said = _TRIED.unpack(worker.line.receive())
            except (EOFError, ConnectionError):
                raise CrawlError(f"the process that fetches {worker.how_it_ended()}") from None
            if not isinstance(said, RenderJob):
                return cast("Trial", said)
            worker.line.send_bytes(_TRIED.pack(renderer.render(said)))


def _serve(line: Connection, errand: Errand) -> None:
    configure_logs(level="ERROR")
    line.send_bytes(_TRIED.pack(_try(replace(errand, screen=_TrialScreen(line)))))


def _try(errand: Errand) -> Trial:
    source = errand.source
    trial = Trial(source.name)
    notebook = _TrialNotebook(source.name, SystemClock())
    tried = _Sampling(source, notebook, trial)
    run_errand(errand, tried, notebook, tried.inner)
    trial.requests = notebook.requests
    trial.problems |= dict(notebook.problems)
    return trial


class _TrialScreen:
    """Asks whoever tries for a page as a browser makes it."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def render(self, job: RenderJob) -> Rendered:
        """What became of it."""
        self._line.send_bytes(_TRIED.pack(job))
        return cast("Rendered", _TRIED.unpack(self._line.recv_bytes()))


class _Sampling(SiteEngine):
    """Lets a few requests of each step through and counts the rest."""

    name = ""
    Options = EngineOptions
    examples: ClassVar = {}

    def __init__(self, source: Source, notebook: _TrialNotebook, trial: Trial) -> None:
        super().__init__(source.url, source.options, notebook, deep=True)
        self._source, self._notebook, self._trial = source, notebook, trial
        self.inner = self._engine()
        self._marks: dict[str, str] = {}
        self._pages = 0

    def _engine(self) -> SiteEngine:
        return engines()[self._source.engine](self._source.url, self._source.options, self._notebook, deep=True)

    def start(self) -> Iterator[Fetch]:
        yield from self.inner.start()

    def resumed(self, fetch: Fetch) -> Fetch:
        return fetch

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        if fetch.value == AGAIN:
            self._compare(list(self._engine().read(replace(fetch, value=""), page)))
            return
        steps = list(self.inner.read(fetch, page))
        yield from (step for step in steps if isinstance(step, Problem | Missed))
        if fetch.key:
            kept = any(isinstance(step, KeepPage | KeepPost) for step in steps)
            self._trial.read += kept
            self._count(steps, page)
            if not kept:  # a page that only leads on
                yield from (step for step in steps if isinstance(step, Fetch) and step.key == fetch.key)
            return
        things, lists = _things(steps), [s for s in steps if isinstance(s, Fetch) and not s.key]
        if any(isinstance(step, Listed) for step in steps):
            yield from self._read_list(fetch, page, steps)
        elif lists and not things:
            yield from lists[:1]  # an index of boards, or a page that only leads on

    def _read_list(self, fetch: Fetch, page: Page, steps: list[Step]) -> Iterator[Step]:
        things = _things(steps)
        self._pages += 1
        if self._pages > 1:
            shown = next(step.entries for step in steps if isinstance(step, Listed))
            self._trial.second_page = len(set(things) - set(self._marks)) if shown else None
            return
        listed = next(step for step in steps if isinstance(step, Listed))
        self._notebook.again = replace(fetch, value=AGAIN, conditional=False)
        self._marks = things
        self._trial.entries, self._trial.unusable = listed.entries, listed.unusable
        lists = [step for step in steps if isinstance(step, Fetch) and not step.key]
        self._trial.more_pages = bool(lists)
        self._count(steps, page)
        asked = [step for step in steps if isinstance(step, Fetch) and step.key][:TRIED_ENTRIES]
        self._trial.tried = len(asked)
        yield from asked
        yield from lists[:1]

    def _compare(self, steps: list[Step]) -> None:
        again = _things(steps)
        self._trial.renamed = 0 if set(again) & set(self._marks) else len(again)
        both = set(again) & set(self._marks)
        self._trial.remarked = sum(again[key] != self._marks[key] for key in both)

    def _count(self, steps: list[Step], page: Page) -> None:
        kept = [step for step in steps if isinstance(step, KeepPage | KeepPost)]
        trial = self._trial
        trial.documents += len(kept)
        for step in kept:
            text = step.text if isinstance(step, KeepPost) else page.text
            trial.authors += bool(step.author)
            trial.characters += len(text)
            trial.empty += not text.strip()
            trial.times += bool(step.posted and step.posted.at)
            trial.unread_times += bool(step.posted and not step.posted.at)
            trial.ambiguous_times += bool(step.posted and step.posted.ambiguous)
            trial.future_times += _is_to_come(step.posted, page)
            if len(trial.collected) < SHOWN_DOCUMENTS:
                address = step.address or page.address
                trial.collected.append(
                    TrialDocument(address, step.title, step.author, *_time(step.posted), characters=len(text))
                )


def _things(steps: Iterable[Step]) -> dict[str, str]:
    """Entries of a page of a list with their marks."""
    asked = {step.key: step.value for step in steps if isinstance(step, Fetch) and step.key}
    inline = {step.entry for step in steps if isinstance(step, KeepPost) and step.entry}
    return asked | {step.key: step.value for step in steps if isinstance(step, Mark) and step.key in inline}


def _is_to_come(posted: Posted | None, page: Page) -> bool:
    """A post of tomorrow was written in another zone than we think."""
    at = posted.at if posted else None
    return at is not None and page.fetched_at is not None and at > page.fetched_at + CLOCKS_DIFFER


def _time(posted: Posted | None) -> tuple[str, str]:
    if posted is None:
        return "", ""
    return posted.written, posted.at.isoformat(timespec="minutes") if posted.at else ""


_WARNINGS: Final[dict[str, Callable[[Trial], int]]] = {
    "no_entries": lambda t: not t.entries and not t.problems,
    "unusable": lambda t: t.unusable,
    "not_read": lambda t: t.tried - t.read,
    "no_documents": lambda t: t.entries and not t.documents,
    "empty": lambda t: t.empty,
    "no_authors": lambda t: t.documents and not t.authors,
    "no_times": lambda t: t.documents and not t.times + t.unread_times,
    "unread_times": lambda t: t.unread_times,
    "ambiguous_times": lambda t: t.ambiguous_times,
    "future_times": lambda t: t.future_times,
    "renamed": lambda t: t.renamed,
    "remarked": lambda t: t.remarked,
    "second_page": lambda t: t.more_pages and t.second_page == 0,
}
"""What is wrong, by its key in texts/*.toml: a number that goes into the sentence, or whether."""


def remarks_of(trial: Trial, source: Source) -> list[tuple[str, int]]:
    """What speaks against sweeping the source as it is set up: keys of texts, each with its number; pure."""
    found = [(key, int(number)) for key, says in _WARNINGS.items() if (number := says(trial))]
    if getattr(source.options, "topic_marks", None) == ():
        found.append(("no_marks", 0))
    if not source.legal_basis:
        found.append(("no_legal_basis", 0))
    return found


def sentences_of(remarks: Iterable[Sequence[object]], language: str) -> list[str]:
    """What `remarks_of` gave, as sentences that say what to do."""
    texts = load_texts("crawler", language)
    return [texts(f"trial.{key}", n=number) for key, number in remarks]


def warnings_of(trial: Trial, source: Source, language: str = "en") -> list[str]:
    """What speaks against sweeping the source as it is set up, each with what to do."""
    return sentences_of(remarks_of(trial, source), language)


class _TrialNotebook(Seen):
    """Remembers nothing beyond the trial."""

    def __init__(self, source: str, clock: Clock) -> None:
        self.source = source
        self.clock = clock
        self.requests = self.lists_read = 0
        self.fatal = self.stopping = ""
        self.problems: Counter[str] = Counter()
        self.again: Fetch | None = None

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        del keys
        return {}

    def pending(self) -> list[Fetch]:
        again, self.again = self.again, None
        return [again] if again else []

    def page_state(self, address: str) -> tuple[str, str, str]:
        del address
        return "", "", ""

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        del fetch, page
        if exchange.truncated:
            self.problems[f"a response was cut off ({exchange.truncated})"] += 1
        self.problems.update(step.reason for step in steps if isinstance(step, Problem))

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        del fetch, steps

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        del fetch, miss, is_wall
        self.problems[reason] += 1

    def asked_to_wait(self, seconds: float) -> None:
        self.stopping = f"the site asked for a pause of {seconds:.0f} s"
        self.problems[self.stopping] += 1
