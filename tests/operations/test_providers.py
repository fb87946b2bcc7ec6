"""Operations on schemas, sequences, extensions and collations, on paper: written, folded, ordered, followed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table

import minimig
from minimig import objects, ops
from minimig.autogenerate.optimizer import optimize
from minimig.autogenerate.partition import partition, reads_of
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.revisions.difference import difference
from minimig.revisions.names import file_name
from minimig.revisions.serializer import Imports, Serializer
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.values import SqlExpression
from support.revision_files import read_back

EMPTY = SchemaState()

WRITTEN = [
    (ops.CreateSchema("shop"), 'ops.CreateSchema("shop")', "create schema shop"),
    (ops.DropSchema("shop"), 'ops.DropSchema("shop")', "drop schema shop"),
    (
        ops.CreateSequence("s", start=5, cycle=True, cache=None, data_type=sa.SmallInteger(), schema="shop"),
        'ops.CreateSequence("s", cycle=True, data_type=sa.SmallInteger, start=5, schema="shop")',
        "create sequence shop.s",
    ),
    (
        ops.AlterSequence("s", increment=-1, cycle=False, data_type=None),
        'ops.AlterSequence("s", cycle=None, data_type=None, increment=-1)',
        "alter sequence s (cycle, data_type, increment)",
    ),
    (
        ops.RenameSequence("s", "r", schema="shop"),
        'ops.RenameSequence("s", "r", schema="shop")',
        "rename sequence shop.s to r",
    ),
    (ops.DropSequence("s", schema="shop"), 'ops.DropSequence("s", schema="shop")', "drop sequence shop.s"),
    (
        ops.CreateExtension("postgis", version="3", cascade=True, schema="ext"),
        'ops.CreateExtension("postgis", version="3", cascade=True, schema="ext")',
        "create extension postgis",
    ),
    (
        ops.AlterExtension("postgis", version=None, schema="ext"),
        'ops.AlterExtension("postgis", version=None, schema="ext")',
        "alter extension postgis",
    ),
    (ops.DropExtension("postgis"), 'ops.DropExtension("postgis")', "drop extension postgis"),
    (
        ops.CreateCollation("c", locale="en", provider="icu", deterministic=False, schema="shop"),
        'ops.CreateCollation("c", deterministic=False, locale="en", provider="icu", schema="shop")',
        "create collation shop.c",
    ),
    (ops.DropCollation("c", schema="shop"), 'ops.DropCollation("c", schema="shop")', "drop collation shop.c"),
    (
        ops.AddColumn("t", sa.Column("n", sa.Integer, sa.Sequence("s", schema="shop"))),
        'ops.AddColumn("t", sa.Column("n", sa.Integer, sa.Sequence("s", schema="shop")))',
        "add column t.n",
    ),
    (
        ops.AlterColumn("t", "n", sequence="shop.s", server_default=sa.Sequence("it's").next_value()),
        'ops.AlterColumn("t", "n", server_default=sa.Sequence("it\'s").next_value(), sequence="shop.s")',
        "alter column t.n (server default, sequence)",
    ),
]


@pytest.mark.parametrize(("operation", "text", "words"), WRITTEN, ids=[words for _, _, words in WRITTEN])
def test_operations_are_written_and_said(operation: Operation, text: str, words: str, tmp_path: Path) -> None:
    """Each operation is one call, reads back as an equal operation, and is one line for people."""
    assert Serializer().list_source([operation], Imports(), one_line=True) == f"[{text}]"
    assert difference(read_back(tmp_path, [operation]).up, (operation,)) is None
    assert operation.describe() == words
    assert file_name(["0001_initial"], [operation]).startswith("0002_")


FOLDS: list[tuple[list[Operation], list[Operation]]] = [
    ([ops.CreateSchema("a"), ops.DropSchema("a")], []),
    (
        [ops.CreateSequence("s", cache=5), ops.AlterSequence("s", start=7, cache=None), ops.RenameSequence("s", "r")],
        [ops.CreateSequence("r", start=7)],
    ),
    (
        [
            ops.CreateSchema("a"),
            ops.CreateSequence("s", schema="a"),
            ops.DropSequence("s", schema="a"),
            ops.DropSchema("a"),
        ],
        [],
    ),
    ([ops.CreateExtension("x"), ops.AlterExtension("x", version="2")], [ops.CreateExtension("x", version="2")]),
]
LATER: list[tuple[list[Operation], list[Operation]]] = [
    ([ops.AlterSequence("s", start=7), ops.AlterSequence("s", cache=2)], [ops.AlterSequence("s", start=7, cache=2)]),
    ([ops.AlterSequence("s", start=7), ops.DropSequence("s")], [ops.DropSequence("s")]),
    ([ops.RenameSequence("s", "r"), ops.RenameSequence("r", "q")], [ops.RenameSequence("s", "q")]),
    ([ops.RenameSequence("s", "r"), ops.RenameSequence("r", "s")], []),
    (
        [ops.AlterExtension("x", version="2"), ops.AlterExtension("x", schema="e")],
        [ops.AlterExtension("x", version="2", schema="e")],
    ),
]


@pytest.mark.parametrize(("operations", "shorter"), FOLDS)
def test_what_is_made_anew_folds(operations: list[Operation], shorter: list[Operation]) -> None:
    """What happens to an object after it was created is part of its creation."""
    assert optimize(operations, EMPTY) == shorter


@pytest.mark.parametrize(("operations", "shorter"), LATER)
def test_what_is_there_folds(operations: list[Operation], shorter: list[Operation]) -> None:
    """Several changes of an object that was there before are one."""
    before = states([ops.CreateSequence("s"), ops.CreateExtension("x")], EMPTY)[-1]
    assert optimize(operations, before) == shorter


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nextval('s')", "nextval('\"New S\"')"),
        ("nextval('public.s'::regclass)", "nextval('public.\"New S\"'::regclass)"),
        ("nextval(`db`.`s`)", "nextval(`db`.`New S`)"),
        ("NEXT VALUE FOR s", 'NEXT VALUE FOR "New S"'),
        ("'A-' || nextval('s') || 's'", "'A-' || nextval('\"New S\"') || 's'"),
        ("nextval('ss')", "nextval('ss')"),
        ("nextval('\"S\"')", "nextval('\"S\"')"),
    ],
)
def test_a_default_in_a_databases_own_words_follows(before: str, after: str) -> None:
    """The name of a renamed sequence is replaced where a value is drawn from it, and nowhere else."""
    table = ops.CreateTable("t", Column("id", Integer), Column("n", Integer, server_default=sa.text(before)))
    state = states([ops.CreateSequence("s"), table], EMPTY)[-1]
    rename = ops.RenameSequence("s", "New S")
    renamed = rename.state_forwards(state)
    assert renamed["t"].column("n").default == SqlExpression(after)
    assert rename.reverse(state).state_forwards(renamed) == state


def test_only_its_own_columns_follow() -> None:
    """A sequence of the same name in another schema is another one."""
    metadata = MetaData()
    other, own = (sa.Sequence("s", schema=schema, metadata=metadata) for schema in ("other", None))
    Table("t", metadata, Column("id", Integer, other), Column("n", Integer, server_default=other.next_value()))
    Table("u", metadata, Column("id", Integer, own), Column("n", Integer, server_default=own.next_value()))
    state = from_metadata(metadata)
    renamed = ops.RenameSequence("s", "r").state_forwards(state)
    assert renamed["t"] == state["t"]
    assert renamed["u"].column("id").sequence == "r"
    assert renamed["u"].column("n").default == SqlExpression("NEXT VALUE FOR r")
    written = ops.RenameSequence("s", "r").footprint(state).changes
    assert written == {("u", "id"), ("u", "n")}


def test_tables_wait_for_what_they_are_built_on() -> None:
    """Schemas first, then extensions, collations and sequences, then tables; on the way back the other way round."""
    metadata = MetaData()
    numbers = sa.Sequence("a_numbers", schema="zz", metadata=metadata)
    objects.extension(metadata, "zz_extension", schema="zz")
    objects.collation(metadata, "zz_collation", locale="C")
    Table("a", metadata, Column("n", sa.String(9, collation="zz_collation"), server_default=numbers.next_value()))
    up = minimig.diff(MetaData(), metadata)
    assert [o.describe() for o in up] == [
        "create schema zz",
        "create collation zz_collation",
        "create extension zz_extension",
        "create sequence zz.a_numbers",
        "create table a (1 column)",
    ]
    assert [o.describe() for o in minimig.diff(metadata, MetaData())] == [
        "drop table a",
        "drop collation zz_collation",
        "drop extension zz_extension",
        "drop sequence zz.a_numbers",
        "drop schema zz",
    ]
    assert states(reversed_operations(up, EMPTY), from_metadata(metadata))[-1] == EMPTY


def test_tables_of_another_app_wait_too() -> None:
    """The file of an app says that it needs the extension and the sequence that another app created."""

    def app_of(key: str) -> str:
        return "base" if " " in key else "shop"

    before = states([ops.CreateExtension("citext"), ops.CreateSequence("s")], EMPTY)[-1]
    table = ops.CreateTable("t", Column("id", Integer, sa.Sequence("s"), primary_key=True))
    [chunk] = partition([table], before, app_of)
    assert reads_of(chunk, before, app_of) == {"extension citext", "sequence s"}


def test_a_moved_extension_stays() -> None:
    """An extension moves to a schema that is new, out of one that goes, and is not dropped for it."""
    old, new = MetaData(), MetaData()
    objects.extension(old, "citext", schema="before")
    objects.extension(new, "citext", schema="later")
    assert [o.describe() for o in minimig.diff(old, new)] == [
        "create schema later",
        "alter extension citext",
        "drop schema before",
    ]
