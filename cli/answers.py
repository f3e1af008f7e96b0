"""Commands that change a file which decides answer for it, unless somebody else changed it before."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.context import Context


@contextmanager
def answered_for(ctx: Context, name: str) -> Iterator[None]:
    """Around a change of a file: it is on the record afterwards, with who ran the command.

    A file that was changed before by nobody known stays so: this command answers for its own change alone.
    """
    from transparency.settings_record import find_changes, record_files

    with ctx.database.read() as session:
        was_changed = any(change.recorded for change in find_changes(session, ctx.settings) if change.name == name)
    yield
    if was_changed:
        ctx.talk.print(say("changed_before", name=name), markup=False)
        return
    with ctx.database.write() as session:
        record_files(session, ctx.settings, actor=ctx.actor, now=ctx.clock.now(), only=[name])
