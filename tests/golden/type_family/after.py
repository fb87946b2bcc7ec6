"""A text becomes a number: the type is of another family.

Alembic: detects; PostgreSQL then wants USING (A-AUT-04)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("posts", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("views", sa.Integer))
