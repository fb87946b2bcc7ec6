"""Replace function shout."""

from minimig import ops

dependencies = []

up = [
    ops.ReplaceFunction(
        "shout",
        {
            "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN t",
            "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT t'",
        },
        arguments="text",
    ),
]

down = [
    ops.ReplaceFunction(
        "shout",
        {
            "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN upper(t)",
            "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS 'SELECT upper(t)'",
        },
        arguments="text",
    ),
]
