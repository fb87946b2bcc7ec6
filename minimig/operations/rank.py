"""Where a kind of operation is read in a file, as far as footprints leave a choice."""

from __future__ import annotations

from enum import IntEnum, auto


class Rank(IntEnum):
    """First what stands in the way goes, then tables and columns change, then what builds on them comes."""

    DROP_DEPENDENT = auto()
    """Views, triggers and functions: they look at tables, and nothing looks at them."""
    DROP_CONSTRAINT = auto()
    DROP_INDEX = auto()
    DROP_PRIMARY_KEY = auto()
    RENAME_CONSTRAINT = auto()
    RENAME_INDEX = auto()
    CREATE_SCHEMA = auto()
    CREATE_PROVIDER = auto()
    """Extensions, sequences and types: tables are built on them."""
    ALTER_PROVIDER = auto()
    CREATE_TABLE = auto()
    ALTER_TABLE = auto()
    ADD_COLUMN = auto()
    """Before DROP_COLUMN: a fill may be computed from the column that goes."""
    ALTER_COLUMN = auto()
    DROP_COLUMN = auto()
    ADD_CONSTRAINT = auto()
    CREATE_INDEX = auto()
    DROP_TABLE = auto()
    DROP_PROVIDER = auto()
    DROP_SCHEMA = auto()
    CREATE_DEPENDENT = auto()
    OTHER = auto()
