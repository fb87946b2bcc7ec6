"""Tables go before those that their foreign keys point to.

Alembic: detects (A-AUT-02)
"""

import sqlalchemy as sa

metadata = sa.MetaData()
