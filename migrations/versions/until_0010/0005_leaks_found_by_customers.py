"""Leaks are found by their customers and by the lines of their contents; those of before are entered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pyroaring import BitMap
from sqlalchemy.orm import Session

from incidents.leak_index import index_leak
from incidents.same_leak import LeakContent

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leak_lines",
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_leak_lines_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("line", "finding_id", name=op.f("pk_leak_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leak_members",
        sa.Column("bucket", sa.BigInteger(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.Column("lows", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_leak_members_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bucket", "finding_id", name=op.f("pk_leak_members")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "leak_samples",
        sa.Column("finding_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_leak_samples_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_leak_samples")),
    )
    _enter_known_leaks()


def _enter_known_leaks() -> None:
    findings = sa.table(
        "findings", sa.column("id", sa.Integer()), sa.column("incident_id", sa.Integer()),
        sa.column("sha256", sa.String()), sa.column("sketch", sa.JSON()), sa.column("members", sa.LargeBinary()),
    )  # fmt: skip
    session = Session(op.get_bind())
    known = sa.select(findings.c.id).where(findings.c.incident_id.is_not(None)).order_by(findings.c.id)
    for finding_id in session.scalars(known).all():
        row = session.execute(sa.select(findings).where(findings.c.id == finding_id)).one()
        index_leak(session, finding_id, LeakContent(row.sha256, row.sketch, BitMap.deserialize(row.members)))
    session.flush()


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
