"""One file a page; a file's ``ROUTES`` are its addresses."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from web.ids import register_row_ids

if TYPE_CHECKING:
    from starlette.routing import Route

register_row_ids()


def load_routes() -> list[Route]:
    """The routes of every page, in the order of the files."""
    modules = [importlib.import_module(f"{__name__}.{m.name}") for m in sorted(pkgutil.iter_modules(__path__), key=str)]
    return [route for module in modules for route in module.ROUTES]
