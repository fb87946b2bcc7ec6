"""An EXCLUDE constraint counts for some rows only.

Alembic: does not (A-AUT-27)
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

metadata = sa.MetaData()
sa.Table(
    "stays",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("days", postgresql.DATERANGE),
    postgresql.ExcludeConstraint(("days", "&&"), name="ex_stays", where=sa.text("id > 0")),
)
