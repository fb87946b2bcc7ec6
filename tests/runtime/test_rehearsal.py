"""What a database cannot do is refused before the first statement, with file and operation."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.errors import IrreversibleError, MinimigError, StateError, UnsupportedError
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import WORDS, History, add, counted, two_apps

COMPUTED = """
up = [
    ops.CreateTable("notes", sa.Column("id", sa.Integer, primary_key=True)),
    ops.AddColumn("words", sa.Column("size", sa.Integer, sa.Computed("length(word)", persisted=True))),
    ops.AlterColumn("words", "word", type=sa.Text),
]
"""
EXPRESSION = 'up = [ops.CreateIndex("ix", "words", [sa.text("lower(word)")])]'
ON_CONFLICT = """
from sqlalchemy.dialects.mysql import insert

INSERT = insert(sa.table("words", sa.column("word"))).values(word="x")
up = [ops.RunSQL(INSERT.on_duplicate_key_update(word="y"), reverse=ops.NOOP)]
"""
OPEN_QUOTE = """up = [ops.RunSQL("SELECT 1;\\nSELECT 'it", reverse=ops.NOOP)]"""


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A history that begins with a table `words`."""
    made = History.at(tmp_path, database)
    made.write("0001_words", WORDS)
    return made


def refused(history: History, target: str = "head", **options: object) -> MinimigError:
    """The error of a run that must be refused, and must have sent nothing but its look at the version table."""
    with counted(history.database.engine) as seen, pytest.raises(MinimigError) as caught:
        history.migrate(target, **options)
    changing = [
        statement
        for statement in seen
        if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA", "SHOW", "DESCRIBE"))
    ]
    assert changing == []
    return caught.value


@pytest.mark.parametrize(
    ("database", "body", "place", "words"),
    [
        ("postgresql", COMPUTED, "up[2]: alter column words.word", "computed column size uses it"),
        ("mariadb", EXPRESSION, "up[0]: create index ix", "MariaDB cannot do"),
        ("sqlite", ON_CONFLICT, "up[0]: run SQL", "cannot be said in sqlite: it has no OnDuplicateClause"),
        ("postgresql", ON_CONFLICT, "up[0]: run SQL", "cannot be said in postgresql: it has no OnDuplicateClause"),
        ("sqlite", OPEN_QUOTE, "up[0]: run SQL SELECT 1; SELECT 'it, line 2 of the SQL", "is never closed"),
    ],
    indirect=["database"],
)  # fmt: skip
@pytest.mark.parametrize("dry", [False, True])
def test_a_run_is_refused_before_it_begins(history: History, body: str, place: str, words: str, *, dry: bool) -> None:
    """In the second of three new files: not even the first is carried out, and a plan is refused as well."""
    path = history.write("0002_refused", body)
    history.write("0003_more", 'up = [ops.CreateTable("more", sa.Column("id", sa.Integer, primary_key=True))]')
    error = refused(history, plan_only=dry)
    assert isinstance(error, UnsupportedError | StateError)
    assert words in error.message
    assert str(error.where).startswith(f"{path}, {place}")
    assert error.hint
    assert history.tables == set()


def test_the_way_down_is_rehearsed_too(tmp_path: Path, postgresql_database: Database) -> None:
    """What cannot be taken back on this database stops the run with the later revision still applied."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    path = history.write("0002_down", "up = [ops.RunSQL('SELECT 1', reverse={'postgresql': \"SELECT 'it\"})]")
    history.write("0003_more", 'up = [ops.AddColumn("words", sa.Column("more", sa.Integer))]')
    history.migrate()
    error = refused(history, "zero")
    assert str(error.where).startswith(f"{path}, the reverse of up[0]: run SQL")
    assert len(history.applied) == 3


def test_a_nested_step_without_a_way_back_is_found_first(history: History) -> None:
    """An irreversible operation inside SeparateStateAndDatabase bars the way before a later revision is undone."""
    path = history.write(
        "0002_apart",
        """
        up = [
            ops.SeparateStateAndDatabase(
                state_operations=[ops.AddColumn("words", sa.Column("size", sa.Integer))],
                database_operations=[ops.RunSQL("ALTER TABLE words ADD COLUMN size INTEGER")],
            )
        ]
        """,
    )
    history.write("0003_more", 'up = [ops.AddColumn("words", sa.Column("more", sa.Integer))]')
    history.migrate()
    for dry in (True, False):
        error = refused(history, "zero", plan_only=dry)
        assert isinstance(error, IrreversibleError)
        assert "has no reverse" in error.message
        assert str(error.where).startswith(f"{path}, the reverse of up[0]: in the state: add column words.size")
    assert history.columns("words") == ["id", "word", "size", "more"]


def test_operations_on_a_connection_are_rehearsed(database: Database) -> None:
    """`minimig.apply` refuses the list before its first operation, and says which one it is about."""
    table = ops.CreateTable("words", sa.Column("id", sa.Integer, primary_key=True))
    wrong = ops.RunSQL("SELECT 1 /* and so on")
    with database.engine.begin() as connection:
        with pytest.raises(StateError, match="never closed") as caught:
            minimig.apply(connection, [table, wrong], SchemaState())
        assert str(caught.value.where).startswith("operation 2: run SQL")
        assert sa.inspect(connection).get_table_names() == []


def test_python_steps_are_passed_over(history: History) -> None:
    """A step runs once, with a connection; what follows it, also inside another operation, is rehearsed."""
    history.write(
        "0002_steps",
        """
        def step(connection, tables):
            connection.execute(sa.insert(tables.words).values(word="once"))

        up = [ops.RunPython(step), ops.SeparateStateAndDatabase(database_operations=[ops.RunPython(step)])]
        """,
    )
    history.migrate()
    assert history.values("SELECT word FROM words") == ["once", "once"]
    history.write(
        "0003_wrong",
        """
        def step(connection, tables): pass

        up = [
            ops.SeparateStateAndDatabase(
                database_operations=[ops.RunPython(step), ops.RunSQL("SELECT 'it")]
            )
        ]
        """,
    )
    assert "never closed" in refused(history).message


def test_an_operation_that_needs_the_database_is_no_refusal(history: History) -> None:
    """One of the project's own that looks at the connection without asking for it runs as it always did."""
    history.write(
        "0002_own",
        """
        from dataclasses import dataclass

        @dataclass(frozen=True)
        class Count(ops.Operation):
            def reverse(self, before):
                return self

            def database_forwards(self, editor, before, after):
                count = editor.output.connection.scalar(sa.text("SELECT count(*) FROM words"))
                editor.run_sql(f"INSERT INTO words (id, word) VALUES (1, 'n{count}')")

        up = [Count()]
        """,
    )
    history.migrate()
    assert history.values("SELECT word FROM words") == ["n0"]


def test_fake_refuses_nothing(tmp_path: Path, sqlite_database: Database) -> None:
    """What is only recorded need not be possible; without --fake the command line names the place."""
    project = two_apps(tmp_path, sqlite_database.url)
    add(project, "shop.0003_refused", ["0002_owner"], """ops.RunSQL("SELECT 'it")""")
    refused = project.run("migrate")
    assert refused.code == 1
    assert "is never closed" in refused.err
    assert "0003_refused.py, up[0]: run SQL SELECT 'it, line 1 of the SQL" in refused.err
    assert sa.inspect(sqlite_database.engine).get_table_names() == []
    assert "0003_refused" in project.ok("migrate", "--fake").out


def test_a_condition_without_words_is_no_refusal(history: History) -> None:
    """What a script could not say IF NOT EXISTS about runs on a live database, which is asked."""
    history.write(
        "0002_size",
        """
        up = [
            ops.AddColumn("words", sa.Column("size", sa.Integer, nullable=False), fill="5", if_not_exists=True),
            ops.AddColumn("words", sa.Column("kind", sa.Integer), if_not_exists=True),
        ]
        """,
    )
    history.migrate("0001")
    history.run("ALTER TABLE words ADD COLUMN kind INTEGER")
    history.migrate()
    assert {"size", "kind"} <= set(history.columns("words"))
