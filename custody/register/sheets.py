"""The register as a table: written as CSV that spreadsheets open, read from the CSV or XLSX that carriers keep it in.

One row is one copy of an extract. What is read adds to the register or changes it, a row at a time: the same file read
twice changes nothing, an empty cell leaves what is known, and a row that cannot be used is named with its reason.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TextIO

from sqlalchemy import func, select

from core.encodings.csv_text import safe_cell
from core.errors import HinomiError
from core.files import PRIVATE
from custody.enrolment.table_format import detect_format
from custody.enrolment.tables import read_rows
from custody.errors import ColumnError, RegisterError
from custody.lifecycle import ERASE, ERASED, OVERDUE, RETURN, RETURNED
from custody.models import LENT, Extract, Holding, Processor, RegisterEvent
from custody.register.history import Act
from custody.register.holdings import add_extract, copy_on, end, get_holding, lend, set_extract
from custody.register.processors import CONSENTS, GIVEN, REFUSED, UNKNOWN, add_processor, get_processor, set_processor
from fingerprints.identifiers import kind_classes, load_kinds
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from custody.register.overview import Line

HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "extract": ("抽出データ名", "抽出名", "データ名", "管理番号", "貸与データ", "extract"),
    "processor": ("委託先", "委託先名", "貸与先", "提供先", "保有者", "processor", "holder"),
    "under": ("再委託元", "委託元", "上位委託先", "under"),
    "copied_from": ("複製元", "転貸元", "copied from"),
    "state": ("状態", "ステータス", "state", "standing"),
    "since": ("貸与日", "提供日", "授受日", "lent on", "since"),
    "due_on": ("返却期限", "返却予定日", "期限", "due on", "due"),
    "ended_on": ("返却日", "終了日", "ended on", "returned on"),
    "certificate_on": ("消去証明日", "廃棄証明日", "消去日", "certificate on"),
    "certificate": ("消去証明書", "証明書番号", "certificate"),
    "purpose": ("利用目的", "目的", "purpose"),
    "columns": ("項目", "データ項目", "columns", "fields"),
    "size": ("件数", "人数", "size", "customers"),
    "as_of": ("基準日", "抽出日", "as of"),
    "medium": ("媒体", "授受方法", "medium"),
    "recipient": ("受領者", "recipient"),
    "extract_contract": ("貸与の契約形態", "extract contract"),
    "contract_kind": ("契約形態", "契約区分", "contract kind", "contract"),
    "consent": ("再委託の同意", "同意", "consent"),
    "country": ("国", "所在国", "country"),
    "contact": ("連絡先", "担当者", "contact"),
}
"""What a column holds, by its header; the first of each is the one written."""
_STATES: Final = {
    **dict.fromkeys(("", LENT, OVERDUE, "貸与中", "期限超過"), LENT),
    **dict.fromkeys((RETURNED, "返却済", "返却"), RETURNED),
    **dict.fromkeys((ERASED, "消去済", "消去", "廃棄済"), ERASED),
}
_CONSENTS: Final = {
    **dict.fromkeys((GIVEN, "有", "あり", "済", "○", "yes"), GIVEN),
    **dict.fromkeys((REFUSED, "missing", "無", "なし", "拒否", "未", "×", "no"), REFUSED),
    **dict.fromkeys((UNKNOWN, "不明", "未確認", "?", "？"), UNKNOWN),
}
_LIST_SIGNS: Final = re.compile(r"[、,;／/・\s]+")


MOST_ROWS: Final = 200_000
"""Of a sheet that is handed in on the web page."""


@dataclass(slots=True)
class Imported:
    """What an import did: rows read, rows that changed the register, and rows left out with their reasons."""

    rows: int = 0
    changed: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        rejected = [{"row": row, "reason": reason} for row, reason in self.rejected]
        return {"rows": self.rows, "changed": self.changed, "rejected": rejected}


def write_register(lines: Iterable[Line], file: TextIO) -> None:
    """The register as CSV under Japanese headers."""
    out = csv.writer(file)
    out.writerow(names[0] for names in HEADERS.values())
    for line in lines:
        values = line.as_json()
        above = {"under": next(iter(line.chain[1:]), ""), "state": line.standing, "columns": "、".join(line.columns)}
        out.writerow(safe_cell(str({**values, **above}[name] or "")) for name in HEADERS)


def write_plain(path: Path, out: Path) -> None:
    """Write a sheet's rows as CSV in UTF-8: whoever reads that opens no workbook.

    Raises:
        TableError: It is no table.
        RegisterError: It has more rows than a register.
    """
    rows = read_rows(path, detect_format(path))
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for number, row in enumerate(rows):
            if number > MOST_ROWS:
                raise RegisterError(f"{path.name} has more than {MOST_ROWS} rows", key="too_long", most=MOST_ROWS)
            writer.writerow(row.cells)


def read_register(
    path: Path,
    database: Database,
    *,
    actor: str,
    now: datetime,
    said: Callable[[HinomiError], str] = str,
) -> Imported:
    """Bring the register up to a file.

    Args:
        path: The file.
        database: Holds the register.
        actor: Who does it.
        now: When.
        said: How a reason is told why a row was left out.

    Raises:
        ColumnError: The file has no column for the extract.
        TableError: It is no table.
    """
    rows = read_rows(path, detect_format(path))
    places = _places(next(rows).cells)
    done = Imported()
    for row in rows:
        done.rows += 1
        cells = {
            name: row.cells[place].strip().removeprefix("'") for name, place in places.items() if place < len(row.cells)
        }
        try:
            with database.write() as session:
                done.changed += _take(session, {name: text for name, text in cells.items() if text}, actor, now)
        except HinomiError as error:
            done.rejected.append((row.line, said(error)))
    return done


def _places(headers: list[str]) -> dict[str, int]:
    known = {header_words(alias): name for name, aliases in HEADERS.items() for alias in aliases}
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        name = known.get(header_words(header))
        if name:
            places.setdefault(name, place)
    if "extract" not in places:
        raise ColumnError(
            f"no column names the extract; the headers are {', '.join(headers)}",
            hint=f"Call it {' or '.join(HEADERS['extract'][:2])}.",
        )
    return places


def _take(session: Session, row: Mapping[str, str], actor: str, now: datetime) -> bool:
    """Take one row; whether it changed anything."""
    since = _day(row, "since") or _day(row, "as_of") or now.date()
    last = session.scalar(select(func.max(RegisterEvent.id)))
    act = Act(actor, now, since, "register import")
    if "extract" not in row:
        raise RegisterError("the row names no extract", key="row_without_extract")
    state = row.get("state", "").lower()
    if state not in _STATES:
        raise RegisterError(
            f"state {row['state']!r} is none of lent, returned, erased", key="no_state", text=row["state"]
        )
    if _STATES[state] != LENT and "processor" not in row:
        raise RegisterError("the row says that a copy ended, and not whose", key="ended_not_whose")
    holder = _take_processor(session, row, act) if "processor" in row else None
    extract = _take_extract(session, row, act)
    if holder is not None:
        _take_copy(session, extract, holder, _STATES[state], row, act)
    session.flush()
    return session.scalar(select(func.max(RegisterEvent.id))) != last


def _take_processor(session: Session, row: Mapping[str, str], act: Act) -> Processor:
    fields: dict[str, Any] = {name: row[name] for name in ("country", "contact") if name in row}
    if "contract_kind" in row:
        fields["contract_kind"] = row["contract_kind"].upper()
    if "consent" in row:
        if row["consent"].lower() not in _CONSENTS:
            raise RegisterError(
                f"consent {row['consent']!r} is none of {', '.join(CONSENTS)}", key="no_consent", text=row["consent"]
            )
        fields["consent"] = _CONSENTS[row["consent"].lower()]
    if "under" in row:
        fields["under"] = row["under"]
        if session.scalar(select(Processor).where(Processor.name == row["under"])) is None:
            add_processor(session, row["under"], {}, act)
    if session.scalar(select(Processor).where(Processor.name == row["processor"])) is None:
        return add_processor(session, row["processor"], fields, act)
    return set_processor(session, row["processor"], fields, _from_today(act))


def _take_extract(session: Session, row: Mapping[str, str], act: Act) -> Extract:
    fields: dict[str, Any] = {name: row[name] for name in ("purpose", "medium", "recipient") if name in row}
    fields |= {name: day for name in ("due_on", "as_of") if (day := _day(row, name))}
    if "extract_contract" in row:
        fields["contract_kind"] = row["extract_contract"]
    known = session.scalar(select(Extract).where(Extract.name == row["extract"]))
    if known is not None and known.size:  # columns and size are those that were enrolled
        return set_extract(session, row["extract"], fields, _from_today(act))
    if "columns" in row:
        fields["columns"] = read_columns(row["columns"])
    if "size" in row:
        digits = row["size"].replace(",", "").removesuffix("件").removesuffix("人")
        if not digits.isdecimal():
            raise RegisterError(f"size {row['size']!r} is no number", key="no_number", text=row["size"])
        fields["size"] = int(digits)
    if known is None:
        return add_extract(session, row["extract"], fields, act)
    return set_extract(session, row["extract"], fields, _from_today(act))


def _take_copy(
    session: Session, extract: Extract, holder: Processor, state: str, row: Mapping[str, str], act: Act
) -> None:
    wanted = (Holding.extract_id == extract.id, Holding.processor_id == holder.id)
    held = session.scalar(select(Holding).where(*wanted))
    if held is None and "copied_from" in row:
        get_processor(session, row["copied_from"])
        held = copy_on(session, extract.name, row["copied_from"], holder.name, act)
    elif held is None:
        held = lend(session, extract, holder, act)
    if state == RETURNED and held.state == LENT:
        end(session, extract.name, holder.name, RETURN, _on(act, _day(row, "ended_on"), "ended_on"))
    elif state == ERASED and get_holding(session, extract, holder.name).state != ERASED:
        certified = _on(act, _day(row, "certificate_on"), "certificate_on")
        ended_on = _day(row, "ended_on")
        if ended_on and ended_on < certified.on and held.state == LENT:
            end(session, extract.name, holder.name, RETURN, _on(act, ended_on, "ended_on"))
        end(session, extract.name, holder.name, ERASE, certified, certificate=row.get("certificate", ""))
    elif state == LENT and held.state != LENT:
        raise RegisterError(
            f"{holder.name!r} is to hold {extract.name!r}, which is {held.state} in the register",
            key="is_ended", holder=holder.name, name=extract.name,
        )  # fmt: skip


def read_columns(text: str) -> list[str]:
    """Fields of an extract as a person lists them: our kinds where they are known, else as written."""
    known = {header_words(alias): kind.name for kind in kind_classes().values() for alias in (*kind.headers, kind.name)}
    return [known.get(header_words(word), word) for word in _LIST_SIGNS.split(text) if word]


def read_day(text: str) -> date:
    """A day in any of the forms it is written in: 2026-04-01, 2026/4/1, 令和8年4月1日.

    Raises:
        RegisterError: It is none.
    """
    found = load_kinds()["birth_date"].canonical(text)
    if found is None:
        raise RegisterError(f"{text!r} is no date", hint="Write it as 2026-04-01.", key="no_day", text=text)
    return date.fromisoformat(found)


def _day(row: Mapping[str, str], name: str) -> date | None:
    return read_day(row[name]) if name in row else None


def _from_today(act: Act) -> Act:
    """A change of what was known already: the sheet does not say since when, so it counts from when we learned it."""
    return Act(act.actor, act.now, act.now.date(), act.reason)


def _on(act: Act, day: date | None, name: str) -> Act:
    if day is None:
        raise RegisterError(
            f"the row says that a copy ended, and not when ({HEADERS[name][0]})",
            key="ended_not_when", column=HEADERS[name][0],
        )  # fmt: skip
    return Act(act.actor, act.now, day, act.reason)
