r"""How a row is written before it is hashed: one line of JSON with fixed keys in a fixed order.

``{"v":1,"entry":"event","id":7,…}``: numbers and truths as JSON writes them, texts with every character beyond ASCII
escaped (``\uXXXX``), moments as ``YYYY-MM-DDTHH:MM:SS.ffffffZ`` in UTC, days as ``YYYY-MM-DD``, nothing as ``null``.
A column that holds JSON stands in the line as the text that the database keeps, one that holds bytes in hexadecimal.
``v`` is the version of the kind's columns (`transparency.kinds`); a column is never added to a kind, taken away or
written otherwise under the same version. Rows that hang on another stand in its line as their number and the SHA-256
of their own lines, each followed by a line's end.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from json.encoder import encode_basestring_ascii
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Date, LargeBinary, String, cast, func, select, type_coerce

from core.database import UTCDateTime
from transparency.merkle import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement, Executable, FromClause
    from sqlalchemy.orm import Session

    from transparency.kinds import Kind, Parts

_PIECE: Final = 5000
_DENSE: Final = 4


def read_entries(session: Session, kind: Kind, ids: Collection[int], version: int = 0) -> dict[int, bytes]:
    """The entries of some rows, by id; a row that is not there is left out.

    Args:
        session: A reading session.
        kind: Of which kind.
        ids: Which rows.
        version: Of the columns; the present one unless given.
    """
    wanted, version = sorted(set(ids)), version or kind.version
    columns = kind.columns_of(version)
    line, json_at = _line(kind.rows, columns, f'"v":{version},"entry":"{kind.name}",')
    found = {
        row[0]: _written(line, json_at, row)
        for statement in _asked(session, kind.rows, columns, "id", wanted)
        for row in read_plainly(session, statement)
    }
    return found if kind.parts is None else _with_parts(session, kind.parts, found)


def read_logged(session: Session, kind: Kind, hashes: Mapping[int, bytes]) -> dict[int, bytes]:
    """The entries of rows as they were logged, by id: under the present columns, else those of an earlier version.

    Args:
        session: A reading session.
        kind: Of which kind.
        hashes: The leaf of each row; one that no version leads to is left out, and whatever was not asked for.
    """
    found: dict[int, bytes] = {}
    for version in range(kind.version, 0, -1):
        wanted = [row_id for row_id in hashes if row_id not in found]
        read = read_entries(session, kind, wanted, version) if wanted else {}
        found |= {row_id: entry for row_id, entry in read.items() if hashes.get(row_id) == leaf_hash(entry)}
    return found


def _with_parts(session: Session, parts: Parts, entries: dict[int, bytes]) -> dict[int, bytes]:
    """Entries with what hangs on their rows: how many rows, and the hash of their lines."""
    line, json_at = _line(parts.rows, (parts.owner, *parts.columns), "")
    gathered: dict[int, tuple[int, str]] = {}
    for statement in _asked(session, parts.rows, (parts.owner, *parts.columns), parts.owner, sorted(entries)):
        ordered = statement.order_by(parts.rows.c[parts.owner], parts.rows.c[parts.columns[0]])
        for owner, rows in groupby(read_plainly(session, ordered), key=itemgetter(0)):
            lines = [_written(line, json_at, row) for row in rows]
            gathered[owner] = len(lines), sha256(b"".join(one + b"\n" for one in lines)).hexdigest()
    nothing = 0, sha256().hexdigest()
    return {
        row_id: entry[:-1] + ',"rows":{},"sha256":"{}"}}'.format(*gathered.get(row_id, nothing)).encode()
        for row_id, entry in entries.items()
    }


def _asked(
    session: Session, rows: FromClause, columns: Sequence[str], key: str, wanted: Sequence[int]
) -> Iterator[Any]:
    """Statements that read the rows whose key is wanted: those of a dense range, else piece by piece."""
    if not wanted:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    every = select(*(_as_text(rows.c[name], is_sqlite=is_sqlite) for name in columns))
    if wanted[-1] - wanted[0] < _DENSE * len(wanted):
        yield every.where(rows.c[key] >= wanted[0], rows.c[key] <= wanted[-1])
        return
    for at in range(0, len(wanted), _PIECE):
        yield every.where(rows.c[key].in_(wanted[at : at + _PIECE]))


def read_plainly(session: Session, statement: Executable) -> list[Any]:
    """Rows as the database's driver has them: a million are verified at once, and every layer counts.

    Only for columns that need no translation: numbers, texts, bytes.
    """
    with session.connection().execute(statement) as result:
        cursor: Any = result.cursor
        rows: list[Any] = cursor.fetchall()
        return rows


def _written(line: str, json_at: Sequence[int], row: Sequence[Any]) -> bytes:
    values = [
        encode_basestring_ascii(value) if value.__class__ is str else "null" if value is None else str(value)
        for value in row
    ]
    for at in json_at:
        values[at] = row[at] or "null"
    return (line % tuple(values)).encode()


def _line(rows: FromClause, columns: Sequence[str], begin: str) -> tuple[str, list[int]]:
    """A line with a place for each value, and which of the values are JSON already."""
    places = ",".join(f'"{column}":%s' for column in columns)
    json_at = [at for at, column in enumerate(columns) if isinstance(rows.c[column].type, JSON)]
    return f"{{{begin}{places}}}", json_at


def _as_text(column: ColumnElement[Any], *, is_sqlite: bool) -> ColumnElement[Any]:
    """A column as both databases write it alike."""
    if isinstance(column.type, UTCDateTime):
        if is_sqlite:
            return type_coerce(func.replace(type_coerce(column, String), " ", "T").concat("Z"), String)
        return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    if isinstance(column.type, JSON | Date):
        return type_coerce(column, String) if is_sqlite else cast(column, String)
    if isinstance(column.type, LargeBinary):
        return func.lower(func.hex(column)) if is_sqlite else func.encode(column, "hex")
    return column
