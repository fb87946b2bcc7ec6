"""Tables and schemas as values: edits give new ones, what is used cannot go, equality ignores order."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from minimig.errors import StateError
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import CheckState, ColumnState, IndexState, PrimaryKeyState, UniqueState
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState, columns_of, table_key
from minimig.state.values import SqlExpression, SqlType


@pytest.fixture
def schema() -> SchemaState:
    """Users and posts, with one of everything."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(80)),
        sa.Column("price", sa.Integer),
        sa.Column("twice", sa.Integer, sa.Computed("price * 2")),
        sa.Column("user_id", sa.Integer),
        sa.Column("parent_id", sa.Integer),
        sa.Column("free", sa.Integer),
        sa.UniqueConstraint("title", name="uq_title"),
        sa.CheckConstraint("price > 0 AND title <> 'price'", name="ck_price"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user"),
        sa.ForeignKeyConstraint(["parent_id"], ["posts.id"], name="fk_parent"),
        sa.Index("ix_title", sa.text("lower(title)"), "price", postgresql_where=sa.text("price > 1")),
    )
    return from_metadata(metadata)


@pytest.fixture
def posts(schema: SchemaState) -> TableState:
    """The table of posts."""
    return schema["posts"]


def integer(name: str) -> ColumnState:
    """A plain column."""
    return ColumnState(name, SqlType.of(sa.Integer))


def test_keys() -> None:
    """`schema.table`, or the name alone."""
    assert (table_key("a", None), table_key("a", "s"), TableState("a", "s").key) == ("a", "s.a", "s.a")


def test_order_does_not_count(posts: TableState) -> None:
    """A table with its columns, constraints and indexes in another order is the same table."""
    turned = replace(
        posts,
        columns=dict(reversed(posts.columns.items())),
        constraints=dict(reversed(posts.constraints.items())),
    )
    assert list(turned.columns) != list(posts.columns)
    assert turned == posts


def test_an_edit_leaves_the_old_table_alone(posts: TableState) -> None:
    """The new table has the column, the old one never gets it; taking it away leads back."""
    wider = posts.with_column(integer("late"))
    assert "late" not in posts.columns
    assert list(wider.columns)[-1] == "late"
    assert wider.without_column("late") == posts


@pytest.mark.parametrize("column", ["id", "title", "price", "user_id"])
def test_a_column_in_use_cannot_go(posts: TableState, column: str) -> None:
    """The error names what uses it."""
    with pytest.raises(StateError, match="is used by") as caught:
        posts.without_column(column)
    assert caught.value.hint is not None


def test_users_of_a_column(posts: TableState) -> None:
    """Constraints, indexes with their predicates, and computed columns."""
    assert posts.users_of("price") == ("constraint ck_price", "index ix_title", "computed column twice")
    assert posts.users_of("free") == ()
    assert posts.users_of("id") == ("the primary key",)


def test_a_name_is_used_once(posts: TableState) -> None:
    """Columns, constraints and indexes cannot be added under a name that is taken."""
    for edit in (
        lambda: posts.with_column(integer("title")),
        lambda: posts.with_constraint(UniqueState("uq_title", ("price",))),
        lambda: posts.with_index(IndexState("uq_title", ("price",))),
        lambda: posts.with_renamed_column("title", "price"),
        lambda: posts.with_renamed_index("ix_title", "ck_price"),
        lambda: posts.with_renamed_constraint("ck_price", "ix_title"),
    ):
        with pytest.raises(StateError, match="already"):
            edit()


def test_what_is_not_there_is_offered(posts: TableState, schema: SchemaState) -> None:
    """An unknown name is an error that knows the nearest ones."""
    for look, wanted in (
        (lambda: posts.column("titel"), "title"),
        (lambda: posts.constraint("uq_titel"), "uq_title"),
        (lambda: posts.index("ix_titel"), "ix_title"),
        (lambda: schema["post"], "posts"),
    ):
        with pytest.raises(StateError) as caught:
            look()
        assert wanted in str(caught.value.hint)


def test_constraints_and_indexes_need_their_columns(posts: TableState) -> None:
    """One over a column that is not there is refused."""
    with pytest.raises(StateError, match="no column 'nope'"):
        posts.with_constraint(UniqueState("u", ("nope",)))
    with pytest.raises(StateError, match="no column 'nope'"):
        posts.with_index(IndexState("i", ("nope",)))


def test_a_renamed_column_is_followed_in_its_table(posts: TableState) -> None:
    """Keys, checks, computed columns, indexes and predicates speak of the new name; strings do not change."""
    renamed = posts.with_renamed_column("price", "Cost")
    assert renamed.constraint("ck_price") == CheckState("ck_price", SqlExpression("\"Cost\" > 0 AND title <> 'price'"))
    assert renamed.column("twice").computed.expression.text == '"Cost" * 2'
    assert renamed.index("ix_title").elements[1] == "Cost"
    assert dict(renamed.index("ix_title").options)["postgresql_where"].text == '"Cost" > 1'
    assert posts.with_renamed_column("price", "cost").with_renamed_column("cost", "price") == posts
    assert posts.with_renamed_column("title", "name").constraint("uq_title").columns == ("name",)
    assert posts.with_renamed_column("title", "name").index("ix_title").elements[0].text == "lower(name)"


def test_a_renamed_column_is_followed_by_other_tables(schema: SchemaState) -> None:
    """Foreign keys of other tables, and of the table itself, point to the new name."""
    renamed = schema.with_renamed_column("users", "id", "key")
    assert renamed["posts"].constraint("fk_user").target_columns == ("key",)
    assert renamed["users"].primary_key.columns == ("key",)
    own = schema.with_renamed_column("posts", "id", "key")
    assert own["posts"].constraint("fk_parent").target_columns == ("key",)
    assert own["users"] is schema["users"]


def test_a_renamed_table_is_followed(schema: SchemaState) -> None:
    """Foreign keys point to the new key, and there is no old one; what did not change is shared."""
    renamed = schema.with_renamed_table("users", "people", "s")
    assert renamed.tables.keys() == {"s.people", "posts"}
    assert renamed["posts"].constraint("fk_user").target == "s.people"
    own = schema.with_renamed_table("posts", "articles", None)
    assert own["articles"].constraint("fk_parent").target == "articles"
    assert own["users"] is schema["users"]
    with pytest.raises(StateError, match="already"):
        schema.with_renamed_table("users", "posts", None)


def test_a_table_that_is_pointed_to_cannot_go(schema: SchemaState) -> None:
    """The error names the foreign keys; keys to itself do not count."""
    with pytest.raises(StateError, match=r"posts\.fk_user points to it"):
        schema.without_table("users")
    assert set(schema.without_table("posts").tables) == {"users"}


def test_tables_come_once(schema: SchemaState, posts: TableState) -> None:
    """A table cannot be added twice, nor an unknown one dropped."""
    with pytest.raises(StateError, match="already"):
        schema.with_table(posts)
    with pytest.raises(StateError, match="no table"):
        schema.without_table("nope")


def test_primary_keys(posts: TableState) -> None:
    """One a table; its columns become NOT NULL, and stay so when it goes unless said otherwise."""
    with pytest.raises(StateError, match="already"):
        posts.with_primary_key(PrimaryKeyState(("title",)))
    without = posts.without_primary_key()
    assert without.primary_key is None
    assert without.column("id").nullable is False
    assert posts.without_primary_key(["id"]).column("id").nullable is True
    assert without.with_primary_key(PrimaryKeyState(("title",))).column("title").nullable is False
    with pytest.raises(StateError, match="no primary key"):
        without.without_primary_key()


def test_columns_of_an_index(posts: TableState) -> None:
    """Plain columns, those of expressions, those of the predicate, each once."""
    assert columns_of(posts.index("ix_title"), posts) == ("title", "price")
    included = IndexState("i", ("free",), options=(("postgresql_include", ("title",)),))
    assert columns_of(included, posts) == ("free", "title")
