"""Filters: what is not looked at is gone from every side, with what cannot be without it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from minimig import objects
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.seen import included, is_included, kept


def shop(*more: sa.Column[Any]) -> SchemaState:
    """Users and their carts, in a schema, with something of each kind."""
    metadata = sa.MetaData()
    sa.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(80), comment="for letters"),
        sa.Column("domain", sa.String(80), sa.Computed("lower(email)")),
        *more,
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint("email <> ''", name="ck_users_email"),
        sa.CheckConstraint("domain <> 'x'", name="ck_users_domain"),
        sa.Index("ix_users_email", sa.text("lower(email)")),
        comment="people",
        schema="shop",
    )
    sa.Table(
        "carts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("owner", sa.ForeignKey("shop.users.id", name="fk_carts_owner")),
        schema="shop",
    )
    objects.view(metadata, "mails", "SELECT email FROM shop.users", schema="shop")
    objects.trigger(metadata, "log_it", "users", "CREATE TRIGGER log_it AFTER UPDATE ON users", schema="shop")
    return from_metadata(metadata)


def without(kind: str, name: str) -> Any:
    """A `keep` that lets all but one thing through."""
    return lambda k, n, _: (k, n) != (kind, name)


def test_without_a_filter_nothing_is_touched() -> None:
    """No filter, and one that keeps everything, give the very same values back."""
    state = shop()
    assert kept(None, state) == (state,)
    (same,) = kept(lambda *_: True, state)
    assert same is state
    assert included(None, state) is state


def test_what_keep_is_asked() -> None:
    """Every kind of thing, each by its full name and with its state; nothing about parts of what is not kept."""
    asked: dict[tuple[str, str], Any] = {}

    def keep(kind: str, name: str, item: Any) -> bool:
        asked[kind, name] = item
        return name != "shop.carts"

    state = shop()
    kept(keep, state)
    users = state["shop.users"]
    assert asked == {
        ("schema", "shop"): state.object("schema shop"),
        ("table", "shop.users"): users,
        ("table", "shop.carts"): state["shop.carts"],
        ("comment", "shop.users"): "people",
        ("comment", "shop.users.email"): "for letters",
        **{("column", f"shop.users.{name}"): column for name, column in users.columns.items()},
        ("unique", "shop.users.uq_users_email"): users.constraint("uq_users_email"),
        ("check", "shop.users.ck_users_email"): users.constraint("ck_users_email"),
        ("check", "shop.users.ck_users_domain"): users.constraint("ck_users_domain"),
        ("index", "shop.users.ix_users_email"): users.index("ix_users_email"),
        ("view", "shop.mails"): state.object("view shop.mails"),
        ("trigger", "shop.users.log_it"): state.object("trigger shop.users.log_it"),
    }


def test_with_a_column_goes_what_speaks_of_it() -> None:
    """Its constraints and indexes, columns computed from it, and what speaks of those."""
    (state,) = kept(without("column", "shop.users.email"), shop())
    users = state["shop.users"]
    assert list(users.columns) == ["id"]
    assert not users.constraints
    assert not users.indexes
    assert users.primary_key is not None


def test_with_a_key_column_goes_the_key_but_no_foreign_key_of_others() -> None:
    """The primary key is gone with its column; what points to it belongs to another table and stays."""
    (state,) = kept(without("column", "shop.users.id"), shop())
    assert state["shop.users"].primary_key is None
    assert "fk_carts_owner" in state["shop.carts"].constraints


def test_with_a_table_go_its_triggers() -> None:
    """A trigger without its table is none; a view and a foreign key that speak of the table stay."""
    (state,) = kept(without("table", "shop.users"), shop())
    assert list(state.tables) == ["shop.carts"]
    assert "fk_carts_owner" in state["shop.carts"].constraints
    assert set(state.objects) == {"schema shop", "view shop.mails"}


def test_a_table_without_any_column_is_gone() -> None:
    """A filter on all columns leaves no table that could not exist."""
    (state,) = kept(lambda kind, name, _: kind != "column" or "users" not in name, shop())
    assert list(state.tables) == ["shop.carts"]


def test_what_one_side_does_not_keep_is_gone_from_both() -> None:
    """A filter that looks at the content may answer differently for the two sides: the answer No holds for both.

    So does it for what goes along: the index speaks of the column on one side only.
    """
    old = shop(sa.Column("note", sa.String(20)))
    new = shop(sa.Column("note", sa.String(20), comment="not ours"))
    changed = new["shop.users"]
    index = changed.index("ix_users_email")
    moved = changed.without_index(index.name).with_index(type(index)(index.name, ("note",)))
    new = new.with_changed_table(moved)
    left, right = kept(lambda kind, _, item: kind != "column" or item.comment != "not ours", old, new)
    assert left == right
    assert "note" not in left["shop.users"].columns
    assert not left["shop.users"].indexes


def test_comments_are_things_of_their_own() -> None:
    """Comments that are not kept are no difference, of tables and of columns; all else stays."""
    (state,) = kept(lambda kind, *_: kind != "comment", shop())
    assert state["shop.users"].comment is None
    assert state["shop.users"].column("email").comment is None
    assert "uq_users_email" in state["shop.users"].constraints


@pytest.mark.parametrize(
    ("key", "counts"),
    [
        ("shop.users", False),
        ("schema shop", False),
        ("view shop.mails", False),
        ("trigger shop.users.log_it", False),
        ("function shop.slug(text, public.thing)", False),
        ("users", True),
        ("view mails", True),
        ("function slug(shop.thing)", True),
        ("trigger users.log_it", True),
        ("extension citext", True),
    ],
)
def test_with_a_schema_goes_all_that_is_in_it(key: str, *, counts: bool) -> None:
    """A schema that is not included takes tables, views, functions and triggers along, and nothing else."""
    assert is_included(lambda kind, name: (kind, name) != ("schema", "shop"), key) is counts


def test_a_trigger_goes_with_its_table() -> None:
    """A filter that names the table says enough."""
    state = included(lambda kind, name: (kind, name) != ("table", "shop.users"), shop())
    assert "shop.users" not in state
    assert "trigger shop.users.log_it" not in state
    assert "fk_carts_owner" in state["shop.carts"].constraints
