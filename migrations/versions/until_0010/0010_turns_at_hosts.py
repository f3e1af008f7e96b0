"""Turns at hosts: sources of one host ask it one after the other, from whatever machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "host_turns",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("next_at", UTCDateTime(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("held_until_at", UTCDateTime(), nullable=True),
        sa.Column("delay_s", sa.Double(), nullable=False),
        sa.Column("slowest", sa.String(), nullable=False),
        sa.Column("slow_until_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_host_turns")),
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
