"""The last ranking of each incident is kept, so that it can be shown again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rankings",
        sa.Column("incident_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_rankings_incident_id_incidents")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_rankings")),
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
