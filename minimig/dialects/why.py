"""Why a statement is needed, where several places have the same reason: words for a student who follows a run."""

INDEX_APART = "CREATE TABLE cannot bring an index along"
AFTER_ITS_INDEX = "it needs an index that CREATE TABLE could not bring"
COMMENT = "a comment is a statement of its own on this database"
# A constant default is stored once for all old rows since PostgreSQL 11 and MariaDB 10.3.
FILLED_BY_DEFAULT = "a constant default gives old rows their value at once; none is written anew"
DEFAULT_HAS_FILLED = "the default was there for the old rows only; the models have none"
LOOSE_AT_FIRST = "the column comes loose at first: old rows have no value for it yet"
FULL_NOW = "every row has a value now, so the column can become what it shall be"
COPIED = "every row is copied; what a column should hold instead is computed on the way"
COPIED_ON_PAPER = "every row is copied, for a script cannot look whether the rows may stay as they are"
CHECK_OF_TYPE = "the type of the column brings a CHECK along"
