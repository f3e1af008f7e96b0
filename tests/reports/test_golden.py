"""Whole forms compared with how they looked when somebody last looked at them: PDFs as pictures, DOCX as text.

A difference means that somebody at an office would see another sheet. If that was meant, look at the new one and keep
it: ``REFRESH_GOLDEN=1 ./run test tests/reports/test_golden.py``.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pypdfium2
import pytest
from docx import Document
from PIL import Image

from core.settings import load_settings
from reports.filling import ReportSubject, fill
from reports.making import make
from tests.incidents.makers import NOW
from tests.reports.test_filing import about as about  # noqa: PLC0414  # a fixture

if TYPE_CHECKING:
    from core.database import Database

GOLDEN: Final = Path(__file__).parent / "golden"
REFRESH: Final = "REFRESH_GOLDEN"
UNLIKE: Final = 0.002
"""Share of pixels that may differ by more than `DARKER`: a letter moved by a hair, no letter gone."""
DARKER: Final = 64
WRITTEN: Final = {
    "overview": {"text": "11月20日深夜、再委託先の作業者が顧客名簿を持ち出した疑いがある。\n𠮷田・龘の各氏を含む。"},
    "publication": {"text": "公表は行っていない（捜査への影響を考慮）。"},
}


@pytest.mark.parametrize("form", ["rapid", "gdpr33", "customers"])
def test_a_form_looks_as_it_did(database: Database, about: ReportSubject, home: Path, form: str) -> None:
    if not database.is_sqlite:
        pytest.skip("the look depends on no database")
    (home / "hinomi.toml").write_text(
        '[reports]\norganisation = "架空通信株式会社"\ncontact = "情報管理部 050-0000-0000"\n', encoding="utf-8"
    )
    settings = load_settings(home)
    with database.read() as session:
        report = fill(session, form, about, settings, now=NOW + timedelta(hours=5), written=WRITTEN)
    picture = _picture(make(report, "pdf", settings, NOW).content)
    text = _text(make(report, "docx", settings, NOW).content)
    image, words = GOLDEN / f"{form}.png", GOLDEN / f"{form}.txt"
    if os.environ.get(REFRESH):
        GOLDEN.mkdir(exist_ok=True)
        Image.fromarray(picture).save(image, optimize=True)
        words.write_text(text, encoding="utf-8")
    assert text == words.read_text(encoding="utf-8")
    wanted = np.asarray(Image.open(image).convert("L")).astype(int)
    assert picture.shape == wanted.shape
    share = float(np.mean(np.abs(picture.astype(int) - wanted) > DARKER))
    assert share <= UNLIKE, f"{share:.2%} of the page looks different"


def _picture(content: bytes) -> np.ndarray:
    document = pypdfium2.PdfDocument(content)
    try:
        return np.array(document[0].render(scale=1.4, grayscale=True).to_numpy(), copy=True)
    finally:
        document.close()


def _text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    lines = [one.text for one in document.paragraphs]
    for table in document.tables:
        lines += [" | ".join(cell.text for cell in row.cells) for row in table.rows]
    return "\n".join(lines) + "\n"


def test_a_picture_of_another_sheet_would_be_told(database: Database) -> None:
    """The tolerance lets no line of text through."""
    del database
    wanted = np.asarray(Image.open(GOLDEN / "rapid.png").convert("L")).astype(int)
    changed = wanted.copy()
    rows = np.flatnonzero((wanted < 255 - DARKER).sum(axis=1) > 100)
    changed[rows[len(rows) // 2] - 8 : rows[len(rows) // 2] + 8] = 255
    assert float(np.mean(np.abs(changed - wanted) > DARKER)) > UNLIKE
