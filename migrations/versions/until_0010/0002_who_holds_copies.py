"""Who holds copies of which extract, and what changed in the register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holdings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("processor_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("certificate_on", sa.Date(), nullable=True),
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["extract_id"], ["extracts.id"], name=op.f("fk_holdings_extract_id_extracts")),
        sa.ForeignKeyConstraint(["processor_id"], ["processors.id"], name=op.f("fk_holdings_processor_id_processors")),
        sa.ForeignKeyConstraint(["source_id"], ["holdings.id"], name=op.f("fk_holdings_source_id_holdings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdings")),
        sa.UniqueConstraint("extract_id", "processor_id", name=op.f("uq_holdings_extract_id_processor_id")),
    )
    with op.batch_alter_table("holdings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holdings_processor_id"), ["processor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_holdings_source_id"), ["source_id"], unique=False)

    op.create_table(
        "register_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("extract_id", sa.Integer(), nullable=True),
        sa.Column("processor_id", sa.Integer(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["extract_id"], ["extracts.id"], name=op.f("fk_register_events_extract_id_extracts")),
        sa.ForeignKeyConstraint(
            ["processor_id"], ["processors.id"], name=op.f("fk_register_events_processor_id_processors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_events")),
    )
    with op.batch_alter_table("register_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_events_extract_id"), ["extract_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_register_events_processor_id"), ["processor_id"], unique=False)

    with op.batch_alter_table("extracts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("medium", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("recipient", sa.String(), server_default="", nullable=False))

    with op.batch_alter_table("processors", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("consent_on", sa.Date(), nullable=True))

    # Whom an extract was lent to becomes the first copy of it.
    op.execute(
        "INSERT INTO holdings (extract_id, processor_id, since, state, ended_on, certificate, added_at) "
        "SELECT id, processor_id, COALESCE(lent_on, as_of), state, ended_on, '', added_at FROM extracts "
        "WHERE processor_id IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
