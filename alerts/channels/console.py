"""The console: the last resort when nothing is set up, so that an alert is never silent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar

from alerts.channels.interface import Channel, Outgoing, Receipt
from alerts.messages import plain_text
from alerts.models import UPDATE

if TYPE_CHECKING:
    from alerts.messages import Alert, Notice
    from core.settings import Settings


class ConsoleChannel(Channel):
    """Writes to stderr."""

    name: ClassVar[str] = "console"
    rank: ClassVar[int] = 99
    is_last_resort: ClassVar[bool] = True

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel:
        """Always there."""
        del settings
        return cls()

    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """The whole message as text."""
        del kind
        return {"text": plain_text(alert)}

    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """The whole notice as text."""
        return {"text": notice.plain_text}

    def send(self, message: Outgoing) -> Receipt:
        """Write it; what replaces a parent's text was told by the detail already."""
        if message.kind != UPDATE:
            sys.stderr.write(message.payload["text"] + "\n")
            sys.stderr.flush()
        return Receipt(message.uuid)
