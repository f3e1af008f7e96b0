"""The incidents' branch of the error tree; what people read of it stands in ``texts/``, in every language."""

from __future__ import annotations

from core.errors import SpokenError
from core.texts import load_texts


class IncidentError(SpokenError):
    """Something about an incident cannot be done or found; the message names the incident and what was asked."""

    exit_code = 2
    package = "incidents"

    def _word(self, name: str, value: object, language: str) -> object:
        """A state, an action or a side as the language has it; in English states and actions as commands have them."""
        if name == "side":
            return load_texts("incidents", language)(f"side.{value}")
        if language == "en" or name not in {"state", "action", "allowed"}:
            return value
        texts, table = load_texts("incidents", language), "state" if name == "state" else "action"
        keys = ((word, f"{table}.{word}") for word in str(value).split(", "))
        return "、".join(texts(key) if key in texts else word for word, key in keys)


class NoIncidentError(IncidentError):
    """There is no incident of that number."""

    def __init__(self, incident_id: object) -> None:
        super().__init__("unknown", incident=incident_id)


class NoSuspicionError(IncidentError):
    """The regular checks found nothing of that number."""

    def __init__(self, suspicion_id: object) -> None:
        super().__init__("no_suspicion", suspicion=suspicion_id)


class ForbiddenActionError(IncidentError):
    """The state table does not allow the action from the present state, or it lacks its reason."""


class SearchError(IncidentError):
    """A search that cannot be meant, such as a date that does not exist."""
