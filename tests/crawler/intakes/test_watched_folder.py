"""Whatever is put into a folder is taken once, whole, in each version; nothing outside of it is, nothing is changed."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.engines._intake import IntakeError
from crawler.engines.intakes._folders import look_at, read_file, settled
from tests.archive.warc_files import check, records_of

if TYPE_CHECKING:
    from tests.crawler.conftest import Crawl

SOURCE = """
[sources.a]
engine = "watched-folder"
url = "file://{folder}"
[sources.a.options]
settle_s = {settle_s}
"""
names = st.binary(min_size=1, max_size=60).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in {b".", b".."}
)


def add(crawl: Crawl, folder: Path, settle_s: float = 0) -> None:
    crawl.add(SOURCE.format(folder=quote(str(folder)), settle_s=settle_s))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "受け渡し drop"
    made.mkdir()
    return made


@given(st.dictionaries(st.lists(names, min_size=1, max_size=3).map(b"/".join), st.binary(max_size=100), max_size=4))
def test_every_file_is_found_and_read_whatever_it_is_called(files: dict[bytes, bytes]) -> None:
    with tempfile.TemporaryDirectory() as place:
        written = {}
        for name, content in files.items():
            file = os.path.join(os.fsencode(place), name)  # noqa: PTH118  # names are bytes
            try:
                os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120  # the same
                with open(file, "wb") as opened:  # noqa: PTH123  # the same
                    opened.write(content)
            except OSError:
                continue  # another one of them is a folder of that name
            written[name] = content
        look = look_at(Path(place), "*")
        assert {quote(name) for name in written} == {one.path for one in look.files}
        for name, content in written.items():
            assert read_file(Path(place), quote(name), 1000).content == content
        assert look.others == 0


@pytest.mark.parametrize(
    "path", ["../secret", "a/../../secret", "..", "", ".", "link", "linked/secret", "pipe", "a%2F..%2F..%2Fsecret"]
)
def test_nothing_leads_out_of_the_folder(folder: Path, path: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("ours")
    (folder / "a").mkdir()
    (folder / "link").symlink_to(secret)
    (folder / "linked").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe")
    with pytest.raises(IntakeError):
        read_file(folder, path, 100)
    look = look_at(folder, "*")
    assert (look.files, look.others) == ((), 2)


def test_what_is_still_being_written_is_left_for_later(folder: Path) -> None:
    (folder / "done").write_text("whole")
    stop = threading.Event()

    def write() -> None:
        with (folder / "growing").open("w") as file:
            while not stop.wait(0.05):
                file.write("more\n")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not (folder / "growing").exists():
            time.sleep(0.01)
        assert [one.path for one in settled(folder, "*", 0.5).files] == ["done"]
    finally:
        stop.set()
        writer.join()
    assert sorted(one.path for one in settled(folder, "*", 0.1).files) == ["done", "growing"]


def test_a_longer_file_than_a_document_may_be_is_cut_off_and_says_so(folder: Path) -> None:
    (folder / "long").write_bytes(b"x" * 1001)
    got = read_file(folder, "long", 1000)
    assert (got.content, got.truncated) == (b"x" * 1000, "length")


@pytest.mark.slow
def test_a_folder_is_swept_like_any_other_source(sqlite_crawl: Crawl, folder: Path) -> None:
    add(sqlite_crawl, folder)
    (folder / "名簿.csv").write_text("氏名\n架空 花子", encoding="utf-8")
    (folder / "sub").mkdir()
    (folder / "sub" / "b.txt").write_text("二つ目", encoding="utf-8")
    (folder / "link").symlink_to("/etc/hostname")
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("done", 2), result.reason
    kept = sqlite_crawl.captures("a")
    assert sorted(one.text for one in kept) == ["二つ目", "氏名\n架空 花子"]
    assert sorted(one.document.title for one in kept) == ["sub/b.txt", "名簿.csv"]
    assert {one.document.media_type for one in kept} == {"text/csv", "text/plain"}
    file = sqlite_crawl.settings.archive_dir / kept[0].document.warc_file
    assert [record.kind for record in records_of(file)] == ["warcinfo", "resource", "resource"]
    check(file)

    assert sqlite_crawl.sweep("a").documents == 0
    (folder / "名簿.csv").write_text("氏名\n架空 太郎", encoding="utf-8")
    again = sqlite_crawl.sweep("a")
    assert (again.state, again.documents) == ("done", 1)
    assert {one.name for one in folder.iterdir()} == {"名簿.csv", "sub", "link"}


@pytest.mark.slow
def test_a_folder_that_is_not_there_fails_the_sweep_and_says_so(sqlite_crawl: Crawl, folder: Path) -> None:
    add(sqlite_crawl, folder)
    folder.rmdir()
    result = sqlite_crawl.sweep("a")
    assert (result.state, result.documents) == ("failed", 0)
    assert "the folder cannot be read" in result.reason
