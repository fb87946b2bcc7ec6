"""Models written from a live database, held against that database."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoints
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

import minimig
from minimig.commands import inspectdb
from minimig.state.schema import SchemaState
from support.broad_schema import TOPICS
from support.databases import Database
from support.library import library
from support.projects import REPOSITORY, ProjectFolder

CONFIG = '[apps.app]\nmetadata = "models:Base"\nmigrations = "migrations"\n'
EXACT = ("checks", "comments", "computed", "names", "schemas", "table_options")
"""Topics of the broad schema that come back as they were."""
LOST = {("sqlite", "names"): r"ck_order_done from order$", ("sqlite", "table_options"): r"\bconflicts\b"}
"""But for this: sqlacodegen takes the CHECK of a Boolean for the Boolean, and does not know ON CONFLICT."""


@pytest.fixture
def generated() -> Iterator[ModuleType]:
    """A module to run written models in; declarative classes look theirs up."""
    module = ModuleType("generated_models")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def project_on(database: Database, folder: Path, metadata: sa.MetaData) -> ProjectFolder:
    """A project whose database holds these tables, and no models."""
    with database.engine.begin() as connection:
        minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())
    project = ProjectFolder(folder, database.url)
    project.write("minimig.toml", CONFIG)
    return project


def metadata_in(module: ModuleType, source: str) -> sa.MetaData:
    """The MetaData that written models fill."""
    exec(compile(source, "models.py", "exec"), vars(module))
    found = module.Base.metadata if hasattr(module, "Base") else module.metadata
    assert isinstance(found, sa.MetaData)
    return found


@pytest.mark.parametrize("generator", ["declarative", "tables"])
@pytest.mark.parametrize("topic", ["library", *EXACT])
def test_written_models_equal_the_database(
    database: Database, tmp_path: Path, generated: ModuleType, topic: str, generator: str
) -> None:
    """Types, keys, CHECKs, defaults, comments, enums and schemas come back so that nothing differs."""
    metadata = library() if topic == "library" else TOPICS[topic](database.kind)
    project = project_on(database, tmp_path, metadata)
    schemas = sorted({table.schema for table in metadata.tables.values() if table.schema})
    words = [word for schema in schemas for word in ("--schema", schema)]
    found = metadata_in(generated, project.ok("inspectdb", "--generator", generator, *words).out)
    assert len(found.tables) >= len([t for t in metadata.tables.values() if t.schema or not schemas])
    with database.engine.connect() as connection:
        left = [operation.describe() for operation in minimig.diff(connection, found)]
    assert [words for words in left if not re.search(LOST.get((database.kind, topic), "(?!)"), words)] == []


def test_what_is_not_written_is_told(database: Database, tmp_path: Path, generated: ModuleType) -> None:
    """An index with a condition is left out of the models, and stderr says so: no model that cannot be imported."""
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
    condition = table.c.n > 0
    sa.Index("ix_some", table.c.n, postgresql_where=condition, sqlite_where=condition)
    result = project_on(database, tmp_path, metadata).ok("inspectdb")
    assert metadata_in(generated, result.out).tables.keys() == {"t"}
    assert ("Not written: table t: index ix_some" in result.err) is (database.kind != "mariadb")


def test_chosen_tables_views_and_files(database: Database, tmp_path: Path, generated: ModuleType) -> None:
    """Named tables bring what they point to, the version table never comes, and a file is never overwritten."""
    project = project_on(database, tmp_path, library())
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW writers AS SELECT id, name FROM authors")
    project.ok("ensure-version")
    whole = project.ok("inspectdb", "--generator", "tables").out
    assert "minimig_version" not in whole
    assert "writers" not in whole
    assert "'writers'" in project.ok("inspectdb", "--generator", "tables", "--views").out
    assert "Wrote app.py" in project.ok("inspectdb", "books", "-o", "app.py", "--generator", "tables").out
    text = project.read("app.py")
    assert metadata_in(generated, text).tables.keys() == {"authors", "books"}
    again = project.run("inspectdb", "-o", "app.py")
    assert again.code == 1
    assert "it is not overwritten" in again.err
    assert project.read("app.py") == text


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("bookz",), "the database has no table 'bookz'", "books"),
        (("--schema", "nowhere"), "the database has no schema 'nowhere'", None),
    ],
)
def test_what_is_not_there_is_an_error(
    database: Database, tmp_path: Path, words: tuple[str, ...], message: str, hint: str | None
) -> None:
    """A table or schema that the database lacks is named, with the nearest one."""
    result = project_on(database, tmp_path, library()).run("inspectdb", *words)
    assert result.code == 2
    assert message in result.err
    assert hint is None or hint in result.err


def test_an_empty_database_has_no_models(database: Database, tmp_path: Path) -> None:
    """Where there is no table, nothing is printed, and the error says where to look."""
    project = ProjectFolder(tmp_path, database.url)
    project.write("minimig.toml", CONFIG)
    result = project.run("inspectdb")
    assert (result.code, result.out) == (2, "")
    assert "there is no table to write" in result.err


def test_tables_of_extensions_are_left_out(postgresql_database: Database, tmp_path: Path) -> None:
    """On PostgreSQL a table that an extension brought is nobody's model."""
    project = project_on(postgresql_database, tmp_path, library())
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE owned (id integer PRIMARY KEY)")
        connection.exec_driver_sql("ALTER EXTENSION plpgsql ADD TABLE owned")
    assert "owned" not in project.ok("inspectdb").out
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER EXTENSION plpgsql DROP TABLE owned")
    assert "owned" in project.ok("inspectdb").out


def test_without_the_package_the_error_says_what_to_install(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """sqlacodegen is optional: without it there is a command to type, not a traceback."""
    monkeypatch.setattr(inspectdb, "entry_points", lambda **_: EntryPoints())
    result = project_on(sqlite_database, tmp_path, library()).run("inspectdb")
    assert result.code == 1
    assert "sqlacodegen, which is not installed" in result.err
    assert "pip install 'minimig[inspect]'" in result.err


def test_an_existing_database_is_adopted(database: Database, tmp_path: Path) -> None:
    """The commands of the how-to, in its order: rows stay, nothing differs, and the next change runs."""
    page = (REPOSITORY / "docs/howto/existing-database.md").read_text(encoding="utf-8")
    project = project_on(database, tmp_path, library())
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO authors (id, name) VALUES (1, 'Ann')")
    commands = re.findall(r"^\$ minimig (.*)$", page, re.MULTILINE)
    assert [words.split()[0] for words in commands] == ["inspectdb", "makemigrations", "migrate", "check"]
    for words in commands:
        project.ok(*words.split())
    models = project.read("models.py")
    project.write(
        "models.py",
        f"{models}\n\nclass Later(Base):\n    __tablename__ = 'later'\n\n"
        "    id: Mapped[int] = mapped_column(INTEGER, primary_key=True)\n",
    )
    project.ok("makemigrations")
    project.ok("migrate")
    project.ok("check")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM authors").scalars().all() == ["Ann"]
        assert "later" in sa.inspect(connection).get_table_names()
