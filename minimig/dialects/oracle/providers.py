"""Oracle's sequences. A schema is a user there, whom a DBA makes.

A sequence that exists cannot change where it begins, a default that draws from one does not follow its new name, and
RENAME takes no schema: only what is one's own can be renamed.
"""

from __future__ import annotations

from minimig.dialects.objects import ObjectEditor
from minimig.errors import UnsupportedError
from minimig.state.objects import ObjectState, SequenceState
from minimig.state.schema import SchemaState


class OracleProviders(ObjectEditor):
    """The objects that Oracle's tables are built on."""

    def create_sql(self, item: ObjectState) -> tuple[str, ...]:
        if isinstance(item, SequenceState) and dict(item.options).get("order"):
            (statement,) = super().create_sql(item)
            return (f"{statement} ORDER",)
        return super().create_sql(item)

    def alter_sequence_sql(self, old: SequenceState, new: SequenceState) -> tuple[str, ...]:
        statements = super().alter_sequence_sql(old, new)
        if bool(dict(old.options).get("order")) == bool(dict(new.options).get("order")):
            return statements
        start = statements[0] if statements else f"ALTER SEQUENCE {self.qualified(new)}"
        return (f"{start} {'ORDER' if dict(new.options).get('order') else 'NOORDER'}",)

    def rename(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        super().rename(before, after, old, new)
        for table, column in self.drawing_anew(before, after):
            name, default = self.spelling.quote(column.name), self.spelling.default_sql(column)
            self.output.execute(f"{self.spelling.alter(table)} MODIFY ({name} DEFAULT {default})")

    def rename_sql(self, old: ObjectState, new: ObjectState) -> tuple[str, ...]:
        if not isinstance(old, SequenceState):
            return super().rename_sql(old, new)
        if old.schema is not None:
            raise UnsupportedError(
                f"Oracle cannot rename {old.key}, which is in another schema",
                hint="rename it by ops.RunSQL as the user that owns it, with state_operations",
            )
        return (f"RENAME {self.spelling.quote(old.name)} TO {self.spelling.quote(new.name)}",)
