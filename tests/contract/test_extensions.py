"""Extensions and collations: PostgreSQL has them, other databases do nothing about them."""

from __future__ import annotations

import uuid

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.pool import NullPool

import minimig
from minimig import objects, ops
from minimig.errors import ModelsError, StateError, UnsupportedError
from minimig.operations.chain import reversed_operations, states
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run

EMPTY = SchemaState()


def extensions(database: Database) -> dict[str, tuple[str, str]]:
    """The extensions of a PostgreSQL database: version and schema by name."""
    query = "SELECT extname, extversion, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace"
    with database.engine.connect() as connection:
        return {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(query)}


def differences(database: Database, metadata: MetaData | SchemaState) -> list[str]:
    """What would have to be done to the database, in words."""
    with database.engine.connect() as connection:
        return [o.describe() for o in minimig.diff(connection, metadata)]


def people() -> MetaData:
    """A table that needs an extension, and one that needs a collation."""
    metadata = MetaData()
    objects.extension(metadata, "citext", schema="ext")
    objects.collation(metadata, "natural", provider="icu", locale="en-u-kn-true", deterministic=False)
    Table("emails", metadata, Column("id", Integer, primary_key=True), Column("email", CITEXT))
    Table("versions", metadata, Column("name", String(20, collation="natural")))
    return metadata


def test_models_with_extensions_and_collations_go_up_and_down(postgresql_database: Database) -> None:
    """They come before the tables that use them, the database agrees, and nothing is left at the end."""
    metadata = people()
    up = minimig.diff(MetaData(), metadata)
    assert [o.describe() for o in up] == [
        "create schema ext",
        "create collation natural",
        "create extension citext",
        "create table emails (2 columns)",
        "create table versions (1 column)",
    ]
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(
            f"ALTER DATABASE {postgresql_database.engine.url.database} SET search_path = public, ext"
        )
    after = run(postgresql_database, up, EMPTY)
    assert differences(postgresql_database, metadata) == []
    with postgresql_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO versions VALUES ('v10'), ('v9')"))
        names = connection.execute(sa.text("SELECT name FROM versions ORDER BY name")).scalars().all()
    assert names == ["v9", "v10"]
    run(postgresql_database, reversed_operations(up, EMPTY), after)
    assert set(extensions(postgresql_database)) == {"plpgsql"}
    assert differences(postgresql_database, metadata)[:3] == [o.describe() for o in up[:3]]


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_other_databases_do_nothing(request: pytest.FixtureRequest, kind: str) -> None:
    """Every operation is silent, in a script and on the database, and nothing is a difference."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    metadata = MetaData()
    objects.extension(metadata, "citext")
    objects.collation(metadata, "natural", locale="en")
    operations = [
        *minimig.diff(MetaData(), metadata),
        ops.AlterExtension("citext", version="2"),
        ops.DropExtension("citext"),
        ops.DropCollation("natural"),
    ]
    assert run(database, operations, EMPTY) == EMPTY
    assert minimig.sql(operations, EMPTY, kind) == []
    assert differences(database, metadata) == []


def test_an_extension_changes_version_and_schema(postgresql_database: Database) -> None:
    """What is said of an extension is compared and changed; what is not said may be anything."""
    old, new, any_ = MetaData(), MetaData(), MetaData()
    objects.extension(old, "citext", version="1.4")
    objects.extension(new, "citext", version="1.6", schema="ext")
    objects.extension(any_, "citext")
    before = run(postgresql_database, minimig.diff(MetaData(), old), EMPTY)
    assert extensions(postgresql_database)["citext"] == ("1.4", "public")
    assert differences(postgresql_database, any_) == []
    assert differences(postgresql_database, new) == ["create schema ext", "alter extension citext"]
    changes = minimig.diff(old, new)
    assert changes[-1] == ops.AlterExtension("citext", version="1.6", schema="ext")
    run(postgresql_database, changes, before)
    assert extensions(postgresql_database)["citext"] == ("1.6", "ext")
    assert differences(postgresql_database, new) == []
    assert states(reversed_operations(changes, before), states(changes, before)[-1])[-1] == before
    [loose] = minimig.diff(old, any_)
    assert minimig.sql([loose], before, "postgresql") == []


def test_an_extension_that_is_there_is_taken_as_it_is(postgresql_database: Database) -> None:
    """Somebody with more rights installed it: the way up finds it, the way down leaves it, and others are not seen."""
    role = f"minimig_{uuid.uuid4().hex[:8]}"
    with postgresql_database.engine.begin() as connection:
        for statement in (f"CREATE ROLE {role} LOGIN", "CREATE EXTENSION file_fdw", "CREATE EXTENSION citext"):
            connection.exec_driver_sql(statement)
    url = sa.make_url(postgresql_database.url).set(username=role)
    user = Database("postgresql", str(url), sa.create_engine(url, poolclass=NullPool))
    metadata = MetaData()
    objects.extension(metadata, "file_fdw")
    try:
        up = minimig.diff(MetaData(), metadata)
        after = run(user, up, EMPTY)
        assert differences(user, metadata) == []
        run(user, reversed_operations(up, EMPTY), after)
    finally:
        with postgresql_database.engine.begin() as connection:
            connection.exec_driver_sql(f"DROP ROLE {role}")
    assert {"file_fdw", "citext"} <= extensions(postgresql_database).keys()


def test_an_extension_brings_what_it_needs(postgresql_database: Database) -> None:
    """With `cascade` the extensions it depends on are created too, and stay when it goes."""
    create = ops.CreateExtension("earthdistance", cascade=True)
    after = run(postgresql_database, [create], EMPTY)
    run(postgresql_database, [create.reverse(EMPTY)], after)
    assert set(extensions(postgresql_database)) == {"plpgsql", "cube"}


def test_an_extension_in_use_is_not_dropped(postgresql_database: Database) -> None:
    """The refusal says what uses it: nothing is taken away that others use."""
    after = run(postgresql_database, [ops.CreateExtension("citext")], EMPTY)
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE others (email citext)")
    with pytest.raises(UnsupportedError, match="depends on type citext"):
        run(postgresql_database, [ops.DropExtension("citext")], after)


def test_the_statements() -> None:
    """Names are quoted and everything that was said is there."""
    operations = [
        ops.CreateExtension("uuid-ossp", version="1.1", schema="Ext", cascade=True),
        ops.AlterExtension("uuid-ossp", version="1.2", schema="other"),
        ops.DropExtension("uuid-ossp"),
        ops.CreateCollation("de", locale="de_DE.utf8", schema="Ext"),
        ops.DropCollation("de", schema="Ext"),
        ops.CreateCollation("n", provider="icu", locale="und-u-kn-true", deterministic=False),
    ]
    assert minimig.sql(operations, EMPTY, "postgresql") == [
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA "Ext" VERSION \'1.1\' CASCADE',
        "ALTER EXTENSION \"uuid-ossp\" UPDATE TO '1.2'",
        'ALTER EXTENSION "uuid-ossp" SET SCHEMA other',
        'DROP EXTENSION IF EXISTS "uuid-ossp"',
        "CREATE COLLATION \"Ext\".de (LOCALE = 'de_DE.utf8')",
        'DROP COLLATION "Ext".de',
        "CREATE COLLATION n (DETERMINISTIC = false, LOCALE = 'und-u-kn-true', PROVIDER = 'icu')",
    ]


@pytest.mark.parametrize(
    "options",
    [
        {"locale": "C"},
        {"lc_collate": "C", "lc_ctype": "POSIX"},
        {"provider": "libc", "locale": "C", "deterministic": True},
        {"provider": "icu", "locale": "de_DE"},
        {"provider": "icu", "locale": "de-DE@collation=phonebook"},
        {"provider": "icu", "locale": "und-u-ks-level2", "deterministic": False},
    ],
)
def test_a_collation_is_recognized(postgresql_database: Database, options: dict[str, object]) -> None:
    """A collation compared with the database shows no difference, and another one of its name does."""
    state = run(postgresql_database, [ops.CreateCollation("c", **options)], EMPTY)
    assert differences(postgresql_database, state) == []
    other = MetaData()
    objects.collation(other, "c", provider="icu", locale="fr")
    assert differences(postgresql_database, other) == ["drop collation c", "create collation c"]


def test_a_collation_that_columns_use_is_not_changed() -> None:
    """The refusal names the columns and the way out, which works: a new name."""
    metadata = people()
    changed = people()
    changed.info.clear()
    objects.extension(changed, "citext", schema="ext")
    objects.collation(changed, "natural", provider="icu", locale="de-u-kn-true")
    with pytest.raises(StateError, match=r"column versions\.name uses it") as refused:
        minimig.diff(metadata, changed)
    assert "another name" in str(refused.value.hint)
    new = MetaData()
    objects.extension(new, "citext", schema="ext")
    objects.collation(new, "german", provider="icu", locale="de-u-kn-true")
    Table("emails", new, Column("id", Integer, primary_key=True), Column("email", CITEXT))
    Table("versions", new, Column("name", String(20, collation="german")))
    assert [o.describe() for o in minimig.diff(metadata, new)] == [
        "create collation german",
        "alter column versions.name (type)",
        "drop collation natural",
    ]


def test_one_name_has_one_definition() -> None:
    """The same declaration twice is one, and two different ones are a mistake."""
    metadata = MetaData()
    objects.extension(metadata, "citext")
    objects.extension(metadata, "citext")
    with pytest.raises(ModelsError, match="declared twice"):
        objects.extension(metadata, "citext", version="1.6")
