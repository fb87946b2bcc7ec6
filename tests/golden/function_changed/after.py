"""A function says something else.

Alembic: does not (A-PAIN-18)
SQLite: has no functions
"""

import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
SHOUT = {
    "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT t'",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN t",
}
objects.function(metadata, "shout", SHOUT, arguments="text")
