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
from minimig.state.objects import ViewState


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
