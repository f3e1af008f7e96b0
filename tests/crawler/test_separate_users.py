"""Sweeps by another user: a home of its own without key and index, the same database, the same archive."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from sqlalchemy import select

from archive.models import DocumentRow
from archive.store import Archive
from core.settings import SETTINGS_FILE
from tests.crawler.test_misbehaving_sites import add

if TYPE_CHECKING:
    from pathlib import Path

    from tests.crawler.conftest import Crawl
    from tests.targets.misbehaving import Misbehaving


def test_a_home_without_a_key_sweeps_into_the_archive_of_another(
    sqlite_crawl: Crawl, misbehaving: Misbehaving, tmp_path: Path
) -> None:
    add(sqlite_crawl, misbehaving.url, "hangs")
    main, other = sqlite_crawl.home, tmp_path / "crawl"
    other.mkdir(mode=0o700)
    for name in (SETTINGS_FILE, "sources.toml"):
        (other / name).write_text((main / name).read_text(encoding="utf-8"), encoding="utf-8")
    (main / "archive").mkdir(exist_ok=True)
    (other / "archive").symlink_to(main / "archive")
    arguments = [sys.executable, "-m", "cli", "--home", str(other), "sweep", "--json"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert '"state": "partial"' in done.stdout, done.stderr
    with sqlite_crawl.database.read() as session:
        documents = list(session.scalars(select(DocumentRow)))
    archive = Archive(sqlite_crawl.settings, sqlite_crawl.database, sqlite_crawl.clock)
    assert documents
    assert all(archive.read(one) for one in documents)
    assert {path.name for path in other.iterdir()} == {SETTINGS_FILE, "sources.toml", "archive", "logs"}
