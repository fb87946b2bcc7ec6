"""squashmigrations: the file that it writes, what it proves before, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig import ops
from minimig.errors import StateError
from minimig.revisions.serializer import Serializer
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder
from support.scratch import scratch_left, scratch_names

STEP = '''
import re
from datetime import date

WIDTH = {width}


# Upper case, cut.
def shout(conn, tables):
    """Write nicks louder."""
    users = tables.users
    for row in conn.execute(sa.select(users.c.id, users.c.nick)).all():
        words = _words(row.nick or "")
        conn.execute(sa.update(users).where(users.c.id == row.id).values(nick=words[:WIDTH]))


def _words(text):
    return re.sub("[^A-Z0-9]", "{mark}", text.upper())


def unused():
    """Nobody needs this."""
'''
RUN = "ops.RunPython(shout, reverse=ops.NOOP)"


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps; `accounts` has two data steps of the same names, and a row waits for them."""
    folder = two_apps(tmp_path, database.url)
    add(folder, "accounts.0003_shout", ["0002_nick"], RUN, STEP.format(width=5, mark="-"))
    add(folder, "accounts.0004_again", ["0003_shout"], RUN, STEP.format(width=3, mark="+"))
    add(folder, "accounts.0005_wide", ["0004_again"], 'ops.AlterColumn("users", "nick", type=sa.String(80))')
    models = folder.read("shop/models.py").replace("sa.String(40)", "sa.String(80)")
    folder.write("shop/models.py", models)
    return folder


def nick(database: Database) -> str:
    """The nick of the one user."""
    with database.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT nick FROM users").scalar_one())


def test_a_squash_with_data_steps_runs(project: ProjectFolder, database: Database) -> None:
    """Functions come along with what they use, under new names where two files clash, and do what they did."""
    result = project.ok("squashmigrations", "accounts", "--no-input")
    assert "5 operations folded to 4." in result.out
    text = project.read("accounts/migrations/0001_squashed_0005_wide.py")
    assert "def shout(conn, tables):" in text
    assert "def shout_0004(conn, tables):" in text
    assert "words = _words_0004(row.nick" in text
    assert "values(nick=words[:WIDTH_0004])" in text
    assert "# Upper case, cut." in text
    assert "unused" not in text
    assert "import date" not in text
    project.ok("migrate", "shop")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id, nick) VALUES (1, 'x')")
    project.ok("check")


def test_old_and_new_files_do_the_same(project: ProjectFolder, database: Database, tmp_path: Path) -> None:
    """A database half-way goes on with the old files and ends where the new one would lead."""
    project.ok("migrate", "accounts", "0002")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO users (id, nick) VALUES (1, 'ab c.defgh')")
    project.ok("squashmigrations", "accounts", "--no-input")
    out = project.ok("migrate").out
    assert "accounts.0003_shout" in out
    assert "Applying accounts.0001_squashed" not in out
    assert nick(database) == "AB+"
    project.ok("check")


def test_a_part_of_the_history(project: ProjectFolder) -> None:
    """From START to END under a name of one's own; what stays outside keeps its place."""
    told = project.ok("squashmigrations", "accounts", "0003", "0005", "-n", "louder", "--no-input", "--json").out
    result = json.loads(told)
    assert result["replaces"] == ["accounts.0003_shout", "accounts.0004_again", "accounts.0005_wide"]
    text = project.read("accounts/migrations/0003_louder.py")
    assert 'dependencies = ["accounts.0002_nick"]' in text
    assert "initial" not in text
    project.ok("migrate")
    project.ok("check")
    project.ok("migrate", "accounts", "zero")


def test_a_squash_of_nothing_but_data_steps_runs(project: ProjectFolder) -> None:
    """What only the functions use is imported too: no operation of this file needs SQLAlchemy."""
    project.ok("squashmigrations", "accounts", "0003", "0004", "--no-input")
    assert "import sqlalchemy as sa" in project.read("accounts/migrations/0003_squashed_0004_again.py")
    project.ok("migrate")
    project.ok("migrate", "accounts", "zero")


def test_a_dry_run_writes_nothing(project: ProjectFolder) -> None:
    """The file is shown, and is not there."""
    assert "def shout" in project.ok("squashmigrations", "accounts", "--dry-run", "-v").out
    assert not (project.path / "accounts/migrations/0001_squashed_0005_wide.py").exists()


def test_an_existing_file_is_never_written_over(project: ProjectFolder) -> None:
    """The second squash of the same range finds nothing but the first."""
    project.ok("squashmigrations", "accounts", "--no-input")
    result = project.run("squashmigrations", "accounts", "--no-input")
    assert (result.code, "stands alone" in result.err) == (2, True)


def test_a_squash_of_a_squash(project: ProjectFolder, database: Database) -> None:
    """A squash may become part of a wider one."""
    project.ok("squashmigrations", "accounts", "0003", "--no-input")
    project.ok("squashmigrations", "accounts", "-n", "everything", "--no-input")
    out = project.ok("migrate").out
    assert "Applying accounts.0001_everything" in out
    with database.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT name FROM minimig_version WHERE app = 'accounts'").scalars().all()
    assert set(names) > {"0001_everything", "0001_squashed_0003_shout", "0001_users", "0005_wide"}
    project.ok("check")


def test_a_circle_is_refused_before_anything_is_written(project: ProjectFolder) -> None:
    """Another app in the middle would have to come after and before the squash."""
    add(project, "accounts.0006_more", ["0005_wide", "shop.0002_owner"], 'ops.DropColumn("users", "nick")')
    result = project.run("squashmigrations", "accounts", "--no-input")
    assert result.code == 1
    assert "shop.0002_owner" in result.err
    assert project.files("accounts/migrations/*squashed*") == []


def test_no_way_back_stays_no_way_back(project: ProjectFolder) -> None:
    """A step that cannot be taken back makes the squash say so, with its reason."""
    add(project, "accounts.0006_gone", ["0005_wide"], "", 'irreversible = "the rows are gone"')
    result = project.ok("squashmigrations", "accounts", "--no-input")
    assert "the rows are gone" in result.out
    assert "irreversible" in project.read("accounts/migrations/0001_squashed_0006_gone.py")
    project.ok("migrate")
    assert project.run("migrate", "accounts", "zero").code == 1


@pytest.mark.parametrize(
    ("words", "code"), [(["accounts", "0001"], 2), (["accounts", "0004", "0002"], 2), (["nobody"], 2)]
)
def test_words_that_fit_nothing(project: ProjectFolder, words: list[str], code: int) -> None:
    """One revision alone, a range the wrong way round, an unknown app."""
    assert project.run("squashmigrations", *words, "--no-input").code == code


def test_nothing_is_left_after_going_back(project: ProjectFolder, database: Database) -> None:
    """The squash's own way down takes back all that it brought."""
    project.ok("squashmigrations", "accounts", "--no-input")
    project.ok("migrate")
    project.ok("migrate", "shop", "zero")
    project.ok("migrate", "accounts", "zero")
    assert set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"} == {"minimig_version"}


@pytest.mark.parametrize(
    ("top", "inner"),
    [("MARK = '+'", "def mark(MARK):\n    return MARK"), ("MARK = 0", "def mark():\n    global MARK\n    MARK += 1")],
)
def test_a_clash_with_an_inner_name_is_refused(project: ProjectFolder, top: str, inner: str) -> None:
    """A name that would have to change, and is also one inside a function, would come to mean something else."""
    step = "def {}(conn, tables):\n    print(MARK, mark())\n\n\n"
    one = f"MARK = 7\n\n\ndef mark():\n    return 1\n\n\n{step.format('one')}"
    add(project, "accounts.0006_one", ["0005_wide"], "ops.RunPython(one)", one)
    two = f"{top}\n\n\n{inner}\n\n\n{step.format('two')}"
    add(project, "accounts.0007_two", ["0006_one"], "ops.RunPython(two)", two)
    result = project.run("squashmigrations", "accounts", "--no-input")
    assert result.code != 0
    assert "call MARK something else in one of the old files" in result.err
    assert not list(project.path.glob("accounts/migrations/*squashed*"))


def test_what_edits_a_value_comes_along(project: ProjectFolder) -> None:
    """Statements that change a list in place, imports of one alias, and spaces at the end of a line in a text."""
    step = "def {}(conn, tables):\n    print(ROWS, path, TEXT)\n\n\n"
    one = f"import os.path as path\n\nROWS = [1]\nTEXT = ''\n\n\n{step.format('one')}"
    add(project, "accounts.0006_one", ["0005_wide"], "ops.RunPython(one)", one)
    edits = "ROWS = [2]\nROWS.append(3)\nROWS.append(3)\nfor _ in range(2):\n    ROWS.append(_)\nTEXT = '''a  \nb'''\n"
    two = f"import datetime as path\n\n{edits}\n\n{step.format('two')}"
    add(project, "accounts.0007_two", ["0006_one"], "ops.RunPython(two)", two)
    project.ok("squashmigrations", "accounts", "--no-input")
    text = project.read("accounts/migrations/0001_squashed_0007_two.py")
    assert text.count("ROWS_0007.append(3)") == 2
    assert "    ROWS_0007.append(_)" in text
    assert "import datetime as path_0007" in text
    assert "'''a  \nb'''" in text
    assert "print(ROWS_0007, path_0007, TEXT_0007)" in text


def test_two_statements_in_one_line_are_refused(project: ProjectFolder) -> None:
    """The text of one would bring the other along."""
    step = "ROWS = []\nROWS.append(1); ROWS.append(2)\n\n\ndef one(conn, tables):\n    print(ROWS)\n\n\n"
    add(project, "accounts.0006_one", ["0005_wide"], "ops.RunPython(one)", step)
    result = project.run("squashmigrations", "accounts", "--no-input")
    assert result.code != 0
    assert "put each on a line of its own" in result.err


# --- steps that are left out, and the proof by doing ------------------------------------------------------------------


def test_steps_that_are_elidable_are_left_out(project: ProjectFolder, database: Database) -> None:
    """A step marked so, in Python or SQL, is not in the squash, nor its function; and the squash can go back."""
    louder = "ops.RunPython(shout, elidable=True)"
    add(project, "accounts.0003_shout", ["0002_nick"], louder, STEP.format(width=5, mark="-"))
    add(project, "accounts.0004_again", ["0003_shout"], """ops.RunSQL("UPDATE users SET nick = 'x'", elidable=True)""")
    told = json.loads(project.ok("squashmigrations", "accounts", "--no-input", "--json").out)
    assert (told["operations_before"], told["operations_after"], told["irreversible"]) == (5, 1, None)
    text = project.read("accounts/migrations/0001_squashed_0005_wide.py")
    assert "RunPython" not in text
    assert "shout" not in text.partition("dependencies")[2].replace("0003_shout", "")
    assert "RunSQL" not in text
    project.ok("migrate")
    project.ok("migrate", "accounts", "zero")


def test_an_elidable_step_stays_so() -> None:
    """The mark is written into files and reversed with the step; a step that changes the state cannot bear it."""
    step = ops.RunSQL("SELECT 1", reverse="SELECT 2", elidable=True)
    assert Serializer().operation_source(step) == 'ops.RunSQL("SELECT 1", reverse="SELECT 2", elidable=True)'
    assert step.reverse(SchemaState()).left_out_of_squashes
    assert ops.RunPython(ops.NOOP, reverse=ops.NOOP, elidable=True).reverse(SchemaState()).left_out_of_squashes
    with pytest.raises(StateError, match="no squash could leave it out"):
        ops.RunSQL("DROP TABLE t", state_operations=[ops.DropTable("t")], elidable=True)


def test_verify_runs_both_ways_on_databases_of_a_moment(project: ProjectFolder, database: Database) -> None:
    """Old and new files run up and down on two fresh databases of this kind, which are gone afterwards."""
    before = scratch_names(database.engine)
    told = project.ok("squashmigrations", "accounts", "--no-input", "--verify-on", database.url)
    assert "5 files and the new one lead to the same schema, and back." in told.out
    assert scratch_left(database.engine, before) == set()
    assert sa.inspect(database.engine).get_table_names() == []
    project.ok("migrate")


def test_verify_finds_what_the_state_does_not_know(project: ProjectFolder, database: Database) -> None:
    """SQL that changes the schema behind the state, in a step that is left out: found, and no file is written."""
    sneaky = 'ops.RunSQL("ALTER TABLE users ADD COLUMN hidden INTEGER", reverse=ops.NOOP, elidable=True)'
    add(project, "accounts.0003_shout", ["0002_nick"], sneaky)
    before = scratch_names(database.engine)
    result = project.run("squashmigrations", "accounts", "--no-input", "--verify-on", database.url)
    assert result.code == 1
    assert "on the way up the squash leads to another schema than what it replaces" in result.err
    assert "+ add column users.hidden" in result.err
    assert scratch_left(database.engine, before) == set()
    assert project.files("accounts/migrations/0001_squashed*") == []


def test_no_optimize_keeps_each_operation(project: ProjectFolder) -> None:
    """--no-optimize writes as many operations as there were, and leads to the same place."""
    told = json.loads(project.ok("squashmigrations", "accounts", "--no-optimize", "--no-input", "--json").out)
    assert (told["operations_before"], told["operations_after"]) == (5, 5)
    project.ok("migrate")
    project.ok("check")


def test_verify_without_a_url_takes_sqlite(project: ProjectFolder) -> None:
    """--verify needs no database at all, not even a configured one that answers."""
    bare = ProjectFolder(project.path, "postgresql://nobody@127.0.0.1:1/nowhere")
    told = json.loads(bare.ok("squashmigrations", "accounts", "0004", "--dry-run", "--verify", "--json").out)
    assert told["proven_on"] == "sqlite"


def test_verify_on_a_server_that_is_not_there(project: ProjectFolder) -> None:
    """The server is named, without its password, and no file is written."""
    url = "postgresql://nobody:secret@127.0.0.1:1/nowhere"
    result = project.run("squashmigrations", "accounts", "--no-input", "--verify-on", url)
    assert (result.code, "secret" in result.text) == (1, False)
    assert "nobody" in result.err
    assert project.files("accounts/migrations/0001_squashed*") == []


def test_quiet_says_nothing(project: ProjectFolder) -> None:
    """-q writes the file and prints neither it nor what to do next; a dry run says that nothing is written."""
    assert project.ok("squashmigrations", "accounts", "--dry-run").out.endswith("Nothing is written.\n")
    done = project.ok("squashmigrations", "accounts", "-q")
    assert (done.out, done.err) == ("", "")
    assert len(project.files("accounts/migrations/*squashed*")) == 1
