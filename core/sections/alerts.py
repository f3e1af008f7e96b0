"""Settings of the alerts: where they go, and when they are given up."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from core.sections.table import SettingsTable

SHORTEST_SECRET = 16
"""Characters; what is shorter is guessed from one signed message."""
LONGEST_REMINDER = 24.0 * 60
"""Hours: as long as the longest term that comes with Hinomi."""


class SlackSettings(SettingsTable):
    """Slack, when both token and channel are set."""

    token: SecretStr = SecretStr("")
    channel: str = ""
    base_url: str = Field(default="https://slack.com/api/", description="another server, for tests")
    app_token: SecretStr = Field(default=SecretStr(""), description="xapp-…: alerts have buttons")

    @property
    def is_set_up(self) -> bool:
        """Whether alerts can go to Slack."""
        return bool(self.token.get_secret_value() and self.channel)

    @property
    def is_answered(self) -> bool:
        """Whether what people press in Slack comes back."""
        return self.is_set_up and bool(self.app_token.get_secret_value())


class MailSettings(SettingsTable):
    """Mail as the fallback, when server and recipients are set."""

    host: str = ""
    port: int = 25
    starttls: bool = True
    user: str = ""
    password: SecretStr = SecretStr("")
    sender: str = ""
    recipients: list[str] = Field(default_factory=list)

    @property
    def is_set_up(self) -> bool:
        """Whether alerts can go by mail."""
        return bool(self.host and self.sender and self.recipients)


class TeamsSettings(SettingsTable):
    """Microsoft Teams, when the address of a workflow's incoming webhook is set."""

    url: SecretStr = Field(default=SecretStr(""), description="whoever knows it may post: a secret")

    @property
    def is_set_up(self) -> bool:
        """Whether alerts can go to Teams."""
        return bool(self.url.get_secret_value())


class WebhookSettings(SettingsTable):
    """A machine of the operator's own that takes signed messages."""

    url: str = ""
    secret: SecretStr = Field(default=SecretStr(""), description="what messages are signed with")

    @property
    def is_set_up(self) -> bool:
        """Whether alerts can go there."""
        return bool(self.url)

    @model_validator(mode="after")
    def _is_signed(self) -> Self:
        if self.url and len(self.secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"a webhook needs a secret of {SHORTEST_SECRET} characters at least")
        return self


class AlertSettings(SettingsTable):
    """Where alerts go; the console when nothing is set up."""

    slack: SlackSettings = SlackSettings()
    teams: TeamsSettings = TeamsSettings()
    webhook: WebhookSettings = WebhookSettings()
    mail: MailSettings = MailSettings()
    unread_limit: int = Field(
        default=20, gt=0, description="so many documents of a day that were not read whole are told, once a day"
    )
    deadline_hours: list[float] = Field(
        default=[72.0, 24.0, 4.0], description="so many hours before a deadline ends it is told, each once"
    )
    max_attempts: int = Field(default=20, gt=0, description="then the message stands as failed, and doctor says so")

    @field_validator("deadline_hours")
    @classmethod
    def _are_ahead(cls, hours: list[float]) -> list[float]:
        if any(not 0 < one <= LONGEST_REMINDER for one in hours):
            raise ValueError(f"hours before a deadline: expected more than 0 and up to {LONGEST_REMINDER:g}")
        return sorted(set(hours))

    @property
    def is_set_up(self) -> bool:
        """Whether alerts go anywhere but to the console."""
        return any(channel.is_set_up for channel in (self.slack, self.teams, self.webhook, self.mail))
