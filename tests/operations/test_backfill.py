"""`ops.Backfill`: rows of a large table changed in batches along a key, each of them once, on real databases."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.errors import HistoryError, IrreversibleError, MigrationFailedError, StateError
from minimig.operations.base import Operation
from minimig.operations.chain import states
from minimig.revisions.serializer import operations_source
from minimig.runtime.events import Event, Progressed
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import History

WORDS = ops.CreateTable(
    "words",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("word", sa.String(50)),
    sa.Column("n", sa.Integer, nullable=False, server_default="0"),
    sa.Column("code", sa.String(20), nullable=False, server_default="x"),
    sa.Column("maybe", sa.Integer),
    sa.UniqueConstraint("maybe", name="uq_maybe"),
)
START = f"up = [{minimig.source([WORDS]).strip()[1:-1]}]"


def backfill(body: str) -> str:
    """A revision of one Backfill."""
    return f"up = [ops.Backfill({body})]"


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A table of 1,000 words, numbered with gaps."""
    history = History.at(tmp_path, database)
    history.write("0001_words", START)
    history.migrate()
    fill(database, "words", [{"id": number * 3, "word": f"w{number}", "n": number} for number in range(1, 1001)])
    return history


def fill(database: Database, table: str, rows: list[dict[str, Any]]) -> None:
    """Put rows into a table."""
    clause = sa.table(table, *(sa.column(name) for name in rows[0]))
    with database.engine.begin() as connection:
        connection.execute(sa.insert(clause), rows)


def test_each_row_is_changed_once(history: History) -> None:
    """Three columns, an odd last batch; the table ahead of a walk is that of the operation before."""
    history.write(
        "0002_all",
        """
        up = [
            ops.AddColumn("words", sa.Column("slug", sa.String(60))),
            ops.Backfill("words", {"n": "n + 1", "slug": "upper(word)", "maybe": None}, batch=64, reverse=ops.NOOP),
            ops.AlterColumn("words", "slug", nullable=False),
        ]
        """,
    )
    seen: list[Event] = []
    history.migrate(on_step=seen.append)
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 + 1 AND slug = upper(word)") == [1000]
    walked = [event for event in seen if isinstance(event, Progressed)]
    assert [event.done for event in walked] == [*range(0, 1000, 64), 1000]
    assert {event.total for event in walked} == {1000}
    assert history.values("SELECT count(*) FROM minimig_journal") == [0]


def test_where_picks_the_rows(history: History) -> None:
    """An OR in it does not leak out of the range of a batch, and only rows that it picks are counted."""
    history.write("0002_some", backfill("'words', {'n': 'n + 1000000'}, where='n <= 10 OR n > 995', batch=4"))
    seen: list[Event] = []
    history.migrate(on_step=seen.append)
    assert history.values("SELECT count(*) FROM words WHERE n > 1000000 AND n < 2000000") == [15]
    assert history.values("SELECT count(*) FROM words WHERE n < 1000000") == [985]
    assert max(event.done for event in seen if isinstance(event, Progressed)) == 15


def test_sql_reaches_the_database_as_it_was_written(history: History) -> None:
    """Colons, percent signs and strings are no parameters of anybody's."""
    history.write("0002_odd", backfill('"words", {"word": "\'%s :x %% \'"}, where="word LIKE \'w1%\'", batch=50'))
    history.migrate()
    assert set(history.values("SELECT word FROM words WHERE n IN (1, 100)")) == {"%s :x %% "}


def test_rows_that_come_and_go_meanwhile(history: History) -> None:
    """Rows deleted ahead are passed over, rows inserted ahead are changed, rows behind the walk stay as they were."""
    history.write("0002_all", backfill("'words', {'n': 'n + 1'}, batch=100"))
    changes = iter(
        ["DELETE FROM words WHERE id IN (3, 600, 603)", "INSERT INTO words (id, n) VALUES (1, 0), (2000, 0)"]
    )

    def meanwhile(event: Event) -> None:
        if isinstance(event, Progressed) and event.done and (sql := next(changes, None)):
            history.run(sql)

    history.migrate(on_step=meanwhile)
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 + 1 AND id NOT IN (1, 2000)") == [997]
    assert history.values("SELECT n FROM words WHERE id IN (1, 2000) ORDER BY id") == [0, 1]


KEYS = {
    "composite": (
        "sa.Column('a', sa.Integer, primary_key=True), sa.Column('b', sa.String(9), primary_key=True)",
        [{"a": number // 37, "b": f"b{number % 37}"} for number in range(500)],
    ),
    "text": (
        "sa.Column('a', sa.String(40), primary_key=True)",
        [{"a": f"{letter}{number}"} for letter in ("a", "B", "é", "Z", "ß", "_", " ", "0") for number in range(60)],
    ),
    "uuid": (
        "sa.Column('a', sa.Uuid, primary_key=True)",
        [{"a": uuid.uuid5(uuid.NAMESPACE_DNS, str(number))} for number in range(500)],
    ),
    "moment": (
        "sa.Column('a', sa.DateTime, primary_key=True)",
        [{"a": f"2024-02-29 10:{number // 60:02}:{number % 60:02}"} for number in range(500)],
    ),
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys(tmp_path: Path, database: Database, kind: str) -> None:
    """Whatever the key, each row is met once: the database compares, in its own collation."""
    columns, rows = KEYS[kind]
    history = History.at(tmp_path, database)
    history.write("0001_t", f"up = [ops.CreateTable('t', {columns}, sa.Column('n', sa.Integer))]")
    history.migrate()
    number = sa.Uuid() if kind == "uuid" else None
    clause = sa.table("t", *(sa.column(name, number) for name in rows[0]), sa.column("n"))
    with database.engine.begin() as connection:
        connection.execute(sa.insert(clause), [{**row, "n": 0} for row in rows])
    history.write("0002_n", backfill("'t', {'n': 'n + 1'}, batch=7"))
    history.migrate()
    assert history.values("SELECT count(*) FROM t WHERE n = 1") == [len(rows)]


def test_a_unique_constraint_is_a_key_too(tmp_path: Path, database: Database) -> None:
    """Where its columns are NOT NULL; a table may have no primary key."""
    history = History.at(tmp_path, database)
    table = "sa.Column('a', sa.Integer, nullable=False), sa.Column('n', sa.Integer)"
    history.write("0001_t", f"up = [ops.CreateTable('t', {table}, sa.UniqueConstraint('a', name='uq_a'))]")
    history.write("0002_n", backfill("'t', {'n': 'a * 2'}, key='a', batch=3"))
    history.migrate("0001")
    fill(database, "t", [{"a": number} for number in range(20)])
    history.migrate()
    assert history.values("SELECT n FROM t ORDER BY a") == [number * 2 for number in range(20)]


REFUSED = {
    "'nokey', {'a': '1'}": "no primary key",
    "'words', {'n': '1'}, key='maybe'": "do not tell its rows apart",
    "'words', {'n': '1'}, key=('id', 'n')": "do not tell its rows apart",
    "'words', {'id': '1'}": "by which it walks",
    "'words', {'nn': '1'}": "does not have at this point",
    "'words', {}": "takes what to set",
    "'words', {'n': '1'}, batch=0": "batch=0",
    "'words', {'n': '1'}, throttle=-1": "throttle=-1",
    "'words', {'n': '1'}, reverse='n - 1'": "the reverse of Backfill",
    "'floats', {'a': '1'}": "cannot walk along",
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_cannot_be_walked_is_refused(call: str) -> None:
    """Before anything runs, with what is wrong and what to write."""
    bare = ops.CreateTable("nokey", sa.Column("a", sa.Integer))
    floats = ops.CreateTable("floats", sa.Column("f", sa.Float, primary_key=True), sa.Column("a", sa.Integer))

    def refused() -> None:
        operation = eval(f"ops.Backfill({call})", {"ops": ops})
        states([WORDS, bare, floats, operation], SchemaState())

    with pytest.raises(StateError, match=REFUSED[call]) as caught:
        refused()
    assert caught.value.hint


def test_a_batch_that_fails_names_its_rows(history: History) -> None:
    """What is before stays, the keys of the batch are in the error, and after mending the walk goes on behind it."""
    history.write("0002_all", backfill("'words', {'code': 'word', 'n': 'n + 1'}, batch=100"))
    history.run("UPDATE words SET word = NULL WHERE id = 1353")
    with pytest.raises(MigrationFailedError, match=r"id = 1203 to 1500") as caught:
        history.migrate()
    assert "400 row(s) before it were changed and stay changed" in str(caught.value)
    assert "it goes on where this one stopped" in str(caught.value)
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 + 1") == [400]
    history.run("UPDATE words SET word = 'mended' WHERE id = 1353")
    seen: list[Event] = []
    history.migrate(on_step=seen.append)
    assert next(event for event in seen if isinstance(event, Progressed)).done == 400
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 + 1") == [1000]


def test_a_half_done_walk_may_change_its_pace_and_nothing_else(history: History) -> None:
    """Another size of the batches is taken; another thing to set is refused, with the way out."""
    history.write("0002_all", backfill("'words', {'n': 'n + 1', 'code': 'word'}, batch=100"))
    history.run("UPDATE words SET word = NULL WHERE id = 1353")
    with pytest.raises(MigrationFailedError):
        history.migrate()
    history.run("UPDATE words SET word = 'mended' WHERE id = 1353")
    path = history.folder / "0002_all.py"
    path.write_text(path.read_text(encoding="utf-8").replace("n + 1", "n + 2"), encoding="utf-8")
    with pytest.raises(HistoryError, match="was changed in the file since"):
        history.migrate()
    text = path.read_text(encoding="utf-8").replace("n + 2", "n + 1").replace("batch=100", "batch=77, throttle=0.01")
    path.write_text(text, encoding="utf-8")
    history.migrate()
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 + 1") == [1000]


def test_the_way_back(history: History) -> None:
    """Another Backfill in batches of its own; NOOP; and none."""
    reverse = "reverse=ops.Backfill('words', {'n': 'n - 1'}, batch=300)"
    history.write("0002_all", backfill(f"'words', {{'n': 'n + 1'}}, {reverse}"))
    history.write("0003_noop", backfill("'words', {'code': sa.literal('y')}, reverse=ops.NOOP"))
    history.write("0004_none", backfill("'words', {'code': sa.literal('z')}"))
    history.migrate("0003")
    history.migrate("0001")
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3 AND code = 'y'") == [1000]
    history.migrate()
    with pytest.raises(IrreversibleError, match="has no reverse"):
        history.migrate("0003")


def test_the_transaction_of_a_caller_gets_one_update(history: History) -> None:
    """The caller may roll it back."""
    history.write("0002_all", backfill("'words', {'n': 'n + 1'}, batch=100"))
    if history.database.kind == "mariadb":  # the next statement of ours would commit
        return
    with history.database.engine.connect() as connection:
        connection.begin()
        minimig.migrate(connection, history.folder)
        assert connection.exec_driver_sql("SELECT count(*) FROM words WHERE n = id / 3 + 1").scalar() == 1000
        connection.rollback()
    assert history.values("SELECT count(*) FROM words WHERE n = id / 3") == [1000]


def test_it_is_written_and_read_back() -> None:
    """As a file has it, nested reverse included; its own reverse leads back to it."""
    operation = ops.Backfill(
        "words",
        {"n": "n + 1", "word": sa.func.lower(sa.column("code")), "maybe": 3},
        where="n > 1",
        batch=5,
        key=["id"],
        reverse=ops.Backfill("words", {"n": "n - 1"}),
        throttle=0.5,
        elidable=True,
    )
    text, _ = operations_source([operation])
    assert eval(text, {"ops": ops, "sa": sa}) == [operation]
    before = states([WORDS], SchemaState())[-1]
    assert operation.reverse(before).reverse(before) == operation


def test_nothing_passes_it_and_nothing_folds_it() -> None:
    """The optimizer keeps it between what made its column and what needs the rows."""
    operations: list[Operation] = [
        WORDS,
        ops.AddColumn("words", sa.Column("slug", sa.String(9))),
        ops.Backfill("words", {"slug": "word"}),
        ops.AlterColumn("words", "slug", nullable=False),
    ]
    kept = optimize(operations, SchemaState())
    assert [type(operation).__name__ for operation in kept] == ["CreateTable", "Backfill", "AlterColumn"]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mysql", "mssql", "oracle"])
def test_a_script_has_one_update(dialect: str) -> None:
    """With a comment of what migrate does instead."""
    before = states([WORDS], SchemaState())[-1]
    (line,) = minimig.sql([ops.Backfill("words", {"n": "n + 1"}, where="n > 1", batch=50)], before, dialect)
    assert line == "UPDATE /* minimig migrate does this 50 rows at a time */ words SET n=n + 1 WHERE (n > 1)"


def test_a_key_that_is_null_is_not_passed_over(tmp_path: Path, sqlite_database: Database) -> None:
    """SQLite lets a primary key be NULL where the table was made by others: no walk would come to such a row."""
    history = History.at(tmp_path, sqlite_database)
    history.run("CREATE TABLE t (a TEXT PRIMARY KEY, n INTEGER)", "INSERT INTO t VALUES (NULL, 0), ('a', 0)")
    table = "sa.Column('a', sa.Text, primary_key=True), sa.Column('n', sa.Integer)"
    history.write("0001_t", f"up = [ops.SeparateStateAndDatabase(state_operations=[ops.CreateTable('t', {table})])]")
    history.write("0002_n", backfill("'t', {'n': 'n + 1'}"))
    with pytest.raises(MigrationFailedError, match="is NULL"):
        history.migrate()
    assert history.values("SELECT n FROM t") == [0, 0]


def test_a_table_that_cannot_roll_back_is_refused(tmp_path: Path, mariadb_database: Database) -> None:
    """Before its first row is changed: nobody could tell where a killed batch stands."""
    history = History.at(tmp_path, mariadb_database)
    table = "sa.Column('a', sa.Integer, primary_key=True), sa.Column('n', sa.Integer), mysql_engine='MyISAM'"
    history.write("0001_t", f"up = [ops.CreateTable('t', {table})]")
    history.write("0002_n", backfill("'t', {'n': '1'}"))
    history.migrate("0001")
    history.run("INSERT INTO t VALUES (1, 0)")
    with pytest.raises(MigrationFailedError, match="engine without transactions"):
        history.migrate()
    assert history.values("SELECT n FROM t") == [0]
