"""Zip archives (APPNOTE 6.3), and with them the XML of DOCX and the like; encrypted members are noted, not opened."""

from __future__ import annotations

import zipfile
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from matcher.readers._bounds import member
from matcher.readers.interface import Example, Passage, Reader, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_ENCRYPTED = 1
_UTF8_NAME = 0x800


class ZipReader(Reader):
    """Members of a zip, in their order."""

    name = "zip"
    examples: ClassVar = (
        Example(
            bytes.fromhex(
                "504b0304140000000000000021005b9e9bd3100000001000000005000000612e7478743039302d303031322d33343030206f6b0a"
                "504b01021403140000000000000021005b9e9bd310000000100000000500000000000000000000008001000000"
                "00612e747874504b050600000000010001003300000033000000"
                "0000"
            ),
            (),
        ),
        Example(b"PK is short for private key", ()),
    )

    def recognises(self, source: Source) -> float:
        """By its first bytes."""
        return 1.0 if source.head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else 0.0

    def read(self, source: Source) -> Iterator[Passage]:
        """Each member as a source."""
        try:
            archive = zipfile.ZipFile(source.open())
            infos = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            source.cuts.note("a damaged zip archive was not read")
            return
        for info in infos:
            if info.is_dir():
                continue
            if info.flag_bits & _ENCRYPTED:
                source.cuts.note("an encrypted member of an archive was not opened")
                continue
            opened = member(source, _name(info), partial(_open, archive, info), info.compress_size)
            if opened is None:
                return
            yield opened


def _open(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> BinaryIO:
    return archive.open(info)  # type: ignore[return-value]  # a reader, whatever typeshed calls it


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; names that are not marked as UTF-8 come from Japanese Windows more often than from DOS."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp932")
    except UnicodeError:
        return info.filename
