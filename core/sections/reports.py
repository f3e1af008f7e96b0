"""Settings of reports: who reports, whom to ask about them, and with which fonts they are printed."""

from __future__ import annotations

from pydantic import Field

from core.sections.table import SettingsTable


class ReportSettings(SettingsTable):
    """Who reports, whom to ask about a report, and the fonts that PDFs are printed with."""

    organisation: str = Field(default="", description="who reports: the carrier's name, as the office knows it")
    contact: str = Field(default="", description="whom to ask: department, person in charge, telephone, e-mail")
    customer_contact: str = Field(default="", description="where customers may ask: telephone, hours, e-mail")
    fonts: list[str] = Field(
        default_factory=list,
        description="font files (.otf, .ttf, .ttc) for characters that the font that comes with Hinomi does not have",
    )
