"""Functions, procedures, triggers and objects of one's own sort: they come, change and go, with rows in place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

import minimig
from minimig import objects, ops
from minimig.errors import StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run

SHOUT = {
    "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) $$",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN upper(t)",
}
SHOUT_LOUDER = {
    "postgresql": "CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(t) || '!' $$",
    "mysql": "CREATE FUNCTION shout(t text) RETURNS text DETERMINISTIC RETURN concat(upper(t), '!')",
}
STAMP_FUNCTION = {
    "postgresql": """
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.slug := lower(NEW.name);
            RETURN NEW;
        END $$
    """
}
STAMP = {
    "postgresql": "CREATE TRIGGER stamp BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION stamp()",
    "mysql": "CREATE TRIGGER stamp BEFORE INSERT ON people FOR EACH ROW SET NEW.slug = lower(NEW.name)",
    "sqlite": """
        CREATE TRIGGER stamp AFTER INSERT ON people BEGIN
            UPDATE people SET slug = lower(NEW.name) WHERE id = NEW.id;
        END
    """,
}
STAMP_UPPER = {
    "postgresql": "CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON people FOR EACH ROW EXECUTE FUNCTION stamp()",
    "mysql": """
        CREATE TRIGGER stamp BEFORE INSERT ON people FOR EACH ROW
        BEGIN
            SET NEW.slug = lower(NEW.name);
            SET NEW.slug = concat(NEW.slug, '');
        END
    """,
    "sqlite": """
        CREATE TRIGGER stamp AFTER INSERT ON people BEGIN
            UPDATE people SET slug = lower(name) WHERE id = NEW.id;
        END
    """,
}


@pytest.fixture
def people(database: Database) -> SchemaState:
    """A table of two people in the database."""
    metadata = MetaData()
    table = Table(
        "people",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(20)),
        Column("slug", String(20)),
    )
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "name": "A"}, {"id": 2, "name": "B"}])
    return from_metadata(metadata)


def there_and_back(database: Database, before: SchemaState, up: Sequence[Operation]) -> None:
    """Execute the way back of operations that were executed; the rows are those of the fixture."""
    run(database, reversed_operations(up, before), states(up, before)[-1])
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id, name FROM people ORDER BY id")).all() == [(1, "A"), (2, "B")]
        assert minimig.diff(connection, before) == []


def value(database: Database, query: str) -> object:
    """The one value of a query."""
    with database.engine.connect() as connection:
        return connection.execute(sa.text(query)).scalar()


def insert(database: Database, name: str, table: str = "people") -> object:
    """Insert a person; the slug that a trigger gave."""
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO {table} (id, name) VALUES (9, '{name}')"))
        slug = connection.execute(sa.text(f"SELECT slug FROM {table} WHERE id = 9")).scalar()
        connection.execute(sa.text(f"DELETE FROM {table} WHERE id = 9"))
    return slug


def test_functions_come_change_and_go(database: Database, people: SchemaState) -> None:
    """A function is created, replaced in place under the view that calls it, and taken back; SQLite has none."""
    up = [
        ops.CreateFunction("shout", SHOUT, arguments="text"),
        ops.CreateView("loud", dict.fromkeys(SHOUT, "SELECT id, shout(name) AS name FROM people")),
        ops.ReplaceFunction("shout", SHOUT_LOUDER, arguments="text"),
    ]
    run(database, up, people)
    if database.kind != "sqlite":
        assert value(database, "SELECT name FROM loud WHERE id = 1") == "A!"
    there_and_back(database, people, up)


def test_a_function_for_all_databases_is_refused_where_there_are_none(
    sqlite_database: Database,
) -> None:
    """SQLite refuses a function, and says how to leave it out there."""
    with pytest.raises(UnsupportedError, match="sqlite has no functions"):
        run(sqlite_database, [ops.CreateFunction("shout", SHOUT["mysql"])], SchemaState())


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
def test_procedures_come_and_go(request: pytest.FixtureRequest, kind: str) -> None:
    """A procedure with a body of several statements is called, and dropped as a procedure."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    body = {
        "postgresql": "CREATE PROCEDURE nothing() LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; PERFORM 2; END $$",
        "mysql": "CREATE PROCEDURE nothing() BEGIN SELECT 1; SELECT 2; END",
    }
    up = [ops.CreateFunction("nothing", body, procedure=True)]
    after = run(database, up, SchemaState())
    assert list(after.objects) == ["procedure nothing"]
    with database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []
    run(database, reversed_operations(up, SchemaState()), after)
    with database.engine.connect() as connection:
        assert [o.describe() for o in minimig.diff(connection, after)] == ["create procedure nothing"]


def test_triggers_come_change_and_go(database: Database, people: SchemaState) -> None:
    """A trigger works, is replaced, survives a change of its table's columns once, and goes."""
    up = [
        ops.CreateFunction("stamp", STAMP_FUNCTION, arguments=""),
        ops.CreateTrigger("stamp", STAMP, table="people"),
        ops.ReplaceTrigger("stamp", STAMP_UPPER, table="people"),
        ops.AlterColumn("people", "slug", type=String(40)),
    ]
    run(database, up, people)
    assert insert(database, "Z") == "z"
    with database.engine.connect() as connection:
        assert minimig.diff(connection, states(up, people)[-1]) == []
    there_and_back(database, people, up)


def test_a_trigger_follows_its_renamed_table(database: Database, people: SchemaState) -> None:
    """A trigger goes on working under the new name, equals its models, and comes back with the old name."""
    made = [
        ops.CreateFunction("stamp", STAMP_FUNCTION, arguments=""),
        ops.CreateTrigger("stamp", {**STAMP, "sqlite": STAMP["sqlite"]}, table="people"),
    ]
    before = run(database, made, people)
    rename = ops.RenameTable("people", "users")
    after = run(database, [rename], before)
    assert list(after.objects) == ["function stamp()", "trigger users.stamp"]
    assert insert(database, "Z", "users") == "z"
    with database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []
    run(database, [rename.reverse(before)], after)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, before) == []
    there_and_back(database, people, made)


def test_a_trigger_goes_before_its_table(database: Database, people: SchemaState) -> None:
    """What drops a table with a trigger drops the trigger first; by hand the order is demanded."""
    made = [
        ops.CreateFunction("stamp", STAMP_FUNCTION, arguments=""),
        ops.CreateTrigger("stamp", STAMP, table="people"),
    ]
    before = run(database, made, people)
    with pytest.raises(StateError, match="trigger stamp is on it"):
        ops.DropTable("people").state_forwards(before)
    down = minimig.diff(before, SchemaState())
    assert [o.describe() for o in down] == ["drop trigger people.stamp", "drop function stamp()", "drop table people"]
    run(database, down, before)
    up = minimig.diff(SchemaState(), before)
    after = run(database, up, SchemaState())
    assert insert(database, "Z") == "z"
    with database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []


def test_a_trigger_on_a_view_comes_back_with_it(database: Database, people: SchemaState) -> None:
    """An INSTEAD OF trigger is there again when its view was replaced; MariaDB has none."""
    if database.kind == "mariadb":
        return
    write = {
        "sqlite": "CREATE TRIGGER w INSTEAD OF INSERT ON names BEGIN INSERT INTO people (id) VALUES (7); END",
        "postgresql": "CREATE TRIGGER w INSTEAD OF INSERT ON names FOR EACH ROW EXECUTE FUNCTION w()",
    }
    function = {
        "postgresql": """
        CREATE FUNCTION w() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO people (id) VALUES (7); RETURN NEW; END $$
        """
    }
    up = [
        ops.CreateFunction("w", function),
        ops.CreateView("names", "SELECT name FROM people"),
        ops.CreateTrigger("w", write, table="names"),
        ops.ReplaceView("names", "SELECT id, name FROM people"),
    ]
    after = run(database, up, people)
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO names (name) VALUES ('x')"))
        assert connection.execute(sa.text("SELECT count(*) FROM people WHERE id = 7")).scalar() == 1
        connection.execute(sa.text("DELETE FROM people WHERE id = 7"))
    with database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []
    with pytest.raises(StateError, match="trigger w is on it"):
        ops.DropView("names").state_forwards(after)
    there_and_back(database, people, up)


def test_objects_of_ones_own_sort(postgresql_database: Database) -> None:
    """A domain that columns use comes before the tables, a policy after them, and both go in the other order."""
    metadata = MetaData()
    objects.custom(
        metadata, "domain", "slug", create="CREATE DOMAIN slug AS text", drop="DROP DOMAIN slug", provides=True
    )
    objects.custom(
        metadata,
        sort="policy",
        name="own",
        create="CREATE POLICY own ON people USING (id > 0)",
        drop="DROP POLICY own ON people",
    )
    Table("people", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)))
    up = minimig.diff(MetaData(), metadata)
    assert [o.describe() for o in up] == ["create domain slug", "create table people (2 columns)", "create policy own"]
    after = run(postgresql_database, up, SchemaState())
    change = [
        ops.AlterColumn("people", "id", type=sa.BigInteger),
        ops.ReplaceCustom(
            "own", "CREATE POLICY own ON people USING (id > 1)", drop="DROP POLICY own ON people", sort="policy"
        ),
    ]
    changed = run(postgresql_database, change, after)
    assert value(postgresql_database, "SELECT qual FROM pg_policies") == "(id > 1)"
    run(postgresql_database, reversed_operations(change, after), changed)
    down = minimig.diff(metadata, MetaData())
    assert [o.describe() for o in down] == ["drop policy own", "drop table people", "drop domain slug"]
    run(postgresql_database, down, after)
    assert value(postgresql_database, "SELECT count(*) FROM pg_type WHERE typname = 'slug'") == 0


GENERATE = (
    "CREATE FUNCTION gen() RETURNS integer LANGUAGE plpgsql AS 'BEGIN RETURN 1 + (SELECT count(*) FROM people); END'"
)


def test_tables_that_call_functions(postgresql_database: Database) -> None:
    """A default, a CHECK and an index call it: it comes first and goes last, although it reads the table itself."""

    def models(*, calling: bool) -> MetaData:
        metadata = MetaData()
        default = sa.text("gen()") if calling else None
        table = Table(
            "people", metadata, Column("id", Integer, primary_key=True), Column("n", Integer, server_default=default)
        )
        if calling:
            table.append_constraint(sa.CheckConstraint("n > 0 OR shout('a') = 'A'", name="ck"))
            sa.Index("ix", sa.text("shout(CAST(n AS text))"), _table=table)
            objects.function(metadata, "gen", {"postgresql": GENERATE}, arguments="")
            objects.function(metadata, "shout", SHOUT, arguments="text")
        return metadata

    steps = [models(calling=False), models(calling=True), models(calling=False)]
    state = run(postgresql_database, minimig.diff(MetaData(), steps[0]), SchemaState())
    for metadata in steps[1:]:
        up = minimig.diff(state, metadata)
        after = run(postgresql_database, up, state)
        run(postgresql_database, reversed_operations(up, state), after)
        state = run(postgresql_database, up, state)
        with postgresql_database.engine.connect() as connection:
            assert minimig.diff(connection, metadata) == []
    run(postgresql_database, minimig.diff(state, MetaData()), state)
    run(postgresql_database, minimig.diff(MetaData(), steps[1]), SchemaState())
    assert value(postgresql_database, "INSERT INTO people (id) VALUES (1) RETURNING n") == 1
