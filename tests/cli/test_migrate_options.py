"""What `minimig migrate` can be told besides its target, and how much the commands say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps with two revisions each, on an empty SQLite database."""
    return two_apps(tmp_path, sqlite_database.url)


def tables(database: Database) -> list[str]:
    """The names of all tables but the version table."""
    return sorted(set(sa.inspect(database.engine).get_table_names()) - {"minimig_version", "minimig_journal"})


def applied(database: Database) -> list[str]:
    """What the version table holds."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT app, name FROM minimig_version").all()
    return sorted(f"{app}.{name[:4]}" for app, name in rows)


ALL = ["accounts.0001", "accounts.0002", "shop.0001", "shop.0002"]

# --- --fake -----------------------------------------------------------------------------------------------------------


def test_fake_moves_the_rows_and_nothing_else(tmp_path: Path, database: Database) -> None:
    """--fake records and forgets, forward and backward, to a target or to the end, and runs no statement."""
    project = two_apps(tmp_path, database.url)
    faked = project.ok("migrate", "--fake", "shop", "0002")
    assert "Applying shop.0002_owner" in faked.out
    assert faked.out.count("faked") == 4
    assert (applied(database), tables(database)) == (ALL, [])
    assert "Nothing to do" in project.ok("migrate", "--fake").out
    back = project.ok("migrate", "--fake", "accounts", "0001")
    assert "Taking back shop.0002_owner" in back.out
    assert applied(database) == ["accounts.0001", "shop.0001"]
    project.ok("migrate", "shop", "zero", "--fake")
    assert (applied(database), tables(database)) == (["accounts.0001"], [])


def test_a_database_made_from_the_models_is_marked(tmp_path: Path, database: Database) -> None:
    """create_all, then --fake: models, files and database agree, and later revisions apply on top."""
    project = two_apps(tmp_path, database.url)
    names: dict[str, sa.MetaData] = {}
    exec(project.read("shop/models.py"), names)  # the models themselves, as the application would use them
    names["accounts"].create_all(database.engine)
    names["shop"].create_all(database.engine)
    assert project.run("migrate").code == 1
    project.ok("migrate", "--fake")
    assert project.ok("check").out == "Models, revision files, database agree.\n"
    add(project, "shop.0003_total", ["0002_owner"], 'ops.AddColumn("carts", sa.Column("total", sa.Integer))')
    project.ok("migrate")
    assert [column["name"] for column in sa.inspect(database.engine).get_columns("carts")] == ["id", "user_id", "total"]


def test_the_state_moves_along_with_what_is_faked(project: ProjectFolder, sqlite_database: Database) -> None:
    """A real step after a faked one builds on the table as the faked file left it; going back runs only what ran."""
    project.ok("migrate", "accounts", "0001")
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE users ADD COLUMN nick VARCHAR(40)")
    project.ok("migrate", "--fake", "accounts", "0002")
    add(project, "accounts.0003_wide", ["0002_nick"], 'ops.AlterColumn("users", "nick", type=sa.String(80))')
    project.ok("migrate", "accounts")
    nick = sa.inspect(sqlite_database.engine).get_columns("users")[1]
    assert (nick["name"], str(nick["type"])) == ("nick", "VARCHAR(80)")
    project.ok("migrate", "accounts", "0001")
    assert [column["name"] for column in sa.inspect(sqlite_database.engine).get_columns("users")] == ["id"]


def test_a_plan_of_a_fake_changes_nothing(project: ProjectFolder, sqlite_database: Database) -> None:
    """--fake --plan changes nothing, not even rows."""
    assert "shop.0002_owner" in project.ok("migrate", "--fake", "--plan").out
    assert sa.inspect(sqlite_database.engine).get_table_names() == []


# --- one app, and back across apps ------------------------------------------------------------------------------------


def test_a_target_brings_only_what_it_needs(tmp_path: Path, database: Database) -> None:
    """One app to one place: what it depends on comes along, the rest stays, and the way back takes dependents too."""
    project = two_apps(tmp_path, database.url)
    project.ok("migrate", "shop", "0001")
    assert tables(database) == ["carts"]
    project.ok("migrate", "accounts")
    assert applied(database) == ["accounts.0001", "accounts.0002", "shop.0001"]
    project.ok("migrate")
    plan = project.ok("migrate", "accounts", "zero", "--plan").out
    assert [line.split()[0] for line in plan.splitlines() if "(take back)" in line] == [
        "shop.0002_owner",
        "accounts.0002_nick",
        "accounts.0001_users",
    ]
    assert "fk_carts_user_id" in plan
    assert applied(database) == ALL
    project.ok("migrate", "accounts", "zero")
    assert (applied(database), tables(database)) == (["shop.0001"], ["carts"])
    project.ok("migrate")
    project.ok("migrate", "shop", "zero")
    assert tables(database) == ["users"]


def test_run_before_and_the_ends_of_another_app(tmp_path: Path, database: Database) -> None:
    """`run_before`, `__first__` and `__latest__` decide the order on a database, up and down."""
    project = two_apps(tmp_path, database.url)
    add(
        project,
        "shop.0001_carts",
        ["accounts.__first__"],
        'ops.RunSQL("INSERT INTO users (id) VALUES (1)", reverse="DELETE FROM users")',
        'run_before = ["accounts.0002_nick"]',
    )
    add(
        project,
        "shop.0002_owner",
        ["0001_carts", "accounts.__latest__"],
        """ops.RunSQL("UPDATE users SET nick = 'one'", reverse=ops.NOOP)""",
    )
    plan = project.ok("showmigrations", "--plan").out.split()[2::3]
    assert plan == ["accounts.0001_users", "shop.0001_carts", "accounts.0002_nick", "shop.0002_owner"]
    project.ok("migrate")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id, nick FROM users").all() == [(1, "one")]
    project.ok("migrate", "shop", "zero")
    assert applied(database) == ["accounts.0001"]
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar() == 0


def test_dependencies_that_are_implied_already_do_no_harm(project: ProjectFolder, sqlite_database: Database) -> None:
    """A file may name its grandparents, and a parent twice, without running anything twice or making heads."""
    add(
        project,
        "shop.0003_total",
        ["0002_owner", "0001_carts", "shop.0002_owner", "accounts.0001_users", "accounts.0002_nick"],
        'ops.AddColumn("carts", sa.Column("total", sa.Integer))',
    )
    project.ok("migrate")
    assert applied(sqlite_database) == [*ALL, "shop.0003"]
    project.ok("migrate", "shop", "0002")
    assert applied(sqlite_database) == ALL


# --- how much is said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["before", "after"])
def test_quiet_says_only_what_was_asked_for(project: ProjectFolder, order: str) -> None:
    """-q, in front of the command or behind, silences progress, not the answer, the exit code or an error."""

    def quiet(*words: str) -> str:
        result = project.run(*(("-q", *words) if order == "before" else (*words, "-q")))
        assert result.code == 0, result.text
        assert result.err == ""
        return result.out

    assert "accounts.0001_users" in quiet("migrate", "--plan")
    assert quiet("migrate") == ""
    assert quiet("migrate") == ""
    assert quiet("makemigrations") == ""
    assert quiet("check") == ""
    assert "[X] 0001_users" in quiet("showmigrations")
    assert "ALTER TABLE users ADD COLUMN nick" in quiet("sqlmigrate", "accounts", "0002")
    refused = project.run("-q", "migrate", "shop", "9999")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("error MM")
    assert project.run("-q", "migrate", "--check").code == 0


def test_check_answers_by_its_exit_code(project: ProjectFolder, sqlite_database: Database) -> None:
    """migrate --check says nothing and exits 4 while there is something to do; with --plan it shows what."""
    checked = project.run("migrate", "--check")
    assert (checked.code, checked.text) == (4, "")
    shown = project.run("migrate", "--check", "--plan", "shop", "0001")
    assert shown.code == 4
    assert "+ create table carts (1 column)" in shown.out
    assert sa.inspect(sqlite_database.engine).get_table_names() == []
    project.ok("migrate")
    assert project.run("migrate", "--check").code == 0


def test_verbose_says_more(project: ProjectFolder) -> None:
    """-v, in front or behind and more than once, adds the text of files, dates and dependencies."""
    project.write("shop/models.py", project.read("shop/models.py").replace("sa.String(40)", "sa.String(90)"))
    short = project.ok("makemigrations", "--dry-run").out
    long = project.ok("makemigrations", "--dry-run", "-v").out
    assert long.startswith(short.rstrip())
    assert 'dependencies = ["accounts.0002_nick"]' in long
    assert project.ok("-v", "makemigrations", "--dry-run").out == long
    assert project.ok("-v", "makemigrations", "--dry-run", "-v").out == long
    assert "after accounts.0001_users" in project.ok("showmigrations", "--plan", "-v").out
    assert "after" not in project.ok("showmigrations", "--plan").out


def test_a_step_is_one_line_with_its_time(project: ProjectFolder) -> None:
    """Progress is one aligned line a step, the count and the time stand below, and colours are left out of a pipe."""
    out = project.ok("migrate").out
    lines = out.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == [
        "accounts.0001_users",
        "accounts.0002_nick",
        "shop.0001_carts",
        "shop.0002_owner",
    ]
    assert len({len(line) for line in lines[:-1]}) == 1
    assert all(line.split()[-2] == "ok" for line in lines[:-1])
    assert lines[-1].startswith("4 migrations in ")
    assert "\x1b" not in out


def test_a_reader_who_goes_away_is_no_error(project: ProjectFolder) -> None:
    """`minimig showmigrations | head -n 1`: the pipe is closed early, and no traceback is shown."""
    assert without_a_reader(project, "showmigrations") == (0, "")


def test_a_difference_stays_one_without_a_reader(project: ProjectFolder) -> None:
    """`minimig diff | head -n 0` ends with 4 as well: what stands in a pipeline's status is the answer."""
    assert without_a_reader(project, "diff", "zero", "head") == (4, "")
    assert without_a_reader(project, "check", "--json") == (4, "")
    assert without_a_reader(project, "diff", "head", "head") == (0, "")


def without_a_reader(project: ProjectFolder, *words: str) -> tuple[int, str]:
    """Exit code and stderr of a command whose stdout is a pipe that nobody reads any more."""
    with subprocess.Popen(
        [sys.executable, "-m", "minimig", "-C", str(project.path), *words],
        env={**os.environ, "MINIMIG_URL": str(project.url)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        return process.wait(timeout=60), said


def test_a_run_goes_on_without_a_reader(project: ProjectFolder, sqlite_database: Database) -> None:
    """`minimig migrate | head -n 0` applies everything all the same: output is no part of the job."""
    code, said = without_a_reader(project, "migrate")
    assert (code, said.splitlines()) == (0, [f"Running 4 migrations on {project.url}"])
    assert applied(sqlite_database) == ALL


def test_colour_is_for_terminals(project: ProjectFolder) -> None:
    """On a terminal the output has colours; where NO_COLOR is set, on a dumb one, and into a pipe, it has none."""
    code, text = on_a_terminal(project, ["showmigrations"], {})
    assert code == 0, text
    assert "0001_users" in text
    assert "\x1b[" in text
    assert "\x1b[" not in on_a_terminal(project, ["showmigrations"], {"NO_COLOR": "1"})[1]
    assert "\x1b[" not in on_a_terminal(project, ["showmigrations"], {"TERM": "dumb"})[1]
    assert "\x1b[" not in project.ok("showmigrations").out


def on_a_terminal(
    project: ProjectFolder, words: list[str], variables: dict[str, str], typed: str = ""
) -> tuple[int, str]:
    """Run `minimig` on a terminal of its own, type something, and read what it shows there."""
    pty = pytest.importorskip("pty", reason="terminals are made with pty, which this system has not")
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    environment |= {"MINIMIG_URL": str(project.url), "TERM": "xterm", **variables}
    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "minimig", "-C", str(project.path), *words],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            close_fds=True,
        )
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # the other end is closed: the process is done
                break
            if not piece:
                break
            shown += piece
        return process.wait(timeout=60), shown.decode()
    finally:
        os.close(ours)


def test_questions_are_numbered_at_a_terminal(project: ProjectFolder) -> None:
    """A rename and a one-off value are asked with numbers and a default; Return takes the default."""
    models = project.read("shop/models.py")
    project.write(
        "shop/models.py",
        models.replace('sa.Column("nick", sa.String(40))', 'sa.Column("handle", sa.String(40))').replace(
            'sa.Column("user_id"', 'sa.Column("total", sa.Integer, nullable=False),\n    sa.Column("user_id"'
        ),
    )
    code, text = on_a_terminal(project, ["makemigrations"], {"NO_COLOR": "1"}, "\n7\n1\n42\n")
    assert code == 0, text
    assert "1) Renamed to handle" in text
    assert "2) Dropped, with all its values" in text
    assert "Choose [1]:" in text
    assert "'7' is not one of '1', '2'" in text
    assert 'ops.RenameColumn("users", "nick", "handle")' in project.read("accounts/migrations/0003*.py")
    assert 'fill="42"' in project.read("shop/migrations/0003*.py")
