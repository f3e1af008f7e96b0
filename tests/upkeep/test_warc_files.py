"""Whatever the copied database speaks of can be read in the restored home: written still, closed, or in a bucket."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from archive.errors import ArchiveError
from archive.models import DocumentRow
from archive.objects import OPEN_SUFFIX
from archive.records import Exchange
from archive.store import Place
from home import Home
from tests.targets.moto import BUCKET, REGION, s3_server
from upkeep.backup import Wishes, take_backup
from upkeep.manifest import read_backup_manifest
from upkeep.restore import restore_backup

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from archive.store import Archive
    from archive.warc import WarcFile
    from tests.upkeep.conftest import Said


def keep(home: Home, warc: WarcFile, body: bytes, name: str) -> None:
    address = f"http://site.invalid/{name}"
    exchange = Exchange(address=address, fetched_at=home.clock.now(), body=body, content=body)
    place = Place(source="a", address=address, fetched_at=home.clock.now())
    with home.database.write() as session:
        home.archive.keep_response(session, warc, exchange, place, media_type="text/plain", charset="utf-8")


def bodies(home: Home, archive: Archive | None = None) -> dict[int, bytes]:
    with home.database.read() as session:
        rows = session.scalars(select(DocumentRow).order_by(DocumentRow.id))
        return {row.id: (archive or home.archive).read(row) for row in rows}


@pytest.mark.parametrize("whole", [True, False])
def test_a_file_that_is_still_written_comes_back_with_every_record_that_the_database_knows(
    kept: Path, tmp_path: Path, *, whole: bool
) -> None:
    draw = random.Random(20261128)  # noqa: S311  # sizes of documents: any will do
    home = Home(str(kept))
    warc = home.archive.open_warc("sweep-1")
    for number in range(6):
        keep(home, warc, draw.randbytes(draw.randrange(1, 200_000)), str(number))
    before = bodies(home)
    with (home.archive.folder / (warc.name + OPEN_SUFFIX)).open("ab") as torn:
        torn.write(b"\x1f\x8b\x08 half of a record that has no row yet")
    take_backup(home, tmp_path / "b", Wishes(with_archive=whole, key_file=tmp_path / "keys"))
    keep(home, warc, b"after the backup", "later")
    warc.close()
    copies = None if whole else kept / "archive"
    done = restore_backup(tmp_path / "b", tmp_path / "new", key_file=tmp_path / "keys", archive=copies)
    assert done.missing == ()
    new = Home(str(tmp_path / "new"))
    assert bodies(new) == before
    new.archive.recover()
    assert bodies(new) == before


def test_a_named_file_has_the_hash_that_was_sealed_and_one_of_another_length_is_read(
    kept: Path, tmp_path: Path, call: Callable[..., Said]
) -> None:
    (file,) = (kept / "archive").rglob("*.warc.gz")
    name = file.relative_to(kept / "archive").as_posix()
    with file.open("r+b") as damaged:
        damaged.write(b"\0")  # `verify` finds that; a backup says what the file has to be
    take_backup(Home(str(kept)), tmp_path / "b", Wishes())
    sealed = read_backup_manifest(tmp_path / "b").archive[name]
    with file.open("ab") as longer:
        longer.write(b"\0")
    take_backup(Home(str(kept)), tmp_path / "c", Wishes())
    measured = read_backup_manifest(tmp_path / "c").archive[name]
    assert (measured.size_bytes, measured.sha256 != sealed.sha256) == (sealed.size_bytes + 1, True)
    _, answer = call(tmp_path / "new", "restore", str(tmp_path / "b"), "--archive", str(kept / "archive"))
    assert answer[-1]["missing"] == [name], "a file that is not what was sealed is taken for whole"


def test_a_name_that_leads_out_of_the_archive_is_refused(kept: Path, tmp_path: Path) -> None:
    from upkeep.errors import BackupFailedError
    from upkeep.manifest import BackedUpFile, write_backup_manifest

    manifest = take_backup(Home(str(kept)), tmp_path / "b", Wishes())
    manifest.archive["../../outside.warc.gz"] = BackedUpFile(1, "0" * 64)
    write_backup_manifest(tmp_path / "b", manifest)
    with pytest.raises(BackupFailedError):
        restore_backup(tmp_path / "b", tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_an_archive_in_a_bucket_is_named_copied_and_put_back(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "s3").mkdir()
    with s3_server(tmp_path / "s3") as server:
        told: dict[str, Any] = {
            "FOLDER": f"s3://{BUCKET}/carrier", "S3_ENDPOINT": server.url, "S3_REGION": REGION,
            "S3_ACCESS_KEY": server.access_key, "S3_SECRET_KEY": server.secret_key,
        }  # fmt: skip
        for name, value in told.items():
            monkeypatch.setenv(f"HINOMI_ARCHIVE__{name}", value)
        home = Home(str(kept))
        for file in (kept / "archive").rglob("*.warc.gz"):
            (home.archive.folder / file.relative_to(kept / "archive").as_posix()).put(file.read_bytes())
        shutil.rmtree(kept / "archive")
        before = bodies(home)
        assert before
        take_backup(home, tmp_path / "named", Wishes(key_file=tmp_path / "keys"))
        done = restore_backup(tmp_path / "named", tmp_path / "new", key_file=tmp_path / "keys")
        assert (done.missing, bodies(Home(str(tmp_path / "new")))) == ((), before)
        take_backup(home, tmp_path / "whole", Wishes(with_archive=True))
        for path in home.archive.folder.glob("*.warc.gz"):
            path.unlink()
        with pytest.raises(ArchiveError):
            bodies(home)
        done = restore_backup(tmp_path / "whole", tmp_path / "again", key_file=tmp_path / "keys")
        assert (done.missing, bodies(Home(str(tmp_path / "again")))) == ((), before)
