"""Real models on PostgreSQL equal the database that was made from them; taken away they leave nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import minimig
from minimig.state.schema import SchemaState
from support.databases import Database
from support.postgresql_schema import PREPARED, TOPICS

pytestmark = pytest.mark.filterwarnings("ignore:Did not recognize type")

EVERYTHING = """
    SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname IN ('public', 'other')
    UNION ALL
    SELECT typname FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace WHERE nspname IN ('public', 'other')
"""


def prepare(database: Database, *statements: str) -> None:
    """What has to be there before the tables."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def everything(database: Database) -> list[str]:
    """The names of all relations and types."""
    with database.engine.connect() as connection:
        return sorted(connection.execute(sa.text(EVERYTHING)).scalars())


def differences(database: Database, metadata: sa.MetaData) -> list[str]:
    """What is different, in lines, asked twice."""
    with database.engine.connect() as connection:
        minimig.diff(connection, metadata)
        return [operation.describe() for operation in minimig.diff(connection, metadata)]


@pytest.mark.parametrize("topic", TOPICS)
def test_what_sqlalchemy_created_equals_its_models(postgresql_database: Database, topic: str) -> None:
    """Whoever comes from `create_all` is told of nothing."""
    metadata = TOPICS[topic]()
    prepare(postgresql_database, *PREPARED)
    with postgresql_database.engine.begin() as connection:
        metadata.create_all(connection)
    assert differences(postgresql_database, metadata) == []


@pytest.mark.parametrize("topic", TOPICS)
def test_what_was_migrated_equals_its_models_and_leaves_nothing(postgresql_database: Database, topic: str) -> None:
    """A migration makes what the models say, and its way back leaves no table, sequence, type or domain behind."""
    metadata = TOPICS[topic]()
    prepare(postgresql_database, *PREPARED[1:])
    before = everything(postgresql_database)
    up = minimig.diff(SchemaState(), metadata)
    with postgresql_database.engine.begin() as connection:
        after = minimig.apply(connection, up, SchemaState())
    assert differences(postgresql_database, metadata) == []
    with postgresql_database.engine.begin() as connection:
        minimig.apply(connection, minimig.reverse(up, SchemaState()), after)
    assert everything(postgresql_database) == before
