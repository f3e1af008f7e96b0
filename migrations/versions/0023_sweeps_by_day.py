"""The sweeps of a day are found by when they began."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sweeps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sweeps_started_at"), ["started_at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
