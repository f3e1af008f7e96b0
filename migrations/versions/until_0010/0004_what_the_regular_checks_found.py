"""What the regular checks of the trails found, and which imports they looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trail_suspicions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("check", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("measured", sa.Double(), nullable=False),
        sa.Column("usual", sa.Double(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_suspicions")),
        sa.UniqueConstraint("key", name=op.f("uq_trail_suspicions_key")),
    )
    with op.batch_alter_table("trail_suspicions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trail_suspicions_state_id"), ["state", "id"], unique=False)

    with op.batch_alter_table("trail_imports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
