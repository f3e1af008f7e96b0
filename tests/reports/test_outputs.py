"""What leaves the house: the same bytes each time, hostile text as text, and no empty boxes."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdf
import pypdfium2
import pytest
from docx import Document
from fontTools.ttLib import TTFont
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from core.settings import load_settings
from reports.errors import GlyphError, ReportError
from reports.making import make, make_all
from reports.outputs import output_of
from reports.printing.clean import INVISIBLE, clean
from reports.printing.fonts import SHIPPED, letters, missing, open_faces
from tests.cost import cost
from tests.reports.made_up import AT, report_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.settings import Settings
    from reports.values import FilledReport

FACES = open_faces()
PRINTABLE = st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]).filter(
    lambda char: not list(missing(clean(char), FACES))
)
HOSTILE = (
    '#import "@preview/x:1.0.0": *', "#strong[x] *y* _z_ `w` $a$ <b>&amp;</b> @ref // c /* d */ -- --- ...",
    "](http://evil.example) ![x](y)", "| a | b |", "# 見出し", "> 引用", "1. 番号", "- 点", "```", "</w:t></w:r>",
    "&lt;",
    "=cmd()", "\\", "{{ x }}", "“”'\"", "http://paste.example/+42", "---", "===", "    四つの空白", "a  b",
)  # fmt: skip


@pytest.fixture
def settings_(home: Path) -> Settings:
    return load_settings(home)


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def markdown_texts(content: bytes) -> list[str]:
    """The text of every paragraph, cell and heading as CommonMark shows it."""
    parser = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    shown = []
    for token in parser.parse(content.decode()):
        for child in token.children or ():
            assert child.type in {"text", "softbreak", "hardbreak", "strong_open", "strong_close", "text_special"}, (
                child
            )
        if token.type == "inline":
            shown.append("".join("\n" if "break" in one.type else one.content for one in token.children or ()))
        else:
            assert token.type not in {"html_block", "fence", "code_block"}, token
    return shown


def word_texts(content: bytes) -> list[str]:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [one.text for one in document.paragraphs] + cells


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_the_same_report_is_the_same_bytes(settings_: Settings) -> None:
    first, again = (make_all(report_of(written="書いた。"), settings_, AT) for _ in range(2))
    assert [one.format for one in first] == ["md", "pdf", "docx"]
    assert [one.content for one in first] == [one.content for one in again]


def test_every_text_stands_in_every_output_and_what_stays_inside_in_none(settings_: Settings) -> None:
    for made in make_all(report_of(written="一行目\n二行目\n\n次の段落"), settings_, AT):
        shown = {
            "md": lambda c: "\n".join(markdown_texts(c)),
            "docx": lambda c: "\n".join(word_texts(c)),
            "pdf": pdf_text,
        }
        text = squeezed(shown[made.format](made.content))
        for wanted in ("𠮷田・龘：確認済み。", "一行目二行目", "次の段落", "事案の記録1番", "Overview", "原因"):
            assert squeezed(wanted) in text, (made.format, wanted)
        for hidden in ("隠したもの", "手元用", "要記入"):
            assert hidden not in text, (made.format, hidden)


def test_four_times_the_paragraphs_take_about_four_times_as_long(settings_: Settings) -> None:
    """A paragraph more took longer with each that was there: a whole report of short ones took a minute."""

    def of(times: int) -> FilledReport:
        return report_of(written="一\n\n二\n三\n\n\n\n" * times)

    few, many = of(1000), of(4000)
    assert cost(lambda: make(many, "docx", settings_, AT)) < 10 * cost(lambda: make(few, "docx", settings_, AT))
    made = make(of(15_000), "docx", settings_, AT)
    assert [text for text in word_texts(made.content) if text in {"一", "二\n三"}] == ["一", "二\n三"] * 15_000


def test_a_letter_names_no_sources_and_a_gap_is_told_until_somebody_writes(settings_: Settings) -> None:
    plain = make(report_of(cites=False), "md", settings_, AT).content.decode()
    assert "事案の記録" not in plain
    assert "要記入" in plain


@settings(max_examples=40)
@given(st.text(PRINTABLE, min_size=1, max_size=60))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example("x" * 400)
def test_no_text_is_markup_anywhere(text: str) -> None:
    _check_text(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text: str) -> None:
    _check_text(text)


def _check_text(text: str) -> None:
    """In Markdown a paragraph and a cell are exactly the text; in DOCX too; a PDF shows all of its letters."""
    wanted = clean(text).strip()
    report = report_of(text, written=text)
    md, pdf, docx = (one.content for one in make_all(report, _Settings(), AT))  # type: ignore[arg-type]
    if wanted:
        shown = markdown_texts(md)
        assert shown.count(wanted) >= 2, (wanted, shown)
        assert word_texts(docx).count(clean(text)) >= 1
    for name in zipfile.ZipFile(io.BytesIO(docx)).namelist():
        if name.endswith(".xml"):
            etree.fromstring(zipfile.ZipFile(io.BytesIO(docx)).read(name))
    assert pypdf.PdfReader(io.BytesIO(pdf)).pages


class _Settings:
    class reports:  # noqa: N801  # as settings have it
        """No further fonts."""

        fonts = ()


@given(st.text())
def test_what_is_clean_stays_and_has_no_invisible_characters(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Cf"} for char in once if char not in "\n\u200c\u200d")
    kept = [char for char in text if unicodedata.category(char)[0] in "LNPS" and char not in INVISIBLE]
    rest = iter(once)
    assert all(char in rest for char in kept), "nothing is left out, and the order stays"


def test_controls_are_shown_as_codes() -> None:
    assert clean("a\x00\u202eb\u200b\ufeff\tc\r\nd\u2028") == "a[U+0000][U+202E]b[U+200B][U+FEFF] c\nd[U+2028]"


@pytest.mark.parametrize("char", "\u034f\u115f\u1160\u17b4\u180b\u2800\u3164\uffa0")
def test_letters_that_nobody_sees_are_shown_as_codes(char: str) -> None:
    """A further font may have them, so that they would pass as printed."""
    assert clean(f"a{char}b") == f"a[U+{ord(char):04X}]b"


def test_a_variant_that_only_a_font_behind_has_is_named() -> None:
    """Typst prints the letter with the first font that has it, in its common form."""
    bare = replace(FACES[0], variants=frozenset())
    assert list(missing("辻\U000e0100", [bare, FACES[0]])) == ["辻\U000e0100"]
    assert not list(missing("辻\U000e0100", [FACES[0], bare]))


@pytest.mark.parametrize("letter", ["𠮷", "龘", "髙", "﨑", "邊", "辻\U000e0100", "①", "〜", "é"])
def test_the_shipped_font_has_letters_of_names(letter: str) -> None:
    assert not list(missing(letter, FACES))


@pytest.mark.parametrize("letter", ["ő", "가", "\U0001f600", "\ue000", "a\ufe01"])
def test_a_letter_without_a_glyph_is_named_and_nothing_is_printed(settings_: Settings, letter: str) -> None:
    with pytest.raises(GlyphError, match=f"U\\+{ord(letter[-1]):04X}"):
        make(report_of(f"山田{letter}"), "pdf", settings_, AT)


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_a_text_is_refused_if_and_only_if_a_letter_has_no_glyph(text: str) -> None:
    """Compared with every table of the file, letter by letter."""
    have = _characters()
    plain = [char for char in clean(text) if not unicodedata.category(char).startswith("M")]
    lacks = {char for char in plain if char not in "\n\u200c\u200d" and ord(char) not in have}
    found = {one[0] for one in missing(clean(text), FACES)}
    assert lacks <= found
    assert found <= {one[0] for one in letters(clean(text))}


@cache
def _characters() -> frozenset[int]:
    with TTFont(SHIPPED, lazy=True) as font:
        return frozenset(code for table in font["cmap"].tables if table.isUnicode() for code in table.cmap)


def test_a_further_font_is_fallen_back_on(home: Path, tmp_path: Path) -> None:
    font = _font_with(tmp_path / "more.ttf", "ő")
    (home / "hinomi.toml").write_text(f'[reports]\nfonts = ["{font}"]\n', encoding="utf-8")
    made = make(report_of("Győr"), "pdf", load_settings(home), AT)
    assert "Győr" in pdf_text(made.content)
    (home / "hinomi.toml").write_text('[reports]\nfonts = ["nowhere.ttf"]\n', encoding="utf-8")
    with pytest.raises(ReportError, match=r"nowhere\.ttf"):
        make(report_of(), "pdf", load_settings(home), AT)


def test_two_fonts_of_one_family_are_refused(home: Path, tmp_path: Path) -> None:
    """Of these typst takes one, and the letters that the other has are boxes."""
    fonts = [str(_font_with(tmp_path / f"{number}.ttf", char)) for number, char in enumerate("őş")]
    (home / "hinomi.toml").write_text(f"[reports]\nfonts = {fonts}\n", encoding="utf-8")
    with pytest.raises(ReportError, match="One Letter"):
        make(report_of("őş"), "pdf", load_settings(home), AT)
    assert len(open_faces([fonts[0], fonts[0]])) == 2


def _font_with(path: Path, char: str) -> Path:
    """A font of one letter, a square."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for number, point in enumerate([(50, 0), (50, 700), (450, 700), (450, 0)]):
        (pen.lineTo if number else pen.moveTo)(point)
    pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupHead(unitsPerEm=1000)
    builder.setupGlyphOrder([".notdef", "one"])
    builder.setupCharacterMap({ord(char): "one"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "one": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "one": (500, 50)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable(
        {"familyName": "One Letter", "styleName": "Regular", "psName": "OneLetter-Regular", "fullName": "One Letter"}
    )
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return path


def test_a_word_without_a_space_stays_on_the_page(settings_: Settings) -> None:
    made = make(report_of("0123456789abcdef" * 16), "pdf", settings_, AT)
    document = pypdfium2.PdfDocument(made.content)
    picture = document[0].render(scale=1, grayscale=True).to_numpy()
    document.close()
    assert np.all(picture[:, -40:] == 255), "nothing stands in the margin"


@settings(max_examples=30)
@given(st.text(PRINTABLE, min_size=1, max_size=40))
@example("𠮷田龘太郎 辻\U000e0100 〜①")
def test_no_printed_letter_is_the_empty_box(text: str) -> None:
    """In a PDF of typst the first glyph of every font is the box for what it lacks: no text shows it."""
    assert not _shows_a_box(make(report_of(text), "pdf", _Settings(), AT).content)  # type: ignore[arg-type]


def test_the_empty_box_would_be_seen() -> None:
    """What the test above looks for is there when a letter is printed unchecked."""
    assert _shows_a_box(output_of("pdf").write(report_of("Győr"), FACES, AT))


def _shows_a_box(content: bytes) -> bool:
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        stream: Any = pypdf.generic.ContentStream(page.get_contents(), page.pdf)
        for operands, operator in stream.operations:
            if operator not in {b"Tj", b"TJ"}:
                continue
            parts: list[Any] = list(operands[0] if operator == b"TJ" else operands)
            for one in parts:
                codes = getattr(one, "original_bytes", one)
                if isinstance(codes, bytes) and any(
                    codes[at : at + 2] == b"\x00\x00" for at in range(0, len(codes), 2)
                ):
                    return True
    return False
