"""What a site engine is: pages in, steps out; no network, no clock, no database.

An engine says what to `Fetch`; it is handed the `Page` and yields what to keep (`KeepPage`, `KeepPost`), what to
remember (`Mark`), what went wrong (`Problem`) and what to fetch next. `crawler.spider` does all of it politely.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Protocol
from zoneinfo import ZoneInfo, available_timezones

from parsel import Selector
from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.encodings.decoder import to_text
from core.encodings.labels import codec_of
from core.markup import has_heavy_tag
from crawler.errors import UnreadablePageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crawler.pages.dates import Posted

LIST_STEP = "list"
WALKED = "walked"
"""Key of the mark that the lists of a source were walked to their end."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Get a page.

    Attributes:
        step: For the engine: what to do with the answer.
        key: Which mark this serves; when it cannot be had, the mark counts the failure.
        value: What the mark will say when it was read.
        notes: Carried along to the answer.
        ahead: Before everything that waits already.
    """

    address: str
    step: str = LIST_STEP
    key: str = ""
    value: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    ahead: bool = False


@dataclass(frozen=True, slots=True)
class KeepPage:
    """The whole response is a document: a paste, a file."""

    title: str = ""
    author: str = ""
    posted: Posted | None = None


@dataclass(frozen=True, slots=True)
class KeepPost:
    """A post on the page is a document."""

    address: str
    text: str
    title: str = ""
    author: str = ""
    posted: Posted | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Remember that this was read; see `crawler.models.SeenMark`."""

    key: str
    value: str
    resume_at: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Something is missing from this sweep, and why; without any value from the page."""

    reason: str
    blocks: bool = True
    """Whether the next sweep has to walk all lists again to find what is missing now."""


Step = Fetch | KeepPage | KeepPost | Mark | Problem


@dataclass(frozen=True)
class Page:
    """A response as the engine sees it: its address after redirects, and its bytes with content encodings undone."""

    address: str
    content: bytes
    media_type: str = ""
    charset: str = ""

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
        return Selector(text=self.text or " ", base_url=self.address)


class Seen(Protocol):
    """What earlier sweeps remembered."""

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """The marks of those keys that have one."""
        ...


class EngineOptions(BaseModel):
    """What every engine takes; an engine adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dialect: str = Field(default="", description="a file of crawler/dialects with options for known software")
    encoding: str = Field(default="", description="of pages whose own word is wrong or missing")
    zone: str = Field(default="UTC", description="of times written without one")
    date_formats: tuple[str, ...] = Field(default=(), description="strptime formats, before the usual ones")
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
        deep: Walk the lists to their end, since an earlier walk was cut off (or there was none).
    """

    name: ClassVar[str]
    Options: ClassVar[type[EngineOptions]]
    examples: ClassVar[Mapping[str, object]]
    """Options that fit, and (``"wrong"``) options that are refused; for the test of all engines."""

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool) -> None:
        self.address = address
        self.encoding = options.encoding
        self.max_list_pages = options.max_list_pages
        self.seen = seen
        self.deep = deep

    @abstractmethod
    def start(self) -> Iterator[Fetch]:
        """What to fetch first."""

    @abstractmethod
    def read(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """What a page says to do."""

    def due(self, wanted: Mapping[str, str]) -> set[str]:
        """Which of the keys were not read yet with the value they have now."""
        marks = self.seen.marks(wanted)
        return {key for key, value in wanted.items() if key not in marks or marks[key].value != value}
