"""Rankings are kept, each with its date."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "past_rankings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_past_rankings_incident_id_incidents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_rankings")),
    )
    op.create_index(
        op.f("ix_past_rankings_incident_id_asked_at"), "past_rankings", ["incident_id", "asked_at"], unique=False
    )
    op.execute(
        "INSERT INTO past_rankings (incident_id, basis, found, asked_at) "
        "SELECT incident_id, basis, found, asked_at FROM rankings"
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
