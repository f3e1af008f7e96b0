"""The site: ``python -m tools.site``, or what it is made of.

Without a word it builds build/site/en and build/site/ja beside each other; with ``ja`` or ``en`` one of them.
"""

from __future__ import annotations

import subprocess
import sys

from core.texts import LANGUAGES
from tools.site.build import SITE, build


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
        case [language] if language in LANGUAGES:
            return build(language)
        case _:
            sys.stderr.write(__doc__ or "")
            return 2


sys.exit(main(sys.argv[1:]))
