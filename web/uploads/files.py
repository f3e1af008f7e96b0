"""A file that a browser hands in, on disk as it arrives: never whole in memory, and none without our form's mark.

Parts come in the order of the form (RFC 7578): the mark and the other fields first, then the file.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from core.files import PRIVATE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request

FIELD_LIMIT_BYTES: Final = 4096
MOST_FIELDS: Final = 20
_LONGEST_NAME: Final = 120
_UNFIT: Final = re.compile(r"[^\w.() -]+")
FILE_NAME: Final = "file_name"
"""The field under which the name of the file is told."""


class RefusedUploadError(Exception):
    """An upload that goes no further.

    Attributes:
        status: Of the answer.
    """

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(slots=True)
class _Parts:
    """What has arrived so far."""

    fields: dict[str, str] = field(default_factory=dict)
    name: str = ""
    header: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    disposition: bytes = b""
    file: BinaryIO | None = None
    size: int = 0
    files: list[tuple[str, str]] = field(default_factory=list)


class UploadReader:
    """Reads one form with one file, or with several."""

    def __init__(
        self, folder: Path, largest: int, accepts: Callable[[dict[str, str]], bool], *, most_files: int = 1
    ) -> None:
        """A reader.

        Args:
            folder: Where the file is written, under the name it had.
            largest: More bytes are refused, of all files together.
            accepts: Whether the fields before the first file are those of our own form.
            most_files: How many are taken.
        """
        self._most_files = most_files
        self._folder = folder
        self._largest = largest
        self._accepts = accepts
        self._parts = _Parts()

    @property
    def files(self) -> list[tuple[str, str]]:
        """The files that have arrived: each one's name where it came from, and its name in the folder."""
        return list(self._parts.files)

    async def read(self, request: Request) -> dict[str, str]:
        """The fields of the form, and the file's name under `FILE_NAME`.

        Raises:
            RefusedUploadError: It is too large, not ours, or no such form.
        """
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or not (boundary := options.get(b"boundary")):
            raise RefusedUploadError(400)
        if int(request.headers.get("content-length", "0") or 0) > self._largest + FIELD_LIMIT_BYTES * MOST_FIELDS:
            raise RefusedUploadError(413)
        parser = MultipartParser(boundary, self._callbacks())  # type: ignore[arg-type]
        try:
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except MultipartParseError:
            raise RefusedUploadError(400) from None
        finally:
            self._close()
        if FILE_NAME not in self._parts.fields:
            raise RefusedUploadError(400)
        return self._parts.fields

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin_part,
            "on_header_field": self._take_header_name,
            "on_header_value": self._take_header_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_value,
            "on_part_data": self._take_data,
            "on_part_end": self._end_part,
        }

    def _begin_part(self) -> None:
        self._parts.disposition = b""
        self._parts.value.clear()

    def _take_header_name(self, data: bytes, start: int, end: int) -> None:
        self._parts.header += data[start:end]

    def _take_header_value(self, data: bytes, start: int, end: int) -> None:
        self._parts.value += data[start:end]
        self._check_field()

    def _end_header(self) -> None:
        if bytes(self._parts.header).lower() == b"content-disposition":
            self._parts.disposition = bytes(self._parts.value)
        self._parts.header.clear()
        self._parts.value.clear()

    def _begin_value(self) -> None:
        """A field, or the file: that is taken only after the fields of our own form, and once."""
        parts = self._parts
        _kind, options = parse_options_header(parts.disposition)
        parts.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" not in options:
            return
        given = options[b"filename"].decode("utf-8", "replace")
        if self._most_files > 1 and not given:
            parts.name = ""
            return  # a browser's way to say that no file was chosen
        if len(parts.files) >= self._most_files:
            raise RefusedUploadError(403 if self._most_files == 1 else 413)
        if not parts.files and not self._accepts(parts.fields):
            raise RefusedUploadError(403)
        name = clean_file_name(given)
        parts.fields.setdefault(FILE_NAME, name)
        kept = name if self._most_files == 1 else f"{len(parts.files) + 1}-{name}"
        parts.files.append((name, kept))
        descriptor = os.open(self._folder / kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        parts.file = os.fdopen(descriptor, "wb")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        parts = self._parts
        if parts.file is None:
            parts.value += data[start:end]
            self._check_field()
            return
        parts.size += end - start
        if parts.size > self._largest:
            raise RefusedUploadError(413)
        parts.file.write(data[start:end])

    def _check_field(self) -> None:
        if len(self._parts.value) > FIELD_LIMIT_BYTES or len(self._parts.fields) > MOST_FIELDS:
            raise RefusedUploadError(413)

    def _end_part(self) -> None:
        parts = self._parts
        if parts.file is not None:
            self._close()
        elif parts.name != FILE_NAME:
            parts.fields[parts.name] = parts.value.decode("utf-8", "replace")
        parts.value.clear()

    def _close(self) -> None:
        if self._parts.file is not None:
            self._parts.file.close()
            self._parts.file = None


def clean_file_name(name: str) -> str:
    """A file's name without folders and signs that mean something to a system, and not endless; its ending stays."""
    last = re.split(r"[/\\]", name)[-1]
    cleaned = _UNFIT.sub("_", last).strip(". ") or "upload"
    stem, dot, ending = cleaned.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:10]}" if dot and stem else cleaned[:_LONGEST_NAME]
