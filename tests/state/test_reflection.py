"""A live database becomes a state: every kind of thing, named, and without what the database makes by itself."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from minimig.dialects.registry import reader_for
from minimig.dialects.sqlite.create_sql import index_text, table_text
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import CheckState, ForeignKeyState, UniqueState
from minimig.state.raw_type import RawType
from minimig.state.reflection import reflect
from minimig.state.schema import SchemaState
from minimig.state.tables import TableState
from minimig.state.to_metadata import to_metadata
from minimig.state.values import SqlExpression, SqlType
from support.databases import Database


def run(database: Database, *statements: str) -> None:
    """Execute statements and commit."""
    with database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def read(database: Database, *schemas: str) -> SchemaState:
    """The state of the database."""
    with database.engine.connect() as connection:
        return reflect(connection, reader_for(connection.dialect), schemas=schemas or (None,))


def blog() -> sa.MetaData:
    """Two tables with everything that all three databases report."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(80), nullable=False, server_default="it's new"),
        sa.Column("stars", sa.Integer),
        sa.Column("double", sa.Integer, sa.Computed("stars * 2", persisted=True)),
        sa.Column("user_id", sa.Integer),
        sa.UniqueConstraint("title", "stars", name="uq_title"),
        sa.CheckConstraint("stars > 0", name="ck_stars"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user", ondelete="CASCADE"),
        sa.Index("ix_order", "stars", "title"),
    )
    return metadata


def test_every_part_of_a_table_is_read(database: Database) -> None:
    """Columns, keys, constraints, indexes, defaults and computed columns are there, and nothing is there twice."""
    with database.engine.begin() as connection:
        blog().create_all(connection)
    posts = read(database)["posts"]
    assert list(posts.columns) == ["id", "title", "stars", "double", "user_id"]
    assert (posts.column("title").nullable, posts.column("stars").nullable) == (False, True)
    assert "it''s new" in posts.column("title").default.text
    assert "stars" in posts.column("double").computed.expression.text
    assert posts.column("double").computed.persisted is True
    assert posts.column("double").default is None
    assert posts.primary_key.columns == ("id",)
    assert set(posts.constraints) == {"uq_title", "ck_stars", "fk_user"}
    assert posts.constraint("uq_title") == UniqueState("uq_title", ("title", "stars"))
    assert isinstance(posts.constraint("ck_stars"), CheckState)
    key = ForeignKeyState("fk_user", ("user_id",), "users", ("id",), ondelete="CASCADE")
    assert posts.constraint("fk_user") == key
    assert set(posts.indexes) == {"ix_order"}  # none for the unique constraint, none for the foreign key
    assert posts.index("ix_order").elements == ("stars", "title")


def test_a_reflected_state_can_be_created_again(database: Database) -> None:
    """What was read makes the same database again: reading that one gives the same state."""
    with database.engine.begin() as connection:
        blog().create_all(connection)
    first = read(database)
    database.clear()
    with database.engine.begin() as connection:
        to_metadata(first).create_all(connection)
    assert read(database) == first


def test_ignored_tables_and_views_are_left_out(database: Database) -> None:
    """A view is no table; a table that `ignore` names is not there."""
    run(database, "CREATE TABLE a (id INTEGER)", "CREATE TABLE b (id INTEGER)", "CREATE VIEW v AS SELECT id FROM a")
    assert set(read(database).tables) == {"a", "b"}
    with database.engine.connect() as connection:
        assert set(reflect(connection, reader_for(connection.dialect), ignore=lambda key: key == "a").tables) == {"b"}


ODD_TABLES = {
    "sqlite": ["CREATE VIRTUAL TABLE words USING fts5(word)"],
    "postgresql": [
        "CREATE TABLE parts (id integer) PARTITION BY RANGE (id)",
        "CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (9)",
        "CREATE UNLOGGED TABLE fast (id integer)",
        "CREATE MATERIALIZED VIEW seen AS SELECT 1 AS id",
        "CREATE FOREIGN DATA WRAPPER far",
        "CREATE SERVER away FOREIGN DATA WRAPPER far",
        "CREATE FOREIGN TABLE distant (id integer) SERVER away",
    ],
    "mariadb": ["CREATE TABLE history (id integer) WITH SYSTEM VERSIONING", "CREATE SEQUENCE numbers"],
}


def test_leaving_out_one_table_leaves_out_no_other(database: Database) -> None:
    """Tables of every kind are read the same, whether another one is ignored or not."""
    blog().create_all(database.engine)
    run(database, "CREATE VIEW all_users AS SELECT * FROM users", *ODD_TABLES[database.kind])
    with database.engine.connect() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE mine (id integer)")
        everything = reflect(connection, reader_for(connection.dialect))
        rest = reflect(connection, reader_for(connection.dialect), ignore=lambda key: key == "users")
    assert rest.tables == {key: table for key, table in everything.tables.items() if key != "users"}
    assert len(rest.tables) >= 2


def test_an_empty_database_is_an_empty_state(database: Database) -> None:
    """Nothing there, nothing read, no error."""
    assert read(database) == SchemaState()


def test_the_default_schema_needs_no_name(database: Database) -> None:
    """Asked for by its name or not, once or twice, its tables are keyed without schema."""
    run(database, "CREATE TABLE a (id INTEGER PRIMARY KEY)")
    run(database, "CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER, FOREIGN KEY (a_id) REFERENCES a (id))")
    with database.engine.connect() as connection:
        default = connection.dialect.default_schema_name
        unnamed = reflect(connection, reader_for(connection.dialect))
        assert reflect(connection, reader_for(connection.dialect), schemas=[default]) == unnamed
        assert reflect(connection, reader_for(connection.dialect), schemas=[None, default]) == unnamed
    assert set(unnamed.tables) == {"a", "b"}
    assert [key.target for key in unnamed["b"].foreign_keys] == ["a"]


def test_several_schemas(postgresql_database: Database) -> None:
    """Keys lead from one schema to another, and the search path does not matter."""
    run(
        postgresql_database,
        "CREATE SCHEMA other",
        "CREATE TABLE plain (id INTEGER PRIMARY KEY)",
        "CREATE TABLE other.far (id INTEGER PRIMARY KEY, p INTEGER CONSTRAINT fk_p REFERENCES plain (id))",
        "ALTER TABLE plain ADD far_id INTEGER CONSTRAINT fk_far REFERENCES other.far (id)",
    )
    with postgresql_database.engine.connect() as connection:
        connection.exec_driver_sql("SET search_path TO public, other")
        state = reflect(connection, reader_for(connection.dialect), schemas=[None, "other"])
    assert set(state.tables) == {"plain", "other.far"}
    assert state["plain"].constraint("fk_far").target == "other.far"
    assert state["other.far"].constraint("fk_p").target == "plain"


def test_what_has_no_name_gets_one(sqlite_database: Database) -> None:
    """SQLite lets constraints go without names; they get those that the models would give them."""
    run(
        sqlite_database,
        "CREATE TABLE users (id INTEGER PRIMARY KEY)",
        """CREATE TABLE t (
            id INTEGER PRIMARY KEY, a INTEGER UNIQUE, b INTEGER CHECK (b > 0), u INTEGER REFERENCES users,
            UNIQUE (a, b), CHECK (a < b))""",
    )
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, unique=True),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0")),
        sa.Column("u", sa.ForeignKey("users.id")),
        sa.UniqueConstraint("a", "b"),
        sa.CheckConstraint("a < b"),
    )
    assert read(sqlite_database)["t"].constraints == from_metadata(metadata)["t"].constraints


def test_sqlite_text_is_read_as_it_was_written(sqlite_database: Database) -> None:
    """Clauses added by ALTER TABLE, quotes, comments and commas inside strings do not confuse the reader."""
    run(
        sqlite_database,
        """CREATE TABLE "odd (name)" ("check" TEXT, -- CHECK (not this)
            b TEXT CONSTRAINT "a ""b"" c" CHECK (b NOT IN (')', 'x,y', 'CHECK (1)')) /* , CHECK (nor this) */)""",
        'ALTER TABLE "odd (name)" ADD COLUMN c INTEGER CONSTRAINT ck_c CHECK (c > (1))',
        "ALTER TABLE \"odd (name)\" ADD COLUMN d INTEGER GENERATED ALWAYS AS (c + length('),')) VIRTUAL",
        'CREATE UNIQUE INDEX "ix odd" ON "odd (name)" ("check" DESC, lower(b), b) WHERE c > 1 AND b <> \':x\'',
    )
    table = read(sqlite_database)["odd (name)"]
    assert {c.name: c.expression.text for c in table.constraints.values()} == {
        'a "b" c': "b NOT IN (')', 'x,y', 'CHECK (1)')",
        "ck_c": "c > (1)",
    }
    assert table.column("d").computed.expression.text == "c + length('),')"
    assert table.column("d").computed.persisted is False
    index = table.index("ix odd")
    assert index.elements == (SqlExpression('"check" DESC'), SqlExpression("lower(b)"), "b")
    assert (index.unique, dict(index.options)["sqlite_where"].text) == (True, "c > 1 AND b <> ':x'")


def test_clauses_of_a_table() -> None:
    """The parser tells types from clauses and clauses from each other, with names, columns and targets."""
    table = table_text("""CREATE TABLE t (a DOUBLE PRECISION CONSTRAINT n NOT NULL CHECK (a > 0) CONSTRAINT u UNIQUE,
        g AS (a + 1), [d e] VARCHAR(9, 2) DEFAULT NULL COLLATE NOCASE, "check",
        f REFERENCES "p q" (x) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE NOT NULL,
        CONSTRAINT one CONSTRAINT k PRIMARY KEY (a) ON CONFLICT FAIL CHECK (a < 9), -- FOREIGN KEY (a)
        CONSTRAINT fk FOREIGN KEY (a, g) REFERENCES p DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT uq UNIQUE ("b c", d COLLATE NOCASE)) STRICT, WITHOUT ROWID""")
    assert [(c.name, c.type, [k.kind for k in c.clauses]) for c in table.columns] == [
        ("a", "DOUBLE PRECISION", ["not null", "check", "unique"]),
        ("g", "", ["computed"]),
        ("d e", "VARCHAR(9, 2)", ["default", "collate"]),
        ("check", "", []),
        ("f", "", ["foreign key", "not null"]),
    ]
    assert [(c.kind, c.name, c.columns, c.target) for c in table.all_constraints() if c.kind != "name"] == [
        ("check", None, (), None),
        ("unique", "u", ("a",), None),
        ("foreign key", None, ("f",), "p q"),
        ("primary key", "k", ("a",), None),
        ("check", None, (), None),
        ("foreign key", "fk", ("a", "g"), "p"),
        ("unique", "uq", ("b c", "d"), None),
    ]
    assert table.ending == ("STRICT", "WITHOUT ROWID")
    assert index_text("CREATE INDEX i ON t ((a + 1), [b c])").elements == (SqlExpression("(a + 1)"), "b c")


def test_constraints_that_differ_in_their_name_alone() -> None:
    """Each keeps its own name and words, whatever stood before it; a clause behind it has none."""
    create = """CREATE TABLE t (a INT, b INT,
        CONSTRAINT one CHECK (a <> '),(') -- no, not (this,
        , constraint "t w o" check (a <> '),('),
        CONSTRAINT three CHECK (a <> '),(') UNIQUE (b), CHECK (a <> '),('))"""
    found = table_text(create).constraints
    assert [(clause.kind, clause.name) for clause in found] == [
        ("check", "one"),
        ("check", "t w o"),
        ("check", "three"),
        ("unique", None),
        ("check", None),
    ]
    assert {clause.body for clause in found if clause.kind == "check"} == {"a <> '),('"}
    assert [clause.text for clause in found][:3] == [
        "CONSTRAINT one CHECK (a <> '),(')",
        """constraint "t w o" check (a <> '),(')""",
        "CONSTRAINT three CHECK (a <> '),(')",
    ]


def test_options_of_keys_that_stand_in_their_column(sqlite_database: Database) -> None:
    """Names, actions and DEFERRABLE of column-level references are read, and ON CONFLICT of constraints."""
    run(
        sqlite_database,
        "CREATE TABLE p (id INTEGER PRIMARY KEY, code UNIQUE)",
        """CREATE TABLE c (a INT CONSTRAINT "fk a" REFERENCES p ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            b REFERENCES p (code) ON UPDATE CASCADE NOT NULL, CONSTRAINT uq UNIQUE (a, b) ON CONFLICT REPLACE)""",
    )
    constraints = read(sqlite_database)["c"].constraints
    first, second = constraints["fk a"], constraints["fk_c_b_p"]
    assert isinstance(first, ForeignKeyState)
    assert (first.target_columns, first.ondelete, first.deferrable, first.initially) == (
        ("id",),
        "SET NULL",
        True,
        "DEFERRED",
    )
    assert isinstance(second, ForeignKeyState)
    assert (second.target_columns, second.ondelete, second.onupdate) == (("code",), None, "CASCADE")
    assert constraints["uq"].options == (("sqlite_on_conflict", "REPLACE"),)


def test_numbering_and_defaults_of_postgresql(postgresql_database: Database) -> None:
    """A sequence that a key owns is its numbering; one that is shared, or owned by another column, is a default."""
    run(
        postgresql_database,
        "CREATE SEQUENCE shared",
        "CREATE TABLE a (id SERIAL PRIMARY KEY)",
        "CREATE TABLE b (id INTEGER PRIMARY KEY DEFAULT nextval('shared'), n SERIAL)",
        "CREATE TABLE c (id INTEGER GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY)",
        "CREATE TABLE d (id INTEGER PRIMARY KEY)",
    )
    state = read(postgresql_database)
    assert (state["a"].column("id").autoincrement, state["a"].column("id").default) == (True, None)
    assert state["b"].column("id").default == SqlExpression("nextval('shared'::regclass)")
    assert state["b"].column("n").default == SqlExpression("nextval('b_n_seq'::regclass)")
    identity = state["c"].column("id").identity
    assert (identity.always, dict(identity.options)["start"]) == (True, 7)
    assert state["d"].column("id").autoincrement is False


def test_deferrable_uniques_of_postgresql(postgresql_database: Database) -> None:
    """The Inspector is silent about them, the catalog is not."""
    unique = "CONSTRAINT u UNIQUE DEFERRABLE INITIALLY DEFERRED"
    run(postgresql_database, f"CREATE TABLE t (a INTEGER {unique}, b INTEGER CONSTRAINT v UNIQUE DEFERRABLE)")
    table = read(postgresql_database)["t"]
    assert table.constraint("u") == UniqueState("u", ("a",), deferrable=True, initially="DEFERRED")
    assert table.constraint("v") == UniqueState("v", ("b",), deferrable=True)


def test_indexes_of_postgresql(postgresql_database: Database) -> None:
    """Order, expressions, predicates and options are read; what is the default is not mentioned."""
    run(
        postgresql_database,
        'CREATE TABLE t (a INTEGER, "B" TEXT)',
        'CREATE INDEX i ON t (a DESC, "B" DESC NULLS LAST, lower("B") DESC) INCLUDE (a) WHERE a > 1',
        "CREATE INDEX j ON t USING hash (a)",
    )
    table = read(postgresql_database)["t"]
    elements = ("a DESC", '"B" DESC NULLS LAST', 'lower("B") DESC')
    assert table.index("i").elements == tuple(SqlExpression(e) for e in elements)
    assert dict(table.index("i").options) == {
        "postgresql_include": ("a",),
        "postgresql_where": SqlExpression("(a > 1)"),
    }
    assert table.index("j").options == (("postgresql_using", "hash"),)


def test_a_type_that_sqlalchemy_does_not_know(postgresql_database: Database) -> None:
    """It is kept as the database spells it; SQLAlchemy warns once, on its own account."""
    run(postgresql_database, "CREATE TYPE pair AS (x INTEGER, y INTEGER)", "CREATE TABLE t (p pair, q xml)")
    with pytest.warns(sa.exc.SAWarning, match="Did not recognize type"):
        table = read(postgresql_database)["t"]
    assert table.column("p").type == SqlType.of(RawType("pair"))
    assert table.column("p").type.sa_type.compile(dialect=postgresql.dialect()) == "pair"


def test_mariadb_keeps_json_and_checks_in_columns(mariadb_database: Database) -> None:
    """JSON is LONGTEXT with a CHECK there; other CHECKs of columns have no name of their own."""
    run(mariadb_database, "CREATE TABLE t (j JSON, a INTEGER CHECK (a > 1), l LONGTEXT)")
    table = read(mariadb_database)["t"]
    assert isinstance(table.column("j").type.sa_type, mysql.JSON)
    assert isinstance(table.column("l").type.sa_type, mysql.LONGTEXT)
    (check,) = table.constraints.values()
    assert check.expression.text == "`a` > 1"
    assert check.name.startswith("ck_t_a_")


def test_mariadb_orders_and_defaults(mariadb_database: Database) -> None:
    """Descending index columns, prefixes of unique keys, and defaults that are expressions."""
    run(
        mariadb_database,
        """CREATE TABLE t (a VARCHAR(20) DEFAULT lower('X'), b DATETIME DEFAULT NOW() ON UPDATE NOW(), c TEXT,
            d INTEGER DEFAULT 3, KEY i (a DESC, b), UNIQUE KEY u (c(7)), UNIQUE KEY v (d))""",
    )
    table = read(mariadb_database)["t"]
    assert table.index("i").elements == (SqlExpression("a DESC"), "b")
    assert dict(table.index("u").options)["mysql_length"] == (("c", 7),)
    assert set(table.constraints) == {"v"}
    defaults = {name: column.default and column.default.text for name, column in table.columns.items()}
    assert defaults["a"] == "lcase('X')"
    assert defaults["b"].lower().replace("()", "") == "current_timestamp on update current_timestamp"
    assert (defaults["c"], defaults["d"]) == (None, "3")


def test_the_index_of_a_foreign_key_is_the_databases_own(mariadb_database: Database) -> None:
    """InnoDB's own index is left out, one that somebody made is read."""
    run(
        mariadb_database,
        "CREATE TABLE u (id INTEGER PRIMARY KEY)",
        """CREATE TABLE t (a INTEGER, b INTEGER, c INTEGER, CONSTRAINT fk_a FOREIGN KEY (a) REFERENCES u (id),
            FOREIGN KEY (b) REFERENCES u (id), CONSTRAINT fk_c FOREIGN KEY (c) REFERENCES u (id), KEY ix_c (c))""",
    )
    table = read(mariadb_database)["t"]
    assert set(table.indexes) == {"ix_c"}
    assert len(table.foreign_keys) == 3


def test_comments(database: Database) -> None:
    """Read where the database keeps them."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer, comment="it's a"), comment="the table")
    with database.engine.begin() as connection:
        metadata.create_all(connection)
    table = read(database)["t"]
    kept = database.kind != "sqlite"
    assert (table.comment, table.column("a").comment) == (("the table", "it's a") if kept else (None, None))


def test_a_column_of_sqlite_without_type(sqlite_database: Database) -> None:
    """It has no type, and can be created again without one."""
    run(sqlite_database, "CREATE TABLE t (a, b BLOB)")
    table: TableState = read(sqlite_database)["t"]
    assert table.column("a").type == SqlType.of(RawType(""))
    assert isinstance(table.column("b").type.sa_type, sa.BLOB)
