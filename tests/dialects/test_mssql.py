"""The schema editor of SQL Server, by the statements it writes: no server is asked."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint

import minimig
from minimig import ops
from minimig.dialects.mssql import lock
from minimig.dialects.registry import dialect_of, normalizer_for
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.editing import script, up_and_down
from support.library import library

MSSQL = dialect_of("mssql+pyodbc://")
LIBRARY = from_metadata(library())


def dropped_default(table: str, column: str) -> str:
    """The batch that looks a DEFAULT up and drops it."""
    return (
        "DECLARE @sql NVARCHAR(MAX) = (\n"
        f"    SELECT N'ALTER TABLE {table} DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.default_constraints\n"
        f"    WHERE parent_object_id = OBJECT_ID(N'{table}')"
        f" AND COL_NAME(parent_object_id, parent_column_id) = N'{column}'\n"
        ");\nEXEC sp_executesql @sql"
    )


def dropped_key(table: str) -> str:
    """The batch that looks a primary key up and drops it."""
    return (
        "DECLARE @sql NVARCHAR(MAX) = (\n"
        f"    SELECT N'ALTER TABLE {table} DROP CONSTRAINT ' + QUOTENAME(name) FROM sys.key_constraints\n"
        f"    WHERE parent_object_id = OBJECT_ID(N'{table}') AND type = 'PK'\n"
        ");\nEXEC sp_executesql @sql"
    )


def cleared(table: str, column: str) -> str:
    """The batch that looks up what stands on a column alone, and drops it."""
    where = (
        f"WHERE parent_object_id = OBJECT_ID(N'{table}') AND COL_NAME(parent_object_id, parent_column_id) = N'{column}'"
    )
    return (
        "DECLARE @sql NVARCHAR(MAX) = (\n"
        f"    SELECT STRING_AGG(N'ALTER TABLE {table} DROP CONSTRAINT ' + QUOTENAME(name), N'; ') FROM (\n"
        f"        SELECT name FROM sys.default_constraints {where}\n"
        f"        UNION SELECT name FROM sys.check_constraints {where}\n"
        f"        UNION SELECT OBJECT_NAME(constraint_object_id) FROM sys.foreign_key_columns {where}\n"
        "    ) AS found (name)\n"
        ");\nEXEC sp_executesql @sql"
    )


@dataclass(frozen=True)
class Case:
    """An operation on the library, its statements, and those of its reverse."""

    operation: Operation
    up: list[str]
    down: list[str]


UNIQUE_EMAIL = "ALTER TABLE authors ADD CONSTRAINT uq_authors_email UNIQUE ([Email])"
CHECK_ORDER = """ALTER TABLE books ADD CONSTRAINT ck_books_order CHECK ("order" > 0 AND title <> 'a:b%c')"""
UNIQUE_TITLE = "ALTER TABLE books ADD CONSTRAINT uq_books_author_title UNIQUE (author_id, title)"
SCHEMA = "DECLARE @schema SYSNAME = SCHEMA_NAME();\nEXEC "

CASES = {
    "rename_table": Case(
        ops.RenameTable("books", "it's"),
        ["EXEC sp_rename N'books', N'it''s', N'OBJECT'"],
        ["EXEC sp_rename N'[it''s]', N'books', N'OBJECT'"],
    ),
    "table_comment": Case(
        ops.AlterTable("books", comment="new"),
        [f"{SCHEMA}sp_updateextendedproperty N'MS_Description', N'new', N'SCHEMA', @schema, N'TABLE', N'books'"],
        [
            (f"{SCHEMA}sp_updateextendedproperty N'MS_Description', N'it''s \\ 100%: :x ::y \"z\"',"
            " N'SCHEMA', @schema, N'TABLE', N'books'")
        ],
    ),
    "column_comment": Case(
        ops.AlterColumn("authors", "name", comment="é"),
        [
            (f"{SCHEMA}sp_addextendedproperty N'MS_Description', N'é',"
            " N'SCHEMA', @schema, N'TABLE', N'authors', N'COLUMN', N'name'")
        ],
        [
            (f"{SCHEMA}sp_dropextendedproperty N'MS_Description',"
            " N'SCHEMA', @schema, N'TABLE', N'authors', N'COLUMN', N'name'")
        ],
    ),
    "add_column": Case(
        ops.AddColumn("books", Column("sold", sa.Boolean, nullable=False, server_default=sa.false())),
        ["ALTER TABLE books ADD sold BIT NOT NULL DEFAULT 0"],
        [cleared("books", "sold"), "ALTER TABLE books DROP COLUMN sold"],
    ),
    "add_column_with_constant_fill": Case(
        ops.AddColumn("books", Column("sold", sa.Boolean), fill="true"),
        ["ALTER TABLE books ADD sold BIT NULL DEFAULT 1 WITH VALUES", dropped_default("books", "sold")],
        [cleared("books", "sold"), "ALTER TABLE books DROP COLUMN sold"],
    ),
    "add_column_with_computed_fill": Case(
        ops.AddColumn("authors", Column("key", String(9), nullable=False, server_default="x"), fill="lower(name)"),
        [
            "ALTER TABLE authors ADD [key] VARCHAR(9) NULL",
            "UPDATE authors SET [key] = lower(name)",
            "ALTER TABLE authors ALTER COLUMN [key] VARCHAR(9) NOT NULL",
            "ALTER TABLE authors ADD DEFAULT 'x' FOR [key]",
        ],
        [cleared("authors", "key"), "ALTER TABLE authors DROP COLUMN [key]"],
    ),
    "add_numbered_column": Case(
        ops.AddColumn("editions", Column("number", Integer, sa.Identity(start=10, increment=5), nullable=False)),
        ["ALTER TABLE editions ADD number INTEGER NOT NULL IDENTITY(10,5)"],
        [cleared("editions", "number"), "ALTER TABLE editions DROP COLUMN number"],
    ),
    "add_computed_column": Case(
        ops.AddColumn("books", Column("twice", Integer, sa.Computed('"order" * 2', persisted=True), nullable=False)),
        ['ALTER TABLE books ADD twice AS ("order" * 2) PERSISTED NOT NULL'],
        ["ALTER TABLE books DROP COLUMN twice"],
    ),
    "rename_column": Case(
        ops.RenameColumn("books", "order", "place"),
        [
            "ALTER TABLE books DROP CONSTRAINT ck_books_order",
            "EXEC sp_rename N'books.[order]', N'place', N'COLUMN'",
            "ALTER TABLE books ADD CONSTRAINT ck_books_order CHECK (place > 0 AND title <> 'a:b%c')",
        ],
        [
            "ALTER TABLE books DROP CONSTRAINT ck_books_order",
            "EXEC sp_rename N'books.place', N'order', N'COLUMN'",
            CHECK_ORDER,
        ],
    ),
    "string_grows_and_shrinks": Case(
        ops.AlterColumn("authors", "Email", type=String(200)),
        ["ALTER TABLE authors ALTER COLUMN [Email] VARCHAR(200) NULL"],
        [
            "ALTER TABLE authors DROP CONSTRAINT uq_authors_email",
            "ALTER TABLE authors ALTER COLUMN [Email] VARCHAR(80) NULL",
            UNIQUE_EMAIL,
        ],
    ),
    "type_with_default": Case(
        ops.AlterColumn("authors", "born", type=Integer, server_default=sa.text("1900")),
        [
            dropped_default("authors", "born"),
            "ALTER TABLE authors ALTER COLUMN born INTEGER NULL",
            "ALTER TABLE authors ADD DEFAULT 1900 FOR born",
        ],
        [
            dropped_default("authors", "born"),
            "ALTER TABLE authors ALTER COLUMN born VARCHAR(10) NULL",
            "ALTER TABLE authors ADD DEFAULT '1900' FOR born",
        ],
    ),
    "collation": Case(
        ops.AlterColumn("authors", "name", type=String(50, collation="Latin1_General_BIN2")),
        ["ALTER TABLE authors ALTER COLUMN name VARCHAR(50) COLLATE Latin1_General_BIN2 NOT NULL"],
        ["ALTER TABLE authors ALTER COLUMN name VARCHAR(50) NOT NULL"],
    ),
    "type_and_not_null_with_fill": Case(
        ops.AlterColumn("authors", "rank", type=sa.BigInteger(), nullable=False, fill="0"),
        [
            "ALTER TABLE authors ALTER COLUMN rank BIGINT NULL",
            "UPDATE authors SET rank = 0 WHERE rank IS NULL",
            "ALTER TABLE authors ALTER COLUMN rank BIGINT NOT NULL",
        ],
        ["ALTER TABLE authors ALTER COLUMN rank INTEGER NULL"],
    ),
    "nullable_keeps_indexes": Case(
        ops.AlterColumn("books", "order", nullable=True),
        [
            "ALTER TABLE books DROP CONSTRAINT ck_books_order",
            "ALTER TABLE books ALTER COLUMN [order] INTEGER NULL",
            CHECK_ORDER,
        ],
        [
            "DROP INDEX ix_books_order ON books",
            "ALTER TABLE books DROP CONSTRAINT ck_books_order",
            "ALTER TABLE books ALTER COLUMN [order] INTEGER NOT NULL",
            CHECK_ORDER,
            "CREATE INDEX ix_books_order ON books ([order])",
        ],
    ),
    "default": Case(
        ops.AlterColumn("books", "price", server_default=None),
        [dropped_default("books", "price")],
        ["ALTER TABLE books ADD DEFAULT 0 FOR price"],
    ),
    "add_foreign_key": Case(
        ops.AddConstraint(
            "authors",
            ForeignKeyConstraint(
                ["rank"], ["books.id"], "fk_new", ondelete="RESTRICT", onupdate="CASCADE", deferrable=True
            ),
        ),
        ["ALTER TABLE authors ADD CONSTRAINT fk_new FOREIGN KEY(rank) REFERENCES books (id) ON UPDATE CASCADE"],
        ["ALTER TABLE authors DROP CONSTRAINT fk_new"],
    ),
    "drop_unique": Case(
        ops.DropConstraint("uq_authors_email", "authors"),
        ["ALTER TABLE authors DROP CONSTRAINT uq_authors_email"],
        [UNIQUE_EMAIL],
    ),
    "rename_constraint": Case(
        ops.RenameConstraint("ck_books_order", "CK", "books"),
        ["EXEC sp_rename N'ck_books_order', N'CK', N'OBJECT'"],
        ["EXEC sp_rename N'[CK]', N'ck_books_order', N'OBJECT'"],
    ),
    "primary_key_over_nullable_column": Case(
        ops.AddConstraint("editions", sa.PrimaryKeyConstraint("code", "year", name="pk")),
        ["ALTER TABLE editions ADD CONSTRAINT pk PRIMARY KEY (code, year)"],
        ["ALTER TABLE editions DROP CONSTRAINT pk"],
    ),
    "index": Case(
        ops.CreateIndex(
            "ix", "books", ["title"], unique=True, mssql_include=["price"], mssql_clustered=False,
            mssql_where=sa.text('"order" > 1'),
        ),
        ['CREATE UNIQUE NONCLUSTERED INDEX ix ON books (title) INCLUDE (price) WHERE "order" > 1'],
        ["DROP INDEX ix ON books"],
    ),
    "drop_index": Case(
        ops.DropIndex("ix_books_order", "books"),
        ["DROP INDEX ix_books_order ON books"],
        ["CREATE INDEX ix_books_order ON books ([order])"],
    ),
    "rename_index": Case(
        ops.RenameIndex("ix_books_order", "a]b", "books"),
        ["EXEC sp_rename N'books.ix_books_order', N'a]b', N'INDEX'"],
        ["EXEC sp_rename N'books.[a]]b]', N'ix_books_order', N'INDEX'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_statements_of_an_operation_and_its_reverse(name: str) -> None:
    """Each operation is said in T-SQL, and so is its way back."""
    case = CASES[name]
    assert up_and_down(MSSQL, [case.operation], LIBRARY) == (case.up, case.down)


def test_a_table_with_everything() -> None:
    """CREATE TABLE, indexes and comments; names in a schema are quoted inside strings, too."""
    table = ops.CreateTable(
        "it's",
        Column("id", Integer),
        Column("day", sa.Date, comment="when"),
        Column("text", sa.Text, server_default="naïve"),
        sa.PrimaryKeyConstraint("id", mssql_clustered=False),
        UniqueConstraint("day", name="uq", mssql_clustered=True),
        Index("ix", "day", mssql_include=["text"]),
        schema="my sales",
        comment="rows",
    )
    assert up_and_down(MSSQL, [table], SchemaState()) == (
        [
            (
                "CREATE TABLE [my sales].[it's] (\n"
                "\tid INTEGER NOT NULL IDENTITY, \n"
                "\tday DATE NULL, \n"
                "\ttext VARCHAR(max) NULL DEFAULT N'naïve', \n"
                "\tPRIMARY KEY NONCLUSTERED (id), \n"
                "\tCONSTRAINT uq UNIQUE CLUSTERED (day)\n)"
            ),
            "CREATE INDEX ix ON [my sales].[it's] (day) INCLUDE (text)",
            "EXEC sp_addextendedproperty N'MS_Description', N'rows', N'SCHEMA', N'my sales', N'TABLE', N'it''s'",
            (
                "EXEC sp_addextendedproperty N'MS_Description', N'when', N'SCHEMA', N'my sales', N'TABLE', N'it''s',"
                " N'COLUMN', N'day'"
            ),
        ],
        ["DROP TABLE [my sales].[it's]"],
    )
    state = table.state_forwards(SchemaState())
    change = [
        ops.AlterColumn("it's", "text", server_default=None, schema="my sales"),
        ops.RenameConstraint("uq", "UQ", "it's", schema="my sales"),
        ops.RenameIndex("ix", "IX", "it's", schema="my sales"),
        ops.RenameColumn("it's", "day", "on", schema="my sales"),
        ops.RenameTable("it's", "its", schema="my sales"),
    ]
    assert script(MSSQL, change, state) == [
        dropped_default("[my sales].[it''s]", "text"),
        "EXEC sp_rename N'[my sales].uq', N'UQ', N'OBJECT'",
        "EXEC sp_rename N'[my sales].[it''s].ix', N'IX', N'INDEX'",
        "EXEC sp_rename N'[my sales].[it''s].day', N'on', N'COLUMN'",
        "EXEC sp_rename N'[my sales].[it''s]', N'its', N'OBJECT'",
    ]


# --- columns ----------------------------------------------------------------------------------------------------------


def test_keys_step_aside_until_both_sides_fit() -> None:
    """A foreign key goes with the first side that changes its type and comes with the second."""
    change = [
        ops.AlterColumn("books", "id", type=sa.BigInteger(), follow=False),
        ops.RenameConstraint("fk_books_sequel", "fk_sequel", "books"),
        ops.AlterColumn("books", "sequel_of", type=sa.BigInteger()),
    ]
    assert script(MSSQL, change, LIBRARY) == [
        "ALTER TABLE books DROP CONSTRAINT fk_books_sequel",
        dropped_key("books"),
        "ALTER TABLE books ALTER COLUMN id BIGINT NOT NULL",
        "ALTER TABLE books ADD PRIMARY KEY (id)",
        "DROP INDEX ix_books_sequel ON books",
        "ALTER TABLE books ALTER COLUMN sequel_of BIGINT NULL",
        "CREATE INDEX ix_books_sequel ON books (sequel_of)",
        "ALTER TABLE books ADD CONSTRAINT fk_sequel FOREIGN KEY(sequel_of) REFERENCES books (id) ON DELETE SET NULL",
    ]


def test_computed_columns_step_aside() -> None:
    """A column is neither altered nor renamed under a computed one: that goes, with its index, and comes back."""
    table = ops.CreateTable(
        "t",
        Column("a", Integer),
        Column("b", Integer, sa.Computed("a + 1")),
        Index("ix_a", "a", mssql_where=sa.text("a > 0")),
        Index("ix_b", "b"),
    )
    state = table.state_forwards(SchemaState())
    aside = ["DROP INDEX ix_a ON t", "DROP INDEX ix_b ON t", "ALTER TABLE t DROP COLUMN b"]
    assert script(MSSQL, [ops.RenameColumn("t", "a", "c")], state) == [
        *aside,
        "EXEC sp_rename N't.a', N'c', N'COLUMN'",
        "ALTER TABLE t ADD b AS (c + 1)",
        "CREATE INDEX ix_a ON t (c) WHERE c > 0",
        "CREATE INDEX ix_b ON t (b)",
    ]
    assert script(MSSQL, [ops.AlterColumn("t", "a", type=sa.BigInteger())], state) == [
        *aside,
        "ALTER TABLE t ALTER COLUMN a BIGINT NULL",
        "ALTER TABLE t ADD b AS (a + 1)",
        "CREATE INDEX ix_a ON t (a) WHERE a > 0",
        "CREATE INDEX ix_b ON t (b)",
    ]


def test_using_computes_in_a_column_beside() -> None:
    """What hangs on the old column goes first and comes back to the new one, default and comment included."""
    table = ops.CreateTable(
        "t",
        Column("c", String(5), nullable=False, server_default="x", comment="c"),
        UniqueConstraint("c", name="uq"),
        schema="s",
    )
    change = ops.AlterColumn("t", "c", type=Integer, server_default=None, using="len(c)", schema="s")
    assert script(MSSQL, [change], table.state_forwards(SchemaState())) == [
        "ALTER TABLE s.t DROP CONSTRAINT uq",
        dropped_default("s.t", "c"),
        "ALTER TABLE s.t ADD c__new INTEGER NULL",
        "UPDATE s.t SET c__new = len(c)",
        "ALTER TABLE s.t DROP COLUMN c",
        "EXEC sp_rename N's.t.c__new', N'c', N'COLUMN'",
        "ALTER TABLE s.t ALTER COLUMN c INTEGER NOT NULL",
        "ALTER TABLE s.t ADD CONSTRAINT uq UNIQUE (c)",
        "EXEC sp_addextendedproperty N'MS_Description', N'c', N'SCHEMA', N's', N'TABLE', N't', N'COLUMN', N'c'",
    ]


def test_a_key_comes_with_its_column() -> None:
    """IDENTITY is given when the column is added, because of the primary key that is added with it."""
    table = ops.CreateTable("t", Column("a", Integer))
    add = ops.AddColumn("t", Column("id", Integer, primary_key=True))
    assert script(MSSQL, [add], table.state_forwards(SchemaState())) == [
        "ALTER TABLE t ADD id INTEGER NOT NULL IDENTITY",
        "ALTER TABLE t ADD PRIMARY KEY (id)",
    ]


def test_a_column_is_computed_from_now_on_and_no_more() -> None:
    """Computed instead of plain: dropped and added. Plain instead of computed: the values stay, in a column beside."""
    table = ops.CreateTable("t", Column("a", Integer), Column("b", Integer), Index("ix", "b"))
    change = ops.AlterColumn("t", "b", computed=sa.Computed("a + 1"))
    up, down = up_and_down(MSSQL, [change], table.state_forwards(SchemaState()))
    assert up == [
        "DROP INDEX ix ON t",
        cleared("t", "b"),
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t ADD b AS (a + 1)",
        "CREATE INDEX ix ON t (b)",
    ]
    assert down == [
        "DROP INDEX ix ON t",
        "ALTER TABLE t ADD b__new INTEGER NULL",
        "UPDATE t SET b__new = b",
        "ALTER TABLE t DROP COLUMN b",
        "EXEC sp_rename N't.b__new', N'b', N'COLUMN'",
        "CREATE INDEX ix ON t (b)",
    ]


def test_conditions_in_a_script() -> None:
    """IF EXISTS stands where one statement is the whole step; elsewhere a script is refused, not left half done."""
    create = ops.CreateTable("t", Column("a", Integer), Index("ix", "a"))
    state = create.state_forwards(SchemaState())
    assert script(MSSQL, [ops.DropTable("t", if_exists=True)], state) == ["DROP TABLE IF EXISTS t"]
    with pytest.raises(UnsupportedError, match="cannot say IF EXISTS about column a of t"):
        script(MSSQL, [ops.RenameColumn("t", "a", "b", if_exists=True)], state)


def test_checks_of_types_follow() -> None:
    """A CHECK that comes with a type carries names of table and column: it follows renames and changes of the type."""
    letters = sa.Enum("y", "n", native_enum=False, create_constraint=True)
    table = ops.CreateTable("t", Column("c", letters))
    renames = [ops.RenameTable("t", "u"), ops.RenameColumn("u", "c", "d")]
    wider = ops.AlterColumn("u", "d", type=String(3))
    up, down = up_and_down(MSSQL, [*renames, wider], table.state_forwards(SchemaState()))
    assert up == [
        "EXEC sp_rename N't', N'u', N'OBJECT'",
        "EXEC sp_rename N'ck_t_c_type', N'ck_u_c_type', N'OBJECT'",
        "ALTER TABLE u DROP CONSTRAINT ck_u_c_type",
        "EXEC sp_rename N'u.c', N'd', N'COLUMN'",
        "ALTER TABLE u ADD CONSTRAINT ck_u_d_type CHECK (d IN ('y', 'n'))",
        "ALTER TABLE u DROP CONSTRAINT ck_u_d_type",
        "ALTER TABLE u ALTER COLUMN d VARCHAR(3) NULL",
    ]
    assert down[:2] == [
        "ALTER TABLE u ALTER COLUMN d VARCHAR(1) NULL",
        "ALTER TABLE u ADD CONSTRAINT ck_u_d_type CHECK (d IN ('y', 'n'))",
    ]


def test_a_computed_column_is_made_again() -> None:
    """NOT NULL of a computed column changes by dropping it and adding it: its values are computed anyway."""
    table = ops.CreateTable("t", Column("a", Integer), Column("b", Integer, sa.Computed("a + 1", persisted=True)))
    change = ops.AlterColumn("t", "b", nullable=False)
    assert script(MSSQL, [change], table.state_forwards(SchemaState())) == [
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t ADD b AS (a + 1) PERSISTED NOT NULL",
    ]


# --- rows -------------------------------------------------------------------------------------------------------------


def test_rows_with_numbers_of_their_own() -> None:
    """IDENTITY_INSERT stands around rows that give a number to what numbers itself, and around no others."""
    table = ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("c", sa.Unicode(9)), schema="s")
    rows = ops.BulkInsert("t", [{"id": 7, "c": "é"}, {"id": 8}, {"c": "it's"}], schema="s", reverse=ops.NOOP)
    assert minimig.sql([rows], table.state_forwards(SchemaState()), MSSQL) == [
        "SET IDENTITY_INSERT s.t ON",
        "INSERT INTO s.t (id, c) VALUES (7, N'é')",
        "INSERT INTO s.t (id) VALUES (8)",
        "SET IDENTITY_INSERT s.t OFF",
        "INSERT INTO s.t (c) VALUES (N'it''s')",
    ]
    plain = ops.CreateTable("t", Column("id", Integer, primary_key=True, autoincrement=False))
    (statement,) = minimig.sql([ops.BulkInsert("t", [{"id": 7}])], plain.state_forwards(SchemaState()), MSSQL)
    assert statement == "INSERT INTO t (id) VALUES (7)"


# --- keys and identity ------------------------------------------------------------------------------------------------


def test_columns_of_a_new_primary_key_lose_null_first() -> None:
    """SQL Server takes no nullable column into a primary key; on the way back they become nullable again."""
    table = ops.CreateTable("t", Column("a", String(5)), Column("b", String(5), nullable=False), Index("ix", "a"))
    key = ops.AddConstraint("t", sa.PrimaryKeyConstraint("a", "b"))
    assert up_and_down(MSSQL, [key], table.state_forwards(SchemaState())) == (
        [
            "DROP INDEX ix ON t",
            "ALTER TABLE t ALTER COLUMN a VARCHAR(5) NOT NULL",
            "CREATE INDEX ix ON t (a)",
            "ALTER TABLE t ADD PRIMARY KEY (a, b)",
        ],
        [dropped_key("t"), "ALTER TABLE t ALTER COLUMN a VARCHAR(5) NULL"],
    )


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (ops.DropPrimaryKey("t"), "t.id would no longer number itself"),
        (ops.AlterColumn("t", "id", autoincrement=False), "t.id would no longer number itself"),
        (ops.AddConstraint("t", ForeignKeyConstraint(["id"], ["t.n"], "fk")), "t.id would no longer number itself"),
        (ops.AlterColumn("t", "n", identity=sa.Identity()), "t.n would number itself from now on"),
        (ops.AlterColumn("t", "id", identity=sa.Identity(start=5)), "cannot change start and increment"),
        (ops.AlterColumn("t", "id", type=sa.BigInteger(), using="id * 2"), "numbers itself"),
    ],
)
def test_identity_is_for_life(operation: Operation, words: str) -> None:
    """IDENTITY that would come, go or change is refused before anything is written, with what to do instead."""
    table = ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("n", Integer, unique=True))
    with pytest.raises(UnsupportedError, match=words):
        script(MSSQL, [operation], table.state_forwards(SchemaState()))


def test_a_key_may_go_when_the_column_goes_on_numbering() -> None:
    """`autoincrement=True`, as the refusal advises, keeps IDENTITY without the key, and costs no statement."""
    table = ops.CreateTable("t", Column("id", Integer, primary_key=True))
    change = [ops.AlterColumn("t", "id", autoincrement=True), ops.DropPrimaryKey("t")]
    assert script(MSSQL, change, table.state_forwards(SchemaState())) == [dropped_key("t")]


def test_a_numbered_key_grows() -> None:
    """INT becomes BIGINT under IDENTITY, which stays; the named key steps aside."""
    table = ops.CreateTable("t", Column("id", Integer), sa.PrimaryKeyConstraint("id", name="pk_t"))
    change = ops.AlterColumn("t", "id", type=sa.BigInteger())
    assert script(MSSQL, [change], table.state_forwards(SchemaState())) == [
        "ALTER TABLE t DROP CONSTRAINT pk_t",
        "ALTER TABLE t ALTER COLUMN id BIGINT NOT NULL",
        "ALTER TABLE t ADD CONSTRAINT pk_t PRIMARY KEY (id)",
    ]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (ops.CreateIndex("ix", "authors", [sa.text("lower(name)")]), "over an expression"),
        (
            ops.CreateTable("t", Column("a", Integer), Index("ix", sa.text("a + 1"))),
            "index ix of table t is over an expression",
        ),
        (
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk", match="FULL")),
            "authors.fk is MATCH FULL",
        ),
    ],
)
def test_what_sql_server_does_not_have_is_refused(operation: Operation, words: str) -> None:
    """Expression indexes and MATCH FULL are errors, not statements that the server would refuse."""
    with pytest.raises(UnsupportedError, match=words):
        script(MSSQL, [operation], LIBRARY)


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_the_library_gives_statements_without_separators() -> None:
    """`minimig.sql` lists statements by the name of the dialect; GO is a matter of scripts."""
    table = ops.CreateTable("t", Column("d", sa.Date))
    assert minimig.sql([table, ops.RenameTable("t", "u")], SchemaState(), "mssql") == [
        "CREATE TABLE t (\n\td DATE NULL\n)",
        "EXEC sp_rename N't', N'u', N'OBJECT'",
    ]


def test_types_are_those_of_a_server_of_our_days() -> None:
    """Without a connection, too, a script says DATE, TIME and VARCHAR(max) instead of what SQL Server 2005 had."""
    columns = [Column("a", sa.Date), Column("b", sa.Time), Column("c", sa.LargeBinary), Column("d", sa.UnicodeText)]
    (statement,) = script(MSSQL, [ops.CreateTable("t", *columns)], SchemaState())
    assert statement.split("\n\t")[1:] == [
        "a DATE NULL, ", "b TIME NULL, ", "c VARBINARY(max) NULL, ", "d NVARCHAR(max) NULL\n)",
    ]  # fmt: skip


def test_models_and_reflection_are_spelled_alike() -> None:
    """What SQL Server reports for a table is what its models say, once both are normalized."""
    from_models, reported = sa.MetaData(), sa.MetaData()
    sa.Table(
        "t",
        from_models,
        Column("id", Integer, primary_key=True),
        Column("a", sa.Double),
        Column("b", sa.Numeric(8)),
        Column("c", sa.Text, server_default="x"),
        Column("d", sa.DateTime, server_default=sa.func.now()),
        Column("e", sa.Boolean, server_default=sa.false()),
        Column("f", Integer),
        ForeignKeyConstraint(["f"], ["t.id"], "fk", ondelete="RESTRICT", deferrable=True),
        CheckConstraint("a > 0", name="ck"),
        UniqueConstraint("b", name="uq"),
    )
    types = sa.dialects.mssql
    sa.Table(
        "t",
        reported,
        Column("id", types.INTEGER, sa.Identity(start=1, increment=1), nullable=False),
        Column("a", types.FLOAT(53)),
        Column("b", types.DECIMAL(8, 0)),
        Column("c", types.VARCHAR(), server_default=sa.text("('x')")),
        Column("d", types.DATETIME, server_default=sa.text("(getdate())")),
        Column("e", types.BIT, server_default=sa.text("((0))")),
        Column("f", types.INTEGER),
        sa.PrimaryKeyConstraint("id"),
        ForeignKeyConstraint(["f"], ["dbo.t.id"], "fk"),
        Index("uq", "b", unique=True),
        schema="dbo",
    )
    normalizer = normalizer_for(MSSQL)
    assert normalizer.normalize(from_metadata(from_models)) == normalizer.normalize(from_metadata(reported))


def test_the_lock_belongs_to_session_or_transaction() -> None:
    """The statements of the lock compile with their parameters; sp_getapplock is asked without waiting inside it."""
    text = str(sa.text(lock.TRY).compile(dialect=MSSQL))
    assert text.startswith("DECLARE @answer INT;\nEXEC @answer = sp_getapplock @Resource = :name")
    assert "@LockTimeout = 0" in text
    assert set(sa.text(lock.RELEASE).compile(dialect=MSSQL).params) == {"name", "owner"}
