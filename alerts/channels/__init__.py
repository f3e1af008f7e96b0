"""Channels that alerts go out by, one a file; `open_channels` gives those that are set up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from alerts.channels.interface import Channel, Outgoing, Receipt
from core.plugins import load_plugins

if TYPE_CHECKING:
    from core.settings import Settings

__all__ = ["Channel", "Outgoing", "Receipt", "open_channels"]


def open_channels(settings: Settings) -> list[Channel]:
    """The channels that are set up, the one to use first; the last resort only when there is no other."""
    classes = load_plugins(sys.modules[__name__], Channel)  # type: ignore[type-abstract]
    opened = [channel for kind in classes.values() if (channel := kind.from_settings(settings)) is not None]
    opened.sort(key=lambda channel: channel.rank)
    others = [channel for channel in opened if not channel.is_last_resort]
    return others or opened
