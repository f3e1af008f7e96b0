"""Delivering the outbox: under a lease, at least once, shown once.

A message is marked ``sending`` and committed before it leaves. Whoever finds it so later, after a crash or a broken
connection, knows that it may have arrived, and lets the channel look for it before it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.channels import Outgoing, Receipt, open_channels
from alerts.digests.night import LEAST, enqueue_morning, held_back
from alerts.digests.reports import enqueue_reports
from alerts.digests.supervision import enqueue_supervision
from alerts.digests.unread import enqueue_unread
from alerts.digests.weekly import enqueue_digests
from alerts.errors import GoneError, NotSentError, UncertainError
from alerts.escalations import enqueue_step_mails
from alerts.mention_notices import enqueue_mentions
from alerts.models import DETAIL, FAILED, PARENT, PENDING, SENDING, SENT, SUPERSEDED, UPDATE, Message, Thread
from alerts.on_call import ON_CALL_FILE, OnCallError, read_ladder
from alerts.outbox import Wording, enqueue, put, retire_left
from alerts.source_notices import enqueue_sources
from alerts.unjudged_notices import enqueue_unjudged
from core.actors import SYSTEM
from core.hosts.clock import shared_clock
from core.leases import give_back_lease, take_lease
from core.logs import get_logger
from core.processes.names import worker_name
from core.served import served_url
from incidents import queries
from incidents.actions import add_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from alerts.channels import Channel
    from alerts.on_call import QuietHours
    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings

LEASE_S = 180.0
"""Longer than one message can take: three time-outs and three waits for a rate limit (`channels.slack`)."""
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 600.0
UNCERTAIN_PAUSE_S = 2.0  # Slack's history may lag a moment behind its channel
FALLBACK_AFTER = 3
MAIL = "mail"

log = get_logger()


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What delivery works with; the first channel carries the alerts, the second stands in for it."""

    database: Database
    channels: Sequence[Channel]
    wording: Wording
    clock: Clock
    max_attempts: int
    on_call: Path | None = None

    def quiet(self) -> QuietHours | None:
        """The quiet hours of the on-call list; a list that cannot be read keeps nobody from being told."""
        try:
            return read_ladder(self.on_call).quiet if self.on_call else None
        except OnCallError as error:
            log.warning("alerts.on_call_unreadable", reason=str(error))
            return None


def open_post(settings: Settings, database: Database, clock: Clock) -> PostRoom:
    """What delivery works with, out of the settings; times of messages are by the clock that all deliverers share."""
    wording = Wording(settings.language, served_url(settings), settings.zone)
    most, list_of_people = settings.alerts.max_attempts, settings.home / ON_CALL_FILE
    return PostRoom(database, open_channels(settings), wording, shared_clock(database, clock), most, list_of_people)


@dataclass(slots=True)
class Delivered:
    """What one run did; ``waiting`` messages are to be tried later."""

    queued: int = 0
    sent: int = 0
    failed: int = 0
    waiting: int = 0


def deliver(post: PostRoom) -> Delivered:
    """Queue what nobody was told of yet and deliver what is due, each channel by one worker at a time."""
    done, worker = Delivered(), worker_name()
    with post.database.write() as session:
        retire_left(session, post.channels)
    for number, channel in enumerate(post.channels):
        lease = f"alerts:{channel.name}"
        if not _hold(post, lease, worker):
            continue
        if number == 0:
            with post.database.write() as session:
                done.queued += _queue(session, post, channel)
        stuck: set[int | None] = set()
        for message_id, incident_id in _due(post, channel.name):
            if not _hold(post, lease, worker):
                break
            if incident_id not in stuck and not _deliver_one(post, channel, message_id, done):
                stuck.add(incident_id)
        with post.database.write() as session:
            give_back_lease(session, lease, worker=worker)
    with post.database.read() as session:
        unsent = select(func.count()).select_from(Message).where(Message.state.in_((PENDING, SENDING)))
        done.waiting = session.scalar(unsent) or 0
    return done


def _queue(session: Session, post: PostRoom, channel: Channel) -> int:
    """Queue what the channel was not told of; in quiet hours what breaks through alone."""
    quiet, wording, now = post.quiet(), post.wording, post.clock.now()
    if quiet is None:
        queued, held = 0, frozenset[int]()
    else:
        queued = int(enqueue_morning(session, channel, wording, quiet, now=now))
        held = held_back(session, channel.name, quiet, now=now)
    queued += enqueue(session, channel, wording, now=now, without=held)
    for mail in (one for one in post.channels if one.name == MAIL):
        queued += enqueue_step_mails(session, mail, wording, now=now)
    if quiet is not None and quiet.holds(LEAST, now):
        return queued
    notices = (
        enqueue_unjudged,
        enqueue_unread,
        enqueue_sources,
        enqueue_mentions,
        enqueue_supervision,
        enqueue_reports,
        enqueue_digests,
    )
    for kind in notices:
        queued += kind(session, channel, wording, now=now)
    return queued


def _hold(post: PostRoom, lease: str, worker: str) -> bool:
    with post.database.write() as session:
        return take_lease(session, lease, worker=worker, now=post.clock.now(), for_s=LEASE_S)


def _due(post: PostRoom, channel: str) -> list[tuple[int, int | None]]:
    """Messages whose time has come, with their incidents; none overtakes an earlier one that still waits."""
    now, held, due = post.clock.now(), set[int | None](), []
    with post.database.read() as session:
        unsent = (Message.channel == channel, Message.state.in_((PENDING, SENDING)))
        for message in session.scalars(select(Message).where(*unsent).order_by(Message.id)):
            if message.next_at <= now and message.incident_id not in held:
                due.append((message.id, message.incident_id))
            else:
                held.add(message.incident_id)
    return due


def _deliver_one(post: PostRoom, channel: Channel, message_id: int, done: Delivered) -> bool:
    """Try one message; false when it has to be tried again, so that none of its incident may overtake it."""
    begun = _begin(post, message_id)
    if begun is None:
        return True
    outgoing, is_uncertain = begun
    try:
        receipt = (channel.find(outgoing) if is_uncertain else None) or channel.send(outgoing)
    except UncertainError as error:
        done.failed += _again(post, message_id, str(error), UNCERTAIN_PAUSE_S, is_uncertain=True)
    except NotSentError as error:
        done.failed += _again(post, message_id, str(error), error.retry_after_s, is_uncertain=is_uncertain)
    except GoneError as error:
        _post_anew(post, message_id, str(error))
    else:
        _sent(post, message_id, receipt)
        done.sent += 1
        return True
    return False


def _begin(post: PostRoom, message_id: int) -> tuple[Outgoing, bool] | None:
    """Mark the message as leaving; none when it cannot leave yet, because its parent has not."""
    now = post.clock.now()
    with post.database.write() as session:
        message = session.get_one(Message, message_id, with_for_update=True)
        if message.state not in {PENDING, SENDING}:
            return None
        thread = session.get(Thread, (message.incident_id, message.channel))
        if message.kind in {UPDATE, DETAIL} and thread is None:
            if not _parent_is_coming(session, message):
                message.state = SUPERSEDED
            return None
        is_uncertain = message.state == SENDING
        message.state, message.attempts, message.next_at = SENDING, message.attempts + 1, now
        message.tried_at = message.tried_at or now
        parent = thread if message.kind in {UPDATE, DETAIL} else None
        outgoing = Outgoing(
            message.uuid, message.kind, message.payload, message.tried_at, parent.reference if parent else "",
            parent.place if parent else "",
        )  # fmt: skip
    return outgoing, is_uncertain


def _parent_is_coming(session: Session, message: Message) -> bool:
    of_incident = (Message.incident_id == message.incident_id, Message.channel == message.channel)
    live = (Message.kind == PARENT, Message.state.in_((PENDING, SENDING)))
    return session.scalar(select(Message.id).where(*of_incident, *live).limit(1)) is not None


def _sent(post: PostRoom, message_id: int, receipt: Receipt) -> None:
    now = post.clock.now()
    with post.database.write() as session:
        message = session.get_one(Message, message_id)
        message.state, message.sent_at, message.reference, message.failure = SENT, now, receipt.reference, ""
        if message.kind == PARENT:
            thread = Thread(incident_id=message.incident_id, channel=message.channel, reference=receipt.reference)
            thread.place = receipt.place
            session.merge(thread)
            _tell(session, "alert-sent", message, now)
    log.info("alert.sent", message_id=message_id, channel=message.channel, kind=message.kind, attempt=message.attempts)


def _again(post: PostRoom, message_id: int, reason: str, pause_s: float, *, is_uncertain: bool) -> bool:
    """Put a message off, each time for longer; true when it is given up."""
    now = post.clock.now()
    with post.database.write() as session:
        message = session.get_one(Message, message_id)
        message.state, message.failure = SENDING if is_uncertain else PENDING, reason
        growing = min(FIRST_PAUSE_S * 2 ** (message.attempts - 1), LONGEST_PAUSE_S)
        # What may have arrived is looked for soon, once; then it is as patient as everything else.
        pause = pause_s if is_uncertain and message.attempts == 1 else max(pause_s, growing)
        message.next_at = now + timedelta(seconds=pause)
        is_given_up = message.attempts >= post.max_attempts
        if is_given_up:
            message.state = FAILED
            _tell(session, "alert-failed", message, now)
        if message.attempts >= min(FALLBACK_AFTER, post.max_attempts):
            _fall_back(session, post, message, now)
        attempt = message.attempts
    log.warning("alert.not_sent", message_id=message_id, channel=message.channel, attempt=attempt, reason=reason)
    return is_given_up


def _fall_back(session: Session, post: PostRoom, message: Message, now: datetime) -> None:
    """Let the next channel tell the incident as it stands now, once for each message that does not get through."""
    names = [channel.name for channel in post.channels]
    position = names.index(message.channel) + 1
    told = session.scalar(select(Message.id).where(Message.fallback_of == message.id))
    if position >= len(names) or told is not None or message.kind == UPDATE or message.incident_id is None:
        return
    line = queries.incident_line(session, message.incident_id, language=post.wording.language)
    put(session, post.channels[position], PARENT, post.wording.alert(session, line), now=now, fallback_of=message.id)


def _post_anew(post: PostRoom, message_id: int, reason: str) -> None:
    """Somebody deleted the parent: what would have changed it becomes a new one."""
    with post.database.write() as session:
        message = session.get_one(Message, message_id)
        thread = session.get(Thread, (message.incident_id, message.channel))
        if thread is not None:
            session.delete(thread)
        channel = next(channel for channel in post.channels if channel.name == message.channel)
        if message.incident_id is not None:
            line = queries.incident_line(session, message.incident_id, language=post.wording.language)
            put(session, channel, PARENT, post.wording.alert(session, line), now=post.clock.now())
        message.state, message.failure = SUPERSEDED, reason


def _tell(session: Session, kind: str, message: Message, now: datetime) -> None:
    data = {"channel": message.channel, "attempts": message.attempts, "message_id": message.id}
    add_event(
        session, kind, actor=SYSTEM, now=now, incident_id=message.incident_id, data=data, key=f"{kind}:{message.id}"
    )
