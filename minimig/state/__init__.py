"""A schema at one moment, as a frozen value.

Models, revision files and live databases all become a `SchemaState`; everything else in minimig compares, edits or
executes these values. Read in this order: `values` (types and SQL text), `tables` (columns, keys, indexes, a table),
`schema` (all tables), `expressions` (renaming inside SQL text), `metadata` (SQLAlchemy's MetaData, both ways),
`reflection` (a live database).
"""
