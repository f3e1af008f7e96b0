"""Processors have several contracts, which are supervised."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processor_edges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("processor_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("contract_kind", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["processors.id"], name=op.f("fk_processor_edges_parent_id_processors")),
        sa.ForeignKeyConstraint(
            ["processor_id"], ["processors.id"], name=op.f("fk_processor_edges_processor_id_processors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processor_edges")),
    )
    with op.batch_alter_table("processor_edges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_processor_edges_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_processor_edges_processor_id"), ["processor_id"], unique=False)

    op.create_table(
        "supervision_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("processor_id", sa.Integer(), nullable=True),
        sa.Column("edge_id", sa.Integer(), nullable=True),
        sa.Column("extract_id", sa.Integer(), nullable=True),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.Column("checked_by", sa.String(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("check_result", sa.String(), nullable=False),
        sa.Column("check_words", sa.String(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["edge_id"], ["processor_edges.id"], name=op.f("fk_supervision_records_edge_id_processor_edges")
        ),
        sa.ForeignKeyConstraint(
            ["extract_id"], ["extracts.id"], name=op.f("fk_supervision_records_extract_id_extracts")
        ),
        sa.ForeignKeyConstraint(
            ["of_id"], ["supervision_records.id"], name=op.f("fk_supervision_records_of_id_supervision_records")
        ),
        sa.ForeignKeyConstraint(
            ["processor_id"], ["processors.id"], name=op.f("fk_supervision_records_processor_id_processors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_records")),
    )
    with op.batch_alter_table("supervision_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_records_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_records_edge_id"), ["edge_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_supervision_records_kind_processor_id"), ["kind", "processor_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_supervision_records_of_id"), ["of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_records_processor_id"), ["processor_id"], unique=False)

    with op.batch_alter_table("register_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_register_events_about_about_id"), ["about", "about_id"], unique=False)

    _make_first_edges()


def _make_first_edges() -> None:
    """Each processor's place in the tree becomes its first edge, and an event of the register tells of it."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT p.id, p.parent_id, above.name, p.contract_kind, p.consent, p.consent_on, p.added_at, "
            "(SELECT min(h.since) FROM holdings h WHERE h.processor_id = p.id) "
            "FROM processors p LEFT JOIN processors above ON above.id = p.parent_id ORDER BY p.id"
        ).columns(
            sa.column("id", sa.Integer), sa.column("parent_id", sa.Integer), sa.column("parent", sa.String),
            sa.column("contract_kind", sa.String), sa.column("consent", sa.String), sa.column("consent_on", sa.Date),
            sa.column("added_at", UTCDateTime), sa.column("held_since", sa.Date),
        )
    ).all()  # fmt: skip
    edges = sa.table(
        "processor_edges",
        sa.column("id", sa.Integer), sa.column("processor_id", sa.Integer), sa.column("parent_id", sa.Integer),
        sa.column("is_first", sa.Boolean), sa.column("company", sa.String), sa.column("contract_kind", sa.String),
        sa.column("stage", sa.String), sa.column("consent", sa.String), sa.column("consent_on", sa.Date),
        sa.column("since", sa.Date), sa.column("added_at", UTCDateTime),
    )  # fmt: skip
    events = sa.table(
        "register_events",
        sa.column("kind", sa.String), sa.column("about", sa.String), sa.column("about_id", sa.Integer),
        sa.column("processor_id", sa.Integer), sa.column("happened_on", sa.Date),
        sa.column("recorded_at", UTCDateTime), sa.column("actor", sa.String), sa.column("reason", sa.String),
        sa.column("changes", sa.JSON),
    )  # fmt: skip
    for row in found:
        since = min(filter(None, (row.held_since, row.added_at.date())))
        fields = {
            "is_first": True, "company": "", "contract_kind": row.contract_kind, "stage": "during",
            "consent": row.consent, "consent_on": row.consent_on, "since": since,
        }  # fmt: skip
        made = edges.insert().values(processor_id=row.id, parent_id=row.parent_id, added_at=row.added_at, **fields)
        edge_id = connection.scalar(made.returning(edges.c.id))
        said = json.loads(json.dumps({**fields, "parent": row.parent, "ended_on": None}, default=str))
        connection.execute(
            events.insert().values(
                kind="edge-added", about="processor_edges", about_id=edge_id, processor_id=row.id, happened_on=since,
                recorded_at=row.added_at, actor="hinomi", reason="the place in the tree",
                changes={name: [value, value] for name, value in said.items()},
            )
        )  # fmt: skip
    # A home that comes from before the log has no triggers yet: what they would have put in line is put there once.
    in_line = "SELECT 1 FROM log_waiting WHERE kind = 'custody' AND row_id = register_events.id"
    connection.exec_driver_sql(
        "INSERT INTO log_waiting (kind, row_id) SELECT 'custody', id FROM register_events "  # noqa: S608  # our own names
        f"WHERE about = 'processor_edges' AND NOT EXISTS ({in_line}) ORDER BY id"
    )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
