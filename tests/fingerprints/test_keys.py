"""The master key: where it comes from, what is refused, what it shows of itself."""

from __future__ import annotations

import pickle
import sys
from typing import TYPE_CHECKING

import pytest

from core.settings import KeySettings
from fingerprints.errors import MalformedKeyError, MissingKeyError, UnsafeKeyError
from fingerprints.secrets.keys import Key, create_key, load_key

if TYPE_CHECKING:
    from pathlib import Path


def test_a_key_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    made = create_key(tmp_path / "key")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    read = load_key(KeySettings(), tmp_path)
    assert read == made
    assert read.id == made.id
    assert len(read.id) == 16


def test_a_key_comes_from_environment_or_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = create_key(tmp_path / "key")
    text = (tmp_path / "key").read_text()
    monkeypatch.setenv("TEST_KEY", text)
    assert load_key(KeySettings(environment="TEST_KEY"), tmp_path) == made
    command = [sys.executable, "-c", f"print({text!r})"]
    assert load_key(KeySettings(command=command), tmp_path) == made


def test_no_two_keys_and_no_two_purposes_are_alike(tmp_path: Path) -> None:
    one, other = create_key(tmp_path / "a"), create_key(tmp_path / "b")
    assert one != other
    assert len({one.derive("digest", 32), one.derive("seal", 32), other.derive("digest", 32)}) == 3


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    before = (tmp_path / "key").read_text()
    with pytest.raises(UnsafeKeyError, match="never overwritten"):
        create_key(tmp_path / "key")
    assert (tmp_path / "key").read_text() == before


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(UnsafeKeyError, match="0640") as caught:
        load_key(KeySettings(), tmp_path)
    assert "chmod 600" in caught.value.hint


def test_a_missing_key_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingKeyError, match="no key at"):
        load_key(KeySettings(), tmp_path)
    with pytest.raises(MissingKeyError, match="NO_SUCH_KEY"):
        load_key(KeySettings(environment="NO_SUCH_KEY"), tmp_path)
    with pytest.raises(MissingKeyError, match="exit code 3"):
        load_key(KeySettings(command=[sys.executable, "-c", "raise SystemExit(3)"]), tmp_path)


def test_a_changed_character_is_told_from_another_key(tmp_path: Path) -> None:
    create_key(tmp_path / "key")
    text = (tmp_path / "key").read_text()
    place = len("hinomi-key-1:") + 5
    changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
    for wrong, said in (
        (changed, "checksum"),
        (text[:40], "no key in the form"),
        (text.replace("-1:", "-2:"), "version 2"),
    ):
        (tmp_path / "key").write_text(wrong)
        with pytest.raises(MalformedKeyError, match=said) as caught:
            load_key(KeySettings(), tmp_path)
        assert text[20:60] not in str(caught.value) + caught.value.hint


def test_a_key_shows_nothing_but_its_id() -> None:
    key = Key(b"k" * 32)
    assert repr(key) == f"Key(id={key.id})"
    assert (b"k" * 32).hex() not in repr(vars(type(key)))
    assert pickle.loads(pickle.dumps(key)) == key  # noqa: S301  # as child processes get it


def test_the_derivation_stays_as_published() -> None:
    """A change here makes every index unreadable: it needs a new key version."""
    assert Key(bytes(range(32))).id == "c0d295c517a00408"
