"""Runs on real databases: what is told, what shares a transaction, what a nothing costs, what is left open."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

import minimig
from minimig import ops
from minimig.errors import IrreversibleError, MigrationFailedError, UnsupportedError
from minimig.runtime.events import Event, StepDone, StepStarted
from minimig.runtime.plan import Direction
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import WORDS, History, counted

SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'
PAGES = 'up = [ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True))]'
BROKEN = 'up = [ops.CreateTable("half", sa.Column("id", sa.Integer)), ops.RunSQL("SELECT nothing_there")]'


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Three revisions: a table, a column of it, another table."""
    return three(History.at(tmp_path, database))


@pytest.fixture
def simple(tmp_path: Path, sqlite_database: Database) -> History:
    """The three revisions on SQLite, for what does not depend on the database."""
    return three(History.at(tmp_path, sqlite_database))


def three(history: History) -> History:
    """Write the three revisions."""
    history.write("0001_words", WORDS)
    history.write("0002_slug", SLUG)
    history.write("0003_pages", PAGES)
    return history


# --- events -----------------------------------------------------------------------------------------------------------


def test_a_listener_is_told_of_each_step(simple: History) -> None:
    """Start and end of each step, with its number, the whole run and the time, in both directions."""
    seen: list[Event] = []
    simple.migrate("0001", on_step=seen.append)
    simple.migrate(on_step=seen.append)
    names = ("shop.0002_slug", "shop.0003_pages")
    assert [type(event) for event in seen] == [StepStarted, StepDone] * 3
    assert [event.step.revision for event in seen[2:]] == [names[0], names[0], names[1], names[1]]
    started = [event for event in seen if isinstance(event, StepStarted)]
    assert [(event.number, event.revisions) for event in started[1:]] == [(1, names), (2, names)]
    assert all(event.seconds >= 0 for event in seen if isinstance(event, StepDone))
    seen.clear()
    simple.migrate("0001", on_step=seen.append)
    assert [(event.step.revision, event.step.direction) for event in seen[::2]] == [
        ("shop.0003_pages", Direction.BACKWARD),
        ("shop.0002_slug", Direction.BACKWARD),
    ]


def test_a_step_is_finished_when_the_listener_hears_of_it(history: History) -> None:
    """At StepDone another connection sees the table and the row; at StepStarted neither."""
    seen: list[tuple[str, list[str], bool]] = []

    def look(event: Event) -> None:
        seen.append((type(event).__name__, history.applied, "pages" in history.tables))

    history.migrate("0002")
    history.migrate(on_step=look)
    assert seen == [
        ("StepStarted", ["0001_words", "0002_slug"], False),
        ("StepDone", ["0001_words", "0002_slug", "0003_pages"], True),
    ]


def test_a_listener_that_fails_stops_the_run_between_two_steps(simple: History) -> None:
    """What is applied stays, nothing is half done, and the next run goes on from there."""

    def stop(event: Event) -> None:
        if isinstance(event, StepDone) and event.step.revision == "shop.0002_slug":
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        simple.migrate(on_step=stop)
    assert simple.applied == ["0001_words", "0002_slug"]
    assert simple.tables == {"words"}
    simple.migrate()
    assert simple.tables == {"words", "pages"}


def test_no_end_is_told_of_a_step_that_failed(simple: History) -> None:
    """A failed step has a start and no end, and those before it have both."""
    simple.write("0004_broken", BROKEN)
    seen: list[Event] = []
    with pytest.raises(MigrationFailedError):
        simple.migrate(on_step=seen.append)
    assert [type(event).__name__ for event in seen[-3:]] == ["StepStarted", "StepDone", "StepStarted"]


# --- what a nothing costs ---------------------------------------------------------------------------------------------


def test_nothing_to_do_costs_one_query(history: History) -> None:
    """A run on a database that is up to date reads the version table, and that is all."""
    history.migrate()
    with counted(history.database.engine) as seen:
        assert history.migrate().steps == ()
        assert history.migrate("0003").steps == ()
    assert len(seen) == 2
    assert all(statement.startswith("SELECT minimig_version.app") for statement in seen)


def test_nothing_to_do_makes_no_version_table(tmp_path: Path, database: Database) -> None:
    """A plan, and the way down from nowhere, leave an empty database empty."""
    history = three(History.at(tmp_path, database))
    history.migrate("zero")
    history.migrate(plan_only=True)
    assert sa.inspect(database.engine).get_table_names() == []


# --- targets ----------------------------------------------------------------------------------------------------------


def test_every_way_to_name_a_place(simple: History) -> None:
    """A name, its start, steps, head and zero, in any order, always leave what belongs there."""
    at = {0: set(), 1: {"words"}, 2: {"words"}, 3: {"words", "pages"}}
    for target, place in [
        ("0002_slug", 2),
        ("+1", 3),
        ("-2", 1),
        ("shop.0003", 3),
        ("0001", 1),
        ("head", 3),
        ("zero", 0),
        ("+2", 2),
    ]:
        simple.migrate(target)
        assert len(simple.applied) == place, target
        assert simple.tables == at[place], target
        if place:
            assert ("slug" in simple.columns("words")) == (place >= 2), target


def test_the_way_down_of_the_file_is_what_runs(simple: History) -> None:
    """A `down` in the file runs in place of the reverse of `up`, in its own order."""
    simple.write(
        "0004_own_way",
        """
        up = [ops.RunSQL("INSERT INTO pages (id) VALUES (1)")]
        down = [
            ops.RunSQL("DELETE FROM pages"),
            ops.RunSQL("INSERT INTO words (id, word) VALUES (1, 'taken back')"),
        ]
        """,
    )
    simple.migrate()
    simple.migrate("-1")
    assert simple.values("SELECT id FROM pages") == []
    assert simple.values("SELECT word FROM words") == ["taken back"]


def test_an_irreversible_revision_bars_the_way(simple: History) -> None:
    """`irreversible` gives its reason before the first statement of the run, although a later step could go back."""
    simple.write("0004_gone", 'irreversible = "the values are gone"\nup = [ops.DropColumn("words", "slug")]\ndown = []')
    simple.write("0005_more", 'up = [ops.AddColumn("pages", sa.Column("title", sa.String(20)))]')
    simple.migrate()
    with counted(simple.database.engine) as seen, pytest.raises(IrreversibleError) as caught:
        simple.migrate("0001")
    assert "shop.0004_gone cannot be taken back: the values are gone" in caught.value.message
    assert "0004_gone.py" in str(caught.value.where)
    assert len(seen) == 1
    assert len(simple.applied) == 5
    simple.migrate("0004")
    assert simple.columns("pages") == ["id"]


# --- transactions -----------------------------------------------------------------------------------------------------


def test_one_transaction_for_each_revision(history: History) -> None:
    """A failure takes back its own revision only, and the version table agrees with the tables."""
    history.write("0004_broken", BROKEN)
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert history.applied == ["0001_words", "0002_slug", "0003_pages"]
    kept = {"half"} if history.database.kind == "mariadb" else set()
    assert history.tables == {"words", "pages"} | kept
    assert ("took effect and stay" in caught.value.message) == bool(kept)


def test_a_file_may_do_without_a_transaction(history: History) -> None:
    """`atomic = False`: what ran before the failure stays, the error says so, and the next run goes on from there."""
    path = history.write("0004_broken", "atomic = False\n" + BROKEN)
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert "half" in history.tables
    assert "1 statement(s) of this migration took effect and stay" in caught.value.message
    assert "the file says atomic = False" in caught.value.message
    path.write_text(path.read_text().replace("nothing_there", "1").replace(")]", ", reverse=ops.NOOP)]"))
    history.migrate()
    history.migrate("-1")
    assert history.tables == {"words", "pages"}


def test_a_data_step_without_a_transaction_is_not_called_harmless(history: History) -> None:
    """Rows that a Python step wrote under `atomic = False` stay, and the error counts them among what stays."""
    history.write(
        "0004_step",
        """
        atomic = False

        def step(connection, tables):
            connection.execute(sa.insert(tables.pages).values(id=1))
            raise ValueError("stop")

        up = [ops.RunPython(step)]
        """,
    )
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert history.values("SELECT id FROM pages") == [1]
    assert "1 statement(s) of this migration took effect and stay" in caught.value.message


def test_rows_that_mariadb_takes_back_are_not_said_to_stay(tmp_path: Path, mariadb_database: Database) -> None:
    """Rows are rolled back unless a later change of the schema committed them: the error counts exactly those."""
    history = three(History.at(tmp_path, mariadb_database))
    insert = 'ops.RunSQL("INSERT INTO pages (id) VALUES ({})")'
    path = history.write("0004_rows", f'up = [{insert.format(1)}, ops.RunSQL("SELECT nothing_there FROM pages")]')
    with pytest.raises(MigrationFailedError, match="no statement of this migration had taken effect"):
        history.migrate()
    assert history.values("SELECT id FROM pages") == []
    index = 'ops.CreateIndex("ix_word", "words", ["word"])'
    path.write_text(path.read_text().replace("up = [", f"up = [{insert.format(2)}, {index}, "))
    with pytest.raises(MigrationFailedError, match=r"2 statement\(s\) of this migration took effect and stay: mysql"):
        history.migrate()
    assert history.values("SELECT id FROM pages") == [2]


def test_the_statement_of_a_failed_data_step_is_shown(simple: History) -> None:
    """The error quotes the statement that the step itself sent, not the latest one of minimig."""
    simple.write(
        "0004_step",
        """
        def step(connection, tables):
            connection.exec_driver_sql("SELECT something FROM nowhere")

        up = [ops.AddColumn("pages", sa.Column("title", sa.String(20))), ops.RunPython(step)]
        """,
    )
    with pytest.raises(MigrationFailedError) as caught:
        simple.migrate()
    assert "statement: SELECT something FROM nowhere\n" in caught.value.message
    assert "0004_step.py:" in str(caught.value.where)


def test_a_composite_type_that_is_missing_is_explained(tmp_path: Path, postgresql_database: Database) -> None:
    """A type that only CREATE TYPE can make is told how to come, and the way out that is named works."""
    history = History.at(tmp_path, postgresql_database)
    raw = "from minimig.state.raw_type import RawType"
    table = 'ops.CreateTable("t", sa.Column("spot", RawType("spot")))'
    path = history.write("0001_t", f"{raw}\nup = [{table}]")
    with pytest.raises(MigrationFailedError, match='type "spot" does not exist') as caught:
        history.migrate()
    assert "ops.RunSQL('CREATE TYPE ...', reverse='DROP TYPE ...')" in str(caught.value.hint)
    first = "ops.RunSQL('CREATE TYPE spot AS (x int, y int)', reverse='DROP TYPE spot')"
    path.write_text(path.read_text().replace("up = [", f"up = [{first}, "))
    history.migrate()
    history.migrate("zero")
    assert history.applied == []


def test_a_new_label_that_is_used_too_early_is_explained(tmp_path: Path, postgresql_database: Database) -> None:
    """PostgreSQL lets nobody use a label before the commit; the error says so, and each way out that it names works."""
    history = History.at(tmp_path, postgresql_database)
    kind = 'sa.Column("kind", sa.Enum("a", name="kind"))'
    history.write(
        "0001_t", f'up = [ops.CreateTable("t", {kind}), ops.RunSQL("INSERT INTO t VALUES (\'a\')", reverse=ops.NOOP)]'
    )
    use = "ops.RunSQL(\"UPDATE t SET kind = 'b'\", reverse=\"UPDATE t SET kind = 'a'\")"
    path = history.write("0002_b", f'up = [ops.AddEnumValue("kind", "b"), {use}]')
    with pytest.raises(MigrationFailedError, match="unsafe use of new value") as caught:
        history.migrate()
    assert "next migration, or write ops.AlterEnum" in str(caught.value.hint)
    assert len(history.applied) == 1
    path.write_text(path.read_text().replace('ops.AddEnumValue("kind", "b")', 'ops.AlterEnum("kind", ["a", "b"])'))
    history.migrate()
    history.migrate("0001")
    path.write_text(
        path.read_text()
        .replace('ops.AlterEnum("kind", ["a", "b"])', 'ops.AddEnumValue("kind", "b")')
        .replace(f", {use}", "")
    )
    history.write("0003_use", f"up = [{use}]")
    history.migrate()
    assert len(history.applied) == 3


def test_a_connection_keeps_its_ways(history: History) -> None:
    """A connection that was lent is open afterwards, outside a transaction, in its isolation level and enforcement."""
    history.write("0004_loose", "atomic = False\n" + PAGES.replace('"pages"', '"more"'))
    with history.database.engine.connect() as connection:
        level = connection.get_isolation_level()
        connection.rollback()
        if history.database.kind == "sqlite":
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys = ON")
        minimig.migrate(connection, history.folder)
        assert not connection.closed
        assert not connection.in_transaction()
        assert connection.get_isolation_level() == level
        if history.database.kind == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert sa.inspect(connection).has_table("more")
    assert len(history.applied) == 4


# --- borrowed connections ---------------------------------------------------------------------------------------------


def begin_for_real(engine: sa.Engine) -> None:
    """Let a SQLite engine open transactions that DDL belongs to, as SQLAlchemy's manual tells."""

    @sa.event.listens_for(engine, "connect")
    def leave_it_to_us(driver, record) -> None:
        driver.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@pytest.fixture(params=["sqlite", "postgresql"])
def transactional(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    """The three revisions on databases that can roll DDL back."""
    database = request.getfixturevalue(f"{request.param}_database")
    if database.kind == "sqlite":
        begin_for_real(database.engine)
    return three(History.at(tmp_path, database))


def test_several_runs_share_the_callers_transaction(transactional: History) -> None:
    """Up, down, up and a data change in one transaction of the caller: all of it is seen inside, none outside."""
    engine, folder = transactional.database.engine, transactional.folder
    with engine.connect() as connection:
        transaction = connection.begin()
        minimig.migrate(connection, folder)
        minimig.migrate(connection, folder, target="0001")
        connection.exec_driver_sql("INSERT INTO words (id, word) VALUES (1, 'mine')")
        minimig.migrate(connection, folder, target="0002")
        assert connection.in_transaction()
        assert connection.exec_driver_sql("SELECT word, slug FROM words").all() == [("mine", None)]
        transaction.rollback()
    assert sa.inspect(engine).get_table_names() == []


def test_a_plain_sqlite_connection_rolls_ddl_back(sqlite_database: Database, tmp_path: Path) -> None:
    """With Python's driver as it is, which begins before data changes only, the caller's rollback takes all back."""
    history = three(History.at(tmp_path, sqlite_database))
    with sqlite_database.engine.connect() as connection:
        transaction = connection.begin()
        minimig.migrate(connection, history.folder)
        transaction.rollback()
        assert sa.inspect(connection).get_table_names() == []
    operation = ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True))
    with sqlite_database.engine.connect() as connection:
        minimig.apply(connection, [operation], SchemaState())
        connection.rollback()
        assert sa.inspect(connection).get_table_names() == []


def test_the_caller_commits(transactional: History) -> None:
    """What the caller commits stays, the version table included."""
    with transactional.database.engine.begin() as connection:
        minimig.migrate(connection, transactional.folder, target="0002")
    assert transactional.applied == ["0001_words", "0002_slug"]
    transactional.migrate()
    assert transactional.tables == {"words", "pages"}


def test_a_borrowed_nothing_leaves_the_transaction_usable(transactional: History) -> None:
    """On a database without a version table, looking does not break the caller's transaction."""
    with transactional.database.engine.begin() as connection:
        minimig.migrate(connection, transactional.folder, plan_only=True)
        connection.exec_driver_sql("CREATE TABLE own (id INTEGER)")
    assert transactional.tables == {"own"}


def test_apply_takes_single_operations(database: Database) -> None:
    """Operations without a project: apply one after the other on a connection, and all of them back."""
    operations = [
        ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(20))),
        ops.CreateIndex("ix_word", "words", ["word"], unique=True),
        ops.AddColumn("words", sa.Column("size", sa.Integer, nullable=False), fill="3"),
        ops.RunPython(lambda connection, tables: connection.execute(tables.words.insert().values(word="a", size=1))),
        ops.AlterColumn("words", "word", type=sa.String(50), nullable=False),
    ]
    state = SchemaState()
    with database.engine.begin() as connection:
        for operation in operations:
            state = minimig.apply(connection, [operation], state)
        assert connection.exec_driver_sql("SELECT word, size FROM words").all() == [("a", 1)]
        column = sa.inspect(connection).get_columns("words")[1]
        assert (str(column["type"]), column["nullable"]) == ("VARCHAR(50)", False)
        assert [index["name"] for index in sa.inspect(connection).get_indexes("words")] == ["ix_word"]
    with pytest.raises(IrreversibleError):
        minimig.reverse(operations, SchemaState())
    back = minimig.reverse([*operations[:3], operations[4]], SchemaState())
    with database.engine.begin() as connection:
        assert minimig.apply(connection, back, state) == SchemaState()
    assert sa.inspect(database.engine).get_table_names() == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql"])
def test_sql_says_what_cannot_be_written(dialect: str) -> None:
    """A Python step has no SQL: an error of our own, not an empty script."""
    with pytest.raises(UnsupportedError, match="needs a live connection"):
        minimig.sql([ops.RunPython(print, reverse=ops.NOOP)], SchemaState(), dialect)


# --- nothing stays open -----------------------------------------------------------------------------------------------


def test_connections_go_back_to_the_pool(history: History) -> None:
    """After a run, whether it went well or not, the engine's pool has its only connection back, clean."""
    engine = sa.create_engine(history.database.url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=1)
    try:
        minimig.migrate(engine, history.folder)
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        history.write("0004_broken", BROKEN)
        with pytest.raises(MigrationFailedError):
            minimig.migrate(engine, history.folder)
        assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM words").scalar() == 0
    finally:
        engine.dispose()


def test_a_url_leaves_no_connection_and_no_file(history: History) -> None:
    """migrate(url) closes what it opened: the server lists no session of ours, the process no file of the project."""
    minimig.migrate(history.database.url, history.folder)
    history.write("0004_broken", BROKEN)
    with pytest.raises(MigrationFailedError):
        minimig.migrate(history.database.url, history.folder)
    assert open_below(history.folder.parents[1]) == []
    query = {
        "sqlite": "SELECT 0",
        "postgresql": "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
        "mariadb": "SELECT count(*) FROM information_schema.processlist "
        "WHERE db = database() AND id <> connection_id()",
    }[history.database.kind]
    for _ in range(50):  # a server takes a moment to notice that a client has left
        [sessions] = history.values(query)
        if not sessions:
            return
        time.sleep(0.02)
    raise AssertionError(f"{sessions} sessions are still open")


def open_below(folder: Path) -> list[str]:
    """Files below a folder that this process holds open; on systems that tell."""
    listing = Path("/proc/self/fd")
    names = []
    for entry in listing.iterdir() if listing.is_dir() else ():
        try:
            names.append(str(entry.readlink()))
        except OSError:
            continue  # the descriptor of the listing itself
    return [name for name in names if name.startswith(str(folder))]
