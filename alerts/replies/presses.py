"""What somebody did in Slack, read out of its payload; pure. Whatever is not shaped like ours is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LEASE: Final = "alerts:replies"
"""Held, and renewed, by whoever has the socket up."""
PREFIX: Final = "hinomi-"
ACKNOWLEDGE, MINE, CONFIRM, DISMISS, NOTE = "acknowledge", "mine", "confirm", "dismiss", "note"
SNOOZES: Final = ("snooze-1h", "snooze-4h", "snooze-morning")
BUTTONS: Final = (ACKNOWLEDGE, MINE, CONFIRM, DISMISS, *SNOOZES)
OPEN: Final = "open"
SHORTCUT: Final = PREFIX + NOTE
DIALOG: Final = PREFIX + "dismissal"
REASON: Final = "reason"
NUMBER_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Press:
    """One thing that somebody did.

    Attributes:
        deed: Of `BUTTONS`, or `NOTE`.
        user: Their Slack user.
        channel: Where.
        thread: The parent message.
        key: The same whenever Slack delivers the same thing again.
        incident_id: What the button said; none for a shortcut, whose thread tells.
        text: A reason, or the message that becomes a note.
        trigger: What a dialog is opened with.
    """

    deed: str
    user: str
    channel: str
    thread: str
    key: str
    incident_id: int | None = None
    text: str = ""
    trigger: str = ""


def read_button(body: Mapping[str, Any]) -> Press | None:
    """A button under an alert."""
    try:
        action, user = body["actions"][0], str(body["user"]["id"])
        deed, value = str(action["action_id"]).removeprefix(PREFIX), str(action["value"])
        channel, thread = str(body["channel"]["id"]), str(body["message"]["ts"])
        key = f"{user}:{deed}:{action['action_ts']}"
    except (KeyError, IndexError, TypeError):
        return None
    number = _number(value)
    if deed not in BUTTONS or number is None:
        return None
    return Press(deed, user, channel, thread, key, number, trigger=str(body.get("trigger_id", "")))


def read_shortcut(body: Mapping[str, Any]) -> Press | None:
    """The shortcut on a message of a thread."""
    try:
        message, user, channel = body["message"], str(body["user"]["id"]), str(body["channel"]["id"])
        thread, text = str(message["thread_ts"]), str(message["text"])
        # The message is the key, whoever asks: a message is one note, however often it is asked for.
        key = f"{channel}:{NOTE}:{message['ts']}"
    except (KeyError, TypeError):
        return None
    return Press(NOTE, user, channel, thread, key, text=text)


def read_dialog(body: Mapping[str, Any]) -> Press | None:
    """The dialog that asks for a reason, filled in."""
    try:
        view, user = body["view"], str(body["user"]["id"])
        value, channel, thread = str(view["private_metadata"]).split(" ")
        text = str(view["state"]["values"][REASON][REASON]["value"] or "")
        key = f"{user}:{DISMISS}:{view['id']}"
    except (KeyError, TypeError, ValueError):
        return None
    number = _number(value)
    return Press(DISMISS, user, channel, thread, key, number, text) if number is not None else None


def _number(value: str) -> int | None:
    is_one = value.isascii() and value.isdigit() and len(value) <= NUMBER_LENGTH
    return int(value) if is_one else None
