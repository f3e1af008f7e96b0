"""The lines of a log file, a block at a time, whatever it is encoded in."""

from __future__ import annotations

import gzip
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from core.errors import OutsideError
from trails.formats.interface import Dropped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

BLOCK_CHARACTERS: Final = 16 << 20
HEAD_BYTES: Final = 1 << 18
HEAD_LINES: Final = 200
LONGEST_LINE: Final = 1 << 20
ENCODINGS: Final = ("utf-8-sig", "cp932", "euc_jp")
GZIP_MAGIC: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file; those that could not be read at all stand in ``dropped`` and are empty in ``lines``."""

    first: int
    lines: list[str]
    dropped: list[Dropped]
    last: bool


def open_binary(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when they are gzip's.

    Raises:
        OutsideError: It cannot be opened.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
        return cast("IO[bytes]", gzip.open(path)) if packed else path.open("rb")
    except OSError as error:
        raise OutsideError(
            f"{path} cannot be read: {error.strerror}", hint="Check the path and your rights."
        ) from error


def find_encoding(path: Path) -> str:
    """The encoding that the file's beginning fits: by its mark, else UTF-8 if it can be, else CP932, else EUC-JP."""
    with open_binary(path) as file:
        head = file.read(HEAD_BYTES)
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    cut = head.rfind(b"\n") + 1 or len(head)
    for encoding in ENCODINGS:
        try:
            head[:cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return (
        "utf-8-sig"
        if head[:3] == b"\xef\xbb\xbf"
        else max(ENCODINGS, key=lambda e: -head[:cut].decode(e, "replace").count("\ufffd"))
    )


def read_head(path: Path, encoding: str) -> list[str]:
    """The first lines that are not empty, for recognising the format."""
    with open_binary(path) as file:
        text = file.read(HEAD_BYTES).decode(encoding, "ignore")
    lines = text.split("\n")
    lines = lines[:-1] if len(text) >= HEAD_BYTES // 4 and len(lines) > 1 else lines
    return [line.rstrip("\r") for line in lines if line.strip()][:HEAD_LINES]


def read_blocks(path: Path, encoding: str) -> Iterator[Block]:
    """Every line of the file in order, with a bounded part of it in memory."""
    number, rest = 1, ""
    with (
        open_binary(path) as file,
        io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="\n") as text,
    ):
        while True:
            piece = text.read(BLOCK_CHARACTERS)
            lines = (rest + piece).split("\n")
            rest = lines.pop() if piece else ""
            if not piece and lines and not lines[-1]:
                lines.pop()
            if len(rest) > LONGEST_LINE:
                lines.append(rest[: LONGEST_LINE + 1])
                rest = ""
            if lines or not piece:
                yield _block(number, lines, encoding, last=not piece)
                number += len(lines)
            if not piece:
                return


def file_sha256(path: Path) -> str:
    """The SHA-256 of the file as it lies there."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _block(first: int, lines: list[str], encoding: str, *, last: bool) -> Block:
    lines = [line.removesuffix("\r") for line in lines]
    dropped: list[Dropped] = []
    try:
        "\n".join(lines).encode()
        whole = max(map(len, lines), default=0) <= LONGEST_LINE
    except UnicodeEncodeError:
        whole = False
    if not whole:
        for i, line in enumerate(lines):
            if reason := _unreadable(line, encoding):
                dropped.append(Dropped(first + i, reason))
                lines[i] = ""
    return Block(first, lines, dropped, last)


def _unreadable(line: str, encoding: str) -> str:
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} characters"
    try:
        line.encode()
    except UnicodeEncodeError:
        return f"bytes that are not {encoding.removesuffix('-sig')}"
    return ""
