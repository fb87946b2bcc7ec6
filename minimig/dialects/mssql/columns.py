"""Changing a column on SQL Server: ALTER COLUMN, and what has to step aside for it.

In goes a column before and after; out go the statements in an order that the server accepts. What the manual lists
under ALTER COLUMN ("The modified column can't be any one of the following") is taken off and put back, and no more than
that: a string that only grows keeps its indexes, checks and default, a column that becomes nullable its indexes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from minimig.dialects.change import TableChange
from minimig.dialects.dependents import Dependents, dependents_of
from minimig.dialects.mssql.identity import numbering, refuse_identity_change
from minimig.dialects.mssql.statements import MSSQLStatements
from minimig.errors import UnsupportedError
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState

_VARYING = re.compile(r"(N?VARCHAR|VARBINARY)\((\d+)\)(.*)")


@dataclass(frozen=True)
class ColumnChange:
    """One column on its way from `old` to `new`."""

    editor: MSSQLStatements
    change: TableChange
    old: ColumnState
    new: ColumnState

    def execute(self, fill: str | None, using: str | None) -> None:
        """All statements. Raises UnsupportedError, before the first of them, for what SQL Server cannot change."""
        editor, table, old, new = self.editor, self.change.new, self.old, self.new
        if new.computed:
            refuse_identity_change(editor, self.change)
            editor.compute_again(self.change, old, new)
            return
        if old.computed:
            using = using or editor.quote(old.name)  # the values that it has stay
        self._refuse(using)
        gone, back = self._in_the_way(using)
        checks_before, checks_after = editor.added_type_checks(table, old), editor.added_type_checks(table, new)
        rechecked = self._restated or using is not None or checks_before != checks_after
        default_before, default_after = editor.default_sql(old), editor.default_sql(new)
        redefaulted = default_before != default_after or using is not None or (self._retyped and not self._grows)
        for name in checks_before if rechecked else ():
            editor.drop_constraint_sql(table, name)
        editor.take_away(self.change, gone)
        if redefaulted and default_before is not None:
            editor.drop_default(table, old)
        self._convert(fill, using)
        if redefaulted and default_after is not None:
            editor.add_default(table, new, default_after)
        editor.put_back(self.change, back)
        for statement in checks_after.values() if rechecked else ():
            editor.execute(statement)
        comment_before = None if using is not None else old.comment
        if comment_before != new.comment:
            editor.comment_column(table, new, comment_before)

    def _convert(self, fill: str | None, using: str | None) -> None:
        table, new = self.change.new, self.new
        fills = fill is not None and not new.nullable and (self.old.nullable or using is not None)
        loose = replace(new, nullable=True, default=None, comment=None)
        if using is not None:
            self._beside(using, loose)
        elif fills and self._retyped:
            self.editor.restate(table, loose)
        if fills:
            self.editor.fill(table, new, str(fill), only_null=True)
        if not new.nullable if using is not None or fills else self._restated:
            self.editor.restate(table, new)

    def _beside(self, using: str, loose: ColumnState) -> None:
        """Compute the new values in a column beside, which takes the place of the old one."""
        editor, table = self.editor, self.change.new
        aside = replace(loose, name=f"{loose.name[:110]}__new")
        why = "values that cannot be converted in place are computed in a column beside"
        editor.execute(f"{editor.alter(table)} ADD {editor.column_specification(table, aside)}", why)
        editor.fill(table, aside, using, only_null=False)
        editor.execute(
            f"{editor.alter(table)} DROP COLUMN {editor.quote(loose.name)}", "its values are in the other one"
        )
        editor.rename_column_sql(table, aside.name, loose.name)

    def _refuse(self, using: str | None) -> None:
        refuse_identity_change(self.editor, self.change)
        if using is not None and self.new.name in numbering(self.editor, self.change.new):
            raise UnsupportedError(
                f"{self.change.new.key}.{self.new.name} numbers itself, so its values cannot be converted by using="
            )

    def _in_the_way(self, using: str | None) -> tuple[Dependents, Dependents]:
        """What has to go before the change, and what is there after it."""
        if using is None and not self._restated:
            return Dependents(), Dependents()
        change, name = self.change, self.new.name
        return self._demanded(change.before, change.old, name, using), self._demanded(
            change.after, change.new, name, using
        )

    def _demanded(self, schema: SchemaState, table: TableState, name: str, using: str | None) -> Dependents:
        found = dependents_of(schema, table, name)
        tightened = self.old.nullable and not self.new.nullable
        if using is not None or tightened or (self._retyped and not self._grows):
            return found
        # For indexes: https://dba.stackexchange.com/questions/27262 (the manual says less than the server allows).
        return replace(found, indexes=(), constraints=() if self._grows else found.constraints)

    @property
    def _restated(self) -> bool:
        return self._retyped or self.old.nullable != self.new.nullable

    @property
    def _retyped(self) -> bool:
        return self.editor.column_type(self.old) != self.editor.column_type(self.new)

    @property
    def _grows(self) -> bool:
        """Whether the type is the same string or binary type with more room."""
        old, new = (_VARYING.fullmatch(self.editor.column_type(column)) for column in (self.old, self.new))
        same = old is not None and new is not None and (old[1], old[3]) == (new[1], new[3])
        return same and old is not None and new is not None and int(old[2]) < int(new[2])
