"""The lines of a log file, a block at a time, whatever it is encoded in."""

from __future__ import annotations

import gzip
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from core.errors import OutsideError
from trails.fields import HEADERS
from trails.formats.interface import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from trails.zipped_logs import LogPath

BLOCK_BYTES: Final = 2 << 20
"""Small enough that memory is used again while it is at hand: of 8 MiB, a third of the time went into fresh pages."""
HEAD_BYTES: Final = 1 << 18
HEAD_LINES: Final = 200
LONGEST_LINE: Final = 1 << 20
ENDLESS_BYTES: Final = 4 * LONGEST_LINE + 4
"""Of a line beyond that nothing more is kept; it is longer than the longest in any encoding."""
ENCODINGS: Final = ("utf-8-sig", "cp932", "euc_jp")
BOM: Final = b"\xef\xbb\xbf"
SHIFT_TO_KANJI: Final = b"\x1b$"
ODD: Final = ("\uff61", "\uff9f")
"""Half-width kana: rare in what was written as CP932, common where EUC-JP is read as it."""
GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of a file as bytes, without the end of the last one; None is the end of the file and no line."""

    first: int
    data: bytes | None
    encoding: str
    last: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file; those that could not be read at all stand in ``dropped`` and are empty in ``lines``."""

    first: int
    lines: list[str]
    dropped: list[Dropped]
    last: bool


def open_binary(path: LogPath) -> IO[bytes]:
    """The file's bytes, unpacked when they are gzip's.

    Raises:
        OutsideError: It cannot be opened.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
        return cast("IO[bytes]", gzip.open(path.open("rb")) if packed else path.open("rb"))
    except OSError as error:
        raise OutsideError(
            f"{path} cannot be read: {error.strerror}", hint="Check the path and your rights."
        ) from error


def find_encoding(path: LogPath) -> str:
    """The encoding that the file's beginning fits: by its marks, else UTF-8 if it can be, else CP932 or EUC-JP.

    Bytes of EUC-JP are often valid CP932 too, as half-width kana; the reading with more words of log headers wins.
    """
    with open_binary(path) as file:
        head = file.read(HEAD_BYTES)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    if nuls := head.count(b"\0"):
        return "utf-16-le" if head[1::2].count(b"\0") > nuls / 2 else "utf-16-be"
    if SHIFT_TO_KANJI in head:
        return "iso2022_jp"
    head = head[: head.rfind(b"\n") + 1 or len(head)]
    fitting = [encoding for encoding in ENCODINGS if _fits(head, encoding)]
    if not fitting:
        damaged = {encoding: head.decode(encoding, "replace").count("\ufffd") for encoding in ENCODINGS}
        return min(ENCODINGS, key=lambda encoding: (head[:3] != BOM or encoding != "utf-8-sig", damaged[encoding]))
    return fitting[0] if fitting[0] == "utf-8-sig" else max(fitting, key=lambda e: _likeness(head.decode(e)))


def _fits(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(text: str) -> tuple[int, float]:
    """How much a reading looks like a Japanese log: header words in it, then how few of its characters are odd."""
    words = sum(word in text for words in HEADERS.values() for word in words if not word.isascii())
    wide = [character for character in text if not character.isascii()]
    return words, -sum(ODD[0] <= character <= ODD[1] for character in wide) / max(len(wide), 1)


def read_head(path: LogPath, encoding: str) -> list[str]:
    """The first lines that are not empty, for recognising the format."""
    with open_binary(path) as file:
        text = file.read(HEAD_BYTES).decode(encoding, "ignore")
    lines = text.split("\n")
    lines = lines[:-1] if len(text) >= HEAD_BYTES // 4 and len(lines) > 1 else lines
    return [line.rstrip("\r") for line in lines if line.strip()][:HEAD_LINES]


def read_blocks(path: LogPath, encoding: str) -> Iterator[Block]:
    """Every line of the file in order, with a bounded part of it in memory."""
    yield from map(block_of, read_pieces(path, encoding))


def read_pieces(path: LogPath, encoding: str) -> Iterator[Piece]:
    """Every line of the file in order, undecoded: a line ends in one byte in every encoding that is read."""
    number = 1
    with open_binary(path) as file:
        source = _Recoded(file, encoding) if encoding.startswith("utf-16") else file
        told = "utf-8" if encoding.startswith("utf-16") else encoding
        for piece, last in _pieces(source):
            yield Piece(number, piece, told, last)
            number += 0 if piece is None else piece.count(b"\n") + 1
            told = "utf-8" if told == "utf-8-sig" else told  # the mark stands at the beginning alone


class _Recoded:
    """A file of UTF-16, read as UTF-8, so that a line ends in one byte."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        self._text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="\n")

    def read(self, size: int) -> bytes:
        """About ``size`` bytes."""
        return self._text.read(size).encode("utf-8", "replace")


def _pieces(file: IO[bytes] | _Recoded) -> Iterator[tuple[bytes | None, bool]]:
    """Whole lines in pieces, without the last line end of each; of an endless line only the beginning."""
    rest = b""
    while piece := file.read(BLOCK_BYTES):
        head, end, tail = piece.rpartition(b"\n")
        if end:
            yield rest + head, False
            rest = tail
        else:
            rest += piece[: max(0, ENDLESS_BYTES - len(rest))]
    yield rest or None, True


def file_sha256(path: LogPath) -> str:
    """The SHA-256 of the file as it lies there."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(BLOCK_BYTES):
            found.update(piece)
    return found.hexdigest()


def texts_of(piece: Piece) -> tuple[pl.Series, list[Dropped]]:
    """The lines of a piece as a column, and those that could not be read, which are empty in it."""
    try:
        text = (piece.data or b"").decode(piece.encoding)
    except UnicodeDecodeError:
        text = None
    if piece.data is not None and text is not None:
        lines = pl.Series([text]).str.split("\n").explode()
        if int(lines.str.len_bytes().max()) <= LONGEST_LINE:  # type: ignore[arg-type]  # of one line at least
            return (lines.str.strip_suffix("\r") if "\r" in text else lines), []
    block = block_of(piece)
    return pl.Series(block.lines, dtype=pl.String), block.dropped


def block_of(piece: Piece) -> Block:
    """The lines of a piece, one by one."""
    first, encoding, last = piece.first, piece.encoding, piece.last
    if piece.data is None:
        return Block(first, [], [], last)
    whole = True
    try:
        text = piece.data.decode(encoding)
    except UnicodeDecodeError:
        text, whole = _damaged_text(piece.data, encoding), False
    lines = text.split("\n")
    if "\r" in text:
        lines = [line.removesuffix("\r") for line in lines]
    dropped: list[Dropped] = []
    if not whole or max(map(len, lines)) > LONGEST_LINE:
        for i, line in enumerate(lines):
            if reason := _unreadable(line, encoding):
                dropped.append(Dropped(first + i, reason))
                lines[i] = ""
    return Block(first, lines, dropped, last)


def _damaged_text(data: bytes, encoding: str) -> str:
    """A text with lone surrogates in the lines that cannot be read."""
    try:
        return data.decode(encoding, "surrogateescape")
    except UnicodeDecodeError:  # within kanji of ISO-2022-JP, a byte of ASCII cannot be read and cannot be escaped
        return "\n".join(_line_or_mark(line, encoding) for line in data.split(b"\n"))


def _line_or_mark(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return "\udcff"


def _unreadable(line: str, encoding: str) -> str:
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} characters"
    try:
        line.encode()
    except UnicodeEncodeError:
        return f"bytes that are not {encoding.removesuffix('-sig')}"
    return ""
