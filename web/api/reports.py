"""Calls that read reports: forms and versions of an incident or a quarter, all versions, and a version as a file.

A token is good for the forms that its scope names the permission of. Taking a file away is on the record.
"""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from starlette.exceptions import HTTPException

from core.texts import load_texts
from people.roles import SCOPES
from reports.errors import ReportError
from reports.filing import output_bytes, record_taking
from reports.filling import ReportSubject
from reports.forms import load_forms
from reports.making import MadeFile
from reports.models import VERSION_STATES, ReportDraft, ReportOutput, ReportVersion
from reports.outputs import load_outputs
from reports.quarter import read_quarter
from reports.rights import needed_for
from web.api import shapes
from web.api.door import Operation
from web.api.given import LANGUAGE, LARGEST_ID, ONE, PAGED, ROW, WRONG, incident_of, limit_of, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from reports.forms.interface import Form
    from web.api.door import Call

SCOPE: Final = "reports:read"
NOT_THERE: Final = 404
FORMS: Final = [name for name, form in load_forms().items() if needed_for(form) in SCOPES[SCOPE]]
FORMATS: Final = list(load_outputs())
QUARTER: Final = {"type": "string", "pattern": "^(FY)?20[0-9]{2}-Q[1-4]$"}


def versions(call: Call) -> Mapping[str, Any]:
    """Newest first, below the cursor's number."""
    form, state, limit = call.query.get("form", ""), call.query.get("state", ""), limit_of(call)
    for name, given, allowed in (("form", form, FORMS), ("state", state, VERSION_STATES)):
        if given and given not in allowed:
            raise HTTPException(WRONG, f"{name}: expected one of {', '.join(allowed)}")
    below = number_of(call.query.get("cursor", ""))
    asked = select(ReportVersion).where(ReportVersion.form.in_([form] if form else FORMS))
    asked = asked.where(ReportVersion.state == state) if state else asked
    asked = asked.where(ReportVersion.id < min(below, LARGEST_ID)) if below is not None else asked
    rows = list(call.session.scalars(asked.order_by(ReportVersion.id.desc()).limit(limit + 1)))
    shown = _shown(call.session, rows[:limit])
    return {"versions": shown, "next": str(rows[limit - 1].id) if len(rows) > limit else ""}


def of_incident(call: Call) -> Mapping[str, Any]:
    """Of one incident."""
    return _forms(call.session, ReportSubject(incident_of(call)))


def of_quarter(call: Call) -> Mapping[str, Any]:
    """Of one quarter."""
    try:
        quarter = read_quarter(str(call.path["quarter"]))
    except ReportError:
        raise HTTPException(NOT_THERE, "no quarter; write it as 2026-Q3 or FY2026-Q2") from None
    return _forms(call.session, ReportSubject(quarter=quarter.written))


def output(call: Call) -> Mapping[str, Any]:
    """A version as the file that it was."""
    number, wanted = int(call.path["version_id"]), str(call.path["format"])
    found = call.session.get(ReportVersion, number) if number <= LARGEST_ID else None
    if found is None or found.form not in FORMS or wanted not in FORMATS:
        raise HTTPException(NOT_THERE, "there is no such version or format")
    kept = output_bytes(call.session, found, wanted)
    made = MadeFile(kept.format, load_outputs()[wanted].media_type, kept.content)
    rest = found.about.partition(":")[2]
    about = ReportSubject(found.incident_id) if found.incident_id is not None else ReportSubject(quarter=rest)
    with call.home.database.write() as session:
        record_taking(session, found.form, about, made, number=found.number, actor=call.actor, now=call.now)
    name = f"hinomi-{found.form}-{rest}-v{found.number}.{made.format}"
    return {
        "name": name, "media_type": made.media_type, "sha256": kept.sha256,
        "content_base64": b64encode(kept.content).decode(),
    }  # fmt: skip


def _forms(session: Session, about: ReportSubject) -> Mapping[str, Any]:
    """Every form that is about such a thing, with its draft and versions."""
    forms = [form for form in load_forms().values() if form.name in FORMS and form.of_quarter == bool(about.quarter)]
    drafts = {one.form: one for one in session.scalars(select(ReportDraft).where(ReportDraft.about == about.written))}
    asked = select(ReportVersion).where(ReportVersion.about == about.written).order_by(ReportVersion.number.desc())
    rows = _shown(session, list(session.scalars(asked)))
    return {"forms": [_form(form, drafts.get(form.name), rows) for form in forms]}


def _form(form: Form, draft: ReportDraft | None, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "form": form.name, "title": _title(form.name), "approver": form.approver.value,
        "saved_at": draft.saved_at if draft else None, "saved_by": draft.saved_by if draft else "",
        "versions": [row for row in rows if row["form"] == form.name],
    }  # fmt: skip


def _shown(session: Session, rows: list[ReportVersion]) -> list[Mapping[str, Any]]:
    asked = select(ReportOutput.version_id, ReportOutput.format, ReportOutput.sha256)
    hashes: dict[int, dict[str, str]] = {}
    for number, name, sha256 in session.execute(asked.where(ReportOutput.version_id.in_([row.id for row in rows]))):
        hashes.setdefault(number, {})[name] = sha256
    names = shapes.ReportVersionShape.model_fields.keys() - {"title", "outputs"}
    return [
        {name: getattr(row, name) for name in names} | {"title": _title(row.form), "outputs": hashes.get(row.id, {})}
        for row in rows
    ]  # fmt: skip


def _title(form: str) -> str:
    return load_texts("reports", LANGUAGE)(f"form.{form}.title")


REPORT_OPERATIONS: Final = (
    Operation(
        "GET", f"{ONE}/reports", SCOPE, "The reports on an incident: forms, drafts and versions.", shapes.ReportForms,
        of_incident,
    ),
    Operation(
        "GET", "/reports", SCOPE, "Versions of all reports, newest first.", shapes.ReportVersions, versions,
        query={
            "form": {"type": "string", "enum": FORMS}, "state": {"type": "string", "enum": list(VERSION_STATES)},
            **PAGED,
        },
    ),
    Operation(
        "GET", "/reports/quarters/{quarter}", SCOPE, "The reports on a quarter: forms, drafts and versions.",
        shapes.ReportForms, of_quarter, places={"quarter": QUARTER},
    ),
    Operation(
        "GET", "/reports/versions/{version_id:id}/{format}", SCOPE,
        "A version as the file that it was, in Base64; taking it away is on the record.", shapes.ReportFile, output,
        places={"version_id": ROW, "format": {"type": "string", "enum": FORMATS}},
    ),
)  # fmt: skip
