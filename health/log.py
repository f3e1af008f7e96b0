"""The transparency log: whether its leaves are under a signed head, and the heads where they should be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from health.interface import Diagnosis
from transparency.heads import is_head_due, latest_head, places_wanted
from transparency.keys import load_log_key
from transparency.last_verification import last_verification
from transparency.sequencer import count_waiting, tree_size
from transparency.settings_record import find_changes
from transparency.verify.damage import Report
from transparency.verify.schema import find_wrong_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


AGAIN = timedelta(hours=1)


def _leave(home: Home) -> bool:
    """Whether heads go anywhere but into this home."""
    settings = home.settings
    is_posted = settings.log.post_every_h and settings.alerts.is_set_up
    outside = [path for path in settings.head_paths if not path.is_relative_to(settings.home)]
    return bool(outside or settings.log.head_syslog or settings.log.authority_url or is_posted)


def look_at_log(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Whether anybody altered the record is what `hinomi verify` looks at."""
    settings = home.settings
    load_log_key(settings.log_key_path)
    with home.database.read() as session:
        head, size, waiting = latest_head(session), tree_size(session), count_waiting(session)
        due = is_head_due(session, settings.log, home.clock.now())
        changed = [change.name for change in find_changes(session, settings) if change.recorded]
        last, schema = last_verification(session), Report()
        find_wrong_triggers(session, schema)
    for damage in schema.damages:
        yield Diagnosis("bad", "log", "schema", {"what": damage.what, "where": damage.where})
    if last.damaged:
        yield Diagnosis(
            "bad", "log", "damaged", {"count": last.damaged, "first": last.first, "at": f"{last.at:%Y-%m-%d %H:%M}"}
        )
    covered = head.size if head else 0
    if changed:
        yield Diagnosis("bad", "log", "settings", {"files": ", ".join(changed)})
    if due:
        yield Diagnosis("note", "log", "no_head", {"count": size - covered})
    if head and (lacking := places_wanted(settings) - set(head.places)):
        is_fresh = home.clock.now() - head.signed_at < AGAIN  # the service, and each command, try again
        yield Diagnosis("note" if is_fresh else "bad", "log", "not_written", {"places": ", ".join(sorted(lacking))})
    if not _leave(home):
        yield Diagnosis("note", "log", "stays_here")
    yield Diagnosis("ok", "log", "size", {"size": size, "covered": covered, "waiting": waiting})
