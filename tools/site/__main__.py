"""The site: ``python -m tools.site``, or what it is made of.

Without a word it builds build/site/en and build/site/ja beside each other; with ``ja`` or ``en`` one of them; with
``catalogues`` it brings docs/locale up to date with the English pages.
"""

from __future__ import annotations

import subprocess
import sys

from sphinx_intl.basic import update  # type: ignore[import-untyped]

from core.texts import LANGUAGES
from tools.site.build import SITE, build, extract
from tools.site.staging import CATALOGUES, english_pages, needs_catalogue


def update_catalogues() -> int:
    """Write what is new in English into the catalogues of the pages that have one, and nothing else."""
    templates = extract()
    wanted = {page.with_suffix(".pot") for page in english_pages() if needs_catalogue(page)}
    for template in templates.rglob("*.pot"):
        if template.relative_to(templates) not in wanted:
            template.unlink()
    update(str(CATALOGUES.parent.parent), str(templates), ["ja"], line_width=120)
    return 0


def build_all() -> int:
    """Build every language, each in a process of its own."""
    commands = [[sys.executable, "-m", "tools.site", language] for language in LANGUAGES]
    started = [subprocess.Popen(command) for command in commands]  # noqa: S603  # ourselves
    worst = max(one.wait() for one in started)
    sys.stderr.write(f"site: {SITE / 'index.html'}\n")
    return worst


def main(arguments: list[str]) -> int:
    """Do what was asked for; the exit code."""
    match arguments:
        case []:
            return build_all()
        case ["catalogues"]:
            return update_catalogues()
        case [language] if language in LANGUAGES:
            return build(language)
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


sys.exit(main(sys.argv[1:]))
