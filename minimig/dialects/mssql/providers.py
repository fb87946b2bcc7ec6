"""What SQL Server's tables are built on: schemas and sequences.

CREATE SCHEMA has to stand alone in its batch, so a string of SQL holds it. A sequence from which a default draws cannot
be renamed (sp_rename, error 15336), and one that exists changes neither its type nor where it begins (ALTER SEQUENCE).
"""

from __future__ import annotations

from minimig.dialects.mssql.batches import literal, rename
from minimig.dialects.objects import ObjectEditor
from minimig.errors import UnsupportedError
from minimig.state.objects import NamespaceState, ObjectState, SequenceState
from minimig.state.schema import SchemaState

_DROP_SCHEMA = """\
IF SCHEMA_ID({name}) <> SCHEMA_ID()
    AND NOT EXISTS (SELECT * FROM sys.objects WHERE schema_id = SCHEMA_ID({name}))
    AND NOT EXISTS (SELECT * FROM sys.types WHERE schema_id = SCHEMA_ID({name}))
    AND NOT EXISTS (SELECT * FROM sys.xml_schema_collections WHERE schema_id = SCHEMA_ID({name}))
    DROP SCHEMA {quoted}"""


class MSSQLProviders(ObjectEditor):
    """The objects that SQL Server's tables are built on."""

    def goes(self, item: ObjectState) -> bool:
        """The statement itself looks whether a schema is empty."""
        return True

    def create_sql(self, item: ObjectState) -> tuple[str, ...]:
        if isinstance(item, NamespaceState):
            create = f"CREATE SCHEMA {self._schema(item)}"
            return (f"IF SCHEMA_ID({literal(item.name)}) IS NULL EXEC ({literal(create)})",)
        return super().create_sql(item)

    def drop_sql(self, item: ObjectState) -> tuple[str, ...]:
        if isinstance(item, NamespaceState):
            return (_DROP_SCHEMA.format(name=literal(item.name), quoted=self._schema(item)),)
        return super().drop_sql(item)

    def rename(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        users = [f"{table.key}.{column.name}" for table, column in self.drawing_anew(before, after)]
        if users:
            raise UnsupportedError(
                f"SQL Server cannot rename {old.key}: the default of {', '.join(users)} draws from it",
                hint="take the default away before, and give it back afterwards",
            )
        super().rename(before, after, old, new)

    def rename_sql(self, old: ObjectState, new: ObjectState) -> tuple[str, ...]:
        if isinstance(old, SequenceState):
            return (rename("OBJECT", self.qualified(old), new.name),)
        return super().rename_sql(old, new)

    def _schema(self, item: NamespaceState) -> str:
        return self.spelling.dialect.identifier_preparer.quote_schema(item.name)
