"""One source: its sweeps, what ails it, what waits, its options; sweep it now, try it, switch it off and on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.hosts.clock import shared_now
from core.leases import ask_again
from crawler.errors import SourceChangeError, SourcesError
from crawler.health import cut_off_sweeps, watched_sources
from crawler.particulars import told_table
from crawler.record.ledger import Ledger
from crawler.software.inquiries import Inquiries
from crawler.sources import survey_sources, sweep_job_name
from crawler.switches import switch_source
from people.roles import Permission
from web.access.guarded import Guarded
from web.routes.sources.answers import answered_for
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from crawler.sources import Source


def page(request: Request) -> Response:
    """The source as it stands."""
    return _show(request, _source(request), "")


def act(request: Request) -> Response:
    """Do what the button says; the scheduler does what takes long, or asks other people's servers."""
    source, doing = _source(request), form_of(request).get("do")
    if doing == "try":
        return RedirectResponse(f"/sources/new/{_trial(request, source)}", status_code=303)
    if doing == "now":
        if not source.enabled:
            raise HTTPException(409)
        return _show(request, source, "asked" if _ask(request, source) else "running")
    if doing not in {"on", "off"}:
        raise HTTPException(400)
    try:
        _switch(request, source, on=doing == "on")
    except SourcesError as error:
        language = world_of(request).pages.language(request)
        said = " ".join(error.said(language)) if isinstance(error, SourceChangeError) else str(error)
        return _show(request, source, "", wrong=said)
    return RedirectResponse(f"/sources/{source.name}", status_code=303)


def _trial(request: Request, source: Source) -> str:
    """A trial of it waits for the scheduler; under which name."""
    home = world_of(request).home
    inquiries = Inquiries(home.settings.home, home.clock)
    made = inquiries.add(source.url, actor_of(request).signature, private=source.allows_private, source=source.name)
    return made.id


def _ask(request: Request, source: Source) -> bool:
    """Have it swept at the scheduler's next tick; whether it is not being swept anyhow."""
    home = world_of(request).home
    with home.database.write() as session:
        return ask_again(session, sweep_job_name(source.name), now=shared_now(session, home.clock))


def _switch(request: Request, source: Source, *, on: bool) -> None:
    with answered_for(request):
        switch_source(world_of(request).home.settings.sources_path, source.name, on=on)


def _show(request: Request, source: Source, said: str, wrong: str = "") -> Response:
    world = world_of(request)
    home = world.home
    now = home.clock.now()
    every = watched_sources(home.settings, home.database, now).sources
    with home.database.read() as session:
        cut = cut_off_sweeps(session, now)
    watched = next((one for one in every if one.name == source.name), None)
    if watched is None:
        raise HTTPException(404)
    return world.pages.render(
        request, "source.html", source=watched, enabled=source.enabled, said=said, wrong=wrong, cut=cut,
        is_new=request.query_params.get("new") == "yes" and not watched.sweeps,
        conditions=sorted(watched.conditions, key=lambda one: not one.alarms),
        unread=Ledger(source.name, source.every, home.database, home.clock).standing(),
        options=told_table(home.settings.sources_path, source.name),
    )  # fmt: skip


def _source(request: Request) -> Source:
    found = survey_sources(world_of(request).home.settings.sources_path).sources.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return found


ROUTES = [
    Guarded("/sources/{name}", page, needs=Permission.SEE_SOURCES),
    Guarded("/sources/{name}", act, methods=["POST"], needs=Permission.CHANGE_SOURCES),
]
