"""Mail: carries the alerts where nothing else is set up, and stands in for what keeps failing.

A message keeps its Message-ID when it is sent again, so that mail programs show it once.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, ClassVar

from alerts.channels.interface import Channel, Outgoing, Receipt
from alerts.errors import NotSentError, UncertainError
from alerts.messages import plain_text, summary
from alerts.models import UPDATE
from core.texts import load_texts

if TYPE_CHECKING:
    from alerts.messages import Alert, Notice
    from core.sections.alerts import MailSettings
    from core.settings import Settings

TIMEOUT_S = 20.0
MESSAGE_ID_DOMAIN = "hinomi.invalid"
TO = "to"
"""In a message: other recipients than those of the settings."""


class MailChannel(Channel):
    """Sends by SMTP to all recipients at once."""

    name: ClassVar[str] = "mail"
    rank: ClassVar[int] = 4

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @classmethod
    def from_settings(cls, settings: Settings) -> Channel | None:
        """When server, sender and recipients are set."""
        return cls(settings.alerts.mail) if settings.alerts.mail.is_set_up else None

    def compose(self, kind: str, alert: Alert) -> dict[str, Any]:
        """Subject and body."""
        del kind
        subject = load_texts("alerts", alert.language)("parent.subject", header=summary(alert).headline)
        return {"subject": subject, "body": plain_text(alert)}

    def compose_notice(self, notice: Notice) -> dict[str, Any]:
        """Subject and body."""
        return {"subject": notice.headline, "body": notice.plain_text}

    def send(self, message: Outgoing) -> Receipt:
        """Send it; what replaces a parent's text was told by the detail already."""
        if message.kind == UPDATE:
            return Receipt(message.uuid)
        mail = self._mail(message)
        try:
            with smtplib.SMTP(self._settings.host, self._settings.port, timeout=TIMEOUT_S) as server:
                self._log_in(server)
                refused = self._hand_over(server, mail)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"the mail server {self._settings.host} failed: {type(error).__name__}") from error
        if refused:
            raise UncertainError(f"the mail server refused {refused} of {len(self._settings.recipients)} recipients")
        return Receipt(message.uuid)

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self._settings.starttls:
            server.starttls(context=ssl.create_default_context())
        if self._settings.user:
            server.login(self._settings.user, self._settings.password.get_secret_value())

    def _hand_over(self, server: smtplib.SMTP, mail: EmailMessage) -> int:
        try:
            return len(server.send_message(mail))
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise UncertainError(f"the mail server {self._settings.host} went away: {type(error).__name__}") from error

    def _mail(self, message: Outgoing) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._settings.sender
        mail["To"] = ", ".join(message.payload.get(TO) or self._settings.recipients)
        mail["Subject"] = message.payload["subject"]
        mail["Date"] = format_datetime(message.tried_at)
        mail["Message-ID"] = f"<{message.uuid}@{MESSAGE_ID_DOMAIN}>"
        if message.thread:
            mail["In-Reply-To"] = mail["References"] = f"<{message.thread}@{MESSAGE_ID_DOMAIN}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.payload["body"])
        return mail
