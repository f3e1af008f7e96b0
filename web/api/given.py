"""What calls give in their address: which incident, how many, from where on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.exceptions import HTTPException

from incidents.errors import NoIncidentError
from incidents.models import Incident

if TYPE_CHECKING:
    from web.api.door import Call

LANGUAGE: Final = "en"
MOST: Final = 200
WRONG: Final = 422
LARGEST_ID: Final = 2**31 - 1
ONE: Final = "/incidents/{incident_id:id}"
ROW: Final = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
CURSOR: Final = {"type": "string", "maxLength": 100}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}
PAGED: Final[dict[str, dict[str, Any]]] = {"cursor": CURSOR, "limit": LIMIT}


def incident_of(call: Call) -> int:
    """The incident in the address.

    Raises:
        NoIncidentError: There is none of that number.
    """
    number = int(call.path["incident_id"])
    if number > LARGEST_ID or call.session.get(Incident, number) is None:
        raise NoIncidentError(number)
    return number


def limit_of(call: Call) -> int:
    """How many at most.

    Raises:
        HTTPException: It is no number, or too large.
    """
    limit = number_of(call.query.get("limit", "50"))
    if limit is None or not 1 <= limit <= MOST:
        raise HTTPException(WRONG, f"limit: expected 1 to {MOST}")
    return limit


def number_of(text: str) -> int | None:
    """A number; none for no text.

    Raises:
        HTTPException: It is none.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):  # noqa: PLR2004  # a row's number has no more
        raise HTTPException(WRONG, "expected a number")
    return int(text)
