"""Views, functions, triggers and other objects, declared beside the tables of a MetaData.

    from minimig import objects

    objects.view(Base.metadata, "best_sellers", sa.select(Book.id).where(Book.sold > 100))

`makemigrations` compares what is declared with what the revision files say, as it does for tables. A definition is SQL
text, a SQLAlchemy query, or a dictionary of either by dialect (`{"postgresql": ..., "sqlite": ...}`): the object then
exists on those dialects alone. Which tables and objects a definition builds on follows from the names it mentions;
`depends_on` (keys such as `"shop.books"` or `"view best_sellers"`) tells what cannot be found that way.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from minimig.state.declared import declare
from minimig.state.definition import Definition, DefinitionArgument
from minimig.state.objects import CustomState, FunctionState, TriggerState, ViewState


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
