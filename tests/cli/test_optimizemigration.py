"""optimizemigration: a file's own operations folded where they stand, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

NAME = "accounts/migrations/0003_steps.py"
TEXT = '''"""Steps.

Written by a person.
"""

import sqlalchemy as sa

from minimig import ops

dependencies = ["accounts.0002_nick"]
atomic = False


def shout(conn, tables):  # a data step
    conn.execute(sa.update(tables.users).values(nick="X"))


up = [
    ops.AddColumn("users", sa.Column("age", sa.Integer)),
    ops.AlterColumn("users", "age", type=sa.BigInteger),
    # loud
    ops.RunPython(shout, reverse=ops.NOOP),  # and clear
    ops.AddColumn("users", sa.Column("size", sa.Integer)),
    ops.DropColumn("users", "size"),
]
'''
FOLDED = TEXT.replace(
    '    ops.AddColumn("users", sa.Column("age", sa.Integer)),\n'
    '    ops.AlterColumn("users", "age", type=sa.BigInteger),\n',
    '    ops.AddColumn("users", sa.Column("age", sa.BigInteger)),\n',
).replace('    ops.AddColumn("users", sa.Column("size", sa.Integer)),\n    ops.DropColumn("users", "size"),\n', "")
COMMAND = ("optimizemigration", "accounts", "0003")


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """`accounts` has a file with two folds in it, one on each side of a data step."""
    folder = two_apps(tmp_path, database.url)
    folder.write(NAME, TEXT)
    return folder


def test_it_folds_and_keeps_the_rest(project: ProjectFolder, database: Database) -> None:
    """Only the folded items change; the data step keeps its place, and the file runs."""
    out = project.ok(*COMMAND).out
    assert "5 operations folded to 2." in out
    assert project.read(NAME) == FOLDED
    project.ok("migrate")
    [age] = [c for c in sa.inspect(database.engine).get_columns("users") if c["name"] == "age"]
    assert isinstance(age["type"], sa.BigInteger)
    assert project.ok(*COMMAND).out == "accounts.0003_steps: nothing to fold in 2 operations.\n"


def test_check_and_dry_run_write_nothing(project: ProjectFolder) -> None:
    """--check exits 4 while something could be folded, --dry-run shows the file."""
    assert project.run(*COMMAND, "--check").code == 4
    assert "sa.BigInteger" in project.ok(*COMMAND, "--dry-run", "-v").out
    told = json.loads(project.ok(*COMMAND, "--dry-run", "--json").out)
    assert (told["operations_before"], told["operations_after"], told["written"]) == (5, 2, False)
    assert project.read(NAME) == TEXT
    project.ok(*COMMAND)
    assert project.run(*COMMAND, "--check").code == 0


def test_a_written_way_down_is_folded_too(project: ProjectFolder) -> None:
    """`down` has its own order; both lists are folded, and the way still leads back."""
    down = (
        '    ops.AddColumn("users", sa.Column("size", sa.Integer)),\n'
        '    ops.DropColumn("users", "size"),  # why not\n'
        '    ops.DropColumn("users", "age"),\n'
    )
    project.write(NAME, f"{TEXT}\ndown = [\n{down}]\n")
    assert "# why not" in project.run(*COMMAND).err
    project.write(NAME, f"{TEXT}\ndown = [\n{down.replace('  # why not', '')}]\n")
    project.ok(*COMMAND)
    assert project.read(NAME) == f'{FOLDED}\ndown = [\n    ops.DropColumn("users", "age"),\n]\n'
    project.ok("migrate")
    project.ok("migrate", "accounts", "0002")


def test_an_applied_file_is_left_alone(project: ProjectFolder) -> None:
    """Its checksum stands in the database: exit code 7, unless it is forced; looking is free."""
    project.ok("migrate")
    refused = project.run(*COMMAND)
    assert refused.code == 7
    assert "--force" in refused.err
    assert project.read(NAME) == TEXT
    assert project.run(*COMMAND, "--check").code == 4
    project.ok(*COMMAND, "--force")
    assert project.read(NAME) == FOLDED


def test_without_a_database(project: ProjectFolder) -> None:
    """No database, or one that does not answer, stops nobody."""
    assert ProjectFolder(project.path, "postgresql://nobody@127.0.0.1:1/x").run(*COMMAND, "--check").code == 4
    missing = ProjectFolder(project.path, "sqlite:///nowhere.db")
    missing.ok(*COMMAND)
    assert not (project.path / "nowhere.db").exists()
    assert project.read(NAME) == FOLDED


def test_a_file_beside_it_where_it_cannot_be_edited(project: ProjectFolder, database: Database) -> None:
    """A list built in a loop is refused with its line; --new writes a file that stands for it, data steps included."""
    project.write(
        NAME, TEXT + 'for name in ["a", "b"]:\n    up.append(ops.AddColumn("users", sa.Column(name, sa.Integer)))\n'
    )
    refused = project.run(*COMMAND)
    assert refused.code == 1
    assert "0003_steps.py:27" in refused.err
    assert "minimig optimizemigration accounts 0003_steps --new" in refused.err
    project.ok(*COMMAND, "--new")
    text = project.read("accounts/migrations/0003_steps_optimized.py")
    assert 'replaces = ["accounts.0003_steps"]' in text
    assert "def shout(conn, tables):" in text
    assert "atomic = False" in text
    assert "accounts.0003_steps_optimized" in project.ok("migrate").out
    assert {"age", "a", "b"} <= {c["name"] for c in sa.inspect(database.engine).get_columns("users")}
    project.ok("migrate", "accounts", "0002")


def test_a_squash_cannot_be_replaced(project: ProjectFolder) -> None:
    """A file that replaces others is edited in place or not at all."""
    add(project, "accounts.0003_steps", ["0001_users"], "", 'replaces = ["accounts.0002_nick", "accounts.0009_gone"]')
    text = project.read(NAME).replace("up = []", TEXT[TEXT.index("up = [") :].replace("shout", "print"))
    project.write(NAME, text)
    result = project.run(*COMMAND, "--new")
    assert result.code == 2
    assert "replaces others itself" in result.err


def test_names_that_a_convention_gives(project: ProjectFolder) -> None:
    """A fold of something that the file leaves without a name writes the name that the convention gave it."""
    models = project.read("shop/models.py")
    convention = 'sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}), sa.MetaData()'
    project.write("shop/models.py", models.replace("sa.MetaData(), sa.MetaData()", convention))
    table = '"teams", sa.Column("id", sa.Integer, primary_key=True), sa.UniqueConstraint("id")'
    project.write(NAME, TEXT.replace("up = [\n", f"up = [\n    ops.CreateTable({table}),\n"))
    text = project.read(NAME).replace("\n]\n", '\n    ops.AddColumn("teams", sa.Column("name", sa.Text)),\n]\n')
    step = "    # loud\n    ops.RunPython(shout, reverse=ops.NOOP),  # and clear\n"
    project.write(NAME, text.replace(step, '    ops.DropColumn("users", "age"),\n'))
    project.ok(*COMMAND)
    assert 'name="uq_teams_id"' in project.read(NAME)
    project.ok("migrate")


@pytest.mark.parametrize("words", [("nobody", "0001"), ("accounts", "0009"), ("accounts", "zero")])
def test_words_that_name_nothing(project: ProjectFolder, words: tuple[str, str]) -> None:
    """A usage error, and no traceback."""
    assert project.run("optimizemigration", *words).code == 2


IMPORTS = '''"""Steps."""

from __future__ import annotations

import datetime
import decimal

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from minimig import ops
from uuid import UUID  # noqa

dependencies = ["accounts.0002_nick"]


def keep(day: "datetime.date") -> None:
    """Nothing of decimal."""


up = [
    ops.AddColumn("users", sa.Column("price", sa.Numeric().with_variant(postgresql.MONEY(), "postgresql"))),
    ops.AddColumn("users", sa.Column("day", sa.Date, default=datetime.date.min)),
    ops.AddColumn("users", sa.Column("cost", sa.Numeric, default=decimal.Decimal(1))),
    ops.AddColumn("users", sa.Column("key", sa.Uuid, default=UUID(int=1))),
    ops.DropColumn("users", "price"),
    ops.DropColumn("users", "day"),
    ops.DropColumn("users", "cost"),
    ops.DropColumn("users", "key"),
    ops.RunSQL("SELECT 1", reverse="SELECT 1"),
]
'''


def test_imports_that_only_folded_operations_used_go(project: ProjectFolder) -> None:
    """What user code still uses stays, in quotes too, and so does an import with a comment."""
    project.write(NAME, IMPORTS)
    project.ok(*COMMAND)
    text = project.read(NAME)
    head = text[: text.index("dependencies")]
    assert "import decimal" not in head
    assert "postgresql" not in head
    assert "import datetime\n" in head
    assert "from uuid import UUID  # noqa\n" in head
    assert "from sqlalchemy.dialects import mysql\n" in head
    assert "\n\n\n" not in head
