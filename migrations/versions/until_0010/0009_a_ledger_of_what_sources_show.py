"""A ledger of what sources show: entries until they were read, posts with their versions, validators of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COUNTS = (
    "listed", "unusable", "waiting", "walls", "gone", "refused", "kept", "with_author", "with_time", "unread_times",
    "ambiguous_times",
)  # fmt: skip


def upgrade() -> None:
    with op.batch_alter_table("sweeps", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notes", sa.String(), nullable=False, server_default=""))
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("newest_post_at", UTCDateTime(), nullable=True))
    with op.batch_alter_table("warc_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("host", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("seen", schema=None) as batch_op:
        for name, default in (
            ("wanted", ""), ("state", "read"), ("miss", ""), ("reason", ""), ("revisit", ""),
            ("address", ""), ("step", ""), ("notes", "{}"),
        ):  # fmt: skip
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=default))
        batch_op.add_column(sa.Column("looks", sa.Integer(), nullable=False, server_default="0"))
        for name in ("shown_at", "tried_at", "next_at", "gone_at"):
            batch_op.add_column(sa.Column(name, UTCDateTime(), nullable=True))
        batch_op.create_index(op.f("ix_seen_source_state_next_at"), ["source", "state", "next_at"], unique=False)
    op.execute("UPDATE seen SET wanted = value")
    op.create_table(
        "seen_posts",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("gone_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_seen_posts")),
    )
    with op.batch_alter_table("seen_posts", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_seen_posts_source_entry"), ["source", "entry"], unique=False)
        batch_op.create_index(op.f("ix_seen_posts_source_address"), ["source", "address"], unique=False)
    op.create_table(
        "page_states",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("modified", sa.String(), nullable=False),
        sa.Column("following", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source", "address", name=op.f("pk_page_states")),
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
