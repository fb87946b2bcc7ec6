"""Views, functions and other objects on MySQL and MariaDB.

Nothing stands in the way of a change here, and CREATE OR REPLACE leaves what is built on an object alone: names are
looked up when they are used. MySQL itself can replace views only.
"""

from __future__ import annotations

from minimig.dialects.mysql.providers import MySQLProviders
from minimig.dialects.mysql.text import object_text
from minimig.dialects.objects import or_replace
from minimig.state.objects import DefinedState, FunctionState, ObjectState, TriggerState, ViewState
from minimig.state.schema import SchemaState


class MySQLObjects(MySQLProviders):
    """MySQL and MariaDB."""

    def text(self, item: DefinedState) -> str:
        return object_text(item.definition, self.spelling.dialect.name) or super().text(item)

    def replace(self, before: SchemaState, after: SchemaState, old: ObjectState, new: ObjectState) -> None:
        replaceable = ViewState | FunctionState | TriggerState if self._is_mariadb else ViewState
        if self.has(old) and self.has(new) and isinstance(new, replaceable):
            (create,) = self.create_sql(new)
            again = or_replace(create)
            if again is not None:
                self.send([again])
                return
        super().replace(before, after, old, new)

    @property
    def _is_mariadb(self) -> bool:
        return bool(getattr(self.spelling.dialect, "is_mariadb", False))
