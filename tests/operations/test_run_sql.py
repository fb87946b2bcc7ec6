"""What RunSQL takes besides text: parameters for each statement, SQLAlchemy statements of every kind, options."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.errors import StateError
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import WORDS, History, revision
from support.projects import ProjectFolder

WORD = "SELECT word FROM words ORDER BY id"
EMPTY = SchemaState()


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """A history that begins with a table `words`."""
    made = History.at(tmp_path, database)
    made.write("0001_words", WORDS)
    return made


def test_each_statement_has_parameters_of_its_own(history: History) -> None:
    """Pairs of a statement and its parameters, beside those for all; other colons and percent signs stay."""
    history.write(
        "0002_insert",
        """
        T = sa.table("words", sa.column("id", sa.Integer), sa.column("word", sa.String))
        up = [
            ops.RunSQL(
                [
                    ("INSERT INTO words (id, word) VALUES (:id, :all); UPDATE words SET word = word", {"id": 1}),
                    ("INSERT INTO words (id, word) VALUES (:id, '10% :all :x a::b')", {"id": 2}),
                    (sa.insert(T), {"id": 3, "word": "100%"}),
                    "INSERT INTO words (id, word) VALUES (4, :all)",
                    (sa.text("UPDATE words SET word = :w WHERE id = 4"), {"w": "four"}),
                    (sa.delete(T).where(T.c.id == sa.bindparam("gone")), {"gone": 1}),
                ],
                parameters={"all": "it's :all"},
                reverse=("DELETE FROM words WHERE id > :id", {"id": 2}),
            )
        ]
        """,
    )
    history.migrate()
    assert history.values(WORD) == ["10% :all :x a::b", "100%", "four"]
    history.migrate("-1")
    assert len(history.values(WORD)) == 1


def test_values_of_every_kind_in_a_script(database: Database) -> None:
    """Parameters, `sa.literal` and typed columns are written as literals that mean the same as the bound values."""
    values: dict[str, Any] = {
        "text": "it's \\ 100%% :x",
        "number": Decimal("1.50"),
        "day": dt.date(2024, 2, 29),
        "moment": dt.datetime(2024, 2, 29, 1, 2, 3),  # noqa: DTZ001 - the column has no time zone
        "flag": True,
        "code": uuid.UUID(int=5),
        "data": b"\x00'\xff",
        "empty": None,
    }
    types = [sa.String(40), sa.Numeric(8, 2), sa.Date, sa.DateTime, sa.Boolean, sa.Uuid, sa.LargeBinary, sa.Integer]
    table = sa.Table(
        "v",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, type_) for name, type_ in zip(values, types, strict=True)),
    )
    plain = {name: values[name] for name in ("text", "flag", "data", "empty")}  # what each driver takes without a type
    inline = {n: sa.literal(v, table.c[n].type, literal_execute=n in ("text", "day")) for n, v in values.items()}
    step = ops.RunSQL(
        [
            (f"INSERT INTO v (id, {', '.join(plain)}) VALUES (1, {', '.join(f':{n}' for n in plain)})", plain),
            (sa.insert(table), {"id": 2, **values}),
            sa.insert(table).values(id=3, **inline),
        ]
    )
    with database.engine.begin() as connection:
        table.create(connection)
        minimig.apply(connection, [step], EMPTY)
        query = sa.select(table).order_by(table.c.id)
        bound = connection.execute(query).all()
        connection.execute(sa.delete(table))
        for statement in minimig.sql([step], EMPTY, connection.dialect):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        assert connection.execute(query).all() == bound
    assert bound[1][1:] == bound[2][1:] == tuple(values.values())


def test_statements_that_change_the_schema(history: History) -> None:
    """SQLAlchemy's DDL elements and the project's own run like any other statement, and stand in a script."""
    history.write(
        "0002_ddl",
        """
        from sqlalchemy.ext.compiler import compiles

        class CreateView(sa.schema.ExecutableDDLElement):
            def __init__(self, name, query):
                self.name, self.query = name, query

        @compiles(CreateView)
        def create_view(element, compiler, **kw):
            query = compiler.sql_compiler.process(element.query, literal_binds=True)
            return f"CREATE VIEW {element.name} AS {query}"

        T = sa.Table("more", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("word", sa.String(20)))
        up = [
            ops.RunSQL(
                [
                    sa.schema.CreateTable(T),
                    sa.DDL("INSERT INTO more (id, word) VALUES (1, '100%%')"),
                    CreateView("seen", sa.select(T).where(T.c.word == "100%")),
                    sa.insert(T).from_select(["id", "word"], sa.select(T.c.id + 1, sa.func.lower("A"))),
                ],
                reverse=[sa.text("DROP VIEW seen"), sa.schema.DropTable(T)],
            )
        ]
        """,
    )
    history.migrate()
    assert history.values("SELECT word FROM seen") == ["100%"]
    assert history.values("SELECT word FROM more ORDER BY id") == ["100%", "a"]
    history.migrate("-1")
    assert history.tables == {"words"}


def test_execution_options_reach_the_statement(database: Database) -> None:
    """SQLAlchemy hands them to whoever listens; a script has no use for them."""
    seen: list[tuple[str, Any]] = []
    step = ops.RunSQL(["SELECT 1", sa.text("SELECT 2")], execution_options={"mine": 7}, reverse=ops.NOOP)
    with database.engine.connect() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *a: seen.append((a[2][:8], a[4].execution_options)))
        minimig.apply(connection, [step], EMPTY)
    assert [(sql, options.get("mine")) for sql, options in seen if sql[:6] == "SELECT"] == [
        ("SELECT 1", 7),
        ("SELECT 2", 7),
    ]
    assert minimig.sql([step], EMPTY, "sqlite") == ["SELECT 1", "SELECT 2"]
    assert step.reverse(EMPTY).execution_options == {"mine": 7}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sql": 3}, "a list of them, not 3"),
        ({"sql": ["SELECT 1", 3]}, "not 3"),
        ({"sql": [("SELECT 1", [1])]}, "not ('SELECT 1', [1])"),
        ({"sql": "x", "reverse": {"sqlite": None}}, "not None"),
        ({"sql": "SELECT :nme", "parameters": {"name": 1}}, "a parameter 'name', and its SQL no :name"),
        ({"sql": [("SELECT :a", {"a": 1, "b": 2})]}, "a parameter 'b', and its SQL no :b"),
        ({"sql": sa.text("SELECT :a"), "parameters": {"b": 1}}, "a parameter 'b'"),
    ],
)
def test_what_could_not_run_as_it_is_written_is_refused(arguments: dict[str, Any], words: str) -> None:
    """Values that are no SQL, and parameters that no statement takes, are found while the file is read."""
    with pytest.raises(StateError) as caught:
        ops.RunSQL(**arguments)
    assert words in caught.value.message


def test_a_parameter_may_be_for_the_reverse_alone() -> None:
    """What one direction does not use, the other may."""
    step = ops.RunSQL("SELECT 1", reverse="SELECT :a", parameters={"a": 1})
    assert minimig.sql([step], EMPTY, "sqlite") == ["SELECT 1"]
    assert minimig.sql([step.reverse(EMPTY)], EMPTY, "sqlite") == ["SELECT 1"]


def test_a_value_that_a_script_cannot_hold_is_named_with_its_file(tmp_path: Path) -> None:
    """sqlmigrate says which operation of which file it could not write, and what to do."""
    project = ProjectFolder(tmp_path, "postgresql://nobody@nowhere.invalid/db")
    project.write("minimig.toml", 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n')
    body = 'up = [ops.RunSQL(("SELECT :a", {"a": float("inf")}), reverse=ops.NOOP)]'
    project.write("shop/migrations/0001_inf.py", revision([], body))
    refused = project.run("sqlmigrate", "shop", "0001")
    assert refused.code == 1
    assert "the value inf of type " in refused.err
    assert "cannot be written into a script for postgresql" in refused.err
    assert "0001_inf.py, up[0]: run SQL" in refused.err
    assert "next:" in refused.err
