"""The dialog that asks why an incident is dismissed, as Slack takes it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from alerts.replies.presses import DIALOG, REASON
from core.texts import load_texts

if TYPE_CHECKING:
    from alerts.replies.presses import Press

REASON_LENGTH: Final = 2000


def dismissal(press: Press, language: str) -> dict[str, Any]:
    """The dialog; it remembers the incident, and where its alert stands."""
    texts = load_texts("alerts", language)
    field = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": REASON_LENGTH}
    return {
        "type": "modal",
        "callback_id": DIALOG,
        "private_metadata": f"{press.incident_id} {press.channel} {press.thread}",
        "title": _plain(texts("dialog.title")),
        "submit": _plain(texts("dialog.submit")),
        "close": _plain(texts("dialog.close")),
        "blocks": [{"type": "input", "block_id": REASON, "label": _plain(texts("dialog.reason")), "element": field}],
    }


def _plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}
