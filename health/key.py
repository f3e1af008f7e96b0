"""The master key: whether it can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_key(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Its id; the key itself is never shown."""
    yield Diagnosis("ok", "key", "read", {"id": home.load_key().id})
