"""Files that are there whole or not at all, and a full disk told in words."""

from __future__ import annotations

import errno
import threading
from typing import TYPE_CHECKING

import pytest

from core.files import full_disk, is_full, write_new, write_safely

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_file_is_replaced_whole_and_is_nobody_elses(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    for content in (b"one", b"another, longer than the first"):
        write_safely(file, content)
        assert file.read_bytes() == content
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


def test_a_new_file_never_touches_one_that_is_there(tmp_path: Path) -> None:
    file = tmp_path / "key"
    assert write_new(file, b"first")
    assert not write_new(file, b"second")
    assert file.read_bytes() == b"first"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def at_once(count: int, make: Callable[[int], None]) -> None:
    """Call it in many threads that all begin together."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> None:
        barrier.wait()
        make(number)

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_who_make_a_file_at_once_one_does(tmp_path: Path) -> None:
    file, made = tmp_path / "key", dict[int, bool]()
    at_once(8, lambda number: made.update({number: write_new(file, str(number).encode() * 1000)}))
    (winner,) = (number for number, done in made.items() if done)
    assert file.read_bytes() == str(winner).encode() * 1000
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_of_many_who_replace_a_file_at_once_the_last_one_s_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "settings"
    at_once(8, lambda number: write_safely(file, str(number).encode() * 1000))
    assert file.read_bytes() in {str(number).encode() * 1000 for number in range(8)}
    assert [path.name for path in tmp_path.iterdir()] == ["settings"]


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.EFBIG, "File too large"), True),
        (OSError("1000 requested and 7 written"), True),
        (RuntimeError("No space left on device (os error 28)"), True),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (OSError(errno.EIO, "the disk is full of errors"), False),
        (ValueError("requested"), False),
    ],
)
def test_a_full_disk_is_known_in_every_library_s_words(error: Exception, full: bool) -> None:  # noqa: FBT001
    assert is_full(error) is full


def test_a_full_disk_is_told_with_the_place_and_what_to_do(tmp_path: Path) -> None:
    told = full_disk(OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "gone" / "x.warc")), tmp_path)
    assert str(tmp_path / "gone" / "x.warc") in str(told)
    assert "MiB are free" in str(told)
    assert told.exit_code == 3
    assert told.hint
