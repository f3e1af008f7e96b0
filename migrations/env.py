"""Run by Alembic: applies the steps over the connection that it is handed."""

from __future__ import annotations

from alembic import context

from migrations import load_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_metadata(),
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
