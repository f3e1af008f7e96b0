"""The transparency log: whether its leaves are under a signed head, and the heads where they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from health.interface import Diagnosis
from transparency.heads import is_head_due, latest_head, place_name
from transparency.keys import load_log_key
from transparency.sequencer import count_waiting, tree_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_log(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Whether anybody altered the record is what `hinomi verify` looks at."""
    settings = home.settings
    load_log_key(settings.log_key_path)
    with home.database.read() as session:
        head, size, waiting = latest_head(session), tree_size(session), count_waiting(session)
        due = is_head_due(session, settings.log, home.clock.now())
    covered = head.size if head else 0
    if due:
        yield Diagnosis("note", "log", "no_head", {"count": size - covered})
    places = {place_name(path, settings.home) for path in settings.head_paths}
    if head and (lacking := places - set(head.places)):
        yield Diagnosis("bad", "log", "not_written", {"places": ", ".join(sorted(lacking))})
    if all(path.is_relative_to(settings.home) for path in settings.head_paths):
        yield Diagnosis("note", "log", "stays_here")
    yield Diagnosis("ok", "log", "size", {"size": size, "covered": covered, "waiting": waiting})
