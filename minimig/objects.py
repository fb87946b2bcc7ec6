"""Views, functions, triggers, extensions and other objects, declared beside the tables of a MetaData.

    from minimig import objects

    objects.view(Base.metadata, "best_sellers", sa.select(Book.id).where(Book.sold > 100))

`makemigrations` compares what is declared with what the revision files say, as it does for tables. A definition is SQL
text, a SQLAlchemy query, or a dictionary of either by dialect (`{"postgresql": ..., "sqlite": ...}`): the object then
exists on those dialects alone. Which tables and objects a definition builds on follows from the names it mentions;
`depends_on` (keys such as `"shop.books"` or `"view best_sellers"`) tells what cannot be found that way.

Sequences are declared as SQLAlchemy has it, `sa.Sequence("order_seq", metadata=Base.metadata)`, and the schemas that
tables and objects name need no declaration.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from minimig.state.declared import declare
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import (
    CollationState,
    CustomState,
    ExtensionState,
    FunctionState,
    NamespaceState,
    TriggerState,
    ViewState,
)


def view(
    metadata: sa.MetaData,
    name: str,
    definition: DefinitionArgument,
    *,
    materialized: bool = False,
    populated: bool = True,
    depends_on: Sequence[str] = (),
    schema: str | None = None,
) -> ViewState:
    """Declare a view; `definition` is its SELECT.

    A materialized view with `populated=False` is created empty; `ops.RefreshView` fills it.
    """
    text = Definition.of(definition)
    return declare(metadata, ViewState(name, schema, text, tuple(depends_on), materialized, populated))


def schema(metadata: sa.MetaData, name: str) -> NamespaceState:
    """Declare a schema in which no table of the models is."""
    return declare(metadata, NamespaceState(name))


def extension(
    metadata: sa.MetaData, name: str, *, version: str | None = None, cascade: bool = False, schema: str | None = None
) -> ExtensionState:
    """Declare an extension of PostgreSQL, as in `ops.CreateExtension`. Several apps may declare the same."""
    return declare(metadata, ExtensionState(name, schema, version, cascade))


def collation(  # noqa: PLR0913 - what a collation can be is what can be said
    metadata: sa.MetaData,
    name: str,
    *,
    locale: str | None = None,
    lc_collate: str | None = None,
    lc_ctype: str | None = None,
    provider: str | None = None,
    deterministic: bool | None = None,
    rules: str | None = None,
    schema: str | None = None,
) -> CollationState:
    """Declare a collation of PostgreSQL, as in `ops.CreateCollation`; columns use it as `sa.String(collation=name)`."""
    return declare(
        metadata,
        CollationState.of(
            name,
            schema,
            locale=locale,
            lc_collate=lc_collate,
            lc_ctype=lc_ctype,
            provider=provider,
            deterministic=deterministic,
            rules=rules,
        ),
    )


def function(
    metadata: sa.MetaData,
    name: str,
    definition: DefinitionArgument,
    *,
    arguments: str | None = None,
    procedure: bool = False,
    depends_on: Sequence[str] = (),
    schema: str | None = None,
) -> FunctionState:
    """Declare a function, or a procedure; `definition` is its whole CREATE statement.

    `arguments` are the types of its arguments, as in `"text, integer"`: they tell functions of one name apart, and
    PostgreSQL needs them where it has two of the name.
    """
    text = Definition.of(definition)
    return declare(metadata, FunctionState(name, schema, text, tuple(depends_on), arguments, procedure))


def trigger(
    metadata: sa.MetaData,
    name: str,
    table: str,
    definition: DefinitionArgument,
    *,
    depends_on: Sequence[str] = (),
    schema: str | None = None,
) -> TriggerState:
    """Declare a trigger on a table or view; `definition` is its whole CREATE statement, `schema` that of the table."""
    return declare(metadata, TriggerState(name, schema, Definition.of(definition), tuple(depends_on), table))


def custom(
    metadata: sa.MetaData,
    sort: str,
    name: str,
    *,
    create: DefinitionArgument,
    drop: DefinitionArgument,
    provides: bool = False,
    depends_on: Sequence[str] = (),
    schema: str | None = None,
) -> CustomState:
    """Declare an object of a sort that minimig does not know: a policy, a rule, a grant, an aggregate.

    `create` and `drop` are the two statements that make it and take it away; when one of them changes, the old `drop`
    and the new `create` are sent. With `provides` it comes before all tables, else after what its SQL names.
    """
    text, away = Definition.of(create), Definition.of(drop)
    return declare(metadata, CustomState(name, schema, text, tuple(depends_on), sort, away, provides))
