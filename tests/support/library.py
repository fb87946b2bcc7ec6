"""The schema that the contract suite works on: a small library with rows in it.

Related tables, reserved words and upper case as names, a composite key, a self-reference, and awkward strings.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint

AWKWARD = 'it\'s \\ 100%: :x ::y "z"'
"""A string with every sign that some quoting gets wrong."""


def library() -> sa.MetaData:
    """Related tables, reserved words, upper case, a composite key, a self-reference."""
    metadata = sa.MetaData()
    sa.Table(
        "authors",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(50), nullable=False),
        Column("Email", String(80)),
        Column("born", String(10), server_default="1900"),
        Column("rank", Integer),
        UniqueConstraint("Email", name="uq_authors_email"),
    )
    sa.Table(
        "books",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("title", String(80), nullable=False, server_default=AWKWARD),
        Column("author_id", Integer, nullable=False),
        Column("sequel_of", Integer),
        Column("price", sa.Numeric(8, 2), server_default=sa.text("0")),
        Column("order", Integer, nullable=False, server_default="1", comment="a place"),
        Column("note", sa.Text, comment=AWKWARD),
        ForeignKeyConstraint(["author_id"], ["authors.id"], "fk_books_author", ondelete="CASCADE"),
        ForeignKeyConstraint(["sequel_of"], ["books.id"], "fk_books_sequel", ondelete="SET NULL"),
        CheckConstraint("price >= 0", name="ck_books_price"),
        CheckConstraint("\"order\" > 0 AND title <> 'a:b%c'", name="ck_books_order"),
        UniqueConstraint("author_id", "title", name="uq_books_author_title"),
        Index("ix_books_order", "order"),
        Index("ix_books_sequel", "sequel_of"),
        comment=AWKWARD,
    )
    sa.Table(
        "Select",
        metadata,
        Column("author_id", Integer, primary_key=True, autoincrement=False),
        Column("group", String(10), primary_key=True),
        Column("BY", String(10)),
        ForeignKeyConstraint(["author_id"], ["authors.id"], "fk_select_author"),
    )
    sa.Table(
        "editions",
        metadata,
        Column("code", String(10), nullable=False),
        Column("author_id", Integer),
        Column("group", String(10)),
        Column("year", Integer, nullable=False, server_default="2000"),
        ForeignKeyConstraint(["author_id", "group"], ["Select.author_id", "Select.group"], "fk_editions"),
    )
    return metadata


ROWS: dict[str, list[dict[str, Any]]] = {
    "authors": [
        {"id": 1, "name": "Ann", "Email": "a@x", "born": "1950", "rank": 1},
        {"id": 2, "name": "Bob", "Email": None, "born": "1960", "rank": None},
    ],
    "books": [
        {"id": 1, "title": "One", "author_id": 1, "sequel_of": None, "price": 5, "order": 1, "note": AWKWARD},
        {"id": 2, "title": "Two", "author_id": 1, "sequel_of": 1, "price": None, "order": 2, "note": None},
    ],
    "Select": [{"author_id": 1, "group": "g", "BY": "b"}],
    "editions": [{"code": "c1", "author_id": 1, "group": "g", "year": 2001}],
}
