"""Making an export: who may, whole or not at all, sealed to its recipient, and on the record before anybody has it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING, Any, Final

from core.errors import HinomiError
from core.files import sync_file
from exports.errors import ExportError
from exports.formats import load_formats
from exports.material import ExportMaterial
from exports.work_folder import work_folder
from incidents.ownership import ALL, is_of
from incidents.timeline.events import add_event
from people.approvals import EXPORT, LIST_NUMBERS, Approvable
from people.errors import NotAllowedError
from people.roles import TABLE, Permission, is_bound_to_own, may
from transparency.heads import latest_head, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from exports.masks import ExportMasks
    from exports.tally import ExportTally
    from exports.wish import ExportWish
    from home import Home

EXPORTED: Final = "incident-exported"
REVEALED: Final = "values-exported"
"""The same with values in it."""
CUSTOMERS: Final = "customers"
NAMED: Final = 100
"""So many incidents the event of an export names; of more, the search says which."""


@dataclass(frozen=True, slots=True)
class MadeExport:
    """An export that is whole, in a folder that is about to go: take it away now.

    Attributes:
        path: Where it is.
        sha256: Of the file as it is, sealed where it is sealed.
        size_bytes: How long it is.
        tally: What is in it, and what is not.
    """

    path: Path
    sha256: str
    size_bytes: int
    tally: ExportTally


def needed_permissions(wish: ExportWish) -> tuple[Permission, ...]:
    """What somebody has to be allowed, to take that away."""
    needed = [Permission.EXPORT_RESULTS]
    if wish.push:
        needed.append(Permission.WORK_CASES)
    if not wish.reveal:
        return tuple(needed)
    needed.append(Permission.REVEAL_VALUES)
    made = load_formats()[wish.form]
    if CUSTOMERS in (wish.chosen or made.usual_list or CUSTOMERS) and made.has_lists:
        needed.append(Permission.LIST_NUMBERS)
    if made.has_records:
        needed.append(Permission.REVEAL_NAMES)
    return tuple(needed)


def check_allowed(wish: ExportWish, actor: Actor) -> None:
    """Refuse what they may not take away.

    Raises:
        ExportError: It cannot be meant.
        NotAllowedError: They may not.
    """
    wish.check()
    for needed in needed_permissions(wish):
        if not may(actor, needed):
            roles = ", ".join(sorted(TABLE[needed]))
            raise NotAllowedError("not_allowed", login=actor.name, permission=needed.value, roles=roles)


def check_own(session: Session, wish: ExportWish, actor: Actor) -> None:
    """Refuse a data owner what is not theirs, where it takes a permission that they have as a data owner alone.

    What a search finds may be anybody's. Of an incident that is theirs, the numbers are those of their own extracts'
    customers (`own_extracts`).

    Raises:
        NotAllowedError: It is a search, or not an incident of an extract that they answer for.
    """
    if ALL in actor.extracts or not any(is_bound_to_own(actor, needed) for needed in needed_permissions(wish)):
        return
    if wish.incident_id is None:
        raise NotAllowedError("own_incidents_alone", login=actor.name)
    if not is_of(session, wish.incident_id, actor.extracts):
        raise NotAllowedError("not_own", incident=wish.incident_id, login=actor.name)


def own_extracts(wish: ExportWish, actor: Actor) -> tuple[str, ...] | None:
    """Of which extracts' customers alone the numbers may be in it; None for all."""
    is_bound = Permission.LIST_NUMBERS in needed_permissions(wish) and is_bound_to_own(actor, Permission.LIST_NUMBERS)
    return actor.extracts if is_bound and ALL not in actor.extracts else None


def second_person_for(wish: ExportWish, home: Home, masks: ExportMasks, *, actor: Actor) -> Approvable | None:
    """What a second person has to agree to; nobody has to where nothing, or little, is revealed.

    Raises:
        NoIncidentError: There is no such incident.
        ExportError: Nothing was found.
        QueryError: A search cannot be read.
        NotAllowedError: It is not theirs.
    """
    with home.database.read() as session:
        check_own(session, wish, actor)
        material = ExportMaterial(home, session, wish, masks, home.settings.home)
        material.check()
        lines = list(material.incidents())
    has_names = load_formats()[wish.form].has_records
    if not wish.reveal or (sum(line.subjects for line in lines) <= home.settings.people.reveal_limit and not has_names):
        return None
    parts = [
        wish.form, wish.chosen, f"#{wish.incident_id}" if wish.incident_id else "", wish.events, wish.documents,
        f"→ {wish.recipient}" if wish.recipient else "", f"→ {home.settings.exports.misp.url}" if wish.push else "",
    ]  # fmt: skip
    about = " ".join(filter(None, parts))
    kind = LIST_NUMBERS if Permission.LIST_NUMBERS in needed_permissions(wish) else EXPORT
    return Approvable(kind, about, wish.reason, wish.incident_id)


@contextmanager
def made_export(
    wish: ExportWish, home: Home, *, masks: ExportMasks, actor: Actor, approved: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Iterator[MadeExport]:  # fmt: skip
    """Make an export in a folder of its own, put it on the record, and let the caller take it out of there.

    Args:
        wish: What.
        home: Where from.
        masks: What hides strangers' words.
        actor: Who takes it away.
        approved: Who else agreed (`second_person_for`).
        progress: Told how many of how many documents are done.

    Raises:
        ExportError: It cannot be meant, or nothing fits.
        NotAllowedError: They may not.
    """
    check_allowed(wish, actor)
    with home.database.read() as session:
        check_own(session, wish, actor)
    made = load_formats()[wish.form]
    if made.is_proved:
        _sign(home)
    with work_folder(home.settings.home) as folder:
        path = folder / wish.file_name.removesuffix(".age")
        with home.database.read() as session:  # over before it is handed out: who takes it may take it slowly
            material = ExportMaterial(home, session, wish, masks, folder, progress, own_extracts(wish, actor))
            with path.open("xb") as file:
                made.write(material, file)
            ids = sorted(material.ids)
        sync_file(path)
        if wish.recipient:
            path = _sealed(path, wish.recipient)
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        ready = MadeExport(path, digest, path.stat().st_size, material.tally)
        _record(wish, home, ready, ids, actor=actor, approved=approved or {})
        yield ready


def _sign(home: Home) -> None:
    """A head over all there is; where it cannot be signed now, the last one has to do."""
    try:
        publish(home.settings, home.database, home.clock, whole=False)
    except HinomiError:
        with home.database.read() as session:
            if latest_head(session) is None:
                raise


def _sealed(path: Path, recipient: str) -> Path:
    import pyrage

    sealed = path.with_name(f"{path.name}.age")
    try:
        pyrage.encrypt_file(str(path), str(sealed), [pyrage.x25519.Recipient.from_str(recipient)])
    except pyrage.RecipientError:
        raise ExportError("no_recipient", recipient=recipient[:80]) from None
    path.unlink()
    sync_file(sealed)
    return sealed


def _record(
    wish: ExportWish, home: Home, made: MadeExport, ids: list[int], *, actor: Actor, approved: Mapping[str, Any]
) -> None:
    data: dict[str, Any] = {
        "form": wish.form, "count": made.tally.count, "sha256": made.sha256, "size_bytes": made.size_bytes,
        "reason": wish.reason, "left_out": dict(made.tally.left_out), "incidents": ids[:NAMED],
        **{name: value for name in ("chosen", "recipient") if (value := getattr(wish, name))}, **approved,
    }  # fmt: skip
    if wish.push:
        data["server"] = home.settings.exports.misp.url
    if wish.events or wish.documents:
        data["query"] = " / ".join(filter(None, [wish.events, wish.documents]))
    with home.database.write() as session:
        add_event(
            session, REVEALED if wish.reveal else EXPORTED, actor=actor, now=home.clock.now(),
            incident_id=wish.incident_id, data=data,
        )  # fmt: skip
