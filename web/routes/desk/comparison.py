"""Two documents of an incident side by side, values masked: what a repost left out, added or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from starlette.exceptions import HTTPException

from archive.models import DocumentRow
from incidents import queries
from incidents.actions import add_event
from incidents.errors import NoIncidentError
from incidents.models import FindingMatch
from people.roles import Permission
from web.access.guarded import Guarded
from web.masking.differences import MOST_LINES, compare
from web.reading import read_text
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request
    from starlette.responses import Response

    from incidents.views import DocumentView


def comparison(request: Request) -> Response:
    """The two documents that the address names; without them, the first and the last one of the incident."""
    world, incident_id = world_of(request), request.path_params["incident_id"]
    try:
        with world.home.database.write() as session:
            line = queries.incident_line(session, incident_id, language=world.pages.language(request))
            views = _contents(queries.documents(session, incident_id))
            if len(views) < 2:  # noqa: PLR2004  # two to compare
                raise HTTPException(404)
            left, right = (_chosen(views, request.query_params.get(side, ""), n) for side, n in (("a", 0), ("b", -1)))
            documents = [session.get_one(DocumentRow, one.document_id) for one in (left, right)]
            places = [_places(session, one) for one in (left, right)]
            for one in documents:
                _record(session, request, one.id, incident_id)
    except NoIncidentError:
        raise HTTPException(404) from None
    texts = [read_text(world.home.archive, document) for document in documents]
    problem = next((text.problem for text in texts if text.problem), "")
    rows = [] if problem else compare(texts[0].text, texts[1].text, *places)
    return world.pages.render(
        request, "comparison.html", line=line, views=views, left=left, right=right, rows=rows, problem=problem,
        is_cut=any(text.is_cut or text.text.count("\n") >= MOST_LINES for text in texts),
    )  # fmt: skip


def _contents(views: list[DocumentView]) -> list[DocumentView]:
    """The first place of each content that is still kept."""
    return [view for view in views if not view.is_repost and view.document_id]


def _chosen(views: list[DocumentView], asked: str, otherwise: int) -> DocumentView:
    if not asked:
        return views[otherwise]
    found = next((view for view in views if str(view.document_id) == asked), None)
    if found is None:
        raise HTTPException(404)
    return found


def _places(session: Session, view: DocumentView) -> list[dict[str, object]]:
    return list(session.scalars(select(FindingMatch.place).where(FindingMatch.finding_id == view.finding_id)))


def _record(session: Session, request: Request, document_id: int, incident_id: int) -> None:
    now, actor = world_of(request).home.clock.now(), actor_of(request)
    key = f"viewed:{document_id}:{actor.name}:{now:%Y-%m-%dT%H}"
    data = {"document_id": document_id}
    add_event(session, "viewed", actor=actor, now=now, incident_id=incident_id, data=data, key=key)


ROUTES = [Guarded("/incidents/{incident_id:id}/compare", comparison, needs=Permission.SEE_DOCUMENTS)]
