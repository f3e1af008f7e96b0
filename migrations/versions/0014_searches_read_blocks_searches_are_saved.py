"""Searches read blocks; searches are saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.rows import searched
from core.database import UTCDateTime
from incidents.timeline.index import drop_search_structures

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event_blocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("buckets", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_blocks")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("event_blocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_blocks_last_id"), ["last_id"], unique=False)

    op.create_table(
        "event_leaves",
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block"], ["event_blocks.id"], name=op.f("fk_event_leaves_block_event_blocks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("block", "bucket", name=op.f("pk_event_leaves")),
    )
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_saved_searches_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("account_id", "room", "name", name=op.f("uq_saved_searches_account_id_room_name")),
    )
    with op.batch_alter_table("saved_searches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_searches_room_shared"), ["room", "shared"], unique=False)

    op.create_table(
        "capture_texts",
        sa.Column("capture_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["captures.id"], name=op.f("fk_capture_texts_capture_id_captures"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_capture_texts")),
    )
    with op.batch_alter_table("captures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_captures_fetched_at_id"), ["fetched_at", "id"], unique=False)

    drop_search_structures(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        # Leaves are as short as they get, and parts of them are read: PostgreSQL need not try to make them shorter.
        op.execute("ALTER TABLE event_leaves ALTER COLUMN body SET STORAGE EXTERNAL")
    _write_texts()


def _write_texts() -> None:
    connection, after = op.get_bind(), 0
    read = sa.text(
        "SELECT c.id, d.title, c.author, c.address, c.source FROM captures c JOIN documents d ON d.id = c.document_id "
        "WHERE c.id > :after ORDER BY c.id LIMIT 5000"
    )
    while rows := connection.execute(read, {"after": after}).all():
        texts = [{"id": row[0]} | searched(*row[1:]) for row in rows]
        connection.execute(
            sa.text(
                "INSERT INTO capture_texts (capture_id, title, author, address, source) "
                "VALUES (:id, :title, :author, :address, :source)"
            ),
            texts,
        )
        after = rows[-1][0]


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
