"""Objects compared with a live database: a fresh one equals its models, and what somebody changed is drift."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table, func

import minimig
from minimig import objects, ops
from minimig.autogenerate.autodetector import diff
from minimig.operations.chain import reversed_operations
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run


def tables(metadata: MetaData) -> tuple[Table, Table]:
    """Two tables, one with a name that needs quotes."""
    people = Table(
        "people",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", String(20), nullable=False),
        Column("age", Integer),
    )
    orders = Table(
        "Order",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("Select", Integer),
        Column("price", sa.Numeric(8, 2)),
    )
    return people, orders


def selects(people: Table, orders: Table) -> dict[str, sa.Select[tuple[object, ...]]]:
    """Queries of many kinds."""
    name = people.c.name
    return {
        "plain": sa.select(people.c.id, name),
        "quoted": sa.select(orders.c.Select, orders.c.price.label("The price")).where(orders.c.Select > 3),
        "joined": sa.select(name, func.sum(orders.c.price).label("total"))
        .join_from(people, orders, people.c.id == orders.c.Select)
        .group_by(name)
        .having(func.count() > 1),
        "outer": sa.select(name, orders.c.price).outerjoin_from(people, orders, people.c.id == orders.c.Select),
        "strings": sa.select(people.c.id, (name + "it's").label("n")).where(name.in_(["a", "b"]), name != ""),
        "cases": sa.select(people.c.id, sa.case((people.c.age > 17, "old"), else_="young").label("how")),
        "casts": sa.select(sa.cast(people.c.age, String(10)).label("age"), func.lower(name).label("low")),
        "nulls": sa.select(people.c.id).where(people.c.age.is_(None) | people.c.age.between(1, 9)),
        "union": sa.union_all(sa.select(people.c.id), sa.select(orders.c.id)),
        "nested": sa.select(people.c.id).where(people.c.id.in_(sa.select(orders.c.Select))),
        "ordered": sa.select(people.c.id).order_by(people.c.id.desc()).limit(5),
        "booleans": sa.select(people.c.id).where(sa.true()),
    }


TEXTS = {
    "star": "SELECT * FROM people",
    "upon": "SELECT name FROM plain WHERE id > 1",
    "written": """
        SELECT p.id,
               upper(p.name) AS name   -- in capitals
        FROM people p
        WHERE NOT (p.age <> 7 OR p.name LIKE 'x%')
    """,
    "tree": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
}


@pytest.fixture
def models() -> MetaData:
    """Models with views of many kinds."""
    metadata = MetaData()
    for name, query in selects(*tables(metadata)).items():
        objects.view(metadata, name, query)
    for name, text in TEXTS.items():
        objects.view(metadata, name, text)
    return metadata


def drift(database: Database, models: MetaData | SchemaState) -> list[str]:
    """What would mend the database."""
    with database.engine.connect() as connection:
        found = [o.describe() for o in minimig.diff(connection, models)]
        again = [o.describe() for o in minimig.diff(connection, models)]
    assert found == again
    return found


def send(database: Database, *statements: str) -> None:
    """Send statements by hand."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_fresh_views_equal_their_models(database: Database, models: MetaData) -> None:
    """Whatever a database makes of a SELECT is not taken for a change."""
    run(database, minimig.diff(MetaData(), models), SchemaState())
    assert drift(database, models) == []
    send(database, "INSERT INTO people (id, name, age) VALUES (1, 'a', 1), (2, 'b', NULL)")
    assert drift(database, models) == []


def test_a_view_that_somebody_changed_is_drift(database: Database, models: MetaData) -> None:
    """Another condition, another value, another column, a view that is gone: each is found and mended."""
    run(database, minimig.diff(MetaData(), models), SchemaState())
    for name, text in {
        "nulls": "SELECT id FROM people WHERE age IS NULL",
        "cases": "SELECT id, CASE WHEN age > 18 THEN 'old' ELSE 'young' END AS how FROM people",
        "plain": "SELECT id, lower(name) AS name FROM people",
    }.items():
        send(database, f"DROP VIEW {name}{' CASCADE' if database.kind == 'postgresql' else ''}")
        send(database, f"CREATE VIEW {name} AS {text}")
    send(database, "DROP VIEW casts")
    upon = ["create view upon"] if database.kind == "postgresql" else []
    found = drift(database, models)
    assert sorted(found) == sorted(
        ["replace view nulls", "replace view cases", "replace view plain", "create view casts", *upon]
    )
    with database.engine.connect() as connection:
        mend = minimig.diff(connection, models)
    with database.engine.begin() as connection:
        before = minimig.reflect(connection)
    live = SchemaState(
        before.tables, {k: v for k, v in from_metadata(models).objects.items() if f"create {k}" not in found}
    )
    run(database, mend, live)
    assert drift(database, models) == []


ROUTINES = {
    "postgresql": """
        CREATE FUNCTION twice(n integer, note text DEFAULT 'it''s') RETURNS bigint
            LANGUAGE plpgsql IMMUTABLE STRICT AS $body$
        DECLARE
            result bigint;
        BEGIN
            result := n * 2;  -- twice; really
            RETURN result;
        END
        $body$
    """,
    "mysql": """
        CREATE FUNCTION twice(n integer) RETURNS bigint DETERMINISTIC
        BEGIN
            DECLARE result bigint;
            SET result = n * 2;  -- twice; really
            RETURN result;
        END
    """,
}
CHANGED: dict[str, Callable[[str], str]] = {
    "postgresql": lambda sql: sql.replace("n * 2", "n + n").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
    "mariadb": lambda sql: sql.replace("n * 2", "n + n").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
}


@pytest.mark.parametrize("kind", ["postgresql", "mariadb"])
@pytest.mark.parametrize("arguments", [None, "signature"])
def test_a_function_that_somebody_changed_is_drift(
    request: pytest.FixtureRequest, kind: str, arguments: str | None
) -> None:
    """A fresh function equals its models, one with another body does not, and one that is gone is created."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    models = MetaData()
    objects.function(models, "twice", ROUTINES, arguments=arguments and "int, text")
    state = from_metadata(models)
    (item,) = state.objects.values()
    run(database, [ops.CreateFunction(item)], SchemaState())
    assert drift(database, models) == []
    send(database, CHANGED[kind](ROUTINES["mysql" if kind == "mariadb" else kind]))
    assert drift(database, models) == [f"replace {item.key}"]
    if kind == "mariadb":  # where more arguments make no second function
        more = ROUTINES["mysql"].replace("(n integer)", "(n integer, m decimal(8, 2))")
        send(database, more.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        assert drift(database, models) == [f"replace {item.key}"]
    run(database, [ops.ReplaceFunction(item)], state)
    assert drift(database, models) == []
    send(database, "DROP FUNCTION twice")
    assert drift(database, models) == [f"create {item.key}"]


TRIGGERS = {
    "postgresql": """
        CREATE TRIGGER mark AFTER INSERT OR UPDATE OF name ON people
            FOR EACH ROW WHEN (NEW.name <> 'x') EXECUTE FUNCTION mark()
    """,
    "mysql": "CREATE TRIGGER mark BEFORE INSERT ON people FOR EACH ROW SET NEW.age = 1",
    "sqlite": "CREATE TRIGGER mark AFTER INSERT ON people BEGIN SELECT 1; END",
}
OTHER = {
    "postgresql": "CREATE TRIGGER mark AFTER INSERT ON people FOR EACH ROW EXECUTE FUNCTION mark()",
    "mariadb": "CREATE TRIGGER mark BEFORE UPDATE ON people FOR EACH ROW SET NEW.age = 1",
    "sqlite": "CREATE TRIGGER mark AFTER INSERT ON people BEGIN SELECT 2; END",
}


def test_a_trigger_that_somebody_changed_is_drift(database: Database) -> None:
    """A fresh trigger equals its models, another event or body does not, and one that is gone is created."""
    models = MetaData()
    tables(models)
    mark = "CREATE FUNCTION mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    objects.function(models, "mark", {"postgresql": mark}, arguments="")
    objects.trigger(models, "mark", "people", TRIGGERS)
    run(database, minimig.diff(MetaData(), models), SchemaState())
    assert drift(database, models) == []
    drop = f"DROP TRIGGER mark{' ON people' if database.kind == 'postgresql' else ''}"
    send(database, drop, OTHER[database.kind])
    assert drift(database, models) == ["replace trigger people.mark"]
    send(database, drop)
    assert drift(database, models) == ["create trigger people.mark"]


def test_who_may_not_ask_is_told_nothing_false(postgresql_database: Database, models: MetaData) -> None:
    """In a read-only transaction views are looked for, and taken to be as the models say."""
    run(postgresql_database, minimig.diff(MetaData(), models), SchemaState())
    send(postgresql_database, "DROP VIEW casts")
    with postgresql_database.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        assert [o.describe() for o in minimig.diff(connection, models)] == ["create view casts"]


def test_asking_costs_two_queries_and_leaves_nothing(postgresql_database: Database, models: MetaData) -> None:
    """However many views there are; in autocommit as well."""
    run(postgresql_database, minimig.diff(MetaData(), models), SchemaState())
    asked: list[str] = []
    with postgresql_database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert minimig.diff(connection, models) == []
        assert sum("minimig" in statement for statement in asked) == 2
        left = connection.exec_driver_sql("SELECT count(*) FROM pg_class WHERE relname LIKE 'minimig_probe%%'").scalar()
    assert left == 0


def test_a_view_over_a_column_that_is_computed_anew(database: Database) -> None:
    """A view that shows a column computed in another way, and a view upon it, are made anew around the change."""

    def models(expression: str) -> SchemaState:
        metadata = MetaData()
        full = Column("twice", Integer, sa.Computed(expression, persisted=True))
        Table("people", metadata, Column("id", Integer, primary_key=True), Column("age", Integer), full)
        objects.view(metadata, "shown", "SELECT id, twice FROM people")
        objects.view(metadata, "upon", "SELECT twice FROM shown")
        objects.view(metadata, "other", "SELECT age FROM people")
        return from_metadata(metadata)

    old, new = models("age * 2"), models("age + age")
    before = run(database, diff(SchemaState.of([]), old), SchemaState.of([]))
    change = diff(before, new)
    assert not any("other" in o.describe() for o in change)
    after = run(database, change, before)
    assert drift(database, after) == []
    assert drift(database, run(database, reversed_operations(change, before), after)) == []
