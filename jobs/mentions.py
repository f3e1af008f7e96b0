"""Posts of sources that list victims: whether they name us, or a processor of ours, is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from archive.models import Capture
from core.actors import SYSTEM
from core.errors import HinomiError
from crawler.engines.interface import Mark
from crawler.record.ledger import Ledger
from crawler.sources import survey_sources
from custody.models import Processor
from incidents.timeline.events import add_event
from jobs.interface import SingleJob
from judging.mentions import mentioned

if TYPE_CHECKING:
    from crawler.sources import Source

MENTIONED: Final = "mentioned"
READ_TO: Final = "mentions"
"""Key of the mark that says up to which capture a source was looked at."""
AT_ONCE: Final = 500
MOST_BYTES: Final = 1 << 20


class Mentions(SingleJob):
    """Looks, every minute, at what came since the last time."""

    name = "mentions"
    lane = "keep"
    every_s = 60.0

    def is_wanted(self) -> bool:
        """Whether any source lists victims."""
        return bool(self._sources())

    def work(self) -> str:
        """Look for names of ours and of processors in what is new."""
        with self.home.database.read() as session:
            processors = list(session.scalars(select(Processor.name).order_by(Processor.name)))
        names = list(dict.fromkeys([*self.home.settings.watch.names, *processors]))
        told = sum(self._look_at(source, names) for source in self._sources())
        return f"done: {told} name us or a processor"

    def _sources(self) -> list[Source]:
        try:
            found = survey_sources(self.home.settings.sources_path).sources
        except HinomiError:
            return []
        return [source for source in found.values() if source.mentions]

    def _look_at(self, source: Source, names: list[str]) -> int:
        database, clock = self.home.database, self.home.clock
        ledger = Ledger(source.name, source.every, database, clock)
        mark = ledger.marks([READ_TO]).get(READ_TO)
        new = select(Capture).where(Capture.source == source.name, Capture.id > int(mark.value if mark else 0))
        with database.read() as session:
            captures = list(session.scalars(new.order_by(Capture.id).limit(AT_ONCE)))
            texts = [(capture, f"{capture.document.title}\n{self._text(capture)}") for capture in captures]
        told = 0
        for capture, text in texts:
            found = mentioned(text, names, self.home.settings.watch.domains)
            told += bool(found)
            with database.write() as session:
                if found:
                    data = {
                        "names": ", ".join(found), "address": capture.address, "document_id": capture.document_id,
                        "capture_id": capture.id,
                    }  # fmt: skip
                    add_event(
                        session, MENTIONED, actor=SYSTEM, now=clock.now(), source=source.name, data=data,
                        key=f"mentioned:{capture.id}",
                    )  # fmt: skip
                ledger.remember(session, Mark(READ_TO, str(capture.id)))
        return told

    def _text(self, capture: Capture) -> str:
        """The text of a post; nothing of what no crawler wrote down as text, or cannot be read."""
        document = capture.document
        if document.media_type != "text/plain" or document.size_bytes > MOST_BYTES:
            return ""
        try:
            return self.home.archive.read(document).decode("utf-8", "replace")
        except HinomiError:
            return ""
