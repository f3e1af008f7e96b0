"""Whether leaks are still online: the posts of open incidents are looked at again, and what became of them is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.encodings.decoder import to_text
from core.errors import HinomiError
from core.hosts.roles import CRAWL
from crawler.record.standing import standing_at, watch
from incidents.online.liveness import new_edits, sighted_places, tell_edit, tell_standing
from jobs.interface import SingleJob

if TYPE_CHECKING:
    from archive.models import DocumentRow

MOST_BYTES = 4 << 20
"""Of a document that is compared with its later version."""


class SightingsWatch(SingleJob):
    """Looks every ten minutes at what the sweeps have found."""

    name = "sightings"
    lane = "keep"
    own_role = CRAWL
    every_s = 600.0

    def work(self) -> str:
        """Have the posts of open incidents watched, and tell what became of them."""
        database, now = self.home.database, self.home.clock.now()
        with database.write() as session:
            places = sighted_places(session)
            standings = standing_at(session, [(place.source, place.address) for place in places])
            begun = watch(session, list(standings.values()), now)
            told = 0
            for place in places:
                if standing := standings.get((place.source, place.address)):
                    told += tell_standing(session, place, standing.gone_at, now=now)
        with database.read() as session:
            edits = new_edits(session, places)
            session.expunge_all()
        for edit in edits:
            before, after = self._text(edit.before), self._text(edit.after)
            with database.write() as session:
                tell_edit(session, edit, before, after, now=now)
        return f"done: {begun} watched anew, {told + len(edits)} told"

    def _text(self, document: DocumentRow) -> str:
        """A document's text; empty when it is too large to compare or cannot be read any more."""
        if document.size_bytes > MOST_BYTES:
            return ""
        try:
            return to_text(self.home.archive.read(document), document.charset)
        except HinomiError:
            return ""
