"""`hinomi sources` and `hinomi sweep` as scripts use them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.targets.posts import make_posts
from tests.targets.spirit import ZONE, spirit_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving
    from tests.targets.spirit import Spirit

KEYS = [
    "source", "state", "reason", "requests", "responses", "documents", "new_documents", "bytes", "seconds", "waiting",
    "notes",
]  # fmt: skip


SPARE = ["--dialect", "bepasty"]


@pytest.fixture
def spirit(tmp_path: Path) -> Iterator[Spirit]:
    """One of its own: how much is on it is counted here."""
    folder = tmp_path / "spirit"
    folder.mkdir()
    with spirit_server(folder) as site:
        yield site


def hinomi(crawl: Crawl, *arguments: str) -> tuple[int, list[dict[str, object]], str]:
    command = [sys.executable, "-m", "cli", "--home", str(crawl.home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_source_is_added_tried_swept_and_listed(sqlite_crawl: Crawl, spirit: Spirit) -> None:
    spirit.post([(f"試し {n}", post) for n, post in enumerate(make_posts(3, seed=99))])
    crawl = sqlite_crawl
    add = ["sources", "add", "forum", "--engine", "html-forum", "--url", spirit.board, "--dialect", "spirit"]
    code, _, error = hinomi(crawl, *add, "--private", "--option", f"zone={ZONE}", "--legal-basis", "our own")
    assert (code, "added forum" in error) == (0, True), error
    code, (seen,), error = hinomi(crawl, "sources", "check", "forum", "--json")
    assert (code, seen["good"], seen["documents"], seen["authors"], seen["times"]) == (0, True, 3, 3, 3), error
    assert (seen["requests"], seen["entries"], seen["tried"], seen["read"]) == (6, 3, 3, 3)
    assert (seen["renamed"], seen["remarked"], seen["warnings"]) == (0, 0, [])
    code, (before,), _ = hinomi(crawl, "sources", "list", "--json")
    assert (code, before["source"], before["last_sweep_at"]) == (0, "forum", None)
    code, (swept,), error = hinomi(crawl, "sweep", "--json")
    assert (code, swept["state"], list(swept)) == (0, "done", KEYS), error
    code, (after,), _ = hinomi(crawl, "sources", "list", "--json")
    assert (after["state"], after["new_documents"]) == ("done", swept["new_documents"])
    assert "架空" not in error


def test_a_failed_sweep_exits_with_3_and_its_reason(sqlite_crawl: Crawl, misbehaving: Misbehaving) -> None:
    sqlite_crawl.add(f'[sources.a]\nengine = "paste-list"\nurl = "{misbehaving.url}/list-gone/list"\nprivate = true')
    sqlite_crawl.add('[sources.a.options]\nentries = "li"')
    code, (swept,), error = hinomi(sqlite_crawl, "sweep", "a", "--json")
    assert (code, swept["state"], swept["reason"]) == (3, "failed", "1 × HTTP 404"), error
    code, (seen,), error = hinomi(sqlite_crawl, "sources", "check", "a", "--json")
    assert (code, seen["good"], seen["problems"]) == (3, False, {"HTTP 404": 1})
    assert "no legal_basis" in error


def test_wrong_use_is_named(sqlite_crawl: Crawl) -> None:
    for arguments, said in [
        (["sweep"], "names no source yet"),
        (["sweep", "nobody"], "no such source: nobody"),
        (["sources", "check", "nobody"], "no such source: nobody"),
        (["sources", "add", "a", "--engine", "paste-list", "--url", "nowhere"], "sources.a.url"),
    ]:
        code, out, error = hinomi(sqlite_crawl, *arguments)
        assert (code, out, said in error) == (2, [], True), error
