"""People: accounts, what they sign in with, who is signed in; who confirmed an incident, and whose extracts leaked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.database import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("extracts", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("os_user", sa.String(), nullable=False),
        sa.Column("oidc", sa.String(), nullable=True),
        sa.Column("slack", sa.String(), nullable=True),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("wrong_at", UTCDateTime(), nullable=True),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("disabled_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_accounts_login")),
        sa.UniqueConstraint("oidc", name=op.f("uq_accounts_oidc")),
        sa.UniqueConstraint("slack", name=op.f("uq_accounts_slack")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_absences_account_id_accounts")),
        sa.ForeignKeyConstraint(["deputy_id"], ["accounts.id"], name=op.f("fk_absences_deputy_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    with op.batch_alter_table("absences", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_absences_account_id"), ["account_id"], unique=False)
        batch_op.create_index(op.f("ix_absences_deputy_id"), ["deputy_id"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name=op.f("fk_approvals_asked_by_accounts")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_approvals_decided_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    with op.batch_alter_table("approvals", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_approvals_kind_about"), ["kind", "about"], unique=False)
        batch_op.create_index(op.f("ix_approvals_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_passkeys_account_id"), ["account_id"], unique=False)

    op.create_table(
        "service_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_service_tokens_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_service_tokens_digest")),
    )
    with op.batch_alter_table("service_tokens", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_service_tokens_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_in_links_account_id_accounts")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_links")),
    )
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_sign_in_links_account_id"), ["account_id"], unique=False)

    op.create_table(
        "web_sessions",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("client", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_why", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_web_sessions_account_id_accounts")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_web_sessions")),
        sa.UniqueConstraint("id", name=op.f("uq_web_sessions_id")),
    )
    with op.batch_alter_table("web_sessions", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_web_sessions_account_id_ended_at"), ["account_id", "ended_at"], unique=False)

    op.drop_table("sign_ins")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("csirt_confirmed_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("owner_confirmed_by", sa.String(), server_default="", nullable=False))

    op.create_table(
        "idempotent_calls",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["service_tokens.id"], name=op.f("fk_idempotent_calls_token_id_service_tokens")
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotent_calls")),
    )
    op.create_table(
        "leak_extracts",
        sa.Column("extract", sa.String(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["findings.id"], name=op.f("fk_leak_extracts_finding_id_findings"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("extract", "finding_id", name=op.f("pk_leak_extracts")),
        sqlite_with_rowid=False,
    )
    _fill_in()


def _fill_in() -> None:
    """Which extracts explain what was found before."""
    connection = op.get_bind()
    findings = sa.table("findings", sa.column("id"), sa.column("extracts", sa.JSON), sa.column("incident_id"))
    leaks = sa.table("leak_extracts", sa.column("extract"), sa.column("finding_id"))
    asked = sa.select(findings.c.id, findings.c.extracts).where(findings.c.incident_id.is_not(None))
    for finding_id, extracts in connection.execute(asked).all():
        telling = [one for one in extracts or () if one.get("covered")]
        likely = [one for one in telling if one.get("score", 0) > 0] or telling[:1]
        rows = [{"extract": str(one["extract"]), "finding_id": finding_id} for one in likely]
        if rows:
            connection.execute(sa.insert(leaks), rows)


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
