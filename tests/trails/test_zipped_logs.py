"""Logs in a ZIP file: every member is a log; what cannot be read is refused by name."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.trails.conftest import HEADER, StoredRecords
from trails.errors import PackedLogError
from trails.imports import plan_import, run_import
from trails.zipped_logs import logs_in, size_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from core.database import Database
    from core.settings import Settings
    from trails.number_digests import KeyedDoor


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def log_of(day: int) -> bytes:
    return f"{HEADER}2026/04/{day:02d} 10:00:00,op-{day},T1,照会,K{day:06d}\n".encode("cp932")


def test_every_member_is_a_log_and_what_packers_leave_is_none(
    tmp_path: Path, settings: Settings, database: Database, door: KeyedDoor, clock: Clock, stored: StoredRecords
) -> None:
    path = packed(
        tmp_path / "april.zip",
        {
            "logs/2.csv": log_of(2), "logs/1.csv": log_of(1), "3.csv.gz": gzip.compress(log_of(3)), "empty.csv": b"",
            "__MACOSX/logs/._1.csv": b"x", "logs/.DS_Store": b"x",
        },
    )  # fmt: skip
    logs = logs_in(path)
    assert [log.name for log in logs] == ["3.csv.gz", "1.csv", "2.csv"]
    assert size_of(logs[1]) == len(log_of(1))
    for log in logs:
        plan = plan_import(log, "callcenter", settings.trails_dir, is_number=door.is_number)
        done = run_import(plan, settings.trails_dir, database, door, clock)
        assert (done.new, done.dropped) == (1, [])
    assert stored()["operator"].to_list() == ["op-1", "op-2", "op-3"]


def test_a_file_that_is_no_zip_stands_for_itself(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_bytes(log_of(1))
    assert logs_in(tmp_path / "log.csv") == [tmp_path / "log.csv"]


def test_names_of_members_may_be_in_the_encoding_of_japanese_packers(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {"aaaaaaaa.csv": log_of(1)})
    path.write_bytes(path.read_bytes().replace(b"aaaaaaaa", "四月の記".encode("cp932")))
    assert [log.name for log in logs_in(path)] == ["四月の記.csv"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"xl/sheet.xml": b"x", "[Content_Types].xml": b"x"}, "spreadsheet"),
        ({"folder/": b""}, "holds no file"),
        ({"inner.zip": b"PK\x03\x04..."}, "ZIP file itself"),
    ],
)
def test_what_is_no_file_of_logs_is_refused(tmp_path: Path, members: dict[str, bytes], said: str) -> None:
    with pytest.raises(PackedLogError, match=said):
        logs_in(packed(tmp_path / "x.zip", members))


def test_an_encrypted_zip_is_refused_by_the_name_of_its_member(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {"a.csv": log_of(1)})
    with zipfile.ZipFile(path) as archive:
        directory = archive.start_dir
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[directory + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(PackedLogError, match=r"a\.csv in x\.zip is encrypted"):
        logs_in(path)


def test_a_damaged_zip_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "x.zip", {"a.csv": log_of(1)})
    content = path.read_bytes()
    at = content.index(b"PK\x01\x02")
    path.write_bytes(content[:at] + b"\0\0\0\0" + content[at + 4 :])
    assert zipfile.is_zipfile(io.BytesIO(path.read_bytes()))
    with pytest.raises(PackedLogError, match="damaged"):
        logs_in(path)
