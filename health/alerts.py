"""The alerts: where they go, and whether they arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from alerts.channels import open_channels
from alerts.models import PENDING, SENDING, Message
from alerts.outbox import failed_messages
from alerts.replies.presses import LEASE as REPLIES
from core.hosts.clock import shared_now
from core.leases import lease_holds
from health.interface import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from home import Home


def look_at_alerts(home: Home, _thorough: bool) -> Iterator[Diagnosis]:  # noqa: FBT001  # every look is called alike
    """Messages that were given up or are stuck, and the channels that are set up."""
    tried = (Message.state.in_((PENDING, SENDING)), Message.failure != "")
    is_answered = home.settings.alerts.slack.is_answered
    with home.database.read() as session:
        hears = is_answered and lease_holds(session, REPLIES, now=shared_now(session, home.clock))
        failed = len(failed_messages(session))
        stuck = session.scalar(select(func.count()).select_from(Message).where(*tried)) or 0
    names = [channel.name for channel in open_channels(home.settings)]
    if failed:
        yield Diagnosis("bad", "alerts", "given_up", {"count": failed})
    if stuck:
        yield Diagnosis("note", "alerts", "stuck", {"count": stuck})
    if is_answered:
        yield Diagnosis("ok" if hears else "bad", "alerts", "hears" if hears else "deaf")
    if names == ["console"]:
        yield Diagnosis("note", "alerts", "console")
    else:
        yield Diagnosis("ok", "alerts", "channels", {"names": " → ".join(names)})
