"""The version table of another minimig: an older one is brought up to date, a newer one works or is refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.errors import DatabaseError
from minimig.runtime.recorder import Recorder
from support.databases import Database, Server
from support.histories import WORDS, History, counted, two_apps

OLD = {
    "names alone": "CREATE TABLE minimig_version (app VARCHAR(100) NOT NULL, name VARCHAR(190) NOT NULL,"
    " PRIMARY KEY (app, name))",
    "shorter checksum": "CREATE TABLE minimig_version (app VARCHAR(100) NOT NULL, name VARCHAR(190) NOT NULL,"
    " applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, seconds FLOAT, checksum VARCHAR(64), way_back TEXT,"
    " PRIMARY KEY (app, name))",
}
SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'


@pytest.fixture(params=OLD.values(), ids=OLD)
def history(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> History:
    """A history of two revisions, the first of which an older minimig has applied."""
    found = History.at(tmp_path, database)
    found.write("0001_words", WORDS)
    found.write("0002_slug", SLUG)
    found.migrate("0001")
    found.run(
        "DROP TABLE minimig_version",
        request.param,
        "INSERT INTO minimig_version (app, name) VALUES ('shop', '0001_words')",
    )
    return found


def columns(database: Database) -> dict[str, sa.types.TypeEngine[object]]:
    """The columns of the version table."""
    return {c["name"]: c["type"] for c in sa.inspect(database.engine).get_columns("minimig_version")}


def test_an_older_table_is_brought_up_to_date(history: History) -> None:
    """It gets the columns that it lacks and room for the checksum, keeps its rows, and is left alone from then on."""
    assert [planned.step.revision for planned in history.migrate().steps] == ["shop.0002_slug"]
    assert set(columns(history.database)) == set(Recorder().table.columns.keys())
    assert history.applied == ["0001_words", "0002_slug"]
    assert all(history.values("SELECT checksum FROM minimig_version WHERE name = '0002_slug'"))
    with counted(history.database.engine) as statements:
        history.migrate("zero")
    assert [text for text in statements if "minimig_version" in text and text.startswith("ALTER")] == []
    assert history.tables == set()


def test_looking_changes_nothing(history: History) -> None:
    """A plan, and a run with nothing to do, read the old table as it is."""
    before = columns(history.database).keys()
    assert len(history.migrate(plan_only=True).steps) == 1
    assert history.migrate("0001").steps == ()
    with history.database.engine.begin() as connection:
        assert [row.checksum for row in Recorder().read(connection)] == [None]
    assert columns(history.database).keys() == before


def test_a_long_way_back_has_room(tmp_path: Path, mariadb_database: Database) -> None:
    """MariaDB's TEXT ends at 64 KB, which a first migration of many tables exceeds: the column is wider than that."""
    history = History.at(tmp_path, mariadb_database)
    text = "UPDATE words SET word = '" + "x" * 70_000 + "'"
    history.write("0001_words", f"{WORDS.rstrip().removesuffix(']')},\n    ops.RunSQL({text!r}, reverse={text!r}),\n]")
    history.run(OLD["shorter checksum"])
    history.migrate()
    assert history.values("SELECT length(way_back) > 70000 FROM minimig_version") == [1]


def test_a_newer_table_works_where_it_can(history: History) -> None:
    """A column that nobody has to fill is left alone; one that wants a value stops the run, and looking goes on."""
    history.run("ALTER TABLE minimig_version ADD COLUMN signed_by VARCHAR(40)")
    history.migrate()
    history.migrate("0001")
    assert "signed_by" in columns(history.database)
    history.run("DROP TABLE minimig_version", OLD["names alone"].replace(" PRIMARY", " site INTEGER NOT NULL, PRIMARY"))
    history.run("INSERT INTO minimig_version (app, name, site) VALUES ('shop', '0001_words', 1)")
    with pytest.raises(DatabaseError, match="wants a value for its column site") as caught:
        history.migrate()
    assert "newer minimig" in str(caught.value.hint)
    assert len(history.migrate(plan_only=True).steps) == 1
    assert "slug" not in history.columns("words")


def test_ensure_version_brings_it_up_to_date_too(tmp_path: Path, database: Database) -> None:
    """The command does what a run would do first, and no more; then the table is as new."""
    project = two_apps(tmp_path, database.url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(OLD["names alone"])
    project.ok("ensure-version")
    assert set(columns(database)) == set(Recorder().table.columns.keys())
    project.ok("migrate")


def test_a_database_that_may_not_be_written_can_be_looked_at(tmp_path: Path, sqlite_database: Database) -> None:
    """Read-only, with an old table: lists, plans and comparisons work, and a run says what it may not do."""
    project = two_apps(tmp_path, sqlite_database.url)
    project.ok("migrate", "accounts", "0001")
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE minimig_version DROP COLUMN tool")
    read_only = f"sqlite:///file:{sqlite_database.engine.url.database}?mode=ro&uri=true"
    for words in (["showmigrations"], ["current"], ["history", "-i"], ["migrate", "--plan"], ["check", "--database"]):
        result = project.run("--url", read_only, *words)
        assert result.code == (4 if words[0] == "check" else 0), result.text
    refused = project.run("--url", read_only, "migrate")
    assert (refused.code, "this database is read-only" in refused.err) == (1, True)


def test_a_user_who_may_not_alter_it(tmp_path: Path, postgresql_database: Database, postgresql_server: Server) -> None:
    """A role that owns nothing can look, and is told what the run would have needed."""
    project = two_apps(tmp_path, postgresql_database.url)
    role = f"minimig_looker_{os.getpid()}"
    history = History.at(tmp_path / "own", postgresql_database)
    history.run(OLD["names alone"], f"CREATE ROLE {role}", f"GRANT SELECT ON minimig_version TO {role}")
    try:
        with postgresql_database.engine.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {role}")
            assert Recorder().read(connection) == ()
            with pytest.raises(DatabaseError, match="cannot be brought up to date: must be owner"):
                Recorder().ensure(connection)
    finally:
        history.run(f"DROP OWNED BY {role}", f"DROP ROLE {role}")
    assert project.ok("showmigrations").code == 0
