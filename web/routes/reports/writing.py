"""One report: what is known beside what a person writes, saved as a draft; versions; the report as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from incidents.errors import NoIncidentError
from people.roles import Permission
from reports.comparing import differences
from reports.drafting import KNOWN, TEXT, find_draft, save
from reports.errors import GlyphError, ReportError
from reports.filing import get_version, hand_over, output_bytes, output_hashes, record_taking, versions_of
from reports.filling import fill
from reports.making import MadeFile, make, make_all
from reports.models import APPROVED, FILED, WAITING
from reports.outputs import load_outputs, output_of
from reports.printing.clean import cleaned
from reports.printing.fonts import check_glyphs, open_faces
from reports.reading import version_line
from reports.values import LONGEST_TEXT, from_data
from web.access.guarded import Guarded
from web.forms import moment_field
from web.recorded import SEE_OTHER, by_now
from web.routes.reports.subjects import INCIDENT, NOT_THERE, QUARTER, about_in, form_in, line_of, place_of
from web.world import form_of, world_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from starlette.requests import Request

    from reports.filling import ReportSubject
    from reports.forms.interface import Form
    from reports.values import FilledReport

SAVED, ASKED = "saved", "asked"
DONE = (SAVED, ASKED, "approved", "returned", "filed")
LONGEST_NUMBER = 9


def page(request: Request) -> Response:
    """The report as it stands, item by item."""
    world, about, form = world_of(request), about_in(request), form_in(request)
    language, settings = world.pages.language(request), world.home.settings
    with world.home.database.read() as session:
        line = line_of(request, session, about)
        report = _filled(request, session, form, about)
        draft = find_draft(session, form.name, about)
        past = versions_of(session, form.name, about)
        versions = [version_line(one, language) for one in past]
        open_version = next((one for one in versions if one.state in {WAITING, APPROVED}), None)
    done = request.query_params.get("done", "")
    return world.pages.render(
        request, "report.html", line=line, about=about, place=f"{place_of(about)}/{form.name}", report=report,
        form=form, revision=draft.revision if draft else 0, saved=draft, versions=versions, waiting=open_version,
        formats=list(load_outputs()), longest=LONGEST_TEXT, done=done if done in DONE else "",
        glyphs=_complaint(request, report), now_field=moment_field(world.home.clock.now(), settings.zone),
    )  # fmt: skip


def write(request: Request) -> Response:
    """Save what was written; with ``do=ask``, freeze it and ask for approval."""
    world, about, form, given = world_of(request), about_in(request), form_in(request), form_of(request)
    items = {
        plan.name: {TEXT: given.get(f"text-{plan.name}", ""), KNOWN: given.get(f"known-{plan.name}") == "yes"}
        for plan in form.items if f"text-{plan.name}" in given
    }  # fmt: skip
    revision = given.get("revision", "0")
    seen = int(revision) if revision.isascii() and revision.isdigit() and len(revision) <= LONGEST_NUMBER else -1
    try:
        with world.home.database.write() as session:
            save(session, form.name, about, items, revision=seen, **by_now(request))
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None
    asks = given.get("do") == "ask"
    if asks:
        _ask(request, form, about)
    return _back(about, form, ASKED if asks else SAVED)


def version(request: Request) -> Response:
    """One version as it was frozen, with what it says that the one before did not."""
    world, about, form = world_of(request), about_in(request), form_in(request)
    number, language = request.path_params["number"], world.pages.language(request)
    with world.home.database.read() as session:
        line = line_of(request, session, about)
        past = versions_of(session, form.name, about)
        found = next((one for one in past if one.number == number), None)
        if found is None:
            raise HTTPException(NOT_THERE)
        before = _before(past, number)
        report = from_data(found.content)
        changed = differences(from_data(before.content), report) if before else None
        files = {name: sha256 for name, sha256 in output_hashes(session, found).items() if name in load_outputs()}
        shown = version_line(found, language)
    return world.pages.render(
        request, "report_version.html", line=line, about=about, place=f"{place_of(about)}/{form.name}", form=form,
        report=report, version=shown, before=before.number if before else None, changed=changed, files=files,
        now_field=moment_field(world.home.clock.now(), world.home.settings.zone),
    )  # fmt: skip


def take(request: Request) -> Response:
    """The report as a file: as it stands now, or a version byte for byte; taking it away is on the record."""
    world, about, form, given = world_of(request), about_in(request), form_in(request), form_of(request)
    asked, number = output_of(given.get("format", "")), given.get("number", "")
    is_version = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    who = by_now(request)
    with world.home.database.read() as session:
        line_of(request, session, about)
        if is_version:
            kept = output_bytes(session, get_version(session, form.name, about, int(number)), asked.name)
            made = MadeFile(kept.format, asked.media_type, kept.content)
        else:
            report = _filled(request, session, form, about)
            made = make(report, asked.name, world.home.settings, who["now"])
    with world.home.database.write() as session:
        record_taking(session, form.name, about, made, number=int(number) if is_version else None, **who)
    name = f"hinomi-{form.name}-{about.quarter or about.incident_id}{f'-v{int(number)}' if is_version else ''}"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{made.format}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


def _ask(request: Request, form: Form, about: ReportSubject) -> None:
    world, who = world_of(request), by_now(request)
    with world.home.database.read() as session:
        report, seen = _filled(request, session, form, about), find_draft(session, form.name, about)
    files = make_all(report, world.home.settings, who["now"])  # nobody else waits to write meanwhile
    with world.home.database.write() as session:
        draft = find_draft(session, form.name, about)
        if draft is not None and (seen is None or seen.revision != draft.revision):
            raise ReportError("changed", form=form.name, by=draft.saved_by)
        hand_over(session, report, about, files, **who)


def _filled(request: Request, session: Session, form: Form, about: ReportSubject) -> FilledReport:
    home = world_of(request).home
    draft = find_draft(session, form.name, about)
    written: dict[str, Any] = draft.items if draft else {}
    try:
        return fill(session, form.name, about, home.settings, now=home.clock.now(), written=written)
    except NoIncidentError:
        raise HTTPException(NOT_THERE) from None


def _complaint(request: Request, report: FilledReport) -> tuple[str, str] | None:
    """What could not be printed, before somebody asks for it."""
    world = world_of(request)
    try:
        check_glyphs(cleaned(report), open_faces(world.home.settings.reports.fonts))
    except GlyphError as error:
        return error.said(world.pages.language(request))
    return None


def _before(past: list[Any], number: int) -> Any:
    """The version that was filed last before one; without such a one, the one before."""
    earlier = [one for one in past if one.number < number]
    return next((one for one in earlier if one.state == FILED), earlier[0] if earlier else None)


def _back(about: ReportSubject, form: Form, done: str) -> RedirectResponse:
    return RedirectResponse(f"{place_of(about)}/{form.name}?done={done}", status_code=SEE_OTHER)


ROUTES = [
    Guarded(f"{INCIDENT}/{{form}}", page, needs=Permission.SEE_CASES),
    Guarded(f"{INCIDENT}/{{form}}", write, methods=["POST"], needs=Permission.WRITE_REPORTS),
    Guarded(f"{INCIDENT}/{{form}}/versions/{{number:id}}", version, needs=Permission.SEE_CASES),
    Guarded(f"{INCIDENT}/{{form}}/file", take, methods=["POST"], needs=Permission.SEE_CASES),
    Guarded(f"{QUARTER}/{{form}}", page, needs=Permission.SEE_QUARTERS),
    Guarded(f"{QUARTER}/{{form}}", write, methods=["POST"], needs=Permission.WRITE_REPORTS),
    Guarded(f"{QUARTER}/{{form}}/versions/{{number:id}}", version, needs=Permission.SEE_QUARTERS),
    Guarded(f"{QUARTER}/{{form}}/file", take, methods=["POST"], needs=Permission.SEE_QUARTERS),
]
