"""Other sessions in the way: locks held for a while and for ever, deadlocks, and what must not be tried again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.dialects.registry import editor_for
from minimig.errors import MigrationFailedError, UsageError
from minimig.runtime.events import Event, Retrying
from minimig.runtime.output import LiveOutput
from minimig.runtime.retrying import Patience
from support.databases import Database
from support.histories import History

START = """
up = [
    ops.CreateTable(
        "words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer, server_default="0")
    ),
    ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True)),
]
"""
TWO_TABLES = """
up = [
    ops.AddColumn("pages", sa.Column("slug", sa.String(20))),
    ops.RunSQL("UPDATE words SET n = n + 1"),
    ops.AddColumn("words", sa.Column("slug", sa.String(20))),
]
"""
SHORT = Patience(lock=0.1, attempts=12, pause=0.2)
LOCKS = {
    "sqlite": ["BEGIN IMMEDIATE"],
    "postgresql": ["BEGIN", "LOCK TABLE words IN ACCESS SHARE MODE"],
    "mariadb": ["BEGIN", "SELECT * FROM words"],
}


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Two tables, one with rows."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.migrate()
    values = ", ".join(f"({number})" for number in range(1, 1001))
    history.run(f"INSERT INTO words (id) VALUES {values}")
    return history


@contextmanager
def another(database: Database, *statements: str) -> Iterator[sa.Connection]:
    """Another session, in the middle of a transaction."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        yield connection


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Work on a thread of its own; its error is the test's."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
    if errors:
        raise errors[0]


def poll(connection: sa.Connection, query: str) -> None:
    """Wait until a query finds something; InnoDB makes its table of transactions anew only now and then."""
    ends = time.monotonic() + 20
    while not connection.exec_driver_sql(query).first():
        assert time.monotonic() < ends, "nobody came to wait"
        time.sleep(0.2)


def retries(events: list[Event]) -> list[Retrying]:
    """Those events that tell of another attempt."""
    return [event for event in events if isinstance(event, Retrying)]


def test_a_lock_that_is_held_for_a_while_is_waited_for(history: History) -> None:
    """The table is in use for two seconds: attempts in between, then all is done, each statement once."""
    history.write("0002_slug", TWO_TABLES)
    seen: list[Event] = []
    with another(history.database, *LOCKS[history.database.kind]) as holder:

        def let_go() -> None:
            time.sleep(2)
            holder.exec_driver_sql("COMMIT")

        with meanwhile(let_go):
            history.migrate(on_step=seen.append, patience=SHORT)
    assert retries(seen)
    assert [event.attempt for event in retries(seen)] == list(range(1, len(retries(seen)) + 1))
    assert history.columns("words") == ["id", "n", "slug"]
    assert history.columns("pages") == ["id", "slug"]
    assert set(history.values("SELECT n FROM words")) == {1}
    assert history.applied == ["0001_words", "0002_slug"]


def test_a_lock_that_is_held_for_ever_ends_the_run(history: History) -> None:
    """After a few attempts, with what to do; and the same command goes on once the other session is gone."""
    history.write("0002_slug", TWO_TABLES)
    seen: list[Event] = []
    patience = Patience(lock=0.1, attempts=3, pause=0.1)
    with another(history.database, *LOCKS[history.database.kind]) as holder:
        with pytest.raises(MigrationFailedError) as caught:
            history.migrate(on_step=seen.append, patience=patience)
        holder.exec_driver_sql("ROLLBACK")
    assert len(retries(seen)) == 2
    assert caught.value.passing
    if history.database.kind == "mariadb":
        assert "2 statement(s) of this migration took effect and stay" in str(caught.value)
    else:
        assert "rolled back, this migration left nothing behind" in str(caught.value)
        assert "--ddl-lock-timeout" in str(caught.value.hint)
    history.migrate()
    assert set(history.values("SELECT n FROM words")) == {1}


def test_a_deadlock_of_two_tables(tmp_path: Path, postgresql_database: Database) -> None:
    """The migration is the victim, is rolled back whole, and has its way with the second attempt."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", START)
    history.write("0002_slug", TWO_TABLES)
    history.migrate("0001")
    seen: list[Event] = []
    locks = ["SET deadlock_timeout = '100s'", "BEGIN", "LOCK TABLE words"]
    with another(postgresql_database, *locks) as holder:

        def cross() -> None:
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'words'::regclass"
            poll(holder, waiting)
            holder.exec_driver_sql("LOCK TABLE pages")
            holder.exec_driver_sql("COMMIT")

        with meanwhile(cross):
            history.migrate(on_step=seen.append)
    assert ["deadlock detected" in event.reason for event in retries(seen)] == [True]
    assert history.columns("pages") == ["id", "slug"]


def test_a_deadlock_in_a_batch(tmp_path: Path, mariadb_database: Database) -> None:
    """InnoDB rolls back the batch, which has changed fewer rows than the other session; it runs again."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", START)
    history.write("0002_n", "up = [ops.Backfill('words', {'n': 'n + 1'}, batch=1000)]")
    history.migrate("0001")
    values = ", ".join(f"({number})" for number in range(1, 1001))
    history.run(f"INSERT INTO words (id) VALUES {values}")
    seen: list[Event] = []
    with another(mariadb_database, "BEGIN", "UPDATE words SET n = n + 10 WHERE id > 200") as holder:

        def cross() -> None:
            waiting = "SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'"
            poll(holder, waiting)
            holder.exec_driver_sql("UPDATE words SET n = n + 10 WHERE id = 1")
            holder.exec_driver_sql("COMMIT")

        with meanwhile(cross):
            history.migrate(on_step=seen.append)
    assert ["Deadlock" in event.reason for event in retries(seen)] == [True]
    assert history.values("SELECT count(*) FROM words WHERE n = 1 AND id BETWEEN 2 AND 200") == [199]
    assert history.values("SELECT count(*) FROM words WHERE n = 11 AND (id = 1 OR id > 200)") == [801]


def test_a_function_that_has_committed_is_not_tried_again(tmp_path: Path, mariadb_database: Database) -> None:
    """CREATE TABLE commits on MariaDB: what comes before it would be done twice."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", START)
    history.migrate()
    history.run("INSERT INTO words (id) VALUES (1)")
    history.write(
        "0002_code",
        """
        def step(connection, tables):
            connection.exec_driver_sql("INSERT INTO pages VALUES (1)")
            connection.exec_driver_sql("CREATE TABLE side (id INT)")
            connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
            connection.exec_driver_sql("UPDATE words SET n = 5")

        up = [ops.RunPython(step)]
        """,
    )
    seen: list[Event] = []
    with another(mariadb_database, "BEGIN", "UPDATE words SET n = 4") as holder:
        with pytest.raises(MigrationFailedError, match="Lock wait timeout"):
            history.migrate(on_step=seen.append, patience=SHORT)
        holder.exec_driver_sql("ROLLBACK")
    assert retries(seen) == []
    assert history.values("SELECT count(*) FROM pages") == [1]


def test_a_statement_may_not_run_for_ever(tmp_path: Path, postgresql_database: Database) -> None:
    """`statement` ends it, once; a function of the project's own has the time that the session gives."""
    history = History.at(tmp_path, postgresql_database)
    history.write(
        "0001_code",
        """
        def step(connection, tables):
            for name in ("statement_timeout", "lock_timeout"):
                assert connection.scalar(sa.text(f"SHOW {name}")) == "0"

        up = [ops.RunSQL("SELECT 1"), ops.RunPython(step, reverse=ops.NOOP)]
        """,
    )
    history.write("0002_slow", "up = [ops.RunSQL('SELECT pg_sleep(20)')]")
    seen: list[Event] = []
    with pytest.raises(MigrationFailedError, match="statement timeout"):
        history.migrate(on_step=seen.append, patience=Patience(statement=0.2))
    assert history.applied == ["0001_code"]
    assert retries(seen) == []


def test_no_time_is_rounded_to_none_at_all(database: Database) -> None:
    """0.4 ms and 0 become the shortest time there is, and the session gets its own settings back."""
    with database.engine.connect() as connection:
        waiting = editor_for(connection.dialect, LiveOutput(connection)).waiting(connection)
        own = waiting.read()
        waiting.limit(0.0004, 0)
        short = waiting.read()
        waiting.restore()
        assert waiting.read() == own
    wanted = {
        "sqlite": {"busy_timeout": "1"},
        "postgresql": {"lock_timeout": "1ms", "statement_timeout": "1ms"},
        "mariadb": {"lock_wait_timeout": "1", "innodb_lock_wait_timeout": "1", "max_statement_time": "0.001"},
    }
    assert short == wanted[database.kind]


def test_pauses_grow() -> None:
    """Each about twice the one before, never in step, and not for ever; nonsense is refused."""
    found = list(Patience(pause=1, attempts=5).pauses())
    assert [round(pause * 4) for pause in found] != [4, 8, 16, 32] or found != [1, 2, 4, 8]
    assert all(0.75 * 2**number <= pause <= 1.25 * 2**number for number, pause in enumerate(found))
    assert list(Patience(attempts=1).pauses()) == []
    with pytest.raises(UsageError):
        Patience(attempts=0)
    with pytest.raises(UsageError):
        Patience(lock=float("nan"))


def test_emptying_a_table_that_is_in_use_asks_nothing(tmp_path: Path, mariadb_database: Database) -> None:
    """The server says itself that it did not happen: tried again, and after the last attempt by the next run."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", START)
    history.migrate()
    history.run("INSERT INTO words (id) VALUES (1)")
    history.write("0002_empty", "up = [ops.RunSQL('TRUNCATE TABLE words', reverse=ops.NOOP)]")
    patience = Patience(lock=0.1, attempts=2, pause=0.1)
    with (
        another(mariadb_database, *LOCKS["mariadb"]),
        pytest.raises(MigrationFailedError, match="Lock wait timeout"),
    ):
        history.migrate(patience=patience)
    history.migrate()
    assert history.values("SELECT count(*) FROM words") == [0]
