"""The page of formats: of documents that are read, of access records, of exports and of reports."""

from __future__ import annotations

import inspect
from typing import Final

from exports.formats import load_formats as load_export_formats
from matcher.readers import load_readers
from reports.outputs import load_outputs
from tools.site.reference._markdown import cell, code, first_line, table
from trails.formats import load_formats as load_trail_formats

WORDS: Final = {
    "en": (
        "# Formats\n\nEach format is a file of the program and says itself what it is.\n",
        ("format", "what it is"),
        ("## Documents that are read", "## Access records", "## Exports", "## Reports"),
    ),
    "ja": (
        "# 形式\n\n形式はそれぞれプログラムの一つのファイルで、自分で説明する（説明は英語）。\n",
        ("形式", "説明"),
        ("## 読める文書", "## アクセス記録", "## 書き出し", "## 報告書"),
    ),
}


def page(language: str) -> str:
    """The page in a language."""
    intro, head, titles = WORDS[language]
    lines = [intro]
    for title, found in zip(titles, kinds(), strict=True):
        lines += [title, "", *table(head, [(code(name), cell(said)) for name, said in found.items()])]
    return "\n".join(lines)


def kinds() -> list[dict[str, str]]:
    """The formats of each kind by name, and what their modules or classes say of them."""
    return [
        {one.name: _said(one) for one in load_readers()},
        {name: _said(one) for name, one in load_trail_formats().items()},
        {name: _said(one) for name, one in load_export_formats().items()},
        {name: _said(one) for name, one in load_outputs().items()},
    ]


def _said(plugin: object) -> str:
    kind = plugin if isinstance(plugin, type) else type(plugin)
    return first_line(inspect.getmodule(kind)) or first_line(kind)
