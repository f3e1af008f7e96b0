"""Who is at the browser: the token of the printed address, the signed cookie it buys, the mark of our forms.

A session is a value signed with a key made from the token: the server keeps nothing, so a restart signs nobody out,
and a new token signs out everybody.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import string
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import HinomiError
from core.files import write_new

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.responses import Response

    from core.clock import Clock

TOKEN_FILE = "web-token"  # noqa: S105  # the name of a file
TOKEN_BYTES = 32
TOKEN_LENGTH = 43  # characters that 32 bytes make in base64, without its padding
_TOKEN_CHARS = frozenset(string.ascii_letters + string.digits + "-_")
LIFETIME = timedelta(hours=12)  # one shift; then the printed address is asked for again
ACTOR_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that showed the token: which, since when, and the name its actions are recorded under."""

    id: str
    actor: str
    began_at: datetime


class Sessions:
    """Makes and checks sessions under one token."""

    def __init__(self, token: str, clock: Clock, *, secure: bool = False) -> None:
        if not is_token(token):
            raise TokenError(f"a token of {len(token)} characters keeps nobody out")
        self._token = token.encode()
        self._clock = clock
        self._secure = secure
        # Cookies know no port: two Hinomis on one machine need two names.
        self.cookie = "hinomi_" + self._mac("cookie name")[:8]

    def accepts(self, token: str) -> bool:
        """Whether this is the token of the printed address; takes the same time for every wrong one."""
        return hmac.compare_digest(token.encode(), self._token)

    def begin(self, actor: str) -> Session:
        """A new session."""
        return Session(secrets.token_hex(16), clean_actor(actor), self._clock.now().replace(microsecond=0))

    def put(self, response: Response, session: Session) -> None:
        """Hand a session to the browser that gets this response."""
        response.set_cookie(self.cookie, self._seal(session), httponly=True, samesite="strict", secure=self._secure)

    def drop(self, response: Response) -> None:
        """Make the browser forget its session."""
        response.delete_cookie(self.cookie, httponly=True, samesite="strict", secure=self._secure)

    def _seal(self, session: Session) -> str:
        body = json.dumps([session.id, session.actor, int(session.began_at.timestamp())], ensure_ascii=False)
        packed = base64.urlsafe_b64encode(body.encode()).decode()
        return f"{packed}.{self._mac('session', packed)}"

    def open(self, cookie: str) -> Session | None:
        """The session a cookie stands for; none when it is not ours, changed, or too old."""
        packed, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac("session", packed).encode()):
            return None
        try:
            identity, actor, began = json.loads(base64.urlsafe_b64decode(packed))
        except (binascii.Error, ValueError, TypeError):
            return None
        session = Session(str(identity), str(actor), datetime.fromtimestamp(int(began), UTC))
        return session if self._clock.now() - session.began_at < LIFETIME else None

    def form_mark(self, session: Session) -> str:
        """What our own forms carry, and a form on somebody else's page cannot know."""
        return self._mac("form", session.id)

    def is_form_mark(self, session: Session, mark: str) -> bool:
        """Whether a form was one of ours, made for this session."""
        return hmac.compare_digest(mark.encode(), self.form_mark(session).encode())

    def _mac(self, *parts: str) -> str:
        return hmac.new(self._token, "\0".join(("hinomi web", *parts)).encode(), hashlib.sha256).hexdigest()


def clean_actor(name: str) -> str:
    """A name fit for the record: one line, no control characters, not endless."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:ACTOR_LENGTH]


class TokenError(HinomiError):
    """The file of the token holds none that could keep anybody out."""

    exit_code = 2


def load_token(home: Path) -> str:
    """The token of this home folder; made on first use, and kept so that the address in a bookmark lives on.

    Raises:
        TokenError: The file is there and holds less than a token: anybody could guess it.
    """
    file = home / TOKEN_FILE
    if not file.exists():
        write_new(file, secrets.token_urlsafe(TOKEN_BYTES).encode() + b"\n")
    token = file.read_text(encoding="ascii", errors="replace").strip()
    if not is_token(token):
        raise TokenError(
            f"{file} holds {len(token)} characters that are no token; expected {TOKEN_LENGTH} of A-Z a-z 0-9 - _",
            hint="Remove the file: a new token is made when the service starts, and the old address ends.",
        )
    return token


def is_token(token: str) -> bool:
    """Whether it is long enough, and of the characters that `load_token` writes."""
    return len(token) >= TOKEN_LENGTH and all(char in _TOKEN_CHARS for char in token)
