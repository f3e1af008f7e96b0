"""The fonts that PDFs are printed with: the one that comes with Hinomi, then those of the settings; and what they have.

A character that a font lacks is printed as an empty box, and nothing warns of it: so every character is looked up
before anything is printed. A letter with a selector of its variant (辻 U+E0100) counts as one that a font has
only if it has that variant; else another form of somebody's name would be printed.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reports.errors import GlyphError, ReportError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reports.values import FilledReport

SHIPPED: Final = Path(__file__).parent.parent / "fonts" / "HinomiGothic-Regular.otf"
"""A part of Noto Sans CJK JP (SIL Open Font License): JIS X 0208, 0212, 0213, the vendors' extensions, Latin."""
NAMED: Final = 8
"""Characters that an error names."""
_VARIATIONS: Final = 14
"""The format of a font's table of variants."""
_NO_GLYPH_WANTED: Final = frozenset("\n\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Face:
    """A font: its family, and what it has.

    Attributes:
        path: Its file.
        family: What it is called.
        characters: Of which it has glyphs.
        variants: Letters with their selectors that it has.
    """

    path: Path
    family: str
    characters: frozenset[int]
    variants: frozenset[tuple[int, int]]


def open_faces(files: Iterable[str] = ()) -> tuple[Face, ...]:
    """The font that comes with Hinomi, and others behind it.

    Raises:
        ReportError: A file cannot be read as a font, or is of the family of another one.
    """
    faces: dict[str, Face] = {}
    for path in (SHIPPED, *map(Path, files)):
        face = _open(path)
        other = faces.setdefault(face.family, face)
        if (
            other.path.resolve() != path.resolve()
        ):  # typst takes one font of a family, and boxes for the other's letters
            raise ReportError("same_family", file=str(path), other=str(other.path), family=face.family)
    return tuple(faces.values())


def missing(text: str, faces: Iterable[Face]) -> Iterator[str]:
    """Characters of a text, each with its selector, that the font they are printed with lacks; each once."""
    known, found = tuple(faces), set()
    for letter in letters(text):
        if letter not in found and not _is_printed(letter, known):
            found.add(letter)
            yield letter


def check_glyphs(report: FilledReport, faces: Iterable[Face]) -> None:
    """Let nothing be printed as an empty box.

    Raises:
        GlyphError: A character has no glyph; the error names it, and where it stands.
    """
    known = tuple(faces)
    for heading, text in report.texts():
        if lacking := list(missing(text, known)):
            named = ", ".join(f"{letter} ({_codes(letter)})" for letter in lacking[:NAMED])
            raise GlyphError("glyphs", characters=named, heading=heading)


def letters(text: str) -> Iterator[str]:
    """Characters that want a glyph, each with the selector of a variant behind it."""
    letter = ""
    for char in text:
        if _is_selector(char):
            letter += char
            continue
        if letter:
            yield letter
        letter = "" if char in _NO_GLYPH_WANTED else char
    if letter:
        yield letter


def _is_printed(letter: str, faces: Iterable[Face]) -> bool:
    """Whether the font that typst takes, the first that has the letter, has it with its selector too."""
    face = next((one for one in faces if ord(letter[0]) in one.characters), None)
    if face is None or len(letter) == 1:
        return face is not None
    return len(letter) == 2 and (ord(letter[0]), ord(letter[1])) in face.variants  # noqa: PLR2004  # letter and selector


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _codes(letter: str) -> str:
    return " ".join(f"U+{ord(char):04X}" for char in letter)


def _open(path: Path) -> Face:
    try:
        return _read(path, path.stat().st_mtime_ns)
    except ReportError:
        raise
    except Exception as error:  # fontTools raises whatever its tables meet
        raise ReportError("no_fonts", file=str(path)) from error


@cache
def _read(path: Path, _changed: int) -> Face:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=0, lazy=True) as font:
        names: Any = font["name"]
        family = names.getDebugName(16) or names.getDebugName(1)
        tables: Any = font["cmap"]
        if family not in _seen_by_typst(path):
            raise ReportError("no_fonts", file=str(path))
        best = tables.getBestCmap() or {}
        chosen = {
            (base, selector)
            for table in tables.tables if table.format == _VARIATIONS
            for selector, pairs in table.uvsDict.items()
            for base, _glyph in pairs
        }  # fmt: skip
        return Face(path, str(family), frozenset(best), frozenset(chosen))


def _seen_by_typst(path: Path) -> list[str]:
    """The families that typst finds in a file: one that it cannot use it passes over without a word."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / path.name).symlink_to(path.resolve())
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[Path(folder)])
        return fonts.families()
