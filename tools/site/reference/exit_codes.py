"""The page of exit codes: in English as the code says them, in Japanese as the operators' page does."""

from __future__ import annotations

import re
from typing import Final

from cli.exit_codes import MEANINGS
from tools.site.reference._markdown import table
from tools.site.reference._places import ROOT

WORDS: Final = {
    "en": ("# Exit codes\n\nWhat a command ends with.\n", ("code", "when")),
    "ja": ("# 終了コード\n\nコマンドが何で終わるか。\n", ("コード", "いつ")),
}


def meanings(language: str) -> dict[int, str]:
    """When a command ends with each code."""
    if language == "en":
        return dict(MEANINGS)
    text = (ROOT / "docs" / "operators.ja.md").read_text(encoding="utf-8")
    found = {int(row[1]): row[2] for row in re.finditer(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)}
    return {number: found[number] for number in MEANINGS}


def page(language: str) -> str:
    """The page in a language."""
    intro, head = WORDS[language]
    return "\n".join([intro, *table(head, [(str(number), text) for number, text in meanings(language).items()])])
