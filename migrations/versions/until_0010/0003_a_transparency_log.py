"""A transparency log, seals of WARC files, what retention removed, and messages that belong to no incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime
from transparency.triggers import put_all_in_line

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

FIRST_KINDS = (
    "event", "document", "capture", "finding", "warc-file", "trail-import", "trail-part", "custody", "enrolment",
    "removal",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "log_heads",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_heads")),
    )
    op.create_table(
        "log_leaves",
        sa.Column(
            "position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_leaves")),
    )
    with op.batch_alter_table("log_leaves", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_log_leaves_kind_row_id"), ["kind", "row_id"], unique=False)

    op.create_table(
        "log_waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_waiting")),
    )
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
    )
    with op.batch_alter_table("removals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_removals_kind_row_id"), ["kind", "row_id"], unique=False)

    op.create_table(
        "warc_seals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warc_seals")),
    )
    with op.batch_alter_table("warc_seals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_warc_seals_name"), ["name"], unique=False)

    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.alter_column("incident_id", existing_type=sa.INTEGER(), nullable=True)

    # What was written before the log existed becomes its first leaves.
    put_all_in_line(op.get_bind(), FIRST_KINDS)


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
