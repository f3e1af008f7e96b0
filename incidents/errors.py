"""The incidents' branch of the error tree."""

from __future__ import annotations

from core.errors import HinomiError


class IncidentError(HinomiError):
    """Something about an incident cannot be done or found; the message names the incident and what was asked."""


class NoIncidentError(IncidentError):
    """There is no incident of that number."""

    exit_code = 2

    def __init__(self, incident_id: object) -> None:
        super().__init__(f"there is no incident {incident_id}", hint="`hinomi incidents list` shows them all.")


class NoSuspicionError(IncidentError):
    """The regular checks found nothing of that number."""

    exit_code = 2

    def __init__(self, suspicion_id: object) -> None:
        super().__init__(f"there is no suspicion {suspicion_id}", hint="`hinomi trails suspicions` lists them.")


class ForbiddenActionError(IncidentError):
    """The state table does not allow the action from the present state, or it lacks its reason."""

    exit_code = 2


class SearchError(IncidentError):
    """A search that cannot be meant, such as a date that does not exist."""

    exit_code = 2
