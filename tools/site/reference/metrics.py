"""The page of metrics: what Prometheus gets from ``/metrics``, as the program's own table describes it."""

from __future__ import annotations

from typing import Final

from health.metrics.catalogue import CATALOGUE
from tools.site.reference._markdown import cell, code, table

WORDS: Final = {
    "en": (
        "# Metrics\n\nWhat `/metrics` answers; [For operators](../operators.md) says who may ask.\n",
        ("metric", "kind", "labels", "what it is"),
    ),
    "ja": (
        "# メトリクス\n\n`/metrics` の内容（説明は英語）。誰が見られるかは[運用担当者へ](../operators.md)。\n",
        ("名前", "種類", "ラベル", "内容"),
    ),
}
"""Requests are counted beside these, by route (`health.metrics`)."""


def page(language: str) -> str:
    """The page in a language."""
    intro, head = WORDS[language]
    rows = [
        (code(name), one.kind, ", ".join(map(code, one.labels)), cell(one.help))
        for name, one in sorted(CATALOGUE.items())
    ]
    return "\n".join([intro, *table(head, rows)])
