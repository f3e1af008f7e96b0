"""The date that a file says of itself: a mail's ``Date``, when an office document or a PDF was saved last.

Whoever made the file could write what they liked: such a date stands in the timeline beside the moment it was learned,
with the text it was read from. One that cannot be (before there was a web, after now) is no date.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone
from email.errors import MessageError
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD_BYTES: Final = 64 * 1024
"""As much of a file is looked at, from its beginning and (of a PDF) from its end."""
EARLIEST: Final = datetime(1991, 8, 6, tzinfo=UTC)
"""The first page of the web."""
_CORE: Final = "docProps/core.xml"
_SAVED: Final = re.compile(rb"<dcterms:modified[^<>]{0,200}>\s*([^<>]{10,40}?)\s*</dcterms:modified>")
_PDF_SAVED: Final = re.compile(rb"/ModDate\s*\(D:(\d{14})(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")
_MAIL: Final = re.compile(rb"(?:Received|Return-Path|From|Date|Message-ID|MIME-Version|Subject|To): ", re.IGNORECASE)


def own_date(file: Path, *, now: datetime, zone: str) -> tuple[datetime, str] | None:
    """The date of a file and how it is written there; None for none.

    Args:
        file: What was handed in.
        now: What is later is no date.
        zone: Of a time that says none.
    """
    for read in READERS:
        found = read(file)
        if found is None:
            continue
        moment, written = found
        moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        try:
            return (moment.astimezone(UTC), written) if EARLIEST <= moment <= now else None
        except OverflowError:
            return None
    return None


def _of_mail(file: Path) -> tuple[datetime, str] | None:
    head = _head(file)
    if not _MAIL.match(head):
        return None
    try:
        written = str(BytesHeaderParser(policy=compat32).parsebytes(head).get("Date", "")).strip()[:80]
        return parsedate_to_datetime(written), written
    except (ValueError, TypeError, IndexError, MessageError):
        return None


def _of_office(file: Path) -> tuple[datetime, str] | None:
    if not _head(file, 4).startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(file) as archive, archive.open(_CORE) as core:
            found = _SAVED.search(core.read(HEAD_BYTES))
        written = found[1].decode("ascii") if found else ""
        return datetime.fromisoformat(written), written
    except (KeyError, ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None  # there is no such member, or it is packed in a way that nobody knows


def _of_pdf(file: Path) -> tuple[datetime, str] | None:
    head = _head(file)
    if not head.startswith(b"%PDF-"):
        return None
    found = _PDF_SAVED.search(head) or _PDF_SAVED.search(_tail(file))
    if found is None:
        return None
    try:
        moment = datetime.strptime(found[1].decode(), "%Y%m%d%H%M%S")  # noqa: DTZ007  # its zone comes next
        if found[2] or found[3]:
            shift = timedelta(hours=int(found[4] or 0), minutes=int(found[5] or 0))
            moment = moment.replace(tzinfo=timezone(-shift if found[3] == b"-" else shift))
    except ValueError:
        return None
    return moment, found[0].decode("ascii").partition("(")[2]


READERS: Final[tuple[Callable[[Path], tuple[datetime, str] | None], ...]] = (_of_mail, _of_office, _of_pdf)


def _head(file: Path, size: int = HEAD_BYTES) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""


def _tail(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - HEAD_BYTES))
            return stream.read(HEAD_BYTES)
    except OSError:
        return b""
