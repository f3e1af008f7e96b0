"""DOCX (Office Open XML), the same report to the same bytes: its archive's times are fixed, its own are the report's.

The reader's machine has the fonts: a common Japanese one is named, and Word takes another for what it lacks.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

from core.texts import load_texts
from reports.outputs.interface import Output

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from reports.printing.fonts import Face
    from reports.values import FilledItem, FilledReport, Known

FONTS: Final = {"ja": "MS Gothic", "en": "Arial"}
EAST_ASIAN: Final = "MS Gothic"
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that an archive can say."""


class WordFile(Output):
    """DOCX."""

    name = "docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def write(self, report: FilledReport, faces: Sequence[Face], at: datetime) -> bytes:
        """The report as a document of Word."""
        from docx import Document
        from docx.shared import Pt

        del faces
        document = Document()
        _name_fonts(document, report.language)
        about = document.core_properties
        about.title, about.author, about.last_modified_by = report.title[report.language], "", ""
        about.created = about.modified = at.replace(tzinfo=None, microsecond=0)
        about.comments, about.subject, about.language = "", report.about, report.language
        _heading(document, report.title, report.language, 0)
        if report.law:
            document.add_paragraph(report.law)
        for name, value in report.head:
            document.add_paragraph(f"{name}: {value}")
        for number, item in enumerate(report.outgoing, start=1):
            _heading(document, item.heading, report.language, 1, f"{number}. ")
            _write_item(document, item, report, Pt(8))
        made = io.BytesIO()
        document.save(made)
        return _with_fixed_times(made.getvalue())


def _write_item(document: Any, item: FilledItem, report: FilledReport, small: Any) -> None:
    texts = load_texts("reports", report.language)
    for known in item.told:
        line = document.add_paragraph(known.text)
        if known.source and report.cites:
            line.add_run(f"\n{texts('top.sources')}: {known.source}").font.size = small
        _add_table(document, known, small)
    for gap in item.open_gaps:
        document.add_paragraph(style="Intense Quote").add_run(gap.text).bold = True
    if item.written.strip():
        _write_blocks(document, [block.strip("\n") for block in item.written.strip().split("\n\n")])


def _write_blocks(document: Any, blocks: Sequence[str]) -> None:
    """Paragraphs, each behind the last: python-docx looks through all of them for where one more goes."""
    from docx.oxml import OxmlElement
    from docx.text.paragraph import Paragraph

    last = document.add_paragraph(blocks[0])
    for block in blocks[1:]:
        element = OxmlElement("w:p")
        last._p.addnext(element)  # noqa: SLF001  # there is no other way to put one behind another
        last = Paragraph(element, last._parent)  # noqa: SLF001
        if block:
            last.add_run(block)


def _add_table(document: Any, known: Known, small: Any) -> None:
    if not known.table:
        return
    table = document.add_table(rows=0, cols=len(known.table[0]), style="Table Grid")
    for number, row in enumerate(known.table):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            run = cell.paragraphs[0].add_run(text)
            run.font.size, run.bold = small, number == 0
    document.add_paragraph()


def _heading(document: Any, words: dict[str, str], language: str, level: int, before: str = "") -> None:
    other = next(text for name, text in words.items() if name != language)
    document.add_heading(f"{before}{words[language]}\n{other}", level)


def _name_fonts(document: Any, language: str) -> None:
    from docx.oxml.ns import qn

    for style in document.styles:
        if getattr(style, "font", None) is None or (style.element.rPr is None and style.name != "Normal"):
            continue
        style.font.name = FONTS[language]
        fonts = style.element.rPr.rFonts
        for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(name), None)
        fonts.set(qn("w:eastAsia"), EAST_ASIAN)


def _with_fixed_times(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in given.namelist():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            kept.writestr(entry, given.read(name))
    return made.getvalue()
