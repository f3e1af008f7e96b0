"""Canaries: made-up customers that were mixed into one extract alone, kept under seal beside the index.

In the index a canary is a customer like any other. Which ones they are stands only in ``canaries.sealed``: AES-SIV
(RFC 5297) under a sub-key of the master key, filled up to a multiple of `BLOCK_BYTES`, so that neither names nor their
number can be read without the key. A canary seen in a document says which extract it came from.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from core.files import write_safely
from fingerprints.errors import DamagedIndexError, OtherVersionError, WrongKeyError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fingerprints.secrets.keys import Key

CANARIES_FILE: Final = "canaries.sealed"
BLOCK_BYTES: Final = 16 << 10
_VERSION: Final = 1
_KEY_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Canary:
    """A made-up customer.

    Attributes:
        extract: The one extract it is mixed into.
        number: Its customer number, canonical.
        made_on: The day it was made, ISO 8601.
        values: All its values by kind, as written into the extract.
        used: For a drill, when it was planted; a canary of a real extract is never used.
    """

    extract: str
    number: str
    made_on: str
    values: dict[str, str] = field(default_factory=dict)
    used: str = ""


def read_canaries(index_dir: Path, key: Key) -> list[Canary]:
    """All canaries; none when none was ever made.

    Raises:
        WrongKeyError: They were sealed under another key.
        OtherVersionError: They were written in another format.
        DamagedIndexError: The file is not as it was written.
    """
    file = index_dir / CANARIES_FILE
    try:
        header, _, sealed = file.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return []
    match header.decode("ascii", "replace").split():
        case ["hinomi-canaries", str(version), str(key_id)]:
            pass
        case _:
            raise DamagedIndexError(str(file), "it does not begin as it should")
    if version != str(_VERSION):
        raise OtherVersionError(str(file), version, _VERSION)
    if key_id != key.id:
        raise WrongKeyError(key.id, key_id)
    try:
        text = _siv(key).decrypt(sealed, [header])
    except (InvalidTag, ValueError):
        raise DamagedIndexError(str(file), "its seal does not open") from None
    return [Canary(**one) for one in json.loads(text)]


def write_canaries(index_dir: Path, key: Key, canaries: Iterable[Canary]) -> None:
    """Put these in place of what was kept, in one step. Needs the index's writing lock."""
    text = json.dumps([asdict(one) for one in canaries], ensure_ascii=False).encode()
    filled = text + b" " * (-len(text) % BLOCK_BYTES)
    header = f"hinomi-canaries {_VERSION} {key.id}".encode()
    write_safely(index_dir / CANARIES_FILE, header + b"\n" + _siv(key).encrypt(filled, [header]))


def _siv(key: Key) -> AESSIV:
    return AESSIV(key.derive("canaries", _KEY_BYTES))
