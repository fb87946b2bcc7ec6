"""Several databases in one project: which command runs where, in which order, and what stops it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.projects import ProjectFolder

CONFIG = """
url = "sqlite:///main.db"

[databases.analytics]
url = "{url}"
apps = ["stats"]

[apps.blog]
metadata = "blog.models:metadata"
migrations = "blog/migrations"

[apps.stats]
metadata = "stats.models:metadata"
migrations = "stats/migrations"
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("{table}", metadata, sa.Column("id", sa.Integer, primary_key=True){more})
"""


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """`blog` lives in the default database, `stats` in the one called analytics; nothing is written yet."""
    return at(tmp_path, "sqlite:///analytics.db")


def at(path: Path, url: str) -> ProjectFolder:
    """The same with this URL for analytics."""
    folder = ProjectFolder(path)
    folder.write("minimig.toml", CONFIG.replace("{url}", url))
    for app, table in (("blog", "posts"), ("stats", "hits")):
        folder.write(f"{app}/__init__.py", "")
        folder.write(f"{app}/models.py", MODELS.format(table=table, more=""))
    return folder


def tables(project: ProjectFolder, name: str) -> set[str]:
    """The tables of one of the SQLite files."""
    return set(sa.inspect(sa.create_engine(f"sqlite:///{project.path / name}")).get_table_names())


def test_each_app_goes_to_its_database(tmp_path: Path, database: Database) -> None:
    """One makemigrations for all, one migrate for all; the second database is one of each kind."""
    project = at(tmp_path, database.url)
    project.ok("makemigrations")
    out = project.ok("migrate").out
    assert (
        out.index("Database default") < out.index("blog.0001") < out.index("Database analytics") < out.index("stats.")
    )
    assert tables(project, "main.db") == {"posts", "minimig_version"}
    assert set(sa.inspect(database.engine).get_table_names()) - {"minimig_journal"} == {"hits", "minimig_version"}
    assert project.ok("check").out.count("agree") == 2
    assert project.ok("check", "--database").out.count("Revision files, database agree") == 2
    assert "[X] 0001_initial" in project.ok("showmigrations").out
    assert project.ok("migrate").out.count("Nothing to do") == 2


def test_the_answer_for_programs_is_a_list(project: ProjectFolder) -> None:
    """Each of the four commands gives one JSON text, with the databases in their order."""
    project.ok("makemigrations")
    for words in (["migrate"], ["showmigrations"], ["current"], ["check"]):
        found = json.loads(project.ok(*words, "--json").out)
        assert [each["name"] for each in found["databases"]] == ["default", "analytics"], words
        assert (found["failed"], found["not_reached"]) == (None, [])


def test_one_database_is_chosen(project: ProjectFolder) -> None:
    """--database works in front of the command and behind it; its JSON is as where there is only one."""
    project.ok("makemigrations")
    project.ok("migrate", "--database", "analytics")
    assert not (project.path / "main.db").exists()
    found = json.loads(project.ok("--database", "analytics", "current", "--json").out)
    assert [entry["revision"] for entry in found["entries"]] == ["stats.0001_initial"]
    assert "Models, revision files, database" in project.ok("check", "--database", "analytics").out


def test_other_commands_want_to_know_which(project: ProjectFolder) -> None:
    """What connects and is no question to all of them is refused without --database; what only reads files works."""
    project.ok("makemigrations")
    for words in (
        ["upgrade"],
        ["stamp", "heads"],
        ["downgrade", "base"],
        ["diff"],
        ["migrate", "-1"],
        ["history", "-i"],
    ):
        result = project.run(*words)
        assert (result.code, "--database NAME" in result.err) == (2, True), (words, result.text)
    for words in (
        ["heads"],
        ["history"],
        ["makemigrations", "--check"],
        ["check", "--models"],
        ["diff", "head", "models"],
    ):
        assert project.ok(*words)
    assert not (project.path / "main.db").exists()


def test_one_script_for_each_database(project: ProjectFolder) -> None:
    """`--sql` is about one database: the named one, or the one in which the named app lives."""
    project.ok("makemigrations")
    for words in (["migrate"], ["upgrade"], ["stamp", "heads"]):
        result = project.run(*words, "--sql")
        assert (result.code, "--database NAME" in result.err) == (2, True), (words, result.text)
        assert "stats.0001_initial" in project.ok(*words, "--sql", "--database", "analytics").out
    for words in (["migrate", "stats"], ["upgrade", "stats.0001"], ["migrate", "stats", "0001"]):
        script = project.ok(*words, "--sql").out
        assert ("CREATE TABLE hits" in script, "posts" in script) == (True, False)
    assert "CREATE TABLE hits" in project.ok("sqlmigrate", "stats", "0001").out
    assert "goes without --two-phase" in project.run("migrate", "--sql", "--two-phase").err


def test_a_target_goes_where_its_app_lives(project: ProjectFolder) -> None:
    """`migrate stats zero` is about one database here."""
    project.ok("makemigrations")
    project.ok("migrate")
    assert "default" not in project.ok("migrate", "stats", "zero").out
    assert (tables(project, "main.db"), tables(project, "analytics.db")) == (
        {"posts", "minimig_version"},
        {"minimig_version"},
    )


def test_the_database_that_others_need_comes_first(project: ProjectFolder) -> None:
    """A dependency on a revision elsewhere is no part of the plan here, and orders the databases."""
    project.ok("makemigrations")
    file = next((project.path / "blog/migrations").glob("0001*.py"))
    file.write_text(file.read_text().replace("dependencies = []", 'dependencies = ["stats.0001_initial"]'))
    out = project.ok("migrate").out
    assert out.index("Database analytics") < out.index("Database default")
    file = next((project.path / "stats/migrations").glob("0001*.py"))
    project.write("stats/migrations/0002_more.py", 'dependencies = ["0001_initial", "blog.0001_initial"]\n\nup = []\n')
    assert project.ok("migrate", "--plan").out.startswith("Database default")


def test_the_first_failure_stops_the_run(project: ProjectFolder) -> None:
    """What was done and what was not reached is said, in JSON too."""
    project.ok("makemigrations")
    (project.path / "main.db").write_text("this is no database, and long enough for SQLite to see that")
    result = project.run("migrate")
    assert result.code == 1
    assert "Stopped at the database default; done: none; not reached: analytics." in result.err
    assert "where: database default" in result.err
    found = json.loads(project.run("migrate", "--json").out)
    assert (found["databases"], found["failed"], found["not_reached"]) == ([], "default", ["analytics"])
    assert not (project.path / "analytics.db").exists()


def test_urls_given_from_outside(project: ProjectFolder) -> None:
    """--url is for the chosen database, MINIMIG_URL for the default one, MINIMIG_URL_<NAME> for that one."""
    project.ok("makemigrations")
    refused = project.run("--url", "sqlite:///other.db", "migrate")
    assert (refused.code, "--database NAME" in refused.err) == (2, True)
    project.ok("--url", "sqlite:///other.db", "migrate", "--database", "analytics")
    assert tables(project, "other.db") == {"hits", "minimig_version"}
    variables = {"MINIMIG_URL": "sqlite:///first.db", "MINIMIG_URL_ANALYTICS": "sqlite:///second.db"}
    assert project.run("migrate", env=variables).code == 0
    assert tables(project, "first.db") == {"posts", "minimig_version"}
    assert tables(project, "second.db") == {"hits", "minimig_version"}


def test_no_foreign_key_leads_to_another_database(project: ProjectFolder) -> None:
    """Models that say so are refused by makemigrations and by check, for one database and for all."""
    key = ', sa.Column("post_id", sa.ForeignKey(posts.c.id))'
    text = MODELS.format(table="hits", more=key).replace(
        "\nmetadata =", "\nfrom blog.models import metadata as blog\n\nmetadata ="
    )
    project.write("stats/models.py", text.replace("posts.c.id", 'blog.tables["posts"].c.id'))
    for words in (["makemigrations"], ["check"], ["check", "--database", "analytics"]):
        result = project.run(*words)
        assert result.code == 1, result.text
        assert "the app blog does not live in the database analytics" in result.err
    assert project.files("*/migrations/*.py") == []


def test_one_table_name_in_two_databases(project: ProjectFolder) -> None:
    """Two apps that live apart may call a table the same, when makemigrations is told which database it writes for."""
    project.write("stats/models.py", MODELS.format(table="posts", more=""))
    assert "claimed by the apps" in project.run("makemigrations").err
    project.ok("makemigrations", "--database", "default")
    project.ok("makemigrations", "--database", "analytics")
    project.ok("migrate")
    assert tables(project, "analytics.db") == tables(project, "main.db") == {"posts", "minimig_version"}


def test_a_file_that_any_database_has_had_stays(project: ProjectFolder) -> None:
    """Commands that rewrite files ask all databases what they have had."""
    project.ok("makemigrations")
    project.ok("migrate", "stats")
    project.write("stats/models.py", MODELS.format(table="hits", more=', sa.Column("n", sa.Integer)'))
    result = project.run("makemigrations", "stats", "--update")
    assert result.code != 0
    assert "applied" in result.err


def test_the_env_file_is_told_which_database(project: ProjectFolder) -> None:
    """`configure` is called for each database and may give each an engine of its own."""
    project.write("minimig.toml", 'env = "env.py"\n' + project.read("minimig.toml"))
    project.write(
        "env.py",
        "import dataclasses, pathlib, sqlalchemy as sa\n\n\ndef configure(environment):\n"
        "    name = environment.settings.database\n"
        "    path = pathlib.Path(__file__).parent / f'by_env_{name}.db'\n"
        "    return dataclasses.replace(environment, engine=name and sa.create_engine(f'sqlite:///{path}'))\n",
    )
    project.ok("makemigrations")
    project.ok("migrate")
    assert tables(project, "by_env_default.db") == {"posts", "minimig_version"}
    assert tables(project, "by_env_analytics.db") == {"hits", "minimig_version"}


@pytest.mark.parametrize(
    "given",
    [
        "environment.with_url('sqlite:///same.db')",
        "dataclasses.replace(environment, engine=sa.create_engine('sqlite:///same.db'))",
    ],
)
def test_an_env_file_that_means_one_database_for_all_is_refused(project: ProjectFolder, given: str) -> None:
    """It was written for one database: that all apps land there, under one version table, is nobody's wish."""
    project.ok("makemigrations")
    project.write("minimig.toml", 'env = "env.py"\n' + project.read("minimig.toml"))
    lines = f"import dataclasses\nimport sqlalchemy as sa\n\n\ndef configure(environment):\n    return {given}\n"
    project.write("env.py", lines)
    for words in (["migrate"], ["migrate", "--database", "analytics"], ["showmigrations"]):
        result = project.run(*words)
        assert (result.code, "default and analytics" in result.err) == (1, True), result.text
    assert not (project.path / "same.db").exists()
    one = lines.replace("return", "return environment.settings.database != 'default' and", 1).rstrip()
    project.write("env.py", f"{one} or environment\n")
    project.ok("migrate")
    assert tables(project, "main.db") == {"posts", "minimig_version"}


def test_a_password_of_any_database_is_masked(project: ProjectFolder) -> None:
    """Whichever database a failure is about, and whoever quotes the URL of which."""
    url = "postgresql://me:hunter2secret@127.0.0.1:1/x"
    text = project.read("minimig.toml").replace("sqlite:///analytics.db", url)
    project.write("minimig.toml", f'env = "env.py"\n{text}')
    project.write("env.py", "def configure(environment):\n    raise RuntimeError('with hunter2secret')\n")
    result = project.run("makemigrations")
    assert (result.code, "with ***" in result.err) == (1, True), result.text
    assert "hunter2secret" not in project.run("migrate", "--traceback").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('apps = ["stats"]', 'apps = ["stat"]'), "there is no such app"),
        (('apps = ["stats"]', "apps = []"), "`apps` is empty"),
        (("sqlite:///analytics.db", "sqlite:///main.db"), "are the same one"),
        (("[databases.analytics]", "[databases.default]"), "configured twice"),
        (("[databases.analytics]", '[databases."my db"]'), "cannot be called"),
        (('url = "sqlite:///analytics.db"\n', ""), "neither `url` nor `engine`"),
        (('apps = ["stats"]', 'app = ["stats"]'), "unknown key `app`"),
        (('url = "sqlite:///main.db"\n', ""), "the app blog lives in no database"),
        (('url = "sqlite:///analytics.db"', 'url = "sqlite:///a.db"\nengine = "a:b"'), "both `url` and `engine`"),
    ],
)
def test_a_configuration_that_makes_no_sense(project: ProjectFolder, change: tuple[str, str], words: str) -> None:
    """One message each, exit code 1, before anything is done."""
    project.write("minimig.toml", project.read("minimig.toml").replace(*change))
    result = project.run("migrate")
    assert (result.code, words in result.err) == (1, True), result.text


def test_an_unknown_database(project: ProjectFolder) -> None:
    """The near miss is offered, exit code 2; also where only one database is configured."""
    result = project.run("migrate", "--database", "analytcs")
    assert (result.code, "did you mean analytics?" in result.err) == (2, True)
    project.write("minimig.toml", 'url = "sqlite://"\nmetadata = "blog.models:metadata"\nmigrations = "m"\n')
    result = project.run("migrate", "--database", "main")
    assert (result.code, "the databases are: default" in result.err) == (2, True)
    assert project.run("migrate", "--database", "default").code == 0
