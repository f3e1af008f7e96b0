"""Pages that the code writes: one module of this folder a page, with ``page(language)``; found by being here.

They are written when the site is built, so that none of them can be out of date.
"""

from __future__ import annotations

import importlib
import pkgutil


def reference_pages(language: str) -> dict[str, str]:
    """Each page's name and its text in a language (``ja`` or ``en``)."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {
        name.replace("_", "-"): importlib.import_module(f"{__name__}.{name}").page(language)
        for name in names
        if not name.startswith("_")
    }
