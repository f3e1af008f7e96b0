"""How a source lets us in: the table ``[sources.NAME.login]``."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from crawler.access.secrets import NAME
from crawler.pages.selectors import Expression


class LoginOptions(BaseModel):
    """One way in; what is secret about it stands elsewhere, under a name (see `crawler.access.secrets`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["form", "cookies", "token"] = Field(description="a form that is filled in, cookies, or a header")
    secret: str = Field(description="name of the secret: the password, the cookies or the token")
    user: str = Field(default="", description="form: who we are there; token: a user name, for HTTP Basic")
    page: str = Field(default="", description="form: address of the page that it is on")
    user_field: str = Field(default="", description="form: name of the field; empty: the one before the password")
    password_field: str = Field(default="", description="form: name of the field; empty: the one of that type")
    fields: dict[str, str] = Field(default_factory=dict, description='form: more fields, like {remember = "1"}')
    says: str = Field(default="", description="text on every page that only members see, like the user's name")
    shows: Expression = Field(default="", description="selector of something that only members see")
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z0-9-]+$", description="token: name of the header")
    scheme: str = Field(default="Bearer", description="token: the word before it; empty: none")

    @field_validator("secret")
    @classmethod
    def _is_name(cls, secret: str) -> str:
        if not NAME.fullmatch(secret):
            raise ValueError("expected the name of a secret: small letters, digits and hyphens")
        return secret

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "form":
            missing = [name for name in ("page", "user") if not getattr(self, name)]
            if missing:
                raise ValueError(f"a form needs {' and '.join(missing)}")
            if urlsplit(self.page).scheme not in {"http", "https"}:
                raise ValueError("page: expected an http or https address")
        return self

    @property
    def keeps_cookies(self) -> bool:
        """Whether being in means holding cookies."""
        return self.kind != "token"
