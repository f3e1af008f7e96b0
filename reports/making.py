"""From a report to files: text made clean, every glyph looked up, then each format."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.outputs import load_outputs, output_of
from reports.printing.clean import cleaned
from reports.printing.fonts import check_glyphs, open_faces

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from core.settings import Settings
    from reports.values import FilledReport


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A report as a file."""

    format: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def make(report: FilledReport, format_name: str, settings: Settings, at: datetime) -> MadeFile:
    """A report as a file.

    Raises:
        GlyphError: A character has no glyph in any font.
        ReportError: There is no such format, or a font of the settings cannot be read.
    """
    return next(iter(make_all(report, settings, at, [format_name])))


def make_all(
    report: FilledReport, settings: Settings, at: datetime, formats: Iterable[str] | None = None
) -> list[MadeFile]:
    """A report in every format, or in some.

    Raises:
        GlyphError: A character has no glyph in any font.
        ReportError: There is no such format, or a font of the settings cannot be read.
    """
    wanted = [output_of(name) for name in (formats if formats is not None else load_outputs())]
    faces = open_faces(settings.reports.fonts)
    outgoing = cleaned(report)
    check_glyphs(outgoing, faces)
    return [MadeFile(one.name, one.media_type, one.write(outgoing, faces, at)) for one in wanted]
