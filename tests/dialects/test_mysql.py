"""The schema editor of MySQL and MariaDB: MODIFY, InnoDB's foreign keys, quotes, options."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.dialects import mysql

import minimig
from minimig import ops
from minimig.errors import DatabaseError, UnsupportedError
from minimig.operations.base import Operation
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import ran, run, script

MYSQL = mysql.dialect()
MARIADB = sa.make_url("mariadb+pymysql://").get_dialect()()

AUTHORS = ops.CreateTable("authors", Column("id", Integer, primary_key=True), Column("name", String(20)))
BOOKS = ops.CreateTable(
    "books",
    Column("id", Integer, primary_key=True),
    Column("author_id", Integer),
    Column("order", Integer, nullable=False, server_default="1", comment="it's"),
    ForeignKeyConstraint(["author_id"], ["authors.id"], "fk_author"),
    CheckConstraint('"order" > 0', name="ck_order"),
)


def on_paper(*tables: ops.CreateTable) -> SchemaState:
    """The state with these tables."""
    state = SchemaState()
    for table in tables:
        state = table.state_forwards(state)
    return state


def created(database: Database, *tables: ops.CreateTable) -> SchemaState:
    """A database with these tables."""
    return run(database, tables, SchemaState())


def shown(database: Database, table: str) -> str:
    """SHOW CREATE TABLE."""
    with database.engine.connect() as connection:
        return str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{table}`").one()[1])


def there_and_back(database: Database, operations: list[Operation], before: SchemaState, table: str) -> str:
    """What the table is in between; afterwards it must be what it was."""
    start = shown(database, table)
    states = [before]
    for operation in operations:
        states.append(operation.state_forwards(states[-1]))
    run(database, operations, before)
    between = shown(database, table)
    run(database, [o.reverse(s) for o, s in zip(operations, states, strict=False)][::-1], states[-1])
    assert shown(database, table) == start
    return between


# --- columns ----------------------------------------------------------------------------------------------------------


def test_modify_says_all_of_the_column_again(mariadb_database: Database) -> None:
    """A change of one thing keeps the others: collation, default, comment, AUTO_INCREMENT."""
    state = created(
        mariadb_database,
        ops.CreateTable(
            "t",
            Column("id", Integer, primary_key=True, comment="key"),
            Column("c", mysql.VARCHAR(9, collation="utf8mb4_bin"), server_default="a\\'%", comment="c"),
        ),
    )
    change = [ops.AlterColumn("t", "c", nullable=False), ops.AlterColumn("t", "id", comment="other")]
    text = there_and_back(mariadb_database, change, state, "t")
    assert "`c` varchar(9)" in text
    assert "COLLATE utf8mb4_bin NOT NULL DEFAULT 'a\\\\''%' COMMENT 'c'" in text
    assert "AUTO_INCREMENT COMMENT 'other'" in text


def test_one_statement_for_one_change() -> None:
    """DDL commits by itself, so a change is one ALTER TABLE."""
    state = on_paper(AUTHORS, BOOKS)
    change = ops.AlterColumn("books", "order", nullable=True, comment=None, server_default="2")
    assert script(MYSQL, [change], state) == [
        "ALTER TABLE books MODIFY COLUMN `order` INTEGER DEFAULT '2'",
    ]


def test_mysql_renames_a_checked_column_in_one_statement() -> None:
    """MySQL refuses the rename while a CHECK mentions the column; MariaDB rewrites the CHECK by itself."""
    state = on_paper(AUTHORS, BOOKS)
    rename = ops.RenameColumn("books", "order", "place")
    (statement,) = script(MYSQL, [rename], state)
    assert statement.replace("`", "") == (
        "ALTER TABLE books DROP CHECK ck_order, RENAME COLUMN order TO place, ADD CONSTRAINT ck_order CHECK (place > 0)"
    )
    assert script(MARIADB, [rename], state) == ["ALTER TABLE books RENAME COLUMN `order` TO place"]


def test_mysql_cannot_rename_what_a_computed_column_uses() -> None:
    """It is refused with a way out before anything is sent; MariaDB can do it."""
    table = ops.CreateTable("t", Column("a", Integer), Column("b", Integer, sa.Computed("a + 1")))
    rename = ops.RenameColumn("t", "a", "c")
    with pytest.raises(UnsupportedError, match="computed column b"):
        script(MYSQL, [rename], on_paper(table))
    assert len(script(MARIADB, [rename], on_paper(table))) == 1


def test_a_text_column_is_filled_by_update_on_mysql() -> None:
    """MySQL takes no literal default for TEXT; MariaDB does."""
    state = on_paper(AUTHORS)
    add = ops.AddColumn("authors", Column("bio", sa.Text, nullable=False), fill="'x'")
    assert script(MYSQL, [add], state) == [
        "ALTER TABLE authors ADD COLUMN bio TEXT",
        "UPDATE authors SET bio = 'x'",
        "ALTER TABLE authors MODIFY COLUMN bio TEXT NOT NULL",
    ]
    assert script(MARIADB, [add], state) == [
        "ALTER TABLE authors ADD COLUMN bio TEXT NOT NULL DEFAULT 'x'",
        "ALTER TABLE authors ALTER COLUMN bio DROP DEFAULT",
    ]


def test_a_nullable_column_goes_back_to_default_null(mariadb_database: Database) -> None:
    """After a constant fill an insert may leave the column out."""
    state = created(mariadb_database, AUTHORS)
    run(mariadb_database, [ops.AddColumn("authors", Column("c", Integer), fill="1")], state)
    assert "`c` int(11) DEFAULT NULL" in shown(mariadb_database, "authors")


def test_using_keeps_keys_and_indexes(mariadb_database: Database) -> None:
    """Values are converted in a column beside, so that what is built on the old one stays."""
    table = ops.CreateTable(
        "t",
        Column("id", Integer, primary_key=True),
        Column("c", String(20), nullable=False, server_default="x"),
        sa.UniqueConstraint("c", name="uq_c"),
        Index("ix_c", "c", "id"),
    )
    state = created(mariadb_database, table)
    with mariadb_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t (id, c) VALUES (1, 'one'), (2, 'two')")
    change = ops.AlterColumn(
        "t", "c", type=Integer, server_default=None, using="""CASE "c" WHEN 'one' THEN 1 ELSE 2 END"""
    )
    run(mariadb_database, [change], state)
    text = shown(mariadb_database, "t")
    assert "`c` int(11) NOT NULL" in text
    assert "UNIQUE KEY `uq_c` (`c`)" in text
    assert "KEY `ix_c` (`c`,`id`)" in text
    assert "__new" not in text
    with mariadb_database.engine.connect() as connection:
        assert list(connection.exec_driver_sql("SELECT c FROM t ORDER BY id").scalars()) == [1, 2]
    with pytest.raises(UnsupportedError, match="primary key"):
        script(MYSQL, [ops.AlterColumn("t", "id", type=sa.BigInteger, using="id")], on_paper(table))


# --- foreign keys and their indexes -----------------------------------------------------------------------------------


def test_the_index_of_a_foreign_key_comes_and_goes_with_it(mariadb_database: Database) -> None:
    """InnoDB makes it, so dropping the foreign key drops it."""
    state = created(mariadb_database, AUTHORS, BOOKS)
    assert "KEY `fk_author`" in shown(mariadb_database, "books")
    drop = ops.DropConstraint("fk_author", "books")
    assert "fk_author" not in there_and_back(mariadb_database, [drop], state, "books")
    assert script(MYSQL, [drop], state) == ["ALTER TABLE books DROP FOREIGN KEY fk_author, DROP INDEX fk_author"]


@pytest.mark.parametrize(
    "covering",
    [
        ops.CreateIndex("ix", "books", ["author_id", "order"]),
        ops.AddConstraint("books", sa.UniqueConstraint("author_id", "id", name="ix")),
    ],
)
def test_an_own_index_replaces_that_of_the_foreign_key(mariadb_database: Database, covering: Operation) -> None:
    """There is never a second index where one will do, and never none where InnoDB needs one."""
    state = created(mariadb_database, AUTHORS, BOOKS)
    between = there_and_back(mariadb_database, [covering], state, "books")
    assert "KEY `ix`" in between
    assert "KEY `fk_author`" not in between
    # What InnoDB has not made itself it does not drop itself either.
    after = run(mariadb_database, [covering, covering.reverse(state), covering], state)
    assert "KEY `fk_author`" not in shown(mariadb_database, "books")
    run(mariadb_database, [ops.DropConstraint("fk_author", "books")], after)
    assert "KEY `ix`" in shown(mariadb_database, "books")


def test_a_foreign_key_that_shares_its_index_leaves_it_behind_under_the_other_name(
    mariadb_database: Database,
) -> None:
    """Of two foreign keys over one column the one that stays keeps an index, and it has its name."""
    second = ops.AddConstraint("books", ForeignKeyConstraint(["author_id"], ["books.id"], "fk_zweitens"))
    state = created(mariadb_database, AUTHORS, BOOKS)
    after = run(mariadb_database, [second], state)
    run(mariadb_database, [second.reverse(state)], after)
    assert "KEY `fk_author`" in shown(mariadb_database, "books")
    assert "fk_zweitens" not in shown(mariadb_database, "books")


def test_a_foreign_key_waits_until_both_sides_have_one_type(mariadb_database: Database) -> None:
    """It goes with the first type change and comes back with the second, in one migration or in two."""
    state = created(mariadb_database, AUTHORS, BOOKS)
    parent = ops.AlterColumn("authors", "id", type=sa.BigInteger(), follow=False)
    child = ops.AlterColumn("books", "author_id", type=sa.BigInteger())
    half, statements = ran(mariadb_database, [parent], state)
    assert statements == [
        "ALTER TABLE books DROP FOREIGN KEY fk_author",
        "ALTER TABLE authors MODIFY COLUMN id BIGINT NOT NULL AUTO_INCREMENT",
    ]
    assert "CONSTRAINT `fk_author`" not in shown(mariadb_database, "books")
    run(mariadb_database, [child], half)
    assert "CONSTRAINT `fk_author`" in shown(mariadb_database, "books")


def test_a_foreign_key_can_be_dropped_while_it_waits(mariadb_database: Database) -> None:
    """It is in the state and not in the database, so nothing is dropped there but its index."""
    state = created(mariadb_database, AUTHORS, BOOKS)
    up = [
        ops.AlterColumn("authors", "id", type=sa.BigInteger()),
        ops.RenameConstraint("fk_author", "fk_other", "books"),
        ops.DropConstraint("fk_other", "books"),
    ]
    run(mariadb_database, up, state)
    assert "FOREIGN KEY" not in shown(mariadb_database, "books")


def test_strings_of_other_lengths_fit_together() -> None:
    """InnoDB compares character set and collation of strings, not their lengths."""
    parent = ops.CreateTable("p", Column("id", String(20), primary_key=True))
    child = ops.CreateTable(
        "c", Column("p_id", String(10)), ForeignKeyConstraint(["p_id"], ["p.id"], "fk"), Index("ix", "p_id")
    )
    change = ops.AlterColumn("c", "p_id", type=String(15))
    assert script(MYSQL, [change], on_paper(parent, child)) == [
        "ALTER TABLE c DROP FOREIGN KEY fk",
        "ALTER TABLE c MODIFY COLUMN p_id VARCHAR(15)",
        "ALTER TABLE c ADD CONSTRAINT fk FOREIGN KEY(p_id) REFERENCES p (id)",
    ]


def test_auto_increment_goes_with_its_key(mariadb_database: Database) -> None:
    """Dropping the key takes AUTO_INCREMENT away in the same statement; adding it again brings it back."""
    state = created(mariadb_database, AUTHORS)
    drop = ops.DropPrimaryKey("authors")
    text = there_and_back(mariadb_database, [drop], state, "authors")
    assert "AUTO_INCREMENT" not in text
    assert script(MYSQL, [drop], state) == ["ALTER TABLE authors MODIFY COLUMN id INTEGER NOT NULL, DROP PRIMARY KEY"]


def test_deferring_is_left_out_and_match_is_refused() -> None:
    """Keys are never deferred here, which harms nobody; MATCH FULL would mean something else."""
    columns = [Column("a", Integer), Column("id", Integer, primary_key=True)]
    key = ForeignKeyConstraint(["a"], ["t.id"], "fk", deferrable=True, initially="DEFERRED")
    (statement,) = script(MYSQL, [ops.CreateTable("t", *columns, key)], SchemaState())
    assert "DEFER" not in statement
    full = ForeignKeyConstraint(["a"], ["t.id"], "fk", match="FULL")
    columns = [Column("a", Integer), Column("id", Integer, primary_key=True)]
    with pytest.raises(UnsupportedError, match="MATCH FULL"):
        script(MYSQL, [ops.CreateTable("t", *columns, full)], SchemaState())


def test_a_type_that_the_database_lacks_is_an_error_for_people() -> None:
    """A string without a length: the error names table and column."""
    with pytest.raises(UnsupportedError, match=r"t.*c.*VARCHAR requires a length"):
        script(MYSQL, [ops.CreateTable("t", Column("c", String))], SchemaState())
    with pytest.raises(UnsupportedError, match=r"authors\.c.*VARCHAR requires a length"):
        script(MYSQL, [ops.AddColumn("authors", Column("c", String))], on_paper(AUTHORS))


# --- text, indexes, tables --------------------------------------------------------------------------------------------


def test_names_in_text_are_quoted_with_backticks() -> None:
    """Standard SQL's double quotes would make a string of the name; strings stay strings."""
    table = ops.CreateTable(
        "t",
        Column("select", String(9)),
        Column("loud", String(9), sa.Computed('upper("select")')),
        CheckConstraint("""\"select\" <> 'say "select"'""", name="ck"),
    )
    (statement,) = script(MYSQL, [table], SchemaState())
    assert "(upper(`select`))" in statement
    assert """CHECK (`select` <> 'say "select"')""" in statement
    fill = ops.AddColumn("t", Column("n", Integer, nullable=False), fill='length("select")')
    assert "UPDATE t SET n = length(`select`)" in script(MYSQL, [fill], on_paper(table))


def test_expression_indexes_are_mysqls_alone() -> None:
    """MySQL wants them in parentheses of their own, MariaDB has none: refused before anything is sent."""
    index = ops.CreateIndex("ix", "authors", [sa.text("lower(name)"), sa.text("id DESC")])
    assert script(MYSQL, [index], on_paper(AUTHORS)) == ["CREATE INDEX ix ON authors ((lower(name)), id DESC)"]
    with pytest.raises(UnsupportedError, match="computed column"):
        script(MARIADB, [index], on_paper(AUTHORS))
    inline = ops.CreateTable("t", Column("c", String(9)), Index("ix", sa.text("lower(c)")))
    with pytest.raises(UnsupportedError, match="computed column"):
        script(MARIADB, [inline], SchemaState())


def test_table_options(mariadb_database: Database) -> None:
    """Engine, character set and row format can be changed; columns keep types and collations of their own."""
    state = created(
        mariadb_database,
        ops.CreateTable(
            "t",
            Column("a", String(9)),
            Column("b", mysql.VARCHAR(9, collation="latin1_bin")),
            Column("c", sa.Text),
            mysql_charset="latin1",
            mysql_engine="InnoDB",
        ),
    )
    options: dict[str, Any] = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "Aria"}
    change = ops.AlterTable("t", comment="c%", mysql_row_format="DYNAMIC", **options)
    text = there_and_back(mariadb_database, [change], state, "t")
    assert "ENGINE=Aria" in text
    assert "CHARSET=utf8mb4 COLLATE=utf8mb4_bin" in text
    assert "COMMENT='c%'" in text
    assert "`c` text" in text
    assert "COLLATE latin1_bin" in text
    before = ops.CreateTable("u", Column("a", Integer), mysql_key_block_size="4")
    with pytest.raises(UnsupportedError, match="KEY_BLOCK_SIZE"):
        script(MYSQL, [ops.AlterTable("u", mysql_key_block_size=None)], on_paper(before))


def test_a_table_in_another_database_stays_there(mariadb_database: Database) -> None:
    """RENAME names the database again: without it the table would move to the current one."""
    name = f"{mariadb_database.engine.url.database}_b"
    with mariadb_database.engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            table = ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("c", Integer), schema=name)
            up = [
                ops.CreateIndex("ix", "t", ["c"], schema=name),
                ops.RenameTable("t", "u", schema=name),
                ops.DropIndex("ix", "u", schema=name),
            ]
            run(mariadb_database, up, created(mariadb_database, table))
            assert sa.inspect(connection).get_table_names(schema=name) == ["u"]
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name}")


# --- enums and sets without a name ------------------------------------------------------------------------------------


def test_an_enum_keeps_all_else_of_its_column(mariadb_database: Database) -> None:
    """Labels that come, and another order, are said with everything else the column is, and taken back exactly."""
    enum = mysql.ENUM("a", "b", collation="utf8mb4_bin")
    column = Column("kind", enum, nullable=False, server_default="b", comment="it's")
    state = created(mariadb_database, ops.CreateTable("t", Column("id", Integer, primary_key=True), column))
    with mariadb_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    wider = mysql.ENUM("new", "b", "a", collation="utf8mb4_bin")
    between = there_and_back(mariadb_database, [ops.AlterColumn("t", "kind", type=wider)], state, "t")
    assert (
        "enum('new','b','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT 'b' COMMENT 'it''s'" in between
    )
    with mariadb_database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT kind FROM t ORDER BY id").scalars().all() == ["a", "b"]


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        (mysql.ENUM("a", "b"), mysql.ENUM("a"), "b"),
        (sa.Enum("a", "b"), sa.Enum("a"), "b"),
        (mysql.SET("a", "b"), mysql.SET("a"), "a,b"),
    ],
    ids=["enum", "generic enum", "set"],
)
def test_a_label_in_use_is_not_taken_away(mariadb_database: Database, old: Any, new: Any, value: str) -> None:
    """Rows that hold the label are counted before any statement; `using` says what they become."""
    state = created(mariadb_database, ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("c", old)))
    with mariadb_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO t VALUES (1, :value), (2, 'a')"), {"value": value})
    with pytest.raises(DatabaseError, match=r"1 row of t\.c hold 'b', which is taken away"):
        run(mariadb_database, [ops.AlterColumn("t", "c", type=new)], state)
    run(mariadb_database, [ops.AlterColumn("t", "c", type=new, using="'a'")], state)
    with mariadb_database.engine.connect() as connection:
        rows = [str(row) for row in connection.exec_driver_sql("SELECT concat(c) FROM t").scalars()]
    assert rows == ["a", "a"]


REFUSED: dict[str, tuple[sa.schema.SchemaItem, dict[str, str], str]] = {
    "set default": (sa.ForeignKey("users.id", ondelete="SET DEFAULT"), {}, "SET DEFAULT, which InnoDB takes"),
    "engine": (sa.ForeignKey("users.id"), {"mysql_engine": "MyISAM"}, "takes foreign keys and forgets them"),
    "schema": (sa.ForeignKey("users.id"), {"schema": "other"}, "would be read as other.users"),
    "check": (sa.ForeignKey("users.id", ondelete="SET NULL"), {}, "that a CHECK uses: ck_a"),
    "bytes": (sa.DefaultClause(sa.text("x'00FF'")), {}, "bytes that are no text"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_be_taken_and_not_done_is_refused(mariadb_database: Database, case: str) -> None:
    """What MariaDB takes and does not do, or refuses halfway, is said before the first statement."""
    item, options, message = REFUSED[case]
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    column = sa.Column("a", sa.BINARY(4) if case == "bytes" else sa.Integer, item._copy() if case != "bytes" else None)
    column.server_default = item if case == "bytes" else None
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), column, **options)
    if case == "check":
        metadata.tables["t"].append_constraint(sa.CheckConstraint("a > 0", name="ck_a"))
    with mariadb_database.engine.begin() as connection:
        operations = minimig.diff(SchemaState(), metadata)
        with pytest.raises(UnsupportedError, match=message):
            minimig.apply(connection, operations, SchemaState())
        assert sa.inspect(connection).get_table_names() == []


def test_a_length_and_a_descending_column(mariadb_database: Database) -> None:
    """SQLAlchemy fails on an index with both; minimig says so."""
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(9)))
    sa.Index("ix_a", table.c.a.desc(), mysql_length={"a": 4})
    with (
        mariadb_database.engine.begin() as connection,
        pytest.raises(UnsupportedError, match="and a length besides"),
    ):
        minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())


def test_an_option_may_be_a_number(mariadb_database: Database) -> None:
    """SQLAlchemy takes strings alone."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), mysql_auto_increment=100)
    with mariadb_database.engine.begin() as connection:
        minimig.apply(connection, minimig.diff(SchemaState(), metadata), SchemaState())
        connection.exec_driver_sql("INSERT INTO t VALUES ()")
        assert connection.exec_driver_sql("SELECT id FROM t").scalar() == 100
