"""The files that a report can be: one format a file, found by being in this folder."""

from __future__ import annotations

import sys
from functools import cache

from core.plugins import load_plugins
from reports.errors import ReportError
from reports.outputs.interface import Output


@cache
def load_outputs() -> dict[str, Output]:
    """Every format by its name."""
    return {name: kind() for name, kind in load_plugins(sys.modules[__name__], Output).items()}  # type: ignore[type-abstract]


def output_of(name: str) -> Output:
    """The format of that name.

    Raises:
        ReportError: There is none.
    """
    outputs = load_outputs()
    if name not in outputs:
        raise ReportError("no_output", format=name[:20], expected=", ".join(outputs))
    return outputs[name]
