"""The live schema in the words of another one, so that a difference is a difference of what people wrote.

In: a connection and the schema that the database should hold. Out: the live schema in which everything that is as it
should be is said in the very words of that schema, `sa.String(80)` and not `VARCHAR(80)`, and only what is not is said
as the database reports it, in the most general words that mean the same. So `diff(live, like)` is empty when they
agree; what it holds otherwise can be written into a revision file or executed, and leads exactly to `like`.

(Django and Alembic write what the Inspector says: dialect types, defaults with casts.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from minimig.dialects.compare import Spelled, spelled
from minimig.dialects.normalizer import Normalizer
from minimig.dialects.registry import normalizer_for
from minimig.stages import Stage, Tell, untold
from minimig.state.objects import ObjectState, SequenceState
from minimig.state.parts import ColumnState, ConstraintState, ForeignKeyState, IndexState, Options
from minimig.state.reflection import nothing
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.values import SqlType

Item = ConstraintState | IndexState


@dataclass(frozen=True)
class SpelledAlike(Stage):
    """A database was read, and what it should hold was spelled as it reports things."""

    dialect: str
    like: SchemaState
    both: Spelled


def worded(
    connection: sa.Connection,
    like: SchemaState,
    ignore: Callable[[str], bool] = nothing,
    otherwise: SchemaState | None = None,
    *,
    pair_names: bool = True,
    tell: Tell = untold,
) -> SchemaState:
    """The live schema in the words of `like`; equal to it when the database holds what it says.

    It has the tables that `dialects.compare.spelled` reads, and those objects of `like` that are there. What this kind
    of database cannot hold, or does not report, is taken to be as `like` says. A part that is not as `like` says comes
    from `otherwise`, which is the same live schema in other words, where that has it.
    """
    both = spelled(connection, like, ignore, pair_names=pair_names)
    tell(SpelledAlike(connection.dialect.name, like, both))
    return in_words_of(like, both, normalizer_for(connection.dialect), otherwise)


def in_words_of(
    like: SchemaState, both: Spelled, normalizer: Normalizer, otherwise: SchemaState | None = None
) -> SchemaState:
    """The same, when both sides are spelled alike already."""
    by_key = {normalizer.key(table): table for table in like.tables.values()}
    others = {} if otherwise is None else {normalizer.key(table): table for table in otherwise.tables.values()}
    names = {key: table.key for key, table in by_key.items()}
    tables: list[TableState] = []
    for key, live in both.live.tables.items():
        if key in by_key and both.expected[key] == live:
            tables.append(_as_written(by_key[key], live))
            continue
        own = others.get(key) or _plain_table(live, both.read.tables[key], normalizer)
        own = replace(own, constraints={c.name: _pointing(c, names) for c in own.constraints.values()})
        if key in by_key:
            told = both.read.tables[key].options
            tables.append(_Table(by_key[key], both.expected[key], live, own, told, normalizer).worded())
        else:
            tables.append(own)
    return SchemaState.of(tables, _objects(like, both.live, normalizer))


def _objects(like: SchemaState, live: SchemaState, normalizer: Normalizer) -> Iterator[ObjectState]:
    for item in like.objects.values():
        spelled_item = normalizer.object(item)
        if spelled_item is None:
            yield item  # nothing that this database has
        elif (found := live.objects.get(spelled_item.key)) is not None:
            if isinstance(item, SequenceState) and isinstance(found, SequenceState):
                yield _worded_sequence(item, spelled_item, found)
            else:
                yield item if found == spelled_item else found


def _worded_sequence(written: SequenceState, expected: ObjectState, found: SequenceState) -> SequenceState:
    """The written options of a sequence, those that are other ones as they are found."""
    has, should = dict(found.options), dict(expected.options) if isinstance(expected, SequenceState) else {}
    options = {name: value for name, value in written.options if has.get(name) == should.get(name)}
    options |= {name: value for name, value in has.items() if value != should.get(name)}
    return replace(written, options=tuple(sorted(options.items())))


def _pointing(constraint: ConstraintState, names: Mapping[str, str]) -> ConstraintState:
    """A foreign key to a table by the name that `like` knows it by: with or without the default schema."""
    if isinstance(constraint, ForeignKeyState):
        return replace(constraint, target=names.get(constraint.target, constraint.target))
    return constraint


def _as_written(written: TableState, live: TableState) -> TableState:
    """A table that is as it should be, in the written words; its parts in the order in which any other has them."""
    items = in_order([*written.indexes.values(), *written.constraints.values()])
    return replace(
        written,
        columns={name: written.columns[name] for name in live.columns},
        constraints={item.name: item for item in items if not isinstance(item, IndexState)},
        indexes={item.name: item for item in items if isinstance(item, IndexState)},
        options=tuple((name, value) for name, value in written.options if value is not None),
    )


@dataclass(frozen=True)
class _Table:
    """One table that both sides have: as it was written, as it is expected and found in one spelling, as it is said."""

    written: TableState
    expected: TableState
    live: TableState
    own: TableState
    told: Options
    """The options as they were read: those of `live` are text for comparing, and `"false"` says yes to SQLAlchemy."""
    normalizer: Normalizer

    def worded(self) -> TableState:
        written, expected, live, own = self.written, self.expected, self.live, self.own
        retyped = set(self.columns_of_other_checks())
        items = in_order(self.items())
        return replace(
            written,
            columns={name: self.column(name, retyped=name in retyped) for name in live.columns},
            primary_key=written.primary_key if live.primary_key == expected.primary_key else own.primary_key,
            constraints={item.name: item for item in items if not isinstance(item, IndexState)},
            indexes={item.name: item for item in items if isinstance(item, IndexState)},
            comment=written.comment if live.comment == expected.comment else live.comment,
            options=self.options(),
        )

    def column(self, name: str, *, retyped: bool) -> ColumnState:
        """A column: each field in the written words where it is as expected."""
        live, own = self.live.columns[name], self.own.columns[name]
        if name not in self.expected.columns:
            return own
        written, expected = self.written.columns[name], self.expected.columns[name]
        same = {f.name for f in fields(ColumnState) if getattr(live, f.name) == getattr(expected, f.name)}
        same -= {"type"} if retyped else set()
        same -= {"autoincrement"} if "identity" not in same else set()  # the two are said together
        return replace(own, **{field: getattr(written, field) for field in same})

    def columns_of_other_checks(self) -> Iterator[str]:
        """Columns whose type brings a CHECK along that the table has not, or has with another text."""
        if self.live.constraints == self.expected.constraints:
            return
        built = self.normalizer.spelling.built(self.written)
        for column in self.written.columns:
            for check in self.normalizer.spelling.type_checks(built, column):
                name = str(check.name)
                if column in self.live.columns and self.live.constraints.get(name) != self.expected.constraints.get(
                    name
                ):
                    yield column

    def items(self) -> Iterator[Item]:
        """Constraints and indexes, together: MySQL takes a unique index for a constraint.

        What CREATE TABLE merged with another one counts as being there.
        """
        written, expected, live, own = map(_items, (self.written, self.expected, self.live, self.own))
        names = {self.normalizer.name(name): name for name in written}
        yield from (written[name] for short, name in names.items() if short not in expected)
        for name, item in live.items():
            if expected.get(name) != item:
                yield own.get(name, item)
            elif name in names:  # otherwise it is the CHECK of a type
                yield written[names[name]]

    def options(self) -> Options:
        """The written options, those that are other ones as they are found; an option may have several names."""
        expected, live = dict(self.expected.options), dict(self.live.options)
        told = {name: option[1] for option in self.told for name in self._names(option)}
        found = []
        for option in self.written.options:
            differing = [name for name in self._names(option) if live.get(name) != expected.get(name)]
            found.append((option[0], told.get(differing[0]) if differing else option[1]))
        return tuple((key, value) for key, value in found if value is not None)

    def _names(self, option: tuple[str, Any]) -> list[str]:
        """What an option is called in one spelling; nothing when it is another database's."""
        return [name for name, _ in self.normalizer.table_options((option,))]


def in_order(items: Iterable[Item]) -> list[Item]:
    """Constraints and indexes in the order in which a revision file is read: that of the catalog is nobody's."""
    return sorted(items, key=lambda item: (type(item).__name__, item.name))


def _items(table: TableState) -> dict[str, Item]:
    return {**table.indexes, **table.constraints}


# --- what no words are known for --------------------------------------------------------------------------------------


def _plain_table(live: TableState, read: TableState, normalizer: Normalizer) -> TableState:
    """A table in the most general words that this database spells as it reported it."""
    items = in_order(live.constraints.values())
    return replace(
        live,
        columns={name: _plain_column(live, read.columns[name], normalizer) for name in live.columns},
        constraints={item.name: item for item in items if not isinstance(item, IndexState)},
        indexes={item.name: item for item in in_order(live.indexes.values()) if isinstance(item, IndexState)},
        options=normalizer.telling_options(read.options),
    )


def _plain_column(table: TableState, read: ColumnState, normalizer: Normalizer) -> ColumnState:
    key = table.primary_key.columns if table.primary_key else ()
    goes_without_saying = (
        read.autoincrement is True
        and key == (read.name,)
        and isinstance(read.type.sa_type, sa.Integer)
        and not any(read.name in foreign.columns for foreign in table.foreign_keys)
    )
    return replace(
        table.columns[read.name],
        type=plain_words(read.type, normalizer),
        autoincrement="auto" if goes_without_saying else read.autoincrement,
    )


def plain_words(type_: SqlType, normalizer: Normalizer) -> SqlType:
    """A reflected type in general words, `String(80)` for `VARCHAR(80)`, where the database spells both alike."""
    text = _without_detail(normalizer.type_text(type_.sa_type), normalizer)
    for candidate in _general(type_.sa_type):
        if _without_detail(normalizer.type_text(candidate), normalizer) == text:
            return SqlType.of(candidate)
    return SqlType.of(type_.sa_type)


def _without_detail(text: str, normalizer: Normalizer) -> str:
    return text if normalizer.type_detail is None else normalizer.type_detail.sub("", text)


def _general(type_: TypeEngine[Any]) -> Iterator[TypeEngine[Any]]:
    if isinstance(type_, sa.Enum):
        yield sa.Enum(*type_.enums, name=type_.name, schema=type_.schema)
        return
    if isinstance(type_, (sa.types.TypeDecorator, sa.types.UserDefinedType)):
        return  # a snapshot says these, no database does: the project's own words, which nothing makes more general
    try:
        yield type_.as_generic()
    except NotImplementedError:
        return  # a type with no general form
    yield sa.Boolean()
