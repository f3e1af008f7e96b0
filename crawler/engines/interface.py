"""What a site engine is: pages in, steps out; no network, no clock, no database.

An engine says what to `Fetch`; it is handed the `Page` and yields what to keep (`KeepPage`, `KeepPost`), what to
remember (`Mark`), what a list showed (`Listed`), what went wrong (`Problem`, `Missed`) and what to fetch next.
`crawler.spider` does all of it politely. A `Fetch` with a key is an entry: from the moment a list shows it, it stands
in the ledger (`crawler.record.ledger`), until it was read, or given up and reported.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol
from zoneinfo import ZoneInfo, available_timezones

from parsel import Selector
from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.encodings.decoder import detect, to_text
from core.encodings.labels import codec_of
from core.markup import has_heavy_tag
from crawler.errors import UnreadablePageError
from crawler.pages.addresses import base_of, read_link

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from crawler.pages.dates import Posted

LIST_STEP = "list"
BROKEN_OFF = frozenset({"disconnect", "unspecified"})
"""Why a body is not whole (see `archive.records.Exchange`) where asking again may give the rest."""
_HEAD = 1 << 16
WALKED = "walked"
"""Key of the mark that the lists of a source were walked to their end, and when."""
VOLATILE = "volatile"
"""Key of the mark that holds which parameters of links were seen to be of the visit, as a JSON array."""


class Miss(StrEnum):
    """Whose fault it is that something could not be had, which decides what becomes of an entry.

    ``BUSY``: the site's or the network's (429, 5xx, a wall, no answer); ``BROKEN``: the answer cannot be used;
    ``REFUSED``: this entry is not for us (401, 403, robots.txt, another host); ``GONE``: it is not there (404, 410).
    """

    BUSY = "busy"
    BROKEN = "broken"
    REFUSED = "refused"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Fetch:
    """Get a page.

    Attributes:
        step: For the engine: what to do with the answer.
        key: Which entry this serves; empty for a page of a list.
        value: What the entry's mark will say when it was read.
        notes: Carried along to the answer.
        ahead: Before everything that waits already.
        resume_at: Go on here if it is still there, else start over at ``address``.
        conditional: An answer that nothing changed since the last time will do.
        revisit: How often to look whether an entry was changed in silence: ``""`` never, ``fading`` ever more seldom,
            ``always`` in every sweep.
        headers: Of the request; values, like those of the query and the body, may hold ``{secret:NAME}``.
    """

    address: str
    step: str = LIST_STEP
    key: str = ""
    value: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    ahead: bool = False
    resume_at: str = ""
    conditional: bool = True
    revisit: str = ""
    method: str = "GET"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The address to ask for."""
        return self.resume_at or self.address


@dataclass(frozen=True, slots=True)
class KeepPage:
    """The whole response is a document: a paste, a file. Its address is the page's own unless one is given."""

    title: str = ""
    author: str = ""
    posted: Posted | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class KeepPost:
    """A post on the page is a document.

    Attributes:
        id: The site's own name for it, the same on whatever page it stands; empty: its text is its name.
        entry: The key of the entry it belongs to, where that is not the one that was fetched.
    """

    address: str
    text: str
    title: str = ""
    author: str = ""
    posted: Posted | None = None
    id: str = ""
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is remembered of an entry, or of the source; see `crawler.models.SeenMark`.

    Attributes:
        value: The version that was read; empty when none was.
        wanted: The version that a list showed last, as remembered.
        waits: It is given up with the version wanted, or not to be tried yet.
    """

    key: str
    value: str
    resume_at: str = ""
    wanted: str = ""
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """What a page of a list showed.

    Attributes:
        entries: How many.
        unusable: Entries without an address that anybody could ask for.
        following: Where the list goes on; empty at its end.
    """

    entries: int
    unusable: int = 0
    following: str = ""


@dataclass(frozen=True, slots=True)
class Missed:
    """The page is not the thing that was asked for: a wall, or nothing at all."""

    reason: str
    kind: Miss = Miss.BUSY
    is_wall: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something is missing from this sweep, and why; without any value from the page."""

    reason: str
    blocks: bool = True
    """Whether the next sweep has to walk all lists again to find what is missing now."""


Step = Fetch | KeepPage | KeepPost | Mark | Listed | Missed | Problem


@dataclass(frozen=True)
class Page:
    """A response as the engine sees it: its address after redirects, and its bytes with content encodings undone."""

    address: str
    content: bytes
    media_type: str = ""
    charset: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters; of several with one name, the last."""
    fetched_at: datetime | None = None
    truncated: str = ""
    """Why it is not whole; see `archive.records.Exchange`."""

    @cached_property
    def text(self) -> str:
        """The content as text; see `core.encodings.decoder.to_text`."""
        return to_text(self.content, self.charset)

    @cached_property
    def root(self) -> Selector:
        """The parsed HTML.

        Raises:
            UnreadablePageError: It has a tag that no parser should be let at.
        """
        if has_heavy_tag(self.text):
            raise UnreadablePageError("a tag with hundreds of attributes")
        return Selector(type="html", text=self.text or " ", base_url=self.address)

    def link(self, link: str) -> str | None:
        """The address that a link on the page asks for; None when it is none that can be asked for."""
        return read_link(self.address, self._base, link, self._encoding)

    @cached_property
    def _base(self) -> str:
        return base_of(self.root) if "<base" in self.text[:_HEAD].lower() else ""

    @cached_property
    def _encoding(self) -> str:
        return detect(self.content[:_HEAD], self.charset)


class Seen(Protocol):
    """What earlier sweeps remembered."""

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """The marks of those keys that have one."""
        ...


class EngineOptions(BaseModel):
    """What every engine takes; an engine adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dialect: str = Field(default="", description="options for known software: a file of dialects/, ours or the home's")
    encoding: str = Field(default="", description="of pages whose own word is wrong or missing")
    zone: str = Field(default="UTC", description="of times written without one")
    date_formats: tuple[str, ...] = Field(default=(), description="strptime formats, before the usual ones")
    date_order: Literal["", "dmy", "mdy", "ymd"] = Field(
        default="", description="of numbers in dates: day, month, year; empty: as the source's dates prove together"
    )
    strip_query: tuple[str, ...] = Field(default=(), description="parameters of links that change with every visit")
    max_list_pages: int = Field(default=50, gt=0, description="a sweep reads no more pages of one list")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("no such time zone; expected a name like Asia/Tokyo")
        return zone

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        if encoding and not codec_of(encoding):
            raise ValueError("no such encoding; expected a label that browsers know, like shift_jis or euc-jp")
        return encoding

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone of times written without one."""
        return ZoneInfo(self.zone)


class SiteEngine(ABC):
    """One kind of software.

    Args:
        address: The source's.
        options: Of the class ``Options``.
        seen: What earlier sweeps remembered.
        deep: Walk the lists to their end, since an earlier walk was cut off, there was none, or it is time again.
        past: Read one page more than those with news.
    """

    name: ClassVar[str]
    Options: ClassVar[type[EngineOptions]]
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")
    """What the source's address may begin with."""
    on_a_host: ClassVar[bool] = True
    """Whether the address names a host; a folder's does not."""
    address_example: ClassVar[str] = "http://site.example/"
    examples: ClassVar[Mapping[str, object]]
    """Options that fit, and (``"wrong"``) options that are refused; for the test of all engines."""

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        self.address = address
        self.encoding = options.encoding
        self.max_list_pages = options.max_list_pages
        self.seen = seen
        self.deep = deep
        self.past = past

    @abstractmethod
    def start(self) -> Iterator[Fetch]:
        """What to fetch first."""

    @abstractmethod
    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """What a page says to do."""

    def unchanged(self, fetch: Fetch, following: str) -> Iterator[Step]:
        """What to do when the site says that a page is as it was; ``following`` as it was listed then."""
        del following
        if fetch.key:
            yield Mark(fetch.key, fetch.value, resume_at=fetch.resume_at)

    def resumed(self, fetch: Fetch) -> Fetch:
        """How an entry is asked for again: the ledger keeps its address, and where to go on, but no header of it."""
        return fetch
