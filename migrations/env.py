"""Run by Alembic: applies the steps over the connection that it is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from core.database import UTCDateTime
from incidents.timeline.index import is_search_structure
from migrations import load_metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render(kind: str, item: object, made: AutogenContext) -> str | Literal[False]:
    """How our own column type is written in a step."""
    if kind == "type" and isinstance(item, UTCDateTime):
        made.imports.add("from core.database import UTCDateTime")
        return "UTCDateTime()"
    return False


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Search structures are no tables of the models."""
    return not (kind in {"table", "index"} and is_search_structure(name))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_metadata(),
    render_as_batch=True,
    render_item=render,
    include_name=is_ours,
)
with context.begin_transaction():
    context.run_migrations()
