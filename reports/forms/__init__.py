"""The forms that there are: one file each, found by being in this folder."""

from __future__ import annotations

import sys
from functools import cache

from core.plugins import load_plugins
from reports.errors import ReportError
from reports.forms.interface import Form


@cache
def load_forms() -> dict[str, Form]:
    """Every form by its name, each in its place."""
    forms = load_plugins(sys.modules[__name__], Form)
    return {name: forms[name]() for name in sorted(forms, key=lambda name: (forms[name].place, name))}


def form_of(name: str) -> Form:
    """The form of that name.

    Raises:
        ReportError: There is none.
    """
    forms = load_forms()
    if name not in forms:
        raise ReportError("no_form", form=name[:40], expected=", ".join(forms))
    return forms[name]
