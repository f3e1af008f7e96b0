"""The page of errors: every class with its exit code, and the words of those that are told in both languages."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.texts import load_texts
from tools.site.reference._markdown import cell, code, first_line, table
from tools.site.reference._places import PACKAGES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEAKING: Final = tuple(name for name in PACKAGES if (ROOT / name / "texts" / "en.toml").exists())
WORDS: Final = {
    "en": (
        "# Errors\n\nWhat the program says when it refuses or fails, with the exit code of the command.\n",
        ("class", "is a", "exit code", "what it means"),
        "## What is said",
        ("error", "message", "hint"),
    ),
    "ja": (
        "# エラー\n\n頼まれたことをしないときにプログラムが言うことと、コマンドの終了コード（クラスの説明は英語）。\n",
        ("クラス", "親", "終了コード", "意味"),
        "## 言葉",
        ("エラー", "文", "ヒント"),
    ),
}


def classes() -> list[type[HinomiError]]:
    """Every class of the tree, the root first."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if ".versions." not in module.name and not module.name.endswith((".env", "__main__")):
                importlib.import_module(module.name)
    return list(dict.fromkeys(_below(HinomiError)))


def _below(kind: type[HinomiError]) -> Iterator[type[HinomiError]]:
    yield kind
    for child in sorted(kind.__subclasses__(), key=lambda one: one.__name__):
        if child.__module__.partition(".")[0] in PACKAGES:
            yield from _below(child)


def page(language: str) -> str:
    """The page in a language."""
    intro, head, said, words = WORDS[language]
    rows = [
        (
            code(kind.__name__),
            code(kind.__base__.__name__ if kind.__base__ else ""),
            str(kind.exit_code),
            cell(first_line(kind)),
        )
        for kind in classes()
    ]
    return "\n".join([intro, *table(head, rows), said, "", *table(words, _said(language))])


def _said(language: str) -> Iterator[tuple[str, str, str]]:
    for package in SPEAKING:
        texts = load_texts(package, language)
        for key in sorted(texts.keys()):
            if key.startswith("error.") and key.endswith(".text"):
                hint = key.removesuffix("text") + "hint"
                name = f"{package}.{key.removeprefix('error.').removesuffix('.text')}"
                yield code(name), cell(texts.template(key)), cell(texts.template(hint)) if hint in texts else ""
