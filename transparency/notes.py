"""Signed tree heads as text: four lines that are signed, and the signature, fit for a file, a chat or a printout.

::

    hinomi/1f4ab2c09d3e5577
    1024
    q5ZlbSpa…o4=
    2026-11-25T03:00:00.000000Z

    — hinomi/1f4ab2c09d3e5577 aXz1…

Origin, size of the tree, its root in base64, and the moment. It is the "checkpoint" of the transparency logs of the
Go and Sigstore projects (C2SP, tlog-checkpoint and signed-note): the signature is Ed25519 over the four lines, line
ends included, behind four bytes that name the key.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from transparency.errors import NoteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519: Final = b"\x01"
_HINT_BYTES: Final = 4
_HEAD: Final = re.compile(
    r"^(?P<origin>hinomi/[0-9a-f]{16})\n(?P<size>\d{1,18})\n(?P<root>[A-Za-z0-9+/]{43}=)\n(?P<at>[0-9T:.\-]{26}Z)\n+"
    r"[—–-]+ (?P=origin) (?P<signature>[A-Za-z0-9+/]+={0,2})$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a signature vouches for: so many leaves with this root, at this moment."""

    origin: str
    size: int
    root: bytes
    signed_at: datetime

    @property
    def body(self) -> str:
        """The lines that are signed."""
        at = self.signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{at}\n"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head and its signature, as its text has them."""

    head: Head
    signature: bytes

    @property
    def note(self) -> str:
        """The whole text."""
        return f"{self.head.body}\n— {self.head.origin} {base64.b64encode(self.signature).decode()}\n"

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is that key's."""
        if self.signature[:_HINT_BYTES] != _hint(self.head.origin, key):
            return False
        try:
            key.verify(self.signature[_HINT_BYTES:], self.head.body.encode())
        except InvalidSignature:
            return False
        return True


def origin_of(key: Ed25519PublicKey) -> str:
    """The name of the log whose heads a key signs."""
    return f"hinomi/{sha256(_raw(key)).hexdigest()[:16]}"


def sign(key: Ed25519PrivateKey, *, size: int, root: bytes, signed_at: datetime) -> SignedHead:
    """Vouch for a tree."""
    public = key.public_key()
    head = Head(origin_of(public), size, root, signed_at)
    return SignedHead(head, _hint(head.origin, public) + key.sign(head.body.encode()))


def read_notes(text: str) -> Iterator[SignedHead]:
    r"""Every signed head in a text, such as one copied out of a chat: white space around lines does not matter.

    Nor does it matter whether a line ends, or says so with ``\n``, as lines of a syslog do.

    Raises:
        NoteError: One of them holds a moment that does not exist.
    """
    ended = text.replace("\\n", "\n").splitlines()
    lines = "\n".join(line for line in (line.strip() for line in ended) if line)
    for found in _HEAD.finditer(lines):
        try:
            at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            root, signature = (base64.b64decode(found[name], validate=True) for name in ("root", "signature"))
        except (ValueError, binascii.Error):
            raise NoteError(f"the head of size {found['size']} cannot be read") from None
        yield SignedHead(Head(found["origin"], int(found["size"]), root, at), signature)


def read_note(text: str) -> SignedHead:
    """The one signed head that a text is.

    Raises:
        NoteError: It is none, or more than one.
    """
    found = list(read_notes(text))
    if len(found) != 1:
        raise NoteError(f"expected one signed tree head, found {len(found)}")
    return found[0]


def is_signed(head: SignedHead, keys: Iterable[Ed25519PublicKey]) -> bool:
    """Whether one of the keys signed a head."""
    return any(head.is_signed_by(key) for key in keys)


def _hint(origin: str, key: Ed25519PublicKey) -> bytes:
    """Four bytes that name a key (signed-note)."""
    return sha256(origin.encode() + b"\n" + _ED25519 + _raw(key)).digest()[:_HINT_BYTES]


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
