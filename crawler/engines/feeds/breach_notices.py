"""Which addresses of our domain stand in known breaches, as Have I Been Pwned tells the owner of a domain.

``GET /api/v3/breacheddomain/carrier.example`` (https://haveibeenpwned.com/API/v3)::

    {"taro.k": ["Breach1", "Breach2"], "hanako": ["Breach1"]}

Each breach is a document with the addresses that are new to it or known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from crawler.engines._json_lists import tree_of
from crawler.engines._walking import ListEntry, Shown, UnreadableListError, WalkingEngine
from crawler.engines.interface import EngineOptions, Fetch, Page, Seen, Step
from crawler.pages.row_marks import row_mark

if TYPE_CHECKING:
    from collections.abc import Iterator


class BreachOptions(EngineOptions):
    """Options of `breach-notices`."""

    headers: dict[str, str] = Field(
        default_factory=dict, description='the key: { hibp-api-key = "{secret:NAME}" }; {secret:NAME} is filled'
    )
    domain: str = Field(default="", description="behind the names of the answer; empty: the end of the address")


class BreachNotices(WalkingEngine):
    """A domain's answer → a document for each breach; one that has grown is kept again."""

    name = "breach-notices"
    Options = BreachOptions
    prefix = "breach"
    examples: ClassVar = {"right": {"headers": {"hibp-api-key": "{secret:hibp}"}}, "wrong": {"headers": "none"}}

    def __init__(self, address: str, options: EngineOptions, seen: Seen, *, deep: bool, past: bool = False) -> None:
        super().__init__(address, options, seen, deep=deep, past=past)
        if not isinstance(options, BreachOptions):
            raise TypeError(f"expected BreachOptions, got {type(options).__name__}")
        self.options = options
        self.domain = options.domain or urlsplit(address).path.rstrip("/").rpartition("/")[2]

    def start(self) -> Iterator[Fetch]:
        """The domain's answer."""
        yield self.first_of_list(Fetch(self.address, headers=self.options.headers))

    def shown(self, fetch: Fetch, page: Page) -> Shown:
        """The breaches that it names."""
        del fetch
        tree = tree_of(page)
        if not isinstance(tree, dict):
            raise UnreadableListError("the answer is not the object of names that it should be")
        breaches: dict[str, list[str]] = {}
        for name, found in tree.items():
            for breach in found if isinstance(found, list) else ():
                breaches.setdefault(str(breach), []).append(f"{name}@{self.domain}")
        return Shown([self._entry(page, breach, sorted(found)) for breach, found in breaches.items()])

    def _entry(self, page: Page, breach: str, addresses: list[str]) -> ListEntry:
        text = "\n".join([breach, *addresses])
        return ListEntry(f"{page.address}#{breach}", breach, row_mark(text), breach, post=text)

    def read_entry(self, fetch: Fetch, page: Page) -> Iterator[Step]:
        """Nothing is asked for beside the answer."""
        del fetch, page
        yield from ()
