"""Operations shared out among apps: as few chunks as the foreign keys allow, in an order that works."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.partition import Chunk, partition, reads_of
from minimig.errors import StateError
from minimig.operations.chain import states
from minimig.operations.noop import NOOP
from minimig.operations.run_python import RunPython
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.schemas import dice, pairs


def app_of(key: str) -> str:
    """The app is the first word of a table's name."""
    return key.rpartition(".")[2].partition("_")[0]


def schema(**tables: tuple[str, ...]) -> SchemaState:
    """Tables with a key, and a nullable column with a foreign key to each table named."""
    metadata = sa.MetaData()
    for name, targets in tables.items():
        keys = [sa.Column(f"{target}_id", sa.ForeignKey(f"{target}.id")) for target in targets]
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *keys)
    return from_metadata(metadata)


def told(chunks: list[Chunk]) -> list[tuple[str, list[str], set[int]]]:
    """App, operations in words, and needs of each chunk."""
    return [(chunk.app, [o.describe() for o in chunk.operations], set(chunk.needs)) for chunk in chunks]


def test_one_chunk_an_app() -> None:
    """Apps come in the order in which they need each other, whatever the order of their tables in the list."""
    after = schema(a_one=("b_one",), a_two=("a_one",), b_one=("c_one",), b_two=(), c_one=())
    assert told(partition(diff(SchemaState(), after), SchemaState(), app_of)) == [
        ("c", ["create table c_one (1 column)"], set()),
        ("b", ["create table b_two (1 column)", "create table b_one (2 columns)"], {0}),
        ("a", ["create table a_one (2 columns)", "create table a_two (2 columns)"], {1}),
    ]


def test_knot_across_two_apps_takes_a_second_chunk() -> None:
    """The key that closes the knot comes in a file of its own, after the other app."""
    after = schema(blog_post=("shop_item",), shop_item=("blog_post",), blog_tag=())
    assert told(partition(diff(SchemaState(), after), SchemaState(), app_of)) == [
        ("shop", ["create table shop_item (2 columns)"], set()),
        ("blog", ["create table blog_tag (1 column)", "create table blog_post (2 columns)"], {0}),
        ("shop", ["add foreign key fk_shop_item_blog_post_id_blog_post on shop_item"], {0, 1}),
    ]


def test_a_key_does_not_come_before_the_primary_key_is_gone() -> None:
    """A foreign key that is dropped and added again around the end of the primary key it pointed to."""
    before = schema(blog_post=("shop_item",), shop_item=())
    key = before["blog_post"].constraints["fk_blog_post_shop_item_id_shop_item"]
    operations = [
        ops.DropConstraint(key.name, "blog_post"),
        ops.DropPrimaryKey("shop_item"),
        ops.AddConstraint("blog_post", replace(key, ondelete="CASCADE")),
    ]
    chunks = partition(operations, before, app_of)
    assert [(chunk.app, [type(o).__name__ for o in chunk.operations], set(chunk.needs)) for chunk in chunks] == [
        ("blog", ["DropConstraint"], set()),
        ("shop", ["DropPrimaryKey"], {0}),
        ("blog", ["AddConstraint"], {0, 1}),
    ]


def test_tables_of_other_apps_that_existed_are_told() -> None:
    """The writer makes them dependencies on existing revisions; what is made in the same run is in `needs`."""
    before = schema(users_user=(), users_group=())
    after = schema(users_user=(), users_group=(), blog_tag=(), blog_post=("users_user", "blog_tag"), shop_item=())
    chunks = {chunk.app: chunk for chunk in partition(diff(before, after), before, app_of)}
    assert reads_of(chunks["blog"], before, app_of) == {"users_user"}
    assert reads_of(chunks["shop"], before, app_of) == frozenset()


def test_operation_of_no_app_is_refused() -> None:
    """A data step belongs to no table; nobody can say in whose file it goes."""
    with pytest.raises(StateError, match="belongs to no table"):
        partition([RunPython(NOOP)], SchemaState(), app_of)


@settings(max_examples=50)
@given(pairs(), st.data())
def test_chunks_lead_where_the_list_leads(pair: tuple[SchemaState, SchemaState], data: st.DataObject) -> None:
    """Every operation is in one chunk, needs point back, and the chunks in turn lead to the same state."""
    before, after = pair
    keys = {*before.tables, *after.tables, *before.objects, *after.objects}
    apps = {key: data.draw(st.sampled_from("abc")) for key in sorted(keys)}
    operations = diff(before, after, questioner=dice(data))
    chunks = partition(operations, before, apps.__getitem__)
    shared = [operation for chunk in chunks for operation in chunk.operations]
    assert states(shared, before)[-1] == after
    assert sorted(map(id, shared)) == sorted(map(id, operations))
    assert all(need < number for number, chunk in enumerate(chunks) for need in chunk.needs)


def test_an_operation_outside_transactions_gets_its_own_file() -> None:
    """Two concurrent indexes and a column of one app: three chunks, each after the one before it."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer))
    before = from_metadata(metadata)
    operations = [
        ops.AddColumn("t", sa.Column("b", sa.Integer)),
        ops.CreateIndex("ix_b", "t", ["b"], postgresql_concurrently=True),
        ops.CreateIndex("ix_a", "t", ["a"], postgresql_concurrently=True),
        ops.CreateIndex("ix_ab", "t", ["a", "b"]),
    ]
    chunks = partition(operations, before, lambda _: "shop")
    assert [[operation.fragment() for operation in chunk.operations] for chunk in chunks] == [
        ["add_b_to_t", "create_ix_ab"],
        ["create_ix_b"],
        ["create_ix_a"],
    ]
    assert [chunk.needs for chunk in chunks] == [frozenset(), frozenset({0}), frozenset({1})]


def sql(text: str) -> ops.RunSQL:
    """A step that belongs to no table and may touch anything."""
    return ops.RunSQL(text, reverse=NOOP)


def test_what_belongs_to_no_table_stays_with_its_neighbour() -> None:
    """Plain SQL is in the file of the operation in front of it, or behind it, and keeps its place among all others."""
    after = schema(a_one=(), b_one=("a_one",))
    one, two = diff(SchemaState(), after)
    listed = [sql("first"), one, sql("between"), two, sql("last")]
    chunks = partition(listed, SchemaState(), app_of, ["a", "b"])
    assert [operation for chunk in chunks for operation in chunk.operations] == listed
    assert [(chunk.app, len(chunk.operations)) for chunk in chunks] == [("a", 3), ("b", 2)]


def test_what_stands_alone_goes_to_the_only_app() -> None:
    """Plain SQL and nothing else is that app's; among several it is nobody's, and that is an error."""
    assert [chunk.app for chunk in partition([sql("x")], SchemaState(), app_of, ["a"])] == ["a"]
    with pytest.raises(StateError, match="belongs to no table, so to no app"):
        partition([sql("x")], SchemaState(), app_of, ["a", "b"])


def test_plain_sql_is_a_wall_between_apps() -> None:
    """No operation of another app passes it, though nothing is known of what it does."""
    after = schema(a_one=(), a_two=(), b_one=())
    a_one, a_two, b_one = diff(SchemaState(), after)
    listed = [a_one, b_one, sql("wall"), a_two]
    chunks = partition(listed, SchemaState(), app_of, ["a", "b"])
    assert [(chunk.app, list(chunk.operations)) for chunk in chunks] == [
        ("a", [a_one]),
        ("b", [b_one, sql("wall")]),
        ("a", [a_two]),
    ]
    assert chunks[2].needs >= {1}
