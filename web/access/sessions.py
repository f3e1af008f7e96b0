"""Who is at the browser: the signed cookie that the token buys, and the mark of our forms.

A session is a value signed with a secret that is shown to nobody, and a row (`core.sign_ins`) that ends when somebody
leaves: neither alone opens a page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from web.access.tokens import TokenError, is_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from core.clock import Clock

LIFETIME = timedelta(hours=12)  # one shift; then the printed address is asked for again
ACTOR_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that showed the token: which, since when, and the name its actions are recorded under."""

    id: str
    actor: str
    began_at: datetime


class Sessions:
    """Makes and checks sessions under one secret; ``current_token`` gives the token that buys one now."""

    def __init__(self, secret: str, current_token: Callable[[], str], clock: Clock, *, secure: bool = False) -> None:
        if not is_token(secret):
            raise TokenError(f"a secret of {len(secret)} characters keeps nobody out")
        self._secret = secret.encode()
        self._current_token = current_token
        self._clock = clock
        self._secure = secure
        # Cookies know no port: two Hinomis on one machine need two names.
        self.cookie = "hinomi_" + self._mac("cookie name")[:8]

    def accepts(self, token: str) -> bool:
        """Whether this is the token of the printed address; takes the same time for every wrong one."""
        current = self._current_token()
        return is_token(current) and hmac.compare_digest(token.encode(), current.encode())

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
        """The session a cookie stands for; none when it is not ours, changed, too old, or of a time to come."""
        packed, _, mac = cookie.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac("session", packed).encode()):
            return None
        try:
            identity, actor, began = json.loads(base64.urlsafe_b64decode(packed))
        except (binascii.Error, ValueError, TypeError):
            return None
        session = Session(str(identity), str(actor), datetime.fromtimestamp(int(began), UTC))
        return session if timedelta() <= self._clock.now() - session.began_at < LIFETIME else None

    def form_mark(self, session: Session) -> str:
        """What our own forms carry, and a form on somebody else's page cannot know."""
        return self._mac("form", session.id)

    def is_form_mark(self, session: Session, mark: str) -> bool:
        """Whether a form was one of ours, made for this session."""
        return hmac.compare_digest(mark.encode(), self.form_mark(session).encode())

    def _mac(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(("hinomi web", *parts)).encode(), hashlib.sha256).hexdigest()


def clean_actor(name: str) -> str:
    """A name fit for the record: one line, no control characters, not endless."""
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:ACTOR_LENGTH]
