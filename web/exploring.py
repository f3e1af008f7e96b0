"""Access records for the pages: opened once, names behind handles, every look on the record."""

from __future__ import annotations

import hashlib
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from fingerprints.secrets.digests import Digester
from incidents.actions import add_event
from people.approvals import REVEAL_NAMES, Approvable
from people.errors import NotAllowedError
from people.roles import TABLE, Permission, may
from root_cause.dossier.opened import CUSTOMER, OpenedRecords, plain_fields, with_handles
from trails.explore.explorer import open_explorer
from trails.explore.handles import Handles
from trails.models import TrailPart
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from core.actors import Actor
    from core.query.expressions import Expression
    from home import Home

VIEWED, REVEALED, EXPORTED, LINE_SHOWN = "records-viewed", "records-revealed", "records-exported", "line-revealed"


class KeptOpen:
    """The records as they were last opened, one for all requests."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made_of: tuple[object, ...] = ()
        self._records: OpenedRecords | None = None

    def of(self, home: Home) -> OpenedRecords:
        """The records as they stand now: opened anew when there are other files, another key or another zone."""
        key = home.load_key()
        with home.database.read() as session:
            parts = session.execute(select(TrailPart.id, TrailPart.sha256).order_by(TrailPart.id)).all()
        made_of = (key.id, home.settings.trail_zone, *map(tuple, parts))
        with self._lock:
            if self._records is None or self._made_of != made_of:
                with home.database.read() as session:
                    settings = home.settings
                    explorer = open_explorer(session, settings.trails_dir, zone=settings.trail_zone)
                self._records = OpenedRecords(explorer, Handles(Digester(key)), key, home.database, home.open_index)
                self._made_of = made_of
            return self._records


def records_of(request: Request) -> OpenedRecords:
    """The records for a request."""
    state = request.app.state
    if not hasattr(state, "open_records"):
        state.open_records = KeptOpen()
    return cast("KeptOpen", state.open_records).of(world_of(request).home)


def named_by(actor: Actor, expression: Expression, records: OpenedRecords) -> Expression:
    """The same search with handles in the place of names and numbers, for who may name them.

    Raises:
        NotAllowedError: They may not.
    """
    fields = plain_fields(expression)
    for needed, used in (
        (Permission.REVEAL_VALUES, CUSTOMER in fields),
        (Permission.REVEAL_NAMES, bool(fields - {CUSTOMER})),
    ):
        if used:
            check_right(actor, needed)
    return with_handles(expression, records, words=may(actor, Permission.REVEAL_NAMES))


def check_right(actor: Actor, needed: Permission) -> None:
    """Let go on who has a right.

    Raises:
        NotAllowedError: They have not.
    """
    if not may(actor, needed):
        roles = ", ".join(sorted(TABLE[needed]))
        raise NotAllowedError("not_allowed", login=actor.name, permission=needed.value, roles=roles)


def names_wanted(deed: str, query: str, reason: str) -> Approvable:
    """Names in what a search finds, for one deed (``names``, ``export``): good for no other search and no other deed.

    The search holds handles in the place of names and numbers, so that it may be shown to whoever decides.
    """
    written = hashlib.sha256(query.encode()).hexdigest()[:16]
    return Approvable(REVEAL_NAMES, f"records {deed} {written}", reason, data={"deed": deed, "query": query})


def note_look(request: Request, *, incident_id: int | None = None) -> None:
    """Put on the record that somebody looked at access records, names masked: once an hour and person."""
    home, actor = world_of(request).home, actor_of(request)
    now = home.clock.now()
    key = f"{VIEWED}:{incident_id or ''}:{actor.name}:{now:%Y-%m-%dT%H}"
    with home.database.write() as session:
        add_event(session, VIEWED, actor=actor, now=now, incident_id=incident_id, key=key)


def note(
    request: Request, kind: str, data: Mapping[str, Any], *, incident_id: int | None = None, key: str | None = None
) -> None:
    """Put something that somebody did with access records on the record."""
    home = world_of(request).home
    with home.database.write() as session:
        add_event(
            session, kind, actor=actor_of(request), now=home.clock.now(), incident_id=incident_id, data=data, key=key
        )
