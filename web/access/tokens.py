"""The token of the printed address: made anew after a day, so that what stands in a history or a photo opens nothing.

Whoever is signed in stays so: sessions are signed with a secret of their own, which is printed nowhere.
"""

from __future__ import annotations

import os
import secrets
import string
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from core.errors import HinomiError
from core.files import write_new, write_safely

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock

TOKEN_FILE: Final = "web-token"  # noqa: S105  # the name of a file
SECRET_FILE: Final = "web-secret"  # noqa: S105  # the name of a file
TOKEN_BYTES: Final = 32
TOKEN_LENGTH: Final = 43  # characters that 32 bytes make in base64, without its padding
_TOKEN_CHARS: Final = frozenset(string.ascii_letters + string.digits + "-_")


class TokenError(HinomiError):
    """The file of the token holds none that could keep anybody out."""

    exit_code = 2


class Tokens:
    """The token of a home folder, as its file has it now."""

    def __init__(self, home: Path, clock: Clock, lifetime: timedelta) -> None:
        self._file = home / TOKEN_FILE
        self._clock = clock
        self._lifetime = lifetime

    def fresh(self) -> str:
        """The token, made anew when there is none or it is too old.

        Raises:
            TokenError: The file is there and holds less than a token: anybody could guess it.
        """
        if not self._file.exists() or self._age() >= self._lifetime:
            write_safely(self._file, secrets.token_urlsafe(TOKEN_BYTES).encode() + b"\n")
            moment = self._clock.now().timestamp()
            os.utime(self._file, (moment, moment))
        return _read(self._file)

    def current(self) -> str:
        """The token that opens pages now; empty when it is too old or there is none."""
        if not self._file.exists() or self._age() >= self._lifetime:
            return ""
        return _read(self._file)

    def _age(self) -> timedelta:
        return self._clock.now() - datetime.fromtimestamp(self._file.stat().st_mtime, UTC)


def load_secret(home: Path) -> str:
    """What sessions are signed with; made on first use, shown to nobody.

    Raises:
        TokenError: The file is there and holds less than that.
    """
    file = home / SECRET_FILE
    if not file.exists():
        write_new(file, secrets.token_urlsafe(TOKEN_BYTES).encode() + b"\n")
    return _read(file)


def is_token(token: str) -> bool:
    """Whether it is long enough, and of the characters that are written here."""
    return len(token) >= TOKEN_LENGTH and all(char in _TOKEN_CHARS for char in token)


def _read(file: Path) -> str:
    token = file.read_text(encoding="ascii", errors="replace").strip()
    if not is_token(token):
        raise TokenError(
            f"{file} holds {len(token)} characters that are no token; expected {TOKEN_LENGTH} of A-Z a-z 0-9 - _",
            hint="Remove the file: a new token is made when the service starts, and the old address ends.",
        )
    return token
