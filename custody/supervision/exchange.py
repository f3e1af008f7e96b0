"""Contracts and records as one table: written to XLSX, read back from XLSX or CSV, a row at a time.

One row is one contract, one record, or one answer of a check sheet. What is read adds or changes: the table that was
written, read back, changes nothing; an empty cell leaves what is known; a row that cannot be used is named with its
reason. Whoever reads a file from strangers makes it plain first (`custody.register.sheets.write_plain`), in a child.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.errors import HinomiError
from custody.enrolment.table_format import detect_format
from custody.enrolment.tables import read_rows
from custody.errors import ColumnError, RegisterError
from custody.models import Edge, Extract, Processor, RegisterEvent
from custody.register.history import Act
from custody.register.holdings import get_extract, no_extract
from custody.register.processors import add_processor, get_processor
from custody.register.sheets import MOST_ROWS, Imported, read_day
from custody.supervision.edges import add_edge, change_edge, edges_of, move_edge
from custody.supervision.kinds import CERTIFICATE, DAYS, FINDING, INSPECTION, KINDS, OF_EDGE, SHEET
from custody.supervision.models import SupervisionRecord
from custody.supervision.records import About, add_record, change_record, check_days, get_record
from custody.supervision.stages import AFTER, DURING
from custody.supervision.words import Words
from fingerprints.identifiers.interface import header_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from sqlalchemy.orm import Session

    from core.database import Database
    from custody.supervision.check_sheets import Sheets

CONTRACT: Final = "contract"
HEADERS: Final = (
    "record", "kind_of", "processor", "under", "company", "contract_kind", "stage", "extract", "topic", "question",
    "result", "happened_on", "due_on", "done_on", "person", "words", "of", "checked",
)  # fmt: skip
_TABLES: Final = {"kind_of": ("kind",), "stage": ("stage",), "topic": ("topic",), "result": ("result", "answer")}
"""Columns whose cells are words, and which."""
_OF_ONE_ROW: Final = (SQLAlchemyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a row that nobody thought of may raise: it is left out, the rows before it and after it count."""


def exchange_rows(session: Session, words: Words) -> Iterator[tuple[Any, ...]]:
    """Every contract and every record that counts, in the columns of `HEADERS`."""
    names = dict(session.execute(select(Processor.id, Processor.name)).all())
    extracts = dict(session.execute(select(Extract.id, Extract.name)).all())
    edges = {one.id: one for one in session.scalars(select(Edge).order_by(Edge.id))}
    for edge in edges.values():
        yield _row(words, {
            **_whose(edge, names), "kind_of": CONTRACT, "stage": edge.stage, "result": edge.consent,
            "happened_on": edge.since, "done_on": edge.ended_on,
        })  # fmt: skip
    counting = select(SupervisionRecord).where(SupervisionRecord.withdrawn_on.is_(None))
    for one in session.scalars(counting.order_by(SupervisionRecord.id).execution_options(yield_per=1000)):
        whose = (
            _whose(edges[one.edge_id], names) if one.edge_id else {"processor": names.get(one.processor_id or 0, "")}
        )
        row = {
            **whose, "record": one.id, "kind_of": one.kind, "topic": one.topic, "result": one.result,
            "extract": extracts.get(one.extract_id or 0, ""), "of": one.of_id, "person": one.person,
            "words": one.words, "checked": words("result", one.check_result or "unchecked"),
            **{name: getattr(one, name) for name in DAYS},
        }  # fmt: skip
        if one.kind != SHEET or not one.data:
            yield _row(words, row)
        for question, said in one.data.items():
            told = {"question": question, "result": said["answer"], "person": said.get("by", one.person)}
            yield _row(words, {**row, **told, "words": said.get("words", "")})


def headers_in(words: Words) -> list[str]:
    """The headers of the table."""
    return [words("field", name) for name in HEADERS]


def _whose(edge: Edge, names: Mapping[int, str]) -> dict[str, str]:
    return {
        "processor": names[edge.processor_id], "under": names.get(edge.parent_id or 0, ""), "company": edge.company,
        "contract_kind": edge.contract_kind,
    }  # fmt: skip


def _row(words: Words, values: Mapping[str, Any]) -> tuple[Any, ...]:
    def cell(name: str) -> Any:
        value = values.get(name)
        for table in _TABLES.get(name, ()):
            if value and (said := words(table, value)) != value:
                return said
        return "" if value is None else value

    return tuple(cell(name) for name in HEADERS)


def read_exchange(
    path: Path, database: Database, *, act: Act, sheets: Sheets, may_end: Callable[[str], bool],
    said: Callable[[HinomiError], str] = str,
) -> Imported:  # fmt: skip
    """Bring contracts and records up to a table.

    Args:
        path: The file.
        database: Holds them.
        act: Who does it, and the day from which a change counts that says none itself.
        sheets: The check sheets there are.
        may_end: Whether whoever does it may change the extract of a name: a certificate ends a copy of it.
        said: How a reason is told why a row was left out.

    Raises:
        ColumnError: The table has no column for the kind of record.
        TableError: It is no table.
    """
    words = Words("ja")
    rows = read_rows(path, detect_format(path))
    places = _places(next(rows).cells, words)
    meanings = {
        name: {key: value for table in reversed(tables) for key, value in words.meanings(table).items()}
        for name, tables in _TABLES.items()
    }
    done = Imported()
    for row in itertools.islice(rows, MOST_ROWS + 1):
        done.rows += 1
        if done.rows > MOST_ROWS:
            raise RegisterError(f"{path.name} has more than {MOST_ROWS} rows", key="too_long", most=MOST_ROWS)
        try:
            cells = _cells(row.cells, places, meanings, words)
            with database.write() as session:
                _check_extract(session, cells, may_end)
                done.changed += _take(session, cells, act, sheets)
        except HinomiError as error:
            done.rejected.append((row.line, said(error)))
        except _OF_ONE_ROW:
            done.rejected.append((row.line, said(RegisterError("this row cannot be used", key="row_unusable"))))
    return done


def _places(headers: Sequence[str], words: Words) -> dict[str, int]:
    known = {
        header_words(text): name
        for name in HEADERS
        for text in (name, words("field", name), Words("en")("field", name))
    }  # fmt: skip
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        if name := known.get(header_words(header)):
            places.setdefault(name, place)
    if "kind_of" not in places:
        raise ColumnError(
            f"no column says what kind of record a row is; the headers are {', '.join(headers)}",
            hint=f"Call it {words('field', 'kind_of')}.",
        )
    return places


def _cells(
    cells: Sequence[str], places: Mapping[str, int], meanings: Mapping[str, Mapping[str, str]], words: Words
) -> dict[str, Any]:
    """What a row says, by the names of the columns; days as dates, words as what they mean."""
    found: dict[str, Any] = {}
    for name, place in places.items():
        text = cells[place].strip().removeprefix("'") if place < len(cells) else ""
        if not text or name == "checked":
            continue
        if name in DAYS:
            found[name] = read_day(text)
        elif name in {"record", "of"}:
            if not (text.isascii() and text.isdecimal() and len(text) < len("1000000000")):
                raise RegisterError(f"{text!r} is no number", key="no_number", text=text)
            found[name] = int(text)
        elif name in meanings:
            found[name] = meanings[name].get(text.casefold(), text)
        else:
            found[name] = text
    if found.get("kind_of") not in {CONTRACT, *KINDS}:
        raise RegisterError(
            f"{found.get('kind_of', '')!r} is no kind of record", key="no_such_word", text=found.get("kind_of", ""),
            column=words("field", "kind_of"),
        )  # fmt: skip
    return found


def _check_extract(session: Session, row: Mapping[str, Any], may_end: Callable[[str], bool]) -> None:
    """A certificate's extract is one that whoever imports may change; of any other nobody learns whether it exists.

    Raises:
        RegisterError: It is not, or there is none of that name.
    """
    name = row.get("extract", "")
    if row["kind_of"] == CERTIFICATE and not may_end(name):
        raise no_extract(name)
    if row["kind_of"] == CERTIFICATE:
        get_extract(session, name)


def _take(session: Session, row: Mapping[str, Any], act: Act, sheets: Sheets) -> bool:
    last = session.scalar(select(func.max(RegisterEvent.id)))
    if row["kind_of"] == CONTRACT:
        _take_contract(session, row, act)
    else:
        _take_record(session, row, act, sheets)
    session.flush()
    return session.scalar(select(func.max(RegisterEvent.id))) != last


def _take_contract(session: Session, row: Mapping[str, Any], act: Act) -> None:
    name = row.get("processor", "")
    since = Act(act.actor, act.now, row.get("happened_on", act.on), act.reason)
    fields = {"company": row.get("company", ""), "contract_kind": row.get("contract_kind", "").upper()}
    if session.scalar(select(Processor).where(Processor.name == name)) is None:
        made = add_processor(session, name, {"under": row.get("under", ""), **_only(fields, "contract_kind")}, since)
        edge = edges_of(session, made)[0]
        change_edge(session, edge, fields, since)
    else:
        known = _edge_of(session, row)
        stage = row.get("stage", DURING)
        stage = DURING if stage == AFTER else stage  # how it ended is told below
        edge = known or add_edge(session, name, row.get("under", ""), fields, since, stage=stage)
    if "result" in row:
        consent = "" if row["result"] == "unknown" else row["result"]
        if consent != edge.consent:
            change_edge(session, edge, {"consent": consent}, act)
    if "stage" in row and row["stage"] != edge.stage:
        move_edge(session, edge, row["stage"], Act(act.actor, act.now, row.get("done_on", act.on), act.reason))


def _take_record(session: Session, row: Mapping[str, Any], act: Act, sheets: Sheets) -> None:
    kind = KINDS[row["kind_of"]]
    fields = {name: row[name] for name in kind.fields if name in row and name != "data"}
    if kind.name == SHEET and "question" in row:
        said = {"answer": row.get("result", ""), "by": row.get("person", ""), "words": row.get("words", "")}
        fields = {"topic": row.get("topic", ""), "happened_on": row.get("happened_on"), "data": {row["question"]: said}}
    check_days(fields, act.on)
    about = _about_of(session, row)
    known = _numbered(session, row, about) if "record" in row else _same(session, kind.name, about, fields)
    on = Act(act.actor, act.now, fields.get("happened_on") or fields.get("done_on") or act.on, act.reason)
    if known is None:
        add_record(session, kind.name, about, fields, on, sheets=sheets)
    else:
        change_record(session, known, {name: value for name, value in fields.items() if value}, act, sheets=sheets)


def _numbered(session: Session, row: Mapping[str, Any], about: About) -> SupervisionRecord:
    """The record whose number a row has: of its kind, and about the processor and the copy that the row itself names.

    Raises:
        RegisterError: There is none, or it is another's.
    """
    known = get_record(session, row["record"])
    if known.kind != row["kind_of"]:
        raise RegisterError(f"record {known.id} is no {row['kind_of']}", key="no_record", number=known.id)
    fits = known.processor_id == (about.processor.id if about.processor else None)
    if not fits or known.extract_id != (about.extract.id if about.extract else None):
        raise RegisterError(
            f"record {known.id} is about somebody or something else than its row", key="foreign_record", number=known.id
        )
    return known


def _about_of(session: Session, row: Mapping[str, Any]) -> About:
    kind = KINDS[row["kind_of"]]
    if "processor" not in row:
        return About()
    processor = get_processor(session, row["processor"])
    edge = _edge_of(session, row) if kind.about == OF_EDGE or row.keys() & {"under", "company"} else None
    if kind.about == OF_EDGE and edge is None:
        raise RegisterError("the row's contract is not known", key="no_contract_named")
    extract = get_extract(session, row.get("extract", "")) if kind.name == CERTIFICATE else None
    of = None
    if kind.name == FINDING:
        of = get_record(session, row["of"]) if "of" in row else _look_at(session, processor, row.get("happened_on"))
    return About(processor, edge, extract, of)


def _look_at(session: Session, processor: Processor, on: date | None) -> SupervisionRecord | None:
    """The inspection that a finding without a number is of: the last one that was done by then."""
    if on is None:
        return None
    done = select(SupervisionRecord).where(
        SupervisionRecord.kind == INSPECTION,
        SupervisionRecord.processor_id == processor.id,
        SupervisionRecord.withdrawn_on.is_(None),
        SupervisionRecord.done_on <= on,
    )
    return session.scalar(done.order_by(SupervisionRecord.done_on.desc(), SupervisionRecord.id.desc()).limit(1))


def _edge_of(session: Session, row: Mapping[str, Any]) -> Edge | None:
    """The contract that a row names: by whom it is with, and its kind where several are."""
    processor = get_processor(session, row.get("processor", ""))
    fits = [
        one for one in edges_of(session, processor)
        if (one.parent.name if one.parent else "") == row.get("under", "") and one.company == row.get("company", "")
    ]  # fmt: skip
    kind = row.get("contract_kind", "").upper()
    exact = [one for one in fits if one.contract_kind == kind]
    return exact[0] if exact else fits[0] if fits and not kind else None


def _same(session: Session, kind: str, about: About, fields: Mapping[str, Any]) -> SupervisionRecord | None:
    """A record that says the same already: of a sheet, one that was filled for that contract on that day."""
    keys = ("topic", "happened_on") if kind == SHEET else (*DAYS, "topic", "result", "words")
    asked = select(SupervisionRecord).where(
        SupervisionRecord.kind == kind,
        SupervisionRecord.withdrawn_on.is_(None),
        SupervisionRecord.processor_id == (about.processor.id if about.processor else None),
        SupervisionRecord.edge_id == (about.edge.id if about.edge else None),
        SupervisionRecord.of_id == (about.of.id if about.of else None),
        SupervisionRecord.extract_id == (about.extract.id if about.extract else None),
    )
    for name in keys:
        wanted = fields.get(name)
        asked = asked.where(getattr(SupervisionRecord, name) == (wanted if name in DAYS else wanted or ""))
    return session.scalar(asked.limit(1))


def _only(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names}
