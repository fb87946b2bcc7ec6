"""Rows that a run would stumble over are counted before its first statement, and a few of them are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.errors import DatabaseError, MigrationFailedError
from minimig.runtime import prechecks
from minimig.runtime.events import CheckSkipped, Event
from minimig.runtime.retrying import Patience
from support.databases import Database
from support.histories import History, counted

START = """
up = [
    ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True)),
    ops.CreateTable(
        "words",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(50)),
        sa.Column("n", sa.Integer),
        sa.Column("user_id", sa.Integer),
    ),
    ops.CreateTable("sizes", sa.Column("id", sa.Integer, primary_key=True), sa.Column("big", sa.BigInteger)),
    ops.CreateTable("loose", sa.Column("a", sa.Integer, nullable=False), sa.Column("b", sa.Integer)),
]
"""
ROWS = [
    "INSERT INTO users VALUES (1), (2)",
    "INSERT INTO words VALUES (1, 'one', 1, 1), (2, 'two', -2, 7), (3, NULL, -3, NULL), (4, NULL, NULL, 8)",
    "INSERT INTO words VALUES (5, 'two', 5, 2), (6, 'seventeen letters', 6, 2), (7, NULL, -7, 9), (8, NULL, 8, 9)",
    "INSERT INTO sizes VALUES (1, 32767), (2, 32768), (3, -32768), (4, NULL)",
    "INSERT INTO loose VALUES (1, 1), (1, 2), (2, NULL)",
]
FOREIGN = "sa.ForeignKeyConstraint(['user_id'], ['users.id'], name='fk_user')"
DEMANDS = {
    "ops.AlterColumn('words', 'word', nullable=False)": ("4 row(s) of words with NULL in word", "id = 3"),
    "ops.AddConstraint('words', sa.UniqueConstraint('word', name='uq_word'))": ("1 value(s) of (word)", '"two"'),
    "ops.CreateIndex('ix_word', 'words', ['word'], unique=True)": ("1 value(s) of (word)", 'word = "two"'),
    "ops.CreateIndex('ix_word', 'words', ['word'], unique=True, postgresql_concurrently=True, mssql_where='n > 0')": (
        "1 value(s) of (word)",
        'word = "two"',
    ),
    "ops.AlterColumn('sizes', 'big', type=sa.SmallInteger())": (
        "1 row(s) of sizes with a number in big that is not within -32768 and 32767",
        "id = 2",
    ),
    f"ops.AddConstraint('words', {FOREIGN})": ("4 row(s) of words whose user_id points to no row of users", "id = 2"),
    "ops.AddConstraint('words', sa.CheckConstraint('n > 0', name='ck_n'))": ("3 row(s) of words that break", "id = 3"),
    "ops.AddConstraint('loose', sa.PrimaryKeyConstraint('a', name='pk_a'))": ("1 value(s) of (a)", "a = 1"),
    "ops.AddConstraint('loose', sa.PrimaryKeyConstraint('b', name='p'))": (
        "1 row(s) of loose with NULL",
        "b = None",
    ),
    "ops.AddColumn('words', sa.Column('x', sa.Integer, nullable=False))": ("8 row(s) of words that need", "id = 1"),
    "ops.AlterColumn('words', 'word', type=sa.String(10))": ("1 row(s) of words with more than 10", "id = 6"),
}
LENIENT = {
    ("mariadb", "1 row(s) of loose with NULL"),
    ("sqlite", "1 row(s) of loose with NULL"),
    ("mariadb", "8 row(s) of words that need"),
    ("sqlite", "1 row(s) of words with more than 10"),
    ("sqlite", "1 row(s) of sizes with a number in big that is not within -32768 and 32767"),
}
"""What a database does all the same, numbering the rows, giving them 0 or keeping what is too long."""


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Tables with rows of every kind."""
    history = History.at(tmp_path, database)
    history.write("0001_start", START)
    history.migrate()
    history.run(*ROWS)
    return history


@pytest.mark.parametrize("operation", DEMANDS)
def test_rows_that_do_not_fit_are_counted(history: History, operation: str) -> None:
    """With their number, some of their keys, the operation and what to do; nothing at all was done before."""
    words, sample = DEMANDS[operation]
    if (history.database.kind, words) in LENIENT:
        return
    history.write("0002_first", "up = [ops.AddColumn('users', sa.Column('nick', sa.String(9)))]")
    history.write("0003_demand", f"up = [{operation}]")
    with counted(history.database.engine) as sent, pytest.raises(DatabaseError) as caught:
        history.migrate()
    assert words in str(caught.value)
    assert sample in str(caught.value)
    assert "0003_demand would fail at" in str(caught.value)
    assert "nothing was changed" in str(caught.value.hint)
    assert not isinstance(caught.value, MigrationFailedError)
    assert not [text for text in sent if text.lstrip().upper().startswith(("ALTER", "CREATE", "INSERT"))]
    assert history.columns("users") == ["id"]


@pytest.mark.parametrize("operation", DEMANDS)
def test_the_database_agrees(history: History, operation: str) -> None:
    """Each of these operations does fail without the check: nothing is refused that the database would do."""
    if (history.database.kind, DEMANDS[operation][0]) in LENIENT:
        return
    history.write("0002_demand", f"up = [{operation}]")
    with pytest.raises(MigrationFailedError):
        history.migrate(precheck=False)


def test_rows_that_fit_stop_nothing(history: History) -> None:
    """The same demands on mended rows."""
    history.run(
        "DELETE FROM words WHERE id NOT IN (1)",
        "DELETE FROM loose WHERE b IS NULL OR b = 2",
        "DELETE FROM sizes WHERE id = 2",
    )
    listed = ", ".join(o for o in DEMANDS if "sa.Column" not in o and "ix_word" not in o and "name='p'" not in o)
    history.write("0002_all", f"up = [{listed}]")
    history.migrate()
    assert history.applied == ["0001_start", "0002_all"]


@pytest.mark.parametrize(
    "first",
    [
        "ops.RunSQL(\"UPDATE words SET word = 'x' WHERE word IS NULL\")",
        "ops.Backfill('words', {'word': \"'x'\"}, where='word IS NULL')",
        "ops.AlterColumn('words', 'word', nullable=False, fill=\"'x'\")",
    ],
)
def test_rows_that_the_run_itself_mends_are_not_counted(history: History, first: str) -> None:
    """A data step, a backfill, a fill before it: what the rows will be then cannot be known now."""
    history.write("0002_mend", f"up = [{first}]")
    history.write("0003_demand", "up = [ops.AlterColumn('words', 'word', nullable=False, comment='c')]")
    history.migrate()
    assert history.values("SELECT count(*) FROM words WHERE word IS NULL") == [0]


def test_a_run_that_goes_on_is_not_looked_into(history: History) -> None:
    """The journal says that something is half-done: the rows may be those of the middle."""
    history.write(
        "0002_half",
        """
        up = [
            ops.AddColumn("users", sa.Column("x", sa.Integer, nullable=False, server_default="0")),
            ops.Backfill("users", {"x": "1 / (id - 1)" if False else "id"}),
            ops.RunSQL("INSERT INTO nowhere VALUES (1)"),
        ]
        """,
    )
    with pytest.raises(MigrationFailedError):
        history.migrate()
    path = history.folder / "0002_half.py"
    path.write_text(path.read_text(encoding="utf-8").replace("INSERT INTO nowhere VALUES (1)", "SELECT 1"))
    history.migrate()
    assert history.values("SELECT x FROM users ORDER BY id") == [1, 2]


def test_a_query_that_takes_too_long_is_passed_over(
    tmp_path: Path, postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and the database has the last word."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_start", START)
    history.migrate()
    history.run(*ROWS)
    monkeypatch.setattr(prechecks, "LONGEST", Patience(lock=0.2, statement=0.2))
    history.write("0002_demand", "up = [ops.AlterColumn('words', 'word', nullable=False)]")
    seen: list[Event] = []
    engine = postgresql_database.engine
    with engine.connect() as holder:
        holder.execute(sa.text("LOCK TABLE words"))
        with pytest.raises(MigrationFailedError):
            history.migrate(on_step=seen.append, patience=Patience(lock=0.2, attempts=1))
    (skipped,) = [event for event in seen if isinstance(event, CheckSkipped)]
    assert "timeout" in skipped.reason


def test_long_values_do_not_fill_the_screen(tmp_path: Path, sqlite_database: Database) -> None:
    """A key of a megabyte is shown by its beginning and its length."""
    history = History.at(tmp_path, sqlite_database)
    history.write(
        "0001_words",
        "up = [ops.CreateTable('w', sa.Column('k', sa.Text, primary_key=True), sa.Column('v', sa.Integer))]",
    )
    history.migrate()
    history.run("INSERT INTO w VALUES (printf('%.1000000c', 'x'), NULL)")
    history.write("0002_more", "up = [ops.AlterColumn('w', 'v', nullable=False)]")
    with pytest.raises(DatabaseError, match=r"xxx\.\.\. \(1,000,002 characters\)") as caught:
        history.migrate()
    assert len(str(caught.value)) < 1000


def test_a_run_that_failed_at_its_first_statement_is_looked_into(tmp_path: Path, mariadb_database: Database) -> None:
    """Nothing took effect, so nothing is half-done: the rows are counted again, and another way is open."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_start", START)
    history.migrate()
    history.run(*ROWS)
    path = history.write("0002_demand", "up = [ops.AlterColumn('words', 'word', nullable=False)]")
    with pytest.raises(MigrationFailedError):
        history.migrate(precheck=False)
    with pytest.raises(DatabaseError, match=r"4 row\(s\) of words with NULL"):
        history.migrate()
    path.unlink()
    history.migrate("zero")
    assert history.tables == set()
