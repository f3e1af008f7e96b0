"""PDF, set by typst: texts go in as data and are never read as markup, and no file or package is fetched.

The template is ours (`reports/template.typ`); system fonts are left out, so that the same report is the same bytes on
every machine. Words that do not fit a line are broken without a character being put in.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from core.texts import load_texts
from reports.outputs.interface import Output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reports.printing.fonts import Face
    from reports.values import FilledReport

TEMPLATE: Final = Path(__file__).parent.parent / "template.typ"


class PdfFile(Output):
    """PDF."""

    name = "pdf"
    media_type = "application/pdf"

    def write(self, report: FilledReport, faces: Sequence[Face], at: datetime) -> bytes:
        """The report as a PDF."""
        import typst

        # A folder with these fonts alone: typst looks into folders, and takes what else is there by the same name.
        with tempfile.TemporaryDirectory() as folder:
            for number, face in enumerate(faces):
                (Path(folder) / f"{number}{face.path.suffix}").symlink_to(face.path.resolve())
            made = typst.compile(
                TEMPLATE, format="pdf", font_paths=[Path(folder)], ignore_system_fonts=True,
                sys_inputs={"report": json.dumps(_data(report, faces))}, timestamp=int(at.timestamp()),
            )  # fmt: skip
        return bytes(made)


def _data(report: FilledReport, faces: Sequence[Face]) -> dict[str, Any]:
    other = next(name for name in report.title if name != report.language)
    return {
        "language": report.language, "fonts": [face.family for face in faces],
        "title": report.title[report.language], "other_title": report.title[other], "law": report.law,
        "head": report.head, "source": load_texts("reports", report.language)("top.sources"),
        "items": [
            {
                "heading": item.heading[report.language], "other": item.heading[other],
                "known": [
                    {"text": one.text, "source": one.source if report.cites else "", "table": one.table}
                    for one in item.told
                ],
                "gaps": [gap.text for gap in item.open_gaps], "written": item.written.strip(),
            }
            for item in report.outgoing
        ],
    }  # fmt: skip
