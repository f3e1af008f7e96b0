"""The reports' branch of the error tree; what people read of it stands in ``texts/``, in every language."""

from __future__ import annotations

from core.errors import SpokenError


class ReportError(SpokenError):
    """Something about a report cannot be done or found; the message names the form and what was asked."""

    exit_code = 2
    package = "reports"


class GlyphError(ReportError):
    """A report holds characters that no font has: printed, they would be empty boxes."""


class ReportRightsError(ReportError):
    """Whoever acts may not: another role's step, or the same person's as the step before."""
