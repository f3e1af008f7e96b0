"""Enrolment of customers' files: hand one in, see what is understood of it, correct that, start, and watch."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from core.clock import local
from core.processes.child import run_hinomi
from core.texts import load_texts
from custody.enrolment.enroller import READING
from custody.enrolment.plan.column_names import mapping_of_choices
from custody.enrolment.uploads import FAILED, KEPT, LARGEST_BYTES, NEW, WAITING, Upload, Uploads
from custody.models import Extract
from custody.register.ledger import Lending
from fingerprints.identifiers import kind_classes
from people.roles import Permission
from web.access.guarded import Guarded
from web.access.sessions import clean_name
from web.routes.work.estimates import WorkStep, time_left
from web.uploads.files import FILE_NAME
from web.world import actor_of, form_of, world_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from custody.enrolment.uploads import EnrolmentStep

LOOK_LIMIT_S: Final = 120.0
"""How long a look at a file's columns may take; a workbook of a million rows takes half a minute."""
_REFRESH_S: Final = 2
_UPLOAD: Final = "hinomi.upload"
"""The name of the upload that the gate received for this request."""


def page(request: Request) -> Response:
    """The form to hand a file in, and what became of those that were."""
    world = world_of(request)
    today = local(world.home.clock.now(), world.home.settings.zone).date()
    extract = clean_name(request.query_params.get("extract", ""))
    with world.home.database.read() as session:
        known = session.scalar(select(Extract).where(Extract.name == extract)) if extract else None
        processor = known.processor.name if known is not None and known.processor is not None else ""
        purpose = known.purpose if known is not None else ""
    return world.pages.render(
        request, "enrol.html", uploads=_uploads(request).listed(), today=today.isoformat(),
        largest=LARGEST_BYTES, hours=int(KEPT.total_seconds() // 3600), extract=extract, processor=processor,
        purpose=purpose,
    )  # fmt: skip


def hand_in(request: Request) -> Response:
    """A file that the gate has written to disk: note what it is to be, and look at it."""
    form, uploads, name = form_of(request), _uploads(request), request.scope[_UPLOAD]
    extract, as_of = clean_name(form.get("extract", "")), _day(form.get("as_of", ""))
    if not extract or as_of is None:
        uploads.abandon(name)
        raise HTTPException(400)
    processor, purpose = clean_name(form.get("processor", "")), form.get("purpose", "").strip()
    lending = Lending(extract, as_of, processor, purpose=purpose, by=actor_of(request).signature)
    _look(request, uploads.add(name, form[FILE_NAME], lending))
    return RedirectResponse(f"/enrol/{name}", status_code=303)


def one(request: Request) -> Response:
    """One file: what is understood of it, how far its run is, or how it ended."""
    return _show(request, _upload(request))


def act(request: Request) -> Response:
    """Look again with other columns, start, or take the file back."""
    form, uploads, upload = form_of(request), _uploads(request), _upload(request)
    if form.get("do") == "drop" and upload.state in {NEW, FAILED}:
        uploads.drop(upload)
        return RedirectResponse("/enrol", status_code=303)
    if upload.state != NEW or form.get("do") not in {"look", "start"}:
        raise HTTPException(409 if upload.state != NEW else 400)
    upload = _with_choices(request, upload)
    plan = uploads.plan_of(upload)
    warned = any(remark["warns"] for remark in plan.get("remarks", ()))
    if form["do"] == "start" and not plan.get("refused", True) and (not warned or form.get("warned") == "yes"):
        uploads.change(upload, state=WAITING)
    return RedirectResponse(f"/enrol/{upload.id}", status_code=303)


def _with_choices(request: Request, upload: Upload) -> Upload:
    """The file as it is understood with what the form says of its columns; looked at anew only if that is another."""
    form, uploads = form_of(request), _uploads(request)
    shown = uploads.plan_of(upload).get("columns", [])
    before = [one["kind"] + "+" * one["goes_on"] for one in shown]
    chosen = [form.get(f"column-{n}", before[n]) for n in range(len(shown))]
    sheet = form.get("sheet", upload.sheet)
    if (chosen == before and sheet == upload.sheet) or not all(map(_is_choice, chosen)):
        return upload
    mapping = tuple(mapping_of_choices(chosen)) if chosen != before else upload.mapping
    return _look(request, uploads.change(upload, mapping=mapping if sheet == upload.sheet else (), sheet=sheet))


def _look(request: Request, upload: Upload) -> Upload:
    """Have a child look at the file: a hostile workbook takes that down, and not the service."""
    settings = world_of(request).home.settings
    ended = run_hinomi(
        ["uploads", "look", upload.id], home=settings.home, log=settings.home / "logs" / "uploads.log",
        limit_s=LOOK_LIMIT_S,
    )  # fmt: skip
    uploads = _uploads(request)
    looked = uploads.get(upload.id)
    if looked is None:
        raise HTTPException(404)
    if ended.code:
        return uploads.change(looked, message=looked.message or "the file could not be looked at")
    return looked


def _show(request: Request, upload: Upload) -> Response:
    world, uploads = world_of(request), _uploads(request)
    plan = uploads.plan_of(upload)
    response = world.pages.render(
        request, "enrolment.html", upload=upload, plan=plan, kinds=list(kind_classes()),
        remarks=_remarks(request, plan), run=_run(request, uploads.steps_of(upload)),
    )  # fmt: skip
    if upload.state in {WAITING, "running"}:
        response.headers["Refresh"] = str(_REFRESH_S)
    return response


def _run(request: Request, steps: Sequence[EnrolmentStep]) -> dict[str, Any]:
    """How far a run is: rows read of about how many, at which pace, and how long it still takes where that is known."""
    if not steps:
        return {"share": 0.0, "rows": 0, "about": 0, "pace": 0, "left": None, "stage": "", "began_at": None}
    first, last = steps[0], steps[-1]
    read = [step for step in steps if step.stage == "read"]
    took = (read[-1].at - first.at).total_seconds()
    left = time_left([WorkStep(step.at, step.share) for step in steps], world_of(request).home.clock.now())
    share = read[-1].share / READING
    return {
        "share": last.share, "rows": last.rows, "stage": last.stage, "left": left, "began_at": first.at,
        "about": round(read[-1].rows / share) if share > 0 else 0, "pace": read[-1].rows / took if took > 0 else 0,
    }  # fmt: skip


def _remarks(request: Request, plan: dict[str, Any]) -> list[tuple[bool, str]]:
    """Whether each remark warns, and what it says in the reader's language."""
    language = world_of(request).pages.language(request)
    texts, kinds = load_texts("custody", language), load_texts("incidents", language)
    said = []
    for one in plan.get("remarks", ()):
        values = {**one["values"]}
        if (kind := f"field.{values.get('kind')}") in kinds:
            values["kind"] = kinds(kind)
        said.append((one["warns"], texts(f"{'warning' if one['warns'] else 'note'}.{one['code']}", **values)))
    return said


def _is_choice(choice: str) -> bool:
    return not choice or choice.removesuffix("+") in kind_classes()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uploads(request: Request) -> Uploads:
    home = world_of(request).home
    return Uploads(home.settings.home, home.clock)


def _upload(request: Request) -> Upload:
    found = _uploads(request).get(request.path_params["upload"])
    if found is None:
        raise HTTPException(404)
    return found


ROUTES = [
    Guarded("/enrol", page, methods=["GET"], needs=Permission.ENROL),
    Guarded("/enrol", hand_in, methods=["POST"], needs=Permission.ENROL),
    Guarded("/enrol/{upload}", one, methods=["GET"], needs=Permission.ENROL),
    Guarded("/enrol/{upload}", act, methods=["POST"], needs=Permission.ENROL),
]
