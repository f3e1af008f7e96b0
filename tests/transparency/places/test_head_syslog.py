"""Heads over a real socket: each once, and a text out of a syslog is compared like one out of a chat."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from transparency.notes import read_notes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.transparency.conftest import LogHome


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """SQLite is enough: what is sent does not depend on it."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def syslog() -> Iterator[socket.socket]:
    """A syslog on a free port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(5)
        yield listening


def address_of(syslog: socket.socket) -> str:
    return f"syslog://127.0.0.1:{syslog.getsockname()[1]}"


def with_syslog(home: LogHome, address: str) -> None:
    log = home.settings.log.model_copy(update={"head_syslog": address, "head_files": []})
    home.settings = home.settings.model_copy(update={"log": log})


def test_each_head_is_one_line_that_verify_takes_as_it_is(
    log_home: LogHome, syslog: socket.socket, tmp_path: Path
) -> None:
    with_syslog(log_home, address_of(syslog))
    received = []
    for size in (1, 2):
        log_home.note()
        assert log_home.publish() == size
        received.append(syslog.recv(65536).decode())
    assert all("\n" not in line for line in received)
    text = tmp_path / "syslog.txt"
    text.write_text("\n".join(f"Nov 22 03:00:00 tower {line}" for line in received), encoding="utf-8")
    assert [signed.head.size for signed in read_notes(text.read_text(encoding="utf-8"))] == [1, 2]
    report = log_home.verify(heads=[text])
    assert report.is_whole
    assert str(text) in report.places
    assert any(address_of(syslog) in note for note in report.notes)


def test_a_syslog_out_of_reach_gets_later_what_it_missed(
    log_home: LogHome, syslog: socket.socket, tmp_path: Path
) -> None:
    with_syslog(log_home, str(tmp_path / "no-such-socket"))
    log_home.note()
    log_home.publish()
    with_syslog(log_home, address_of(syslog))
    log_home.note()
    log_home.publish()
    found = [head.head.size for _ in range(2) for head in read_notes(syslog.recv(65536).decode())]
    assert found == [1, 2]


def test_a_local_syslog_is_a_socket_in_the_file_system(log_home: LogHome, tmp_path: Path) -> None:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(5)
        with_syslog(log_home, str(path))
        log_home.note()
        log_home.publish()
        assert [one.head.size for one in read_notes(listening.recv(65536).decode())] == [1]
