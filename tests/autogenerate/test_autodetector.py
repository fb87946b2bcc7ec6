"""Differences that people make, and the operations they expect to read: one table of words for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.hooks import Hooks
from minimig.autogenerate.questioner import Answers
from minimig.errors import QuestionError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.operations.tables import CreateTable
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState

Items = tuple[sa.schema.SchemaItem, ...]


def schema(**tables: Items) -> SchemaState:
    """A state of tables given as what `sqlalchemy.Table` takes."""
    metadata = sa.MetaData()
    for name, items in tables.items():
        sa.Table(name, metadata, *items)
    return from_metadata(metadata)


def told(operations: list[Operation]) -> list[str]:
    """The operations in words."""
    return [operation.describe() for operation in operations]


def detect(
    before: SchemaState,
    after: SchemaState,
    *,
    renames: Mapping[str, str] | None = None,
    fills: Mapping[str, str] | None = None,
    drops: tuple[str, ...] = (),
    usings: Mapping[str, str] | None = None,
) -> list[Operation]:
    """The difference, with answers given in advance; it must lead where it should, and use every answer."""
    answers = Answers(renames, fills, drops, usings=usings)
    operations = diff(before, after, questioner=answers)
    answers.unused()
    assert states(operations, before)[-1] == after
    return operations


def number() -> sa.Column[int]:
    """A numbered primary key."""
    return sa.Column("id", sa.Integer, primary_key=True)


def points(name: str, target: str, **options: object) -> sa.Column[int]:
    """A column with a foreign key."""
    return sa.Column(name, sa.ForeignKey(target), **options)


def users(*more: sa.schema.SchemaItem) -> Items:
    """The table of users."""
    return (number(), sa.Column("name", sa.String(40), nullable=False), *more)


def posts(*more: sa.schema.SchemaItem, target: str = "users.id") -> Items:
    """The table of posts, which point to users."""
    return (number(), points("author_id", target, nullable=False), *more)


def test_first_migration_creates_targets_first() -> None:
    """Two related tables are created in the order of their foreign key, with everything they hold."""
    after = schema(posts=posts(sa.Column("slug", sa.String, index=True)), users=users())
    assert told(detect(SchemaState(), after)) == [
        "create table users (2 columns)",
        "create table posts (3 columns)",
    ]


def test_dropped_tables_go_in_the_other_order() -> None:
    """What points is dropped before what it points to."""
    before = schema(users=users(), posts=posts())
    assert told(detect(before, SchemaState(), drops=("*",))) == ["drop table posts", "drop table users"]


def knot() -> SchemaState:
    """Users have a favourite post, posts have an author."""
    return schema(users=users(points("favourite_id", "posts.id")), posts=posts())


def test_a_knot_is_cut_at_the_key_that_rows_can_do_without() -> None:
    """The nullable foreign key of a knot is added when both tables are there; the other stays in its table."""
    assert told(detect(SchemaState(), knot())) == [
        "create table users (3 columns)",
        "create table posts (2 columns)",
        "add foreign key fk_users_favourite_id_posts on users",
    ]


def test_a_knot_is_loosened_before_it_is_dropped() -> None:
    """The same key goes before the tables do."""
    assert told(detect(knot(), SchemaState(), drops=("users", "posts"))) == [
        "drop constraint fk_users_favourite_id_posts from users",
        "drop table posts",
        "drop table users",
    ]


def test_only_keys_that_close_a_circle_are_cut() -> None:
    """Of a ring of three with a chord, one key is cut; keys to the table itself and out of the ring stay."""
    after = schema(
        a=(number(), points("b_id", "b.id", nullable=False), points("a_id", "a.id")),
        b=(number(), points("c_id", "c.id", nullable=False)),
        c=(number(), points("a_id", "a.id"), points("d_id", "d.id")),
        d=(number(),),
    )
    operations = detect(SchemaState(), after)
    assert [line for line in told(operations) if line.startswith("add")] == ["add foreign key fk_c_a_id_a on c"]
    assert sum(len(o.table.foreign_keys) for o in operations if isinstance(o, CreateTable)) == 4


def test_renamed_column_is_seen_through_keys_indexes_and_checks() -> None:
    """One rename, and new names for what is named after the column; nothing is dropped."""
    unique, check = sa.UniqueConstraint, sa.CheckConstraint
    before = schema(
        users=(number(), sa.Column("nick", sa.String(40), index=True), unique("nick"), check("nick <> ''")),
        posts=(number(), points("author", "users.nick")),
    )
    after = schema(
        users=(number(), sa.Column("handle", sa.String(40), index=True), unique("handle"), check("handle <> ''")),
        posts=(number(), points("author", "users.handle")),
    )
    lines = told(detect(before, after, renames={"users.nick": "handle"}))
    checks = [name for state in (before, after) for name in state["users"].constraints if name.startswith("ck_")]
    assert lines == [
        "rename column users.nick to handle",
        f"rename constraint {checks[0]} on users to {checks[1]}",
        "rename constraint uq_users_nick on users to uq_users_handle",
        "rename index ix_users_nick on users to ix_users_handle",
    ]


def test_renamed_table_is_seen_through_foreign_keys() -> None:
    """A foreign key to a renamed table is no change but for its conventional name; one to itself follows as well."""
    before = schema(users=users(points("boss_id", "users.id")), posts=posts())
    after = schema(accounts=users(points("boss_id", "accounts.id")), posts=posts(target="accounts.id"))
    assert told(detect(before, after, renames={"users": "accounts"})) == [
        "rename table users to accounts",
        "rename constraint fk_users_boss_id_users on accounts to fk_accounts_boss_id_accounts",
        "rename constraint fk_posts_author_id_users on posts to fk_posts_author_id_accounts",
    ]


def test_rename_with_another_change() -> None:
    """Table, column and type change at once: two renames and an alteration. Either name of the table will do."""
    before = schema(users=users(sa.Column("nick", sa.String(40))))
    after = schema(accounts=users(sa.Column("handle", sa.String(80))))
    expected = [
        "rename table users to accounts",
        "rename column accounts.nick to handle",
        "alter column accounts.handle (type)",
    ]
    for old in ("users.nick", "accounts.nick"):
        assert told(detect(before, after, renames={"users": "accounts", old: "handle"})) == expected


def test_stated_rename_needs_no_likeness() -> None:
    """What a person states is believed, however unlike the two columns are."""
    before = schema(users=users(sa.Column("age", sa.Integer)))
    after = schema(users=users(sa.Column("about_me", sa.JSON, server_default="{}")))
    assert told(detect(before, after, renames={"users.age": "about_me"}, usings={"users.about_me": ""})) == [
        "rename column users.age to about_me",
        "alter column users.about_me (type, server default)",
    ]


def test_dropped_column_takes_along_what_uses_it() -> None:
    """Indexes, constraints and the foreign keys of other tables go first."""
    before = schema(
        users=users(sa.Column("email", sa.String(40), unique=True, index=True)),
        posts=(number(), points("author", "users.email")),
    )
    after = schema(users=users(), posts=(number(), sa.Column("author", sa.String(40))))
    assert told(detect(before, after, drops=("users.email",))) == [
        "drop constraint fk_posts_author_users from posts",
        "drop index ix_users_email on users",
        "drop column users.email",
    ]


def test_primary_key_changes() -> None:
    """The old key goes first, with the foreign key that leans on it; a column that joins becomes NOT NULL before."""
    key = sa.PrimaryKeyConstraint("id", "tenant")
    before = schema(users=(number(), sa.Column("tenant", sa.Integer)), posts=posts())
    after = schema(
        users=(sa.Column("id", sa.Integer), sa.Column("tenant", sa.Integer), key, sa.UniqueConstraint("id")),
        posts=posts(),
    )
    assert told(detect(before, after, fills={"users.tenant": "1"})) == [
        "drop constraint fk_posts_author_id_users from posts",
        "drop primary key of users",
        "alter column users.tenant (not null)",
        "add primary key (id, tenant) on users",
        "add unique constraint uq_users_id on users",
        "add foreign key fk_posts_author_id_users on posts",
    ]


def test_column_that_leaves_the_primary_key_becomes_nullable() -> None:
    """It can only when the key is gone."""
    before = schema(t=(sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True)))
    after = schema(t=(sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer)))
    assert told(detect(before, after)) == [
        "drop primary key of t",
        "alter column t.b (null)",
        "add primary key (a) on t",
    ]


def test_computed_column_is_made_anew_with_its_index() -> None:
    """No database changes how a column is computed while keeping it."""

    def products(expression: str) -> SchemaState:
        net = sa.Column("net", sa.Integer)
        total = sa.Column("total", sa.Integer, sa.Computed(expression), index=True)
        return schema(products=(number(), net, total))

    assert told(detect(products("net * 2"), products("net * 3"))) == [
        "drop index ix_products_total on products",
        "drop column products.total",
        "add column products.total",
        "create index ix_products_total on products (total)",
    ]


def test_column_without_default_is_filled() -> None:
    """A NOT NULL column asks for a value for rows that exist; with a default, or in a new table, it does not."""
    slug = sa.Column("slug", sa.String(80), nullable=False)
    after = schema(
        users=users(slug, sa.Column("rank", sa.Integer, nullable=False, server_default="0")),
        tags=(number(), sa.Column("name", sa.String, nullable=False)),
    )
    with pytest.raises(QuestionError) as raised:
        detect(schema(users=users()), after)
    assert raised.value.exit_code == 3
    assert "--fill users.slug=\"''\"" in str(raised.value.hint)
    operations = detect(schema(users=users()), after, fills={"users.slug": "lower(name)"})
    assert told(operations) == ["create table tags (2 columns)", "add column users.slug", "add column users.rank"]
    assert [getattr(operation, "fill", None) for operation in operations] == [None, "lower(name)", None]


def test_column_that_becomes_not_null_is_filled() -> None:
    """Rows may hold NULL, default or not."""
    before = schema(users=users(sa.Column("age", sa.Integer, server_default="0")))
    after = schema(users=users(sa.Column("age", sa.Integer, nullable=False, server_default="0")))
    (operation,) = detect(before, after, fills={"users.age": "0"})
    assert (operation.describe(), operation.fill) == ("alter column users.age (not null)", "0")
    (unfilled,) = detect(before, after, fills={"users.age": ""})
    assert unfilled.fill is None


def test_numbered_column_needs_no_fill() -> None:
    """The database numbers rows by itself."""
    before = schema(logs=(sa.Column("line", sa.Text),))
    after = schema(logs=(sa.Column("line", sa.Text), number()))
    assert told(detect(before, after)) == ["add column logs.id", "add primary key (id) on logs"]


def test_column_is_added_before_the_one_it_replaces_goes() -> None:
    """A fill may speak of the column that is dropped."""
    before = schema(users=users(sa.Column("born", sa.Date)))
    after = schema(users=users(sa.Column("adult", sa.Boolean, nullable=False)))
    operations = detect(before, after, fills={"users.adult": "born < CURRENT_DATE"}, drops=("users.born",))
    assert told(operations) == ["add column users.adult", "drop column users.born"]


def test_index_under_another_name_is_renamed() -> None:
    """One to one, and only to a name that was free."""
    before = schema(t=(number(), sa.Column("a", sa.Integer), sa.Index("one", "a"), sa.Index("two", "id")))
    after = schema(t=(number(), sa.Column("a", sa.Integer), sa.Index("three", "a"), sa.Index("two", "id")))
    assert told(detect(before, after)) == ["rename index one on t to three"]
    swapped = schema(t=(number(), sa.Column("a", sa.Integer), sa.Index("two", "a"), sa.Index("one", "id")))
    assert told(detect(before, swapped)) == [
        "drop index one on t",
        "drop index two on t",
        "create index one on t (id)",
        "create index two on t (a)",
    ]


def test_unnamed_unique_constraint_changes() -> None:
    """It bears the name of its columns, so another set of columns is another constraint."""
    before = schema(t=(*users(), sa.UniqueConstraint("name")))
    after = schema(t=(*users(), sa.UniqueConstraint("name", "id")))
    assert told(detect(before, after)) == [
        "drop constraint uq_t_name from t",
        "add unique constraint uq_t_name_id on t",
    ]


def test_unique_constraint_comes_before_the_key_that_needs_it() -> None:
    """A foreign key can only point to what is unique."""
    before = schema(users=users(), posts=(number(),))
    after = schema(
        users=users(sa.Column("email", sa.String(40), unique=True)), posts=(number(), points("a_mail", "users.email"))
    )
    assert told(detect(before, after)) == [
        "add column posts.a_mail",
        "add column users.email",
        "add unique constraint uq_users_email on users",
        "add foreign key fk_posts_a_mail_users on posts",
    ]


def test_name_of_an_index_is_free_before_another_table_takes_it() -> None:
    """Most databases keep index names per schema: the dropped table goes before the new one comes."""
    before = schema(old=(number(), sa.Column("x", sa.Text), sa.Index("ix_shared", "x")))
    after = schema(new=(sa.Column("other", sa.Integer), sa.Index("ix_shared", "other")))
    assert told(detect(before, after, drops=("old",))) == ["drop table old", "create table new (1 column)"]


def test_comment_and_options_of_a_table() -> None:
    """One operation holds what differs, and nothing else."""
    before, after = sa.MetaData(), sa.MetaData()
    sa.Table("t", before, number(), comment="old", mysql_engine="InnoDB")
    sa.Table("t", after, number(), comment="new", mysql_charset="utf8")
    operations = detect(from_metadata(before), from_metadata(after))
    assert told(operations) == ["alter table t (comment, mysql_charset, mysql_engine)"]


def test_changed_option_of_a_column_is_altered() -> None:
    """Nothing but the option is said, and the column keeps its values."""
    option = {"sqlite_on_conflict_not_null": "FAIL"}
    before = schema(t=(number(), sa.Column("a", sa.Integer)))
    after = schema(t=(number(), sa.Column("a", sa.Integer, **option)))
    assert told(detect(before, after)) == ["alter column t.a (sqlite_on_conflict_not_null)"]


def test_table_without_a_column_that_stays_is_made_anew() -> None:
    """Its last column could not be dropped, and it holds nothing to keep."""
    before, after = schema(t=(sa.Column("a", sa.Text),)), schema(t=(sa.Column("b", sa.Integer),))
    assert told(detect(before, after, drops=("t.a",))) == ["drop table t", "create table t (1 column)"]


def test_tables_that_do_not_count_are_left_alone() -> None:
    """`include` holds for both sides."""
    before, after = schema(users=users(), mine=(number(),)), schema(users=users(sa.Column("x", sa.Text)), new=users())
    operations = diff(before, after, hooks=Hooks(include=lambda _, name: name != "users"))
    assert told(operations) == ["create table new (2 columns)", "drop table mine"]


@pytest.mark.parametrize("change", [lambda s: s, lambda s: SchemaState(dict(reversed(s.tables.items())))])
def test_order_of_declaration_does_not_count(change: Callable[[SchemaState], SchemaState]) -> None:
    """The same models in another order give the same list."""
    assert told(diff(SchemaState(), change(knot()))) == told(diff(SchemaState(), knot()))


def keyed(*names: str, name: str | None = None, **options: object) -> Items:
    """A table of two columns with a primary key over some of them."""
    columns = [sa.Column(column, sa.Integer, autoincrement=False, nullable=False) for column in ("a", "b")]
    return (*columns, sa.PrimaryKeyConstraint(*names, name=name, **options))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (None, "pk_t", "name the primary key of t pk_t"),
        ("pk_t", "PK", "rename constraint pk_t on t to PK"),
        ("pk_t", None, "give the primary key pk_t of t its own name"),
    ],
)
def test_a_primary_key_that_only_changes_its_name_is_renamed(old: str | None, new: str | None, words: str) -> None:
    """Nothing is dropped, and the foreign keys that point to it are left alone."""
    before, after = (schema(t=keyed("a", name=n), other=(number(), points("t_a", "t.a"))) for n in (old, new))
    assert told(detect(before, after)) == [words]


def test_another_primary_key_takes_the_foreign_keys_along() -> None:
    """Keys that point to it go first and come back last."""

    def pointing() -> Items:
        return number(), sa.Column("t_a", sa.Integer), sa.ForeignKeyConstraint(["t_a"], ["t.a"], name="fk")

    before = schema(t=keyed("a"), other=pointing())
    after = schema(t=(*keyed("a", "b"), sa.UniqueConstraint("a", name="uq_a")), other=pointing())
    assert told(detect(before, after)) == [
        "drop constraint fk from other",
        "drop primary key of t",
        "add primary key (a, b) on t",
        "add unique constraint uq_a on t",
        "add foreign key fk on other",
    ]


def test_a_constraint_that_is_no_longer_not_valid_is_validated() -> None:
    """NOT VALID in the history and not in the models: the next step is to validate it; there is no way to undo that."""

    def check(**options: object) -> SchemaState:
        return schema(t=(number(), sa.CheckConstraint("id > 0", name="ck", **options)))

    assert told(detect(check(postgresql_not_valid=True), check())) == ["validate constraint ck on t"]
    assert told(detect(check(), check(postgresql_not_valid=True))) == [
        "drop constraint ck from t",
        "add check ck on t",
    ]


def test_how_an_index_is_built_is_no_difference() -> None:
    """CONCURRENTLY in the file and not in the models, or the other way round; but what is made is made as they say."""

    def indexed(*indexes: sa.Index) -> SchemaState:
        return schema(t=(number(), sa.Column("a", sa.Integer), *indexes))

    loud = indexed(sa.Index("ix", "a", postgresql_concurrently=True))
    assert detect(loud, indexed(sa.Index("ix", "a"))) == []
    (create,) = detect(indexed(), loud)
    (drop,) = detect(loud, indexed())
    assert create.alone
    assert drop.alone


def test_a_type_and_an_option_of_a_column_change_together() -> None:
    """Neither hides the other."""

    def models(type_: sa.types.TypeEngine[Any], **options: str) -> SchemaState:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("a", type_, nullable=False, **options))
        return from_metadata(metadata)

    before, after = models(sa.Integer(), sqlite_on_conflict_not_null="FAIL"), models(sa.BigInteger())
    for one, other in ((before, after), (after, before)):
        assert states(diff(one, other), one)[-1] == other
