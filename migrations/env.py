"""Run by Alembic: applies the steps over the connection that it is handed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from core.database import UTCDateTime
from migrations import load_metadata

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render(kind: str, item: object, made: AutogenContext) -> str | Literal[False]:
    """How our own column type is written in a step."""
    if kind == "type" and isinstance(item, UTCDateTime):
        made.imports.add("from core.database import UTCDateTime")
        return "UTCDateTime()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_metadata(),
    render_as_batch=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
