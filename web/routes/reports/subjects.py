"""What a page of reports is about: the incident or the quarter in its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from incidents import queries
from incidents.errors import NoIncidentError
from reports.errors import ReportError
from reports.filling import ReportSubject
from reports.forms import form_of
from reports.quarter import read_quarter
from reports.rights import check_may_see
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from incidents.views import IncidentLine
    from reports.forms.interface import Form

NOT_THERE = 404
INCIDENT, QUARTER = "/incidents/{incident_id:id}/reports", "/reports/quarters/{quarter}"


def about_in(request: Request) -> ReportSubject:
    """What the address names.

    Raises:
        HTTPException: No quarter.
    """
    if "incident_id" in request.path_params:
        return ReportSubject(request.path_params["incident_id"])
    try:
        return ReportSubject(quarter=read_quarter(request.path_params["quarter"]).written)
    except ReportError:
        raise HTTPException(NOT_THERE) from None


def form_in(request: Request) -> Form:
    """The form that the address names.

    Raises:
        HTTPException: There is none that is about such a thing.
        NotAllowedError: They may not see it.
    """
    try:
        form = form_of(request.path_params["form"])
    except ReportError:
        raise HTTPException(NOT_THERE) from None
    if form.of_quarter != ("quarter" in request.path_params):
        raise HTTPException(NOT_THERE)
    check_may_see(form, actor_of(request))
    return form


def place_of(about: ReportSubject) -> str:
    """The address of a thing's reports."""
    return f"/reports/quarters/{about.quarter}" if about.quarter else f"/incidents/{about.incident_id}/reports"


def line_of(request: Request, session: Session, about: ReportSubject) -> IncidentLine | None:
    """The incident; none of a quarter.

    Raises:
        HTTPException: There is none of that number.
    """
    if about.incident_id is None:
        return None
    try:
        return queries.incident_line(session, about.incident_id, language=world_of(request).pages.language(request))
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None
