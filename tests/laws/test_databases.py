"""Laws 3 and 4 on real databases, and the promise that a failed migration leaves nothing behind.

Hypothesis draws a schema that the database could hold, rows for it, and what the schema became some revisions later:
renames, other types, columns, keys, constraints, indexes, comments and defaults that come, go and change. What a
database cannot do has to be an UnsupportedError before anything of that operation happened; such an example ends there.
`MINIMIG_DATABASE_EXAMPLES` sets how many are drawn.

Left out by the strategies (`support.possible_schemas`, `support.column_kinds`, `support.journeys`), and why:

* what no database takes: keys to columns that are not unique or of another type, two constraints or indexes of one name
  in a schema, one column twice in a foreign key, one name for the CHECKs of two types, keys over computed columns;
* keys and indexes over TEXT, JSON and bytes (MariaDB wants a length), indexes over expressions on MariaDB,
  deferrable UNIQUE elsewhere than on PostgreSQL, STRICT tables, MyISAM, schemas but for PostgreSQL's;
* a second foreign key that says the same as another: SQLAlchemy reads only one of the two from SQLite;
* type changes whose values mean nothing in the new type (`converts`): those fail with the database's own error, and
  so do constraints that the rows violate, which `support.rows.Model` finds on paper and takes away beforehand;
* `using`, data steps and enum types that lose a label in use: what happens to values is then what a person wrote;
* MATCH, ON UPDATE, storage parameters, exclusion constraints, views: `tests/dialects` and `tests/contract` have them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from minimig.autogenerate.autodetector import diff
from minimig.dialects.compare import database_state
from minimig.dialects.registry import editor_class, editor_for
from minimig.dialects.worded import worded
from minimig.errors import UnsupportedError
from minimig.operations.alter_column import AlterColumn
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations, states
from minimig.operations.run_sql import RunSQL
from minimig.runtime.output import LiveOutput
from minimig.state.schema import SchemaState
from support.catalog import dump
from support.column_kinds import NARROW
from support.databases import Database
from support.editing import run
from support.journeys import Journey, fresh, journeys
from support.rows import Model, counts, insert_rows, values_of, with_fills

pytestmark = pytest.mark.slow

EMPTY = SchemaState()
bounded = settings(
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # shrinking takes minutes on a server
    max_examples=int(os.environ.get("MINIMIG_DATABASE_EXAMPLES", "25")),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


def emptied(database: Database) -> None:
    """An empty database, with the second schema that PostgreSQL's tables may live in."""
    database.clear()
    if database.kind == "postgresql":
        with database.engine.begin() as connection:
            connection.exec_driver_sql('CREATE SCHEMA "Blog"')


def carried_out(database: Database, operations: Sequence[Operation], before: SchemaState) -> bool:
    """Run the operations as one migration; False when the database cannot do one of them.

    Then nothing of that operation has happened: the database is as it was before the migration, or, where DDL cannot
    be rolled back, before the operation.
    """
    along = states(operations, before)
    number = 0
    try:
        with database.engine.connect() as connection, editor_class(connection.dialect.name).transaction(connection):
            editor = editor_for(connection.dialect, LiveOutput(connection))
            for number, operation in enumerate(operations):
                operation.execute(editor, along[number], along[number + 1])
            editor.finish()
    except UnsupportedError as error:
        event(f"{database.kind} cannot: {error.message}")
        assert_holds(database, along[number] if database.kind == "mariadb" else before)
        return False
    return True


def assert_holds(database: Database, state: SchemaState) -> None:
    """The database, asked in its own words and in those of the state, has what the state says and nothing else."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, state)
        assert live == expected
        live = worded(connection, state)
        assert diff(live, state) == []
        assert live == state


@given(data=st.data())
@bounded
def test_a_fresh_database_holds_what_the_models_say(database: Database, data: st.DataObject) -> None:
    """Law 4: created from nothing, the database shows no difference to the schema, and asked again shows none."""
    emptied(database)
    journey = data.draw(fresh(database.kind))
    if carried_out(database, journey.operations, EMPTY):
        assert_holds(database, journey.after)


@given(data=st.data())
@bounded
def test_a_migration_keeps_the_rows(database: Database, data: st.DataObject) -> None:
    """Law 3: up leads to the new schema, down back to the old one, and each row keeps what no operation touches."""
    emptied(database)
    journey = data.draw(journeys(database.kind))
    if departed(database, journey):
        _there_and_back(database, journey)


@given(data=st.data())
@bounded
def test_what_a_comparison_says_mends_the_database(database: Database, data: st.DataObject) -> None:
    """A database that holds another schema becomes what it should be by the operations that the comparison names."""
    emptied(database)
    journey = data.draw(journeys(database.kind))
    if not carried_out(database, diff(EMPTY, journey.before), EMPTY):
        return
    with database.engine.connect() as connection:
        live = worded(connection, journey.after)
    mending = diff(live, journey.after)
    assert states(mending, live)[-1] == journey.after
    if carried_out(database, mending, live):
        assert_holds(database, journey.after)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@given(data=st.data())
@bounded
def test_a_migration_that_fails_leaves_nothing_behind(
    request: pytest.FixtureRequest, kind: str, data: st.DataObject
) -> None:
    """Stopped by an error after each of its operations in turn, a migration has changed nothing at all."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    emptied(database)
    journey = data.draw(journeys(kind))
    if not departed(database, journey):
        return
    with database.engine.connect() as connection:
        before = dump(connection)
    stop = RunSQL("SELECT * FROM there_is_no_such_table")
    for number in range(len(journey.operations) + 1):
        with pytest.raises((sa.exc.DBAPIError, UnsupportedError)) as caught:  # or an operation is refused before
            run(database, [*journey.operations[:number], stop], journey.before)
        assert isinstance(caught.value, UnsupportedError) or "there_is_no_such_table" in str(caught.value)
        with database.engine.connect() as connection:
            assert dump(connection) == before


def departed(database: Database, journey: Journey) -> bool:
    """Make the schema before, with its rows; False when the database cannot."""
    if not carried_out(database, diff(EMPTY, journey.before), EMPTY):
        return False
    with database.engine.begin() as connection:
        insert_rows(connection, journey.before, journey.rows)
    return True


@pytest.fixture(autouse=True)
def _foreign_keys_count() -> Iterator[None]:
    """SQLite looks at foreign keys only when told to, and then a rebuild has more to lose."""
    sa.event.listen(sa.Engine, "connect", _enforce)
    yield
    sa.event.remove(sa.Engine, "connect", _enforce)


def _enforce(connection: Any, _: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        connection.execute("PRAGMA foreign_keys = ON")


def _there_and_back(database: Database, journey: Journey) -> None:
    start = Model.of(journey.before, journey.rows)
    there = start.after(journey.operations, journey.before)
    back = list(with_fills(reversed_operations(journey.operations, journey.before)))
    returned = there.after(back, journey.after)
    if not kept(database, journey.operations, (journey.before, start), (journey.after, there)):
        return
    if returned.violated(journey.before) is not None:
        event("the rows do not fit the old schema")
    elif _is_foreign(journey):
        event("a value that was filled in means nothing in the old type")
    elif kept(database, back, (journey.after, there), (journey.before, returned)):
        event("there and back")


def _is_foreign(journey: Journey) -> bool:
    """Whether a column of labels, JSON and the like got another type together with a value for its NULLs."""
    along = states(journey.operations, journey.before)
    return any(
        isinstance(operation, AlterColumn)
        and operation.fill is not None
        and "type" in operation.changes
        and isinstance(state[operation.key].column(operation.column).type.sa_type, tuple(NARROW.values()))
        for operation, state in zip(journey.operations, along, strict=False)
    )


Moment = tuple[SchemaState, Model]


def kept(database: Database, operations: Sequence[Operation], before: Moment, after: Moment) -> bool:
    """Run the operations and look at the schema and at the rows; False when the database cannot do it."""
    originals = _read(database, before, after)
    if not carried_out(database, operations, before[0]):
        return False
    assert_holds(database, after[0])
    with database.engine.connect() as connection:
        assert counts(connection, after[0]) == {key: len(rows) for key, rows in after[1].cells.items()}
    assert _read(database, after, after) == originals
    return True


def _read(database: Database, now: Moment, later: Moment) -> Any:
    """The values, at one moment, of the columns that are untouched at a later one."""
    with database.engine.connect() as connection:
        return values_of(connection, *now, later[1])
