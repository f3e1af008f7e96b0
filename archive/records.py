"""What goes into a WARC file and what comes out: exchanges, places, and one record read back (ISO 28500)."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders

from archive.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from archive.objects import StoragePlace

Headers = tuple[tuple[str, str], ...]
CHUNK_BYTES = 1 << 20
# Headers that describe the wire and not the stored bytes; the prefix is the one crawlers and replay tools agree on.
ORIGINAL_PREFIX = "X-Archive-Orig-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its response.

    Attributes:
        body: As it came over the wire, in its content encoding.
        content: The body decoded: what a document's hash is taken of.
        truncated: Why the body is not whole, in the words of WARC-Truncated; empty when it is.
        rendered: The page as a browser made it of the content, where one did: HTML in UTF-8.
    """

    address: str
    fetched_at: datetime
    method: str = "GET"
    request_headers: Headers = ()
    status: int = 200
    reason: str = "OK"
    headers: Headers = ()
    body: bytes
    content: bytes
    truncated: str = ""
    rendered: bytes = b""

    @property
    def is_http(self) -> bool:
        """Whether it came by HTTP: a mail or a file has neither request nor status."""
        return urlsplit(self.address).scheme in {"http", "https"}


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record is: file (relative to the archive folder), offset of its gzip member, and its WARC-Record-ID."""

    file: str
    offset: int
    record_id: str = field(default="", compare=False)


def http_response(exchange: Exchange) -> tuple[StatusAndHeaders, bytes]:
    """The status line and headers as received, and the bytes to store with them.

    The body stays in its content encoding when a WARC reader will get the same content back out of it; else (broken
    gzip, an encoding few tools know, a body that is not in the encoding it says) the decoded content is stored and the
    header that no longer holds is renamed.
    """
    headers = [_rename(name, value, {"transfer-encoding"}) for name, value in exchange.headers]
    head = StatusAndHeaders(f"{exchange.status} {exchange.reason}".strip(), headers, protocol="HTTP/1.1")
    is_said_truly = exchange.body != exchange.content or not head.get_header("Content-Encoding")
    if is_said_truly and _decoded(head, exchange.body, len(exchange.content)) == exchange.content:
        return head, exchange.body
    headers = [_rename(name, value, {"content-encoding", "content-length"}) for name, value in headers]
    return StatusAndHeaders(head.statusline, headers, protocol="HTTP/1.1"), exchange.content


def http_request(exchange: Exchange) -> StatusAndHeaders:
    """The request line and headers as sent."""
    parts = urlsplit(exchange.address)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = list(exchange.request_headers)
    if not any(name.lower() == "host" for name, _ in headers):
        headers.insert(0, ("Host", parts.netloc.rpartition("@")[2]))
    return StatusAndHeaders(f"{target} HTTP/1.1", headers, protocol=exchange.method, is_http_request=True)


def read_content(paths: Sequence[StoragePlace], offset: int) -> Iterator[bytes]:
    """The content of the record at ``offset``, in pieces; HTTP encodings undone.

    Args:
        paths: Names that the file may have, the usual one first; the first that exists is read.
        offset: Of the record's gzip member.

    Raises:
        ArchiveError: No record begins there, or the file is damaged.
    """
    path = paths[0]
    try:
        file = _open_first(paths)
        if file is None:
            raise ArchiveError(f"{path} is missing (wanted: the record at offset {offset})", hint=_DAMAGED)
        with file:
            file.seek(offset)
            record = next(iter(ArchiveIterator(file)), None)
            if record is None:
                raise ArchiveError(f"{path} ends at offset {offset}, where a record should begin", hint=_DAMAGED)
            stream = record.content_stream()
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        raise ArchiveError(
            f"{path} cannot be read at offset {offset}: {type(error).__name__}", hint=_DAMAGED
        ) from error


_DAMAGED = "Restore the file from a backup; the other files of the archive are not affected."


def _open_first(paths: Sequence[StoragePlace]) -> BinaryIO | None:
    for path in paths:
        try:
            return path.open("rb")
        except FileNotFoundError:
            continue
    return None


def _rename(name: str, value: str, wire: set[str]) -> tuple[str, str]:
    return (ORIGINAL_PREFIX + name if name.lower() in wire else name), value


def _decoded(head: StatusAndHeaders, body: bytes, expected: int) -> bytes | None:
    """What a WARC reader makes of it, up to a byte more than is expected: it may be made to unpack to anything."""
    record = ArcWarcRecord("warc", "response", None, BytesIO(body), head, "", len(body))
    try:
        stream, pieces, room = record.content_stream(), [], expected + 1
        while room > 0 and (piece := stream.read(min(room, CHUNK_BYTES))):
            pieces.append(piece)
            room -= len(piece)
    except Exception:  # noqa: BLE001  # whatever a decoder says about foreign bytes, it means "not readable this way"
        return None
    return b"".join(pieces)
