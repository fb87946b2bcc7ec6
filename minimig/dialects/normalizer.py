"""Spell a state as a database would report it, so that comparing is `==`.

Models say `sa.String(80)`, a database reports `VARCHAR(80)`; models say `Boolean`, MySQL reports `TINYINT(1)`; long
names come back shortened. Both sides go through the same normalizer before they are compared, instead of every
comparison knowing every dialect's habits (Alembic has a compare method per subject and dialect; atlas normalizes, as
we do).

A normalized state is for comparing, not for creating tables: its types are compared by their SQL text, its expressions
are in one style, and what the database cannot report is gone. Nothing here asks a database; where only the database
knows how it would print an expression, `compare` asks it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.built_parts import checks_of_types, numbers_itself
from minimig.dialects.text_normalizer import TextNormalizer
from minimig.state.conditional import on_dialect
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ConstraintState,
    ExcludeState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    Options,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, table_key
from minimig.state.type_parts import plain_type
from minimig.state.values import Call, Reference, SqlExpression, SqlType

_NUMBER = re.compile(r"'\s*([-+]?\d+(?:\.\d+)?)\s*'")


class Normalizer(TextNormalizer):
    """The spelling that most databases share. `normalize(normalize(s)) == normalize(s)` holds."""

    supports_comments: ClassVar[bool] = True
    names_primary_keys: ClassVar[bool] = False
    names_constraints: ClassVar[bool] = True
    """Whether a constraint that nobody named has a name by which it can be told to the database."""
    supports_identity: ClassVar[bool] = False
    supports_deferrable: ClassVar[bool] = True
    supports_match: ClassVar[bool] = False
    supports_restrict: ClassVar[bool] = True
    """Whether RESTRICT is something else than NO ACTION."""

    type_detail: ClassVar[re.Pattern[str] | None] = None
    """The words in a type that are the database's affair as long as the models do not say them."""

    unsaid_options: ClassVar[Mapping[str, str]] = {}
    """What the options of a table are, normalized, where the database reports none."""

    merges_uniques: ClassVar[bool] = False
    """Whether UNIQUE stated twice in one CREATE TABLE makes one constraint."""

    rewrites_expressions: ClassVar[bool] = True
    """Whether the database prints expressions in words of its own, so that it may have to be asked."""

    def normalize(self, state: SchemaState) -> SchemaState:
        """The whole schema in the database's spelling."""
        objects = (self.object(item) for item in state.objects.values())
        tables = on_dialect(state, self.dialect.name).tables.values()
        return SchemaState.of((self.table(table) for table in tables), (item for item in objects if item))

    def table(self, table: TableState) -> TableState:
        """One table in the database's spelling. Raises UnsupportedError for what the database cannot have."""
        self.spelling.refuse(table)
        constraints = [self.constraint(c, table) for c in [*table.constraints.values(), *self.type_checks(table)]]
        indexes = [self.index(index, table) for index in table.indexes.values()]
        return TableState(
            name=table.name,
            schema=self.schema(table.schema),
            columns={c.name: self.column(c, table) for c in table.columns.values()},
            primary_key=table.primary_key and self.primary_key(table.primary_key, table),
            constraints={c.name: c for c in constraints},
            indexes={i.name: i for i in indexes},
            comment=table.comment if self.supports_comments else None,
            options=self.table_options(table.options),
        )

    def key(self, table: TableState) -> str:
        """The key that a table has once it is normalized."""
        return table_key(table.name, self.schema(table.schema))

    # --- names --------------------------------------------------------------------------------------------------------

    def name(self, name: str) -> str:
        """A constraint's or index's name, shortened when it is over the limit."""
        return self.spelling.shortened(name)

    # --- columns ------------------------------------------------------------------------------------------------------

    def column(self, column: ColumnState, table: TableState) -> ColumnState:
        """One column."""
        type_ = column.type.sa_type
        spelled_type = self.column_type(column.type)
        identity = column.identity if self.supports_identity else None
        in_key = table.primary_key is not None and column.name in table.primary_key.columns
        return ColumnState(
            name=column.name,
            type=SqlType(type_, spelled_type),
            nullable=column.nullable and identity is None and not in_key,
            default=self.default(column, type_),
            comment=column.comment if self.supports_comments else None,
            computed=column.computed and self.computed(column.computed),
            identity=identity and self.identity(identity, spelled_type.target.name),
            autoincrement=True if identity is None and in_key and self.counts(column, table) else "auto",
        )

    def default(self, column: ColumnState, type_: TypeEngine[Any]) -> SqlExpression | None:
        """A server default."""
        if column.default is None or column.computed is not None:
            return None
        text = self.default_text(self.compiled(column.default).strip(), type_)
        return None if text.lower() == "null" else SqlExpression(text, column.default.element)

    def default_text(self, text: str, type_: TypeEngine[Any]) -> str:
        """A server default's text; a number in quotes is a number where the column takes numbers."""
        text = self.tidied(text)
        number = _NUMBER.fullmatch(text) if is_number(type_) else None
        return number[1] if number else text

    def computed(self, computed: ComputedState) -> ComputedState:
        """A computed column's expression."""
        return ComputedState(self.expression(computed.expression), self.persisted(computed.persisted))

    def persisted(self, persisted: bool | None) -> bool:
        """Whether a computed column is stored, when the models leave it to the database."""
        return bool(persisted)

    def identity(self, identity: IdentityState, type_: str) -> IdentityState:
        """An identity column's options with the defaults filled in."""
        return identity

    def counts(self, column: ColumnState, table: TableState) -> bool:
        """Whether the database numbers this column of the primary key by itself, without an identity."""
        return numbers_itself(column, table, self.spelling)

    # --- keys and constraints -----------------------------------------------------------------------------------------

    def primary_key(self, key: PrimaryKeyState, table: TableState) -> PrimaryKeyState:
        """The primary key."""
        name = self.name(key.name) if key.name and self.names_primary_keys else None
        return PrimaryKeyState(key.columns, name, self.options(key.options), *self.deferrable(key))

    def constraint(self, constraint: ConstraintState, table: TableState) -> ConstraintState:
        """Any constraint but the primary key."""
        name, options = self.name(constraint.name), self.options(constraint.options)
        if isinstance(constraint, CheckState):
            return CheckState(name, self.expression(constraint.expression), options)
        deferrable, initially = self.deferrable(constraint)
        if isinstance(constraint, UniqueState):
            return UniqueState(name, constraint.columns, deferrable, initially, options)
        if isinstance(constraint, ExcludeState):
            elements = tuple((self.element(e, table), operator) for e, operator in constraint.elements)
            return ExcludeState(name, elements, deferrable, initially, options)
        schema, _, target = constraint.target.rpartition(".")
        return ForeignKeyState(
            name=name,
            columns=constraint.columns,
            target=table_key(target, self.schema(schema or None)),
            target_columns=constraint.target_columns,
            ondelete=self.action(constraint.ondelete),
            onupdate=self.action(constraint.onupdate),
            deferrable=deferrable,
            initially=initially,
            match=self.match(constraint.match),
            options=options,
        )

    def deferrable(
        self, constraint: PrimaryKeyState | UniqueState | ForeignKeyState | ExcludeState
    ) -> tuple[bool | None, str | None]:
        """DEFERRABLE and INITIALLY, where they say more than the defaults."""
        deferred = (constraint.initially or "").upper() == "DEFERRED"
        if not self.supports_deferrable or not (constraint.deferrable or deferred):
            return None, None
        return True, "DEFERRED" if deferred else None

    def action(self, action: str | None) -> str | None:
        """ON DELETE and ON UPDATE; NO ACTION is what nothing means."""
        action = action and " ".join(action.upper().split())
        return None if action == "NO ACTION" or (action == "RESTRICT" and not self.supports_restrict) else action

    def match(self, match: str | None) -> str | None:
        """MATCH; SIMPLE is what nothing means."""
        match = match and match.upper()
        return match if self.supports_match and match != "SIMPLE" else None

    def type_checks(self, table: TableState) -> Iterator[CheckState]:
        """The CHECKs that types bring along (Enum, Boolean): the database reports them like any other."""
        return checks_of_types(table, self.spelling)

    # --- indexes ------------------------------------------------------------------------------------------------------

    def index(self, index: IndexState, table: TableState) -> IndexState:
        """An index."""
        elements = tuple(self.element(element, table) for element in index.elements)
        return IndexState(
            self.name(index.name), elements, index.unique, self.options(index.options), index.concurrently
        )

    def element(self, element: str | SqlExpression, table: TableState) -> str | SqlExpression:
        """An index element; an expression that is only a column's name is that column."""
        if isinstance(element, str):
            return element
        expression = self.expression(element)
        expression = replace(expression, text=expression.text.removesuffix(" asc"))  # as everything is by default
        name = expression.text[1:-1] if expression.text.startswith('"') else expression.text
        return name if name in table.columns else expression

    # --- what the other side leaves open ------------------------------------------------------------------------------

    def alike(self, live: ColumnState, expected: ColumnState) -> ColumnState:
        """The live column without what `expected` does not speak of: by default the words of `type_detail`."""
        if self.type_detail is None:
            return live
        text = str(live.type.call.target.name)
        if self.type_detail.search(str(expected.type.call.target.name)) or not self.type_detail.search(text):
            return live
        return replace(live, type=replace(live.type, call=Call(Reference("sql", self.type_detail.sub("", text)))))

    def alike_constraint(self, live: ConstraintState, expected: ConstraintState) -> ConstraintState:
        """The live constraint of the same name, without a difference that means nothing."""
        return live

    # --- options --------------------------------------------------------------------------------------

    def table_options(self, options: Options) -> Options:
        """Options of a table."""
        prefix = f"{self.dialect.name}_"
        return tuple((key, str(self.option(value)).lower()) for key, value in options if key.startswith(prefix))

    def telling_options(self, options: Options) -> Options:
        """Those options of a table as it was read that say more than this database's defaults."""
        return options


def is_number(type_: TypeEngine[Any]) -> bool:
    """Whether a column of this type takes numbers."""
    return isinstance(plain_type(type_), sa.Integer | sa.Numeric | sa.Boolean)
