"""Sphinx over what was staged, warnings as errors."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx

from tools.site.staging import ROOT, stage

SITE: Final = ROOT / "build" / "site"
WORK: Final = ROOT / "build" / "site-work"
NAMES: Final = {"en": "Hinomi", "ja": "火の見 Hinomi"}
TEMPLATES: Final = Path(__file__).parent / "templates"
SIDEBAR: Final = ("brand", "search", "language", "scroll-start", "navigation", "scroll-end")
LANDING: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hinomi 火の見</title>
<body style="font-family: sans-serif; max-width: 30em; margin: 4em auto; padding: 0 1em; line-height: 1.7">
<h1>Hinomi 火の見</h1>
<p lang="ja"><a href="ja/index.html">日本語</a>：顧客データの漏えいをウェブ上で見つけ、原因をたどる</p>
<p><a href="en/index.html">English</a>: finds a carrier's leaked customer data on the web, and its cause</p>
"""


def configuration(language: str) -> dict[str, Any]:
    """Sphinx's settings for a language. Nothing is loaded from elsewhere: no font, no script, no formula renderer."""
    return {
        "project": NAMES[language],
        "author": "",
        "copyright": "",
        "language": language,
        "extensions": ["myst_parser", "tools.site.character_pairs"],
        "source_suffix": {".md": "markdown"},
        "root_doc": "index",
        "nitpicky": True,
        "myst_heading_anchors": 3,
        "myst_enable_extensions": ["colon_fence"],
        "suppress_warnings": ["misc.highlighting_failure", "myst.header"],
        "highlight_language": "none",
        "html_theme": "furo",
        "html_title": NAMES[language],
        "html_search_language": language,
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_copyright": False,
        "html_use_index": False,
        "templates_path": [str(TEMPLATES)],
        "html_sidebars": {"**": [f"sidebar/{name}.html" for name in SIDEBAR]},
        "html_context": {"other": {"en": ("ja", "日本語"), "ja": ("en", "English")}[language]},
    }


def build(language: str, site: Path = SITE, work: Path = WORK) -> int:
    """Build the site of a language; 0 when there was no warning. Sphinx holds one site a process."""
    source = work / language / "source"
    stage(source, language)
    shutil.rmtree(site / language, ignore_errors=True)
    worst = _sphinx(source, site / language, work / language, language)
    (site / "index.html").write_text(LANDING, encoding="utf-8")
    return worst


def _sphinx(source: Path, target: Path, work: Path, language: str) -> int:
    shutil.rmtree(work / "doctrees", ignore_errors=True)
    app = Sphinx(
        source,
        None,
        target,
        work / "doctrees",
        "html",
        confoverrides=configuration(language),
        status=None,
        warningiserror=True,
    )
    app.build(force_all=True)
    return app.statuscode
