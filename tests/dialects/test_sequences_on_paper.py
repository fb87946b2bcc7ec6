"""Schemas and sequences on SQL Server, Oracle and MySQL, by the statements that are written: no server is asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, Table

import minimig
from minimig import ops
from minimig.dialects.registry import dialect_of, normalizer_for
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.objects import SequenceState
from minimig.state.schema import SchemaState

EMPTY = SchemaState()
SEQUENCE = [
    ops.CreateSequence("s", start=5, cache=1, order=True, data_type=sa.SmallInteger),
    ops.AlterSequence("s", increment=-3, maxvalue=100, cycle=True, cache=None, order=None),
    ops.DropSequence("s"),
]
STATEMENTS = {
    "mssql": [
        "CREATE SEQUENCE s AS SMALLINT START WITH 5 CACHE 1",
        "ALTER SEQUENCE s INCREMENT BY -3 MAXVALUE 100 CACHE CYCLE",
        "DROP SEQUENCE s",
    ],
    "oracle": [
        "CREATE SEQUENCE s MINVALUE 1 MAXVALUE 32767 START WITH 5 NOCACHE ORDER",
        "ALTER SEQUENCE s INCREMENT BY -3 MINVALUE -32768 MAXVALUE 100 CACHE 20 CYCLE NOORDER",
        "DROP SEQUENCE s",
    ],
    "mysql": [],
}


@pytest.mark.parametrize("dialect", STATEMENTS)
def test_sequences_are_said(dialect: str) -> None:
    """Each database says what was given, and what it would have done by itself where that has to be taken back."""
    assert minimig.sql(SEQUENCE, EMPTY, dialect) == STATEMENTS[dialect]


def test_schemas_on_sql_server() -> None:
    """Both statements look first: a schema that is there is taken, one that holds something stays."""
    create, drop = minimig.sql([ops.CreateSchema("it's"), ops.DropSchema("it's")], EMPTY, "mssql")
    assert create == "IF SCHEMA_ID(N'it''s') IS NULL EXEC (N'CREATE SCHEMA [it''s]')"
    assert drop.startswith("IF SCHEMA_ID(N'it''s') <> SCHEMA_ID()\n    AND NOT EXISTS (SELECT * FROM sys.objects")
    assert drop.endswith("DROP SCHEMA [it's]")


def test_schemas_are_users_of_oracle() -> None:
    """Oracle makes none for us."""
    assert minimig.sql([ops.CreateSchema("shop"), ops.DropSchema("shop")], EMPTY, "oracle") == []


def drawing() -> SchemaState:
    """A table whose column draws from a sequence."""
    metadata = MetaData()
    sequence = sa.Sequence("s", metadata=metadata)
    Table("t", metadata, Column("n", Integer, server_default=sequence.next_value()))
    return minimig.snapshot(metadata)


def test_a_default_draws() -> None:
    """The next value of a sequence is spelled as each database wants it; MySQL has none."""
    up = minimig.diff(EMPTY, drawing())
    assert "DEFAULT NEXT VALUE FOR s" in minimig.sql(up, EMPTY, "mssql")[1]
    assert "DEFAULT s.nextval" in minimig.sql(up, EMPTY, "oracle")[1]
    with pytest.raises(UnsupportedError, match="mysql has no sequences"):
        minimig.sql(up, EMPTY, "mysql")


def test_a_default_follows_a_rename_or_forbids_it() -> None:
    """Oracle is told the default anew; SQL Server refuses, and renames what nothing draws from."""
    rename = ops.RenameSequence("s", "r")
    assert minimig.sql([rename], drawing(), "oracle") == ["RENAME s TO r", "ALTER TABLE t MODIFY (n DEFAULT r.nextval)"]
    with pytest.raises(UnsupportedError, match=r"the default of t\.n draws from it"):
        minimig.sql([rename], drawing(), "mssql")
    alone = ops.CreateSequence("s").state_forwards(EMPTY)
    assert minimig.sql([rename], alone, "mssql") == ["EXEC sp_rename N's', N'r', N'OBJECT'"]


@pytest.mark.parametrize(
    ("dialect", "operation", "words"),
    [
        ("mssql", ops.AlterSequence("s", start=9), "cannot change start of sequence s"),
        ("mssql", ops.AlterSequence("s", data_type=Integer), "cannot change data_type"),
        ("oracle", ops.AlterSequence("s", start=9), "cannot change start"),
        ("oracle", ops.RenameSequence("s", "r", schema="shop"), "in another schema"),
    ],
)
def test_what_cannot_be_changed_is_refused(dialect: str, operation: Operation, words: str) -> None:
    """A sequence that exists keeps where it began, and on SQL Server its type."""
    before = states([ops.CreateSequence("s"), ops.CreateSequence("s", schema="shop")], EMPTY)[-1]
    with pytest.raises(UnsupportedError, match=words):
        minimig.sql([operation], before, dialect)


@pytest.mark.parametrize(
    ("dialect", "given", "expected"),
    [
        ("mssql", ops.CreateSequence("s"), {"start": -(2**63), "maxvalue": 2**63 - 1}),
        ("mssql", ops.CreateSequence("s", increment=-1, data_type=sa.SmallInteger), {"start": 32767}),
        ("oracle", ops.CreateSequence("s"), {"start": 1, "maxvalue": 10**28 - 1, "cache": 20}),
        ("oracle", ops.CreateSequence("s", increment=-1), {"start": -1, "minvalue": 1 - 10**27}),
    ],
)
def test_what_was_not_said(dialect: str, given: ops.CreateSequence, expected: dict[str, int]) -> None:
    """Each database completes a sequence in a way of its own (CREATE SEQUENCE in their manuals)."""
    found = normalizer_for(dialect_of(f"{dialect}://")).object(given.item)
    assert isinstance(found, SequenceState)
    assert expected.items() <= dict(found.options).items()
