"""What commands do, counted: counts are the same on every machine, and tell of a growth before a clock does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig.state.from_metadata import from_metadata
from minimig.state.values import SqlType
from support.databases import Database
from support.projects import ProjectFolder

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
for number in range({count}):
    sa.Table(
        f"t{{number}}", metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(10 + number), nullable=False, server_default="x"),
        sa.Column("other", sa.ForeignKey(f"t{{number - 1}}.id")) if number else sa.Column("other", sa.Integer),
        sa.Column("double", sa.Integer, sa.Computed("other * 2", persisted=True)),
        sa.UniqueConstraint("name", name=f"uq_t{{number}}"),
        sa.CheckConstraint("name <> ''", name=f"ck_t{{number}}"),
        sa.Index(f"ix_t{{number}}", "other"),
    )
"""
CONFIG = '[tool.minimig]\nlabel = "shop"\nmetadata = "shop_models:metadata"\nmigrations = "migrations"\n'


def models(count: int) -> sa.MetaData:
    """So many tables."""
    found: dict[str, sa.MetaData] = {}
    exec(MODELS.format(count=count), found)
    return found["metadata"]


@contextmanager
def counted(target: object, event: str) -> Iterator[list[object]]:
    """What SQLAlchemy tells of while the block runs."""
    seen: list[object] = []

    def listen(*words: object) -> None:
        seen.append(words[0] if event == "after_parent_attach" else words[2])

    sa.event.listen(target, event, listen)
    try:
        yield seen
    finally:
        sa.event.remove(target, event, listen)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_questions_to_the_database_do_not_grow_with_its_tables(kind: str, request: pytest.FixtureRequest) -> None:
    """A comparison with a live database asks as many questions of twenty tables as of three."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    asked = []
    for count in (3, 20):
        metadata = models(count)
        with database.engine.connect() as connection:
            metadata.create_all(connection)
            connection.commit()
            minimig.diff(connection, metadata)  # what a driver asks once is not counted
            with counted(database.engine, "before_cursor_execute") as statements:
                assert minimig.diff(connection, metadata) == []
        asked.append(len(statements))
    assert asked[0] == asked[1] < 40


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_tables_that_agree_are_not_built_again(kind: str, request: pytest.FixtureRequest) -> None:
    """Comparing builds no table of SQLAlchemy's, but for one that tells which key of its kind numbers itself."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    metadata = models(5)
    with database.engine.connect() as connection:
        metadata.create_all(connection)
        with counted(sa.Table, "after_parent_attach") as built:
            assert minimig.diff(connection, metadata) == []
    kinds = {"sqlite": 0, "postgresql": 2, "mariadb": 2}  # one by its type in the models, one as it is reported
    probes = [table for table in built if str(table).startswith("minimig_probe_")]  # which the database has to answer
    assert len(built) - len(probes) == kinds[kind]


def test_what_is_said_twice_is_compiled_once(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Types that are equal are compiled once for all tables, on either side."""
    compiled: list[str] = []
    compile_type = sa.types.TypeEngine.compile

    def telling(type_: sa.types.TypeEngine[object], dialect: sa.Dialect | None = None) -> str:
        compiled.append(compile_type(type_, dialect))
        return compiled[-1]

    metadata = models(20)
    with sqlite_database.engine.connect() as connection:
        metadata.create_all(connection)
        monkeypatch.setattr(sa.types.TypeEngine, "compile", telling)
        assert minimig.diff(connection, metadata) == []
    # INTEGER, and a VARCHAR of its own in each table: in the models and in the database, as declared and as read back.
    assert (len(set(compiled)), len(compiled)) == (21, 84)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_new_table_is_built_once_with_its_indexes(dialect: str) -> None:
    """CREATE TABLE and CREATE INDEX are said of one table of SQLAlchemy's; another one only hints where it points."""
    metadata, empty = models(5), from_metadata(sa.MetaData())
    operations = minimig.diff(sa.MetaData(), metadata)
    with counted(sa.Table, "after_parent_attach") as built:
        statements = minimig.sql(operations, empty, dialect)
    assert sum("CREATE INDEX" in each for each in statements) == 5
    columns = [len(table.columns) for table in built if isinstance(table, sa.Table)]
    assert sorted(columns) == [1] * 4 + [4] * 5


def test_types_that_differ_hash_differently() -> None:
    """A thousand enums of one hash would take a million comparisons to tell apart."""
    enums = [sa.Enum("a", "b", name=f"e{number}") for number in range(100)]
    texts = [sa.String(number) for number in range(1, 101)]
    assert len({hash(SqlType.of(type_)) for type_ in (*enums, *texts)}) == 200
    assert hash(SqlType.of(sa.Enum("a", "b", name="e1"))) == hash(SqlType.of(enums[1]))


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project with two applied revisions that tell when they run, whose models cannot be imported any more."""
    folder = ProjectFolder(tmp_path, f"sqlite:///{tmp_path / 'shop.db'}")
    folder.write("pyproject.toml", CONFIG)
    folder.write("shop_models.py", MODELS.format(count=2))
    folder.ok("makemigrations")
    folder.write("shop_models.py", MODELS.format(count=10))
    folder.ok("makemigrations")
    folder.ok("migrate")
    for file in (tmp_path / "migrations").glob("0*.py"):
        telling = (
            f"with open({str(file.with_suffix('.ran'))!r}, 'a') as told:\n    told.write('x')\n\n\nimport sqlalchemy"
        )
        file.write_text(file.read_text().replace("import sqlalchemy", telling, 1))
    return folder


def runs(project: ProjectFolder) -> dict[str, int]:
    """How often each revision file has run."""
    return {file.stem[:4]: len(file.read_text()) for file in (project.path / "migrations").glob("*.ran")}


@pytest.mark.parametrize("command", ["history", "heads", "branches", "graph"])
def test_looking_at_the_history_runs_nothing(project: ProjectFolder, command: str) -> None:
    """What only headers tell needs neither models nor the operations of a file."""
    project.write("shop_models.py", "raise SystemExit('the models were imported')\n")
    project.ok(command)
    assert runs(project) == {}


def test_drift_against_the_files_needs_no_models(project: ProjectFolder) -> None:
    """Database and files are compared without the models, and each file runs once."""
    project.write("shop_models.py", "raise SystemExit('the models were imported')\n")
    project.ok("diff", "database", "head")
    assert runs(project) == {"0001": 1, "0002": 1}


def test_drift_against_the_models_needs_no_files(project: ProjectFolder) -> None:
    """Database and models are compared without the files, as long as no table is there that the models do not have."""
    project.ok("diff", "database", "models")
    assert runs(project) == {}
    with sqlite3.connect(project.path / "shop.db") as connection:
        connection.execute("CREATE TABLE strange (id INTEGER)")
    connection.close()
    project.ok("diff", "database", "models")
    assert runs(project) == {"0001": 1, "0002": 1}


def test_check_runs_each_file_once(project: ProjectFolder) -> None:
    """Models, files, ways back and database are compared with one reading of the files."""
    project.ok("check")
    assert runs(project) == {"0001": 1, "0002": 1}
