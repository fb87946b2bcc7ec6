"""makemigrations --from-database: what a live database has is taken as given, and other databases get it too."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database, sqlite_in
from support.projects import ProjectFolder

CONFIG = 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("kind", sa.Enum("free", "paid", name="kind"), nullable=False, server_default="free"),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
)
sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("total", sa.Numeric(10, 2), nullable=False, server_default="0"),
    sa.CheckConstraint("total >= 0 AND total < 1000000", name="ck_total"),
)
"""


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """A project with models and without revisions."""
    folder = ProjectFolder(tmp_path / "project", database.url)
    folder.write("minimig.toml", CONFIG)
    folder.write("shop/__init__.py", "")
    folder.write("shop/models.py", MODELS)
    return folder


def created(database: Database, *statements: str) -> None:
    """The tables as an application made them before it had migrations, a row, and what was done by hand since."""
    found: dict[str, sa.MetaData] = {}
    exec(MODELS, found)
    found["metadata"].create_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (name) VALUES ('a')")
        for statement in statements:
            connection.exec_driver_sql(statement)


def elsewhere(project: ProjectFolder, tmp_path: Path) -> None:
    """A new database made from the files alone, all the way and back, agrees with everything."""
    (tmp_path / "elsewhere").mkdir()
    other = ProjectFolder(project.path, sqlite_in(tmp_path / "elsewhere").url)
    for command in (("migrate",), ("check",), ("migrate", "shop", "zero"), ("migrate",), ("check",)):
        other.ok(*command)


def test_a_database_that_was_there_first(project: ProjectFolder, database: Database, tmp_path: Path) -> None:
    """Its tables become the first file, which is recorded; what the models want beyond that becomes the second."""
    created(database, "ALTER TABLE orders ADD COLUMN note VARCHAR(20) DEFAULT 'x'")
    made = project.ok("makemigrations", "--from-database", "--drop", "orders.note")
    assert "+ create table orders (4 columns)" in made.out
    assert "- drop column orders.note" in made.out
    assert "Record it: minimig migrate shop.0001_initial --fake" in made.err
    project.ok("migrate", "shop.0001_initial", "--fake")
    project.ok("migrate")
    assert project.ok("check").out == "Models, revision files, database agree.\n"
    assert project.ok("makemigrations", "--from-database").out == "No changes detected.\n"
    project.ok("migrate", "shop", "0001")
    project.ok("migrate")
    project.ok("check")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM users").scalar() == "a"
    elsewhere(project, tmp_path)


def test_drift_becomes_history(project: ProjectFolder, database: Database, tmp_path: Path) -> None:
    """A column and an index made by hand, which the models have taken over since, are recorded where they are."""
    project.ok("makemigrations")
    project.ok("migrate")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders ADD COLUMN note VARCHAR(20) DEFAULT 'x'")
        connection.exec_driver_sql("CREATE INDEX ix_total ON orders (total)")
    text = MODELS.replace(
        '    sa.CheckConstraint("total',
        '    sa.Column("note", sa.String(20), server_default="x"),\n    sa.Column("paid", sa.Date),\n'
        '    sa.Index("ix_total", "total"),\n    sa.CheckConstraint("total',
    )
    project.write("shop/models.py", text)
    made = project.ok("makemigrations", "--from-database")
    found, wanted = (project.read(f"shop/migrations/{number}*.py") for number in ("0002", "0003"))
    named = ('"note"', '"ix_total"', '"paid"')
    assert [name in found for name in named] == [True, True, False]
    assert [name in wanted for name in named] == [False, False, True]
    name = next(line for line in made.err.splitlines() if "--fake" in line).split()[-2]
    project.ok("migrate", name, "--fake")
    project.ok("migrate")
    project.ok("check")
    elsewhere(project, tmp_path)


def test_a_name_that_the_database_gave_is_changed_by_that_name(project: ProjectFolder, database: Database) -> None:
    """An unnamed constraint of a table made by create_all is renamed, so that later files can speak of it."""
    created(database)
    project.ok("makemigrations", "--from-database")
    project.ok("migrate", "shop.0001", "--fake")
    project.ok("migrate")
    project.write("shop/models.py", MODELS.replace(", nullable=False, unique=True", ", nullable=False"))
    project.ok("makemigrations")
    project.ok("migrate")
    project.ok("check")
    assert sa.inspect(database.engine).get_unique_constraints("users") == []


def test_a_name_that_files_do_not_know_is_drift(project: ProjectFolder, database: Database) -> None:
    """A table of create_all, recorded as made by a file that calls its constraint otherwise: seen, and mended."""
    created(database)
    project.ok("makemigrations")
    assert "--fake" not in project.read("shop/migrations/0001_initial.py")
    project.ok("migrate", "--fake")
    names_constraints = database.kind != "sqlite"  # there an unnamed constraint has no name, and none is needed
    for words in (["check"], ["diff", "current", "database"], ["diff", "database", "head"]):
        result = project.run(*words)
        assert result.code == (4 if names_constraints else 0), words
        assert ("to uq_users_name" in result.out or "uq_users_name on users to" in result.out) == names_constraints
    assert project.ok("diff").out.startswith("No difference")  # the models name nothing, so any name will do
    project.ok("makemigrations", "--from-database")
    if names_constraints:
        (name,) = project.files("shop/migrations/0002*.py")
        assert "`minimig migrate <this revision> --fake`" in project.read(name)
        project.ok("migrate", "shop.0002", "--fake")
        project.ok("migrate")
    project.ok("check")
    project.write("shop/models.py", MODELS.replace(", nullable=False, unique=True", ", nullable=False"))
    project.ok("makemigrations")
    project.ok("migrate")
    project.ok("check")
    assert sa.inspect(database.engine).get_unique_constraints("users") == []


def test_a_database_that_is_behind_cannot_say_what_is_missing(project: ProjectFolder) -> None:
    """It is refused with what to do first, and nothing is written."""
    project.ok("makemigrations")
    result = project.run("makemigrations", "--from-database")
    assert result.code == 1
    assert "the database has not had shop.0001_initial yet" in result.err
    assert "next:  run minimig migrate" in result.err
    assert project.files("shop/migrations/*.py") == ["shop/migrations/0001_initial.py"]


def test_tables_of_others_are_left_alone(project: ProjectFolder, database: Database) -> None:
    """A table that neither files nor models know is in no file."""
    created(database, "CREATE TABLE strange (id INTEGER NOT NULL PRIMARY KEY)")
    project.ok("makemigrations", "--from-database")
    assert "strange" not in "".join(project.read(name) for name in project.files("shop/migrations/*.py"))
    assert "strange" in project.run("diff", "--all").out


def test_tables_of_an_extension_are_nobodys(tmp_path: Path, postgresql_database: Database) -> None:
    """diff --all speaks of tables that nobody declared, but not of those that came with an extension."""
    folder = ProjectFolder(tmp_path, postgresql_database.url)
    folder.write("minimig.toml", CONFIG)
    folder.write("shop/__init__.py", "")
    folder.write("shop/models.py", MODELS)
    created(
        postgresql_database,
        "CREATE EXTENSION citext",
        "CREATE TABLE of_extension (id INTEGER)",
        "ALTER EXTENSION citext ADD TABLE of_extension",
        "CREATE TABLE of_nobody (id INTEGER)",
    )
    found = folder.run("diff", "--all").out
    assert "of_nobody" in found
    assert "of_extension" not in found


def test_one_way_at_a_time(project: ProjectFolder) -> None:
    """--from-database goes with neither --empty nor --merge."""
    assert project.run("makemigrations", "--from-database", "--empty", "shop").code == 2
