"""What MySQL and MariaDB refuse. Names of foreign keys are the database's, those of indexes the table's."""

from __future__ import annotations

from typing import Any

from minimig.dialects.limits import Limits, Namespace


def _checks_by_database(dialect: Any) -> bool:
    """Whether the names of CHECKs are the database's, as on MySQL. A URL does not tell it from MariaDB."""
    connected = dialect.default_schema_name is not None
    return connected and not dialect.is_mariadb


def _keys_by_database(dialect: Any) -> bool:
    """Whether the names of foreign keys are the database's: not on MariaDB from 12.1 on."""
    return not (dialect.is_mariadb and (dialect.server_version_info or (0,)) >= (12, 1))


def _computed_keys(dialect: Any, stored: bool) -> bool:
    """MySQL takes them where they are stored, MariaDB never."""
    return stored and not dialect.is_mariadb


LIMITS = Limits(
    (
        Namespace(frozenset({"table", "view"})),
        Namespace(frozenset({"index", "unique"}), per_table=True),
        Namespace(frozenset({"foreign_key"}), holds=_keys_by_database),
        Namespace(frozenset({"check"}), holds=_checks_by_database),
    ),
    keys_need_unique=False,
    computed_keys=_computed_keys,
)
