"""Schemas, extensions, sequences and collations in projects: written by themselves, shared by apps, gone at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from support.catalog import dump
from support.databases import Database
from support.projects import ProjectFolder

CONFIG = """
[apps.accounts]
metadata = "models:accounts"
migrations = "accounts/migrations"
[apps.shop]
metadata = "models:shop"
migrations = "shop/migrations"
"""
HEAD = """
import sqlalchemy as sa
from minimig import objects
from sqlalchemy.dialects.postgresql import CITEXT

accounts, shop = sa.MetaData(), sa.MetaData()
for metadata in (accounts, shop):
    objects.extension(metadata, "citext")
    objects.collation(metadata, "natural", provider="icu", locale="en-u-kn-true")
"""
USERS = """
sa.Table("users", accounts, sa.Column("id", sa.Integer, sa.Sequence("user_ids", start=7), primary_key=True),
    sa.Column("nick", sa.String(40, collation="natural")), schema="site")
"""
CARTS = """
numbers = sa.Sequence("numbers", schema="site", metadata=shop)
sa.Table("carts", shop, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", CITEXT),
    sa.Column("number", sa.Integer, server_default=numbers.next_value()), schema="site")
"""


@pytest.fixture
def project(tmp_path: Path, postgresql_database: Database) -> ProjectFolder:
    """Two apps whose tables are in one schema, on PostgreSQL."""
    folder = ProjectFolder(tmp_path, postgresql_database.url)
    folder.write("minimig.toml", CONFIG)
    folder.write("models.py", HEAD + USERS + CARTS)
    return folder


def described(project: ProjectFolder, *flags: str) -> str:
    """What makemigrations says."""
    return project.ok("makemigrations", *flags).out


def test_all_the_way_and_back(project: ProjectFolder, postgresql_database: Database) -> None:
    """Models lead to files, files to a database in which check finds nothing, and zero leaves it as it was."""
    with postgresql_database.engine.connect() as connection:
        before = dump(connection)
    assert "+ create schema site" in described(project)
    project.ok("migrate")
    assert project.ok("check").code == 0
    assert described(project) == "No changes detected.\n"
    with postgresql_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO site.carts (email) VALUES ('A@B.C')"))
        query = "SELECT number FROM site.carts WHERE email = 'a@b.c'"
        assert connection.execute(sa.text(query)).scalars().all() == [1]
    for app in ("shop", "accounts"):
        project.ok("migrate", app, "zero")
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE minimig_version")
        assert dump(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_extension").scalar() == 1
        assert "site" not in sa.inspect(connection).get_schema_names()


def test_what_two_apps_use_belongs_to_the_first(project: ProjectFolder) -> None:
    """One file creates what both need, and the other depends on it."""
    described(project)
    accounts, shop = project.read("accounts/migrations/0001*.py"), project.read("shop/migrations/0001*.py")
    for created in ('CreateSchema("site")', 'CreateExtension("citext")', "CreateCollation("):
        assert created in accounts
        assert created not in shop
    assert 'dependencies = ["accounts.0001_initial"]' in shop
    assert 'CreateSequence("numbers", schema="site")' in shop
    assert 'sa.Sequence("numbers", schema="site").next_value()' in shop
    assert 'sa.Sequence("user_ids")' in accounts


def test_a_schema_goes_with_the_last_table_in_it(project: ProjectFolder) -> None:
    """One app leaves the schema, then the other; the file that drops it comes after all that used it."""
    described(project)
    project.ok("migrate")
    project.write("models.py", HEAD + USERS)
    assert "drop schema" not in described(project, "--drop", "site.carts")
    project.write("models.py", HEAD)
    assert "- drop schema site" in described(project, "--drop", "site.users")
    dropping = project.read("accounts/migrations/0002*.py")
    assert '"shop.0002_drop' in dropping
    project.ok("migrate")
    assert project.ok("check").code == 0
    project.ok("migrate", "accounts", "zero")


def test_a_sequence_is_renamed_when_told(project: ProjectFolder, postgresql_database: Database) -> None:
    """--rename says what became of a sequence: it goes on where it stands, and its column follows."""
    described(project)
    project.ok("migrate")
    with postgresql_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO site.carts (email) VALUES ('a')"))
    project.write("models.py", (HEAD + USERS + CARTS).replace('"numbers"', '"cart_numbers"'))
    wrong = project.run("makemigrations", "--rename", "site.numbers:site.digits")
    assert wrong.code == 2
    assert "answers no question" in wrong.err
    project.ok("makemigrations", "--rename", "site.numbers:cart_numbers")
    text = project.read("shop/migrations/0002*.py")
    assert 'up = [\n    ops.RenameSequence("numbers", "cart_numbers", schema="site"),\n]' in text
    project.ok("migrate")
    assert project.ok("check").code == 0
    with postgresql_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO site.carts (email) VALUES ('b')"))
        assert connection.execute(sa.text("SELECT number FROM site.carts ORDER BY id")).scalars().all() == [1, 2]


def test_a_filter_keeps_a_schema_out(project: ProjectFolder) -> None:
    """A schema that is somebody else's affair, though its tables are ours, is not kept: never created or dropped."""
    project.write("minimig.toml", 'env = "env.py"\n' + CONFIG)
    project.write(
        "env.py",
        """
import dataclasses


def configure(environment):
    return dataclasses.replace(environment, keep=lambda kind, name, item: (kind, name) != ("schema", "site"))
""",
    )
    told = described(project)
    assert "create table site.users" in told
    assert "create schema" not in told


def test_two_definitions_of_one_thing_are_refused(project: ProjectFolder) -> None:
    """Apps that mean different things by one name are told so."""
    project.write(
        "models.py", HEAD + 'objects.extension(shop, "hstore", version="1.7")\nobjects.extension(accounts, "hstore")\n'
    )
    result = project.run("makemigrations")
    assert result.code == 1
    assert "extension hstore is claimed by the apps accounts and shop" in result.err


def test_apps_share_one_metadata(tmp_path: Path) -> None:
    """Patterns share out the tables; a sequence goes with its table, what has no table with the first app."""
    project = ProjectFolder(tmp_path, "sqlite://")
    config = CONFIG.replace('metadata = "models:accounts"', 'metadata = "models:both"\ntables = ["people.*"]')
    project.write(
        "minimig.toml", config.replace('metadata = "models:shop"', 'metadata = "models:both"\ntables = ["goods.*"]')
    )
    project.write(
        "models.py",
        """
import sqlalchemy as sa
from minimig import objects

both = sa.MetaData()
objects.extension(both, "citext")
sa.Sequence("alone", metadata=both)
sa.Table("a_users", both, sa.Column("id", sa.Integer, primary_key=True), schema="people")
sa.Table("s_carts", both, sa.Column("id", sa.Integer, sa.Sequence("drawn"), primary_key=True), schema="goods")
""",
    )
    project.ok("makemigrations")
    accounts, shop = project.read("accounts/migrations/0001*.py"), project.read("shop/migrations/0001*.py")
    for name in ('CreateExtension("citext")', 'CreateSequence("alone")', 'CreateSchema("people")'):
        assert name in accounts
        assert name not in shop
    for name in ('CreateSequence("drawn")', 'CreateSchema("goods")'):
        assert name in shop
        assert name not in accounts
    assert project.ok("makemigrations").out == "No changes detected.\n"
