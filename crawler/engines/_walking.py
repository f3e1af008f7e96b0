"""What every engine that walks lists has in common: which entries are due, how far to walk, and when to stop.

A list shows entries (`ListEntry`), the newest or latest changed first, and leads to a further page. A page without news
ends the walk, unless it is a deep one; since what sticks to the top of a list may fill a page of it, one page more is
read now and then, and always where a deep walk has found that it takes that.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crawler.engines.interface import (
    LIST_STEP,
    VOLATILE,
    EngineOptions,
    Fetch,
    KeepPost,
    Listed,
    Mark,
    Missed,
    Page,
    Problem,
    SiteEngine,
    Step,
)
from crawler.pages.addresses import clean_address, constant_parameters, session_like, volatile
from crawler.pages.dates import DateOrder, Dates
from crawler.pages.walls import continue_to, wall_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from crawler.engines.interface import Seen
    from crawler.pages.dates import Posted

DATES, SLACK, LIST = "dates", "slack:", "list:"
"""Keys of marks: what is known of the order of day and month, pages to read past the news, what a list's first page
was like."""
MAX_CONTINUED = 3
GAP = "the list ends before anything known from before: posts may have come and gone in between; sweep it more often"
MOST_SLACK = 3


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What a list shows of a thing.

    Attributes:
        address: To ask for; empty when its link is none that anybody could ask for.
        id: The site's own name for it; empty: its address is its name.
        mark: What changes when the thing changes.
        title: Like author and date, as written.
        post: The thing itself, where the list holds it whole.
        fetch: How to ask for it, where its address alone does not say.
        sticks: It stays at the top whatever its age.
    """

    address: str
    id: str = ""
    mark: str = ""
    title: str = ""
    author: str = ""
    date: str = ""
    post: str | None = None
    fetch: Fetch | None = None
    sticks: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of a list: its entries, and where it goes on (empty at its end)."""

    entries: Sequence[ListEntry]
    following: str = ""
    fetch: Fetch | None = None
    """How to ask for the following page, where its address alone does not say."""


class UnreadableListError(ValueError):
    """A list is not what it should be; the message is the reason."""


class WalkingEngine(SiteEngine):
    """Lists → entries; how a list and an entry are read is the engine's own."""

    prefix = "entry"
    """In front of the keys of entries."""
    revisit = ""
    step = "entry"

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        self._options = options
        self._strip = frozenset(options.strip_query)
        self._is_strip_known = False
        self._shown: set[str] = set()
        self._unmet: set[str] = set()
        """Lists that were read before, of which nothing known has been met yet."""
        self._dates: Dates | None = None
        self._dates_carried = ""

    def start(self) -> Iterator[Fetch]:
        """The source's address is a list."""
        yield self.list_fetch(self.address)

    def list_fetch(self, address: str) -> Fetch:
        """The first page of a list."""
        return self.first_of_list(Fetch(address))

    def first_of_list(self, fetch: Fetch) -> Fetch:
        """The first page of a list that is asked for so."""
        notes = {**fetch.notes, "list": self.clean(fetch.address), "page": "1"}
        return replace(fetch, step=LIST_STEP, notes=notes, conditional=not self.deep)

    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A page of a list, or an entry; and what its dates tell of the order of day and month."""
        yield from self._read(fetch, page)
        if self._dates and self._dates.carried != self._dates_carried:
            self._dates_carried = self._dates.carried
            yield Mark(DATES, self._dates_carried)

    def _read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        if fetch.step != LIST_STEP:
            yield from self.read_entry(fetch, page)
            return
        try:
            shown = self.shown(fetch, page)
        except UnreadableListError as error:
            yield self.instead(fetch, page) or Problem(str(error))
            return
        if not shown.entries and (instead := self.instead(fetch, page)):
            yield instead
            return
        yield from self._read_list(fetch, page, shown)

    @abstractmethod
    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """What a page of a list shows.

        Raises:
            UnreadableListError: It is not what it should be.
        """

    @abstractmethod
    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """A page of an entry."""

    def unchanged(self, fetch: Fetch, following: str) -> Iterator[Step]:
        """A page of a list that is as it was shows nothing new; an entry was read as it is."""
        if fetch.key:
            yield Mark(fetch.key, fetch.value, resume_at=fetch.target)
        elif following and self._goes_on(fetch, is_news=False, all_stick=False):
            yield Listed(0, following=following)
            yield self._next_page(fetch, following, None, is_news=False)

    def clean(self, address: str) -> str:
        """An address without what changes between visits."""
        if not self._is_strip_known:
            known = self.seen.marks([VOLATILE]).get(VOLATILE)
            self._strip |= frozenset(json.loads(known.value)) if known and known.value else frozenset()
            self._is_strip_known = True
        return clean_address(address, self._strip)

    @property
    def dates(self) -> Dates:
        """What reads the times of the source, with what earlier sweeps learned of their order."""
        if self._dates is None:
            known = self.seen.marks([DATES]).get(DATES)
            given, carried = self._options, known.value if known else ""
            order = DateOrder(given.date_order) if given.date_order else None
            self._dates = Dates(given.time_zone, given.date_formats, order=order, carried=carried)
            self._dates_carried = self._dates.carried
        return self._dates

    def observe(self, dates: Iterable[str], page: Page) -> None:
        """Learn from all dates of a page before the first of them is read."""
        for date in dates:
            self.dates.observe(date, page.fetched_at)

    def posted(self, written: str, page: Page) -> Posted | None:
        """A time as the site writes it."""
        return self.dates.read(written, page.fetched_at)

    def wall(self, page: Page, *, expects_text: bool = False) -> Missed | None:
        """The page is a wall in front of what was asked for."""
        wall = wall_of(page.text, page.media_type, page.status, page.headers, expects_text=expects_text)
        return Missed(f"a wall instead of the page: {wall}", is_wall=True) if wall else None

    def instead(self, fetch: Fetch, page: Page, *, expects_text: bool = False) -> Fetch | Missed | None:
        """What to do when the page is not what was asked for, but leads on to it, or is a wall in front of it."""
        return self._continued(fetch, page) or self.wall(page, expects_text=expects_text)

    def _continued(self, fetch: Fetch, page: Page) -> Fetch | None:
        """A page that only leads on is followed, a few times."""
        link, times = continue_to(page.text), int(fetch.notes.get("continued", "0"))
        address = page.link(link) if link and times < MAX_CONTINUED else None
        if address is None or address == page.address:
            return None
        return replace(fetch, address=address, resume_at="", notes={**fetch.notes, "continued": str(times + 1)})

    def key(self, entry: ListEntry) -> str:
        """The key of an entry: the same in every sweep, whatever the address holds of the visit."""
        return f"{self.prefix}:{entry.id or self.clean(entry.address)}"

    def _read_list(self, fetch: Fetch, page: Page, shown: Shown) -> Iterator[Step]:
        yield from self._remember_list(fetch, shown.entries)
        self.observe((entry.date for entry in shown.entries), page)
        usable = {self.key(entry): entry for entry in reversed(shown.entries) if entry.address}
        usable = dict(reversed(usable.items()))
        values = {key: entry.mark or "read" for key, entry in usable.items()}
        marks = self.seen.marks(values)
        due = [key for key, value in values.items() if _is_due(marks.get(key), value)]
        is_news = any(key not in marks or marks[key].wanted != value for key, value in values.items())
        if any(key in marks for key in values):
            self._unmet.discard(_list_of(fetch))
        is_repeated = bool(values) and self._shown.issuperset(values)
        self._shown.update(values)
        following = shown.fetch.target if shown.fetch else self.clean(shown.following)
        yield Listed(
            len(shown.entries), len(shown.entries) - sum(bool(entry.address) for entry in shown.entries), following
        )
        for key in due:
            resume_at = marks[key].resume_at if key in marks else ""
            yield from self._due(key, values[key], usable[key], page, resume_at)
        yield from self._learn_slack(fetch, is_news=is_news)
        if values and not following and _list_of(fetch) in self._unmet:
            yield Problem(GAP, blocks=False)
        all_stick = bool(values) and all(entry.sticks for entry in usable.values())
        if following and not is_repeated and self._goes_on(fetch, is_news=is_news, all_stick=all_stick):
            if int(fetch.notes.get("page", "1")) < self.max_list_pages:
                yield self._next_page(fetch, following, shown.fetch, is_news=is_news)
            else:
                yield Problem(f"the list goes on after {self.max_list_pages} pages", blocks=False)

    def _due(self, key: str, value: str, entry: ListEntry, page: Page, resume_at: str) -> Iterator[Step]:
        if entry.post is not None:
            address = self.clean(entry.address)
            posted = self.posted(entry.date, page)
            yield KeepPost(address, entry.post, entry.title, entry.author, posted, id="itself", entry=key)
            yield Mark(key, value)
            return
        notes = {"title": entry.title, "author": entry.author, "date": entry.date, "page": "1"}
        fetch = entry.fetch or Fetch(self.clean(entry.address))
        yield self.resumed(replace(
            fetch, step=self.step, key=key, value=value, notes={**fetch.notes, **notes}, revisit=self.revisit,
            resume_at=resume_at, conditional=bool(resume_at),
        ))  # fmt: skip

    def _remember_list(self, fetch: Fetch, entries: Sequence[ListEntry]) -> Iterator[Step]:
        """What changes from visit to visit is of the visit; a list that held entries and holds none is told."""
        yield from self.learn(session_like(entry.address for entry in entries if entry.address))
        if fetch.notes.get("page", "1") != "1":
            return
        key = LIST + _list_of(fetch)
        known = self.seen.marks([key]).get(key)
        before: dict[str, Any] = json.loads(known.value) if known and known.value else {"entries": 0, "same": {}}
        same = constant_parameters([entry.address for entry in entries if entry.address])
        yield from self.learn(volatile(before["same"], same))
        if known:
            self._unmet.add(_list_of(fetch))
        if before["entries"] and not entries:
            yield Problem("a list that held entries holds none: the options no longer fit the site", blocks=False)
        told = {"entries": len(entries) or before["entries"], "same": same}
        if told != before:
            yield Mark(key, json.dumps(told, sort_keys=True))

    def learn(self, names: Collection[str]) -> Iterator[Mark]:
        """Parameters of links that were seen to be of the visit are left out from now on."""
        if learned := frozenset(names) - self._strip:
            self._strip |= learned
            yield Mark(VOLATILE, json.dumps(sorted(self._strip)))

    def _quiet(self, fetch: Fetch, *, is_news: bool) -> int:
        """Pages without news one after the other, this one included."""
        return 0 if is_news else int(fetch.notes.get("quiet", "0")) + 1

    def _goes_on(self, fetch: Fetch, *, is_news: bool, all_stick: bool) -> bool:
        if is_news or self.deep or all_stick:
            return True
        key = SLACK + _list_of(fetch)
        known = self.seen.marks([key]).get(key)
        slack = max(int(known.value) if known and known.value else 0, int(self.past))
        return self._quiet(fetch, is_news=is_news) <= slack

    def _learn_slack(self, fetch: Fetch, *, is_news: bool) -> Iterator[Step]:
        """News after pages without any: as many pages are read past the news from now on."""
        quiet = int(fetch.notes.get("quiet", "0"))
        key = SLACK + _list_of(fetch)
        known = self.seen.marks([key]).get(key)
        if is_news and min(quiet, MOST_SLACK) > (int(known.value) if known and known.value else 0):
            yield Mark(key, str(min(quiet, MOST_SLACK)))

    def _next_page(self, fetch: Fetch, following: str, how: Fetch | None, *, is_news: bool) -> Fetch:
        notes = {
            **(how.notes if how else {}), "list": _list_of(fetch), "page": str(int(fetch.notes.get("page", "1")) + 1),
            "quiet": str(self._quiet(fetch, is_news=is_news)),
        }  # fmt: skip
        return replace(how or Fetch(following), step=LIST_STEP, notes=notes, conditional=not self.deep)


def _list_of(fetch: Fetch) -> str:
    """The list that a page is of."""
    return fetch.notes.get("list") or fetch.address


def _is_due(mark: Mark | None, value: str) -> bool:
    """Not read yet as it is now, and neither given up as it is now nor to be tried later."""
    if mark is None:
        return True
    return mark.value != value and not (mark.waits and mark.wanted == value)


def notes_of(fetch: Fetch) -> tuple[str, str, str]:
    """Title, author and date of an entry, as its list showed them."""
    notes: Mapping[str, str] = fetch.notes
    return notes.get("title", ""), notes.get("author", ""), notes.get("date", "")


def repeats(seen: dict[str, set[str]], key: str, posts: Collection[str]) -> bool:
    """Whether a page of an entry shows nothing but posts that earlier pages of it showed; they are remembered."""
    known = seen.setdefault(key, set())
    again = bool(posts) and known.issuperset(posts)
    known.update(posts)
    return again
