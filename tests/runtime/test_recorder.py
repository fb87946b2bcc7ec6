"""The version table on real databases: its name and place, what a row holds, and what goes wrong with it."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.errors import DatabaseError, MigrationFailedError
from minimig.runtime.events import Event, StepStarted
from minimig.runtime.recorder import Applied, Recorder
from support.databases import Database, Server
from support.histories import WORDS, History

SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A history of two revisions."""
    return two(History.at(tmp_path, database))


def two(history: History) -> History:
    """Write the two revisions."""
    history.write("0001_words", WORDS)
    history.write("0002_slug", SLUG)
    return history


def test_a_row_says_what_when_and_how(history: History) -> None:
    """One row per revision: names, the database's time, seconds, both checksums, the tool, and the way back."""
    history.migrate()
    with history.database.engine.connect() as connection:
        rows = Recorder().read(connection)
        way_back = connection.exec_driver_sql("SELECT way_back FROM minimig_version ORDER BY name").scalars().all()
        now = connection.execute(sa.select(sa.func.current_timestamp(type_=sa.DateTime(timezone=True)))).scalar_one()
    assert [row.revision for row in rows] == ["shop.0001_words", "shop.0002_slug"]
    for row in rows:
        assert row.applied_at is not None
        assert abs(clock(now) - clock(row.applied_at)) < timedelta(minutes=1)
        assert row.seconds is not None
        assert row.seconds >= 0
        assert row.tool == f"minimig {minimig.__version__}"
        for checksum in (row.checksum, row.file_checksum):
            assert re.search(r"[0-9a-f]{64}$", str(checksum))
    assert rows[0].checksum != rows[1].checksum
    assert 'ops.DropTable("words")' in way_back[0]
    assert 'ops.DropColumn("words", "slug")' in way_back[1]


def clock(moment: datetime | str) -> datetime:
    """A moment as databases give it, in UTC."""
    value = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def tables_but_the_journal(engine: sa.Engine) -> set[str]:
    """The names of all tables but the journal, which is there where DDL cannot be rolled back."""
    return {name for name in sa.inspect(engine).get_table_names() if not name.endswith("_journal")}


def test_the_table_has_the_name_it_was_given(history: History) -> None:
    """Two histories keep apart in one database by two names, and each name is read back."""
    history.migrate(version_table="My Versions", target="0001")
    assert tables_but_the_journal(history.database.engine) == {"My Versions", "words"}
    assert history.migrate(version_table="My Versions").steps[0].step.revision == "shop.0002_slug"
    assert len(history.migrate(version_table="other", plan_only=True).steps) == 2
    history.migrate("zero", version_table="My Versions")
    assert tables_but_the_journal(history.database.engine) == {"My Versions"}


def test_the_table_is_in_the_schema_it_was_given(tmp_path: Path, postgresql_database: Database) -> None:
    """The version table goes into another schema, the tables into the default one; a name in two schemas is two."""
    history = two(History.at(tmp_path, postgresql_database))
    history.run("CREATE SCHEMA ops")
    history.migrate(version_schema="ops")
    inspector = sa.inspect(postgresql_database.engine)
    assert inspector.get_table_names() == ["words"]
    assert inspector.get_table_names(schema="ops") == ["minimig_version"]
    assert history.migrate(version_schema="ops").steps == ()
    with postgresql_database.engine.begin() as connection:
        assert minimig.migrate(connection, history.folder, version_schema="ops").steps == ()
    history.migrate("zero", version_schema="ops")
    assert history.values("SELECT count(*) FROM ops.minimig_version") == [0]


def test_a_schema_that_does_not_exist_is_named(tmp_path: Path, postgresql_database: Database) -> None:
    """The schema of the version table is not made in passing: an error names it, and nothing is changed."""
    history = two(History.at(tmp_path, postgresql_database))
    with pytest.raises(DatabaseError, match=r"version table nowhere\.minimig_version cannot be created: .*nowhere"):
        history.migrate(version_schema="nowhere")
    assert history.tables == set()


def test_another_database_of_mariadb_can_hold_the_table(
    tmp_path: Path, mariadb_database: Database, mariadb_server: Server
) -> None:
    """On MariaDB a schema is a database: the version table may stand in one of its own."""
    history = two(History.at(tmp_path, mariadb_database))
    other = mariadb_server.create()
    try:
        name = str(other.engine.url.database)
        history.migrate(version_schema=name)
        assert sa.inspect(other.engine).get_table_names() == ["minimig_journal", "minimig_version"]
        assert sa.inspect(mariadb_database.engine).get_table_names() == ["words"]
        assert history.migrate(version_schema=name).steps == ()
    finally:
        mariadb_server.drop(other)


def test_a_row_that_vanishes_meanwhile_is_noticed(history: History) -> None:
    """A row that somebody else deletes while its revision is taken back stops the run at that revision."""
    history.migrate()

    def interfere(event: Event) -> None:
        if isinstance(event, StepStarted):
            history.run("DELETE FROM minimig_version WHERE name = '0002_slug'")

    with pytest.raises(MigrationFailedError) as caught:
        history.migrate("zero", on_step=interfere)
    assert "shop.0002_slug vanished from the version table" in caught.value.message
    assert "another runner" in caught.value.message
    assert history.applied == ["0001_words"]
    assert ("slug" in history.columns("words")) == (history.database.kind != "mariadb")


def test_a_row_that_appears_meanwhile_is_noticed(history: History) -> None:
    """A revision that somebody else records while it runs here is not recorded twice."""

    def interfere(event: Event) -> None:
        if isinstance(event, StepStarted):
            history.run("INSERT INTO minimig_version (app, name) VALUES ('shop', '0001_words')")

    with pytest.raises(MigrationFailedError, match="the end, writing the version table"):
        history.migrate("0001", on_step=interfere)
    assert history.tables == ({"words"} if history.database.kind == "mariadb" else set())


def test_a_table_of_the_name_that_is_none_of_ours(history: History) -> None:
    """A table that lacks our columns is refused with the database's words, and nothing runs."""
    history.run("CREATE TABLE minimig_version (version_num VARCHAR(32))")
    with pytest.raises(DatabaseError, match="version table minimig_version cannot be read"):
        history.migrate()
    assert history.tables == set()


def test_a_database_that_may_not_be_written(tmp_path: Path, sqlite_database: Database) -> None:
    """On a database that is read only, a run is refused with a reason and a way out; made alone, the table fails."""
    history = two(History.at(tmp_path, sqlite_database))
    history.run("CREATE TABLE own (id INTEGER)")
    file = sqlite_database.engine.url.database
    with pytest.raises(DatabaseError) as caught:
        minimig.migrate(f"sqlite:///file:{file}?mode=ro&uri=true", history.folder)
    assert "nothing can be written: the URL opens the file for reading alone" in str(caught.value)
    assert "this database is read-only" in str(caught.value.hint)
    reading = sa.create_engine(f"sqlite:///file:{file}?mode=ro&uri=true", poolclass=NullPool)
    with reading.connect() as connection, pytest.raises(DatabaseError) as caught:
        Recorder().ensure(connection)
    assert "version table minimig_version cannot be created: attempt to write a readonly database" in str(caught.value)
    assert "this database is read-only" in str(caught.value.hint)
    assert history.tables == {"own"}


def test_a_user_who_may_not_create_tables(
    tmp_path: Path, postgresql_database: Database, postgresql_server: Server
) -> None:
    """A role without the right to create tables is told so before any migration runs."""
    history = two(History.at(tmp_path, postgresql_database))
    role = f"minimig_reader_{os.getpid()}"
    history.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC", f"CREATE ROLE {role}")
    try:
        with postgresql_database.engine.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {role}")
            connection.commit()
            with pytest.raises(DatabaseError, match="table minimig_version: has no CREATE on schema public"):
                minimig.migrate(connection, history.folder)
        assert history.tables == set()
    finally:
        history.run(f"DROP ROLE {role}")


def test_ensure_and_record_are_plain_calls(database: Database) -> None:
    """The recorder by itself: made twice without harm, read oldest first, erased once and no second time."""
    recorder = Recorder()
    with database.engine.begin() as connection:
        assert not recorder.exists(connection)
        recorder.ensure(connection)
        recorder.ensure(connection)
        recorder.record(connection, Applied("b", "0001"))
        recorder.record(connection, Applied("a", "0001" + "é" * 180, way_back="text"))
        assert [row.app for row in recorder.read(connection)] == ["a", "b"]
        recorder.erase(connection, Applied("b", "0001"))
        with pytest.raises(DatabaseError, match=r"b\.0001 vanished"):
            recorder.erase(connection, Applied("b", "0001"))
