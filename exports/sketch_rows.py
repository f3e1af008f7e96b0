"""Events and access records as rows of Timesketch: what it wants of each row, and what else is known.

Required are ``message``, ``datetime`` and ``timestamp_desc`` (https://timesketch.org/guides/user/import-from-json-csv/);
``timestamp`` in microseconds is read where it stands.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from exports.records import records_of
from root_cause.dossier.opened import COLUMNS as RECORD_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from exports.material import ExportMaterial

REQUIRED: Final = ("message", "datetime", "timestamp_desc")
COLUMNS: Final = (
    *REQUIRED, "timestamp", "data_type", "incident", "kind", "event", "learned_at", "source", "actor", "record",
    *(name for name in RECORD_COLUMNS if name != "subject"), "customer",
)  # fmt: skip


def sketch_rows(material: ExportMaterial) -> Iterator[dict[str, Any]]:
    """The timeline, then the records; each row has every column."""
    for one in material.events():
        material.tally.taken["events"] += 1
        yield _row(
            one.happened_at, f"{one.kind_text}: {material.told(one)}" if one.text else one.kind_text, one.kind_text,
            data_type="hinomi:timeline:event", incident=one.incident_id, kind=one.kind, event=one.id,
            learned_at=one.learned_at.isoformat(), source=one.source, actor=one.actor,
        )  # fmt: skip
    for record in records_of(material):
        who = record["operator"] or record["account"] or record["terminal"] or record["processor"]
        told = " ".join(filter(None, [who, record["action"], record["customer"], f"({record['system']})"]))
        values = {name: record[name] for name in RECORD_COLUMNS if name != "subject"}
        yield _row(
            record["when"], told, "Access", data_type="hinomi:access:record",
            record=f"{record['part']}.{record['row']}", customer=record["customer"], **values,
        )  # fmt: skip


def _row(at: datetime, message: str, description: str, **more: Any) -> dict[str, Any]:
    moment = at.astimezone(UTC)
    row = dict.fromkeys(COLUMNS, "")
    row |= {"message": message, "datetime": moment.isoformat(), "timestamp_desc": description}
    row |= {name: "" if value is None else value for name, value in more.items()}
    return row | {"timestamp": int(moment.timestamp() * 1_000_000)}
