"""Which packages are the program."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent.parent.parent
PACKAGES: Final = tuple(
    name
    for name in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]["only-include"]
    if not name.endswith(".py")
)
"""What the wheel brings, without the modules that stand alone."""
