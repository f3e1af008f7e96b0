"""Writes down what a sweep does, as it does it: documents into the archive, marks and counts into the database."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from archive.store import Place
from core.database import insert_into
from crawler.engines.interface import WALKED, Fetch, KeepPage, KeepPost, Mark, Problem
from crawler.models import SeenMark, Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from archive.records import Exchange
    from archive.store import Archive, Kept
    from archive.warc import WarcFile
    from core.clock import Clock
    from core.database import Database
    from crawler.engines.interface import Page, Step

MAX_FAILURES = 3
"""Sweeps that try in vain to get one thing; then it is let go until it changes."""
PAUSED = "paused"
"""Key of the mark that holds until when a site wants to be left alone."""
_KEYS_A_QUERY = 500


class Recorder:
    """One sweep's pen; also what its engine asks about earlier sweeps (`spiders.interface.Seen`)."""

    def __init__(self, archive: Archive, database: Database, clock: Clock, *, source: str, sweep_id: int) -> None:
        self.source = source
        self.sweep_id = sweep_id
        self.clock = clock
        self.requests = self.responses = self.documents = self.new_documents = self.bytes = 0
        self.lists_read = 0
        self.problems: Counter[str] = Counter()
        self.blocked = False
        self.fatal = ""
        self.stopping = ""
        self._archive = archive
        self._database = database
        self._warc: WarcFile | None = None

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """What earlier sweeps, and this one, remember of these keys."""
        wanted, found = list(dict.fromkeys(keys)), {}
        with self._database.read() as session:
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                some = SeenMark.key.in_(wanted[start : start + _KEYS_A_QUERY])
                for row in session.scalars(select(SeenMark).where(SeenMark.source == self.source, some)):
                    found[row.key] = Mark(row.key, row.value, row.resume_at, row.failures)
        return found

    def begin_walk(self) -> bool:
        """Whether the lists have to be walked to their end; until `end_walk`, the next sweep has to do it again."""
        walked = WALKED in self.marks([WALKED])
        with self._database.write() as session:
            row = session.get(SeenMark, (self.source, WALKED))
            if row:
                session.delete(row)
        return not walked

    def end_walk(self) -> None:
        """All lists were walked and everything on them was read: the next sweep may stop at the first old page."""
        with self._database.write() as session:
            self._remember(session, Mark(WALKED, "complete"))

    def take(self, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Do what an engine said about one response, all or nothing."""
        self.responses += 1
        self.bytes += len(exchange.body)
        keeps = [step for step in steps if isinstance(step, KeepPage | KeepPost)]
        if keeps and self._warc is None:
            self._warc = self._archive.open_warc(f"{self.source}-{self.sweep_id}")
        if exchange.truncated:
            self.problem(Problem(f"a response was cut off ({exchange.truncated})", blocks=False))
        kept: list[Kept] = []
        with self._database.write() as session:
            kept += [self._keep(session, step, page, exchange) for step in keeps]
            for step in steps:
                if isinstance(step, Mark):
                    self._remember(session, step)
            self.documents += sum(one.new_capture for one in kept)
            self.new_documents += sum(one.new_document for one in kept)
            self._count(session)
        for step in steps:
            if isinstance(step, Problem):
                self.problem(step)

    def missed(self, fetch: Fetch, reason: str, *, gone: bool) -> None:
        """A page that could not be had; ``gone`` ones are not asked for again."""
        with self._database.write() as session:
            if fetch.key:
                self._remember(session, self._missed_mark(session, fetch, gone=gone))
            self._count(session)
        if not gone or not fetch.key:
            self.problem(Problem(reason))

    def asked_to_wait(self, seconds: float) -> None:
        """The site asked for a longer pause than a sweep may take: no sweep before it is over."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.stopping = f"the site asked for a pause until {until:%Y-%m-%d %H:%M} UTC"
        with self._database.write() as session:
            self._remember(session, Mark(PAUSED, until.isoformat()))

    def paused_until(self) -> datetime | None:
        """Until when the site asked an earlier sweep to stay away; None when that is over."""
        mark = self.marks([PAUSED]).get(PAUSED)
        until = datetime.fromisoformat(mark.value) if mark else None
        return until if until and until > self.clock.now() else None

    def problem(self, problem: Problem) -> None:
        """Count what went wrong."""
        self.problems[problem.reason] += 1
        self.blocked = self.blocked or problem.blocks

    def close(self) -> None:
        """Give the WARC file its final name."""
        if self._warc:
            self._warc.close()

    def _keep(self, session: Session, step: KeepPage | KeepPost, page: Page, exchange: Exchange) -> Kept:
        place = Place(
            source=self.source, address=step.address if isinstance(step, KeepPost) else page.address,
            fetched_at=exchange.fetched_at, title=step.title, author=step.author, sweep_id=self.sweep_id,
            posted_at=step.posted.at if step.posted else None,
            posted_as_written=step.posted.written if step.posted else "",
        )  # fmt: skip
        if self._warc is None:
            raise RuntimeError("no WARC file is open")
        if isinstance(step, KeepPost):
            return self._archive.keep_post(session, self._warc, step.text, exchange, place)
        types = {"media_type": page.media_type, "charset": page.charset}
        return self._archive.keep_response(session, self._warc, exchange, place, **types)

    def _missed_mark(self, session: Session, fetch: Fetch, *, gone: bool) -> Mark:
        row = session.get(SeenMark, (self.source, fetch.key))
        failures = (row.failures if row else 0) + 1
        let_go = gone or failures >= MAX_FAILURES
        value = fetch.value if let_go else row.value if row else ""
        return Mark(fetch.key, value, row.resume_at if row else "", 0 if let_go else failures)

    def _remember(self, session: Session, mark: Mark) -> None:
        values = {
            "value": mark.value, "resume_at": mark.resume_at, "failures": mark.failures, "seen_at": self.clock.now(),
        }  # fmt: skip
        row = insert_into(session, SeenMark).values(source=self.source, key=mark.key, **values)
        session.execute(row.on_conflict_do_update(index_elements=[SeenMark.source, SeenMark.key], set_=values))

    def _count(self, session: Session) -> None:
        session.execute(
            update(Sweep)
            .where(Sweep.id == self.sweep_id)
            .values(
                requests=self.requests, responses=self.responses, documents=self.documents,
                new_documents=self.new_documents, bytes=self.bytes,
            )
        )  # fmt: skip
