"""Names for constraints that the models leave unnamed.

A constraint without a name cannot be dropped by name later, and each database invents another one. So the gate into a
state gives each a name that depends only on what the constraint says; it is written into the revision file like any
other. A MetaData's own `naming_convention` has precedence: SQLAlchemy has applied it before we look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

from minimig.state.expressions import names_in
from minimig.state.values import SqlExpression


def unique_name(table: str, columns: Iterable[str]) -> str:
    """`uq_posts_slug`."""
    return "_".join(["uq", table, *columns])


def foreign_key_name(table: str, columns: Iterable[str], target_table: str) -> str:
    """`fk_posts_author_id_users`."""
    return "_".join(["fk", table, *columns, target_table.rpartition(".")[2]])


def check_name(table: str, text: str, columns: Iterable[str]) -> str:
    """`ck_products_price_1f3a`: the columns it speaks of, and a digest, since one column may have several."""
    return "_".join(["ck", table, *names_in(text, list(columns)), sha256(text.encode()).hexdigest()[:4]])


def index_name(table_key: str, elements: Iterable[str | SqlExpression], columns: Iterable[str] = ()) -> str:
    """`ix_posts_slug`, `ix_blog_posts_slug` in a schema: SQLAlchemy's own default, which names only the first column.

    Where that is an expression, the columns it speaks of and a digest: `ix_posts_title_9c2e`.
    """
    return "_".join(["ix", table_key.replace(".", "_"), *_spoken(tuple(elements)[:1], list(columns))])


def exclude_name(table: str, elements: Iterable[str | SqlExpression], columns: Iterable[str]) -> str:
    """`ex_bookings_room_period`; with expressions the columns they speak of, and a digest."""
    return "_".join(["ex", table, *_spoken(elements, list(columns))])


def _spoken(elements: Iterable[str | SqlExpression], columns: list[str]) -> Iterator[str]:
    texts = []
    for element in elements:
        if isinstance(element, str):
            yield element
        else:
            yield from names_in(element.text, columns)
            texts.append(element.text)
    if texts:
        yield sha256("\n".join(texts).encode()).hexdigest()[:4]


def type_check_name(table: str, column: str) -> str:
    """`ck_posts_status_type`: the CHECK that an Enum or Boolean without a native type brings along."""
    return f"ck_{table}_{column}_type"
