"""The ledger of a source: every entry that a list ever showed, until it was read or given up.

An entry is written down in the transaction that takes in the page that showed it, so that no crash, outage or time
limit between showing and reading loses it, even when the list does not show it any more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, or_, select, update

from core.database import insert_into
from crawler.engines.interface import Fetch, Mark, Miss
from crawler.models import PageState, SeenMark, SeenPost
from crawler.pages.addresses import clean_address
from crawler.record.patience import GIVEN_UP, GONE, READ, WANTED, WATCHED, after_miss, next_look

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database

PENDING_AT_ONCE = 200
WHOLE = ("always", WATCHED)
"""Revisits that no sweep puts off."""
LOOKS_A_SWEEP = 25
"""Entries that were read and are looked at again in one sweep, of those whose looks fade."""
_KEYS_A_QUERY = 500
_OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Unread:
    """How many entries are not read: waiting for another try, not there a moment ago, given up (and why)."""

    waiting: int
    doubtful: int
    given_up: dict[str, int]


class Ledger:
    """What is remembered of one source."""

    def __init__(self, source: str, every: timedelta, database: Database, clock: Clock) -> None:
        self.source = source
        self._every = every
        self._database = database
        self._clock = clock

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """What is remembered of these keys."""
        wanted, found, now = list(dict.fromkeys(keys)), {}, self._clock.now()
        with self._database.read() as session:
            for start in range(0, len(wanted), _KEYS_A_QUERY):
                some = SeenMark.key.in_(wanted[start : start + _KEYS_A_QUERY])
                for row in session.scalars(select(SeenMark).where(SeenMark.source == self.source, some)):
                    later = row.state != READ and row.next_at is not None and row.next_at > now
                    # What is due to be looked at whole is not read at its last page alone, whatever the list tells.
                    is_due = (
                        row.state == READ and row.revisit in WHOLE and row.next_at is not None and row.next_at <= now
                    )
                    found[row.key] = Mark(row.key, row.value, "" if is_due else row.resume_at, row.wanted, later)
        return found

    def marked_at(self, key: str) -> datetime | None:
        """When something was remembered under a key last."""
        with self._database.read() as session:
            return session.scalar(select(SeenMark.seen_at).where(SeenMark.source == self.source, SeenMark.key == key))

    def want(self, session: Session, fetch: Fetch) -> None:
        """An entry was shown; one that was given up is wanted anew when another version of it is shown."""
        row, now = session.get(SeenMark, (self.source, fetch.key)), self._clock.now()
        if row is None:
            row = SeenMark(source=self.source, key=fetch.key, shown_at=now, seen_at=now, failures=0, looks=0, value="")
            session.add(row)
        elif row.wanted == fetch.value and row.state != READ:
            return  # it is tried again, and what is known of the tries stays
        row.state, row.wanted, row.seen_at, row.miss, row.reason = WANTED, fetch.value, now, "", ""
        row.failures, row.looks, row.next_at, row.gone_at = 0, 0, None, None
        row.address, row.step = fetch.address, fetch.step
        row.revisit = row.revisit if row.revisit == WATCHED else fetch.revisit
        row.notes = json.dumps(dict(fetch.notes), ensure_ascii=False)
        row.resume_at = fetch.resume_at

    def unread(self, session: Session, key: str) -> None:
        """What was taken for an entry was none."""
        row = session.get(SeenMark, (self.source, key))
        if row:
            row.value, row.state = "", WANTED

    def goes_on(self, session: Session, fetch: Fetch) -> None:
        """An entry leads to a further page of itself: there to go on if that page cannot be had now."""
        row = session.get(SeenMark, (self.source, fetch.key))
        if row:
            row.resume_at = _place_in(row, fetch)

    def remember(self, session: Session, mark: Mark) -> None:
        """An entry was read, or an engine remembers something."""
        now = self._clock.now()
        row = session.get(SeenMark, (self.source, mark.key))
        if row is None:
            row = SeenMark(source=self.source, key=mark.key, looks=0, revisit="", wanted=mark.value)
            session.add(row)
        elif row.step == "":
            row.wanted = mark.value
        row.looks += bool(mark.value) and row.value == mark.value
        row.value, row.resume_at, row.seen_at, row.tried_at = mark.value, mark.resume_at, now, now
        row.state = READ if row.value == row.wanted else WANTED
        row.failures, row.miss, row.reason, row.gone_at = 0, "", "", None
        row.next_at = next_look(row.revisit, row.looks, now) if row.state == READ else None

    def forget(self, key: str) -> None:
        """Nothing is remembered under a key any more."""
        with self._database.write() as session:
            session.execute(delete(SeenMark).where(SeenMark.source == self.source, SeenMark.key == key))

    def missed(self, session: Session, fetch: Fetch, miss: Miss, reason: str) -> None:
        """An entry could not be had; the page to go on at that is gone means to start over, and nothing else."""
        row, now = session.get(SeenMark, (self.source, fetch.key)), self._clock.now()
        if row is None:
            return
        row.miss, row.reason, row.seen_at = miss.value, reason, now
        if miss == Miss.GONE and fetch.target != row.address:
            miss = Miss.BROKEN
            row.state, row.resume_at, row.miss = WANTED, "", miss.value
            if not row.failures:
                row.failures, row.tried_at, row.next_at = 1, None, None
                return
        else:  # a read goes on where it failed: a look from the beginning does not become one at the last page alone
            row.resume_at = _place_in(row, fetch)
        verdict = after_miss(miss, row.failures, now, self._every)
        row.tried_at, row.failures, row.next_at = now, verdict.failures, verdict.next_at
        if verdict.state == GONE and row.gone_at is None:
            row.gone_at, row.value = now, ""  # a list that shows it still has it looked for again
            self._posts_gone(session, fetch.key, now)
        row.state = verdict.state

    def pending(self, before: datetime) -> list[Fetch]:
        """Entries to be tried though no list shows them now: of earlier sweeps, tried last before this moment.

        First what was never read as it is, longest waiting first, then what may have been changed in silence.
        """
        now = self._clock.now()
        ours = select(SeenMark).where(
            SeenMark.source == self.source, SeenMark.step != "",
            SeenMark.tried_at.is_(None) | (SeenMark.tried_at < before),
        )  # fmt: skip
        with self._database.read() as session:
            open_ = ours.where(SeenMark.state == WANTED, SeenMark.next_at.is_(None) | (SeenMark.next_at <= now))
            rows = list(
                session.scalars(
                    open_.order_by(SeenMark.tried_at.nulls_first(), SeenMark.shown_at).limit(PENDING_AT_ONCE)
                )
            )
            if not rows:
                rows = self._looks(session, before, now)
        return [_fetch(row) for row in rows]

    def _looks(self, session: Session, before: datetime, now: datetime) -> list[SeenMark]:
        ours = select(SeenMark).where(SeenMark.source == self.source, SeenMark.state == READ, SeenMark.next_at <= now)
        ours = ours.where(SeenMark.tried_at < before).order_by(SeenMark.next_at)
        unlimited = ours.where(SeenMark.revisit.in_(WHOLE))
        every = list(session.scalars(unlimited.limit(PENDING_AT_ONCE)))
        if every:
            return every
        looked = select(func.count()).where(
            SeenMark.source == self.source,
            SeenMark.tried_at >= before,
            SeenMark.looks > 0,
            SeenMark.revisit == "fading",
        )
        left = max(LOOKS_A_SWEEP - (session.scalar(looked) or 0), 0)
        return list(session.scalars(ours.where(SeenMark.revisit == "fading").limit(left)))

    def standing(self) -> Unread:
        """How many entries are not read."""
        ours = (SeenMark.source == self.source, SeenMark.step != "")
        with self._database.read() as session:
            counted = session.execute(
                select(SeenMark.miss, func.count()).where(*ours, SeenMark.state == WANTED).group_by(SeenMark.miss)
            ).all()
            given_up = session.execute(
                select(SeenMark.reason, func.count()).where(*ours, SeenMark.state == GIVEN_UP).group_by(SeenMark.reason)
            ).all()
        by_miss = {str(miss): int(count) for miss, count in counted}
        doubtful = by_miss.pop(Miss.GONE.value, 0)
        return Unread(sum(by_miss.values()), doubtful, {str(reason): int(count) for reason, count in given_up})

    def begin(self, options: str) -> bool:
        """Start a sweep; whether everything is to be read again, since the options that say how were changed."""
        known = self.marks([_OPTIONS]).get(_OPTIONS)
        with self._database.write() as session:
            self.remember(session, Mark(_OPTIONS, options))
        return known is not None and known.value != options

    def rename(self, session: Session, names: Collection[str]) -> None:
        """Parameters that are of the visit go out of the keys of entries; of those that are one then, one stays."""
        inside = or_(*(SeenMark.key.contains(f"{name}=") for name in names))
        ours = select(SeenMark).where(SeenMark.source == self.source, SeenMark.step != "", inside)
        for row in list(session.scalars(ours.order_by(SeenMark.state != READ, SeenMark.seen_at.desc()))):
            key = clean_address(row.key, names)
            if key == row.key:
                continue
            self._rename_posts(session, row.key, key)
            if session.get(SeenMark, (self.source, key)):
                session.delete(row)
            else:
                row.address, row.resume_at = clean_address(row.address, names), clean_address(row.resume_at, names)
                row.key = key
            session.flush()

    def _rename_posts(self, session: Session, old: str, new: str) -> None:
        posts = select(SeenPost).where(SeenPost.source == self.source, SeenPost.entry == old)
        for post in list(session.scalars(posts)):
            key = new + post.key.removeprefix(old)
            if session.get(SeenPost, (self.source, key)) is None:
                post.key, post.entry = key, new
                session.flush()

    def leave(self, hosts: Collection[str]) -> None:
        """The source is on these hosts now: what was to be read elsewhere its lists show anew, or nobody can."""
        ours = select(SeenMark).where(SeenMark.source == self.source, SeenMark.step != "")
        with self._database.write() as session:
            for row in list(session.scalars(ours)):
                if urlsplit(row.address).netloc.rpartition("@")[2].lower() not in hosts:
                    session.delete(row)

    def again(self) -> None:
        """Have everything read again that was read or given up; what is kept already is not kept twice."""
        mine = SeenMark.source == self.source
        with self._database.write() as session:
            session.execute(
                update(SeenMark)
                .where(mine, SeenMark.step != "")
                .values(value="", state=WANTED, resume_at="", failures=0, next_at=None, tried_at=None, gone_at=None)
            )
            old = SeenMark.key.startswith("paste:") | SeenMark.key.startswith("topic:")
            session.execute(delete(SeenMark).where(mine, SeenMark.step == "", old))
            session.execute(delete(PageState).where(PageState.source == self.source))

    def saw_post(self, session: Session, key: str, sha256: str, entry: str, address: str) -> tuple[bool, str]:
        """A post stands there: whether this version of it is new, and the address that it has had from the first.

        Posts move from page to page when others go; a post keeps one address all the same.
        """
        row, now = session.get(SeenPost, (self.source, key)), self._clock.now()
        if row is None:
            values = {"entry": entry, "address": address, "sha256": sha256, "first_at": now, "last_at": now}
            session.add(SeenPost(source=self.source, key=key, **values))
            return True, address
        is_new = row.sha256 != sha256
        row.versions += is_new
        row.sha256, row.last_at, row.gone_at = sha256, now, None
        return is_new, row.address

    def read_whole(self, session: Session, entry: str, since: datetime) -> int:
        """An entry was read from its beginning to its end: posts not seen in it since then are gone; how many."""
        missing = (
            SeenPost.source == self.source, SeenPost.entry == entry, SeenPost.last_at < since,
            SeenPost.gone_at.is_(None),
        )  # fmt: skip
        return _rows(session.execute(update(SeenPost).where(*missing).values(gone_at=self._clock.now())))

    def _posts_gone(self, session: Session, entry: str, now: datetime) -> None:
        standing = (SeenPost.source == self.source, SeenPost.entry == entry, SeenPost.gone_at.is_(None))
        session.execute(update(SeenPost).where(*standing).values(gone_at=now))

    def page_state(self, address: str) -> tuple[str, str, str]:
        """ETag, Last-Modified and where the list went on; empty ones when nothing is known."""
        with self._database.read() as session:
            row = session.get(PageState, (self.source, address))
            return (row.etag, row.modified, row.following) if row else ("", "", "")

    def remember_page(self, session: Session, address: str, *, etag: str, modified: str, following: str) -> None:
        """What a page that was read said by which a change can be told."""
        if not (etag or modified):
            session.execute(delete(PageState).where(PageState.source == self.source, PageState.address == address))
            return
        values = {"etag": etag, "modified": modified, "following": following}
        row = insert_into(session, PageState).values(source=self.source, address=address, **values)
        session.execute(row.on_conflict_do_update(index_elements=[PageState.source, PageState.address], set_=values))


def _place_in(row: SeenMark, fetch: Fetch) -> str:
    """Where a read of an entry goes on: at this page; empty for its beginning, which is asked for whatever it was."""
    return "" if fetch.target == row.address else fetch.target


def _fetch(row: SeenMark) -> Fetch:
    """As its list showed it; one that is only looked at again is read from its beginning."""
    is_look = row.state == READ
    fetch = Fetch(
        row.address, row.step, row.key, row.wanted, json.loads(row.notes), revisit=row.revisit,
        resume_at="" if is_look else row.resume_at,
    )  # fmt: skip
    # That one page is as it was says nothing of the others: of a thing of several pages none is asked for so.
    return replace(fetch, conditional=row.resume_at == row.address if is_look else bool(fetch.resume_at))


def _rows(result: Any) -> int:
    return int(result.rowcount)
