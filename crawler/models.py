"""Tables of the crawler: sweeps, the ledger of what each source showed, its posts, and what pages say of changes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Sweep(Base):
    """One run over a source.

    ``state``: ``running``; ``done``; ``partial`` (something was read, something is missing: ``reason`` says what);
    ``failed`` (nothing could be read, or it could not be kept). Counts grow while it runs, so that those of a sweep
    that was killed are right up to its last response. ``worker`` holds the lease ``sweep:<source>`` while it runs.
    ``notes`` is what somebody should know though nothing is missing.

    Of the posts and pages that were kept: ``with_author``, ``with_time`` (a time that could be read), ``unread_times``
    (a time that could not), ``ambiguous_times`` (day and month may be the other way round), ``newest_post_at``. Of the
    lists: ``listed`` entries, ``unusable`` ones (without an address), ``waiting`` (shown once and not read yet).
    ``walls``, ``gone`` and ``refused`` count answers.
    """

    __tablename__ = "sweeps"
    __table_args__ = (Index(None, "source", "id"), Index(None, "state"), Index(None, "started_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(default="running")
    reason: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="")
    requests: Mapped[int] = mapped_column(default=0)
    responses: Mapped[int] = mapped_column(default=0)
    documents: Mapped[int] = mapped_column(default=0)
    new_documents: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)
    listed: Mapped[int] = mapped_column(default=0)
    unusable: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    walls: Mapped[int] = mapped_column(default=0)
    gone: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    with_author: Mapped[int] = mapped_column(default=0)
    with_time: Mapped[int] = mapped_column(default=0)
    unread_times: Mapped[int] = mapped_column(default=0)
    ambiguous_times: Mapped[int] = mapped_column(default=0)
    newest_post_at: Mapped[datetime | None]
    pid: Mapped[int]
    worker: Mapped[str]


class SeenMark(Base):
    """An entry that a list of a source showed (a paste, a topic), or something remembered of the source as a whole.

    ``value`` is the version that was read, ``wanted`` the one that was shown last: they differ while something is to be
    done. ``state``: ``read``; ``wanted``; ``gone`` (not there any more, since ``gone_at``); ``given-up`` (refused again
    and again). An entry can be asked for without its list: ``address``, ``step`` and ``notes`` (JSON) say how,
    ``resume_at`` where to go on. ``failures`` counts tries in vain, of which the last was a ``miss`` for that
    ``reason``. ``next_at`` is when to try again, or, of one that was read, when to look whether it was changed in
    silence: ``revisit`` says how often that is done, ``looks`` how often it was.
    """

    __tablename__ = "seen"
    __table_args__ = (Index(None, "source", "state", "next_at"),)
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(default="")
    wanted: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="read")
    miss: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    revisit: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    step: Mapped[str] = mapped_column(default="")
    notes: Mapped[str] = mapped_column(default="{}")
    resume_at: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    looks: Mapped[int] = mapped_column(default=0)
    seen_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    tried_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class SeenPost(Base):
    """One post or paste of a source, whatever page it stands on: its last version, and whether it is still there.

    ``entry`` is the key of the entry it stands in, ``sha256`` the content of its last version, ``versions`` how many
    different ones were captured, ``gone_at`` since when it is missing.
    """

    __tablename__ = "seen_posts"
    __table_args__ = (Index(None, "source", "entry"), Index(None, "source", "address"))
    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[str]
    address: Mapped[str]
    sha256: Mapped[str]
    versions: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class PageState(Base):
    """What a page said by which it can be told whether it changed (RFC 9110, 8.8), and where its list went on."""

    __tablename__ = "page_states"
    source: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    etag: Mapped[str] = mapped_column(default="")
    modified: Mapped[str] = mapped_column(default="")
    following: Mapped[str] = mapped_column(default="")


class HostTurn(Base):
    """Whose turn it is to ask a host, and when the next one may: a row for a host's name, and one for each address.

    ``holder`` asks at this moment, until ``held_until_at`` at the latest. ``delay_s`` is the longest pause that a
    source wants between requests, ``slowest`` that source, whose wish counts until ``slow_until_at`` unless
    it asks again.
    """

    __tablename__ = "host_turns"
    key: Mapped[str] = mapped_column(primary_key=True)
    next_at: Mapped[datetime]
    holder: Mapped[str] = mapped_column(default="")
    held_until_at: Mapped[datetime | None]
    delay_s: Mapped[float] = mapped_column(default=0.0)
    slowest: Mapped[str] = mapped_column(default="")
    slow_until_at: Mapped[datetime]
