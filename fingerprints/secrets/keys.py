"""The master key: made once, read from a file of mode 0600, an environment variable or a command; sub-keys by HKDF.

Text form, one line: ``hinomi-key-1:`` 64 hexadecimal digits ``:`` eight of their checksum, so that a slip of the hand
is told from another key. The id comes from the key by HKDF like a sub-key: it names the key and tells nothing about
it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from core.files import sync_folder, write_new
from core.processes.patterns import later
from fingerprints.errors import MalformedKeyError, MissingKeyError, UnsafeKeyError

if TYPE_CHECKING:
    from core.settings import KeySettings

KEY_VERSION: Final = 1
KEY_BYTES: Final = 32
COMMAND_TIMEOUT_S: Final = 60
_PREFIX: Final = f"hinomi-key-{KEY_VERSION}"
_FORM: Final = later(r"hinomi-key-(\d+):([0-9a-f]{64}):([0-9a-f]{8})")
_FORM_HINT: Final = "The key is one line as `hinomi init` writes it: hinomi-key-1:<64 hex digits>:<8 hex digits>."


class Key:
    """A master key; shows nothing but its id.

    Attributes:
        id: 16 hexadecimal digits that name the key.
        version: Version of key and derivation.
    """

    __slots__ = ("_secret", "id", "version")

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise MalformedKeyError(f"a key has {KEY_BYTES} bytes, this one has {len(secret)}", hint=_FORM_HINT)
        self._secret = bytearray(secret)
        self.version = KEY_VERSION
        self.id = self.derive("id", 8).hex()

    def derive(self, purpose: str, size_bytes: int) -> bytes:
        """The sub-key for a purpose (HKDF-Expand, RFC 5869: the secret is uniformly random already)."""
        info = f"{_PREFIX}/{purpose}".encode()
        return HKDFExpand(algorithm=SHA256(), length=size_bytes, info=info).derive(self._secret)

    def wipe(self) -> None:
        """Overwrite the secret in memory; sub-keys in use are out of Python's reach."""
        self._secret[:] = bytes(len(self._secret))

    def __del__(self) -> None:
        if hasattr(self, "_secret"):  # not when the secret was refused
            self.wipe()

    def __repr__(self) -> str:
        return f"Key(id={self.id})"

    def __reduce__(self) -> tuple[type[Key], tuple[bytes]]:
        return Key, (bytes(self._secret),)  # child processes of an enrolment are handed the key over a pipe

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and secrets.compare_digest(self._secret, other._secret)

    def __hash__(self) -> int:
        return hash(self.id)


def create_key(path: Path) -> Key:
    """Make a new key and write it to a new file of mode 0600; an existing file is never touched.

    Raises:
        UnsafeKeyError: The file exists.
    """
    secret = secrets.token_bytes(KEY_BYTES)
    if not write_new(path, format_key(secret).encode() + b"\n"):
        raise UnsafeKeyError(
            f"{path} exists; a key is never overwritten",
            hint="Without the old key the index it made is worthless: move the file away only if you mean it.",
        )
    return Key(secret)


def replace_key(path: Path, following: Path) -> Path:
    """Put the next key in the place of the one in use, in one step; the old one is kept beside, under its id.

    Returns:
        Where the old key is.
    """
    old = read_key(path)
    kept = path.with_name(f"{path.name}.{old.id}")
    if not kept.exists():
        os.link(path, kept)
    following.replace(path)
    sync_folder(path.parent)
    return kept


def former_keys(settings: KeySettings, home: Path) -> list[Key]:
    """Keys that were in use before and are kept beside the one in use (`replace_key`), the latest first.

    There are none where the key comes from elsewhere, and one that cannot be read is left out.
    """
    if settings.command or settings.environment:
        return []
    path = home / Path(settings.file).expanduser()
    found = []
    for kept in sorted(path.parent.glob(f"{path.name}.*"), key=lambda one: one.stat().st_mtime, reverse=True):
        try:
            found.append(read_key(kept))
        except (MissingKeyError, UnsafeKeyError, MalformedKeyError):
            continue
    return found


def format_key(secret: bytes) -> str:
    """The text form of a key."""
    return f"{_PREFIX}:{secret.hex()}:{_checksum(secret)}"


def parse_key(text: str, where: str) -> Key:
    """The key that a text holds.

    Args:
        text: What was read.
        where: Where it came from, for the message; the text itself is never shown.

    Raises:
        MalformedKeyError: Another form, another version, or a checksum that does not fit.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise MalformedKeyError(f"{where} holds no key in the form {_PREFIX}:...", hint=_FORM_HINT)
    version, digits, checksum = match.groups()
    if int(version) != KEY_VERSION:
        raise MalformedKeyError(f"{where} holds a key of version {version}, this program knows version {KEY_VERSION}")
    secret = bytes.fromhex(digits)
    if _checksum(secret) != checksum:
        raise MalformedKeyError(
            f"{where} holds a key whose checksum is {_checksum(secret)} where it says {checksum}",
            hint="A character was changed or lost: copy the key again.",
        )
    return Key(secret)


def load_key(settings: KeySettings, home: Path) -> Key:
    """The master key from where the settings say: a command, else an environment variable, else a file.

    Raises:
        MissingKeyError: It is not there, or the command failed.
        UnsafeKeyError: Others than the owner may read the file.
        MalformedKeyError: See `parse_key`.
    """
    if settings.command:
        return parse_key(_run(settings.command), f"the output of {settings.command[0]}")
    if settings.environment:
        text = os.environ.get(settings.environment)
        if not text:
            raise MissingKeyError(f"the environment variable {settings.environment} for the key is not set")
        return parse_key(text, f"the environment variable {settings.environment}")
    return read_key(home / Path(settings.file).expanduser())


def read_key(path: Path) -> Key:
    """The key in a file.

    Raises:
        MissingKeyError: It is not there, or cannot be read.
        UnsafeKeyError: Others than the owner may read it.
        MalformedKeyError: See `parse_key`.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise UnsafeKeyError(
                f"the key file {path} has mode {mode:04o}: others can read it", hint=f"Run: chmod 600 {path}"
            )
        return parse_key(path.read_text(encoding="ascii", errors="replace"), str(path))
    except FileNotFoundError:
        raise MissingKeyError(
            f"there is no key at {path}", hint="Run `hinomi init`, or restore the key from its backup."
        ) from None
    except (PermissionError, IsADirectoryError) as error:
        raise MissingKeyError(f"the key at {path} cannot be read: {error.strerror}") from None


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  # the operator's own command, from the settings, without a shell
            command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingKeyError(f"the key command {command[0]} failed: {type(error).__name__}") from None
    if done.returncode:
        raise MissingKeyError(f"the key command {command[0]} ended with exit code {done.returncode}")
    return done.stdout


def _checksum(secret: bytes) -> str:
    return hashlib.sha256(_PREFIX.encode() + secret).hexdigest()[:8]
