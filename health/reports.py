"""The reports: whether the fonts that they are printed with are there, and what these do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from health.interface import Diagnosis, failed
from reports.errors import ReportError
from reports.printing.fonts import missing, open_faces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home

TRIED: Final = "𠮷龘髙﨑邊辻\U000e0100"
"""Letters of names that common fonts lack."""


def look_at_reports(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """The fonts, and who reports."""
    settings = home.settings.reports
    try:
        faces = open_faces(settings.fonts)
    except ReportError as error:
        yield failed("reports", error)
        return
    lacking = "".join(missing(TRIED, faces))
    values = {"names": ", ".join(face.family for face in faces), "lacking": lacking}
    yield Diagnosis("note" if lacking else "ok", "reports", "lacking" if lacking else "fonts", values)
    unset = [name for name in ("organisation", "contact", "customer_contact") if not getattr(settings, name).strip()]
    if unset:
        yield Diagnosis("note", "reports", "nobody", {"names": ", ".join(unset)})
