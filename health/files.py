"""The files of the home folder: whether anybody else may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.files import open_to_group, open_to_others
from core.settings import own_places
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_files(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """A closed home folder closes all that is in it; of an open one, each thing that is open as well."""
    folder = home.settings.home
    places = [path for path in own_places(home.settings) if path.exists()]
    to_others = [path.name for path in places if open_to_others(path)] if open_to_others(folder) else []
    to_group = [path.name for path in places if open_to_group(path)] if open_to_group(folder) else []
    if to_others:
        yield Diagnosis("bad", "files", "open", {"names": ", ".join(to_others), "home": folder})
    if to_group:
        yield Diagnosis("note", "files", "shared", {"names": ", ".join(to_group), "home": folder})
    if not to_others:
        yield Diagnosis("ok", "files", "closed", {"home": folder})
