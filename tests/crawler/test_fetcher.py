"""The process that goes out sees nothing of ours: tried from where it stands."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from core.processes.walls.landlock import landlock_version
from core.settings import CrawlerSettings
from crawler.engines.interface import EngineOptions
from crawler.errors import CrawlError
from crawler.fetcher import fetch, fetcher
from crawler.polite.turns import LoneTurns
from crawler.sources import Source
from tests.core.processes.prying import OPEN, pry, tell_about_itself

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from archive.records import Exchange
    from crawler.engines.interface import Fetch, Mark, Miss, Page, Step


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_it_has_the_network_and_sees_neither_key_nor_index_nor_database_nor_archive(home: Path) -> None:
    ours = [home / name for name in ("key", "index", "hinomi.db", "archive", "hinomi.toml", "log-key", "logs")]
    for file in ours:
        file.write_text("ours", encoding="ascii")
    with socket.create_server(("127.0.0.1", 0)) as server:
        asked = [str(file) for file in ours]
        with fetcher(CrawlerSettings(), pry, asked, server.getsockname()[1]) as worker:
            tried = json.loads(worker.line.receive())
    assert {name for name, how in tried.items() if how == OPEN} == {"connection", "name look-up", "own folder"}


def test_it_is_told_the_proxy_and_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    monkeypatch.setenv("HINOMI_DATABASE__URL", "postgresql://hinomi:secret@db.example/hinomi")
    monkeypatch.setenv("HINOMI_KEY", "key")
    with fetcher(CrawlerSettings(), tell_about_itself) as worker:
        environment, _, _ = json.loads(worker.line.receive())
    assert environment["HTTPS_PROXY"]
    assert [name for name in environment if name.startswith("HINOMI_")] == []


def test_one_that_ends_without_a_word_ends_the_sweep_with_one() -> None:
    unknown = Source.model_construct(
        name="none", engine="no such engine", url="http://127.0.0.1:1/", options=EngineOptions()
    )
    with pytest.raises(CrawlError, match="the process that fetches ended with 1"):
        fetch(unknown, CrawlerSettings(), Pages(), deep=True)


class Pages:
    """A pen that nobody tells anything."""

    requests = lists_read = 0
    fatal = stopping = ""
    turns = LoneTurns()

    def marks(self, keys: Iterable[str]) -> dict[str, Mark]:
        """None."""
        del keys
        return {}

    def take(self, fetch: Fetch, steps: Sequence[Step], page: Page, exchange: Exchange) -> None:
        """Not told."""

    def unchanged(self, fetch: Fetch, steps: Sequence[Step]) -> None:
        """Not told."""

    def missed(self, fetch: Fetch, reason: str, miss: Miss, *, is_wall: bool = False) -> None:
        """Not told."""

    def pending(self) -> list[Fetch]:
        """None."""
        return []

    def page_state(self, address: str) -> tuple[str, str, str]:
        """Nothing is known."""
        del address
        return "", "", ""

    def asked_to_wait(self, seconds: float) -> None:
        """Not told."""
