"""Archives: whole, nested, cut off, encrypted, and made to do harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING

import py7zr
import pytest

from matcher.document import Cuts, Document, Limits
from matcher.readers import FAILED, read_document
from tests.matcher.reading import words
from tests.matcher.seeds import PHONES, as_7z, as_tar, as_xlsx, as_zip, as_zstd, csv_text, seeds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LINES = "".join(f"架空 {n},090-{n:04d}-0000,{n * 7919 % 100_003}\n" for n in range(20_000)).encode()
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "zip": as_zip,
    "tar": as_tar,
    "7z": as_7z,
    "gz": gzip.compress,
    "bz2": lambda content: bz2.compress(content, 1),  # in blocks of 100 kB: of a block that is cut off nothing is left
    "xz": lzma.compress,
    "zst": as_zstd,
}
MIB = 1 << 20


@pytest.mark.parametrize("outer", sorted(PACKERS))
@pytest.mark.parametrize("inner", sorted(PACKERS))
def test_any_archive_is_read_inside_of_any_other(outer: str, inner: str) -> None:
    content = PACKERS[outer](PACKERS[inner](csv_text().encode("cp932")))
    text = "\n".join(words(content)[0])
    assert all(phone in text for phone in PHONES)


@pytest.mark.parametrize("packer", sorted(PACKERS))
def test_what_stands_before_the_cut_is_read_and_the_cut_is_noted(packer: str) -> None:
    content = PACKERS[packer](LINES)
    found, notes = words(content[: len(content) * 7 // 8])
    assert sum("架空" in cell for cell in found) > 1_000
    assert notes or packer == "tar"


@pytest.mark.parametrize("name", sorted(seeds()))
def test_a_document_cut_off_anywhere_makes_no_reader_fail(name: str) -> None:
    content = seeds()[name]
    for eighth in range(1, 8):
        words(content[: len(content) * eighth // 8], name)


def test_a_member_is_named_in_what_was_cut_off() -> None:
    inner = gzip.compress(LINES)[:-3000]
    _, notes = words(as_zip(inner, "令和/名簿.csv.gz"))
    assert notes == ["令和/名簿.csv.gz: cut off before its end"]


def test_encrypted_members_are_named_and_the_others_are_read() -> None:
    content = bytearray(as_zip(csv_text().encode(), "open.csv", zipfile.ZIP_STORED))
    second = bytearray(as_zip(b"secret", "closed.csv", zipfile.ZIP_STORED))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        second[second.index(sign) + at] |= 1
    first_member = content[: content.index(b"PK\x01\x02")]
    found, notes = words(bytes(first_member + second[: second.index(b"PK\x01\x02")]))
    assert PHONES[0] in found
    assert any("closed.csv: encrypted" in note for note in notes)


@pytest.mark.parametrize("first", [0x00, 0xE0])
def test_an_encrypted_7z_is_noted_whatever_its_first_byte_looks_like(first: int) -> None:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password="it is one") as archive:
        archive.writestr("secret", "a.txt")
    content = bytearray(out.getvalue())
    content[32] = first  # of the packed stream: as one of LZMA's begins
    assert words(bytes(content))[1] == ["encrypted; not opened"]


def test_members_that_overlap_are_read_once() -> None:
    content = as_zip(LINES, "a.csv")
    at = content.index(b"PK\x01\x02")
    entry = content[at : content.index(b"PK\x05\x06")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(entry) * 50, at, 0)
    found, notes = words(content[:at] + entry * 50 + end)
    assert sum("架空 19999" in cell for cell in found) == 1
    assert any("overlap" in note for note in notes)


def test_paths_that_lead_elsewhere_are_names_and_nothing_more() -> None:
    found, _ = words(as_zip(csv_text().encode(), "../../../../tmp/hinomi-was-here"))
    assert PHONES[0] in found
    found, _ = words(as_tar(csv_text().encode(), "/tmp/hinomi-was-here"))  # noqa: S108  # it must not be written
    assert PHONES[0] in found


def test_links_and_devices_in_a_tar_are_passed_over() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"kind-{kind.decode()}")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        info = tarfile.TarInfo("list.csv")
        info.size = len(csv_text().encode())
        archive.addfile(info, io.BytesIO(csv_text().encode()))
    found, notes = words(out.getvalue())
    assert PHONES[0] in found
    assert not notes
    assert not any("root" in cell for cell in found)


def test_a_size_that_is_declared_and_not_there_is_no_harm() -> None:
    content = bytearray(as_tar(csv_text().encode()))
    info = tarfile.TarInfo("list.csv")
    info.size = 8**11 - 1
    content[:512] = info.tobuf()[:512]
    assert PHONES[0] in words(bytes(content))[0]


BOMBS: dict[str, Callable[[], bytes]] = {
    "gz": lambda: gzip.compress(bytes(64 * MIB)),
    "bz2": lambda: bz2.compress(bytes(64 * MIB)),
    "xz": lambda: lzma.compress(bytes(64 * MIB)),
    "zst": lambda: as_zstd(bytes(64 * MIB)),
    "zip": lambda: as_zip(bytes(64 * MIB)),
    "7z": lambda: as_7z(bytes(64 * MIB)),
    "gz in zip in 7z": lambda: as_7z(as_zip(gzip.compress(bytes(64 * MIB)))),
}


@pytest.mark.parametrize("bomb", sorted(BOMBS))
def test_a_bomb_is_cut_and_what_stands_beside_it_is_read(bomb: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bomb", BOMBS[bomb]())
        archive.writestr("list.csv", csv_text())
    cuts = Cuts()
    limits = Limits(unpacked_bytes=40 * MIB)
    found = [p for _, p in read_document(Document("x.zip", out.getvalue()), limits, cuts)]
    assert found
    assert cuts.unpacked_bytes <= 41 * MIB
    assert any(note.startswith("bomb") for note in cuts.notes)


def test_an_archive_that_holds_itself_comes_to_an_end() -> None:
    content = b"x"
    for _ in range(30):
        content = gzip.compress(content)
    assert any("nested deeper" in note for note in words(content)[1])


def test_reading_stops_when_its_time_is_over() -> None:
    ticks = iter(range(1_000_000))
    cuts = Cuts(clock=lambda: float(next(ticks)))
    list(read_document(Document("x.zip", as_zip(LINES)), Limits(seconds=3), cuts))
    assert cuts.notes[-1] == "reading stopped after 3 seconds; what came before was looked at"


def test_hidden_sheets_are_read_and_a_workbook_that_is_cut_off_as_well() -> None:
    content = as_xlsx()
    assert PHONES[-1] in words(content)[0]
    found, notes = words(content[:-400])
    assert PHONES[0] in found
    assert notes


def test_a_zip_without_any_directory_is_walked() -> None:
    members = [content[: content.index(b"PK\x01\x02")] for content in (as_zip(LINES), as_zip(csv_text().encode()))]
    found, _ = words(b"".join(members))
    assert PHONES[0] in found


def test_damage_in_the_middle_loses_what_is_damaged_only() -> None:
    packed = zlib.compressobj(wbits=31)
    content = bytearray(packed.compress(LINES) + packed.flush())
    content[len(content) // 2] ^= 0xFF
    found, notes = words(bytes(content))
    assert "架空 1000" in found
    assert notes


def test_a_file_that_shrinks_while_it_is_read_is_read_as_far_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(LINES)
    cuts = Cuts()
    reading = read_document(Document("list.csv", file), Limits(), cuts)
    assert next(reading)
    file.write_bytes(LINES[:100])
    list(reading)
    assert not [note for note in cuts.notes if FAILED in note]


def test_a_workbook_whose_directory_is_wrong_about_a_part_gives_the_others() -> None:
    content = bytearray(as_xlsx())
    at = content.index(b"xl/worksheets/sheet1.xml") - 30
    assert content[at : at + 4] == b"PK\x03\x04"
    content[at : at + 4] = b"gone"
    found, notes = words(bytes(content))
    assert PHONES[-1] in found
    assert any("sheet1.xml" in note for note in notes)
