"""A ranking to take away: the answer in plain words, what it was made from, and by which method, all by their hashes.

Whoever gets the file can tell whether he looks at the same documents, extracts, records and program; the file's own
hash is in the event that tells of the export, and so in the transparency log.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import inspect
import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from archive.models import DocumentRow
from incidents.groups import group_ids
from incidents.models import FindingRow
from incidents.timeline.events import add_event
from root_cause.stored import METHOD_VERSION
from trails.models import TrailImport, TrailPart
from transparency.heads import latest_head
from transparency.sequencer import tree_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from sqlalchemy.orm import Session

    from core.actors import Actor
    from core.clock import Clock
    from core.database import Database
    from fingerprints.index.generation import Index

EXPORTED: Final = "root-cause-exported"
VERSION: Final = 1
METHOD: Final = (
    "root_cause.inquiry",
    "root_cause.evidence",
    "root_cause.candidates",
    "root_cause.comparable",
    "root_cause.doubt",
    "root_cause.values",
    "root_cause.windows",
    "root_cause.terms",
    "root_cause.peers",
    "root_cause.ranking",
    "trails.store.access",
    "trails.store.looked_up",
    "trails.store.reach",
    "trails.store.touches",
    "trails.store.runs",
    "custody.ranking",
    "custody.freshness",
    "custody.set_likelihood",
    "incidents.figures",
)
"""Every module that makes the figures of a ranking: its sources are what the method's hash is taken of."""


def export_ranking(
    incident_id: int,
    found: Mapping[str, Any],
    *,
    database: Database,
    index: Index,
    clock: Clock,
    actor: Actor,
    reason: str = "",
    revealed: bool = False,
) -> str:
    """A ranking as a JSON text; that it was exported, and the text's hash, is an event from then on.

    Args:
        incident_id: Whose ranking it is.
        found: What `root_cause.inquiry.inquire` gave.
        database: Where its inputs and the event stand.
        index: The generation that was used.
        clock: Says when.
        actor: Who takes it away.
        reason: Why.
        revealed: Whether names stand in it.
    """
    now = clock.now()
    with database.read() as session:
        head = latest_head(session)
        inputs = dict(found["inputs"]) | {
            "index": {"key": index.manifest.key_id, "generation": index.generation, "subjects": index.subjects},
            "extracts": _extracts(index),
            "documents": _documents(session, incident_id),
            "trail_imports": _trail_imports(session),
            "trail_files": _trail_files(session),
            "log": {"leaves": tree_size(session), "head": head.note if head else None},
        }
    made = {
        "hinomi_ranking": VERSION, "incident": incident_id, "exported_at": now.isoformat(), "exported_by": actor.name,
        "authenticated": actor.as_data(),
        "reason": reason, "names_revealed": revealed, "sentences": found["sentences"], "inputs": inputs,
        "method": _method(), **{name: found[name] for name in found if name not in {"sentence", "sentences", "inputs"}},
    }  # fmt: skip
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    data = {
        "sha256": hashlib.sha256(text.encode()).hexdigest(), "holders": len(found["holders"]), "reason": reason,
        "revealed": revealed,
    }  # fmt: skip
    with database.write() as session:
        add_event(session, EXPORTED, actor=actor, now=now, incident_id=incident_id, data=data)
    return text


def _extracts(index: Index) -> list[dict[str, Any]]:
    """Each extract with the hash of its members, as the index serialises them."""
    return [
        {
            "extract": info.name, "columns": list(info.columns), "as_of_day": info.as_of, "subjects": len(members),
            "members_sha256": hashlib.sha256(members.serialize()).hexdigest(),
        }
        for info in index.extracts
        for members in (index.members(info.name),)
    ]  # fmt: skip


def _documents(session: Session, incident_id: int) -> list[dict[str, Any]]:
    """What was found where: documents that retention took keep their hash."""
    rows = session.execute(
        select(FindingRow.sha256, FindingRow.document_id, DocumentRow.warc_file, DocumentRow.warc_offset)
        .outerjoin(DocumentRow, DocumentRow.id == FindingRow.document_id)
        .where(FindingRow.incident_id.in_(group_ids(session, incident_id)))
        .order_by(FindingRow.id)
    )
    names = ("sha256", "document", "warc_file", "warc_offset")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _trail_imports(session: Session) -> list[dict[str, Any]]:
    columns = (TrailImport.id, TrailImport.system, TrailImport.file_name, TrailImport.sha256, TrailImport.records)
    rows = session.execute(select(*columns).where(TrailImport.state == "done").order_by(TrailImport.id))
    return [dict(zip(("import", "system", "file", "sha256", "records"), row, strict=True)) for row in rows]


def _trail_files(session: Session) -> list[dict[str, Any]]:
    columns = (TrailPart.path, TrailPart.sha256, TrailPart.rows)
    rows = session.execute(select(*columns).order_by(TrailPart.path))
    return [dict(zip(("path", "sha256", "rows"), row, strict=True)) for row in rows]


def _method() -> dict[str, Any]:
    """The program's version, its constants and the hash of its sources: everything that makes the figures."""
    modules = _modules()
    sources = "".join(inspect.getsource(module) for module in modules)
    return {
        "hinomi": importlib.metadata.version("hinomi"),
        "version": METHOD_VERSION,
        "modules": [module.__name__ for module in modules],
        "sources_sha256": hashlib.sha256(sources.encode()).hexdigest(),
        "parameters": {module.__name__: _constants(module) for module in modules},
    }


def _modules() -> list[ModuleType]:
    """Every module that the ranking of holders is made of, and the ranking of extracts."""
    return [importlib.import_module(name) for name in METHOD]


def _constants(module: ModuleType) -> dict[str, Any]:
    """A module's numbers and tables of numbers, by name."""
    return {
        name: value
        for name, value in sorted(vars(module).items())
        if name.isupper() and isinstance(value, int | float | str | tuple | dict) and not _is_odd(value)
    }


def _is_odd(value: Any) -> bool:
    """Whether JSON has no word for it."""
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return True
    return False
