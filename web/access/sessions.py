"""What a browser keeps: the cookie of its session, and the mark of our forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.files import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response

SECRET_FILE: Final = "web-secret"  # noqa: S105  # the name of a file
SECRET_BYTES: Final = 32
SECRET_LENGTH: Final = 43  # characters that 32 bytes make in base64, without its padding
_SECRET_CHARS: Final = frozenset(string.ascii_letters + string.digits + "-_")
NAME_LENGTH: Final = 60


class WebSecretError(HinomiError):
    """The file of the secret holds none that could keep anybody out."""

    exit_code = 2


class Sessions:
    """Cookies and marks under one secret; who is signed in stands in the database (`people.sessions`)."""

    def __init__(self, secret: str, *, secure: bool = False) -> None:
        if not is_secret(secret):
            raise WebSecretError(f"a secret of {len(secret)} characters keeps nobody out")
        self._secret = secret.encode()
        self._secure = secure
        # Cookies know no port: two Hinomis on one machine need two names.
        self.cookie = "hinomi_" + self._mac("cookie name")[:8]

    def put(self, response: Response, secret: str) -> None:
        """Hand a session to the browser that gets this response."""
        response.set_cookie(self.cookie, secret, httponly=True, samesite="strict", secure=self._secure)

    def drop(self, response: Response) -> None:
        """Make the browser forget its session."""
        response.delete_cookie(self.cookie, httponly=True, samesite="strict", secure=self._secure)

    def put_aside(self, response: Response, name: str, value: str, seconds: int) -> None:
        """Have the browser keep something signed for a moment, while somebody is away at another site."""
        packed = f"{value}.{self._mac(name, value)}"
        response.set_cookie(
            self._aside(name), packed, max_age=seconds, httponly=True, samesite="lax", secure=self._secure
        )

    def take_back(self, name: str, cookies: dict[str, str]) -> str:
        """What was put aside; empty when it is not there, or not as it was."""
        value, _, mac = cookies.get(self._aside(name), "").rpartition(".")
        return value if hmac.compare_digest(mac.encode(), self._mac(name, value).encode()) else ""

    def forget_aside(self, response: Response, name: str) -> None:
        """Let go of what was put aside."""
        response.delete_cookie(self._aside(name), httponly=True, samesite="lax", secure=self._secure)

    def form_mark(self, identity: str) -> str:
        """What our own forms carry, and a form on somebody else's page cannot know."""
        return self._mac("form", identity)

    def is_form_mark(self, identity: str, mark: str) -> bool:
        """Whether a form was one of ours, made for this session."""
        return hmac.compare_digest(mark.encode(), self.form_mark(identity).encode())

    def _aside(self, name: str) -> str:
        return f"{self.cookie}_{name}"

    def _mac(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(("hinomi web", *parts)).encode(), hashlib.sha256).hexdigest()


def load_secret(home: Path) -> str:
    """What forms are signed with, and second factors sealed; made on first use, shown to nobody.

    Raises:
        WebSecretError: The file is there and holds less than that.
    """
    file = home / SECRET_FILE
    if not file.exists():
        write_new(file, secrets.token_urlsafe(SECRET_BYTES).encode() + b"\n")
    secret = file.read_text(encoding="ascii", errors="replace").strip()
    if not is_secret(secret):
        raise WebSecretError(
            f"{file} holds {len(secret)} characters that are no secret; expected {SECRET_LENGTH} of A-Z a-z 0-9 - _",
            hint="Restore it from the backup. If it is lost, remove the file: a new one is made, and codes of "
            "authenticator apps have to be set up anew.",
        )
    return secret


def is_secret(text: str) -> bool:
    """Whether it is long enough, and of the characters that are written here."""
    return len(text) >= SECRET_LENGTH and all(char in _SECRET_CHARS for char in text)


def clean_name(name: str) -> str:
    """A name fit for the record: one line, no control characters, not endless."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:NAME_LENGTH]
