"""Settings of people: how they sign in, how long that lasts, what needs a second person."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from core.sections.table import SettingsTable


class OidcSettings(SettingsTable):
    """Single sign-on by OpenID Connect."""

    issuer: str = Field(default="", description="the provider's address, as its discovery document has it")
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    name: str = Field(default="", description="what the button on the sign-in page says")
    scopes: str = "openid profile email"
    login_claim: str = Field(default="preferred_username", description="which claim is the name here")
    groups_claim: str = Field(default="groups", description="which claim holds somebody's groups")
    groups: dict[str, list[str]] = Field(
        default_factory=dict, description="a group there, and the roles that it brings; they follow at each sign-in"
    )
    timeout_s: float = Field(default=10, gt=0)

    @property
    def is_set_up(self) -> bool:
        """Whether there is a provider."""
        return bool(self.issuer and self.client_id)


class ProxySettings(SettingsTable):
    """A proxy in front that has signed people in already."""

    header: str = Field(default="", description="the header that names the account; empty: no proxy is believed")
    trusted: list[str] = Field(
        default_factory=list, description="addresses that the header is believed from; from others it signs nobody in"
    )

    @property
    def is_set_up(self) -> bool:
        """Whether a proxy is believed."""
        return bool(self.header and self.trusted)


class PeopleSettings(SettingsTable):
    """People: how they sign in, how long that lasts, what needs a second person."""

    session_hours: float = Field(default=12, gt=0, description="then everybody signs in anew")
    link_hours: float = Field(default=24, gt=0, description="a link that signs in once is good that long")
    second_factor: Literal["wanted", "required"] = Field(
        default="wanted", description="required: who has none can only set one up"
    )
    approval_hours: float = Field(
        default=24, gt=0, description="how long a request waits, and what was granted is good"
    )
    reveal_limit: int = Field(
        default=100, ge=0, description="values of more customers than that are shown with a second person's approval"
    )
    calls_per_minute: int = Field(default=120, gt=0, description="of one token at the API; more have to wait")
    oidc: OidcSettings = OidcSettings()
    proxy: ProxySettings = ProxySettings()
