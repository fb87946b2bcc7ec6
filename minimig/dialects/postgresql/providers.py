"""What PostgreSQL's tables are built on: schemas, extensions, collations, sequences.

Any of them may have been there before us, made by somebody who may what we may not, and may hold or serve what we do
not know. So nothing is created that is there, and nothing dropped that holds something or belongs to somebody else.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from minimig.dialects.objects import ObjectEditor
from minimig.errors import UnsupportedError
from minimig.state.objects import CollationState, ExtensionState, NamespaceState, ObjectState, SequenceState
from minimig.state.schema import SchemaState

_DROP_SCHEMA = """\
DO $minimig$
BEGIN
    IF EXISTS (
        SELECT FROM pg_namespace n
        WHERE nspname = {name} AND nspname <> 'public' AND nspname IS DISTINCT FROM current_schema()
        AND pg_has_role(nspowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = n.oid)
        AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid AND deptype = 'e'
        )
    ) THEN
        DROP SCHEMA {quoted};
    END IF;
END $minimig$"""
"""Not the default schema, ours, empty, and no part of an extension."""

_OWN_EXTENSION = sa.text("SELECT pg_has_role(extowner, 'USAGE') FROM pg_extension WHERE extname = :name")


class PostgreSQLProviders(ObjectEditor):
    """The objects that PostgreSQL's tables are built on."""

    def goes(self, item: ObjectState) -> bool:
        """An extension that a superuser made for us is not ours to drop; of schemas the statement itself takes care."""
        if not isinstance(item, ExtensionState):
            return True
        return self.output.connection is None or self._asked(_OWN_EXTENSION, name=item.name) is True

    def create_sql(self, item: ObjectState) -> tuple[str, ...]:
        match item:
            case NamespaceState():
                return (f"CREATE SCHEMA IF NOT EXISTS {self._schema(item.name)}",)
            case ExtensionState():
                schema = f" SCHEMA {self._schema(item.schema)}" if item.schema else ""
                version = f" VERSION {self.spelling.string(item.version)}" if item.version else ""
                cascade = " CASCADE" if item.cascade else ""
                return (f"CREATE EXTENSION IF NOT EXISTS {self.spelling.quote(item.name)}{schema}{version}{cascade}",)
            case CollationState():
                options = ", ".join(f"{name.upper()} = {self._option(value)}" for name, value in item.options)
                return (f"CREATE COLLATION {self.qualified(item)} ({options})",)
        return super().create_sql(item)

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        match item:
            case NamespaceState():
                name = self.spelling.string(item.name)
                return (_DROP_SCHEMA.format(name=name, quoted=self._schema(item.name)),)
            case ExtensionState():
                return (f"DROP EXTENSION IF EXISTS {self.spelling.quote(item.name)}",)
            case CollationState():
                return (f"DROP COLLATION {self.qualified(item)}",)
        return super().drop_sql(item)

    def replace(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        if isinstance(old, ExtensionState) and isinstance(new, ExtensionState):
            name = f"ALTER EXTENSION {self.spelling.quote(new.name)}"
            if new.version is not None and new.version != old.version:
                self.output.execute(f"{name} UPDATE TO {self.spelling.string(new.version)}")
            if new.schema is not None and new.schema != old.schema:
                self.output.execute(f"{name} SET SCHEMA {self._schema(new.schema)}")
            return
        super().replace(before, after, old, new)

    def is_fresh(self, item: SequenceState) -> bool:
        if self.output.connection is None:
            return False
        return self._asked(sa.text(f"SELECT is_called FROM {self.qualified(item)}")) is False

    def _schema(self, name: str) -> str:
        return self.spelling.dialect.identifier_preparer.quote_schema(name)

    def _option(self, value: str | bool) -> str:
        return str(value).lower() if isinstance(value, bool) else self.spelling.string(value)

    def _asked(self, query: sa.TextClause, **parameters: Any) -> Any:
        if self.output.connection is None:
            raise UnsupportedError("a script cannot ask the database")
        return self.output.connection.execute(query, parameters).scalar()
