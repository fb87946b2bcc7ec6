"""Where something runs out: disk, packets, rights, patience with long files; and clocks that nobody should believe."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.dialects.registry import lock_for
from minimig.errors import DatabaseError, LockError, MigrationFailedError
from support.databases import Database, Server, sqlite_in
from support.histories import WORDS, History

SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'


# --- the disk ---------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of this size, or a skip that says why there is none."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "minimig-test", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("a small disk needs the program `mount`")
    if done.returncode:
        pytest.skip(f"a small disk needs the right to mount one: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("rebuild", [False, True], ids=["rows", "rebuild"])
def test_a_full_disk(tmp_path: Path, rebuild: bool) -> None:
    """SQLite on a file system of 1 MB: a clean error, nothing lost, and with room again the same command works."""
    disk = tmp_path / "disk"
    with small_disk(disk, "1m"):
        history = History.at(tmp_path, sqlite_in(disk))
        history.write("0001_words", WORDS)
        history.migrate()
        values = ", ".join(f"({number}, '{'x' * 150}')" for number in range(1, 2001))
        history.run(f"INSERT INTO words VALUES {values}")
        alter = 'ops.AlterColumn("words", "word", nullable=False)'
        more = 'ops.RunSQL("INSERT INTO words SELECT id + 10000, word || word || word FROM words", reverse=ops.NOOP)'
        history.write("0002_full", f"up = [ops.RunSQL('CREATE TABLE pages (id INT)'), {alter if rebuild else more}]")
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            file.write(b"x" * 300_000)
        with pytest.raises(MigrationFailedError) as caught:
            history.migrate(precheck=False)
        assert "disk is full" in caught.value.message
        assert "rolled back, this migration left nothing behind" in caught.value.message
        assert (history.tables, history.values("SELECT count(*) FROM words")) == ({"words"}, [2000])
        assert history.values("PRAGMA integrity_check") == ["ok"]
        assert history.applied == ["0001_words"]
        ballast.unlink()
        if not rebuild:
            history.run("DELETE FROM words WHERE id > 100")
        history.migrate()
        assert history.applied == ["0001_words", "0002_full"]


def with_words(folder: Path, disk: Path) -> History:
    """A history whose table fills half of a small disk."""
    history = History.at(folder, sqlite_in(disk))
    history.write("0001_words", WORDS)
    history.migrate()
    values = ", ".join(f"({number}, '{'x' * 190}')" for number in range(1, 5001))
    history.run(f"INSERT INTO words VALUES {values}")
    return history


def test_a_disk_too_full_for_a_copy(tmp_path: Path) -> None:
    """A table that the disk cannot hold twice: refused before the first statement, though it would be the second step.

    What needs no copy runs meanwhile, and so does the copy once there is room.
    """
    disk = tmp_path / "disk"
    with small_disk(disk, "2m"):
        history = with_words(tmp_path, disk)
        history.write("0002_pages", 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]')
        history.write("0003_copy", 'up = [ops.AlterColumn("words", "word", nullable=False)]')
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            file.write(b"x" * 300_000)
        with pytest.raises(DatabaseError, match=r"shop\.0003_copy copies table words, .* at least 1\.0 MB are needed"):
            history.migrate()
        assert (history.tables, history.applied) == ({"words"}, ["0001_words"])
        history.migrate("0002")
        ballast.unlink()
        with history.database.engine.connect() as connection:
            connection.exec_driver_sql("DELETE FROM words WHERE id > 2500")
            connection.commit()
        history.migrate()
        assert history.applied == ["0001_words", "0002_pages", "0003_copy"]


def test_a_full_disk_is_no_matter_where_no_row_is_copied(tmp_path: Path) -> None:
    """A wider VARCHAR needs no room for the table: it is not refused, and it runs."""
    disk = tmp_path / "disk"
    with small_disk(disk, "2m"):
        history = with_words(tmp_path, disk)
        history.write("0002_wider", 'up = [ops.AlterColumn("words", "word", type=sa.String(300))]')
        (disk / "ballast").write_bytes(b"x" * 300_000)
        history.migrate()
        assert history.applied == ["0001_words", "0002_wider"]
        assert history.values("PRAGMA integrity_check") == ["ok"]


# --- large things -----------------------------------------------------------------------------------------------------


def test_ten_megabytes_in_one_value(database: Database, tmp_path: Path) -> None:
    """A row of a revision file that is longer than most buffers arrives whole."""
    history = History.at(tmp_path, database)
    history.write(
        "0001_long",
        """
        from sqlalchemy.dialects import mysql

        TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
        up = [
            ops.CreateTable("texts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", TEXT)),
            ops.BulkInsert("texts", [{"id": 1, "word": "x" * 10_000_000}]),
        ]
        """,
    )
    history.migrate()
    assert history.values("SELECT length(word) FROM texts") == [10_000_000]


def test_a_packet_that_is_too_large(tmp_path: Path, mariadb_database: Database) -> None:
    """Above max_allowed_packet the server says so, and what is before it is not done twice afterwards."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", WORDS)
    limit = history.values("SELECT @@max_allowed_packet")[0]
    if limit > 64 * 1024 * 1024:
        pytest.skip(f"this server takes {limit} bytes at once")
    long = f"ops.RunSQL(\"SELECT length('\" + 'x' * {limit} + \"')\", reverse=ops.NOOP)"
    path = history.write("0002_long", f"{SLUG[:-1]}, {long}]")
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert "operation 2 of 2" in caught.value.message
    assert f"whether it takes {limit / 1_000_000:.0f} MB at once (max_allowed_packet)" in str(caught.value.hint)
    assert len(str(caught.value)) < 2000
    path.write_text(path.read_text().replace(f"'x' * {limit}", "'x' * 5"))
    history.migrate()
    assert history.columns("words") == ["id", "word", "slug"]


@pytest.mark.slow
def test_a_file_of_ten_thousand_operations(tmp_path: Path, sqlite_database: Database) -> None:
    """It is one transaction, and takes seconds."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_words", WORDS)
    inserts = "[ops.RunSQL(f'INSERT INTO words (id) VALUES ({n})', reverse=ops.NOOP) for n in range(10_000)]"
    history.write("0002_many", f"up = {inserts}")
    history.migrate()
    assert history.values("SELECT count(*) FROM words") == [10_000]


# --- rights -----------------------------------------------------------------------------------------------------------


def test_a_role_that_may_create_and_not_alter(
    tmp_path: Path, postgresql_database: Database, postgresql_server: Server
) -> None:
    """The table is another role's: the step that needs it is rolled back, the one before it is done and recorded."""
    history = History.at(tmp_path, postgresql_database)
    name = f"minimig_maker_{uuid.uuid4().hex[:8]}"
    history.run(
        f"CREATE ROLE {name} LOGIN PASSWORD 'x'",
        f"GRANT ALL ON SCHEMA public TO {name}",
        "CREATE TABLE words (id INT PRIMARY KEY)",
    )
    try:
        url = postgresql_database.engine.url.set(username=name, password="x")
        history.write("0001_pages", 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]')
        history.write("0002_words", "up = [ops.RunSQL('CREATE TABLE a (id INT); ALTER TABLE words ADD COLUMN n INT')]")
        with pytest.raises(MigrationFailedError, match="must be owner of table words") as caught:
            minimig.migrate(sa.create_engine(url, poolclass=NullPool), history.folder)
        assert "rolled back, this migration left nothing behind" in caught.value.message
        assert (history.tables, history.applied) == ({"words", "pages"}, ["0001_pages"])
    finally:
        history.run(f"DROP OWNED BY {name}")
        with postgresql_server.admin.connect() as admin:
            admin.exec_driver_sql(f"DROP ROLE {name}")


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_times_in_the_rows_decide_nothing(tmp_path: Path, database: Database) -> None:
    """Rows from hosts whose clocks differ by days, in the wrong order: up and down go by the graph."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.write("0002_slug", SLUG)
    history.write("0003_note", SLUG.replace("slug", "note"))
    history.migrate("0002")
    history.run(
        "UPDATE minimig_version SET applied_at = '2099-01-02 00:00:00' WHERE name = '0001_words'",
        "UPDATE minimig_version SET applied_at = '1999-01-02 00:00:00' WHERE name = '0002_slug'",
    )
    history.migrate()
    steps = [planned.step.revision for planned in history.migrate("zero").steps]
    assert steps == ["shop.0003_note", "shop.0002_slug", "shop.0001_words"]
    assert history.applied == []


def test_a_clock_that_is_set_back_during_a_run(
    tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every look at the clock is an hour earlier: locks are waited for as long as was said, step times are true."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_words", WORDS)
    hours = iter(range(0, 10_000_000, 3600))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0 - next(hours))
    with sqlite_database.engine.connect() as connection, lock_for(connection, "minimig_version", 1):
        began = time.monotonic()
        with pytest.raises(LockError):
            history.migrate(lock_timeout=0.3)
        assert 0.3 <= time.monotonic() - began < 3
    history.migrate()
    assert history.applied == ["0001_words"]
    assert all(0 <= seconds < 60 for seconds in history.values("SELECT seconds FROM minimig_version"))
