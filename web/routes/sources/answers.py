"""Pages that change the file of sources answer for it, as commands do."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from transparency.settings_record import find_changes, record_files
from web.world import actor_of, world_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request


@contextmanager
def answered_for(request: Request) -> Iterator[None]:
    """Around a change of the file: it is on the record afterwards, unless somebody else's change is in it too."""
    home = world_of(request).home
    settings, name = home.settings, home.settings.sources_file
    with home.database.read() as session:
        was_changed = any(one.recorded for one in find_changes(session, settings) if one.name == name)
    yield
    if not was_changed:
        with home.database.write() as session:
            record_files(session, settings, actor=actor_of(request), now=home.clock.now(), only=[name])
