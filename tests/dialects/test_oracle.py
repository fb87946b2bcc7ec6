"""The schema editor of Oracle Database, by the statements it writes: no server is asked."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Identity, Index, Integer, String, UniqueConstraint

import minimig
from minimig import ops
from minimig.dialects.oracle.script import SQLPlusScript
from minimig.dialects.oracle.types import modifies
from minimig.dialects.registry import dialect_of, normalizer_for
from minimig.errors import UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import IdentityState
from minimig.state.schema import SchemaState
from support.editing import script, up_and_down
from support.library import library

ORACLE = dialect_of("oracle+oracledb://")
LIBRARY = from_metadata(library())


@dataclass(frozen=True)
class Case:
    """An operation on the library, its statements, and those of its reverse."""

    operation: Operation
    up: list[str]
    down: list[str]


CASES = {
    "rename_table": Case(
        ops.RenameTable("books", "Volumes"),
        ['ALTER TABLE books RENAME TO "Volumes"'],
        ['ALTER TABLE "Volumes" RENAME TO books'],
    ),
    "table_comment": Case(
        ops.AlterTable("authors", comment="it's"),
        ["COMMENT ON TABLE authors IS 'it''s'"],
        ["COMMENT ON TABLE authors IS ''"],
    ),
    "column_comment": Case(
        ops.AlterColumn("authors", "Email", comment="it's"),
        ["COMMENT ON COLUMN authors.\"Email\" IS 'it''s'"],
        ["COMMENT ON COLUMN authors.\"Email\" IS ''"],
    ),
    "add_column": Case(
        ops.AddColumn("books", Column("sold", sa.Boolean, nullable=False, server_default=sa.false())),
        ["ALTER TABLE books ADD sold SMALLINT DEFAULT 0 NOT NULL"],
        ["ALTER TABLE books DROP COLUMN sold"],
    ),
    "add_column_with_constant_fill": Case(
        ops.AddColumn("books", Column("sold", sa.Boolean, nullable=False), fill="true"),
        ["ALTER TABLE books ADD sold SMALLINT DEFAULT 1 NOT NULL", "ALTER TABLE books MODIFY (sold DEFAULT NULL)"],
        ["ALTER TABLE books DROP COLUMN sold"],
    ),
    "add_column_with_computed_fill": Case(
        ops.AddColumn(
            "authors", Column("key", String(9), nullable=False, server_default="x", comment="k"), fill='lower("name")'
        ),
        [
            "ALTER TABLE authors ADD key VARCHAR2(9 CHAR)",
            "COMMENT ON COLUMN authors.key IS 'k'",
            "UPDATE authors SET key = lower(name)",
            "ALTER TABLE authors MODIFY (key DEFAULT 'x' NOT NULL)",
        ],
        ["ALTER TABLE authors DROP COLUMN key"],
    ),
    "add_numbered_column": Case(
        ops.AddColumn("editions", Column("number", Integer, Identity(start=10, always=True), nullable=False)),
        ['ALTER TABLE editions ADD "number" INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 10)'],
        ['ALTER TABLE editions DROP COLUMN "number"'],
    ),
    "add_virtual_column": Case(
        ops.AddColumn("books", Column("twice", Integer, sa.Computed('"order" * "price"', persisted=False))),
        ['ALTER TABLE books ADD twice INTEGER GENERATED ALWAYS AS ("order" * price) VIRTUAL'],
        ["ALTER TABLE books DROP COLUMN twice"],
    ),
    "rename_column": Case(
        ops.RenameColumn("books", "order", "place"),
        ['ALTER TABLE books RENAME COLUMN "order" TO place'],
        ['ALTER TABLE books RENAME COLUMN place TO "order"'],
    ),
    "string_grows_and_shrinks": Case(
        ops.AlterColumn("authors", "Email", type=String(200)),
        ['ALTER TABLE authors MODIFY ("Email" VARCHAR2(200 CHAR))'],
        ['ALTER TABLE authors MODIFY ("Email" VARCHAR2(80 CHAR))'],
    ),
    "everything_at_once": Case(
        ops.AlterColumn("authors", "name", type=String(80), nullable=True, server_default="x"),
        ["ALTER TABLE authors MODIFY (name VARCHAR2(80 CHAR) DEFAULT 'x' NULL)"],
        ["ALTER TABLE authors MODIFY (name VARCHAR2(50 CHAR) DEFAULT NULL NOT NULL)"],
    ),
    "not_null_with_fill": Case(
        ops.AlterColumn("authors", "Email", nullable=False, fill="name"),
        [
            'UPDATE authors SET "Email" = name WHERE "Email" IS NULL',
            'ALTER TABLE authors MODIFY ("Email" NOT NULL)',
        ],
        ['ALTER TABLE authors MODIFY ("Email" NULL)'],
    ),
    "default": Case(
        ops.AlterColumn("books", "price", server_default=None),
        ["ALTER TABLE books MODIFY (price DEFAULT NULL)"],
        ["ALTER TABLE books MODIFY (price DEFAULT 0)"],
    ),
    "add_foreign_key": Case(
        ops.AddConstraint(
            "authors",
            ForeignKeyConstraint(
                ["rank"], ["books.id"], "fk", ondelete="RESTRICT", onupdate="NO ACTION", initially="DEFERRED"
            ),
        ),
        ["ALTER TABLE authors ADD CONSTRAINT fk FOREIGN KEY(rank) REFERENCES books (id) INITIALLY DEFERRED"],
        ["ALTER TABLE authors DROP CONSTRAINT fk"],
    ),
    "add_check": Case(
        ops.AddConstraint("books", CheckConstraint('"price" < "order"', name="ck")),
        ['ALTER TABLE books ADD CONSTRAINT ck CHECK (price < "order")'],
        ["ALTER TABLE books DROP CONSTRAINT ck"],
    ),
    "rename_constraint": Case(
        ops.RenameConstraint("uq_authors_email", "uq", "authors"),
        ["ALTER TABLE authors RENAME CONSTRAINT uq_authors_email TO uq"],
        ["ALTER TABLE authors RENAME CONSTRAINT uq TO uq_authors_email"],
    ),
    "primary_key_over_nullable_column": Case(
        ops.AddConstraint("editions", sa.PrimaryKeyConstraint("code", "group", name="pk")),
        [
            'ALTER TABLE editions MODIFY ("group" NOT NULL)',
            'ALTER TABLE editions ADD CONSTRAINT pk PRIMARY KEY (code, "group")',
        ],
        ["ALTER TABLE editions DROP PRIMARY KEY", 'ALTER TABLE editions MODIFY ("group" NULL)'],
    ),
    "index": Case(
        ops.CreateIndex("ix", "books", [sa.text('lower("title")'), "order"], oracle_compress=1),
        ['CREATE INDEX ix ON books (lower(title), "order") COMPRESS 1'],
        ["DROP INDEX ix"],
    ),
    "rename_index": Case(
        ops.RenameIndex("ix_books_order", "IX", "books"),
        ['ALTER INDEX ix_books_order RENAME TO "IX"'],
        ['ALTER INDEX "IX" RENAME TO ix_books_order'],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_statements_of_an_operation_and_its_reverse(name: str) -> None:
    """Each operation is said as Oracle wants it, and so is its way back."""
    case = CASES[name]
    assert up_and_down(ORACLE, [case.operation], LIBRARY) == (case.up, case.down)


def test_a_table_in_a_schema() -> None:
    """Indexes live in the schema of their table, and comments name it; a new table name stands without it."""
    table = ops.CreateTable(
        "t",
        Column("id", Integer, Identity(), primary_key=True),
        Column("c", String(5), comment="c"),
        UniqueConstraint("c", name="uq", deferrable=True),
        Index("ix", "id", "c"),
        schema="s",
        comment="rows",
    )
    (created, *rest), down = up_and_down(ORACLE, [table], SchemaState())
    assert created == (
        "CREATE TABLE s.t (\n"
        "\tid INTEGER GENERATED BY DEFAULT AS IDENTITY, \n"
        "\tc VARCHAR2(5 CHAR), \n"
        "\tPRIMARY KEY (id), \n"
        "\tCONSTRAINT uq UNIQUE (c) DEFERRABLE\n)"
    )
    assert rest == [
        "CREATE INDEX s.ix ON s.t (id, c)",
        "COMMENT ON TABLE s.t IS 'rows'",
        "COMMENT ON COLUMN s.t.c IS 'c'",
    ]
    assert down == ["DROP TABLE s.t"]
    change = [
        ops.AlterTable("t", comment=None, schema="s"),
        ops.AlterColumn("t", "c", comment=None, schema="s"),
        ops.RenameIndex("ix", "ix2", "t", schema="s"),
        ops.DropIndex("ix2", "t", schema="s"),
        ops.RenameTable("t", "u", schema="s"),
    ]
    assert script(ORACLE, change, table.state_forwards(SchemaState())) == [
        "COMMENT ON TABLE s.t IS ''",
        "COMMENT ON COLUMN s.t.c IS ''",
        "ALTER INDEX s.ix RENAME TO ix2",
        "DROP INDEX s.ix2",
        "ALTER TABLE s.t RENAME TO u",
    ]


# --- columns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "in_place"),
    [
        ("NUMBER(19)", "INTEGER", True),
        ("INTEGER", "NUMBER(19)", False),
        ("NUMERIC(8, 2)", "NUMERIC(10, 2)", True),
        ("NUMERIC(8, 2)", "NUMERIC(8, 4)", False),
        ("NUMERIC(8, 2)", "NUMBER", True),
        ("INTEGER", "SMALLINT", True),
        ("VARCHAR(5 CHAR)", "VARCHAR2(9 CHAR)", True),
        ("VARCHAR2(9 CHAR)", "VARCHAR2(5 CHAR)", True),
        ("VARCHAR2(9 CHAR)", "NVARCHAR2(9)", False),
        ("VARCHAR2(9 CHAR)", "CLOB", False),
        ("CLOB", "BLOB", False),
        ("DATE", "TIMESTAMP", True),
        ("TIMESTAMP", "DATE", False),
    ],
)
def test_what_modify_can_do_while_there_are_rows(old: str, new: str, *, in_place: bool) -> None:
    """More digits, and strings of another length; everything else is copied."""
    assert modifies(old, new) is in_place


def test_a_type_that_modify_cannot_reach_is_copied() -> None:
    """The values go through a column beside; default, NOT NULL, comment, keys and indexes come back to it."""
    table = ops.CreateTable(
        "t",
        Column("c", String(5), nullable=False, server_default="1", comment="c"),
        Column("d", Integer, sa.Computed("c + 1")),
        UniqueConstraint("c", name="uq"),
        CheckConstraint("c > 0", name="ck"),
        Index("ix", "c", "d"),
    )
    change = ops.AlterColumn("t", "c", type=Integer)
    assert script(ORACLE, [change], table.state_forwards(SchemaState())) == [
        "DROP INDEX ix",
        "ALTER TABLE t DROP CONSTRAINT ck",
        "ALTER TABLE t DROP CONSTRAINT uq",
        "ALTER TABLE t DROP COLUMN d",
        "ALTER TABLE t ADD c__new INTEGER",
        "UPDATE t SET c__new = c",
        "ALTER TABLE t DROP COLUMN c",
        "ALTER TABLE t RENAME COLUMN c__new TO c",
        "ALTER TABLE t MODIFY (c DEFAULT '1' NOT NULL)",
        "ALTER TABLE t ADD d INTEGER GENERATED ALWAYS AS (c + 1)",
        "ALTER TABLE t ADD CONSTRAINT ck CHECK (c > 0)",
        "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (c)",
        "CREATE INDEX ix ON t (c, d)",
        "COMMENT ON COLUMN t.c IS 'c'",
    ]


def test_using_and_fill_while_copying() -> None:
    """`using` computes the new values, `fill` those that are still NULL, and then NOT NULL holds."""
    change = ops.AlterColumn("authors", "rank", type=String(5), nullable=False, using='"rank" || 1', fill="'none'")
    assert script(ORACLE, [change], LIBRARY) == [
        "ALTER TABLE authors ADD rank__new VARCHAR2(5 CHAR)",
        "UPDATE authors SET rank__new = rank || 1",
        "ALTER TABLE authors DROP COLUMN rank",
        "ALTER TABLE authors RENAME COLUMN rank__new TO rank",
        "UPDATE authors SET rank = 'none' WHERE rank IS NULL",
        "ALTER TABLE authors MODIFY (rank NOT NULL)",
    ]


def test_virtual_columns_step_aside() -> None:
    """A column is not renamed or modified under a virtual one, nor under an index over an expression."""
    table = ops.CreateTable(
        "t", Column("a", String(5)), Column("b", String(9), sa.Computed("a || 'x'")), Index("ix", sa.text("lower(a)"))
    )
    state = table.state_forwards(SchemaState())
    assert script(ORACLE, [ops.RenameColumn("t", "a", "c")], state) == [
        "DROP INDEX ix",
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t RENAME COLUMN a TO c",
        "ALTER TABLE t ADD b VARCHAR2(9 CHAR) GENERATED ALWAYS AS (c || 'x')",
        "CREATE INDEX ix ON t (lower(c))",
    ]
    assert script(ORACLE, [ops.AlterColumn("t", "a", type=String(6))], state) == [
        "DROP INDEX ix",
        "ALTER TABLE t DROP COLUMN b",
        "ALTER TABLE t MODIFY (a VARCHAR2(6 CHAR))",
        "ALTER TABLE t ADD b VARCHAR2(9 CHAR) GENERATED ALWAYS AS (a || 'x')",
        "CREATE INDEX ix ON t (lower(a))",
    ]


def test_a_column_is_computed_no_more() -> None:
    """Its values stay: they are copied to a plain column, which takes its place."""
    table = ops.CreateTable("t", Column("a", Integer), Column("b", Integer, sa.Computed("a + 1")))
    change = ops.AlterColumn("t", "b", computed=None)
    assert up_and_down(ORACLE, [change], table.state_forwards(SchemaState())) == (
        [
            "ALTER TABLE t ADD b__new INTEGER",
            "UPDATE t SET b__new = b",
            "ALTER TABLE t DROP COLUMN b",
            "ALTER TABLE t RENAME COLUMN b__new TO b",
        ],
        ["ALTER TABLE t DROP COLUMN b", "ALTER TABLE t ADD b INTEGER GENERATED ALWAYS AS (a + 1)"],
    )


def test_checks_of_types_follow() -> None:
    """The CHECK of a Boolean is named for table and column, and renamed with them."""
    table = ops.CreateTable("t", Column("c", sa.Boolean(create_constraint=True)))
    renames = [ops.RenameTable("t", "u"), ops.RenameColumn("u", "c", "d")]
    up, down = up_and_down(ORACLE, renames, table.state_forwards(SchemaState()))
    assert up == [
        "ALTER TABLE t RENAME TO u",
        "ALTER TABLE u RENAME CONSTRAINT ck_t_c_type TO ck_u_c_type",
        "ALTER TABLE u RENAME COLUMN c TO d",
        "ALTER TABLE u RENAME CONSTRAINT ck_u_c_type TO ck_u_d_type",
    ]
    assert down[1:2] == ["ALTER TABLE u RENAME CONSTRAINT ck_u_d_type TO ck_u_c_type"]


def test_identity_is_changed_and_dropped() -> None:
    """Only what differs is said: START WITH said again would start again; what is no longer given is taken back."""
    table = ops.CreateTable("t", Column("id", Integer, Identity(start=5, cycle=True, cache=9), primary_key=True))
    change = ops.AlterColumn("t", "id", identity=Identity(always=True, start=5, increment=2))
    order = ops.AlterColumn("t", "id", identity=IdentityState(options=(("order", True),)))
    drop = ops.AlterColumn("t", "id", identity=None)
    state = table.state_forwards(SchemaState())
    (statement,) = script(ORACLE, [change], state)
    assert statement == ("ALTER TABLE t MODIFY (id GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2 CACHE 20 NOCYCLE))")
    assert script(ORACLE, [order], state)[0].endswith("IDENTITY (CACHE 20 NOCYCLE ORDER))")
    assert script(ORACLE, [drop], state) == ["ALTER TABLE t MODIFY (id DROP IDENTITY)"]


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk", onupdate="CASCADE")),
            "foreign key authors.fk is ON UPDATE CASCADE",
        ),
        (
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk", ondelete="SET DEFAULT")),
            "foreign key authors.fk is ON DELETE SET DEFAULT",
        ),
        (
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk", match="FULL")),
            "foreign key authors.fk is MATCH FULL",
        ),
        (ops.AddColumn("books", Column("c", Integer, sa.Computed("id", persisted=True))), "books.c is to be stored"),
        (ops.AlterColumn("books", "id", identity=Identity()), "books.id would number itself"),
        (ops.AddColumn("books", Column("c", String(5), nullable=False), fill="''"), "cannot get '' for c"),
        (ops.AddColumn("books", Column("c", String(5), nullable=False, server_default="")), "cannot get '' for c"),
        (ops.AlterColumn("authors", "Email", nullable=False, fill="''"), "cannot get '' for Email"),
        (ops.AddColumn("books", Column("c", sa.Float(5))), "column books.c cannot be said in oracle"),
    ],
)
def test_what_oracle_does_not_have_is_refused(operation: Operation, words: str) -> None:
    """Each refusal names its object, before anything is written."""
    with pytest.raises(UnsupportedError, match=words):
        script(ORACLE, [operation], LIBRARY)


def test_a_numbered_column_is_not_converted() -> None:
    """Its values would have to be copied, and a copy cannot number itself."""
    table = ops.CreateTable("t", Column("id", Integer, Identity(), primary_key=True))
    with pytest.raises(UnsupportedError, match=r"t\.id numbers itself"):
        script(ORACLE, [ops.AlterColumn("t", "id", type=String(5))], table.state_forwards(SchemaState()))


def test_rows_that_oracle_takes() -> None:
    """A number for GENERATED ALWAYS and an empty string in a NOT NULL column are refused, other rows written."""
    table = ops.CreateTable(
        "t",
        Column("id", Integer, Identity(always=True), primary_key=True),
        Column("c", String(9), nullable=False),
    )
    state = table.state_forwards(SchemaState())
    insert = ops.BulkInsert("t", [{"c": "it's"}], reverse=ops.NOOP)
    assert minimig.sql([insert], state, ORACLE) == ["INSERT INTO t (c) VALUES ('it''s')"]
    with pytest.raises(UnsupportedError, match=r"t\.id is GENERATED ALWAYS"):
        script(ORACLE, [ops.BulkInsert("t", [{"id": 1, "c": "x"}])], state)
    with pytest.raises(UnsupportedError, match="cannot get '' for c"):
        script(ORACLE, [ops.BulkInsert("t", [{"c": ""}], reverse=ops.NOOP)], state)


# --- the rest ---------------------------------------------------------------------------------------------------------


def test_a_block_of_plsql_keeps_its_semicolon() -> None:
    """Driver and script get a block whole; a plain statement has no semicolon in either."""
    statements = ["BEGIN x := 1; END;", "CREATE OR REPLACE TRIGGER t BEFORE INSERT ON t BEGIN NULL; END;", "SELECT 1"]
    sent = script(ORACLE, [ops.RunSQL(sa.text(statements[0]))], SchemaState())
    assert sent == ["BEGIN x := 1; END;"]
    style = SQLPlusScript()
    assert [style.terminated(s.rstrip(";")) for s in statements] == [f"{s}\n/" for s in statements]


def test_names_up_to_128_signs() -> None:
    """Longer names are shortened as SQLAlchemy does, whoever speaks of them."""
    create = ops.CreateIndex("i" * 140, "books", ["title"])
    up, down = up_and_down(ORACLE, [create], LIBRARY)
    name = up[0].split()[2]
    assert len(name) <= 128
    assert down == [f"DROP INDEX {name}"]


def test_models_and_reflection_are_spelled_alike() -> None:
    """What Oracle reports for a table is what its models say, once both are normalized."""
    from_models, reported = sa.MetaData(), sa.MetaData()
    sa.Table(
        "t",
        from_models,
        Column("id", sa.BigInteger, Identity(), primary_key=True),
        Column("a", sa.Double),
        Column("b", sa.Numeric(8, 2)),
        Column("c", sa.Boolean, server_default=sa.false()),
        Column("d", sa.SmallInteger, server_default="1"),
        Column("e", sa.Enum("x", "y")),
        Column("f", sa.BigInteger),
        ForeignKeyConstraint(["f"], ["t.id"], "fk", ondelete="RESTRICT"),
    )
    types = sa.dialects.oracle
    full = {"minvalue": 1, "maxvalue": 10**28 - 1, "cycle": False, "cache": 20}
    sa.Table(
        "t",
        reported,
        Column("id", types.NUMBER(19, 0), Identity(start=1, increment=1, **full), nullable=False),
        Column("a", types.FLOAT(binary_precision=126)),
        Column("b", types.NUMBER(8, 2)),
        Column("c", sa.INTEGER, server_default=sa.text("0 ")),
        Column("d", sa.INTEGER, server_default=sa.text("'1'")),
        Column("e", types.VARCHAR2(1)),
        Column("f", types.NUMBER(19, 0)),
        sa.PrimaryKeyConstraint("id", name="SYS_C0012345"),
        ForeignKeyConstraint(["f"], ["t.id"], "fk"),
    )
    normalizer = normalizer_for(ORACLE)
    assert normalizer.normalize(from_metadata(from_models)) == normalizer.normalize(from_metadata(reported))
