"""Values become source, and source becomes the same values again (law 5)."""

from __future__ import annotations

import datetime as dt
import functools
import inspect
import math
import pathlib
import re
import uuid
import zoneinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

import minimig.operations
from minimig import ops
from minimig.errors import WriterError
from minimig.operations.base import Operation
from minimig.revisions.difference import difference
from minimig.revisions.serializer import Imports, Serializer, operations_source, source
from minimig.revisions.serializers_layout import WIDTH
from minimig.state.from_metadata import from_metadata
from minimig.state.tables import TableState
from minimig.state.values import Reference, SqlExpression
from support import values_to_write as own
from support.revision_files import narrow, read_back, ruff_changes
from support.schemas_to_write import columns, tables

FEW = settings(max_examples=25)  # each example starts ruff
USEFUL = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(value: Any) -> str:
    """The source of a value, without its imports."""
    return source(value, Imports())


def evaluated(value: Any) -> Any:
    """The value, written and read again."""
    imports = Imports()
    text = source(value, imports)
    names: dict[str, Any] = {}
    exec("\n".join([*imports.lines(), f"value = {text}"]), names)
    return names["value"]


PLAIN = [
    (None, "None"),
    (True, "True"),
    (-3, "-3"),
    (1.5, "1.5"),
    (math.inf, 'float("inf")'),
    ("it's", '"it\'s"'),
    ('say "x"', "'say \"x\"'"),
    ("both \" and '", '"both \\" and \'"'),
    ("back\\slash", '"back\\\\slash"'),
    ("tab\t", '"tab\\t"'),
    ("ünï", '"ünï"'),
    (b"\xff'\x00a", 'b"\\xff\'\\x00a"'),
    (Decimal("1.10"), 'decimal.Decimal("1.10")'),
    (dt.date(2024, 1, 2), "datetime.date(2024, 1, 2)"),
    (dt.time(1, 2, 3), "datetime.time(1, 2, 3)"),
    (dt.datetime(2024, 1, 2, 3, 4), "datetime.datetime(2024, 1, 2, 3, 4)"),  # noqa: DTZ001
    (
        dt.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC),
        "datetime.datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)",
    ),
    (
        dt.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=zoneinfo.ZoneInfo("UTC")),
        'datetime.datetime(2024, 10, 27, 2, 30, tzinfo=zoneinfo.ZoneInfo("UTC"), fold=1)',
    ),
    (dt.timezone(dt.timedelta(hours=-2)), "datetime.timezone(datetime.timedelta(days=-1, seconds=79200))"),
    (dt.timedelta(days=1, microseconds=5), "datetime.timedelta(days=1, microseconds=5)"),
    (dt.timedelta(), "datetime.timedelta()"),
    (uuid.UUID(int=5), 'uuid.UUID("00000000-0000-0000-0000-000000000005")'),
    (pathlib.PurePosixPath("a/b"), 'pathlib.PurePosixPath("a/b")'),
    (pathlib.PureWindowsPath("a/b"), 'pathlib.PureWindowsPath("a\\\\b")'),
    (range(1, 5), "range(1, 5)"),
    ([], "[]"),
    ((), "()"),
    ((1,), "(1,)"),
    ((1, [2]), "(1, [2])"),
    (set(), "set()"),
    ({"b", "a"}, '{"a", "b"}'),
    (frozenset({2, 1}), "frozenset({1, 2})"),
    (frozenset(), "frozenset()"),
    ({"b": 1, "a": (2,)}, '{"b": 1, "a": (2,)}'),
    (own.Colour.RED, "support.values_to_write.Colour.RED"),
    (own.Shade["dark red"], 'support.values_to_write.Shade["dark red"]'),
    (own.Status.DRAFT, "support.values_to_write.Status.DRAFT"),
    (own.Right.READ | own.Right.WRITE, "support.values_to_write.Right.READ | support.values_to_write.Right.WRITE"),
    (own.Right(0), "support.values_to_write.Right(0)"),
    (own.Right(9), "support.values_to_write.Right(9)"),
    (re.IGNORECASE | re.MULTILINE, "re.RegexFlag.IGNORECASE | re.RegexFlag.MULTILINE"),
    (own.Point(1, 2), "support.values_to_write.Point(1, 2)"),
    (own.step, "support.values_to_write.step"),
    (own.cached, "support.values_to_write.cached"),
    (own.Steps.run, "support.values_to_write.Steps.run"),
    (own.Steps, "support.values_to_write.Steps"),
    (len, "len"),
    (int, "int"),
    (functools.partial(own.step, size=2), "functools.partial(support.values_to_write.step, size=2)"),
]


@pytest.mark.parametrize(("value", "text"), PLAIN, ids=[text for _, text in PLAIN])
def test_python_values_are_written_and_read_back(value: Any, text: str) -> None:
    """Each kind of Python value has the source that a person would write, and it leads back to an equal value."""
    assert written(value) == text
    again = evaluated(value)
    assert difference(again, value) is None
    assert type(again) is type(value)


def test_nan_is_written() -> None:
    """A nan has no literal, and is written as a call."""
    assert written(math.nan) == 'float("nan")'
    assert math.isnan(evaluated(math.nan))


def test_a_path_of_this_system_is_written_as_a_pure_one() -> None:
    """A PosixPath cannot be made on Windows, so a file never holds one."""
    assert evaluated(Path("a", "b")) == Path("a", "b")
    assert "Pure" in written(Path("a"))


LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(max_size=5) | st.integers(), inner),
    max_leaves=10,
)


@given(LITERALS)
def test_nested_literals_read_back(value: Any) -> None:
    """However strange a text and however deep a list, the source leads back to it."""
    assert difference(evaluated(value), value) is None


@FEW
@given(st.lists(st.text() | st.dictionaries(st.text(), st.lists(st.integers())), max_size=6))
def test_literals_are_laid_out_as_ruff_would(value: Any) -> None:
    """Quotes, escapes and line breaks are what ruff would choose, so a formatter has nothing to do."""
    text = f"value = {source({'key': value, 'more': value}, Imports())}\n"
    if narrow(text) and all(len(line) <= WIDTH for line in text.splitlines()):
        assert ruff_changes(text) == ""


def test_a_set_is_written_in_one_order() -> None:
    """The order of a set differs between runs of Python; that of its source does not."""
    assert written({"c", "a", "b"}) == '{"a", "b", "c"}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (lambda *_: None, "has no name"),
        (own.hidden, "is defined inside a function"),
        (own.unnamed(), "move it to the top of its module"),
        (own.Opaque(1), "support.values_to_write.Opaque cannot be written"),
        (functools.partial(lambda: None), "has no name"),
        (sa.select(sa.text("1")), "write it as SQL text"),
        (sa.text("x = :x"), "cannot be written"),
    ],
)
def test_what_has_no_source_is_an_error(value: Any, message: str) -> None:
    """A value that no file could hold is a WriterError that says what to do instead."""
    with pytest.raises(WriterError) as caught:
        written(value)
    assert message in str(caught.value)


def test_the_error_names_the_operation_and_the_argument() -> None:
    """A WriterError says in which operation the value stands."""
    with pytest.raises(WriterError) as caught:
        operations_source([own.Grant(own.Right.READ, options=own.Opaque(1))])
    assert caught.value.where == "Grant, argument options"
    with pytest.raises(WriterError) as caught:
        operations_source([ops.RunPython(lambda *_: None)])
    assert caught.value.where == "RunPython (run Python <lambda>), argument 1"


def test_a_rule_teaches_a_new_type(tmp_path: Path) -> None:
    """A serializer with a rule of the project's own writes a type that minimig does not know."""

    def write(value: own.Opaque, writing: Any) -> str:
        writing.imports.statements.add("import support.values_to_write")
        return f"support.values_to_write.Opaque({value.number})"

    operations = [own.Grant(own.Right.READ, options=own.Opaque(1))]
    assert read_back(tmp_path, operations, Serializer([(own.Opaque, write)])).up == tuple(operations)


def test_a_rule_of_the_project_comes_first() -> None:
    """A rule given to the serializer is asked before minimig's own."""
    serializer = Serializer([(str, lambda value, _: f"_({value!r})")])
    assert serializer.source(["a"], Imports()) == "[_('a')]"


def test_a_function_under_a_wrong_name_is_an_error() -> None:
    """A function whose module calls something else by its name could not be read back."""

    def impostor() -> None:
        """Pretends to be another."""

    impostor.__module__, impostor.__qualname__ = own.__name__, "step"
    with pytest.raises(WriterError, match="is not what module"):
        written(impostor)


def test_modules_with_names_taken_get_another() -> None:
    """A project's module called `ops` or `up` does not hide what every revision file means by these names."""
    imports = Imports()
    assert imports.name(Reference("ops.types", "Money")) == "_ops_types.Money"
    assert imports.lines() == ["import ops.types as _ops_types"]


# --- operations -------------------------------------------------------------------------------------------------------


def test_a_table_is_written_one_item_a_line() -> None:
    """CreateTable reads like the SQLAlchemy table that people would write."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("slug", sa.String(80), server_default="draft", unique=True, comment="in the URL"),
        sa.Column("seen", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2", persisted=True)),
        sa.CheckConstraint("slug <> ''", name="ck_slug"),
        sa.Index("ix_lower", sa.text("lower(slug)"), postgresql_where=sa.text("id > 0")),
    )
    text, imports = operations_source([ops.CreateTable(from_metadata(metadata)["posts"])])
    assert (
        text
        == """[
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("author_id", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(80), server_default="draft", comment="in the URL"),
        sa.Column("seen", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("data", sa.JSON().with_variant(postgresql.JSONB, "postgresql")),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2", persisted=True)),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["users.id"],
            name="fk_posts_author_id_users",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("slug", name="uq_posts_slug"),
        sa.CheckConstraint("slug <> ''", name="ck_slug"),
        sa.Index(
            "ix_lower",
            sa.text("lower(slug)"),
            postgresql_where=sa.text("id > 0"),
        ),
        sa.Index("ix_posts_author_id", "author_id"),
    ),
]"""
    )
    assert imports.lines() == [
        "import sqlalchemy as sa",
        "from sqlalchemy.dialects import postgresql",
        "",
        "from minimig import ops",
    ]


def test_a_key_in_another_order_is_a_constraint() -> None:
    """`primary_key=True` on columns gives them in the order of the columns; another order needs the constraint."""
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.PrimaryKeyConstraint("b", "a"),
    )
    text, _ = operations_source([ops.CreateTable(from_metadata(table.metadata)["t"])])
    assert 'sa.PrimaryKeyConstraint("b", "a")' in text
    assert 'sa.Column("a", sa.Integer),' in text


EXAMPLES: list[tuple[Operation, str]] = [
    (
        ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''"),
        """ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False), fill="''")""",
    ),
    (ops.DropColumn("posts", "slug"), 'ops.DropColumn("posts", "slug")'),
    (
        ops.AlterColumn("posts", "slug", type=sa.Text(), nullable=True, server_default=None, schema="s"),
        'ops.AlterColumn("posts", "slug", type=sa.Text, nullable=True, server_default=None, schema="s")',
    ),
    (ops.AlterColumn("posts", "a", server_default="x"), 'ops.AlterColumn("posts", "a", server_default="x")'),
    (
        ops.AlterColumn("posts", "a", server_default=sa.true()),
        'ops.AlterColumn("posts", "a", server_default=sa.true())',
    ),
    (
        ops.AlterColumn("posts", "a", identity=sa.Identity(start=3)),
        'ops.AlterColumn("posts", "a", identity=sa.Identity(start=3))',
    ),
    (
        ops.CreateIndex("ix", "posts", ["a", sa.text("lower(b)")], unique=True, postgresql_include=["c"]),
        'ops.CreateIndex("ix", "posts", ["a", sa.text("lower(b)")], unique=True, postgresql_include=["c"])',
    ),
    (ops.DropPrimaryKey("t", nullable=("a",)), 'ops.DropPrimaryKey("t", nullable=("a",))'),
    (ops.AlterTable("t", comment=None, mysql_engine=None), 'ops.AlterTable("t", comment=None, mysql_engine=None)'),
    (
        ops.AddConstraint("t", sa.PrimaryKeyConstraint("a", name="pk")),
        'ops.AddConstraint("t", sa.PrimaryKeyConstraint("a", name="pk"))',
    ),
    (
        ops.AddConstraint("t", sa.UniqueConstraint("a", deferrable=True)),
        'ops.AddConstraint("t", sa.UniqueConstraint("a", name="uq_t_a", deferrable=True))',
    ),
    (
        ops.RunPython(own.step, reverse=ops.NOOP),
        "ops.RunPython(support.values_to_write.step, reverse=ops.NOOP)",
    ),
    (
        ops.RunSQL({"sqlite": ["a :x", sa.text("b")]}, reverse="c", parameters={"x": Decimal(1)}),
        'ops.RunSQL({"sqlite": ["a :x", sa.text("b")]}, reverse="c", parameters={"x": decimal.Decimal("1")})',
    ),
    (
        ops.RunSQL("x", reverse=ops.NOOP, state_operations=[ops.DropTable("t")]),
        'ops.RunSQL("x", reverse=ops.NOOP, state_operations=[ops.DropTable("t")])',
    ),
    (
        ops.RunSQL([("x :y", {"y": None}), "z"], execution_options={"a": 1}),
        'ops.RunSQL([("x :y", {"y": None}), "z"], execution_options={"a": 1})',
    ),
    (
        ops.BulkInsert("t", [{"a": 1, "b": sa.func.now()}, {"a": sa.literal("x")}], schema="s", reverse=ops.NOOP),
        'ops.BulkInsert("t", [{"a": 1, "b": sa.func.now()}, {"a": "x"}], schema="s", reverse=ops.NOOP)',
    ),
    (
        ops.BulkDelete("t", [{"a": dt.date(2024, 1, 2), "b": b"\0", "c": {"d": [True]}}]),
        'ops.BulkDelete("t", [{"a": datetime.date(2024, 1, 2), "b": b"\\x00", "c": {"d": [True]}}])',
    ),
    (
        ops.SeparateStateAndDatabase(state_operations=[ops.RenameTable("a", "b")]),
        'ops.SeparateStateAndDatabase(state_operations=[ops.RenameTable("a", "b")])',
    ),
    (own.Grant(own.Right.READ), "support.values_to_write.Grant(right=support.values_to_write.Right.READ)"),
]


@pytest.mark.parametrize(("operation", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_operations_are_written_as_people_write_them(operation: Operation, text: str, tmp_path: Path) -> None:
    """Each operation is one call, without what goes without saying, and reads back as an equal operation."""
    serializer = Serializer()
    assert serializer.list_source([operation], Imports(), one_line=True) == f"[{text}]"
    assert difference(read_back(tmp_path, [operation]).up, (operation,)) is None


def test_every_own_operation_is_in_ops() -> None:
    """The writer says `ops.X` for every operation of the package, so every one must be there."""
    pending, names = list(Operation.__subclasses__()), set()
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        if cls.__module__.startswith(f"{minimig.operations.__name__}.") and not inspect.isabstract(cls):
            names.add(cls.__name__)
    assert names <= set(ops.__all__)
    assert len(names) > 10


@USEFUL
@given(table=tables())
def test_any_table_reads_back(table: TableState, tmp_path: Path) -> None:
    """Law 5 for every part of a table: written and loaded, it is the same table."""
    operation = ops.CreateTable(table)
    assert read_back(tmp_path, [operation]).up == (operation,)


@FEW
@given(table=tables())
def test_any_table_is_laid_out_as_ruff_would(table: TableState) -> None:
    """Wherever no line is too long to be broken, a formatter has nothing to do."""
    text, imports = operations_source([ops.CreateTable(table)])
    if narrow(text) and all(len(line) <= WIDTH for line in text.splitlines()):
        assert ruff_changes("\n".join([*imports.lines(), "", f"up = {text}\n"])) == ""


@USEFUL
@given(column=columns("a"))
def test_any_column_reads_back(column: Any, tmp_path: Path) -> None:
    """Law 5 for a column on its own, and for each of its parts that AlterColumn can set."""
    operations = [
        ops.AddColumn("t", column),
        ops.AlterColumn("t", "a", type=column.type, nullable=column.nullable, comment=column.comment),
        ops.AlterColumn("t", "a", server_default=column.default, identity=column.identity),
    ]
    assert read_back(tmp_path, operations).up == tuple(operations)


@USEFUL
@given(table=tables())
def test_any_constraint_and_index_reads_back(table: TableState, tmp_path: Path) -> None:
    """Law 5 for keys, constraints and indexes that are added to a table that exists."""
    operations: list[Operation] = [ops.AddConstraint("t", c) for c in table.constraints.values()]
    operations += [ops.CreateIndex(index, "t") for index in table.indexes.values()]
    if table.primary_key:
        operations.append(ops.AddConstraint("t", table.primary_key))
    assert read_back(tmp_path, operations).up == tuple(operations)


@pytest.mark.parametrize(
    ("default", "text"),
    [
        (SqlExpression("'draft'"), '"draft"'),
        (SqlExpression("''"), '""'),
        (SqlExpression("'it''s'"), '"it\'s"'),
        (SqlExpression.literal("a:b"), '"a:b"'),
        (SqlExpression.literal("a\\b"), '"a\\\\b"'),
        (SqlExpression("'a\\\\b'"), "sa.text(\"'a\\\\\\\\b'\")"),
        (SqlExpression("'a' || 'b'"), "sa.text(\"'a' || 'b'\")"),
        (SqlExpression("now()"), 'sa.text("now()")'),
        (SqlExpression.of(sa.func.now()), "sa.func.now()"),
        (SqlExpression.of(sa.func.current_timestamp()), "sa.func.current_timestamp()"),
        (SqlExpression("CURRENT_TIMESTAMP"), 'sa.text("CURRENT_TIMESTAMP")'),
        (SqlExpression("true"), "sa.true()"),
        (SqlExpression("false"), "sa.false()"),
        (SqlExpression("0"), 'sa.text("0")'),
        (SqlExpression("a ~ ':x'"), "sa.text(\"a ~ '\\\\:x'\")"),
        (SqlExpression("'12:30'::time"), "sa.text(\"'12:30'::time\")"),
    ],
)
def test_server_defaults_are_written_in_the_shortest_way(default: SqlExpression, text: str) -> None:
    """A string is a string, a SQLAlchemy function stays one, everything else is text with its colons safe."""
    operation = ops.AlterColumn("t", "a", server_default=default)
    line = Serializer().list_source([operation], Imports(), one_line=True)
    assert line == f'[ops.AlterColumn("t", "a", server_default={text})]'


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT 'it''s' AS \"x\"\nFROM t",
        "CREATE FUNCTION f() AS $$\n\n    SELECT '\\d+', '\"\"\"'\n  $$",
        "CREATE FUNCTION f() AS $$\n    SELECT regexp_replace(t, '\\s+', '-')\n$$",
        "SELECT 'a\u00a0b\u2028c\x07'\nFROM \"T\" --\\",
        'SELECT """"\nFROM """"',
    ],
)
def test_sql_of_objects_reads_back(sql: str) -> None:
    """A body of several lines stands in a block, deeper than the call, and is the same SQL when it is read."""
    made = ops.CreateView("v", {"postgresql": sql, "sqlite": f"SELECT 2\n{sql}"})
    text, _ = operations_source([made, ops.ReplaceView("v", sql)])
    names: dict[str, object] = {"ops": ops}
    assert eval(text, names) == [made, ops.ReplaceView("v", sql)]
    assert "\\n" not in text
