"""Writes docs/engines.md and docs/engines.ja.md, as the engines say it: ``python -m tools.engines_page``."""

from __future__ import annotations

import inspect
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from crawler.engines.interface import EngineOptions
from crawler.sources import Source, engines

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent.parent / "docs"
INTRO = """# Engines and their options

Each engine reads one kind of software; `engine` in a source names it, and its options stand in
`[sources.NAME.options]`. A dialect (see [sources.md](sources.md)) brings most of them for software that is known. This
page is written by the engines themselves.
"""
INTRO_JA = """# エンジンとその設定

エンジンは一種類のソフトウェアを読む。情報源の `engine` で選び、設定は `[sources.NAME.options]` に書く。
知られたソフトウェアなら、たいていは方言（[sources.ja.md](sources.ja.md)）が持っている。
このページはエンジン自身が書いている（説明は英語）。
"""
HEADS = {
    "engines.md": (
        INTRO, "## Every source", "## Every engine", "## Of its own", "An example", ("key", "default", "what it says"),
    ),
    "engines.ja.md": (
        INTRO_JA, "## どの情報源にも", "## どのエンジンにも", "## 固有の設定", "例", ("キー", "既定", "意味"),
    ),
}  # fmt: skip


def pages() -> dict[str, str]:
    """Each page's name and text."""
    return {name: _page(*head) for name, head in HEADS.items()}


def _page(intro: str, source: str, every: str, own: str, example: str, columns: tuple[str, str, str]) -> str:
    lines = [intro, source, "", *_table(Source, columns, skipped={"name", "options"}), ""]
    lines += [every, "", *_table(EngineOptions, columns), ""]
    for name, engine in engines().items():
        lines += [f"## `{name}`", "", _first_paragraph(inspect.getmodule(engine)), "", inspect.getdoc(engine) or "", ""]
        rows = list(_table(engine.Options, columns, skipped=set(EngineOptions.model_fields)))
        if len(rows) > 2:  # noqa: PLR2004  # the two lines of a table's head
            lines += ["#" + own, "", *rows, ""]
        shown = next((options for kind, options in engine.examples.items() if kind != "wrong"), {})
        lines += [f"{example}:", "", "```toml", *_toml(name, shown), "```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(model: type[BaseModel], columns: tuple[str, str, str], skipped: set[str] | None = None) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|---|---|---|"
    for name, field in model.model_fields.items():
        if name in (skipped or set()):
            continue
        kind = field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            yield f"| `{name}` | | {_cell(field.description)} |"
            for part, inner in kind.model_fields.items():
                yield f"| `{name}.{part}` | {_default(inner)} | {_cell(inner.description)} |"
            continue
        yield f"| `{name}` | {_default(field)} | {_cell(field.description)} |"


def _default(field: Any) -> str:
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True)
    if isinstance(default, timedelta):
        return f"`{round(default.total_seconds() / 60)}m`"
    if default is None or default in ("", (), {}):
        return ""
    return f"`{default if not isinstance(default, bool) else str(default).lower()}`"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def _first_paragraph(module: Any) -> str:
    return " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())


def _toml(name: str, options: Any) -> list[str]:
    from crawler.adding import as_toml
    from crawler.sources import engines

    text = as_toml("kakuu", {"engine": name, "url": engines()[name].address_example}, dict(options))
    return text.rstrip("\n").split("\n")


def main() -> None:
    """Write the pages."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
