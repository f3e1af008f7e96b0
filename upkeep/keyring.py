"""The keys of a home in one file, apart from its backup: master key, signing key, the secret of sessions and sources.

With the backup alone nobody learns a customer, forges a head, or signs in as somebody else.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.files import write_new
from core.settings import SECRETS_FILE
from fingerprints.errors import FingerprintError
from fingerprints.secrets.keys import parse_key
from upkeep.errors import BackupError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.settings import Settings
    from fingerprints.secrets.keys import Key

MARK: Final = "hinomi_keys"
FORMAT: Final = 1
MASTER, SIGNING = "master", "signing"
FORMER: Final = "former/"
"""Begins what master keys are called that were in use before, and are kept beside the one in use."""
LONGEST_KEY_BYTES: Final = 4096
WEB_SECRET: Final = "web-secret"  # noqa: S105  # the name of a file; `web.access.sessions` makes it


def key_places(settings: Settings) -> dict[str, Path]:
    """Where each key of a home is, by what it is called in the file of keys; a key may come from elsewhere."""
    return {
        MASTER: settings.home / Path(settings.key.file).expanduser(),
        SIGNING: settings.log_key_path,
        WEB_SECRET: settings.home / WEB_SECRET,
        SECRETS_FILE: settings.home / SECRETS_FILE,
    }


def write_keyring(file: Path, settings: Settings) -> tuple[str, ...]:
    """Write the keys that are in the home to a new file; gives what they are.

    Raises:
        BackupError: There is such a file already.
    """
    found = {name: place.read_bytes() for name, place in key_places(settings).items() if place.is_file()}
    master = key_places(settings)[MASTER]
    found |= {FORMER + one.name: one.read_bytes() for one in sorted(master.parent.glob(master.name + ".*"))}
    body = {MARK: FORMAT, "files": {name: base64.b64encode(content).decode() for name, content in found.items()}}
    if not write_new(file, json.dumps(body, indent=1).encode() + b"\n"):
        raise BackupError("taken", folder=file)
    return tuple(found)


def read_keyring(file: Path) -> dict[str, bytes]:
    """The keys of such a file, or the master key alone where it is the file of one.

    Raises:
        BackupError: It holds neither.
    """
    content = file.read_bytes()
    if _is_master(content):
        return {MASTER: content}
    try:
        body = json.loads(content)
        if body[MARK] != FORMAT:
            raise BackupError("bad_key_file", file=file)
        return {name: base64.b64decode(one, validate=True) for name, one in body["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupError("bad_key_file", file=file) from None


def master_key(keys: Mapping[str, bytes], where: str) -> Key | None:
    """The master key among them; none where it came from elsewhere.

    Raises:
        BackupError: It is none.
    """
    if MASTER not in keys:
        return None
    try:
        return parse_key(keys[MASTER].decode("ascii", "replace").strip(), where)
    except FingerprintError:
        raise BackupError("bad_key_file", file=where) from None


def put_keys(keys: Mapping[str, bytes], settings: Settings) -> None:
    """Write them where the settings say; what is there stays, and no name in the file leads anywhere else."""
    places = key_places(settings)
    for name, content in keys.items():
        place = places.get(name)
        if name.startswith(FORMER):
            place = places[MASTER].with_name(Path(name).name)
        if place is not None:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_new(place, content)


def holds_key(path: Path) -> bool:
    """Whether a file holds a secret key of ours, whatever it is called: one that was made for a change of keys, say."""
    try:
        if path.stat().st_size > LONGEST_KEY_BYTES:
            return False
        content = path.read_bytes()
    except OSError:
        return False
    return _is_master(content) or b"PRIVATE KEY-----" in content


def _is_master(content: bytes) -> bool:
    try:
        parse_key(content.decode("ascii", "replace"), "")
    except FingerprintError:
        return False
    return True
