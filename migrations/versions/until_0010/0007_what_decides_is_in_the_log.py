"""Everything that decides is an entry of the log: matches, memberships, sweeps, messages, the register, the index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime
from transparency.triggers import put_all_in_line

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW_KINDS = ("matches", "membership", "sweep", "processor", "extract", "holding", "index", "message")
WIDER_KINDS = {"event": "events", "document": "documents"}
"""Kinds that have more columns from now on: their leaves stay, and each row gets one over all of its columns."""


def upgrade() -> None:
    op.create_table(
        "index_states",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_states")),
    )
    with op.batch_alter_table("log_heads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("peaks", sa.LargeBinary(), nullable=True))
    connection = op.get_bind()
    put_all_in_line(connection, NEW_KINDS)
    for kind, rows in WIDER_KINDS.items():
        logged = f"SELECT 1 FROM log_leaves WHERE kind = '{kind}' AND row_id = {rows}.id"  # noqa: S608  # our own names
        connection.exec_driver_sql(
            f"INSERT INTO log_waiting (kind, row_id) SELECT '{kind}', id FROM {rows} "  # noqa: S608  # our own names
            f"WHERE EXISTS ({logged}) ORDER BY id"
        )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
