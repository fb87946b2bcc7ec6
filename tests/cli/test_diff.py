"""diff and snapshot: any two schemas compared, as a user types it, on every database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from support.databases import Database
from support.projects import ProjectFolder

CONFIG = 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'
MODELS = """
import sqlalchemy as sa


class Lower(sa.types.TypeDecorator):
    impl = sa.String
    cache_ok = True


class Money(sa.types.UserDefinedType):
    cache_ok = True

    def __init__(self, digits, *, currency="EUR"):
        self.digits, self.currency = digits, currency

    def get_col_spec(self, **kw):
        return f"NUMERIC(12, {self.digits})"


metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("kind", sa.Enum("free", "paid", name="kind"), nullable=False, server_default="free"),
    sa.Column("email", Lower(120)),
    sa.Column("credit", Money(2, currency="CHF")),
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
    """A project whose database has had its one revision."""
    folder = ProjectFolder(tmp_path, database.url)
    folder.write("minimig.toml", CONFIG)
    folder.write("shop/__init__.py", "")
    folder.write("shop/models.py", MODELS)
    folder.ok("makemigrations")
    folder.ok("migrate")
    return folder


def strayed(database: Database) -> None:
    """Changes that somebody made by hand."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE orders ADD COLUMN note VARCHAR(20) DEFAULT 'x'")
        connection.exec_driver_sql("CREATE INDEX ix_total ON orders (total)")
        connection.exec_driver_sql("CREATE TABLE strange (id INTEGER NOT NULL PRIMARY KEY)")


@pytest.mark.parametrize(
    "sides",
    [(), ("head", "models"), ("current", "database"), ("database", "0001"), ("zero", "base"), ("models", "head")],
)
def test_what_agrees_shows_no_difference(project: ProjectFolder, sides: tuple[str, ...]) -> None:
    """A migrated database, the files and the models are the same, whichever two are compared."""
    result = project.ok("diff", *sides)
    assert result.out.startswith("No difference between ")


def test_drift_is_shown_in_both_directions(project: ProjectFolder, database: Database) -> None:
    """What mends the database one way, how it came about the other; a table that nobody declared only with --all."""
    strayed(database)
    mending = project.run("diff")
    assert mending.code == 4
    assert "- drop index ix_total on orders\n      INDEX (total)\n" in mending.out
    assert "- drop column orders.note\n      VARCHAR(20) DEFAULT 'x'\n" in mending.out
    assert "strange" not in mending.out
    assert "Left out: 1 table that nobody declared (strange); see --all." in mending.err
    came = project.run("diff", "current", "database").out
    assert "+ add column orders.note" in came
    assert "+ create index ix_total on orders (total)" in came
    assert "- drop table strange" in project.run("diff", "--all").out


def test_the_operations_can_be_pasted(project: ProjectFolder, database: Database) -> None:
    """--python prints what a revision file takes; executed on that database, nothing is left to be said."""
    strayed(database)
    found: dict[str, Any] = {}
    exec(
        f"import sqlalchemy as sa\nfrom minimig import ops\nup = {project.run('diff', '--all', '--python').out}", found
    )
    with database.engine.begin() as connection:
        minimig.apply(connection, found["up"], minimig.reflect(connection))
    assert "No difference" in project.ok("diff", "--all").out


def test_the_statements_are_shown(project: ProjectFolder, database: Database) -> None:
    """--sql prints what would mend the database; executed by hand, it has."""
    strayed(database)
    printed = project.run("diff", "--sql").out
    with database.engine.begin() as connection:
        for statement in filter(None, map(str.strip, printed.split(";\n"))):
            connection.exec_driver_sql(statement)
    assert "No difference" in project.ok("diff").out


def test_json_has_all_that_the_lines_say(project: ProjectFolder, database: Database) -> None:
    """--json of diff and of check: kind, table, words, details and source of each operation."""
    strayed(database)
    found = json.loads(project.run("diff", "--json").out)
    assert found["left_out"] == ["strange"]
    drops = {each["operation"]: each for each in found["operations"]}
    assert drops["DropColumn"]["about"] == "orders"
    assert drops["DropColumn"]["details"] == ["VARCHAR(20) DEFAULT 'x'"]
    assert drops["DropColumn"]["source"] == 'ops.DropColumn("orders", "note")'
    checked = project.run("check", "--json")
    data = json.loads(checked.out)
    assert checked.code == 4
    assert data["clean"] is False
    assert data["drift"] == found["operations"]
    assert (data["unwritten"], data["pending"], data["not_back"]) == ([], [], [])


def test_a_snapshot_is_compared_with_everything(project: ProjectFolder, database: Database) -> None:
    """Of models, of files and of the database: each agrees with each, and shows what changed since."""
    for side, file in (("models", "m.py"), ("head", "h.py"), ("database", "d.py")):
        assert f"Wrote {file}." in project.ok("snapshot", side, "-o", file).err
    for one in ("m.py", "h.py", "d.py", "models", "database"):
        for other in ("m.py", "h.py", "d.py", "models", "database"):
            assert project.ok("diff", one, other).out.startswith("No difference"), (one, other)
    strayed(database)
    assert "+ add column orders.note" in project.run("diff", "d.py", "database").out
    project.write("shop/models.py", MODELS.replace("sa.String(80)", "sa.String(90)"))
    changed = project.run("diff", "m.py", "models").out
    assert "~ alter column users.name (type)\n      type VARCHAR(80) -> VARCHAR(90)\n" in changed
    assert "type VARCHAR(80) -> VARCHAR(90)" in project.run("diff", "d.py", "models").out


def test_a_snapshot_is_written_again_but_nothing_else_is(project: ProjectFolder) -> None:
    """The same schema gives the same bytes; a file that is no snapshot, a revision among them, is left alone."""
    assert project.ok("snapshot").out == project.ok("snapshot").out
    project.ok("snapshot", "-o", "s.py")
    first = project.read("s.py")
    project.ok("snapshot", "-o", "s.py")
    assert project.read("s.py") == first
    for name in ("shop/models.py", "shop/migrations/0001_initial.py"):
        before = project.read(name)
        result = project.run("snapshot", "-o", name)
        assert result.code == 1
        assert "not overwritten" in result.err
        assert project.read(name) == before


def test_two_databases(project: ProjectFolder, database: Database, tmp_path: Path) -> None:
    """By their URLs: of one kind they are compared, of two kinds that is refused with what to do instead."""
    other = f"sqlite:///{tmp_path / 'other.db'}"
    with sa.create_engine(other).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE strange (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20))")
    result = project.run("diff", "database", other)
    if database.kind == "sqlite":
        assert result.code == 4
        assert "+ create table strange (2 columns)" in result.out
        assert "- drop table users" in result.out
        assert "- drop table strange" in project.run("diff", other, database.url).out
    else:
        assert result.code == 2
        assert "they spell nothing alike" in result.err
        assert "next:  compare each of them with the models" in result.err


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("nonsense", "a side is models, database, current, head, zero, a revision, a URL, or the file of a snapshot"),
        ("gone.py", "there is no file gone.py"),
        ("shop/models.py", "models.py is no snapshot"),
        ("shop/migrations/0002_later.py", "this is a revision, not a snapshot"),
        ("sqlite:///no_such.db", "there is no database"),
        ("nosuch://host/name", "SQLAlchemy knows no database called nosuch"),
    ],
)
def test_a_word_that_leads_nowhere(project: ProjectFolder, word: str, says: str) -> None:
    """Each is an error that says what would do, and never a traceback."""
    project.write("shop/migrations/0002_later.py", 'dependencies = ["shop.0001_initial"]\nup = []\n')
    result = project.run("diff", word, "models")
    assert result.code in {1, 2}
    assert says in result.err
    assert "Traceback" not in result.err


def test_options_that_exclude_each_other(project: ProjectFolder) -> None:
    """Two forms at once are refused; both halves of check together are the whole of it."""
    result = project.run("diff", "zero", "head", "--sql", "--json")
    assert (result.code, result.out) == (2, "")
    assert "--python, --sql and --json exclude each other" in result.err
    assert project.ok("check", "--models", "--database").out == "Models, revision files, database agree.\n"


def test_a_rename_can_be_told(project: ProjectFolder) -> None:
    """--rename says it as it is; an answer to which there is no question is refused."""
    project.write(
        "shop/models.py", MODELS.replace('"total", sa.Numeric', '"amount", sa.Numeric').replace("total", "amount")
    )
    assert "~ rename column orders.total to amount" in project.run("diff", "--rename", "orders.total:amount").out
    assert project.run("diff", "--rename", "orders.nothing:amount").code == 2
