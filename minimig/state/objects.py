"""What a schema holds besides tables, as frozen values: schemas, extensions, sequences, views, functions, triggers.

Each kind is a class; `kind` is its word for people and the first part of its key. An object says what it builds on
(`needs`): what was declared, and every table and object whose name its SQL mentions. Order follows from that alone.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from minimig.errors import StateError
from minimig.state.definition import Definition
from minimig.state.expressions import selects_all, words_in
from minimig.state.parts import Options
from minimig.state.tables import table_key

NO_SQL = Definition(())
_AFTER_TABLES = ("", "view", "trigger")
"""The kinds of keys that stand for tables, and for what always looks at tables."""


@dataclass(frozen=True)
class ObjectState(ABC):
    """One object; a subclass adds what describes it."""

    name: str
    schema: str | None = None

    kind: ClassVar[str] = "object"

    provider: ClassVar[bool] = False
    """Whether tables are built on it, so that it comes before them; else it looks at tables and comes after them."""

    @property
    def key(self) -> str:
        """What the schema knows it by, for example `view shop.best_sellers`."""
        return object_key(self.kind, self.name, self.schema)

    @property
    @abstractmethod
    def said(self) -> dict[str, Any]:
        """The arguments besides name and schema that make it, as a file says them; defaults are left out."""

    def needs(self, names: Collection[str]) -> tuple[str, ...]:
        """Which of `names`, keys of tables and objects that exist, it builds on."""
        return (f"schema {self.schema}",) if f"schema {self.schema}" in names else ()


@dataclass(frozen=True)
class NamespaceState(ObjectState):
    """A schema as an object of its own: `CREATE SCHEMA`."""

    kind: ClassVar[str] = "schema"
    provider: ClassVar[bool] = True

    @property
    def said(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class ExtensionState(ObjectState):
    """An extension of PostgreSQL, in the schema it puts its objects into; version and schema None are any.

    `cascade` creates what it depends on as well: those extensions are nobody's, and stay when it goes.
    """

    version: str | None = None
    cascade: bool = field(default=False, compare=False)

    kind: ClassVar[str] = "extension"
    provider: ClassVar[bool] = True

    @property
    def said(self) -> dict[str, Any]:
        version = {} if self.version is None else {"version": self.version}
        return {**version, **({"cascade": True} if self.cascade else {})}

    @property
    def key(self) -> str:
        """An extension's name is unique in the database; its schema says only where its objects go."""
        return object_key(self.kind, self.name, None)


@dataclass(frozen=True)
class CollationState(ObjectState):
    """A collation of PostgreSQL; options as in CREATE COLLATION: locale, provider, deterministic."""

    options: Options = ()

    kind: ClassVar[str] = "collation"
    provider: ClassVar[bool] = True

    @classmethod
    def of(cls, name: str, schema: str | None, **options: str | bool | None) -> CollationState:
        """A collation with those options that are not None."""
        return cls(name, schema, tuple(sorted((option, v) for option, v in options.items() if v is not None)))

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.options)


@dataclass(frozen=True)
class SequenceState(ObjectState):
    """A sequence; options as in `sqlalchemy.Sequence`, those that were given."""

    options: Options = ()

    kind: ClassVar[str] = "sequence"
    provider: ClassVar[bool] = True

    @property
    def said(self) -> dict[str, Any]:
        return dict(self.options)


@dataclass(frozen=True)
class DefinedState(ObjectState):
    """An object that is SQL text, and so is replaced as a whole when the text changes.

    `depends_on` are keys of tables and objects that it builds on, besides those whose names its text mentions.
    """

    definition: Definition = NO_SQL
    depends_on: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, Any]:
        depends = {"depends_on": list(self.depends_on)} if self.depends_on else {}
        return {"definition": self.definition, **depends}

    @property
    def body(self) -> str:
        """The SQL without the place where it says the object's own name: another object may have the same."""
        own = re.compile(rf"(?<!\w){re.escape(self.name)}(?!\w)", re.IGNORECASE)
        return "\n".join(own.sub("", text, count=1) for _, text in self.definition.texts)

    def speaks_of(self, name: str) -> bool:
        """Whether a name stands in the SQL."""
        return bool(words_in(self.body, [name]))

    def needs(self, names: Collection[str]) -> tuple[str, ...]:
        """What was declared, and the tables and objects whose names stand in the text. Nothing calls a trigger."""
        mentioned = mentioned_in(self.body, [key for key in names if not key.startswith("trigger ")])
        found = dict.fromkeys([*super().needs(names), *(k for k in names if k in self.depends_on), *mentioned])
        return tuple(key for key in found if key != self.key)


@dataclass(frozen=True)
class ViewState(DefinedState):
    """A view, or a materialized view: the definition is its SELECT.

    `populated` is False for a materialized view that is created empty, to be filled by a first refresh.
    """

    materialized: bool = False
    populated: bool = True

    kind: ClassVar[str] = "view"

    @property
    def said(self) -> dict[str, Any]:
        materialized = {"materialized": True} if self.materialized else {}
        return {**super().said, **materialized, **({} if self.populated else {"populated": False})}

    @property
    def body(self) -> str:
        return str(self.definition)

    @property
    def shows_all(self) -> bool:
        """Whether `*` makes its columns, so that they are those of its tables at the moment it is created."""
        return selects_all(str(self.definition))


@dataclass(frozen=True)
class FunctionState(DefinedState):
    """A function or procedure: the definition is its whole CREATE statement; `arguments` tell overloads apart."""

    arguments: str | None = None
    procedure: bool = False

    kind: ClassVar[str] = "function"

    @property
    def key(self) -> str:
        """With the types of its arguments, where they are said: two functions may share a name."""
        signature = "" if self.arguments is None else f"({self.arguments})"
        return object_key("procedure" if self.procedure else self.kind, self.name + signature, self.schema)

    @property
    def said(self) -> dict[str, Any]:
        arguments = {} if self.arguments is None else {"arguments": self.arguments}
        return {**super().said, **arguments, **({"procedure": True} if self.procedure else {})}


@dataclass(frozen=True)
class TriggerState(DefinedState):
    """A trigger on a table: the definition is its whole CREATE statement. Its schema is that of the table."""

    table: str = ""

    kind: ClassVar[str] = "trigger"

    @property
    def key(self) -> str:
        """Under its table: PostgreSQL keeps the names of triggers per table."""
        return object_key(self.kind, f"{table_key(self.table, self.schema)}.{self.name}", None)

    @property
    def said(self) -> dict[str, Any]:
        return {"table": self.table, **super().said}

    def needs(self, names: Collection[str]) -> tuple[str, ...]:
        """Its table or view, and what its text mentions."""
        own = (table_key(self.table, self.schema), object_key(ViewState.kind, self.table, self.schema))
        return tuple(dict.fromkeys([*(key for key in own if key in names), *super().needs(names)]))

    def on_table(self, name: str, schema: str | None) -> TriggerState:
        """The same trigger after its table was renamed."""
        return replace(self, table=name, schema=schema, definition=self.definition.renamed(self.table, name))


@dataclass(frozen=True)
class CustomState(DefinedState):
    """Any other object that two statements make and take away: a policy, a rule, a grant, an aggregate.

    The definition is the statement that creates it, `drop` the one that drops it; `sort` names its kind.
    """

    sort: str = "object"
    drop: Definition = NO_SQL
    provides: bool = False

    def __post_init__(self) -> None:
        taken = ("schema", "extension", "collation", "sequence", "view", "function", "procedure", "trigger", "table")
        if self.sort in taken:
            raise StateError(
                f"{self.sort} {self.name} cannot be an object of the user's own sort",
                hint=f"minimig knows {self.sort}s: declare it as one, or give the sort another word",
            )

    @property
    def key(self) -> str:
        """Under the kind its author gave it."""
        return object_key(self.sort, self.name, self.schema)

    def needs(self, names: Collection[str]) -> tuple[str, ...]:
        """As everywhere; what comes before the tables cannot mean one of them, or a view, when it says its name."""
        needed = super().needs(names)
        if not self.provides:
            return needed
        return tuple(key for key in needed if key in self.depends_on or kind_and_name(key)[0] not in _AFTER_TABLES)

    @property
    def said(self) -> dict[str, Any]:
        provides = {"provides": True} if self.provides else {}
        return {"sort": self.sort, "drop": self.drop, **super().said, **provides}


def object_key(kind: str, name: str, schema: str | None) -> str:
    """`kind schema.name`: no key of a table has a kind in front, so the two never meet."""
    return f"{kind} {table_key(name, schema)}"


def mentioned_in(text: str, names: Collection[str]) -> tuple[str, ...]:
    """Which keys of tables and objects a piece of SQL mentions by name. Never one too few; rarely one too many."""
    bare = {key: plain_name(key) for key in names}
    found = set(words_in(text, frozenset(bare.values())))
    return tuple(key for key, name in bare.items() if name in found)


def kind_and_name(key: str) -> tuple[str, str]:
    """The two parts of an object's key: `("function", "shop.slugify(text, integer)")`. A table has no kind."""
    head, parenthesis, arguments = key.partition("(")
    kind, _, name = head.rpartition(" ")
    return kind, name + parenthesis + arguments


def plain_name(key: str) -> str:
    """The name alone in the key of a table or object: `best_sellers` in `view shop.best_sellers`."""
    return kind_and_name(key)[1].partition("(")[0].rpartition(".")[2]
