"""Files that data platforms export: Parquet and Avro, with every codec their library knows, zstd among them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, ClassVar, Final

from matcher.readers.interface import NotThisFormatError, Passage, Readable, Reader, ReaderExample
from matcher.readers.tables._layout import batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

PARQUET, AVRO = b"PAR1", b"Obj\x01"
AT_ONCE: Final = 1 << 14
"""Rows turned into text at once."""


class ColumnarReader(Reader):
    """Rows of a Parquet or Avro file, under the names of its columns."""

    name = "columnar"
    encloses = True
    examples: ClassVar = (ReaderExample(b"PAR2 is another format", ()), ReaderExample(b"Object", ()))

    def recognises(self, source: Readable) -> float:
        """By its first bytes."""
        return 1.0 if source.head.startswith((PARQUET, AVRO)) else 0.0

    def read(self, source: Readable) -> Iterator[Passage]:
        """Batches of rows, the header first."""
        content = source.whole_bytes()
        if content is None:
            source.note(f"a columnar file of more than {source.limits.whole_bytes} bytes was not read")
            return
        frame = _frame(content, source)
        yield from batches(_records(frame), "row", 0)


def _frame(content: bytes, source: Readable) -> pl.DataFrame:
    import polars as pl

    most = source.limits.sheet_cells
    try:
        if content.startswith(AVRO):
            frame = pl.read_avro(io.BytesIO(content))
            columns = max(frame.width, 1)
        else:
            columns = max(len(pl.read_parquet_schema(io.BytesIO(content))), 1)
            frame = pl.read_parquet(io.BytesIO(content), n_rows=most // columns + 1, use_statistics=False)
    except BaseException as error:  # Rust's panics are no `Exception`
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise NotThisFormatError from None
    if frame.height > most // columns:
        source.note(f"a table of more than {most} cells was cut")
        frame = frame.head(most // columns)
    return frame.select(frame.columns[: source.limits.columns])


def _records(frame: pl.DataFrame) -> Iterator[tuple[int, list[str]]]:
    yield 1, frame.columns
    number = 1
    for some in frame.iter_slices(AT_ONCE):
        for row in some.iter_rows():
            number += 1
            yield number, ["" if cell is None else _text(cell) for cell in row]


def _text(cell: object) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
