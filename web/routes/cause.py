"""Root cause of one incident: who held or touched these customers. Asked for by a form: asking is on the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from incidents import queries
from incidents.actions import add_event
from incidents.errors import NoIncidentError
from people.approvals import REVEAL_NAMES, Approvable
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.second import ask_second
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from core.actors import Actor
    from fingerprints.index.generation import Index
    from web.world import World

SHOWN = 25
LONGEST_NUMBER = 10  # digits of what a database counts to


def ask(request: Request) -> Response:
    """Rank the holders, names masked unless a reason is given for seeing them."""
    world, form = world_of(request), form_of(request)
    incident_id: int = request.path_params["incident_id"]
    reveal, reason = form.get("reveal") == "yes", form.get("reason", "").strip()
    language = world.pages.language(request)
    try:
        with world.home.database.read() as session:
            line = queries.incident_line(session, incident_id, language=language)
    except NoIncidentError:
        raise HTTPException(404) from None
    if reveal and not reason:
        raise HTTPException(400)
    approved = ask_second(request, Approvable(REVEAL_NAMES, str(incident_id), reason, incident_id)) if reveal else {}
    found, _ = inquire_for(world, incident_id, actor_of(request), language, reason if reveal else "", approved)
    return world.pages.render(
        request, "cause.html", line=line, found=found, revealed=reveal, asked_at=None, past=[], **in_view(found)
    )


def in_view(found: Mapping[str, Any]) -> dict[str, Any]:
    """The holders that explain something, and those that do not, to be folded away."""
    telling = [one for one in found["holders"] if not one["explains_nothing"]]
    folded = [one for one in found["holders"] if one["explains_nothing"]]
    return {"holders": telling[:SHOWN], "folded": folded[:SHOWN]}


def again(request: Request) -> Response:
    """The last answer, names masked; a look at it is on the record, once an hour and person.

    Without one it is back to the incident, where it can be asked for.
    """
    from root_cause.stored import past_rankings, read_past, read_ranking

    world, incident_id = world_of(request), request.path_params["incident_id"]
    language = world.pages.language(request)
    with world.home.database.write() as session:
        of = request.query_params.get("of", "")
        past = past_rankings(session, incident_id)
        is_past = of.isdigit() and of.isascii() and len(of) < LONGEST_NUMBER
        stored = read_past(session, incident_id, int(of), language) if is_past else None
        stored = stored or read_ranking(session, incident_id, language)
        line = queries.incident_line(session, incident_id, language=language) if stored else None
        if stored:
            now, actor = world.home.clock.now(), actor_of(request)
            key = f"ranking-viewed:{incident_id}:{actor.name}:{now:%Y-%m-%dT%H}"
            add_event(session, "ranking-viewed", actor=actor, now=now, incident_id=incident_id, key=key)
    if stored is None:
        return RedirectResponse(f"/incidents/{incident_id}#cause", status_code=303)
    return world.pages.render(
        request, "cause.html", line=line, found=stored.found, revealed=False, asked_at=stored.asked_at,
        past=[(row.id, row.asked_at) for row in past[:SHOWN]], **in_view(stored.found),
    )  # fmt: skip


def inquire_for(
    world: World, incident_id: int, actor: Actor, language: str, reason: str, approved: Mapping[str, Any]
) -> tuple[dict[str, Any], Index]:
    """The ranking, with names when there is a reason for them, and the index that it was made with."""
    # Key, index and trails are opened for this page alone.
    from root_cause.inquiry import inquire

    home = world.home
    index = home.open_index()
    found = inquire(
        incident_id, database=home.database, index=index, trails_dir=home.settings.trails_dir,
        zone=home.settings.trail_zone, clock=home.clock,
        actor=actor, reveal=bool(reason), reason=reason, approved=approved, language=language,
    )  # fmt: skip
    return found, index


ROUTES = [
    Guarded("/incidents/{incident_id:id}/root-cause", ask, methods=["POST"], needs=Permission.ASK_CAUSE),
    Guarded("/incidents/{incident_id:id}/root-cause", again, methods=["GET"], needs=Permission.SEE_CAUSE),
]
