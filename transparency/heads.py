"""Signing tree heads and bringing them to where whoever rewrites the database cannot reach.

A head is signed only over a log that goes on from the last head: a rewritten history is never vouched for. Each step
may be cut off: the head is committed first, then appended to every file that lacks it, then its places are noted.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from core.logs import get_logger
from incidents.models import Event
from incidents.states import CONFIRM_CSIRT, CONFIRM_OWNER
from transparency.errors import BrokenLogError, NoteError, TimestampError
from transparency.keys import load_log_key
from transparency.merkle import HASH_BYTES, GrowingTree
from transparency.models import LogHead, LogLeaf
from transparency.notes import read_note, sign
from transparency.places.head_syslog import PREFIX, send_to_syslog
from transparency.sequencer import append_waiting, tree_size

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.clock import Clock
    from core.database import Database
    from core.settings import LogSettings, Settings

STREAMED = 10_000
HAND_OVERS: Final = ("enrolment", "trail-import", "custody", "index")
DECISIONS: Final = ("opened", CONFIRM_CSIRT, CONFIRM_OWNER, "settings-recorded")
"""Events that a head is signed for at once."""

log = get_logger()


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: the latest head, whether it is new, and which files could not be written."""

    head: LogHead | None
    is_new: bool
    unwritten: tuple[Path | str, ...] = ()


def latest_head(session: Session) -> LogHead | None:
    """The head over the largest tree."""
    return session.scalar(select(LogHead).order_by(LogHead.size.desc()).limit(1))


def is_head_due(session: Session, settings: LogSettings, now: datetime) -> bool:
    """Whether there is enough news, or news old enough, for another head."""
    last, size = latest_head(session), tree_size(session)
    if last is None or size <= last.size:
        return last is None and size > 0
    return is_round_due(session, settings, now) or _is_pressing(session, last.size)


def is_round_due(session: Session, settings: LogSettings, now: datetime) -> bool:
    """Whether the next head is one of the regular ones, which are signed over every leaf read anew."""
    last = latest_head(session)
    if last is None or now - last.signed_at >= timedelta(hours=settings.head_every_h):
        return True
    return tree_size(session) - last.size >= settings.head_every_leaves


def is_head_lacking(session: Session, settings: Settings) -> bool:
    """Whether the last head is not yet everywhere where it should be."""
    last = latest_head(session)
    return last is not None and not places_wanted(settings) <= set(last.places)


def places_wanted(settings: Settings) -> set[str]:
    """Everywhere where heads should be, as their rows call it."""
    wanted = {place_name(path, settings.home) for path in settings.head_paths}
    return wanted | ({f"{PREFIX}{settings.log.head_syslog}"} if settings.log.head_syslog else set())


def _is_pressing(session: Session, since: int) -> bool:
    """Whether something is new that a head has to vouch for at once: a hand-over, an incident opened or confirmed."""
    new = select(LogLeaf.position).where(LogLeaf.position >= since)
    handed_over = new.where(LogLeaf.kind.in_(HAND_OVERS)).limit(1)
    decided = new.join(Event, (LogLeaf.kind == "event") & (LogLeaf.row_id == Event.id)).where(Event.kind.in_(DECISIONS))
    return session.scalar(handed_over) is not None or session.scalar(decided.limit(1)) is not None


def publish(settings: Settings, database: Database, clock: Clock, *, whole: bool = True) -> Published:
    """Sign a head over all there is, if any leaf is new, and bring every head to every file that lacks it.

    Args:
        settings: Say where the key is and where heads go.
        database: Holds the log.
        clock: Says when.
        whole: Read every leaf anew, about a second a million; else the tree goes on from what the last head vouches
            for, and a leaf under it that was altered is left for `hinomi verify` to find.

    Raises:
        NoLogKeyError: The signing key cannot be used.
        BrokenLogError: The log does not go on from the last head.
    """
    append_waiting(database, clock)
    is_new = _sign(settings, database, clock, whole=whole)
    unwritten: list[Path | str] = [path for path in settings.head_paths if not _bring_to(path, settings.home, database)]
    if settings.log.head_syslog and not send_to_syslog(settings.log.head_syslog, database):
        unwritten.append(settings.log.head_syslog)
    with database.read() as session:
        return Published(latest_head(session), is_new, tuple(unwritten))


def _sign(settings: Settings, database: Database, clock: Clock, *, whole: bool) -> bool:
    with database.read() as session:
        last = latest_head(session)
        tree = _grow(session, last, GrowingTree() if whole else _tree_of(last))
    size, root = tree.size, tree.root()
    if size == 0 or (last is not None and last.size == size):
        return False
    signed = sign(load_log_key(settings.log_key_path), size=size, root=root, signed_at=clock.now())
    token = _stamp(settings.log, signed.note)
    head = signed.head
    with database.write() as session:
        if session.get(LogHead, size) is not None:
            return False
        session.add(
            LogHead(
                size=size, root=root.hex(), signed_at=head.signed_at, note=signed.note, places=[], token=token,
                peaks=b"".join(tree.peaks),
            )
        )  # fmt: skip
    return True


def _grow(session: Session, last: LogHead | None, tree: GrowingTree) -> GrowingTree:
    """The tree as it is, grown from what is given of it; it has to begin with the tree of the last head."""
    leaves = select(LogLeaf.hash).where(LogLeaf.position >= tree.size).order_by(LogLeaf.position)
    fits = last is None or tree.size == last.size
    for leaf in session.scalars(leaves.execution_options(yield_per=STREAMED)):
        tree.add(leaf)
        if last is not None and tree.size == last.size:
            fits = tree.root().hex() == last.root
    if last is not None and not (fits and tree_size(session) == tree.size):
        raise BrokenLogError(
            f"the log does not go on from the head of {last.size} leaves signed on {last.signed_at:%Y-%m-%d %H:%M} UTC",
            hint="Nothing was signed. Run `hinomi verify`: it names the damage.",
        )
    return tree


def _tree_of(head: LogHead | None) -> GrowingTree:
    """The tree under a head, where its peaks are kept and lead to the root that was signed; else an empty one."""
    if head is None or not head.peaks:
        return GrowingTree()
    peaks = [head.peaks[at : at + HASH_BYTES] for at in range(0, len(head.peaks), HASH_BYTES)]
    tree = GrowingTree(head.size, peaks)
    is_whole = len(peaks) == head.size.bit_count() and tree.root().hex() == head.root
    return tree if is_whole else GrowingTree()


def _stamp(settings: LogSettings, note: str) -> bytes | None:
    """The authority's token; a head without one is better than no head."""
    if not settings.authority_url:
        return None
    from transparency.places.timestamps import ask_for_timestamp  # an HTTP client that few homes need

    try:
        return ask_for_timestamp(note, settings.authority_url, timeout_s=settings.authority_timeout_s)
    except TimestampError as error:
        log.warning("log.not_stamped", reason=str(error))
        return None


def place_name(path: Path, home: Path) -> str:
    """What a file of heads is called in rows: relative to the home where it is inside, so that a home can be moved."""
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def _bring_to(path: Path, home: Path, database: Database) -> bool:
    """Append the heads that a file lacks; whether it could be written."""
    with database.read() as session:
        heads = session.scalars(select(LogHead).order_by(LogHead.size)).all()
    place = place_name(path, home)
    lacking = [head for head in heads if place not in head.places]
    if not lacking:
        return True
    try:
        _append(path, lacking)
    except OSError as error:
        log.warning("log.head_not_written", path=str(path), reason=error.strerror or type(error).__name__)
        return False
    with database.write() as session:
        for head in lacking:
            row = session.get_one(LogHead, head.size)
            row.places = sorted({*row.places, place})
    return True


def _append(path: Path, heads: Sequence[LogHead]) -> None:
    """Add heads at the end of a file, each once, on the disk when this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        content = file.read()
        there = set(_notes(content))
        lines = "".join(head_line(head) for head in heads if head.note not in there)
        file.write(("\n" if content and not content.endswith("\n") else "") + lines)
        file.flush()
        os.fsync(file.fileno())


def head_line(head: LogHead) -> str:
    """A head as one line of JSON; ``note`` is what counts, the rest is for people and for searching."""
    line = {
        "size": head.size,
        "root": head.root,
        "signed_at": head.signed_at.isoformat(),
        "note": head.note,
        "token": head.token.hex() if head.token else None,
    }
    return json.dumps(line, ensure_ascii=False) + "\n"


def _notes(content: str) -> list[str]:
    found = []
    for line in content.splitlines():
        try:
            found.append(read_note(json.loads(line)["note"]).note)
        except (ValueError, KeyError, TypeError, NoteError):
            continue  # a torn or foreign line: `hinomi verify` is who complains
    return found
