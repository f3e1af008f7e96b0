"""Time stamps by a real authority on loopback: asked for, kept with the head, checked, and found when broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.settings import load_settings
from tests.servers.ports import free_port, wait_for_port
from tests.transparency import timestamp_server
from transparency.errors import TimestampError
from transparency.places.timestamps import ask_for_timestamp, load_roots, read_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.database import Database
    from core.settings import Settings
    from tests.transparency.conftest import LogHome

pytestmark = pytest.mark.skipif(
    not shutil.which("openssl") and not os.environ.get("CI"), reason="OpenSSL's command is not installed"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Its address, and the file with its root certificate."""
    folder = tmp_path_factory.mktemp("authority") / "ts"
    root, port = timestamp_server.make_authority(folder), free_port()
    command = [sys.executable, str(Path(timestamp_server.__file__)), str(port), str(folder)]
    server = subprocess.Popen(command)
    wait_for_port(port, is_alive=server)
    yield f"http://127.0.0.1:{port}/", root
    server.kill()
    server.wait()


@pytest.fixture
def database_url(home: Path, sqlite_template: Path) -> str:
    """SQLite is enough: a token is bytes."""
    file = home / "hinomi.db"
    file.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def settings(home: Path, database_url: str, authority: tuple[str, Path]) -> Settings:
    """A home that has an authority."""
    log = {"authority_url": authority[0], "authority_roots": str(authority[1])}
    return load_settings(home, database={"url": database_url}, log=log)


def with_log(settings: Settings, **changes: Any) -> Settings:
    return settings.model_copy(update={"log": settings.log.model_copy(update=changes)})


def test_a_time_stamp_holds_for_its_text_alone(authority: tuple[str, Path]) -> None:
    address, root = authority
    token, roots = ask_for_timestamp("a head", address, timeout_s=10), load_roots(root)
    assert read_timestamp(token, "a head", roots).tzinfo is not None
    with pytest.raises(TimestampError, match="does not hold"):
        read_timestamp(token, "another head", roots)
    with pytest.raises(TimestampError, match="does not hold"):
        read_timestamp(token[:-9] + bytes(9), "a head", roots)


def test_an_authority_of_somebody_else_is_not_believed(authority: tuple[str, Path], tmp_path: Path) -> None:
    other = timestamp_server.make_authority(tmp_path / "other")
    token = ask_for_timestamp("a head", authority[0], timeout_s=10)
    with pytest.raises(TimestampError):
        read_timestamp(token, "a head", load_roots(other))


def test_heads_are_stamped_and_verified(log_home: LogHome) -> None:
    log_home.note("a", 3)
    log_home.publish()
    report = log_home.verify()
    assert report.damages == []
    assert not any("stamps" in note for note in report.notes)
    assert '"token": null' not in log_home.heads_file.read_text(encoding="utf-8")
    log_home.settings = with_log(log_home.settings, authority_roots="")
    assert any("time stamps were not checked" in note for note in log_home.verify().notes)


def test_a_broken_time_stamp_is_damage(log_home: LogHome, database: Database) -> None:
    log_home.note()
    log_home.publish()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE log_heads SET token = x'3003020100'")
    assert log_home.damage().what == "stamp-broken"


@pytest.mark.parametrize("trouble", ["broken", "nobody"])
def test_an_authority_that_fails_holds_no_head_up(log_home: LogHome, authority: tuple[str, Path], trouble: str) -> None:
    address = f"{authority[0]}broken" if trouble == "broken" else f"http://127.0.0.1:{free_port()}/"
    log_home.settings = with_log(log_home.settings, authority_url=address)
    log_home.note()
    assert log_home.publish() == 1
    assert log_home.verify().is_whole


def test_roots_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with pytest.raises(TimestampError, match="cannot be read"):
        load_roots(tmp_path / "nothing.pem")
