"""The key that signs tree heads: a file of its own, mode 0600, apart from the master key; the public half beside it.

Both are PEM, so that OpenSSL reads them. Public keys that were used before stand in the public file as well: heads that
they signed stay good.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from core.files import write_new
from transparency.errors import NoLogKeyError

if TYPE_CHECKING:
    from pathlib import Path

_HINT = "Run `hinomi init` or `hinomi log key`: they make one where there is none."
_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----\n?", re.DOTALL)


def public_path(path: Path) -> Path:
    """Where the public half of a key is."""
    return path.with_name(path.name + ".pub")


def create_log_key(path: Path) -> bool:
    """Make a signing key where there is none; false when there is one, which is never touched."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    if not write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
        return False
    with public_path(path).open("ab") as file:
        file.write(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        file.flush()
        os.fsync(file.fileno())
    return True


def load_log_key(path: Path) -> Ed25519PrivateKey:
    """The signing key.

    Raises:
        NoLogKeyError: It is not there, others may read it, or it is another kind of key.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        raise NoLogKeyError(f"the log's signing key {path} cannot be read: {error.strerror}", hint=_HINT) from None
    if mode & 0o077:
        raise NoLogKeyError(
            f"the log's signing key {path} has mode {mode:04o}: others can read it", hint=f"Run: chmod 600 {path}"
        )
    try:
        key = load_pem_private_key(content, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoLogKeyError(f"{path} holds no Ed25519 key in PEM", hint="Restore it from its backup.")
    return key


def load_public_keys(path: Path) -> list[Ed25519PublicKey]:
    """All public keys in a file; none when there is no such file.

    Raises:
        NoLogKeyError: One of them is another kind of key.
    """
    keys = []
    for pem in _PEM.findall(path.read_bytes()) if path.is_file() else ():
        try:
            key = load_pem_public_key(pem)
        except ValueError:
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise NoLogKeyError(f"{path} holds a public key that is no Ed25519 key in PEM")
        keys.append(key)
    return keys
