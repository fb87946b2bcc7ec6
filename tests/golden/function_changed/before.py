import sqlalchemy as sa

from minimig import objects

metadata = sa.MetaData()
SHOUT = {
    "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT upper(t)'",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN upper(t)",
}
objects.function(metadata, "shout", SHOUT, arguments="text")
