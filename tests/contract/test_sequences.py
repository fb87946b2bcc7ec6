"""Sequences on every database: created, altered, drawn from, renamed, dropped, and back again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

import minimig
from minimig import ops
from minimig.errors import StateError, UnsupportedError
from minimig.operations.chain import reversed_operations
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from minimig.state.to_metadata import to_metadata
from support.databases import Database
from support.editing import run

EMPTY = SchemaState()
OPTIONS = {"start": 100, "increment": 10, "minvalue": 50, "maxvalue": 900, "cycle": True, "cache": 1}


def orders(*arguments: object, **options: object) -> MetaData:
    """Orders whose key is drawn from a sequence by SQLAlchemy, and whose number is drawn by the database."""
    metadata = MetaData()
    numbers = sa.Sequence("order numbers", *arguments, metadata=metadata, **options)
    Table(
        "orders",
        metadata,
        Column("id", Integer, sa.Sequence("order_seq", start=5), primary_key=True),
        Column("number", Integer, server_default=numbers.next_value(), nullable=False),
        Column("name", String(20)),
    )
    return metadata


def drawn(database: Database, sequence: str, times: int = 1) -> list[int]:
    """The next values of a sequence."""
    with database.engine.begin() as connection:
        return [connection.scalar(sa.Sequence(sequence)) for _ in range(times)]


def state_tables(state: SchemaState) -> dict[str, Table]:
    """The tables as a data step gets them."""
    return dict(to_metadata(state).tables)


def differences(database: Database, metadata: MetaData | SchemaState) -> list[str]:
    """What would have to be done to the database, in words; asked twice, it says the same."""
    with database.engine.connect() as connection:
        found = [[o.describe() for o in minimig.diff(connection, metadata)] for _ in range(2)]
    assert found[0] == found[1]
    return found[0]


@pytest.fixture(params=["postgresql", "mariadb"])
def counting(request: pytest.FixtureRequest) -> Database:
    """A database that has sequences."""
    return request.getfixturevalue(f"{request.param}_database")


def test_models_with_sequences_go_up_and_down(counting: Database) -> None:
    """Sequences come before the table that draws from them, rows get their numbers, and nothing is left at the end."""
    metadata = orders(**OPTIONS)
    state = from_metadata(metadata)
    up = minimig.diff(MetaData(), metadata)
    assert [o.describe() for o in up][:2] == ["create sequence order numbers", "create sequence order_seq"]
    run(counting, up, EMPTY)
    assert differences(counting, metadata) == []
    with counting.engine.begin() as connection:
        table = state_tables(state)["orders"]
        connection.execute(table.insert(), [{"name": "A"}, {"name": "B"}])
        rows = connection.execute(sa.select(table.c.id, table.c.number).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [(5, 100), (6, 110)]
    run(counting, reversed_operations(up, EMPTY), state)
    with counting.engine.connect() as connection:
        assert sa.inspect(connection).get_sequence_names() == []
        assert sa.inspect(connection).get_table_names() == []


def test_options_change_there_and_back(counting: Database) -> None:
    """Only what is given changes, the database agrees each time, and the sequence goes on where it stands."""
    before = run(counting, [ops.CreateSequence("s", start=3, cache=1)], EMPTY)
    assert drawn(counting, "s", 2) == [3, 4]
    change = ops.AlterSequence("s", increment=5, minvalue=2, maxvalue=1000, cycle=True, cache=1, data_type=Integer)
    after = run(counting, [change], before)
    assert differences(counting, after) == []
    assert differences(counting, before) == ["alter sequence s (cycle, data_type, increment, maxvalue, minvalue)"] or (
        counting.kind == "mariadb"
    )
    assert drawn(counting, "s") == ([9] if counting.kind == "postgresql" else [5])  # MariaDB has the next one ready
    run(counting, [change.reverse(before)], after)
    assert differences(counting, before) == []
    assert drawn(counting, "s") == [10]


def test_a_sequence_that_nobody_used_starts_anew(counting: Database) -> None:
    """A new lowest value moves the start of a fresh sequence, as if it had been created that way."""
    before = run(counting, [ops.CreateSequence("s")], EMPTY)
    after = run(counting, [ops.AlterSequence("s", minvalue=40)], before)
    assert differences(counting, after) == []
    assert drawn(counting, "s") == [40]


def test_a_sequence_counts_down(counting: Database) -> None:
    """A negative increment counts down from the highest value, and the database agrees about all that was not said."""
    state = run(counting, [ops.CreateSequence("s", increment=-2, data_type=sa.SmallInteger)], EMPTY)
    assert differences(counting, state) == []
    assert drawn(counting, "s", 2) == [-1, -3]


def test_a_renamed_sequence_is_followed(counting: Database) -> None:
    """Columns draw from a sequence under its new name, and from the old one after the way back."""
    metadata = orders(cache=1)
    before = run(counting, minimig.diff(MetaData(), metadata), EMPTY)
    changes = [ops.RenameSequence("order numbers", "Numbers"), ops.RenameSequence("order_seq", "ids")]
    after = run(counting, changes, before)
    assert after["orders"].column("id").sequence == "ids"
    assert differences(counting, after) == []
    insert = sa.text("INSERT INTO orders (id, name) VALUES (:id, 'x')")
    with counting.engine.begin() as connection:
        connection.execute(insert, {"id": 1})
    run(counting, reversed_operations(changes, before), after)
    assert differences(counting, metadata) == []
    with counting.engine.begin() as connection:
        connection.execute(insert, {"id": 2})
        numbers = connection.execute(sa.text("SELECT number FROM orders ORDER BY id")).scalars().all()
    assert numbers == [1, 2]


def test_a_key_of_its_own_becomes_a_drawn_one(database: Database) -> None:
    """A key that numbers itself is numbered by SQLAlchemy instead, and numbers itself again after the way back."""
    metadata = MetaData()
    table = Table("t", metadata, Column("id", Integer, primary_key=True), Column("a", Integer))
    before = run(database, minimig.diff(MetaData(), metadata), EMPTY)
    with database.engine.begin() as connection:
        connection.execute(table.insert(), {"a": 1})
    up = [ops.CreateSequence("ids", start=10), ops.AlterColumn("t", "id", sequence="ids")]
    after = run(database, up, before)
    assert differences(database, after) == []
    with database.engine.begin() as connection:
        connection.execute(state_tables(after)["t"].insert(), {"a": 2})
        expected = [1, 2] if database.kind == "sqlite" else [1, 10]
        assert connection.execute(sa.select(table.c.id).order_by(table.c.id)).scalars().all() == expected
    run(database, reversed_operations(up, before), after)
    assert differences(database, metadata) == []
    with database.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM t WHERE id > 1"))
        connection.execute(table.insert(), {"a": 3})


def test_databases_without_sequences(sqlite_database: Database) -> None:
    """On SQLite a sequence is nothing at all, but a default that draws from one is refused before anything happens."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, sa.Sequence("s"), primary_key=True))
    up = minimig.diff(MetaData(), metadata)
    after = run(sqlite_database, up, EMPTY)
    assert differences(sqlite_database, metadata) == []
    run(sqlite_database, [ops.AlterSequence("s", cache=5), ops.RenameSequence("s", "r")], after)
    with pytest.raises(UnsupportedError, match=r"orders\.number is the next value of a sequence"):
        run(sqlite_database, minimig.diff(MetaData(), orders()), EMPTY)


def test_a_sequence_in_another_schema(postgresql_database: Database) -> None:
    """A schema comes before the sequence in it, and a column of another schema draws from it."""
    metadata = MetaData()
    sequence = sa.Sequence("Seq", schema="shop", metadata=metadata)
    Table("t", metadata, Column("id", Integer, sequence, server_default=sequence.next_value(), primary_key=True))
    up = minimig.diff(MetaData(), metadata)
    assert [o.describe() for o in up] == ["create schema shop", "create sequence shop.Seq", "create table t (1 column)"]
    after = run(postgresql_database, up, EMPTY)
    assert differences(postgresql_database, metadata) == []
    down = reversed_operations(up, EMPTY)
    assert run(postgresql_database, down, after) == EMPTY


def test_the_default_schema_may_be_named(postgresql_database: Database) -> None:
    """A sequence in `public`, named with it or without, is the same sequence, in defaults too."""
    metadata = MetaData()
    sequence = sa.Sequence("s", schema="public", metadata=metadata)
    Table("t", metadata, Column("n", Integer, server_default=sequence.next_value()))
    Table("u", metadata, Column("n", Integer, server_default=sequence.next_value()), schema="public")
    run(postgresql_database, minimig.diff(MetaData(), metadata), EMPTY)
    assert differences(postgresql_database, metadata) == []


def test_a_default_moves_from_one_sequence_to_another(counting: Database) -> None:
    """The new sequence comes first, then the default changes, then the old sequence goes."""
    old, new = MetaData(), MetaData()
    for metadata, name in ((old, "before"), (new, "after")):
        Table("t", metadata, Column("id", Integer), Column("n", Integer, server_default=sa.Sequence(name).next_value()))
    changes = minimig.diff(old, new)
    assert [o.describe() for o in changes] == [
        "create sequence after",
        "alter column t.n (server default)",
        "drop sequence before",
    ]
    before = run(counting, minimig.diff(MetaData(), old), EMPTY)
    after = run(counting, changes, before)
    assert differences(counting, new) == []
    run(counting, reversed_operations(changes, before), after)
    assert differences(counting, old) == []


def test_a_missing_and_a_changed_sequence_are_noticed(counting: Database) -> None:
    """Compared with the database, a sequence that is gone or counts otherwise is a difference."""
    metadata = MetaData()
    sa.Sequence("a", metadata=metadata)
    sa.Sequence("b", metadata=metadata, increment=7)
    assert differences(counting, metadata) == ["create sequence a", "create sequence b"]
    run(counting, [ops.CreateSequence("a"), ops.CreateSequence("b", increment=8)], EMPTY)
    assert differences(counting, metadata) == ["alter sequence b (increment)"]


def test_scripts_say_the_same(counting: Database) -> None:
    """Without a connection the statements are those that can be said without looking."""
    state = SchemaState()
    up = [
        ops.CreateSequence("s", start=5, cycle=True, data_type=Integer),
        ops.AlterSequence("s", start=None, cycle=None),
        ops.RenameSequence("s", "r"),
        ops.DropSequence("r"),
    ]
    found = minimig.sql(up, state, counting.kind)
    if counting.kind == "postgresql":
        assert found == [
            "CREATE SEQUENCE s AS INTEGER START WITH 5 CYCLE",
            "ALTER SEQUENCE s START WITH 1 NO CYCLE",
            "ALTER SEQUENCE s RENAME TO r",
            "DROP SEQUENCE r",
        ]
    else:
        assert found == [
            "CREATE SEQUENCE s MINVALUE 1 MAXVALUE 2147483647 START WITH 5 CYCLE",
            "ALTER SEQUENCE s START WITH 1 NOCYCLE",
            "RENAME TABLE s TO r",
            "DROP SEQUENCE r",
        ]


def test_an_optional_sequence_is_left_out(counting: Database) -> None:
    """PostgreSQL, which numbers rows by itself, gets no optional sequence; MariaDB does, as SQLAlchemy has it."""
    metadata = MetaData()
    Table("t", metadata, Column("id", Integer, sa.Sequence("s", optional=True), primary_key=True))
    run(counting, minimig.diff(MetaData(), metadata), EMPTY)
    assert differences(counting, metadata) == []
    with counting.engine.connect() as connection:
        assert ("s" in sa.inspect(connection).get_sequence_names()) == (counting.kind == "mariadb")


def test_what_cannot_be_said_is_refused() -> None:
    """An alteration of nothing, and a sequence inside another expression."""
    with pytest.raises(StateError, match="changes nothing"):
        ops.AlterSequence("s")
    inside = Column("n", Integer, server_default=sa.Sequence("s").next_value() + 1)
    with pytest.raises(StateError, match="spelled differently"):
        from_metadata(Table("t", MetaData(), inside).metadata)
