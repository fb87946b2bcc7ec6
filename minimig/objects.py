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
from minimig.state.objects import CollationState, ExtensionState, NamespaceState, ViewState


def view(
    metadata: sa.MetaData,
    name: str,
    definition: DefinitionArgument,
    *,
    materialized: bool = False,
    depends_on: Sequence[str] = (),
    schema: str | None = None,
) -> ViewState:
    """Declare a view; `definition` is its SELECT."""
    return declare(metadata, ViewState(name, schema, Definition.of(definition), tuple(depends_on), materialized))


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
