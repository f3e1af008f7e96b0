"""Writes down what a sweep does, as it does it: documents into the archive, entries and counts into the database."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import update

from archive.store import Place
from crawler.engines.interface import (
    BROKEN_OFF,
    VOLATILE,
    WALKED,
    Fetch,
    KeepPage,
    KeepPost,
    Listed,
    Mark,
    Miss,
    Problem,
)
from crawler.models import Sweep
from crawler.polite.turns import HostTurns
from crawler.record.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from archive.records import Exchange
    from archive.store import Archive, Kept
    from archive.warc import WarcFile
    from core.clock import Clock
    from core.database import Database
    from crawler.engines.interface import Page, Step
    from crawler.sources import Source

CUT_OFF = "a body was not whole"
"""What came is kept, and the rest is asked for again."""
ONE_FOR_ALL = "one page in place of different entries"
SAME_PAGE = 3
"""Different entries that one and the same page of HTML answers for: it is an error page, whatever it says."""
PAUSED, LOOKED_PAST = "paused", "looked-past"
"""Keys of marks: until when a site wants to be left alone; when a page after those with news was read last."""
NO_ENTRIES = "the list holds no entries: it is empty, or the options no longer fit the site"
MANY_GONE = 3
WALK_EVERY = timedelta(days=1)
"""So often the lists are walked to their end, for what came or changed below what never changes."""
PAST_EVERY = 1.5
"""In intervals of the source: so often one page more than those with news is read, since what sticks to the top of a
list may hide the rest."""


@dataclass
class Counts:
    """The numbers of a sweep, as they stand in its row."""

    requests: int = 0
    responses: int = 0
    documents: int = 0
    new_documents: int = 0
    bytes: int = 0
    listed: int = 0
    unusable: int = 0
    walls: int = 0
    gone: int = 0
    refused: int = 0
    kept: int = 0
    with_author: int = 0
    with_time: int = 0
    unread_times: int = 0
    ambiguous_times: int = 0
    newest_post_at: datetime | None = None

    def count_post(self, step: KeepPage | KeepPost) -> None:
        """What a site said about a post."""
        self.kept += 1
        self.with_author += bool(step.author)
        if step.posted is None:
            return
        self.with_time += step.posted.at is not None
        self.unread_times += step.posted.at is None
        self.ambiguous_times += step.posted.ambiguous
        if step.posted.at:
            self.newest_post_at = max(self.newest_post_at or step.posted.at, step.posted.at)


class Recorder:
    """One sweep's pen; also what its engine asks about earlier sweeps (`crawler.engines.interface.Seen`)."""

    def __init__(self, archive: Archive, database: Database, clock: Clock, *, source: Source, sweep_id: int) -> None:
        self.source = source.name
        self.sweep_id = sweep_id
        self.clock = clock
        self.counts = Counts()
        self.lists_read = 0
        self.problems: Counter[str] = Counter()
        self.blocked = False
        self.fatal = ""
        self.stopping = ""
        self.ledger = Ledger(source.name, source.every, database, clock)
        self.turns = HostTurns(source.name, database, clock)
        self._every = source.every
        self._purpose, self._legal_basis = source.purpose, source.legal_basis
        self._began_at = clock.now()
        self._archive = archive
        self._database = database
        self._warc: WarcFile | None = None
        self._tried = self._read = self._entries_gone = self._lists_as_they_were = 0
        self._same_pages: dict[str, dict[str, Fetch]] = {}
        self._whole_since: dict[str, datetime] = {}
        self._walked_at: datetime | None = None

    @property
    def requests(self) -> int:
        """Requests that were sent."""
        return self.counts.requests

    @requests.setter
    def requests(self, count: int) -> None:
        self.counts.requests = count

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """What earlier sweeps, and this one, remember of these keys."""
        return self.ledger.marks(keys)

    def pending(self) -> list[Fetch]:
        """Entries that this sweep has not tried yet and no list shows now."""
        return self.ledger.pending(self._began_at)

    def page_state(self, address: str) -> tuple[str, str, str]:
        """What a page said by which a change can be told; see `crawler.record.ledger.Ledger.page_state`."""
        return self.ledger.page_state(address)

    def begin_walk(self) -> tuple[bool, bool]:
        """Whether the lists are walked to their end, and if not, whether one page more than those with news is read.

        Until `end_walk`, the next sweep has to walk them to their end.
        """
        now, walked = self.clock.now(), self.ledger.marks([WALKED]).get(WALKED)
        self._walked_at = datetime.fromisoformat(walked.value) if walked else None
        looked = self.ledger.marked_at(LOOKED_PAST)
        deep = self._walked_at is None or now - self._walked_at > WALK_EVERY
        past = not deep and (looked is None or now - looked > PAST_EVERY * self._every)
        self.ledger.forget(WALKED)
        if deep or past:
            with self._database.write() as session:
                self.ledger.remember(session, Mark(LOOKED_PAST, "yes"))
        if deep:
            self._walked_at = now
        return deep, past

    def end_walk(self) -> None:
        """All lists were walked and everything on them is in the ledger: the next sweep may stop at old pages."""
        if self._walked_at and not self.blocked:
            with self._database.write() as session:
                self.ledger.remember(session, Mark(WALKED, self._walked_at.isoformat()))

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Do what an engine said about one response, all or nothing."""
        self.counts.responses += 1
        self.counts.bytes += len(exchange.body)
        self._tried += bool(fetch.key)
        self._read += bool(fetch.key)
        keeps = [step for step in steps if isinstance(step, KeepPage | KeepPost)]
        if keeps and self._warc is None:
            self._warc = self._archive.open_warc(f"{self.source}-{self.sweep_id}")
        if exchange.truncated:
            self.problem(Problem(f"a response was cut off ({exchange.truncated})", blocks=not fetch.key))
        if fetch.key and exchange.truncated:
            self._whole_since.pop(fetch.key, None)
        elif fetch.key and fetch.target == fetch.address:
            self._whole_since.setdefault(fetch.key, self.clock.now())
        with self._database.write() as session:
            kept = [one for step in keeps if (one := self._keep(session, fetch, step, page, exchange))]
            is_lost = bool(fetch.key) and exchange.truncated in BROKEN_OFF
            for step in steps:
                if not (is_lost and isinstance(step, Mark) and step.key == fetch.key):
                    self._write_down(session, fetch, step)
            self._remember_page(session, fetch, steps, exchange)
            if is_lost:
                self.ledger.missed(session, fetch, Miss.BROKEN, CUT_OFF)
            self._suspect(session, fetch, steps, page, exchange)
            self.counts.documents += sum(one.new_capture for one in kept)
            self.counts.new_documents += sum(one.new_document for one in kept)
            self._count(session)
        for step in steps:
            if isinstance(step, Problem):
                self.problem(step)

    def _suspect(self, session: Session, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """A page of HTML that answers for several entries is none of them: all of them are asked for again."""
        if "html" not in page.media_type or not any(isinstance(step, KeepPage) for step in steps):
            return
        same = self._same_pages.setdefault(hashlib.sha256(_shown(exchange)).hexdigest(), {})
        same[fetch.key] = fetch
        # The first few are told together, each further one by itself.
        told = list(same.values()) if len(same) == SAME_PAGE else [fetch] if len(same) > SAME_PAGE else []
        for one in told:
            self.ledger.unread(session, one.key)
            self.ledger.missed(session, one, Miss.BROKEN, ONE_FOR_ALL)
            self.problem(Problem(ONE_FOR_ALL, blocks=False))

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        """The site said that a page is as it was."""
        self.counts.responses += 1
        self._lists_as_they_were += not fetch.key
        self._tried += bool(fetch.key)
        with self._database.write() as session:
            for step in steps:
                self._write_down(session, fetch, step)
            self._count(session)

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        """A page that could not be had."""
        self._tried += bool(fetch.key)
        self.counts.walls += is_wall
        self.counts.gone += miss == Miss.GONE
        self.counts.refused += miss == Miss.REFUSED
        if is_wall and self._read:
            miss = Miss.BROKEN  # in front of this entry alone: others were read
        with self._database.write() as session:
            if fetch.key:
                self.ledger.missed(session, fetch, miss, reason)
            self._count(session)
        if fetch.key and miss == Miss.GONE:
            self._entries_gone += 1
        elif miss == Miss.GONE and fetch.notes.get("page", "1") != "1":
            self.lists_read += 1  # a list ends before the page that it leads to
        else:
            self.problem(Problem(reason, blocks=not fetch.key))

    def asked_to_wait(self, seconds: float) -> None:
        """The site asked for a longer pause than a sweep may take: no sweep before it is over."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.stopping = f"the site asked for a pause until {until:%Y-%m-%d %H:%M} UTC"
        with self._database.write() as session:
            self.ledger.remember(session, Mark(PAUSED, until.isoformat()))

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
        """Give back the turns at hosts, and give the WARC file its final name."""
        self.turns.end_all()
        if self._warc:
            self._warc.close()

    def end(self, ended: str) -> tuple[list[str], list[str], int]:
        """What is missing, what somebody should know though nothing is missing, and how many entries wait.

        Args:
            ended: Why the sweep ended before its end; empty when it did not.
        """
        standing = self.ledger.standing()
        missing = [f"{count} × {reason}" for reason, count in self.problems.most_common()]
        if self._entries_gone >= MANY_GONE and 2 * self._entries_gone > self._tried:
            missing.append(f"{self._entries_gone} of {self._tried} entries are not there (HTTP 404)")
        if self.lists_read and not self.counts.listed and not self._lists_as_they_were:
            missing.append(NO_ENTRIES)
        waiting = [f"{_entries(standing.waiting)} waiting for another try"] if standing.waiting else []
        if waiting and not missing and not ended:
            missing, waiting = waiting, []
        notes = [f"{_entries(count)} given up: {reason}" for reason, count in standing.given_up.items()]
        notes += waiting
        if standing.doubtful:
            notes.append(f"{_entries(standing.doubtful)} not there, tried again")
        if self.counts.unusable:
            notes.append(f"{_entries(self.counts.unusable)} of lists with a link that leads nowhere")
        return missing, notes, standing.waiting + standing.doubtful

    def _keep(
        self, session: Session, fetch: Fetch, step: KeepPage | KeepPost, page: Page, exchange: Exchange
    ) -> Kept | None:
        """Keep a post or page, unless this version of it was kept before."""
        address = step.address or page.address
        self.counts.count_post(step)
        data = _shown(exchange) if isinstance(step, KeepPage) else step.text.encode("utf-8", "replace")
        key, sha256 = _post_key(fetch, step), hashlib.sha256(data).hexdigest()
        entry = (step.entry if isinstance(step, KeepPost) else "") or fetch.key
        is_new, address = self.ledger.saw_post(session, key(sha256), sha256, entry, address)
        if not is_new:
            return None
        place = Place(
            source=self.source, address=address, fetched_at=exchange.fetched_at, title=step.title,
            author=step.author, sweep_id=self.sweep_id, posted_at=step.posted.at if step.posted else None,
            posted_as_written=step.posted.written if step.posted else "", purpose=self._purpose,
            legal_basis=self._legal_basis,
        )  # fmt: skip
        if self._warc is None:
            raise RuntimeError("no WARC file is open")
        if isinstance(step, KeepPost):
            return self._archive.keep_post(session, self._warc, step.text, exchange, place)
        types = {"media_type": page.media_type, "charset": page.charset}
        return self._archive.keep_response(session, self._warc, exchange, place, **types)

    def _write_down(self, session: Session, fetch: Fetch, step: Step) -> None:
        if isinstance(step, Mark):
            self.ledger.remember(session, step)
            if step.key == VOLATILE:
                self.ledger.rename(session, json.loads(step.value))
            if step.value and (since := self._whole_since.pop(step.key, None)):
                self.ledger.read_whole(session, step.key, since)
        elif isinstance(step, Listed):
            self.counts.listed += step.entries
            self.counts.unusable += step.unusable
        elif isinstance(step, Fetch) and step.key:
            if step.key == fetch.key:
                self.ledger.goes_on(session, step)
            else:
                self.ledger.want(session, step)

    def _remember_page(self, session: Session, fetch: Fetch, steps: Sequence[Step], exchange: Exchange) -> None:
        """Validators of a page that was read whole; of an entry's only when it will be looked at again."""
        if exchange.truncated or fetch.method != "GET" or fetch.headers or (fetch.key and not fetch.revisit):
            return
        said = {name.lower(): value for name, value in exchange.headers}
        listed = next((step for step in steps if isinstance(step, Listed)), None)
        fits = not any(isinstance(step, Problem) and step.blocks for step in steps)
        self.ledger.remember_page(
            session, fetch.target, etag=said.get("etag", "") if fits else "",
            modified=said.get("last-modified", "") if fits else "", following=listed.following if listed else "",
        )  # fmt: skip

    def _count(self, session: Session) -> None:
        session.execute(update(Sweep).where(Sweep.id == self.sweep_id).values(**self.columns()))

    def columns(self) -> dict[str, Any]:
        """The counts, by their columns."""
        return asdict(self.counts)


def _shown(exchange: Exchange) -> bytes:
    """What is kept of a page: as a browser made it, where one did."""
    return exchange.rendered or exchange.content


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _post_key(fetch: Fetch, step: KeepPage | KeepPost) -> Any:
    """A post's own name, for its content's hash: the site's name for it, else its content is its name."""
    if isinstance(step, KeepPage):
        return lambda _sha256: fetch.key or fetch.target
    entry = step.entry or fetch.key
    return lambda sha256: f"{entry}#{step.id or sha256[:32]}"
