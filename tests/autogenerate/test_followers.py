"""Type changes along foreign keys: whatever changes and whatever points where, the difference leads to the models."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.optimizer import optimize
from minimig.autogenerate.partition import partition, reads_of
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState

TABLES = "abcd"
COLUMNS = ("id", "x", "y")
TYPES = (sa.Integer, sa.BigInteger, sa.String(20))

columns = st.sampled_from([f"{table}.{column}" for table in TABLES for column in COLUMNS])


@st.composite
def schemas(draw: st.DrawFn) -> SchemaState:
    """Four tables of three columns, each of any type, and any keys between them, circles and chains among them."""
    metadata = sa.MetaData()
    for name in TABLES:
        there = [sa.Column(column, draw(st.sampled_from(TYPES)), nullable=draw(st.booleans())) for column in COLUMNS]
        sa.Table(name, metadata, *there)
    for own, target in draw(st.dictionaries(columns, columns, max_size=8)).items():
        table, column = own.split(".")
        metadata.tables[table].append_constraint(sa.ForeignKeyConstraint([column], [target], f"fk_{table}_{column}"))
    return from_metadata(metadata)


@given(schemas(), schemas())
def test_laws_1_2_and_6_hold_for_followers(before: SchemaState, after: SchemaState) -> None:
    """The difference leads there, its reverse back, and folding the two changes nothing."""
    operations = diff(before, after)
    along = states(operations, before)
    assert along[-1] == after
    back = reversed_operations(operations, before)
    assert states(back, after) == along[::-1]
    assert states(optimize([*operations, *back], before), before)[-1] == before


def test_a_change_in_another_app_follows_from_this_one() -> None:
    """The operation goes to the app of the key, and its file waits for the table of the other app."""

    def schema(type_: type[sa.Integer]) -> SchemaState:
        metadata = sa.MetaData()
        sa.Table("users", metadata, sa.Column("id", type_, primary_key=True))
        sa.Table("posts", metadata, sa.Column("author", type_, sa.ForeignKey("users.id")))
        return from_metadata(metadata)

    def app_of(key: str) -> str:
        return "blog" if key == "posts" else "accounts"

    before = schema(sa.Integer)
    operations = diff(before, schema(sa.BigInteger))
    assert operations == [ops.AlterColumn("users", "id", type=sa.BigInteger)]
    (chunk,) = partition(operations, before, app_of)
    assert chunk.app == "accounts"
    assert reads_of(chunk, before, app_of) == {"posts"}
