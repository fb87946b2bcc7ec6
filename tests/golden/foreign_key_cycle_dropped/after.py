"""Two tables with foreign keys to each other go.

Alembic: detects; the statements fail (A-AUT-28)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
