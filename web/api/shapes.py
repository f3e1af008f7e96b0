"""What calls take and give, as the document at ``/api/v1/openapi.json`` describes it."""

from __future__ import annotations

from datetime import datetime  # pydantic reads the annotations
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from incidents.actions import NOTE_LENGTH

Words = Annotated[str, StringConstraints(min_length=1, max_length=NOTE_LENGTH, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Reason = Annotated[str, StringConstraints(max_length=NOTE_LENGTH, pattern=r"^[^\x00]*$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class _Given(BaseModel):
    model_config = ConfigDict(from_attributes=True, extra="ignore")


class IncidentShape(_Given):
    """An incident: counts and states, never a customer's value."""

    id: int
    state: str
    severity: str
    title: str
    opened_at: datetime
    updated_at: datetime
    first_seen_at: datetime
    subjects: int
    people: int
    documents: int
    sightings: int
    confidence: float
    fields: dict[str, int]
    sources: tuple[str, ...]
    assignee: str
    dismiss_reason: str
    csirt_confirmed_at: datetime | None
    csirt_confirmed_by: str
    owner_confirmed_at: datetime | None
    owner_confirmed_by: str
    merged_into: int | None


class EventShape(_Given):
    """One line of a timeline; ``data`` is what its sentence tells."""

    id: int
    incident_id: int | None
    happened_at: datetime
    learned_at: datetime
    kind: str
    actor: str
    source: str
    text: str
    data: dict[str, Any]


class SourceShape(_Given):
    """A source and how it does."""

    name: str
    health: str
    alarms: list[str]
    last_sweep_at: datetime | None
    next_sweep_at: datetime | None


class DiagnosisShape(_Given):
    """One thing that the doctor looked at."""

    about: str
    level: Literal["ok", "note", "bad"]
    seen: str
    hint: str


class Incidents(_Given):
    """A page of incidents, newest first; ``next`` is the cursor of the next, empty at the end."""

    incidents: list[IncidentShape]
    next: str


class Events(_Given):
    """A page of events, newest first; ``next`` is the cursor of the next, empty at the end."""

    events: list[EventShape]
    next: str


class DeadlineShape(_Given):
    """A deadline of an incident; ``due`` is its end in words, ``last_at`` the first moment that is too late."""

    id: int
    incident_id: int
    name: str
    title: str
    state: str
    basis: str
    unit: str
    starts_at: datetime | None
    first_at: datetime | None
    last_at: datetime | None
    due: str
    met_at: datetime | None
    is_late: bool


class DeadlineList(_Given):
    """Deadlines, those that end first in front."""

    deadlines: list[DeadlineShape]


class ReportVersionShape(_Given):
    """A version of a report; ``sha256`` is the hash of what it says, ``outputs`` those of its files, by format."""

    id: int
    form: str
    title: str
    about: str
    incident_id: int | None
    number: int
    state: Literal["waiting", "approved", "returned", "filed"]
    sha256: str
    outputs: dict[str, str]
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str
    said: str
    filed_at: datetime | None
    filed_by: str
    recipient: str
    reference: str


class ReportFormShape(_Given):
    """A form of report with its draft, and its versions, the latest first."""

    form: str
    title: str
    approver: str
    saved_at: datetime | None
    saved_by: str
    versions: list[ReportVersionShape]


class ReportForms(_Given):
    """The forms that are about an incident or a quarter."""

    forms: list[ReportFormShape]


class ReportVersions(_Given):
    """A page of versions, newest first; ``next`` is the cursor of the next, empty at the end."""

    versions: list[ReportVersionShape]
    next: str


class ReportFile(_Given):
    """A version as a file."""

    name: str
    media_type: str
    sha256: str
    content_base64: str


class Sources(_Given):
    """Every source."""

    sources: list[SourceShape]


class Health(_Given):
    """What the doctor found."""

    diagnoses: list[DiagnosisShape]


class NoteBody(_Shape):
    """A note for the timeline."""

    text: Words


class ActionBody(_Shape):
    """What is done to an incident, and why; the confirmations are of persons alone."""

    action: Literal["contain", "close", "dismiss", "reopen"]
    reason: Reason = ""


class AssigneeBody(_Shape):
    """Who has it from now on: an account's name, or empty for nobody."""

    assignee: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]


class Done(_Given):
    """That it was done, and the incident's state now."""

    incident: int
    state: str


class ApiProblem(_Given):
    """What went wrong (RFC 9457), in the words of the program."""

    title: str
    status: int
    detail: str
