"""Exports that are made in the background: asked for on a page, made by a job, fetched while they last."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select, update

from core.actors import Actor, Role
from core.errors import HinomiError, SpokenError
from core.texts import load_texts
from exports.deed import check_allowed, check_own, made_export
from exports.errors import ExportError
from exports.misp_server import MispAnswer, push_file
from exports.models import ExportRow
from exports.wish import ExportWish
from exports.work_folder import FOLDER, held, is_held, remove_left
from incidents.timeline.events import add_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from exports.masks import ExportMasks
    from home import Home

WITH_CONTENTS: Final = frozenset({"bag"})
"""Formats that hold documents themselves."""
WAITING, RUNNING, DONE, FAILED, GONE = "waiting", "running", "done", "failed", "gone"
PUSHED: Final = "misp-pushed"
SHOWN: Final = 20
MOST_BEGUN: Final = 5
"""An export whose process ends without a word is begun no more often."""
BEGUN: Final = "begun"
"""How often it was, among the counts of one that is not made yet."""
TOLD_EVERY_S: Final = 1.0
"""Progress is written no more often."""


def ask_for(
    session: Session, wish: ExportWish, *, actor: Actor, approved: Mapping[str, Any], now: datetime
) -> ExportRow:
    """Put an export in line.

    Raises:
        ExportError: It cannot be meant.
        NotAllowedError: They may not.
    """
    check_allowed(wish, actor)
    check_own(session, wish, actor)
    row = ExportRow(
        incident_id=wish.incident_id, wish=wish.as_data(), asked_by=_kept(actor), approved=dict(approved), asked_at=now
    )
    session.add(row)
    session.flush()
    return row


def exports_of(session: Session, incident_id: int | None, *, limit: int = SHOWN) -> Sequence[ExportRow]:
    """What was asked for of an incident, or of searches, the latest first."""
    where = ExportRow.incident_id.is_(None) if incident_id is None else ExportRow.incident_id == incident_id
    return session.scalars(select(ExportRow).where(where).order_by(ExportRow.id.desc()).limit(limit)).all()


def next_waiting(session: Session) -> int | None:
    """The export that has waited longest."""
    return session.scalar(select(ExportRow.id).where(ExportRow.state == WAITING).order_by(ExportRow.id).limit(1))


def file_of(home: Path, row: ExportRow) -> Path:
    """Where the file of a finished export is."""
    return home / FOLDER / f"{row.id}-{row.file}"


def run_export(home: Home, export_id: int, masks: ExportMasks) -> ExportRow:
    """Make one; how it ended stands in its row.

    Raises:
        ExportError: It does not wait.
        HinomiError: It failed; the row says so already.
    """
    with held(home.settings.home, export_id) as is_ours:
        if not is_ours:
            raise ExportError("not_waiting", export=export_id)
        return _run(home, export_id, masks)


def _run(home: Home, export_id: int, masks: ExportMasks) -> ExportRow:
    begun, row = _begin(home, export_id)
    wish, actor = ExportWish.of(row.wish), _actor(row.asked_by)
    words = load_texts("exports", wish.language)
    if begun > MOST_BEGUN:
        settle(home, export_id, FAILED, message=words("queue.begun_often", n=MOST_BEGUN))
        raise ExportError("begun_often", export=export_id, n=MOST_BEGUN)
    told = _teller(home, export_id)
    try:
        with made_export(wish, home, masks=masks, actor=actor, approved=row.approved, progress=told) as made:
            values: dict[str, Any] = {"file": made.path.name, "size_bytes": made.size_bytes, "sha256": made.sha256}
            values |= {"counts": dict(made.tally.taken), "left_out": dict(made.tally.left_out), "message": ""}
            if wish.push:
                pushed = push_made(home, wish, made.path, made.sha256, actor)
                values["message"] = words("queue.pushed", added=pushed.added, updated=pushed.updated)
            made.path.rename(home.settings.home / FOLDER / f"{export_id}-{made.path.name}")
    except HinomiError as error:
        said = error.said(wish.language)[0] if isinstance(error, SpokenError) else str(error)
        settle(home, export_id, FAILED, message=said)
        raise
    except (SystemExit, KeyboardInterrupt):  # asked to stop: whoever comes next begins it anew
        settle(home, export_id, WAITING, message=words("queue.stopped"))
        raise
    except BaseException:
        settle(home, export_id, FAILED, message=words("queue.broken_off"))
        raise
    return settle(home, export_id, DONE, **values)


def _begin(home: Home, export_id: int) -> tuple[int, ExportRow]:
    """Take one that waits; gives how often it was begun now.

    Raises:
        ExportError: It does not wait.
    """
    with home.database.write() as session:
        row = session.get_one(ExportRow, export_id, with_for_update=True)
        if row.state != WAITING:
            raise ExportError("not_waiting", export=export_id)
        begun = row.counts.get(BEGUN, 0) + 1
        row.state, row.done, row.total, row.message, row.counts = RUNNING, 0, 0, "", {BEGUN: begun}
    return begun, row


def left_running(home: Home) -> list[int]:
    """Exports that a process began that is no more."""
    with home.database.read() as session:
        running = session.scalars(select(ExportRow.id).where(ExportRow.state == RUNNING)).all()
    return [number for number in running if not is_held(home.settings.home, number)]


def push_made(home: Home, wish: ExportWish, path: Path, sha256: str, actor: Actor) -> MispAnswer:
    """Tell the server of an export that is made; what it took goes on record, also where it did not take all.

    Raises:
        ExportError: No server is set up.
        ExportFailedError: It is not there, refuses us, or refuses an event.
    """
    answer = MispAnswer()
    try:
        return push_file(home.settings, path, home.clock.now(), answer)
    finally:
        if answer.added or answer.updated:
            _note_push(home, wish, sha256, answer, actor)


def _note_push(home: Home, wish: ExportWish, sha256: str, answer: MispAnswer, actor: Actor) -> None:
    data = {
        "server": home.settings.exports.misp.url, "added": answer.added, "updated": answer.updated, "sha256": sha256,
        "reason": wish.reason,
    }  # fmt: skip
    with home.database.write() as session:
        add_event(session, PUSHED, actor=actor, now=home.clock.now(), incident_id=wish.incident_id, data=data)


def settle(home: Home, export_id: int, state: str, **values: Any) -> ExportRow:
    """Say how one ended, or that it waits again."""
    now = home.clock.now()
    with home.database.write() as session:
        row = session.get_one(ExportRow, export_id, with_for_update=True)
        row.state = state
        if state in {DONE, FAILED}:
            row.ended_at = now
        if state == DONE:
            row.expires_at = now + timedelta(hours=home.settings.exports.keep_hours)
        for name, value in values.items():
            setattr(row, name, value)
    return row


def expire_exports(home: Home) -> int:
    """Remove files whose time is over, and what killed processes left; gives how many files went."""
    remove_left(home.settings.home)
    with home.database.write() as session:
        over = session.scalars(
            select(ExportRow).where(ExportRow.state == DONE, ExportRow.expires_at <= home.clock.now())
        ).all()
        for row in over:
            file_of(home.settings.home, row).unlink(missing_ok=True)
            row.state = GONE
    return len(over)


def forget_exports(home: Home) -> int:
    """Remove every finished file that may hold the content of documents, before its time; gives how many there were.

    What was asked for once can be asked for again, and holds then what documents hold then.
    """
    with home.database.write() as session:
        done = [
            row
            for row in session.scalars(select(ExportRow).where(ExportRow.state == DONE))
            if row.wish["form"] in WITH_CONTENTS
        ]
        for row in done:
            file_of(home.settings.home, row).unlink(missing_ok=True)
            row.state = GONE
    return len(done)


def _teller(home: Home, export_id: int) -> Callable[[int, int], None]:
    """Writes progress down, now and then."""
    last = 0.0

    def told(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < TOLD_EVERY_S:
            return
        last = time.monotonic()
        with home.database.write() as session:
            session.execute(update(ExportRow).where(ExportRow.id == export_id).values(done=done, total=total))

    return told


def _kept(actor: Actor) -> dict[str, Any]:
    return {
        "name": actor.name, "account": actor.account, "roles": sorted(actor.roles), "how": actor.how,
        "deputy_for": list(actor.deputy_for), "extracts": list(actor.extracts),
    }  # fmt: skip


def _actor(kept: Mapping[str, Any]) -> Actor:
    return Actor(
        name=kept["name"], account=kept["account"], roles=frozenset(Role(one) for one in kept["roles"]),
        how=kept["how"], deputy_for=tuple(kept["deputy_for"]), extracts=tuple(kept["extracts"]),
    )  # fmt: skip
