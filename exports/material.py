"""What an export is made of: the incidents, events and documents that were chosen, as its reader may see them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.query.expressions import Is, Not
from exports.errors import ExportError
from exports.tally import ExportTally
from incidents import queries
from incidents.documents.fields import DocumentQuery, parse_documents
from incidents.documents.search import every_document
from incidents.groups import group_ids, root_of
from incidents.timeline.readings import READING
from incidents.timeline.sentences import BY_LANGUAGE, TRANSLATED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from exports.masks import ExportMasks
    from exports.wish import ExportWish
    from home import Home
    from incidents.timeline.query import SearchQuery
    from incidents.views import DocumentHit, EventView, IncidentLine

OURS = frozenset(
    {*TRANSLATED, *BY_LANGUAGE, "sha256", "server", "at", "due", "due_before", "since", "from", "until", "day"}
)
"""Keys of an event's data that hold what the program wrote: hashes, moments, words of our texts."""
LEAKS = frozenset({"leak", "overlap"})


@dataclass(slots=True)
class ExportMaterial:
    """What was chosen, read as it is asked for, newest first.

    Attributes:
        home: Settings, archive and clock; key and index where customers' numbers are asked for.
        session: A reading session.
        wish: What was asked for.
        masks: What hides strangers' words.
        folder: Where parts may wait on disk; it is gone afterwards.
        progress: Told how many of how many documents are done.
        own: Of which extracts' customers alone the numbers may be in it; None for all.
        tally: Counts what is written.
    """

    home: Home
    session: Session
    wish: ExportWish
    masks: ExportMasks
    folder: Path
    progress: Callable[[int, int], None] = lambda *_: None
    own: tuple[str, ...] | None = None
    tally: ExportTally = field(default_factory=ExportTally)
    _ids: frozenset[int] | None = None

    @property
    def ids(self) -> frozenset[int]:
        """The incidents, with what was merged into them."""
        if self._ids is None:
            self._ids = self._find_ids()
        return self._ids

    def check(self) -> None:
        """Refuse searches that cannot be read.

        Raises:
            QueryError: It says where.
        """
        self._event_query()
        self._document_query()

    def incidents(self) -> Iterator[IncidentLine]:
        """The incidents, newest first; those merged into others are parts of them."""
        for number in sorted({root_of(self.session, one) for one in self.ids}, reverse=True):
            yield queries.incident_line(self.session, number, language=self.wish.language)

    def events(self, *, of: int | None = None, looks: bool = False) -> Iterator[EventView]:
        """The events that were chosen; who only looked is left out unless the search asks for it.

        Args:
            of: Of one incident alone.
            looks: With those that tell of a look.
        """
        query = replace(self._event_query(), within=self._within(of))
        if not looks and not self.wish.events.strip():
            query = replace(query, expression=Not(Is("kind", READING)))
        yield from queries.every_event(self.session, query, language=self.wish.language)

    def documents(self, *, of: int | None = None) -> Iterator[DocumentHit]:
        """The places of documents that were chosen."""
        yield from every_document(self.session, replace(self._document_query(), within=self._within(of)))

    def title_of(self, hit: DocumentHit) -> str:
        """A document's title, as the reader may see it."""
        return self._line(hit, hit.title)

    def author_of(self, hit: DocumentHit) -> str:
        """Who posted it."""
        return self._line(hit, hit.author)

    def address_of(self, hit: DocumentHit) -> str:
        """Where it stood."""
        return hit.address if self.wish.reveal else self.masks.address(hit.address)

    def told(self, event: EventView) -> str:
        """The sentence of an event; what people typed in it is masked as strangers' words are."""
        if self.wish.reveal:
            return event.text
        text = self.masks.told(event)
        for said in sorted(_typed(event), key=len, reverse=True):
            text = text.replace(said, self._masked(said))
        return text

    @property
    def reason(self) -> str:
        """Why it is taken away, as the reader may see it."""
        return self.wish.reason if self.wish.reveal else self._masked(self.wish.reason)

    def _masked(self, said: str) -> str:
        return "\n".join(map(self.masks.line, said.split("\n")))

    def _line(self, hit: DocumentHit, text: str) -> str:
        if self.wish.reveal:
            return text
        return self.masks.hidden(text) if hit.verdict in LEAKS else self.masks.line(text)

    def _within(self, of: int | None) -> frozenset[int]:
        return self.ids if of is None else frozenset(group_ids(self.session, of)) & self.ids

    def _event_query(self) -> SearchQuery:
        return queries.parse_query(self.wish.events, zone=self.home.settings.zone, now=self.home.clock.now())

    def _document_query(self) -> DocumentQuery:
        return parse_documents(self.wish.documents, zone=self.home.settings.zone, now=self.home.clock.now())

    def _find_ids(self) -> frozenset[int]:
        if self.wish.incident_id is not None:
            queries.incident_line(self.session, self.wish.incident_id, language=self.wish.language)
            return frozenset(group_ids(self.session, root_of(self.session, self.wish.incident_id)))
        if self.wish.events.strip():
            found = queries.every_event(self.session, self._event_query(), language=self.wish.language)
            named = {event.incident_id for event in found}
        else:
            named = {hit.incident_id for hit in every_document(self.session, self._document_query())}
        roots = {root_of(self.session, number) for number in named if number is not None}
        if not roots:
            raise ExportError("nothing_found")
        return frozenset(number for root in roots for number in group_ids(self.session, root))


def _typed(event: EventView) -> set[str]:
    """What people typed, or read aloud from somewhere, among the data of an event."""
    told: set[str] = set()
    for name, value in event.data.items():
        many = value if isinstance(value, list | tuple) else [value]
        if name not in OURS or (name in BY_LANGUAGE and isinstance(value, str)):
            told.update(one.strip() for one in many if isinstance(one, str))
    return told - {""}
