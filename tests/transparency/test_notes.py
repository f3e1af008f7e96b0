"""Signed heads as text: what is signed, how it is read back, and that nothing else passes."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from transparency.errors import NoLogKeyError, NoteError
from transparency.keys import create_log_key, load_log_key, load_public_keys, public_path
from transparency.notes import is_signed, read_note, read_notes, sign

if TYPE_CHECKING:
    from pathlib import Path

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
SIGNED = sign(KEY, size=1024, root=bytes(32), signed_at=AT)


def test_a_head_is_four_lines_and_a_signature() -> None:
    lines = SIGNED.note.split("\n")
    assert lines[1:5] == ["1024", base64.b64encode(bytes(32)).decode(), "2026-11-25T03:00:00.000000Z", ""]
    assert lines[5].startswith(f"— {lines[0]} ")
    assert read_note(SIGNED.note) == SIGNED
    assert is_signed(SIGNED, [OTHER.public_key(), KEY.public_key()])


@given(size=st.integers(0, 10**17), root=st.binary(min_size=32, max_size=32), second=st.integers(0, 10**10))
def test_what_is_signed_is_read_back(size: int, root: bytes, second: int) -> None:
    signed = sign(KEY, size=size, root=root, signed_at=datetime.fromtimestamp(second, UTC))
    assert list(read_notes(f"\n  some words\r\n> \n{signed.note}\nmore words")) == [signed]
    assert read_note(signed.note).is_signed_by(KEY.public_key())


@given(bit=st.integers(0, 8 * len(SIGNED.note.encode()) - 1))
def test_no_flipped_bit_passes(bit: int) -> None:
    data = bytearray(SIGNED.note.encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        found = list(read_notes(data.decode("utf-8", "replace")))
    except NoteError:
        return
    assert all(head == SIGNED or not is_signed(head, [KEY.public_key()]) for head in found)


def test_a_chats_spaces_and_dashes_do_not_matter() -> None:
    pasted = "\n".join(f"   {line}  " for line in SIGNED.note.replace("—", "-").splitlines() if line)
    assert read_note(pasted) == SIGNED


def test_another_text_is_no_head() -> None:
    for text in ("", "hello", SIGNED.note[:-40], SIGNED.note * 2):
        with pytest.raises(NoteError):
            read_note(text)


def test_a_key_is_made_once_and_kept_to_oneself(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "log-key"
    assert create_log_key(path)
    before = path.read_bytes()
    assert not create_log_key(path)
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o600
    (public,) = load_public_keys(public_path(path))
    assert public == load_log_key(path).public_key()
    path.chmod(0o640)
    with pytest.raises(NoLogKeyError, match="mode 0640"):
        load_log_key(path)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log-key"
    with pytest.raises(NoLogKeyError, match="cannot be read"):
        load_log_key(path)
    path.write_text("no key")
    path.chmod(0o600)
    with pytest.raises(NoLogKeyError, match="holds no Ed25519 key"):
        load_log_key(path)
    assert load_public_keys(tmp_path / "nothing") == []
    path.write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(NoLogKeyError, match="no Ed25519 key"):
        load_public_keys(path)


@pytest.mark.skipif(
    not shutil.which("openssl") and not os.environ.get("CI"), reason="OpenSSL's command is not installed"
)
def test_openssl_checks_the_signature_as_the_documentation_says(tmp_path: Path) -> None:
    create_log_key(tmp_path / "log-key")
    signed = sign(load_log_key(tmp_path / "log-key"), size=3, root=bytes(32), signed_at=AT)
    (tmp_path / "body").write_text(signed.head.body)
    (tmp_path / "signature").write_bytes(signed.signature[4:])
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "log-key.pub", "-rawin", "-in", "body"]
    command += ["-sigfile", "signature"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0
    (tmp_path / "body").write_text(signed.head.body.replace("3", "4", 1))
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode != 0
