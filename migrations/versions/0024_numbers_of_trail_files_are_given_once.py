"""The number of a file of access records is given once: what names a record by it never means another's.

PostgreSQL gives none twice. SQLite gave the highest anew once its file had expired; from here on it keeps count,
from the highest that was ever given as far as anything remembers it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

HIGHEST = """
SELECT max(number) FROM (
    SELECT max(id) AS number FROM trail_parts
    UNION ALL SELECT max(row_id) FROM removals WHERE kind = 'trail-part'
    UNION ALL SELECT max(row_id) FROM log_leaves WHERE kind = 'trail-part'
)
"""


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    with op.batch_alter_table("trail_parts", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    highest = connection.scalar(sa.text(HIGHEST))
    connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name IN ('trail_parts', '_alembic_tmp_trail_parts')"))
    if highest is not None:
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('trail_parts', :highest)"), {"highest": highest}
        )


def downgrade() -> None:
    raise NotImplementedError("a database is never taken back: restore the backup made before")
