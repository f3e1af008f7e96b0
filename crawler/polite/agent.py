"""Who we are on other people's servers."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

PRODUCT: Final = "Hinomi"


def user_agent(contact: str) -> str:
    """Who we are, and whom to ask."""
    return f"{PRODUCT}/{version('hinomi')}" + (f" (+{contact})" if contact else "")
