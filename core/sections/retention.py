"""How long bodies of documents are kept, by what they turned out to be."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from core.sections.table import SettingsTable

_TERM: Final = re.compile(r"(\d{1,4})\s*([dwmy])")
_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}


def _is_term(text: str) -> str:
    if text and (not _TERM.fullmatch(text) or not int(text[:-1])):
        raise ValueError('expected a number of days, weeks, months or years, such as "90d" or "5y", or nothing')
    return text


Term = Annotated[str, AfterValidator(_is_term)]
"""A span such as ``90d``, ``12w``, ``6m`` (of 30 days) or ``5y`` (of 365); empty: without end."""


def term_of(text: str) -> timedelta | None:
    """The span that a term means; None for one without end."""
    found = _TERM.fullmatch(text)
    return timedelta(days=int(found[1]) * _DAYS[found[2]]) if found else None


class RetentionSettings(SettingsTable):
    """How long the body of a document is kept, counted from its last sighting; its record and its hash stay."""

    leak: Term = Field(default="", description="documents of incidents that were confirmed; empty: kept")
    unsettled: Term = Field(default="", description="ours among others, or an incident that was not confirmed")
    nothing: Term = Field(default="180d", description="judged, and nothing of ours was found")
    handed_in: Term = Field(default="", description="files that somebody handed in, whatever was found")
    attachment: Term = Field(default="", description="evidence such as certificates, kept with what it shows")
    unread: Term = Field(default="", description="not read whole, or not to be judged")
