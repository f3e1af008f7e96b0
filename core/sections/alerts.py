"""Settings of the alerts' posts: addresses that take a message as one HTTP request."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

SHORTEST_SECRET = 16
"""Characters; what is shorter is guessed from one signed message."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TeamsSettings(_Table):
    """Microsoft Teams, when the address of a workflow's incoming webhook is set."""

    url: SecretStr = Field(default=SecretStr(""), description="whoever knows it may post: a secret")

    @property
    def is_set_up(self) -> bool:
        """Whether alerts can go to Teams."""
        return bool(self.url.get_secret_value())


class WebhookSettings(_Table):
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
