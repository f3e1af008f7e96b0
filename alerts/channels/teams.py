"""Microsoft Teams: an adaptive card to the incoming webhook of a workflow ("when a webhook request is received").

Such a webhook has no threads, tells no message's place, and cannot be asked what it has: so a change is a card of its
own, with the figures as they are then, and what may have arrived is sent again. All text stands in text runs, which
Teams shows as they are; its text blocks would read Markdown in names. Limits: Microsoft's reference, November 2026.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Final

from alerts.channels.interface import Channel, Outgoing, Receipt
from alerts.errors import InvalidMessageError
from alerts.http_post import post
from alerts.messages import change_lines, summary
from alerts.models import UPDATE
from core.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alerts.messages import Alert, Notice
    from core.clock import Clock
    from core.sections.alerts import TeamsSettings
    from core.settings import Settings

CARD: Final = "application/vnd.microsoft.card.adaptive"
SCHEMA: Final = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION: Final = "1.4"
LARGEST_BYTES: Final = 28 * 1024  # a message to a webhook


class TeamsChannel(Channel):
    """Posts cards by one workflow."""

    name: ClassVar[str] = "teams"
    rank: ClassVar[int] = 2

    def __init__(self, settings: TeamsSettings, clock: Clock) -> None:
        self._url = settings.url
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """When the workflow's address is set."""
        return cls(settings.alerts.teams, SystemClock()) if settings.alerts.teams.is_set_up else None

    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """Headline, what is new, figures, and a button that opens the page."""
        del kind
        said = summary(alert)
        body = [_text(said.headline, size="large", weight="bolder")]
        body += [_text(f"• {line}") for line in change_lines(alert)]
        body += [_labelled(label, text) for label, text in said.figures]
        return _message(body, [{"type": "Action.OpenUrl", "title": said.link_text, "url": said.url}])

    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """Headline, what it is good for, and the text line by line in type that keeps its spaces."""
        lines = [_text(line or " ", fontType="monospace") for line in notice.verbatim.splitlines()]
        return _message([_text(notice.headline, size="large", weight="bolder"), _text(notice.said), *lines])

    def send(self, message: Outgoing) -> Receipt:
        """Post the card; what replaces a parent's text was told by the detail already."""
        if message.kind != UPDATE:
            headers = {"Content-Type": "application/json"}
            post("Teams", self._url.get_secret_value(), _bytes(message.payload), headers, now=self._clock.now())
        return Receipt(message.uuid)


def _text(text: str, **looks: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}


def _labelled(label: str, text: str) -> dict[str, Any]:
    runs = [{"type": "TextRun", "text": f"{label}  ", "weight": "bolder"}, {"type": "TextRun", "text": text}]
    return {"type": "RichTextBlock", "inlines": runs, "spacing": "small"}


def _message(body: Sequence[dict[str, Any]], actions: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """A message of one card.

    Raises:
        InvalidMessageError: Teams would refuse it.
    """
    card = {
        "$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": list(body), "actions": list(actions),
        "msteams": {"width": "Full"},
    }  # fmt: skip
    message = {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": card}]}
    if (size := len(_bytes(message))) > LARGEST_BYTES:
        raise InvalidMessageError(f"a card of {size:,} bytes is more than the {LARGEST_BYTES:,} that Teams takes")
    return message


def _bytes(message: dict[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()
