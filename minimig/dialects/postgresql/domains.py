"""A PostgreSQL domain changed where it stands: its default, NOT NULL and CHECK, for every column that uses it.

The statements say all that the domain shall be, not only what differs, so that a second column that brings the same
version finds nothing to complain of. PostgreSQL cannot change what a domain is based on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql

from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import Catalog, own_name
from minimig.dialects.postgresql.enum_rebuild import Use
from minimig.errors import UnsupportedError
from minimig.state.values import describe_type


@dataclass(frozen=True)
class DomainChange:
    """A domain on its way from the versions that columns have now to another one."""

    editor: SchemaEditor
    users: Sequence[Use]
    new: postgresql.DOMAIN

    @property
    def old(self) -> list[postgresql.DOMAIN]:
        """The versions that differ from the new one."""
        versions = [use.type for use in self.users if isinstance(use.type, postgresql.DOMAIN)]
        return [version for version in versions if describe_type(version) != describe_type(self.new)]

    @property
    def rewritten(self) -> set[str]:
        """The tables whose columns change their type meanwhile."""
        return {use.table.key for use in self._arrays()}

    def execute(self) -> None:
        """All statements, if any. Raises UnsupportedError, before the first, for another base type or collation."""
        self._refuse_base()
        arrays = self._arrays()
        for use in arrays:
            base = self.new.data_type.compile(dialect=self.editor.dialect)
            self._retype(use, f"{base}{self._suffix(use)}")
        for action in self._actions():
            self.editor.execute(f"ALTER DOMAIN {self._name} {action}")
        for use in arrays:
            self._retype(use, f"{self._name}{self._suffix(use)}")
            default = self.editor.default_sql(use.column)
            if default is not None:
                self._alter(use, f"SET DEFAULT {default}")

    def _actions(self) -> list[str]:
        return [*self._default(), *self._not_null(), *self._check()]

    def _arrays(self) -> list[Use]:
        """Arrays of the domain that step aside: PostgreSQL does not check values inside them, and refuses instead."""
        checked = any(action.startswith(("SET NOT", "ADD")) for action in self._actions())
        return [use for use in self.users if self._suffix(use)] if checked else []

    def _suffix(self, use: Use) -> str:
        """What makes an array of the domain."""
        return self.editor.column_type(use.column).removeprefix(self._name)

    def _retype(self, use: Use, type_: str) -> None:
        if use.column.default is not None:
            self._alter(use, "DROP DEFAULT")
        self._alter(use, f"TYPE {type_}")

    def _alter(self, use: Use, action: str) -> None:
        self.editor.execute(
            f"{self.editor.alter(use.table)} ALTER COLUMN {self.editor.quote(use.column.name)} {action}"
        )

    @property
    def _name(self) -> str:
        return self.editor.dialect.identifier_preparer.format_type(self.new)  # type: ignore[attr-defined, no-any-return]

    def _refuse_base(self) -> None:
        for old in self.old:
            if self._base(old) != self._base(self.new):
                raise UnsupportedError(
                    f"domain {self._name} is based on {self._base(old)}, and PostgreSQL cannot base it on"
                    f" {self._base(self.new)}",
                    hint="give the new domain another name: the columns are converted, and the old one is dropped",
                )

    def _base(self, domain: postgresql.DOMAIN) -> str:
        type_ = domain.data_type.compile(dialect=self.editor.dialect)
        return f"{type_} COLLATE {domain.collation}" if domain.collation else type_

    def _default(self) -> Iterator[str]:
        if any(_text(old.default) != _text(self.new.default) for old in self.old):
            default = self.new.default
            rendered = None if default is None else self.editor.ddl_compiler().render_default_string(default)
            yield "DROP DEFAULT" if rendered is None else f"SET DEFAULT {rendered}"

    def _not_null(self) -> Iterator[str]:
        if any(old.not_null != self.new.not_null for old in self.old):
            yield f"{'SET' if self.new.not_null else 'DROP'} NOT NULL"

    def _check(self) -> Iterator[str]:
        checks = {(old.constraint_name, _text(old.check)) for old in self.old}
        if checks == {(self.new.constraint_name, _text(self.new.check))}:
            return
        for name in self._existing():
            yield f"DROP CONSTRAINT IF EXISTS {self.editor.quote_constraint(name)}"
        if self.new.check is not None:
            text = self.editor.ddl_compiler().sql_compiler.process(
                self.new.check, include_table=False, literal_binds=True
            )
            named = self.new.constraint_name
            yield f"ADD {f'CONSTRAINT {self.editor.quote_constraint(str(named))} ' if named else ''}CHECK ({text})"

    def _existing(self) -> list[str]:
        """The CHECKs there are: the catalog's answer, or in a script the names they would have got."""
        connection = self.editor.output.connection
        if connection is not None:
            return Catalog(connection).domain_checks(self._name)
        names = (str(old.constraint_name or own_name(str(old.name), None, "check")) for old in self.old)
        return list(dict.fromkeys(names))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
