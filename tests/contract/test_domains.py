"""PostgreSQL's domains, up and down with rows in place: made, shared, changed where they stand, dropped."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer
from sqlalchemy.dialects import postgresql

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.contracts import NAMED_TYPES, Rows, cleared, holds, made, there, there_and_back
from support.databases import Database
from support.editing import script

ROWS: Rows = {"users": [{"id": 1, "email": "a@x", "code": "a"}], "mails": [{"id": 1, "sender": "b@x", "to": ["c@x"]}]}


def email(**options: Any) -> postgresql.DOMAIN:
    """A domain over text."""
    return postgresql.DOMAIN("email", sa.Text, **{"check": "VALUE LIKE '%@%'", **options})


def models(domain: postgresql.DOMAIN | None = None) -> sa.MetaData:
    """Two tables that share a domain, one of them in an array; and a domain that one table alone uses."""
    metadata = sa.MetaData()
    code = postgresql.DOMAIN("Code", sa.String(4), check="VALUE IN ('a', 'b') AND length(VALUE) < 3", default="a")
    sa.Table(
        "users",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("email", domain or email(), nullable=False, server_default="no@x"),
        Column("code", code),
    )
    shared = domain or email()
    sa.Table(
        "mails",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("sender", shared),
        Column("to", postgresql.ARRAY(shared)),
    )
    return metadata


def types(database: Database) -> list[str]:
    """The domains and enums there are."""
    with database.engine.connect() as connection:
        return list(connection.execute(sa.text(NAMED_TYPES)).scalars())


def test_a_domain_lives_from_its_first_use_to_its_last(postgresql_database: Database) -> None:
    """Made with the first table, shared by the second, dropped with the last column; the models see no difference."""
    before = made(postgresql_database, models(), ROWS)
    holds(postgresql_database, before)
    assert types(postgresql_database) == ["Code", "email"]
    after = there(postgresql_database, [ops.DropTable("mails"), ops.DropColumn("users", "code")], before)
    assert types(postgresql_database) == ["email"]
    there_and_back(postgresql_database, [ops.AlterColumn("users", "email", type=sa.String(20))], after)
    there(postgresql_database, [ops.AlterColumn("users", "email", type=sa.String(20))], after)
    assert types(postgresql_database) == []


@pytest.mark.parametrize(
    "domain",
    [
        email(not_null=True),
        email(default="x@y"),
        email(check=None),
        email(check="VALUE LIKE '%@%' AND length(VALUE) BETWEEN 3 AND 90", constraint_name="it's long"),
        email(default=sa.text("'a' || '@x'"), not_null=True, check="VALUE <> ''"),
    ],
    ids=["not null", "default", "no check", "other check", "all"],
)
def test_a_domain_changes_where_it_stands(postgresql_database: Database, domain: postgresql.DOMAIN) -> None:
    """Default, NOT NULL and CHECK become those of the new version in all tables, and again those of the old one."""
    before = made(postgresql_database, models(), ROWS)
    operations = diff(before, from_metadata(models(domain)))
    assert len(operations) == 3
    there_and_back(postgresql_database, operations, before)
    cleared(postgresql_database, before)


def test_a_change_of_one_column_reaches_the_domain_once() -> None:
    """The columns that bring the same version find it done, also in a script; an array of it steps aside meanwhile."""
    before = from_metadata(models())
    operations = diff(before, from_metadata(models(email(not_null=True))))
    assert script(dialect_of("postgresql+psycopg://"), operations, before) == [
        'ALTER TABLE mails ALTER COLUMN "to" TYPE TEXT[]',
        "ALTER DOMAIN email SET NOT NULL",
        'ALTER TABLE mails ALTER COLUMN "to" TYPE email[]',
    ]


def test_another_base_is_refused(postgresql_database: Database) -> None:
    """PostgreSQL cannot change it; under another name the columns are converted, and the old domain goes."""
    before = made(postgresql_database, models(), ROWS)
    other = postgresql.DOMAIN("email", sa.String(80), check="VALUE LIKE '%@%'")
    with pytest.raises(UnsupportedError, match="domain email is based on TEXT") as caught:
        there(postgresql_database, [ops.AlterColumn("users", "email", type=other)], before)
    assert "another name" in str(caught.value.hint)
    renamed = postgresql.DOMAIN("mail", sa.String(80), check="VALUE LIKE '%@%'")
    there_and_back(postgresql_database, diff(before, from_metadata(models(renamed))), before)
    there(postgresql_database, diff(before, from_metadata(models(renamed))), before)
    assert types(postgresql_database) == ["Code", "mail"]


def test_an_enum_under_a_domain_keeps_its_labels(postgresql_database: Database) -> None:
    """PostgreSQL cannot rebuild an enum that a domain is based on: refused, and both go when nothing uses them."""

    def pair(*labels: str) -> sa.MetaData:
        metadata = sa.MetaData()
        mood = sa.Enum(*labels, name="mood")
        sa.Table("t", metadata, Column("a", postgresql.DOMAIN("kept", mood)), Column("b", mood))
        return metadata

    before = made(postgresql_database, pair("sad", "ok"), {})
    change = ops.AlterColumn("t", "b", type=sa.Enum("ok", "new", name="mood"))
    with pytest.raises(UnsupportedError, match="enum mood is what a domain is based on"):
        there(postgresql_database, [change], before)
    there(postgresql_database, [ops.DropTable("t")], before)
    assert types(postgresql_database) == []


@pytest.mark.parametrize("kind", [postgresql.DOMAIN, postgresql.ENUM])
def test_a_type_made_elsewhere_is_left_alone(postgresql_database: Database, kind: type[Any]) -> None:
    """With create_type=False it is neither made nor dropped, and its labels are not changed."""
    arguments = (sa.Text,) if kind is postgresql.DOMAIN else ("a", "b")
    first = {"name": "own"} if kind is postgresql.ENUM else {}
    own = kind(*(("own", *arguments) if kind is postgresql.DOMAIN else arguments), **first, create_type=False)
    statement = "CREATE DOMAIN own AS text" if kind is postgresql.DOMAIN else "CREATE TYPE own AS ENUM ('a', 'b', 'c')"
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    table = ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("c", own))
    operations: list[Operation] = [table]
    if kind is postgresql.ENUM:
        operations.append(ops.AddEnumValue("own", "c"))
    state = there(postgresql_database, operations, SchemaState())
    there(postgresql_database, [ops.DropTable("t")], state)
    assert types(postgresql_database) == ["own"]
