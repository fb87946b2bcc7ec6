"""What cannot be created is refused by the command that reads the models, and nothing is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from support.databases import Database
from support.projects import ProjectFolder

CONFIG = """
[apps.app]
metadata = "models:metadata"
migrations = "migrations"
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
one = sa.Table("one", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
two = sa.Table("two", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
"""
SAME_NAME = """
sa.Index("ix_n", one.c.n)
sa.Index("ix_n", two.c.n)
"""


def project_with(folder: Path, more: str, url: str | None = None) -> ProjectFolder:
    """A project with these models."""
    project = ProjectFolder(folder, url)
    project.write("minimig.toml", CONFIG)
    project.write("models.py", MODELS + more)
    return project


@pytest.mark.parametrize("command", [("makemigrations",), ("check", "--models")])
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('one.append_constraint(sa.ForeignKeyConstraint(["n"], ["two.n"], name="fk"))', "neither the primary key nor"),
        ('one.append_constraint(sa.ForeignKeyConstraint(["n"], ["tow.id"], name="fk"))', "table tow, which is not in"),
        ('one.append_constraint(sa.ForeignKeyConstraint(["n"], ["two.idd"], name="fk"))', "two.idd, which does not"),
    ],
)
def test_no_database_is_needed_to_refuse(tmp_path: Path, command: tuple[str, ...], more: str, message: str) -> None:
    """A key that no database could create is an error without any URL, and no file is written."""
    project = project_with(tmp_path, more)
    result = project.run(*command)
    assert result.code == 1
    assert message in result.err
    assert "where:" in result.err
    assert "next:" in result.err
    assert project.files("migrations/*.py") == []


def test_a_name_taken_twice_depends_on_the_database(tmp_path: Path, database: Database) -> None:
    """Without a database it is let through; with a URL it is refused where that database has one namespace."""
    project = project_with(tmp_path, SAME_NAME, database.url)
    made = project.run("makemigrations")
    assert made.code == (0 if database.kind == "mariadb" else 1), made.text
    if made.code:
        assert "index ix_n of table one and index ix_n of table two have one name" in made.err
    project_with(tmp_path, SAME_NAME).ok("makemigrations", *(["--check"] if not made.code else []))
    migrated = project.run("migrate")
    assert migrated.code == made.code
    if migrated.code:
        assert re.search(r"0001_initial\.py, up\[\d\]: create (table|index)", migrated.err)
        assert "(no migrations)" not in project.run("showmigrations").out
        assert "[X]" not in project.run("showmigrations").out


@pytest.mark.parametrize("table", ["legacy", "legacy.users"])
def test_a_table_that_is_left_out_may_be_pointed_to(tmp_path: Path, table: str) -> None:
    """What the env file leaves to somebody else, be it a table or its whole schema, is no missing table."""
    key = f'sa.ForeignKeyConstraint(["n"], ["{table}.id"], name="fk")'
    project = project_with(tmp_path, f"one.append_constraint({key})")
    project.write("minimig.toml", f'env = "env.py"\n{CONFIG}')
    project.write(
        "env.py",
        "import dataclasses\n\n\ndef configure(environment):\n"
        "    return dataclasses.replace(environment, include=lambda kind, name: name != 'legacy')\n",
    )
    assert f"{table}.id" in project.ok("makemigrations", "--dry-run", "-v").out
