"""`migrate --tenants`: each gets the history, failures stay with those who have them, and only they run again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.projects import ProjectFolder
from support.screens import look
from support.tenants import FIRST, file_of, heal, items, poison, project_at, with_files, with_schemas

NAMES = ("a", "b", "c", "d", "e")


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """Five tenants with a SQLite file each."""
    return with_files(tmp_path, NAMES)


def told(project: ProjectFolder, *words: str) -> dict[str, str]:
    """The status of each tenant, as `migrate` tells it to programs."""
    found = json.loads(project.run("migrate", *words, "--json").out)
    return {each["tenant"]: each["status"] for each in found["tenants"]}


def test_every_tenant_gets_the_history(project: ProjectFolder) -> None:
    """All at once, data steps too; the second run has nothing to do; a plan and a check say what is open."""
    plan = project.ok("migrate", "--tenants", "--plan").out
    assert "5 tenants: 5 would change." in plan
    assert "shop.0002_second" in plan
    assert project.run("migrate", "--tenants", "--check").code == 4
    assert not list((project.path / "data").glob("*.lock"))
    assert project.ok("migrate", "--tenants").out == "5 tenants: 5 migrated.\n"
    assert [items(file_of(project, name)) for name in NAMES] == [[1]] * 5
    assert project.ok("migrate", "--tenants").out == "5 tenants: 5 had nothing to do.\n"
    assert project.run("migrate", "--tenants", "--check").code == 0


def test_one_tenant_is_brought_to_a_target(project: ProjectFolder) -> None:
    """--tenant may be repeated; showmigrations counts who stands where."""
    project.ok("migrate", "shop", "0001", "--tenant", "a", "--tenant", "b")
    project.ok("migrate", "--tenant", "c")
    out = project.ok("showmigrations", "--tenants").out.splitlines()
    assert [line.split() for line in out] == [
        ["2", "at", "<base>", "(d,", "e)"],
        ["2", "at", "shop.0001_first", "(a,", "b)"],
        ["1", "at", "shop.0002_second,", "the", "newest"],
    ]


def test_a_failure_stays_with_its_tenant(project: ProjectFolder) -> None:
    """The others are done, exit code 1; --retry-failed runs on those alone who failed."""
    project.ok("migrate", "--tenants")
    poison(project, "b", "d")
    result = project.run("migrate", "--tenants")
    assert (result.code, result.out) == (1, "5 tenants: 3 migrated, 2 failed.\n")
    assert "failed: b: " in result.err
    assert "UNIQUE constraint failed" in result.err
    assert "--retry-failed" in result.err
    heal(project, "b")
    assert told(project, "--retry-failed") == {"b": "migrated", "d": "failed"}
    heal(project, "d")
    assert told(project, "--retry-failed") == {"d": "migrated"}
    assert project.ok("migrate", "--retry-failed").out == "0 tenants: nothing to do.\n"
    assert [items(file_of(project, name)) for name in NAMES] == [[1, 2]] * 5


def test_a_canary_that_fails_keeps_the_others_as_they_are(project: ProjectFolder) -> None:
    """Nothing is begun after it; a canary that succeeds lets the rest run."""
    project.ok("migrate", "--tenants")
    poison(project, "b")
    assert told(project, "--tenants", "--canaries", "2") == {
        "a": "migrated",
        "b": "failed",
        **dict.fromkeys("cde", "not reached"),
    }
    assert items(file_of(project, "c")) == [1]
    heal(project, "b")
    assert told(project, "--retry-failed", "--canaries", "1") == dict.fromkeys("bcde", "migrated")


def test_a_run_stops_after_so_many_failures(project: ProjectFolder) -> None:
    """With one worker the third tenant is not begun when two have failed."""
    project.ok("migrate", "--tenants")
    poison(project, "a", "b")
    found = told(project, "--tenants", "--stop-after", "2", "--workers", "1")
    assert found == {"a": "failed", "b": "failed", **dict.fromkeys("cde", "not reached")}


def test_a_new_tenant_and_one_that_is_ahead(project: ProjectFolder) -> None:
    """A new one gets everything; a revision without a file is a warning, until there is something to run."""
    project.ok("migrate", "--tenants")
    with file_of(project, "a").begin() as connection:
        connection.exec_driver_sql("INSERT INTO minimig_version (app, name) VALUES ('shop', '0009_later')")
    project.write("minimig.toml", project.read("minimig.toml").replace('"e"', '"e", "f"'))
    result = project.ok("migrate", "--tenants")
    assert "6 tenants: 1 migrated, 5 had nothing to do." in result.out
    assert "warning: tenant a has shop.0009_later" in result.err
    project.write("migrations/0003_more.py", FIRST.replace("[]", '["0002_second"]', 1).replace('"items"', '"more"'))
    result = project.run("migrate", "--tenants")
    assert "6 tenants: 5 migrated, 1 failed." in result.out
    assert "no such revision file" in result.err


def test_progress_goes_to_stderr(tmp_path: Path) -> None:
    """A line for each tenth without a terminal; -v tells each tenant, -q none."""
    project = with_files(tmp_path, [f"t{number}" for number in range(20)])
    result = project.ok("migrate", "--tenants")
    assert result.err.count(" of 20 tenants, ") == 10
    assert "t7 nothing to do" in project.ok("migrate", "--tenants", "-v").err
    assert project.ok("migrate", "--tenants", "-q").text == ""


def test_progress_on_a_terminal_is_a_bar(tmp_path: Path) -> None:
    """Written over while tenants are done, and gone before anything is told."""
    project = with_files(tmp_path, [f"t{number}" for number in range(20)])
    looked = look(project, "migrate", "--tenants")
    assert looked.lines == ["20 tenants: 20 migrated."]
    assert re.search(r"\r[━─]{20}  \d+ of 20 tenants, [\d,]+/(s|min), \d+ s left", looked.screen.written)


def test_a_list_from_the_projects_code(tmp_path: Path) -> None:
    """Names, URLs, and pairs of both; a generator is read to its end."""
    project = project_at(tmp_path, 'list = "shop.tenants:every"\nurl = "sqlite:///{tenant}.db"')
    project.write(
        "shop/tenants.py",
        "def every():\n    yield 'a'\n    yield 'sqlite:///other/b.db'\n    yield 'c', 'sqlite:///other/d.db'\n",
    )
    (tmp_path / "other").mkdir()
    assert told(project, "--tenants") == dict.fromkeys("abc", "migrated")
    assert project.files("**/*.db") == ["a.db", "other/b.db", "other/d.db"]


def test_a_list_from_a_query(tmp_path: Path, postgresql_database: Database) -> None:
    """The tenants' names are rows of the database that their schemas are in; a missing schema is told or made."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tenants (name text)")
        connection.exec_driver_sql("INSERT INTO tenants VALUES ('a'), ('b c')")
        connection.exec_driver_sql("CREATE SCHEMA a")
    query = 'query = "SELECT name FROM tenants ORDER BY 1"'
    project = project_at(tmp_path, query, postgresql_database.url)
    result = project.run("migrate", "--tenants")
    assert (result.code, "failed: b c: there is no schema b c" in result.err) == (1, True), result.text
    project = project_at(tmp_path, f"{query}\ncreate_schemas = true", postgresql_database.url)
    assert told(project, "--retry-failed") == {"b c": "migrated"}
    assert items(postgresql_database.engine, "b c") == items(postgresql_database.engine, "a") == [1]


def test_tenants_and_apps_that_all_share(tmp_path: Path, postgresql_database: Database) -> None:
    """An app that is the tenants' is not the database's: each run leaves the other's tables alone."""
    project = with_schemas(tmp_path, postgresql_database, ["a"])
    text = project.read("minimig.toml").replace("[tenants]", '[tenants]\napps = ["shop"]')
    text = text.replace('metadata = "shop', '[apps.shop]\nmetadata = "shop')
    text += '[apps.users]\nmetadata = "users:metadata"\nmigrations = "users_migrations"\n'
    project.write("minimig.toml", text)
    project.write("users.py", MODEL_OF_USERS)
    project.write("users_migrations/0001_first.py", FIRST.replace('"items"', '"users"'))
    file = "migrations/0002_second.py"
    project.write(file, project.read(file).replace('["0001_first"]', '["0001_first", "users.0001_first"]'))
    assert "shop.0002_second  head" in project.ok("history").out  # files are those of all apps
    assert project.run("makemigrations", "--check").code == 0
    assert "CREATE TABLE items" in project.ok("sqlmigrate", "shop", "0001").out
    assert "CREATE TABLE items" in project.ok("migrate", "shop.0001", "--sql", "--dialect", "postgresql").out
    for words in (["migrate", "shop"], ["showmigrations", "shop"]):
        assert "the app shop lives with the tenants" in project.run(*words).err
    assert "for the database: --database default" in project.run("upgrade").err
    assert "Database" not in project.ok("migrate").out
    project.write("shop/models.py", project.read("shop/models.py").replace('"items"', '"things"'))
    assert project.run("makemigrations", "--check").code == 4
    found = project.run("check")
    assert (found.code, "create table things" in found.out.partition("Tenants")[2]) == (4, True), found.text
    project.write("shop/models.py", project.read("shop/models.py").replace('"things"', '"items"'))
    project.ok("migrate", "--tenants")
    inspector = sa.inspect(postgresql_database.engine)
    assert set(inspector.get_table_names()) == {"users", "minimig_version"}
    assert set(inspector.get_table_names("a")) == {"items", "minimig_version"}


MODEL_OF_USERS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.mark.parametrize(
    ("keys", "words", "code"),
    [
        ("", "it is not said who the tenants are", 1),
        ('names = ["a"]', "`names` needs a `url`", 1),
        ('names = ["a"]\nquery = "SELECT 1"', "`names` and `query` are both set", 1),
        ('names = ["a"]\nurl = "sqlite:///x.db"', "write {tenant}", 1),
        ('names = ["a", "a"]\nurl = "sqlite:///{tenant}.db"', "named twice", 1),
        ('names = ["../a"]\nurl = "sqlite:///{tenant}.db"', "cannot stand in a URL", 1),
        ('schemas = ["a"]', "are for PostgreSQL", 1),
        ('schemas = ["a"]\nurl = "sqlite:///{tenant}.db"', "`url` goes with `names`", 1),
        ('schemas = ["a"]\ndatabase = "defautl"', "did you mean default?", 2),
        ('schemas = ["a"]\ncreate_schemas = "yes"', "must be true or false", 1),
        ('scemas = ["a"]', "did you mean schemas", 1),
        ('schemas = ["a"]\napps = ["shopp"]', "there is no such app", 1),
        ('query = "SELECT it FROM nowhere"\nurl = "sqlite:///{tenant}.db"', "no such table: nowhere", 1),
        ('query = "CREATE TABLE x (y int)"\nurl = "sqlite:///{tenant}.db"', "`query` is no SELECT", 1),
        ('query = "SELECT NULL"\nurl = "sqlite:///{tenant}.db"', "None is no tenant", 1),
        ('list = "shop.tenants:raises"\nurl = "sqlite:///{tenant}.db"', "ZeroDivisionError", 1),
        ('list = "shop.tenants:text"\nurl = "sqlite:///{tenant}.db"', "gives str, not a list", 1),
        ('list = "shop.tenants:numbers"\nurl = "sqlite:///{tenant}.db"', "1 is no tenant", 1),
        ('list = "shop.tenants:numers"\nurl = "sqlite:///{tenant}.db"', "did you mean numbers?", 1),
        ('list = "shop tenants"\nurl = "sqlite:///{tenant}.db"', "must name an object in a module", 1),
    ],
)
def test_tenants_that_make_no_sense(tmp_path: Path, keys: str, words: str, code: int) -> None:
    """One message each, before any tenant is touched."""
    project = project_at(tmp_path, keys, "sqlite:///main.db")
    lines = "def raises():\n    yield 'a'\n    1 / 0\n\n\ndef text():\n    return 'a'\n\n\nnumbers = [1, 2]\n"
    project.write("shop/tenants.py", lines)
    result = project.run("migrate", "--tenants")
    assert (result.code, words in result.err) == (code, True), result.text
    assert "Traceback" not in result.err
    assert project.files("*.db") in ([], ["main.db"])


def test_words_that_do_not_fit(project: ProjectFolder) -> None:
    """An unknown tenant, options without --tenants, no record to retry from, a project without tenants."""
    for words, message, code in (
        (["migrate", "--tenant", "aa"], "there is no tenant 'aa'", 2),
        (["migrate", "--canaries", "1"], "are for --tenants", 2),
        (["migrate", "--retry-failed"], "no run over tenants has been recorded", 2),
        (["showmigrations", "shop", "--tenants"], "counts tenants", 2),
        (["migrate", "shopp", "--tenants"], "has no revision 'shopp'", 2),
        (["migrate", "shop", "0007", "--tenants"], "0007", 2),
        (["migrate", "--tenants", "--urls", "x"], "there is no option --urls", 2),
        (["migrate", "--tenants", "--prune"], "--prune", 2),
        (["migrate", "--tenants", "--sql"], "goes without --tenants", 2),
        (["migrate", "--tenants", "--database", "other"], "there is no database 'other'", 2),
        (["migrate"], "--tenants", 1),
    ):
        result = project.run(*words)
        assert (result.code, message in result.err) == (code, True), (words, result.text)
    assert list((project.path / "data").iterdir()) == []
    assert not (project.path / ".minimig-tenants.json").exists()
    project.write("minimig.toml", project.read("minimig.toml").partition("[tenants]")[0])
    assert "no tenants are configured" in project.run("migrate", "--tenants").err


def test_a_record_that_cannot_be_read(project: ProjectFolder) -> None:
    """It stops only who asks for it."""
    project.write(".minimig-tenants.json", "{")
    result = project.run("migrate", "--retry-failed")
    assert (result.code, "delete it" in result.err) == (1, True)
    project.ok("migrate", "--tenants")
    assert json.loads(project.read(".minimig-tenants.json"))["behind"] == {}


def test_up_and_down_in_one_direction(project: ProjectFolder) -> None:
    """`upgrade` and `downgrade` bring tenants to a target, refuse the other way, and say how to run on what failed."""
    assert project.ok("upgrade", "shop.0001", "--tenants").out == "5 tenants: 5 migrated.\n"
    assert project.ok("upgrade", "--tenant", "a", "--tenant", "b").out == "2 tenants: 2 migrated.\n"
    plan = project.ok("downgrade", "shop.0001", "--tenants", "--plan").out
    assert plan.startswith("5 tenants: 3 had nothing to do, 2 would change.\n")
    back = project.run("downgrade", "shop.0002", "--tenant", "c")
    assert (back.code, "failed:" in back.err) == (1, True)
    assert project.ok("downgrade", "shop.0001", "--tenants").out == "5 tenants: 2 migrated, 3 had nothing to do.\n"
    for name in ("a", "b"):  # the way back of the data step leaves its row
        with file_of(project, name).begin() as connection:
            connection.exec_driver_sql("DELETE FROM items")
    project.ok("upgrade", "--tenants")
    poison(project, "b")
    failed = project.run("upgrade", "--tenants", "--json")
    assert (failed.code, json.loads(failed.out)["command"]) == (1, "upgrade")
    assert "minimig upgrade with the same arguments and --retry-failed" in failed.err
    heal(project, "b")
    assert project.ok("upgrade", "--retry-failed").out == "1 tenant: 1 migrated.\n"


def test_tenants_are_marked(project: ProjectFolder) -> None:
    """`stamp` records on each, runs nothing, and refuses a word that names no revision before any tenant."""
    assert project.run("stamp", "shop.0009", "--tenants").code == 2
    assert not list((project.path / "data").glob("*.db"))
    assert project.ok("stamp", "shop.0001", "--tenants").out == "5 tenants: 5 stamped.\n"
    assert project.ok("stamp", "shop.0001", "--tenants").out == "5 tenants: 5 had nothing to do.\n"
    assert sa.inspect(file_of(project, "a")).get_table_names() == ["minimig_version"]
    assert project.ok("showmigrations", "--tenants").out.split()[:3] == ["5", "at", "shop.0001_first"]


def test_tenants_are_compared(project: ProjectFolder) -> None:
    """`check` tells who lacks revisions and whose schema drifted; 4 when one differs, 1 when one cannot be asked."""
    project.ok("migrate", "--tenants")
    assert project.ok("check", "--tenants").out == "5 tenants: 5 agree.\n"
    project.ok("downgrade", "shop.0001", "--tenant", "b")
    with file_of(project, "c").begin() as connection:
        connection.exec_driver_sql("ALTER TABLE items DROP COLUMN name")
    found = project.run("check", "--tenants")
    assert (found.code, found.out.splitlines()[0]) == (4, "5 tenants: 3 agree, 2 differ.")
    assert "  b:\n    shop.0002_second\n" in found.out
    assert "what would mend it: add column items.name" in found.out
    told = json.loads(project.run("check", "--tenant", "c", "--json").out)
    assert (told["command"], told["tenants"][0]["drift"]) == ("check", ["add column items.name"])
    (project.path / "data" / "d.db").write_bytes(b"no database at all" * 100)
    assert project.run("check", "--tenants").code == 1
    assert project.run("check", "--tenants", "--models").code == 2


def test_schemas_are_marked_and_compared(tmp_path: Path, postgresql_database: Database) -> None:
    """The same where tenants are schemas: each is looked at in its own."""
    project = with_schemas(tmp_path, postgresql_database, ["a", "b"])
    assert project.ok("stamp", "shop.0001", "--tenant", "a").out == "1 tenant: 1 stamped.\n"
    assert project.ok("migrate", "--tenant", "b").out == "1 tenant: 1 migrated.\n"
    found = project.run("check", "--tenants")
    assert (found.code, found.out.splitlines()[0]) == (4, "2 tenants: 1 agree, 1 differ.")
    assert "what would mend it: create table items" in found.out
    assert project.ok("downgrade", "shop.0001", "--tenant", "b").out == "1 tenant: 1 migrated.\n"
