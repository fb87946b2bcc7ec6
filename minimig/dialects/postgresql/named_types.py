"""PostgreSQL's enum types and domains: each lives from the first column that uses it to the last.

In go the states around an operation; out go CREATE TYPE and DROP TYPE, CREATE and DROP DOMAIN, and what changes a type
that stays. A type is shared by columns of several tables. `alter` changes an enum by its name, for all of them at once;
an operation that gives one column another version of its type changes it for all as well, and those that follow find it
done.

A type with `create_type=False` is made elsewhere: it is neither made, changed nor dropped here. (Alembic leaves all of
this to the user; Django has none of it.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy.dialects import postgresql

from minimig.dialects.change import EnumChange
from minimig.dialects.editor import SchemaEditor
from minimig.dialects.postgresql.catalog import Catalog
from minimig.dialects.postgresql.domains import DomainChange
from minimig.dialects.postgresql.enum_rebuild import EnumRebuild, Use, Using
from minimig.dialects.postgresql.objects import PostgreSQLObjects
from minimig.dialects.postgresql.types import named_type, named_types
from minimig.errors import StateError, UnsupportedError
from minimig.state.named_types import Labels, TypeName, type_name
from minimig.state.parts import ColumnState
from minimig.state.schema import SchemaState
from minimig.state.values import Call, describe_type

UNSAFE_NEW_VALUE = (
    "a value added by ops.AddEnumValue cannot be used before the migration is committed: move the step that uses it to"
    " the next migration, or write ops.AlterEnum(name, [all its values]) instead, which rebuilds the type"
)
"""What to do about error 55P04, "unsafe use of new value"."""

MISSING_TYPE = (
    "make the type in an operation before, ops.RunSQL('CREATE TYPE ...', reverse='DROP TYPE ...'), or declare it beside"
    " the models: minimig.objects.custom(metadata, 'type', name, create=..., drop=..., provides=True), or"
    " minimig.objects.extension(metadata, name) where an extension brings it"
)
"""What to do about error 42704 for a type: a composite type, a range, or one of an extension."""

Named = postgresql.ENUM | postgresql.DOMAIN


class NamedTypes:
    """The named types of one editor's database."""

    def __init__(self, editor: SchemaEditor, objects: PostgreSQLObjects) -> None:
        self._editor = editor
        self._objects = objects
        self._made: dict[TypeName, Labels | Call] = {}

    def prepare(
        self, before: SchemaState, after: SchemaState, columns: Iterable[ColumnState], using: Using | None = None
    ) -> bool:
        """Make the types that `columns` are going to use; true when an enum was rebuilt, and these columns with it.

        `using` converts the values of one column, known by its table's key and its name.
        """
        rebuilt = False
        for name, type_ in self._wanted(columns).items():
            if isinstance(type_, postgresql.DOMAIN):
                self._prepare_domain(name, type_, before, after)
            else:
                rebuilt |= self._prepare_enum(name, type_, before, after, using or {})
        return rebuilt

    def clean(self, after: SchemaState, columns: Iterable[ColumnState]) -> None:
        """Drop the types that `columns` used and nothing uses any more."""
        for name, type_ in reversed(self._wanted(columns).items()):
            if next(self._types(after, name), None) is None:
                drop = postgresql.DropDomainType if isinstance(type_, postgresql.DOMAIN) else postgresql.DropEnumType
                self._editor.execute(self._editor.compile(drop(type_)), "no column has this type any more")
                self._made.pop(name, None)

    def alter(self, change: EnumChange) -> None:
        """Change an enum type by its name: in place where PostgreSQL can, otherwise by a rebuild."""
        edit, execute = change.edit, self._editor.execute
        users = self._users(change.before, edit.name)
        owned = next((use.type for use in users if use.type.create_type), None)
        if not isinstance(owned, postgresql.ENUM):
            return
        name, string = self._sql(owned), self._editor.string
        if edit.new_name != edit.name:
            execute(f"ALTER TYPE {name} RENAME TO {self._editor.quote(edit.new_name.name)}")
            self._made.pop(edit.name, None)
        elif edit.in_place and edit.values:
            for old, new in edit.values.items():
                execute(f"ALTER TYPE {name} RENAME VALUE {string(old)} TO {string(new)}")
        elif edit.in_place:
            for place, label in enumerate(edit.after):
                if label not in edit.before:
                    execute(f"ALTER TYPE {name} ADD VALUE {string(label)}{self._beside(edit.after, place)}")
        elif edit.after != edit.before:
            enum = postgresql.ENUM(*edit.after, name=owned.name, schema=owned.schema)
            self._rebuild(enum, edit.name, change.before, change.after, {}, edit.values)
        self._made[edit.new_name] = edit.after

    def _beside(self, labels: Labels, place: int) -> str:
        if place == len(labels) - 1:
            return ""
        word, neighbour = ("AFTER", labels[place - 1]) if place else ("BEFORE", labels[1])
        return f" {word} {self._editor.string(neighbour)}"

    # --- what a column uses -------------------------------------------------------------------------------------------

    def _wanted(self, columns: Iterable[ColumnState]) -> dict[TypeName, Named]:
        about, dialect = tuple(columns), self._editor.dialect

        def look() -> dict[TypeName, Named]:
            found = (type_ for column in about for type_ in named_types(column.type.sa_type, dialect))
            return {_name(type_): type_ for type_ in found if type_.create_type}

        return self._editor.phrases.once("named types", about, look)

    def _types(self, state: SchemaState, name: TypeName) -> Iterator[Named]:
        """The versions of a type that columns use, be it as what a domain is based on."""
        for table in state.tables.values():
            for column in dict.fromkeys(column for columns in table.named_types.values() for column in columns):
                found = named_types(table.columns[column].type.sa_type, self._editor.dialect)
                yield from (type_ for type_ in found if _name(type_) == name)

    def _users(self, state: SchemaState, name: TypeName) -> Iterator[Use]:
        for table in state.catalog.using(name):
            for column in table.named_types[name]:
                type_ = named_type(table.columns[column].type.sa_type, self._editor.dialect)
                if type_ is not None and _name(type_) == name:
                    yield Use(table, table.columns[column], type_)

    def _sql(self, type_: Named) -> str:
        return self._editor.dialect.identifier_preparer.format_type(type_)  # type: ignore[attr-defined, no-any-return]

    # --- enums --------------------------------------------------------------------------------------------------------

    def _prepare_enum(
        self, name: TypeName, enum: postgresql.ENUM, before: SchemaState, after: SchemaState, using: Using
    ) -> bool:
        labels, wanted = self._labels(name, enum, before), tuple(enum.enums)
        self._made[name] = wanted
        if labels is None:
            why = "an enum is a type of its own here, and comes before its first column"
            self._editor.execute(self._editor.compile(postgresql.CreateEnumType(enum)), why)
        elif labels != wanted:
            self._rebuild(enum, name, before, after, using, {})
            return True
        return False

    def _rebuild(
        self,
        enum: postgresql.ENUM,
        name: TypeName,
        before: SchemaState,
        after: SchemaState,
        using: Using,
        values: Mapping[str, str],
    ) -> None:
        users = list(self._users(before, name))
        if len(users) < len(list(self._types(before, name))):
            raise UnsupportedError(
                f"enum {name} is what a domain is based on, and PostgreSQL cannot give that other labels",
                hint="base a new domain on a new enum, or only add labels at the end: ops.AddEnumValue",
            )
        with self._objects.aside(before, after, {use.table.key for use in users}):
            EnumRebuild(self._editor, enum, users, after, values).execute(using)

    def _labels(self, name: TypeName, enum: postgresql.ENUM, before: SchemaState) -> Labels | None:
        """The labels the database has now, or None when the type is yet to be made."""
        made = self._made.get(name)
        if isinstance(made, tuple):
            return made
        if self._editor.output.connection is not None:
            return Catalog(self._editor.output.connection).enum_labels(self._sql(enum))
        first: Labels | None = None
        for type_ in self._types(before, name):
            labels = tuple(type_.enums) if isinstance(type_, postgresql.ENUM) else None
            if labels == tuple(enum.enums):
                # Users may disagree: an operation before this one asked for these labels, and rebuilt the type.
                return labels
            first = first or labels
        return first

    # --- domains ------------------------------------------------------------------------------------------------------

    def _prepare_domain(
        self, name: TypeName, domain: postgresql.DOMAIN, before: SchemaState, after: SchemaState
    ) -> None:
        """Make the domain, or bring the one there is to this version of it."""
        wanted = describe_type(domain)
        if self._made.get(name) == wanted:
            return
        self._made[name] = wanted
        users = list(self._users(before, name))
        connection = self._editor.output.connection
        there = next(self._types(before, name), None) is not None
        known = there if connection is None else Catalog(connection).has_type(self._sql(domain))
        if known:
            change = DomainChange(self._editor, users, domain)
            with self._objects.aside(before, after, change.rewritten):
                change.execute()
        else:
            self._editor.execute(self._editor.compile(postgresql.CreateDomainType(domain)))


def _name(type_: Named) -> TypeName:
    name = type_name(type_)
    if name is None:
        labels = type_.enums if isinstance(type_, postgresql.ENUM) else ()
        raise StateError(
            f"the enum of {', '.join(labels)} has no name, and PostgreSQL keeps enums as types with names",
            hint="give it one, as in sa.Enum(..., name='status')",
        )
    return name
