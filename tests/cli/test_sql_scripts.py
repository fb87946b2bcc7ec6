"""`--sql`: scripts that a database's own client runs, and that leave what a run over a connection leaves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from minimig.commands.demo import copy_example
from support.clients import execute
from support.databases import Database
from support.facts import facts
from support.histories import add, two_apps
from support.projects import ProjectFolder
from support.sql_story import ALONE, NAMES, write_story

ROW = "SELECT app, name, checksum, file_checksum, tool, way_back FROM minimig_version ORDER BY app, name"
TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    " UNION ALL SELECT proname, prosrc FROM pg_proc WHERE proname = 'shout'"
    " UNION ALL SELECT viewname, definition FROM pg_views WHERE schemaname = 'public'"
    " UNION ALL SELECT typname, string_agg(enumlabel, ',' ORDER BY enumsortorder)"
    " FROM pg_enum JOIN pg_type t ON t.oid = enumtypid GROUP BY typname",
    "mariadb": "SELECT trigger_name, action_statement FROM information_schema.triggers"
    " WHERE trigger_schema = DATABASE() UNION ALL SELECT table_name, 'view' FROM information_schema.views"
    " WHERE table_schema = DATABASE()",
}


def seen(database: Database) -> dict[str, Any]:
    """The schema with the version table, all rows, and the rows of the version table but for their time."""
    with database.engine.connect() as connection:
        tables = facts(connection)
        found: dict[str, Any] = {
            name: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {name}").all()))
            for name in tables
            if name != "minimig_version"
        }
        if "minimig_version" in tables:
            found["rows"] = connection.exec_driver_sql(ROW).all()
            found["times"] = connection.exec_driver_sql("SELECT COUNT(applied_at) FROM minimig_version").scalar()
        found["objects"] = sorted(map(tuple, connection.exec_driver_sql(TRIGGERS[database.kind].replace("%", "%%"))))
    return {"tables": tables, **found}


def script(project: ProjectFolder, database: Database, *words: str) -> str:
    """What `--sql` prints. A URL does not tell MariaDB from MySQL, whose CHECKs are dropped in other words."""
    return project.ok(*words, "--sql", "--dialect", database.kind).out


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """The history that is hard to write, on a database of each kind."""
    found = ProjectFolder(tmp_path, database.url)
    write_story(found, ALONE)
    return found


def test_a_script_leaves_what_a_run_leaves(project: ProjectFolder, database: Database) -> None:
    """Up revision by revision and back, the client's script gives the schema, rows and version rows of migrate."""
    places = ["zero", *NAMES, *ALONE]
    expected = [seen(database)]
    for place in places[1:]:
        project.ok("migrate", "shop", place)
        expected.append(seen(database))
    back = []
    for place in reversed(places[:-1]):
        project.ok("migrate", "shop", place)
        back.append(seen(database))
    database.clear()
    for number, place in enumerate(places[1:], 1):
        execute(database, script(project, database, "upgrade", f"{places[number - 1]}:{place}"))
        assert seen(database) == expected[number], place
    assert "Nothing to do" in project.ok("migrate").out
    for number in range(len(places) - 2, -1, -1):
        execute(database, script(project, database, "downgrade", f"{places[number + 1]}:{places[number]}"))
        assert seen(database) == back.pop(0), places[number]


def test_the_whole_way_in_one_script(project: ProjectFolder, database: Database) -> None:
    """From an empty database to the end and back in one script each."""
    project.ok("migrate")
    expected = seen(database)
    database.clear()
    execute(database, project.ok("migrate", "--sql").out)
    assert seen(database) == expected
    assert "Nothing to do" in project.ok("migrate").out
    execute(database, script(project, database, "migrate", "shop", "zero", "--from", "heads"))
    assert set(seen(database)["tables"]) == {"minimig_version"}


def test_a_script_sets_its_session_up(project: ProjectFolder, database: Database) -> None:
    """A client of another encoding, a server that reads backslashes otherwise: the values are the same."""
    odd = {
        "sqlite": "PRAGMA foreign_keys = ON;\n",
        "postgresql": "SET client_encoding = 'LATIN1';\nSET escape_string_warning = off;\n"
        "SET standard_conforming_strings = off;\n",
        "mariadb": "SET NAMES latin1;\nSET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';\n",
    }
    project.ok("migrate")
    expected = seen(database)
    database.clear()
    execute(database, odd[database.kind] + script(project, database, "migrate"))
    assert seen(database) == expected


def test_an_idempotent_script_is_right_from_any_earlier_point(project: ProjectFolder, database: Database) -> None:
    """From each revision on, run twice; on SQLite, which has no conditional statement, it is refused."""
    if database.kind == "sqlite":
        refused = project.run("migrate", "shop", "0004", "--sql", "--idempotent")
        assert refused.code == 1
        assert refused.out == ""
        assert "sqlite has no conditional statements" in refused.err
        return
    up = script(project, database, "migrate", "shop", "0004", "--idempotent")
    back = script(project, database, "downgrade", "0004:zero", "--idempotent")
    expected = None
    for place in ("zero", *NAMES):
        database.clear()
        project.ok("migrate", "shop", place)
        for _ in range(2):
            execute(database, up)
        expected = expected or seen(database)
        assert seen(database) == expected, place
        assert "Nothing to do" in project.ok("migrate", "shop", "0004").out
    for _ in range(2):
        execute(database, back)
        assert set(seen(database)["tables"]) == {"minimig_version"}


def test_one_transaction(project: ProjectFolder, database: Database) -> None:
    """All or nothing where DDL rolls back; what has to run outside is named; MariaDB is refused."""
    words = ("migrate", "shop", "0004", "--sql", "--atomic-run")
    if database.kind == "mariadb":
        assert "its DDL commits by itself" in project.run(*words).err
        return
    up = project.ok(*words).out
    assert up.splitlines().count("BEGIN;") == up.splitlines().count("COMMIT;") == 1
    with pytest.raises(AssertionError):
        execute(database, up.replace("CREATE VIEW titles", "CREATE VIEW titles AS nonsense"))
    assert seen(database)["tables"] == {}
    execute(database, up)
    assert "Nothing to do" in project.ok("migrate", "shop", "0004").out
    if database.kind == "postgresql":
        refused = project.run("migrate", "--sql", "--atomic-run")
        assert (refused.code, refused.out) == (1, "")
        assert "0005_alone.py, up[0]: create index ix_posts_body" in refused.err
        assert "must run outside a transaction" in project.run("migrate", "--sql", "--idempotent").err


def test_the_example_project(tmp_path: Path, database: Database) -> None:
    """Its one Python step is a marked comment, on an empty database without consequence; the rest is as by migrate."""
    copy_example(tmp_path / "example")
    project = ProjectFolder(tmp_path / "example", database.url)
    project.ok("migrate")
    expected = seen(database)
    database.clear()
    refused = project.run("migrate", "--sql")
    assert (refused.code, refused.out) == (1, "")
    assert "0005_give_posts_a_slug.py, up[1]: run Python fill_slugs" in refused.err
    assert "--mark-missing" in refused.err
    made = project.ok("migrate", "--sql", "--mark-missing", "--dialect", database.kind)
    assert "\n-- MINIMIG: not in this script: run Python fill_slugs needs a live connection" in made.out
    assert "warning: a comment in the script stands for" in made.err
    execute(database, made.out)
    assert seen(database) == expected
    assert "Nothing to do" in project.ok("migrate").out
    back = script(project, database, "migrate", "shop", "zero", "--from", "heads")
    project.ok("migrate", "shop", "zero")
    expected = seen(database)
    project.ok("migrate")
    execute(database, back)
    assert seen(database) == expected


def test_a_stamp_as_a_script(project: ProjectFolder, database: Database) -> None:
    """The rows of stamp, forward, back, and on a table that is emptied first."""
    for words in (["0003"], ["0003:0001"], ["--purge", "heads"]):
        database.clear()
        if ":" in words[0]:
            project.ok("stamp", "0003")
        stamp = script(project, database, "stamp", *words)
        project.ok("stamp", *(word.rpartition(":")[2] for word in words))
        expected = seen(database)
        database.clear()
        if ":" in words[0]:
            project.ok("stamp", "0003")
        execute(database, stamp)
        assert seen(database) == expected, stamp
    execute(database, script(project, database, "stamp", "heads:zero"))
    assert seen(database)["rows"] == []


def test_fake_records_and_runs_nothing(project: ProjectFolder, database: Database) -> None:
    """`migrate --fake --sql` writes the version rows alone."""
    execute(database, script(project, database, "migrate", "--fake"))
    assert set(seen(database)["tables"]) == {"minimig_version"}
    assert "Nothing to do" in project.ok("migrate").out


def test_a_squash_writes_the_rows_of_what_it_replaces(tmp_path: Path, database: Database) -> None:
    """As migrate does, so that a database made by the script does not run the replaced files."""
    project = two_apps(tmp_path, database.url)
    project.ok("squashmigrations", "accounts", "0002", "--no-input")
    project.ok("migrate")
    expected = seen(database)
    database.clear()
    execute(database, project.ok("migrate", "--sql").out)
    assert seen(database) == expected
    assert "Nothing to do" in project.ok("migrate").out
    back = script(project, database, "migrate", "accounts", "zero", "--from", "heads")
    execute(database, back)
    assert seen(database)["rows"] == [row for row in expected["rows"] if tuple(row[:2]) == ("shop", "0001_carts")]
    refused = project.run("migrate", "--sql", "--idempotent", "--dialect", "postgresql")
    assert "stands for all of them" in refused.err


def paper(tmp_path: Path) -> ProjectFolder:
    """Two apps on a server that does not exist."""
    return two_apps(tmp_path, "postgresql://nobody@nowhere.invalid/db")


def test_where_a_script_begins(tmp_path: Path) -> None:
    """`--from` takes what a target takes, several of them, a list, or nothing; apps that are not named have nothing."""
    project = paper(tmp_path)

    def steps(*words: str) -> list[str]:
        lines = project.ok(*words, "--sql").out.splitlines()
        return [line.split(":")[0].split()[-1] for line in lines if line.startswith(("-- apply", "-- take back"))]

    every = ["accounts.0001_users", "accounts.0002_nick", "shop.0001_carts", "shop.0002_owner"]
    for words in (["migrate"], ["upgrade"], ["migrate", "--from", ""], ["migrate", "--from", "zero"]):
        assert sorted(steps(*words)) == every
    assert steps("migrate", "--from", "accounts") == ["shop.0001_carts", "shop.0002_owner"]
    assert steps("migrate", "--from", "accounts.0001", "--from", "shop.0001") == [every[1], every[3]]
    assert steps("migrate", "--from", "accounts.0001\nshop.0001") == [every[1], every[3]]
    assert steps("migrate", "accounts", "+1", "--from", "accounts.0001") == [every[1]]
    assert steps("migrate", "accounts", "0001:0002") == [every[1]]
    assert steps("upgrade", "accounts.0001:accounts.0002") == [every[1]]
    assert steps("downgrade", "accounts.0002:accounts.zero") == [every[1], every[0]]
    assert steps("migrate", "--from", "heads") == []
    assert "-- Nothing to do." in project.ok("migrate", "--sql", "--from", "heads").out
    made = project.ok("migrate", "--sql", "--from", "accounts.0001").out
    assert "-- From: accounts.0001_users\n-- To: accounts.0002_nick, shop.0002_owner\n" in made
    assert "CREATE TABLE IF NOT EXISTS minimig_version" not in made


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["upgrade", "accounts.0001:accounts.0002"], "is a range"),
        (["downgrade", "accounts.0001", "--sql"], "a script cannot ask the database where it stands"),
        (["migrate", "--from", "accounts"], "--from is about a script"),
        (["migrate", "--idempotent"], "--idempotent is about a script"),
        (["stamp", "heads", "--output", "x.sql"], "--output is about a script"),
        (["migrate", "--sql", "--plan"], "goes without --plan"),
        (["migrate", "--sql", "--from-record"], "goes without --from-record"),
        (["migrate", "--sql", "--dialect", "postgres"], "there is no dialect 'postgres'"),
        (["migrate", "--sql", "--from", "nowhere"], "no app 'nowhere' has revisions"),
        (["migrate", "--sql", "--oneline"], "there is no option --oneline"),
        (["upgrade", "accounts.0002:accounts.0001", "--sql"], "is past that already"),
        (["downgrade", "accounts.0001:accounts.0002", "--sql"], "is not that far yet"),
    ],
)
def test_words_that_do_not_fit(tmp_path: Path, words: list[str], said: str) -> None:
    """Each is an error of usage with a way out, and nothing is printed."""
    refused = paper(tmp_path).run(*words)
    assert (refused.code, refused.out) == (2, ""), refused.text
    assert said in refused.err


def test_a_script_in_a_file(tmp_path: Path) -> None:
    """`--output` writes what stdout would show, over an older one, and stdout stays empty; a bad path is an error."""
    project = paper(tmp_path)
    shown = project.ok("migrate", "--sql").out
    assert shown == project.ok("migrate", "--sql").out
    project.write("out.sql", "old")
    made = project.ok("migrate", "--sql", "--output", "out.sql")
    assert made.out == ""
    assert made.err == "Wrote out.sql\n"
    assert project.read("out.sql") == shown
    project.write("file", "")
    refused = project.run("migrate", "--sql", "-o", "file/out.sql")
    assert refused.code == 1
    assert "cannot be written" in refused.err


def test_json_says_the_statements_of_each_step(tmp_path: Path) -> None:
    """`--json` has a place for every statement, and no secret and no path is in the script."""
    import json

    project = paper(tmp_path)
    data = json.loads(project.ok("migrate", "accounts", "0001", "--sql", "--json").out)
    assert (data["command"], data["dialect"], data["start"]) == ("migrate", "postgresql", [])
    assert data["end"] == ["accounts.0001_users"]
    [step] = data["steps"]
    assert step["revision"] == "accounts.0001_users"
    assert step["operations"][0]["statements"][0].startswith("CREATE TABLE users")
    assert step["version_rows"][0].startswith("INSERT INTO minimig_version")
    assert str(tmp_path) not in project.ok("migrate", "--sql").out


@pytest.mark.parametrize(("url", "word"), [("mariadb://h/db", "CONSTRAINT"), ("mysql://h/db", "CHECK")])
def test_a_url_that_says_mariadb(tmp_path: Path, url: str, word: str) -> None:
    """The server is known without meeting it, though the driver is the same."""
    project = two_apps(tmp_path, url)
    check = 'sa.CheckConstraint("nick > ", name="ck")'
    operations = f'ops.AddConstraint("users", {check}), ops.DropConstraint("ck", "users")'
    add(project, "accounts.0003_check", ["0002_nick"], operations)
    for words in (["migrate", "--sql"], ["sqlmigrate", "accounts", "0003"]):
        assert f"DROP {word} ck" in project.ok(*words).out


def test_a_script_stops_at_its_first_error(tmp_path: Path, database: Database) -> None:
    """The migration that fails leaves nothing where DDL rolls back, and none comes after it."""
    project = two_apps(tmp_path, database.url)
    add(project, "accounts.0003_bad", ["0002_nick"], """
        ops.AddColumn("users", sa.Column("age", sa.Integer)),
        ops.RunSQL("INSERT INTO nowhere VALUES (1)", reverse=ops.NOOP)
    """)  # fmt: skip
    with pytest.raises(AssertionError, match="nowhere"):
        execute(database, script(project, database, "migrate"))
    found = seen(database)
    assert [tuple(row[:2]) for row in found["rows"]] == [("accounts", "0001_users"), ("accounts", "0002_nick")]
    assert set(found["tables"]) == {"minimig_version", "users"}
    assert ("age" in found["tables"]["users"].columns) is (database.kind == "mariadb")


def test_a_condition_without_words_is_refused_or_marked(tmp_path: Path) -> None:
    """SQLite cannot say IF NOT EXISTS of a column: the script says so, or is not written."""
    project = two_apps(tmp_path, "sqlite://")
    column = 'sa.Column("age", sa.Integer)'
    add(project, "accounts.0003_age", ["0002_nick"], f'ops.AddColumn("users", {column}, if_not_exists=True)')
    refused = project.run("migrate", "--sql")
    assert (refused.code, refused.out) == (1, "")
    assert "0003_age.py, up[0]" in refused.err
    assert (
        "-- MINIMIG: not in this script: a script for this database cannot say IF NOT EXISTS"
        in project.ok("migrate", "--sql", "--mark-missing").out
    )


def test_a_script_does_not_import_the_driver(tmp_path: Path) -> None:
    """Every dialect's script is written without a URL."""
    project = two_apps(tmp_path, None)
    for dialect in ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle"):
        made = project.ok("migrate", "--sql", "--dialect", dialect).out
        assert made.startswith("-- Written by minimig")
        assert f"for {dialect}.\n" in made
    assert shutil.which("psql") is None or "psql" in project.ok("migrate", "--sql", "--dialect", "postgresql").out
