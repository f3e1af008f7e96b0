"""Hashes of files: counted once, and never told of another content."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3

from cluster.hashes import FileHashes


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which files were opened, in order."""
    seen: list[Path] = []
    real = Path.open

    def noted(self: Path, *arguments: str, **named: str) -> object:
        seen.append(self)
        return real(self, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", noted)
    return seen


def test_a_file_is_read_once_however_often_it_is_asked_about(tmp_path: Path, opened: list[Path]) -> None:
    file = tmp_path / "dump.csv"
    file.write_bytes(b"one")
    opened.clear()
    hashes = FileHashes()
    wanted = blake3(b"one").hexdigest()
    assert [hashes.of(file), hashes.of(file), hashes.known(file)] == [wanted] * 3
    assert opened == [file]
    hashes.forget(file)
    assert hashes.known(file) == ""
    assert hashes.read(file) == (wanted, b"one")
    assert hashes.of(file) == wanted


def test_a_file_that_was_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "dump.csv"
    file.write_bytes(b"one")
    hashes = FileHashes()
    hashes.of(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert hashes.known(file) == ""
    assert hashes.of(file) == blake3(b"two").hexdigest()


def test_a_file_that_is_gone_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileHashes().of(tmp_path / "gone")
