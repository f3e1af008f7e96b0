"""Canaries: how many each extract has, where they were given, which were seen; and new ones to mix into an extract.

Which customers they are stands on no page. The rows of new ones are a file that is given out once.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap
from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import Response

from core.errors import HinomiError
from core.processes.child import run_hinomi
from custody.canaries import DRILL, flocks
from fingerprints.errors import NoIndexError
from incidents.models import FindingRow, LeakExtract
from incidents.ownership import is_named
from incidents.timeline.events import add_event
from people.roles import Permission, may
from web.access.guarded import Guarded
from web.access.own import own_incidents, own_names
from web.routes.register.asked import NAME_LIMIT, own_extracts, today_of
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from custody.register.search import LentExtract
    from fingerprints.index.generation import Index

MOST_AT_ONCE: Final = 100
"""On the page; `hinomi canaries make` makes more."""
USUAL: Final = 5
LIMIT_S: Final = 120.0
_ID_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class FlockShown:
    """The canaries of one extract.

    Attributes:
        name: The extract.
        lent: It, as the register has it; none where that does not know it.
        made: How many were made.
        enrolled: How many are in the index with it.
        seen: How many of them stood in documents.
        incidents: In which incidents.
    """

    name: str
    lent: LentExtract | None
    made: int
    enrolled: int
    seen: int
    incidents: tuple[int, ...]


def page(request: Request) -> Response:
    """The canaries by extract."""
    return _show(request)


def plant(request: Request) -> Response:
    """New canaries of an extract, as rows of a file: what `hinomi canaries make` does, given out once and not kept."""
    form, home = form_of(request), world_of(request).home
    name, count = form.get("extract", "").strip()[:NAME_LIMIT], form.get("count", "")
    if not (count.isascii() and count.isdigit() and 0 < int(count[:9]) <= MOST_AT_ONCE) or not name:
        raise HTTPException(400)
    names = own_names(request, Permission.CHANGE_REGISTER)
    if not name.isprintable() or name.startswith("-") or (names is not None and not is_named(name, names)):
        return _show(request, refused="foreign")
    folder = home.settings.home / f"canaries-{os.urandom(_ID_BYTES).hex()}"
    folder.mkdir(mode=0o700)
    file = folder / "rows.csv"
    try:
        ended = run_hinomi(
            ["canaries", "make", f"--extract={name}", f"--count={count}", f"--out={file}"], home=home.settings.home,
            log=home.settings.home / "logs" / "canaries.log", limit_s=LIMIT_S, variables=home.settings.key.variables,
        )  # fmt: skip
        if ended.code or not file.is_file():
            return _show(request, refused="failed")
        content = file.read_bytes()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    with home.database.write() as session:
        add_event(
            session, "canaries-made", actor=actor_of(request), now=home.clock.now(),
            data={"extract": name, "canaries": int(count)},
        )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="canaries.csv"'}
    return Response(content, media_type="text/csv", headers=headers)


def _show(request: Request, refused: str = "") -> Response:
    world = world_of(request)
    problem, shown = "", []
    with world.home.database.read() as session:
        extracts = own_extracts(request, session, today_of(request))
        try:
            shown = _flocks(request, session, extracts)
        except HinomiError as error:
            problem = str(error)
    names = own_names(request, Permission.SEE_REGISTER)
    return world.pages.render(
        request, "canaries.html", status=409 if refused else 200, flocks=shown, problem=problem, refused=refused,
        names=[one.name for one in extracts], most=MOST_AT_ONCE, usual=USUAL, drill=DRILL, sees_all=names is None,
        may_change=may(actor_of(request), Permission.CHANGE_REGISTER),
    )  # fmt: skip


def _flocks(request: Request, session: Session, extracts: Sequence[LentExtract]) -> list[FlockShown]:
    home, names = world_of(request).home, own_names(request, Permission.SEE_REGISTER)
    try:
        index: Index | None = home.open_index()
    except NoIndexError:
        index = None
    known = {one.name: one for one in extracts}
    own = own_incidents(request, session)
    shown = []
    for flock in flocks(home.settings.index_dir, home.load_key(), index):
        if names is not None and not is_named(flock.extract, names):
            continue
        seen, incidents = _seen(session, index, flock.extract)
        told = tuple(one for one in incidents if own is None or one in own)
        shown.append(FlockShown(flock.extract, known.get(flock.extract), flock.made, flock.enrolled, seen, told))
    return shown


def _seen(session: Session, index: Index | None, extract: str) -> tuple[int, list[int]]:
    """How many of its canaries stood in documents, and in which incidents."""
    flock = index.canaries.get(extract) if index is not None else None
    if not flock:
        return 0, []
    rows = (
        select(FindingRow.incident_id, FindingRow.members)
        .join(LeakExtract, LeakExtract.finding_id == FindingRow.id)
        .where(LeakExtract.extract == extract)
    )
    seen, incidents = BitMap(), set()
    for incident_id, members in session.execute(rows):
        here = BitMap.deserialize(members) & flock
        seen |= here
        if here and incident_id is not None:
            incidents.add(incident_id)
    return len(seen), sorted(incidents)


ROUTES = [
    Guarded("/register/canaries", page, needs=Permission.SEE_REGISTER),
    Guarded("/register/canaries", plant, methods=["POST"], needs=Permission.CHANGE_REGISTER),
]
