"""Views in the way of a change on PostgreSQL: they step aside and come back with all that people gave them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

import minimig
from minimig import ops
from minimig.errors import UnsupportedError
from minimig.operations.chain import reversed_operations, states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import ran, run, script

LONGER = ops.AlterColumn("people", "name", type=String(80))
BY_HAND = """
    CREATE SCHEMA reports;
    CREATE VIEW reports.names WITH (security_barrier = true) AS SELECT id, name FROM public.people;
    CREATE MATERIALIZED VIEW reports.kept AS SELECT upper(name) AS name FROM reports.names;
    CREATE UNIQUE INDEX ix_kept ON reports.kept (name);
    CREATE VIEW reports.counted AS SELECT count(*) AS n FROM reports.kept;
    CREATE VIEW reports.ids AS SELECT id FROM public.people;
    COMMENT ON VIEW reports.names IS 'who it''s about';
    COMMENT ON COLUMN reports.names.name IS 'how they are called';
    ALTER VIEW reports.names ALTER COLUMN name SET DEFAULT 'nobody';
"""


@pytest.fixture
def role(postgresql_database: Database) -> Iterator[str]:
    """A role that may be granted to, gone afterwards with all its rights."""
    name = f"reader_{postgresql_database.engine.url.database}"
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {name}")
    yield name
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {name} CASCADE")
        connection.exec_driver_sql(f"DROP ROLE {name}")


@pytest.fixture
def people(postgresql_database: Database) -> SchemaState:
    """A table of two people in the database."""
    metadata = MetaData()
    table = Table(
        "people",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(20)),
        Column("age", Integer),
    )
    metadata.create_all(postgresql_database.engine)
    with postgresql_database.engine.begin() as connection:
        connection.execute(table.insert(), [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])
    return from_metadata(metadata)


def send(database: Database, sql: str) -> None:
    """Send statements by hand."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(sql)


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    """The rows of a query."""
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


FACTS = """
    SELECT c.oid::regclass::text, pg_get_userbyid(c.relowner), c.relacl::text, c.reloptions::text,
           pg_get_viewdef(c.oid), obj_description(c.oid), col_description(c.oid, 2),
           (SELECT string_agg(pg_get_indexdef(indexrelid), ';') FROM pg_index WHERE indrelid = c.oid),
           (SELECT string_agg(pg_get_expr(adbin, adrelid), ';') FROM pg_attrdef WHERE adrelid = c.oid),
           (SELECT string_agg(attacl::text, ';') FROM pg_attribute WHERE attrelid = c.oid)
    FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace = 'reports'::regnamespace ORDER BY 1
"""


def test_views_made_by_hand_come_back_as_they_were(
    postgresql_database: Database, people: SchemaState, role: str
) -> None:
    """Views in another schema, one upon the other: definition, owner, grants, comments, options, defaults, indexes."""
    send(postgresql_database, BY_HAND)
    send(postgresql_database, f"GRANT USAGE, CREATE ON SCHEMA reports TO {role}; GRANT SELECT ON people TO {role}")
    send(postgresql_database, f"GRANT SELECT ON reports.names TO {role} WITH GRANT OPTION")
    send(postgresql_database, f"GRANT SELECT ON reports.kept TO PUBLIC; GRANT UPDATE (name) ON reports.names TO {role}")
    send(postgresql_database, f"ALTER VIEW reports.counted OWNER TO {role}")
    before = rows(postgresql_database, FACTS)
    untouched = rows(postgresql_database, "SELECT 'reports.ids'::regclass::oid")
    run(postgresql_database, [LONGER], people)
    assert rows(postgresql_database, FACTS) == before
    assert rows(postgresql_database, "SELECT * FROM reports.kept ORDER BY 1") == [("A",), ("B",)]
    assert rows(postgresql_database, "SELECT 'reports.ids'::regclass::oid") == untouched


def test_a_view_that_cannot_come_back_takes_the_change_with_it(
    postgresql_database: Database, people: SchemaState
) -> None:
    """Everything is rolled back, and the error names the view."""
    send(postgresql_database, "CREATE VIEW short AS SELECT age + 1 AS next FROM people")
    with pytest.raises(UnsupportedError, match="view short was in the way and cannot be created again"):
        run(postgresql_database, [ops.AlterColumn("people", "age", type=String(80))], people)
    assert rows(postgresql_database, "SELECT count(*) FROM short") == [(2,)]
    assert rows(postgresql_database, "SELECT pg_typeof(age)::text FROM people LIMIT 1") == [("integer",)]


def test_all_or_nothing_also_in_autocommit(postgresql_database: Database, people: SchemaState) -> None:
    """A file that says `atomic = False` loses no view when the change fails."""
    send(postgresql_database, "CREATE VIEW short AS SELECT age + 1 AS next FROM people")
    engine = postgresql_database.engine.execution_options(isolation_level="AUTOCOMMIT")
    change = ops.AlterColumn("people", "age", type=String(80))
    with engine.connect() as connection, pytest.raises(UnsupportedError, match="view short was in the way"):
        minimig.apply(connection, [change], people)
    assert rows(postgresql_database, "SELECT count(*) FROM short") == [(2,)]
    made = [ops.CreateView("kept", "SELECT id, name FROM people", materialized=True)]
    replace = [ops.ReplaceView("kept", "SELECT id, age FROM people", materialized=True), LONGER]
    with engine.connect() as connection:
        before = minimig.apply(connection, made, people)
        connection.exec_driver_sql("CREATE INDEX on_name ON kept (name)")
        minimig.apply(connection, replace, before)
    assert rows(postgresql_database, "SELECT id FROM kept ORDER BY 1") == [(1,), (2,)]


def test_what_the_state_knows_comes_back_as_it_says(postgresql_database: Database, people: SchemaState) -> None:
    """Views of the migrations, a materialized one among them, keep what people gave them."""
    made = [
        ops.CreateView("names", "SELECT * FROM people"),
        ops.CreateView("kept", "SELECT name FROM names", materialized=True),
        ops.CreateView("kept_names", "SELECT name FROM kept"),
    ]
    before = run(postgresql_database, made, people)
    send(
        postgresql_database,
        "CREATE INDEX ix ON kept (name); COMMENT ON VIEW names IS 'n'; GRANT SELECT ON kept TO PUBLIC",
    )
    after = run(postgresql_database, [LONGER], before)
    assert rows(postgresql_database, "SELECT * FROM kept_names ORDER BY 1") == [("a",), ("b",)]
    assert rows(
        postgresql_database,
        "SELECT indexname, obj_description('names'::regclass) FROM pg_indexes WHERE tablename = 'kept'",
    ) == [("ix", "n")]
    with postgresql_database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []
    run(postgresql_database, [LONGER.reverse(before)], after)
    run(postgresql_database, reversed_operations(made, people), before)
    assert rows(postgresql_database, "SELECT id, name FROM people ORDER BY 1") == [(1, "a"), (2, "b")]


def test_a_view_of_all_columns_survives_the_loss_of_one(postgresql_database: Database, people: SchemaState) -> None:
    """It steps aside and comes back with a column less; one that names the column takes the change back."""
    before = run(postgresql_database, [ops.CreateView("v", "SELECT * FROM people")], people)
    drop = ops.DropColumn("people", "age")
    after = run(postgresql_database, [drop], before)
    assert rows(postgresql_database, "SELECT * FROM v ORDER BY 1") == [(1, "a"), (2, "b")]
    run(postgresql_database, [drop.reverse(before)], after)
    send(postgresql_database, "CREATE VIEW by_hand AS SELECT age FROM people")
    with pytest.raises(UnsupportedError, match="view by_hand was in the way and cannot be created again"):
        run(postgresql_database, [drop], before)
    assert rows(postgresql_database, "SELECT count(age) FROM by_hand") == [(0,)]


def test_triggers_on_a_column_step_aside(postgresql_database: Database, people: SchemaState) -> None:
    """UPDATE OF a column pins its type, too; a trigger that was disabled comes back disabled."""
    send(
        postgresql_database,
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.age := 7; RETURN NEW; END $$;"
        " CREATE TRIGGER on_name BEFORE UPDATE OF name ON people FOR EACH ROW EXECUTE FUNCTION f();"
        " CREATE TRIGGER off BEFORE UPDATE OF name ON people FOR EACH ROW EXECUTE FUNCTION f();"
        " ALTER TABLE people DISABLE TRIGGER off",
    )
    run(postgresql_database, [LONGER], people)
    found = rows(postgresql_database, "SELECT tgname, tgenabled::text FROM pg_trigger ORDER BY 1")
    assert found == [("off", "D"), ("on_name", "O")]


def test_a_view_is_replaced_in_place_where_its_columns_stay(postgresql_database: Database, people: SchemaState) -> None:
    """Other rows, or a column more at the end: the same view with its grants, nothing on top of it touched."""
    before = run(postgresql_database, [ops.CreateView("v", "SELECT id FROM people")], people)
    send(postgresql_database, "CREATE VIEW w AS SELECT id FROM v; GRANT SELECT ON v TO PUBLIC")
    oids = rows(postgresql_database, "SELECT 'v'::regclass::oid, 'w'::regclass::oid")
    change = ops.ReplaceView("v", "SELECT id, name FROM people WHERE id > 1")
    after = run(postgresql_database, [change], before)
    assert rows(postgresql_database, "SELECT 'v'::regclass::oid, 'w'::regclass::oid") == oids
    run(postgresql_database, [change.reverse(before)], after)
    assert rows(postgresql_database, "SELECT * FROM w ORDER BY 1") == [(1,), (2,)]
    assert rows(postgresql_database, "SELECT has_table_privilege('public', 'v', 'select')") == [(True,)]


def test_a_materialized_view_changes_and_becomes_plain(postgresql_database: Database, people: SchemaState) -> None:
    """Its indexes are there again where their columns are; it can turn into a plain view under another."""
    made = [
        ops.CreateView("v", "SELECT id, name FROM people", materialized=True, populated=False),
        ops.CreateView("w", "SELECT id FROM v"),
    ]
    before = run(postgresql_database, made, people)
    send(postgresql_database, "CREATE INDEX on_id ON v (id); CREATE INDEX on_name ON v (name)")
    change = [
        ops.RefreshView("v"),
        ops.ReplaceView("v", "SELECT id, age FROM people", materialized=True),
        ops.RefreshView("v"),
        ops.ReplaceView("v", "SELECT id, age FROM people"),
    ]
    assert rows(postgresql_database, "SELECT relispopulated FROM pg_class WHERE relname = 'v'") == [(False,)]
    middle = run(postgresql_database, change[:3], before)
    assert rows(postgresql_database, "SELECT indexname FROM pg_indexes WHERE tablename = 'v'") == [("on_id",)]
    after = run(postgresql_database, change[3:], middle)
    assert rows(postgresql_database, "SELECT * FROM w ORDER BY 1") == [(1,), (2,)]
    with postgresql_database.engine.connect() as connection:
        assert minimig.diff(connection, after) == []
    run(postgresql_database, reversed_operations(change, before), after)
    with postgresql_database.engine.connect() as connection:
        assert minimig.diff(connection, before) == []


def test_a_function_with_another_result_makes_its_users_step_aside(
    postgresql_database: Database, people: SchemaState
) -> None:
    """The view and the trigger that call it come back; what a table holds is refused with what to do."""
    old = "CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS 'SELECT n'"
    new = "CREATE FUNCTION f(n integer) RETURNS text LANGUAGE sql AS 'SELECT n::text'"
    made = [
        ops.CreateFunction("f", old, arguments="integer"),
        ops.CreateView("v", "SELECT f(id) AS n FROM people"),
    ]
    before = run(postgresql_database, made, people)
    send(postgresql_database, "COMMENT ON FUNCTION f(integer) IS 'c'; CREATE VIEW w AS SELECT n FROM v")
    change = ops.ReplaceFunction("f", new, arguments="integer")
    after = run(postgresql_database, [change], before)
    assert rows(postgresql_database, "SELECT n FROM w ORDER BY 1") == [("1",), ("2",)]
    assert rows(postgresql_database, "SELECT obj_description('f(integer)'::regprocedure)") == [("c",)]
    run(postgresql_database, [change.reverse(before)], after)
    send(postgresql_database, "ALTER TABLE people ADD CHECK (f(age) > 0)")
    with pytest.raises(UnsupportedError, match=r"function f.integer. is still in use.*people_age_check"):
        run(postgresql_database, [change], before)


def test_a_script_steps_aside_by_the_state(postgresql_database: Database, people: SchemaState) -> None:
    """Without a connection the known views go and come; a comment says what a script cannot know."""
    made = [ops.CreateView("names", "SELECT name FROM people"), ops.CreateView("more", "SELECT name FROM names")]
    before = states(made, people)[-1]
    dialect = postgresql_database.engine.dialect
    statements = script(dialect, [LONGER], before)
    assert statements[0].startswith("-- Views step aside")
    assert statements[0].endswith("DROP VIEW more")
    assert statements[1:] == [
        "DROP VIEW names",
        "ALTER TABLE people ALTER COLUMN name TYPE VARCHAR(80)",
        "CREATE VIEW names AS\nSELECT name FROM people",
        "CREATE VIEW more AS\nSELECT name FROM names",
    ]
    years = ops.AlterColumn("people", "age", type=sa.BigInteger)
    assert script(dialect, [years], before) == ["ALTER TABLE people ALTER COLUMN age TYPE BIGINT"]
    alike = ops.ReplaceView("names", "SELECT name FROM people WHERE id > 1")
    assert script(dialect, [alike], before) == ["CREATE OR REPLACE VIEW names AS\nSELECT name FROM people WHERE id > 1"]
    other = ops.ReplaceView("names", "SELECT id, name FROM people")
    assert [s.partition("\n")[0] for s in script(dialect, [other], before)][1:] == [
        "DROP VIEW names",
        "CREATE VIEW names AS",
        "CREATE VIEW more AS",
    ]


def test_a_change_under_no_view_is_one_statement(postgresql_database: Database, people: SchemaState) -> None:
    """Looking for what is in the way leaves no trace when nothing is."""
    _, statements = ran(postgresql_database, [LONGER], people)
    assert statements == ["ALTER TABLE people ALTER COLUMN name TYPE VARCHAR(80)"]


def test_an_index_declared_on_a_materialized_view(postgresql_database: Database, people: SchemaState) -> None:
    """As an object of its own it is there once after each change under it, live and by script."""
    index = ops.CreateCustom(
        "ix_kept", "CREATE UNIQUE INDEX ix_kept ON kept (id)", drop="DROP INDEX ix_kept", sort="index"
    )
    made = [ops.CreateView("kept", "SELECT id, name FROM people", materialized=True), index]
    changes = [
        LONGER,
        ops.ReplaceView("kept", "SELECT id, name, age FROM people", materialized=True),
        ops.RefreshView("kept", concurrently=True),
    ]
    before = run(postgresql_database, made, people)
    after = run(postgresql_database, changes, before)
    indexes = "SELECT indexname FROM pg_indexes WHERE tablename = 'kept'"
    assert rows(postgresql_database, indexes) == [("ix_kept",)]
    run(postgresql_database, reversed_operations(changes, before), after)
    assert rows(postgresql_database, indexes) == [("ix_kept",)]
    for statement in script(postgresql_database.engine.dialect, changes, before):
        send(postgresql_database, statement)
    assert rows(postgresql_database, indexes) == [("ix_kept",)]
    down = reversed_operations([*made, *changes], people)
    assert [o.describe() for o in down[-2:]] == ["drop index ix_kept", "drop view kept"]
    run(postgresql_database, down, after)
    assert rows(postgresql_database, "SELECT id FROM people ORDER BY 1") == [(1,), (2,)]
