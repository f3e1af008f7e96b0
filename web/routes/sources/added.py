"""Adding a source: its address, what it was found to be, what a trial would collect, and the rest that people know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.errors import HinomiError
from crawler.adding import add_source
from crawler.errors import SourcesError
from crawler.pages.addresses import read_link
from crawler.polite.reach import is_private_host
from crawler.software.discovery import name_for
from crawler.software.inquiries import ADDED, FAILED, FOUND, WAITING, Inquiries, Inquiry
from crawler.software.proposals import Proposal, Why
from crawler.sources import survey_sources
from crawler.trial import sentences_of
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.sources.answers import answered_for
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LONGEST: Final = 2000
_REFRESH_S: Final = 2


def page(request: Request) -> Response:
    """The form for an address, and the sites that were asked about."""
    return world_of(request).pages.render(request, "new_source.html", inquiries=_inquiries(request).listed(), wrong="")


def ask(request: Request) -> Response:
    """An address: it waits for the scheduler, which asks the site."""
    form = form_of(request)
    address, private = form.get("address", "").strip()[:LONGEST], form.get("private") == "yes"
    address = address if "://" in address else f"https://{address}"
    asked = read_link(address, "", address)
    wrong = "" if asked else "address"
    if asked and is_private_host(urlsplit(asked).hostname or "") and not private:
        wrong = "private"
    if wrong:
        listed = _inquiries(request).listed()
        return world_of(request).pages.render(
            request, "new_source.html", inquiries=listed, wrong=wrong, address=address, status=400
        )
    made = _inquiries(request).add(asked or address, actor_of(request).signature, private=private)
    return RedirectResponse(f"/sources/new/{made.id}", status_code=303)


def one(request: Request) -> Response:
    """One site: that it is being asked, or what it was found to be."""
    inquiry = _inquiry(request)
    response = _show(request, inquiry, "")
    if inquiry.state == WAITING:
        response.headers["Refresh"] = str(_REFRESH_S)
    return response


def act(request: Request) -> Response:
    """Ask anew what failed, try another proposal, or add the source."""
    form, inquiries, inquiry = form_of(request), _inquiries(request), _inquiry(request)
    if form.get("do") == "again" and inquiry.state == FAILED:
        inquiries.change(inquiry, state=WAITING, message="", problems=[])
        return RedirectResponse(f"/sources/new/{inquiry.id}", status_code=303)
    if inquiry.state != FOUND or inquiry.source:
        raise HTTPException(409)
    if form.get("do") == "try":
        number = form.get("proposal", "")
        usable = [n for n, one in enumerate(inquiry.proposals) if one["engine"]]
        if not number.isdecimal() or int(number[:4]) not in usable:
            raise HTTPException(400)
        inquiries.change(inquiry, chosen=int(number), state=WAITING, trial={}, warnings=())
        return RedirectResponse(f"/sources/new/{inquiry.id}", status_code=303)
    if form.get("do") != "add":
        raise HTTPException(400)
    try:
        name = _add(request, inquiry)
    except HinomiError as error:
        return _show(request, inquiry, str(error))
    inquiries.change(inquiry, state=ADDED, source=name)
    return RedirectResponse(f"/sources/{name}?new=yes", status_code=303)


def _add(request: Request, inquiry: Inquiry) -> str:
    """Add it to the file, and answer for the change unless somebody else's is in it."""
    world, form = world_of(request), form_of(request)
    settings, chosen = world.home.settings, inquiry.proposals[inquiry.chosen]
    table: dict[str, Any] = {"engine": chosen["engine"], "url": chosen["address"]}
    if not form.get("legal_basis", "").strip():
        raise SourcesError("why may we read it? A legal basis is wanted")
    table |= {"every": form.get("every", "15m").strip(), "legal_basis": form.get("legal_basis", "").strip()}
    table["purpose"] = form.get("purpose", world.pages.texts(request)("new_source.usual_purpose")).strip()
    if not table["purpose"]:
        raise SourcesError("what do we read it for? A purpose is wanted")
    if inquiry.private:
        table["private"] = True
    options = ({"dialect": chosen["dialect"]} if chosen["dialect"] else {}) | dict(chosen["options"])
    if zone := form.get("zone", "").strip():
        options["zone"] = zone
    with answered_for(request):
        return add_source(settings.sources_path, form.get("name", "").strip(), table, options).name


def _show(request: Request, inquiry: Inquiry, wrong: str) -> Response:
    world = world_of(request)
    language, settings = world.pages.language(request), world.home.settings
    proposals = [
        (one, Proposal(one["engine"], one["address"], Why(one["why"]), one["shown"]).sentence(language))
        for one in inquiry.proposals
    ]
    taken = survey_sources(settings.sources_path).sources
    return world.pages.render(
        request, "found_source.html", inquiry=inquiry, proposals=proposals, wrong=wrong,
        zone=settings.zone if inquiry.trial.get("future_times") else "UTC", name=name_for(inquiry.address, taken),
        warnings=sentences_of(inquiry.warnings, language),
    )  # fmt: skip


def _inquiry(request: Request) -> Inquiry:
    found = _inquiries(request).get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found


def _inquiries(request: Request) -> Inquiries:
    home = world_of(request).home
    return Inquiries(home.settings.home, home.clock)


ROUTES = [
    Guarded("/sources/new", page, needs=Permission.CHANGE_SOURCES),
    Guarded("/sources/new", ask, methods=["POST"], needs=Permission.CHANGE_SOURCES),
    Guarded("/sources/new/{name}", one, needs=Permission.CHANGE_SOURCES),
    Guarded("/sources/new/{name}", act, methods=["POST"], needs=Permission.CHANGE_SOURCES),
]
