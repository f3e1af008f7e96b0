"""What a language's site is made of: its pages of docs/ under one name each, and those that the code writes.

A page ``x.md`` has a Japanese pair ``x.ja.md``: in the Japanese site that one is ``x``. What has none is for those who
work on the program, stands there in English, and says so.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tools.site.reference import reference_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parent.parent.parent
DOCS: Final = ROOT / "docs"
PAIR: Final = ".ja.md"
ENGLISH_ALONE: Final = ("performance", "decisions")
"""Pages and folders for those who work on the program: kept in English alone."""
NOTE: Final = ":::{note}\nこのページはプログラムの開発者向けで、英語だけです。\n:::\n\n"
_OTHER_LANGUAGE: Final = re.compile(r"^\*[^*\n]*\[[\w./-]+\.md\]\([\w./-]+\.md\)[^*\n]*\*\n+", re.MULTILINE)
_OUTSIDE: Final = re.compile(r"\[([^\]]+)\]\((\.\./(?:\.\./)*(?!decisions|docs)[^)]+)\)")


def english_pages() -> Iterator[Path]:
    """Every hand-written page of docs/ that is English, relative to docs/."""
    for page in sorted(DOCS.rglob("*.md")):
        if not page.name.endswith(PAIR):
            yield page.relative_to(DOCS)


def is_english_alone(page: Path) -> bool:
    """Whether a page is for those who work on the program."""
    return page.with_suffix("").parts[0] in ENGLISH_ALONE


def japanese_pair(page: Path) -> Path:
    """Where a page's Japanese pair is, or would be."""
    return (DOCS / page).with_name(page.stem + PAIR)


def stage(target: Path, language: str) -> None:
    """Write the sources of one language's site into a folder, anew."""
    shutil.rmtree(target, ignore_errors=True)
    for page in english_pages():
        _write(target / page, _page(page, language))
    for name, text in reference_pages(language).items():
        _write(target / "reference" / f"{name}.md", text)
    shutil.copytree(DOCS / "images", target / "images")


def _page(page: Path, language: str) -> str:
    pair = japanese_pair(page)
    if language == "ja" and pair.exists():
        return as_staged(pair.read_text(encoding="utf-8"))
    text = as_staged((DOCS / page).read_text(encoding="utf-8"))
    if language == "ja" and is_english_alone(page):
        head, _, rest = text.partition("\n\n")
        return f"{head}\n\n{NOTE}{rest}"
    return text


def as_staged(text: str) -> str:
    """A page as its site has it: links to Japanese pairs name the page, and what is not in docs/ is named, not linked.

    The line that leads to the other language goes: each page of the site has a switch.
    """
    text = _OTHER_LANGUAGE.sub("", text, count=1)
    text = _OUTSIDE.sub(lambda link: f"{link[1]} (`{link[2].lstrip('./')}`)", text)
    return re.sub(r"\]\(([\w./-]+)\.ja\.md(#[^)]*)?\)", r"](\1.md\2)", text)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
