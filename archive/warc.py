"""Writing one WARC file: a gzip member a record, safe on disk before anybody refers to it.

While a file is written it is called ``….warc.gz.open`` and locked; a file with that name and no lock was left behind by
a process that died, and `archive.recovery` closes it.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveError
from archive.objects import OPEN_SUFFIX, ObjectPath, PartSink
from archive.records import Exchange, RecordPlace, http_request, http_response
from core.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from types import TracebackType

    from archive.objects import StoragePlace

_DISK_HINT = "Free some space and sweep again; what was captured before is kept."


class _Writer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio's writer with SHA-256 digests."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


class _Sink:
    """An unbuffered file: after a failed write nothing is left in a buffer that could come out later."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]

    def flush(self) -> None:
        """Nothing waits here."""

    def tell(self) -> int:
        return self._file.tell()

    def sync(self) -> None:
        os.fsync(self._file.fileno())

    def cut_back(self, offset: int) -> None:
        self._file.truncate(offset)
        self._file.seek(offset)

    def close(self) -> None:
        self._file.close()

    def finish(self, final: Path) -> None:
        Path(self._file.name).rename(final)
        sync_folder(final.parent)

    @property
    def closed(self) -> bool:
        return self._file.closed


class WarcFile:
    """A WARC file that one process writes; records are on disk when a method returns."""

    def __init__(
        self,
        folder: StoragePlace,
        name: str,
        *,
        on_close: Callable[[WarcFile], None] | None = None,
        may_close: Callable[[WarcFile], bool] = lambda _: True,
        holding: ExitStack | None = None,
    ) -> None:
        self.name = name
        self.path: Any = folder / name
        self.open_path: Any = self.path.with_name(self.path.name + OPEN_SUFFIX)
        self._on_close = on_close
        self._may_close = may_close
        self._holding = holding or ExitStack()
        self._exchanges: dict[tuple[str, datetime], RecordPlace] = {}
        self._rendered: dict[tuple[str, datetime], RecordPlace] = {}
        try:
            self._sink = _open_sink(self.open_path)
        except OSError as error:
            raise ArchiveError(f"{self.open_path} cannot be made: {error.strerror}", hint=_DISK_HINT) from error
        self._writer = _Writer(self._sink, gzip=True, warc_version="1.1")
        try:
            self._begin()
        except BaseException:
            self.abandon()
            raise

    def _begin(self) -> None:
        with self._record():
            self._writer.write_record(
                self._writer.create_warcinfo_record(
                    self.path.name, {"software": "Hinomi", "format": "WARC File Format 1.1"}
                )
            )
        if isinstance(self.path, Path):
            sync_folder(self.path.parent)

    @property
    def size_bytes(self) -> int:
        """How long the file is."""
        return self._sink.tell()

    def write_exchange(self, exchange: Exchange) -> RecordPlace:
        """A response record and its request; the same exchange of one file is written once."""
        key = (exchange.address, exchange.fetched_at)
        if key not in self._exchanges:
            self._exchanges[key] = self._write_exchange(exchange)
            if exchange.rendered:
                self._rendered[key] = self._write_conversion(
                    exchange.address, exchange.rendered, self._exchanges[key], exchange.fetched_at, "text/html"
                )
        return self._exchanges[key]

    def rendered(self, exchange: Exchange) -> RecordPlace:
        """Where the page is that a browser made of an exchange, which `write_exchange` wrote."""
        return self._rendered[exchange.address, exchange.fetched_at]

    def _write_exchange(self, exchange: Exchange) -> RecordPlace:
        if not exchange.is_http:
            kind = dict(exchange.headers).get("Content-Type", "")
            size, content = len(exchange.content), BytesIO(exchange.content)
            return self.write_resource(exchange.address, content, size, kind, exchange.fetched_at, exchange.truncated)
        head, body = http_response(exchange)
        date = {"WARC-Date": warc_date(exchange.fetched_at)}
        cut = {"WARC-Truncated": exchange.truncated} if exchange.truncated else {}
        make = self._writer.create_warc_record
        response = make(
            exchange.address, "response", BytesIO(body), len(body), warc_headers_dict=date | cut, http_headers=head
        )
        request = make(exchange.address, "request", warc_headers_dict=dict(date), http_headers=http_request(exchange))
        with self._record() as offset:
            self._writer.write_request_response_pair(request, response)
        return self._place(offset, response)

    def write_revisit(self, exchange: Exchange, of_address: str, of_date: datetime) -> RecordPlace:
        """The place and the headers of a response whose content the archive holds already."""
        head, body = http_response(exchange)  # the digest is of the payload as it would have been stored
        digest = Digester("sha256")
        digest.update(body)
        record = self._writer.create_revisit_record(
            exchange.address,
            str(digest),
            of_address,
            warc_date(of_date),
            http_headers=head,
            warc_headers_dict={"WARC-Date": warc_date(exchange.fetched_at)},
        )
        with self._record() as offset:
            self._writer.write_record(record)
        return self._place(offset, record)

    def write_post(self, address: str, content: bytes, page: RecordPlace, at: datetime) -> RecordPlace:
        """A conversion record: one post's text in UTF-8, taken out of the page recorded at ``page``."""
        return self._write_conversion(address, content, page, at, "text/plain")

    def _write_conversion(
        self, address: str, content: bytes, page: RecordPlace, at: datetime, media_type: str
    ) -> RecordPlace:
        record = self._writer.create_warc_record(
            address,
            "conversion",
            BytesIO(content),
            len(content),
            warc_content_type=f"{media_type}; charset=utf-8",
            warc_headers_dict={"WARC-Date": warc_date(at), "WARC-Refers-To": page.record_id},
        )
        with self._record() as offset:
            self._writer.write_record(record)
        return self._place(offset, record)

    def write_resource(
        self, address: str, content: BinaryIO, size: int, media_type: str, at: datetime, truncated: str = ""
    ) -> RecordPlace:
        """A resource record: a file that somebody handed in, or that came otherwise than by HTTP."""
        record = self._writer.create_warc_record(
            address,
            "resource",
            content,
            size,
            warc_content_type=media_type or "application/octet-stream",
            warc_headers_dict={"WARC-Date": warc_date(at), **({"WARC-Truncated": truncated} if truncated else {})},
        )
        with self._record() as offset:
            self._writer.write_record(record)
        return self._place(offset, record)

    def abandon(self) -> None:
        """Write no more, and leave what there is to recovery."""
        self._sink.close()

    def close(self) -> None:
        """Give the file its final name; it is never written again, and left to recovery where that fails."""
        if self._sink.closed:
            return
        with self._holding, closing(self._sink):
            self._sink.sync()
            if self._may_close(self):
                self._sink.finish(self.path)
                if self._on_close:
                    self._on_close(self)
                if isinstance(self.open_path, ObjectPath):
                    self.open_path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _record(self) -> Iterator[int]:
        """Where the record begins; it is on disk at the end, or the file is as long as before."""
        offset = self.size_bytes
        try:
            yield offset
            self._sink.sync()
        except ArchiveError:
            self._sink.cut_back(offset)
            raise
        except OSError as error:
            self._sink.cut_back(offset)
            raise ArchiveError(
                f"{self.open_path} cannot be written at offset {offset}: {error.strerror}", hint=_DISK_HINT
            ) from error

    def _place(self, offset: int, record: object) -> RecordPlace:
        record_id = record.rec_headers.get_header("WARC-Record-ID")  # type: ignore[attr-defined]
        return RecordPlace(self.name, offset, record_id)


def _open_sink(path: StoragePlace) -> _Sink | PartSink:
    if isinstance(path, ObjectPath):
        return PartSink(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    return _Sink(path)


def warc_date(at: datetime) -> str:
    """A moment as WARC 1.1 writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
