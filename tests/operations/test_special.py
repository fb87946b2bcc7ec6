"""Hand-written steps on real databases: what is sent, in which order, with which tables, and on the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.errors import IrreversibleError, MigrationFailedError, StateError
from minimig.operations.tables_then import TablesThen
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import WORDS, History

WORD = "SELECT word FROM words ORDER BY id"


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A history that begins with a table `words`."""
    made = History.at(tmp_path, database)
    made.write("0001_words", WORDS)
    return made


@pytest.fixture
def simple(tmp_path: Path, sqlite_database: Database) -> History:
    """The same on SQLite, for what does not depend on the database."""
    made = History.at(tmp_path, sqlite_database)
    made.write("0001_words", WORDS)
    return made


# --- RunSQL: text -----------------------------------------------------------------------------------------------------


def test_text_is_sent_as_it_stands(history: History) -> None:
    """Percent signs, colons and question marks are text: nothing takes them for a place to put a value."""
    word = "100%% 50% :name a::text %s %(x)s ? ?1 {brace} $1"
    script = f"INSERT INTO words (id, word) VALUES (1, '{word}')"
    history.write("0002_insert", f"up = [ops.RunSQL({script!r})]")
    history.migrate()
    assert history.values(WORD) == [word]


def test_a_script_is_split_where_statements_end(history: History) -> None:
    """Semicolons in quotes and comments, a byte order mark, CRLF and empty statements split nothing wrongly."""
    script = (
        "\ufeff-- one; two\r\nINSERT INTO words (id, word) VALUES (1, 'a;b');\r\n;;\r\n"
        "/* first;\r\n second; */\r\nINSERT INTO words (id, word) VALUES (2, 'it''s; \"fine\" -- not a comment');\r\n"
        "INSERT INTO words (id, word) -- why; because\r\nVALUES (3, 'c /* no; comment */');\r\n-- the end;\r\n"
    )
    history.write("0002_insert", f"up = [ops.RunSQL({script!r})]")
    history.migrate()
    assert history.values(WORD) == ["a;b", 'it\'s; "fine" -- not a comment', "c /* no; comment */"]


def test_dollar_quotes_hold_semicolons(tmp_path: Path, postgresql_database: Database) -> None:
    """The body of a PostgreSQL function is one piece, under `$$` and under a tag of its own."""
    history = History.at(tmp_path, postgresql_database)
    script = """
        CREATE FUNCTION one() RETURNS integer LANGUAGE plpgsql AS $$
        DECLARE a integer := 1; BEGIN a := a; RETURN a; END; $$;
        CREATE FUNCTION two() RETURNS integer LANGUAGE plpgsql AS $body$
        BEGIN EXECUTE $$SELECT 1;$$; IF true THEN RETURN 2; END IF; RETURN 0; END $body$;
        CREATE TABLE results AS SELECT one() + two() AS total;
    """
    history.write("0001_functions", f"up = [ops.RunSQL({script!r})]")
    history.migrate()
    assert history.values("SELECT total FROM results") == [3]


def test_a_trigger_with_several_statements(tmp_path: Path, sqlite_database: Database) -> None:
    """BEGIN ... END of a SQLite trigger is one piece, and what follows it is another."""
    history = History.at(tmp_path, sqlite_database)
    history.write("0001_words", WORDS)
    script = """
        CREATE TRIGGER twice AFTER INSERT ON words WHEN NEW.id < 10 BEGIN
            INSERT INTO words (id, word) VALUES (NEW.id + 10, 'one');
            INSERT INTO words (id, word) VALUES (NEW.id + 20, CASE WHEN NEW.id = 1 THEN 'two' ELSE 'else' END);
        END;
        INSERT INTO words (id, word) VALUES (1, 'first');
    """
    history.write("0002_trigger", f"up = [ops.RunSQL({script!r})]")
    history.migrate()
    assert history.values(WORD) == ["first", "one", "two"]


def test_a_trigger_with_several_statements_on_mariadb(tmp_path: Path, mariadb_database: Database) -> None:
    """BEGIN ... END of a MariaDB trigger needs no DELIMITER."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", WORDS)
    script = """
        CREATE TRIGGER loud BEFORE INSERT ON words FOR EACH ROW BEGIN
            SET NEW.word = CONCAT(NEW.word, '!');
            IF NEW.id > 1 THEN SET NEW.word = UPPER(NEW.word); END IF;
        END;
        INSERT INTO words (id, word) VALUES (1, 'a'), (2, 'b');
    """
    history.write("0002_trigger", f"up = [ops.RunSQL({script!r})]")
    history.migrate()
    assert history.values(WORD) == ["a!", "B!"]


# --- RunSQL: values, expressions, dialects ----------------------------------------------------------------------------


def test_parameters_are_bound(history: History) -> None:
    """`:name` in text takes its value from `parameters`, quotes, percent signs and NULL included."""
    history.write(
        "0002_insert",
        """
        up = [
            ops.RunSQL(
                "INSERT INTO words (id, word) VALUES (1, :first); INSERT INTO words (id, word) VALUES (2, :second);"
                "INSERT INTO words (id, word) VALUES (3, '%')",
                parameters={"first": "it's 100% :second", "second": None},
                reverse="DELETE FROM words WHERE word = :first; DELETE FROM words",
            )
        ]
        """,
    )
    history.migrate()
    assert history.values(WORD) == ["it's 100% :second", None, "%"]
    history.migrate("-1")
    assert history.values(WORD) == []


def test_expressions_are_compiled_for_the_database(history: History) -> None:
    """SQLAlchemy expressions run as they are, alone and in a list with text."""
    history.write(
        "0002_insert",
        """
        WORDS = sa.table("words", sa.column("id", sa.Integer), sa.column("word", sa.String))
        up = [
            ops.RunSQL(
                [
                    sa.insert(WORDS).values([{"id": 1, "word": "one"}, {"id": 2, "word": "100% it's"}]),
                    "INSERT INTO words (id, word) VALUES (3, 'three'); DELETE FROM words WHERE id = 1",
                    sa.update(WORDS).where(WORDS.c.id == 3).values(word=WORDS.c.word + " % more"),
                ],
                reverse=sa.delete(WORDS).where(WORDS.c.id > 1),
            )
        ]
        """,
    )
    history.migrate()
    assert history.values(WORD) == ["100% it's", "three % more"]
    history.migrate("-1")
    assert history.values(WORD) == []


def test_each_dialect_has_its_own_sql(history: History) -> None:
    """Of a mapping the entry of the database runs, up and down; a database without an entry gets nothing."""
    history.write(
        "0002_insert",
        """
        INSERT = "INSERT INTO words (id, word) VALUES (1, '{}')"
        up = [
            ops.RunSQL(
                {name: [INSERT.format(name)] for name in ("sqlite", "postgresql", "mysql", "oracle")},
                reverse={"sqlite": "DELETE FROM words", "postgresql": "DELETE FROM words"},
            )
        ]
        """,
    )
    history.migrate()
    name = history.database.engine.dialect.name
    assert history.values(WORD) == [name]
    history.migrate("-1")
    assert history.values(WORD) == ([name] if name == "mysql" else [])


def test_a_mapping_names_mariadb_or_mysql() -> None:
    """A MariaDB that is reached as `mysql` has the entry `mysql`, one reached as `mariadb` its own."""
    step = ops.RunSQL({"mysql": "SELECT 1", "mariadb": ["SELECT 2; SELECT 3"]})
    assert minimig.sql([step], SchemaState(), "mysql") == ["SELECT 1"]
    assert minimig.sql([step], SchemaState(), "mariadb") == ["SELECT 2", "SELECT 3"]
    assert minimig.sql([step], SchemaState(), "sqlite") == []


def test_sql_without_a_reverse_is_refused_before_anything_runs(simple: History) -> None:
    """Going down stops at once, with the later revision still applied; NOOP lets it pass."""
    simple.write("0002_insert", """up = [ops.RunSQL("INSERT INTO words (id, word) VALUES (1, 'a')")]""")
    simple.write("0003_more", 'up = [ops.AddColumn("words", sa.Column("more", sa.Integer))]')
    simple.migrate()
    with pytest.raises(IrreversibleError, match="has no reverse") as caught:
        simple.migrate("zero")
    assert "0002_insert.py" in str(caught.value.where)
    assert "reverse=ops.NOOP" in str(caught.value.hint)
    assert simple.applied == ["0001_words", "0002_insert", "0003_more"]
    text = (simple.folder / "0002_insert.py").read_text()
    (simple.folder / "0002_insert.py").write_text(text.replace("'a')\")", "'a')\", reverse=ops.NOOP)"))
    simple.run("UPDATE minimig_version SET checksum = NULL")  # as repair --accept: what was applied is the same
    simple.migrate("0001")
    assert simple.values(WORD) == ["a"]
    simple.migrate("zero")
    assert simple.tables == set()


def test_sql_that_fails_is_shown(history: History) -> None:
    """The error names the operation and quotes the very statement of the script that failed."""
    history.write("0002_broken", 'up = [ops.RunSQL("SELECT 1; SELECT nothing_there FROM words; SELECT 2")]')
    with pytest.raises(MigrationFailedError) as caught:
        history.migrate()
    assert "operation 1 of 1: run SQL SELECT 1;" in caught.value.message
    assert "statement: SELECT nothing_there FROM words\n" in caught.value.message
    assert history.applied == ["0001_words"]


# --- the state --------------------------------------------------------------------------------------------------------


def test_state_operations_of_sql_run_on_paper_only(history: History) -> None:
    """SQL makes a table and `state_operations` tell of it: later operations build on it, and both are taken back."""
    history.write(
        "0002_notes",
        """
        up = [
            ops.RunSQL(
                "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, body VARCHAR(20) NOT NULL)",
                reverse="DROP TABLE notes",
                state_operations=[
                    ops.CreateTable(
                        "notes",
                        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                        sa.Column("body", sa.String(20), nullable=False),
                    )
                ],
            ),
            ops.AlterColumn("notes", "body", type=sa.String(40), nullable=True),
        ]
        """,
    )
    history.migrate()
    body = sa.inspect(history.database.engine).get_columns("notes")[1]
    assert (str(body["type"]), body["nullable"]) == ("VARCHAR(40)", True)
    history.migrate("0001")
    assert history.tables == {"words"}
    history.migrate()
    history.migrate("zero")
    assert history.tables == set()


def test_state_and_database_go_their_own_ways(history: History) -> None:
    """A table that becomes another in the state alone, and an index in the database alone: up, on top, and down."""
    history.write(
        "0002_apart",
        """
        up = [
            ops.SeparateStateAndDatabase(
                state_operations=[ops.DropTable("words")],
                database_operations=[
                    ops.CreateIndex("ix_word", "words", ["word"]),
                    ops.AddColumn("words", sa.Column("extra", sa.Integer)),
                    ops.RenameColumn("words", "extra", "more"),
                ],
            ),
        ]
        """,
    )
    history.write(
        "0003_again",
        """
        up = [
            ops.SeparateStateAndDatabase(
                state_operations=[
                    ops.CreateTable(
                        "words",
                        sa.Column("id", sa.Integer, primary_key=True),
                        sa.Column("word", sa.String(200)),
                        sa.Column("more", sa.Integer),
                    )
                ],
            ),
            ops.RenameTable("words", "phrases"),
        ]
        """,
    )
    history.migrate("0001")
    history.run("INSERT INTO words (id, word) VALUES (1, 'kept')")
    history.migrate("0002")
    inspector = sa.inspect(history.database.engine)
    assert history.columns("words") == ["id", "word", "more"]
    assert [index["name"] for index in inspector.get_indexes("words")] == ["ix_word"]
    history.migrate()
    assert history.tables == {"phrases"}
    history.migrate("0001")
    assert history.columns("words") == ["id", "word"]
    assert sa.inspect(history.database.engine).get_indexes("words") == []
    assert history.values(WORD) == ["kept"]


# --- RunPython --------------------------------------------------------------------------------------------------------

FILL = """
def fill(connection, tables):
    words = tables.words
    assert list(words.c.keys()) == ["id", "word", "size"], list(words.c.keys())
    for row in connection.execute(sa.select(words)).all():
        connection.execute(sa.update(words).where(words.c.id == row.id).values(size=len(row.word)))


def empty(connection, tables):
    connection.execute(sa.update(tables["words"]).values(size=None))


up = [
    ops.AddColumn("words", sa.Column("size", sa.Integer)),
    ops.RunPython(fill, reverse=empty),
    ops.RenameColumn("words", "word", "text"),
]
"""


def test_data_steps_get_the_tables_as_they_were(history: History) -> None:
    """Files that came later renamed and dropped things: the step still sees the table of its own moment."""
    history.write("0002_sizes", FILL)
    history.write("0003_later", 'up = [ops.RenameTable("words", "texts"), ops.DropColumn("texts", "text")]\n')
    history.migrate("0001")
    history.run("INSERT INTO words (id, word) VALUES (1, 'four'), (2, 'seventh')")
    history.migrate()
    assert history.values("SELECT size FROM texts ORDER BY id") == [4, 7]
    history.migrate("0001")
    assert history.columns("words") == ["id", "word"]


def test_a_data_step_back_sees_the_tables_at_its_place(simple: History) -> None:
    """The reverse of a step runs between the reverses of its neighbours, on the tables that are there then."""
    simple.write(
        "0002_steps",
        """
        def note(connection, tables):
            connection.execute(sa.insert(tables.words).values(id=9, word=" ".join(tables.words.c.keys())))

        up = [
            ops.AddColumn("words", sa.Column("a", sa.Integer)),
            ops.RunPython(ops.NOOP, reverse=note),
            ops.AddColumn("words", sa.Column("b", sa.Integer)),
        ]
        """,
    )
    simple.migrate()
    simple.migrate("-1")
    assert simple.values(WORD) == ["id word a"]


def test_noop_goes_both_ways(simple: History) -> None:
    """reverse=NOOP does nothing on the way down and the step may be taken again; without it the way is barred."""
    simple.write(
        "0002_note",
        """
        def note(connection, tables):
            connection.execute(sa.insert(tables.words).values(word="here"))

        up = [ops.RunPython(note, reverse=ops.NOOP), ops.RunPython(ops.NOOP, reverse=note)]
        """,
    )
    simple.migrate()
    assert simple.values(WORD) == ["here"]
    simple.migrate("-1")
    simple.migrate()
    assert simple.values(WORD) == ["here"] * 3
    simple.write("0003_stuck", "def step(connection, tables): pass\nup = [ops.RunPython(step)]")
    simple.migrate()
    with pytest.raises(IrreversibleError, match="run Python step has no reverse"):
        simple.migrate("-1")
    assert simple.applied[-1] == "0003_stuck"


def test_rows_of_a_failed_data_step_are_gone(history: History) -> None:
    """A step that fails after it wrote leaves no row, even on MariaDB, where rows can be rolled back."""
    history.write(
        "0002_fails",
        """
        def step(connection, tables):
            connection.execute(sa.insert(tables.words).values(word="half"))
            raise LookupError("no more words")

        up = [ops.RunPython(step)]
        """,
    )
    with pytest.raises(MigrationFailedError, match="LookupError: no more words"):
        history.migrate()
    assert history.values(WORD) == []
    assert history.applied == ["0001_words"]


def test_a_table_that_is_not_there_is_named(simple: History) -> None:
    """Asking for a table of another moment fails at its line, and says which table it was."""
    simple.write(
        "0002_asks", "def step(connection, tables): tables.phrases\nup = [ops.RunPython(step, reverse=ops.NOOP)]"
    )
    with pytest.raises(MigrationFailedError) as caught:
        simple.migrate()
    assert "there is no table 'phrases' at this point" in caught.value.message
    assert "0002_asks.py:" in str(caught.value.where)


@pytest.mark.parametrize("wrong", ["fill", 3])
def test_what_is_no_function_is_refused(wrong: object) -> None:
    """RunPython says at once that it takes functions."""
    with pytest.raises(StateError, match="RunPython takes functions"):
        ops.RunPython(wrong)  # type: ignore[arg-type]


def test_sql_for_a_dialect_that_does_not_exist_is_refused() -> None:
    """A misspelled dialect would silently never run: it is refused with the nearest name."""
    with pytest.raises(StateError, match="no dialect") as caught:
        ops.RunSQL({"postgres": "SELECT 1"})
    assert "postgresql" in str(caught.value)


def test_mariadb_takes_the_sql_for_mysql() -> None:
    """SQL for mysql runs on a mariadb:// URL as well, unless there is one for mariadb."""
    for scripts, sent in [
        ({"mysql": "SELECT 1"}, ["SELECT 1"]),
        ({"mysql": "SELECT 1", "mariadb": "SELECT 2"}, ["SELECT 2"]),
        ({"sqlite": "SELECT 1"}, []),
    ]:
        assert minimig.sql([ops.RunSQL(scripts)], SchemaState(), "mariadb") == sent


def test_a_colon_in_the_reverse_is_no_parameter(database: Database) -> None:
    """The parameters of the SQL are offered to the reverse too, and other colons in it stand for themselves."""
    step = ops.RunSQL(
        "INSERT INTO words (id, word) VALUES (1, :word)",
        reverse="DELETE FROM words WHERE word = :word OR word = 'at :noon'",
        parameters={"word": "at dawn"},
    )
    empty = SchemaState()
    table = ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.String(20)))
    with database.engine.begin() as connection:
        state = minimig.apply(connection, [table], empty)
        minimig.apply(connection, [step], state)
        assert connection.execute(sa.text("SELECT word FROM words")).scalars().all() == ["at dawn"]
        minimig.apply(connection, [step.reverse(state)], state)
        assert connection.execute(sa.text("SELECT word FROM words")).scalars().all() == []


def test_a_data_step_can_look_for_a_table() -> None:
    """`in` tells whether there is a table at this point; what is missing is named with its neighbours."""
    tables = TablesThen(minimig.snapshot(sa.MetaData()))
    assert "posts" not in tables
    metadata = sa.MetaData()
    sa.Table("posts", metadata, sa.Column("id", sa.Integer))
    tables = TablesThen(minimig.snapshot(metadata))
    assert "posts" in tables
    with pytest.raises(KeyError, match="posts"):
        tables["post"]
