"""Type changes that follow foreign keys, up and down on every database, with rows in place.

People have a numbered key; teams, and members of teams by a composite key, point to it at first, second and third
hand; a person may have a boss. A note points to a person from a column of another type than the key's.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Integer, String

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.dialects.registry import dialect_of
from minimig.errors import StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.contracts import Rows, cleared, contents, made, there, there_and_back
from support.databases import Database
from support.editing import run, script

ROWS: Rows = {
    "people": [{"id": 1, "boss": None}, {"id": 2, "boss": 1}],
    "teams": [{"lead": 1, "name": "a"}, {"lead": 2, "name": "b"}],
    "members": [{"id": 1, "lead": 1, "team": "a", "person": 2}, {"id": 2, "lead": None, "team": None, "person": None}],
}
FOLLOWERS = ("people.boss", "teams.lead", "members.person", "members.lead")


def models(type_: Any = Integer, identity: sa.Identity | None = None) -> sa.MetaData:
    """The tables, with this type for the key and all that points to it."""
    metadata = sa.MetaData()
    sa.Table(
        "people",
        metadata,
        Column("id", type_, *([identity] if identity else []), primary_key=True),
        Column("boss", type_),
        ForeignKeyConstraint(["boss"], ["people.id"], "fk_boss", ondelete="SET NULL"),
    )
    sa.Table(
        "teams",
        metadata,
        Column("lead", type_, primary_key=True, autoincrement=False),
        Column("name", String(10), primary_key=True),
        ForeignKeyConstraint(["lead"], ["people.id"], "fk_lead"),
    )
    sa.Table(
        "members",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("lead", type_),
        Column("team", String(10)),
        Column("person", type_, index=True),
        ForeignKeyConstraint(["lead", "team"], ["teams.lead", "teams.name"], "fk_team"),
        ForeignKeyConstraint(["person"], ["people.id"], "fk_person", onupdate="CASCADE"),
    )
    return metadata


def types(state: SchemaState) -> set[Any]:
    """The types of the key and of what follows it."""
    places = [name.split(".") for name in ("people.id", *FOLLOWERS)]
    return {state[table].columns[column].type for table, column in places}


@pytest.mark.parametrize("type_", [BigInteger(), String(20)], ids=["bigint", "string"])
def test_a_key_takes_along_what_points_to_it(database: Database, type_: Any) -> None:
    """One operation changes the key, a self-reference, and keys at second and third hand; and back, rows unchanged."""
    before = made(database, models(), ROWS)
    change = ops.AlterColumn("people", "id", type=type_)
    assert types(change.state_forwards(before)) == {change.type}
    there_and_back(database, [change], before)
    cleared(database, before)


def test_an_identity_grows_with_its_column(postgresql_database: Database) -> None:
    """The sequence behind an identity, and that of SERIAL, counts as far as the new type does."""
    for identity in (sa.Identity(), None):
        before = made(postgresql_database, models(identity=identity), {})
        there(postgresql_database, [ops.AlterColumn("people", "id", type=BigInteger)], before)
        with postgresql_database.engine.connect() as connection:
            sequence = "SELECT data_type FROM pg_sequences WHERE sequencename = 'people_id_seq'"
            assert connection.execute(sa.text(sequence)).scalar_one() == "bigint"
        postgresql_database.clear()


def test_an_identity_becomes_a_string(postgresql_database: Database) -> None:
    """A key that numbers itself no more: the identity goes with the type, in one operation, and comes back."""
    before = made(postgresql_database, models(identity=sa.Identity()), ROWS)
    there_and_back(postgresql_database, [ops.AlterColumn("people", "id", type=String(20), identity=None)], before)


def test_using_reaches_what_follows(postgresql_database: Database) -> None:
    """`using` converts each column, with its own name in place of the key's."""
    before = made(postgresql_database, models(), ROWS)
    change = ops.AlterColumn("people", "id", type=sa.Uuid, using="lpad(to_hex(id), 32, '0')::uuid")
    after = there(postgresql_database, [change], before)
    held = contents(postgresql_database, after)
    (one, nobody), (two, boss) = held["people"]
    assert (one.int, nobody, two.int, boss.int) == (1, None, 2, 1)
    assert {lead.int for lead, _ in held["teams"]} == {1, 2}


def test_what_has_the_new_type_already_stays(database: Database) -> None:
    """Who has the new type already does not follow; the reverse says so, and leaves those columns as they are."""
    before = made(database, models(), ROWS)
    for name in FOLLOWERS:
        table, column = name.split(".")
        before = run(database, [ops.AlterColumn(table, column, type=BigInteger, follow=False)], before)
    change = ops.AlterColumn("people", "id", type=BigInteger)
    after = there(database, [change], before)
    back = change.reverse(before)
    assert back == ops.AlterColumn("people", "id", type=Integer, follow=False)
    assert run(database, [back], after) == before  # InnoDB has no key between columns of two types meanwhile
    assert there(database, [change], before) == after


def test_a_name_that_does_not_follow_is_refused() -> None:
    """A column of another type, or one that points elsewhere, cannot be named."""
    state = from_metadata(models())
    with pytest.raises(StateError, match=r"members\.id does not follow people\.id"):
        ops.AlterColumn("people", "id", type=BigInteger, follow=["members.id"]).state_forwards(state)


@pytest.mark.parametrize("type_", [BigInteger(), String(20)], ids=["bigint", "string"])
def test_the_difference_is_one_operation(database: Database, type_: Any) -> None:
    """The autodetector says the key alone, and the database is led to the models by it."""
    before, after = made(database, models(), ROWS), from_metadata(models(type_))
    operations = diff(before, after)
    assert operations == [ops.AlterColumn("people", "id", type=type_)]
    assert there(database, operations, before) == after


def test_what_else_changes_is_said_beside_it() -> None:
    """Other changes of a column that follows stay; a column that does not follow is not taken along."""
    before = from_metadata(models())
    stubborn = models(BigInteger)
    stubborn.tables["members"].c.person.type = Integer()
    stubborn.tables["people"].c.boss.comment = "who pays"
    after = from_metadata(stubborn)
    operations = diff(before, after)
    assert states(operations, before)[-1] == after
    assert sorted(operation.describe() for operation in operations) == [
        "alter column people.boss (comment)",
        "alter column people.id (type)",
    ]
    (change,) = (o for o in operations if isinstance(o, ops.AlterColumn) and o.column == "id")
    assert change.follow == ("people.boss", "teams.lead", "members.lead")


def test_keys_are_absent_within_the_operation_only() -> None:
    """On MariaDB and PostgreSQL the keys go, every column changes, the keys come back: nothing else in between."""
    before = from_metadata(models())
    change: list[Operation] = [ops.AlterColumn("people", "id", type=BigInteger)]
    for url in ("postgresql+psycopg://", "mariadb+pymysql://"):
        statements = script(dialect_of(url), change, before)
        kinds = ["DROP" if "DROP" in s else "ADD" if "ADD CONSTRAINT" in s else "TYPE" for s in statements]
        assert [kind for kind in kinds if kind != "TYPE"] == ["DROP"] * 4 + ["ADD"] * 4
        assert kinds[:4] == ["DROP"] * 4
        assert kinds[-4:] == ["ADD"] * 4


def test_a_view_that_compares_both_ends_waits_for_both(postgresql_database: Database) -> None:
    """A view joining a key with what points to it is away until both have the new type, up, down and in a script."""
    tables = made(postgresql_database, models(), ROWS)
    views = [
        ops.CreateView("led", "SELECT p.id, t.name FROM people p JOIN teams t ON t.lead = p.id"),
        ops.CreateView("names", "SELECT name FROM led"),
    ]
    before = run(postgresql_database, views, tables)
    change = ops.AlterColumn("people", "id", type=String(40))
    there_and_back(postgresql_database, [change], before)
    written = [line for line in script(postgresql_database.engine.dialect, [change], before) if "DROP VIEW led" in line]
    assert len(written) == 1
