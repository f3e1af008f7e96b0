"""A signed webhook: the figures as JSON, for a machine of the operator's own (a ticket system, a SOAR).

The receiver checks ``X-Hinomi-Signature: v1=`` and the hexadecimal HMAC-SHA256, under the shared secret, of
``X-Hinomi-Timestamp`` (seconds since 1970), a full stop and the body as it came; and that the time stamp is recent.
A message sent again keeps its ``id``, by which the receiver knows it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, ClassVar, Final

from alerts.channels.interface import Channel, Outgoing, Receipt
from alerts.http_post import post
from alerts.messages import change_lines, summary
from core.clock import SystemClock

if TYPE_CHECKING:
    from datetime import datetime

    from alerts.messages import Alert, Notice
    from core.clock import Clock
    from core.sections.alerts import WebhookSettings
    from core.settings import Settings
    from incidents.views import IncidentLine

SCHEMA: Final = 1
TIMESTAMP, SIGNATURE = "X-Hinomi-Timestamp", "X-Hinomi-Signature"


class WebhookChannel(Channel):
    """Posts to one address."""

    name: ClassVar[str] = "webhook"
    rank: ClassVar[int] = 3

    def __init__(self, settings: WebhookSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """When the address is set."""
        return cls(settings.alerts.webhook, SystemClock()) if settings.alerts.webhook.is_set_up else None

    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """Figures for machines, and the same in words."""
        del kind
        changes = [{"kind": change.kind, "actor": change.actor, "data": dict(change.data)} for change in alert.changes]
        return {
            "headline": summary(alert).headline,
            "incident": figures(alert.line),
            "changes": changes,
            "said": change_lines(alert),
            "link": alert.url,
        }

    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """The notice's parts."""
        return {"headline": notice.headline, "said": [notice.said], "verbatim": notice.verbatim}

    def send(self, message: Outgoing) -> Receipt:
        """Sign and post it."""
        now = self._clock.now()
        about = {"schema": SCHEMA, "id": message.uuid, "kind": message.kind, "thread": message.thread or message.uuid}
        body = json.dumps(about | message.payload, ensure_ascii=False).encode()
        stamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: stamp,
            SIGNATURE: signature(self._settings.secret.get_secret_value(), stamp, body),
        }
        post("the webhook", self._settings.url, body, headers, now=now)
        return Receipt(message.uuid)


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What stands in the header: the scheme's version and the HMAC-SHA256 (RFC 2104) over stamp, full stop and body."""
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def figures(line: IncidentLine) -> dict[str, Any]:
    """An incident for machines: counts, kinds of values, words of ours; no title, no address, no reason."""
    return {
        "id": line.id,
        "merged_into": line.merged_into,
        "state": line.state,
        "severity": line.severity,
        "subjects": line.subjects,
        "people": line.people,
        "documents": line.documents,
        "sightings": line.sightings,
        "confidence": line.confidence,
        "fields": sorted(line.fields),
        "sources": list(line.sources),
        "first_seen_at": line.first_seen_at.isoformat(),
        "csirt_confirmed_at": _iso(line.csirt_confirmed_at),
        "owner_confirmed_at": _iso(line.owner_confirmed_at),
        "assignee": line.assignee,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
