"""The draft of the regulator's sheet as a document: every number, and the beginning of the list behind it."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from custody.supervision.numbers import EVERY, LENT_DATA, MEASURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from docx.document import Document

    from custody.supervision.check_sheets import Sheets
    from custody.supervision.numbers import CountedPeriod, NumberBehind
    from custody.supervision.words import Words

SHOWN: Final = 20
"""Rows of each list in the document; the workbook has all of them."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FONT: Final = "Yu Mincho"
_BODY_POINTS: Final = 9


def draft_document(
    numbers: Sequence[NumberBehind], period: CountedPeriod, words: Words, sheets: Sheets, made_on: date
) -> bytes:
    """The draft as DOCX.

    Args:
        numbers: Of `custody.supervision.numbers.numbers_of`.
        period: Their period.
        words: The language.
        sheets: The check sheets there are.
        made_on: The day on the draft.
    """
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(_BODY_POINTS)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.add_heading(words.said("title"), 0)
    for said in (
        words.said("period", first=period.first, last=period.last),
        words.said("made", day=made_on),
        words.said("counting"),
        words.said("items"),
    ):
        document.add_paragraph(said)

    def own(one: NumberBehind) -> bool:
        return one.group == MEASURES and sheets[one.labels["sheet"]].is_own

    _section(document, "lent", [one for one in numbers if one.group == LENT_DATA], words, sheets)
    about = [one for one in numbers if one.group not in {LENT_DATA, MEASURES}]
    _section(document, "supervised", about, words, sheets)
    _measures(document, numbers, words, sheets, lambda one: not own(one))
    document.add_heading(words.said("own"), 1)
    _measures(document, numbers, words, sheets, own)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _section(document: Document, name: str, numbers: Sequence[NumberBehind], words: Words, sheets: Sheets) -> None:
    document.add_heading(words.said(name), 1)
    head = (words("field", "group"), "", words("field", "count"))
    rows = [(words("number", one.group), words.labels(one, sheets), one.count) for one in numbers]
    _table(document, head, rows)
    for group in dict.fromkeys(one.group for one in numbers):
        mine = [one for one in numbers if one.group == group]
        if group != EVERY:
            _list(document, group, mine, words, sheets)


def _list(document: Document, group: str, numbers: Sequence[NumberBehind], words: Words, sheets: Sheets) -> None:
    total, name = sum(one.count for one in numbers), words("number", group)
    document.add_heading(words.said("list", name=name, n=total), 2)
    if not total:
        document.add_paragraph(words.said("none"))
        return
    columns = numbers[0].columns
    rows = [(words.labels(one, sheets), one.columns, row) for one in numbers for row in one.rows[:SHOWN]][:SHOWN]
    _table(
        document, ("", *(words("field", column) for column in columns)),
        [(label, *map(words.cell, names, row)) for label, names, row in rows],
    )  # fmt: skip
    if total > len(rows):
        document.add_paragraph(words.said("rest", n=total - len(rows), name=name))


def _measures(
    document: Document, numbers: Sequence[NumberBehind], words: Words, sheets: Sheets,
    fits: Callable[[NumberBehind], bool],
) -> None:  # fmt: skip
    """A table for each sheet: a question a row, and how many contracts give each answer."""
    mine = [one for one in numbers if one.group == MEASURES and fits(one)]
    for name in dict.fromkeys(one.labels["sheet"] for one in mine):
        sheet = sheets[name]
        of_sheet = [one for one in mine if one.labels["sheet"] == name]
        answers = sorted({one.labels["answer"] for one in of_sheet})
        counts = {(one.labels["question"], one.labels["answer"]): one.count for one in of_sheet}
        document.add_heading(sheet.title(words.language), 2)
        head = [words("field", "item"), words("field", "category"), words("field", "question")]
        rows = [
            (
                question.item, words("category", question.category),
                question.ja if words.language == "ja" else question.en,
                *(counts.get((number, answer), 0) for answer in answers),
            )
            for number, question in sheet.question.items()
        ]  # fmt: skip
        _table(document, [*head, *(words("answer", answer) for answer in answers)], rows)


def _table(document: Document, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = document.add_table(rows=1, cols=len(head))
    table.style = "Table Grid"
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(text).bold = True
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _CONTROL.sub(" ", f"{value:,}" if isinstance(value, int) else str(value))
