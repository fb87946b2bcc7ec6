"""PostgreSQL's schema editor: enum types, self-numbering columns, names of its own, conversions."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String
from sqlalchemy.dialects import postgresql

from minimig import ops
from minimig.dialects.postgresql.catalog import own_name
from minimig.errors import DatabaseError, StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import ran, run, script

PAPER = postgresql.dialect(paramstyle="pyformat")
OLD = sa.Enum("draft", "live", name="status")
NEW = sa.Enum("draft", "review", "live", name="status")


class Wrapped(sa.types.TypeDecorator[str]):
    """An enum behind a decorator."""

    impl = sa.Enum("x", "y", name="wrapped")
    cache_ok = True


def created(database: Database, *tables: ops.CreateTable) -> SchemaState:
    """A database with these tables."""
    return run(database, tables, SchemaState())


def on_paper(*tables: ops.CreateTable) -> SchemaState:
    """The state with these tables."""
    state = SchemaState()
    for table in tables:
        state = table.state_forwards(state)
    return state


def scalars(database: Database, query: str) -> list[Any]:
    """The first column of a query, in its own connection."""
    with database.engine.begin() as connection:
        return list(connection.exec_driver_sql(query).scalars())


def labels(database: Database, name: str = "status") -> list[str]:
    """The labels of an enum type."""
    found = f"SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype('{name}') ORDER BY enumsortorder"
    return scalars(database, found)


def posts(name: str = "posts", type_: Any = OLD, **options: Any) -> ops.CreateTable:
    """A table with an enum column."""
    return ops.CreateTable(name, Column("id", Integer, primary_key=True), Column("status", type_, **options))


# --- enum types -------------------------------------------------------------------------------------------------------


def test_an_enum_type_lives_from_its_first_use_to_its_last(postgresql_database: Database) -> None:
    """CREATE TYPE comes with the first table, DROP TYPE with the last column, whatever happens between."""
    state = created(postgresql_database, posts(), posts("pages"))
    assert labels(postgresql_database) == ["draft", "live"]
    state = run(postgresql_database, [ops.DropTable("posts")], state)
    assert labels(postgresql_database) == ["draft", "live"]
    state = run(postgresql_database, [ops.AlterColumn("pages", "status", type=String(10))], state)
    assert labels(postgresql_database) == []
    state = run(postgresql_database, [ops.AddColumn("pages", Column("other", sa.ARRAY(OLD)))], state)
    assert labels(postgresql_database) == ["draft", "live"]
    run(postgresql_database, [ops.DropColumn("pages", "other")], state)
    assert labels(postgresql_database) == []


def test_an_enum_is_found_where_it_hides(postgresql_database: Database) -> None:
    """In an array, behind a decorator, as a variant; not where the type is made elsewhere."""
    elsewhere = postgresql.ENUM("a", name="elsewhere", create_type=False)
    created(
        postgresql_database,
        ops.CreateTable(
            "posts",
            Column("id", Integer, primary_key=True),
            Column("tags", sa.ARRAY(sa.Enum("a", "b", name="in_array"))),
            Column("wrapped", Wrapped),
            Column("variant", String(5).with_variant(postgresql.ENUM("v", name="variant"), "postgresql")),
            Column("text", sa.Enum("c", "d", name="as_text", native_enum=False)),
        ),
    )
    assert [labels(postgresql_database, n) for n in ("in_array", "wrapped", "variant", "as_text")] == [
        ["a", "b"],
        ["x", "y"],
        ["v"],
        [],
    ]
    statements = script(PAPER, [posts("pages", elsewhere)], SchemaState())
    assert not any("CREATE TYPE" in statement for statement in statements)


def test_an_enum_without_a_name_is_refused() -> None:
    """PostgreSQL cannot keep it, and the error says what to write."""
    with pytest.raises(StateError, match="has no name"):
        script(PAPER, [posts(type_=sa.Enum("a", "b"))], SchemaState())


@pytest.mark.parametrize("first", ["posts", "pages"])
def test_other_labels_reach_all_tables_at_once(postgresql_database: Database, first: str) -> None:
    """The first of two AlterColumns rebuilds the type for both tables, the second finds it done; and back again."""
    state = created(
        postgresql_database,
        posts(nullable=False, server_default="draft"),
        posts("pages", server_default="live"),
    )
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO posts DEFAULT VALUES")
        connection.exec_driver_sql("INSERT INTO pages VALUES (1, 'live')")
    second = "pages" if first == "posts" else "posts"
    up = [ops.AlterColumn(first, "status", type=NEW), ops.AlterColumn(second, "status", type=NEW)]
    between = up[0].state_forwards(state)
    down = [up[1].reverse(between), up[0].reverse(state)]

    after, statements = ran(postgresql_database, up, state)
    assert labels(postgresql_database) == ["draft", "review", "live"]
    assert sum("CREATE TYPE" in statement for statement in statements) == 1
    assert scalars(postgresql_database, "SELECT status::text FROM posts UNION SELECT status::text FROM pages")
    assert "draft" in scalars(postgresql_database, "INSERT INTO posts DEFAULT VALUES RETURNING status")

    back, statements = ran(postgresql_database, down, after)
    assert back == state
    assert labels(postgresql_database) == ["draft", "live"]
    assert sum("CREATE TYPE" in statement for statement in statements) == 1


def test_half_a_label_change_can_be_taken_back(postgresql_database: Database) -> None:
    """The database is asked which labels it has, so that a way back over half of the change works, too."""
    state = created(postgresql_database, posts(), posts("pages"))
    half = ops.AlterColumn("posts", "status", type=NEW)
    after = run(postgresql_database, [half], state)
    assert labels(postgresql_database) == ["draft", "review", "live"]
    run(postgresql_database, [half.reverse(state)], after)
    assert labels(postgresql_database) == ["draft", "live"]


def test_a_rebuild_carries_defaults_checks_and_indexes(postgresql_database: Database) -> None:
    """What compares a column with the old type steps aside: checks, partial indexes, arrays, keys between columns."""
    state = created(
        postgresql_database,
        ops.CreateTable(
            "posts",
            Column("status", OLD, primary_key=True, server_default="draft"),
            Column("past", sa.ARRAY(OLD), server_default=sa.text("ARRAY['live'::status]")),
            Column("parent", OLD),
            sa.ForeignKeyConstraint(["parent"], ["posts.status"], "fk_parent"),
            sa.CheckConstraint("status <> 'live' OR parent IS NULL", name="ck_status"),
            sa.Index("ix_live", "parent", postgresql_where=sa.text("status = 'live'")),
        ),
    )
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO posts VALUES ('draft', '{live,draft}', 'draft')")
    up = [ops.AlterColumn("posts", name, type=type_) for name, type_ in (("status", NEW), ("parent", NEW))]
    up.append(ops.AlterColumn("posts", "past", type=sa.ARRAY(NEW)))
    run(postgresql_database, up, state)
    assert scalars(postgresql_database, "SELECT past::text FROM posts") == ["{live,draft}"]
    inspector = sa.inspect(postgresql_database.engine)
    assert [check["name"] for check in inspector.get_check_constraints("posts")] == ["ck_status"]
    assert [key["name"] for key in inspector.get_foreign_keys("posts")] == ["fk_parent"]
    assert [index["name"] for index in inspector.get_indexes("posts")] == ["ix_live"]


def test_a_label_can_be_replaced_with_using(postgresql_database: Database) -> None:
    """A vanished label, which is also the default, goes over by `using`."""
    state = created(postgresql_database, posts(server_default="draft"))
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO posts DEFAULT VALUES")
    change = ops.AlterColumn(
        "posts",
        "status",
        type=sa.Enum("new", "live", name="status"),
        server_default="new",
        using="replace(status::text, 'draft', 'new')::status",
    )
    run(postgresql_database, [change], state)
    assert scalars(postgresql_database, "SELECT status::text FROM posts") == ["new"]


def test_on_paper_the_states_tell_what_was_rebuilt() -> None:
    """Without a database the second AlterColumn knows from the state before that the type has its labels already."""
    state = on_paper(posts(), posts("pages"))
    first, second = (ops.AlterColumn(table, "status", type=NEW) for table in ("posts", "pages"))
    assert script(PAPER, [first], state) == [
        "ALTER TYPE status RENAME TO status__old",
        "CREATE TYPE status AS ENUM ('draft', 'review', 'live')",
        "ALTER TABLE pages ALTER COLUMN status TYPE status USING status::text::status",
        "ALTER TABLE posts ALTER COLUMN status TYPE status USING status::text::status",
        "DROP TYPE status__old",
    ]
    assert script(PAPER, [second], first.state_forwards(state)) == []


def test_enums_between_each_other_and_text(postgresql_database: Database) -> None:
    """Text becomes an enum, an enum another one, and text again; the rows follow."""
    state = created(postgresql_database, posts(type_=String(10), server_default="live"))
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO posts DEFAULT VALUES")
    for type_ in (OLD, sa.Enum("live", "dead", name="Other"), sa.Text()):
        state = run(postgresql_database, [ops.AlterColumn("posts", "status", type=type_)], state)
        assert scalars(postgresql_database, "SELECT status::text FROM posts") == ["live"]
    assert labels(postgresql_database) == labels(postgresql_database, '"Other"') == []


def test_labels_are_added_and_renamed_in_place() -> None:
    """No table is rewritten for a label that comes, wherever it goes, nor for one that is renamed."""
    state = on_paper(posts(server_default="draft"), posts("pages"))
    changes = [
        ops.AddEnumValue("status", "it's", before="draft"),
        ops.AddEnumValue("status", "between", after="draft"),
        ops.AddEnumValue("status", "last"),
        ops.RenameEnumValue("status", "draft", "new"),
        ops.RenameEnum("status", "State"),
    ]
    assert script(PAPER, changes, state) == [
        "ALTER TYPE status ADD VALUE 'it''s' BEFORE 'draft'",
        "ALTER TYPE status ADD VALUE 'between' AFTER 'draft'",
        "ALTER TYPE status ADD VALUE 'last'",
        "ALTER TYPE status RENAME VALUE 'draft' TO 'new'",
        'ALTER TYPE status RENAME TO "State"',
    ]


def test_an_enum_is_changed_in_its_schema(postgresql_database: Database) -> None:
    """A type and tables in schemas of their own, quoted where needed, up and back."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql('CREATE SCHEMA "Lib"')
    kind = sa.Enum("a", "b", name="Kind", schema="Lib")
    table = ops.CreateTable(
        "t", Column("id", Integer, primary_key=True), Column("k", kind, server_default="a"), schema="Lib"
    )
    state = created(postgresql_database, table, ops.CreateTable("t", Column("k", sa.ARRAY(kind))))
    for change in (
        ops.AddEnumValue("Kind", "c", after="a", schema="Lib"),
        ops.RenameEnumValue("Kind", "a", "A", schema="Lib"),
        ops.AlterEnum("Kind", ["x", "a"], replace={"b": "x"}, schema="Lib"),
        ops.RenameEnum("Kind", "Sort", schema="Lib"),
    ):
        after = run(postgresql_database, [change], state)
        assert run(postgresql_database, [change.reverse(state)], after) == state
        assert labels(postgresql_database, '"Lib"."Kind"') == ["a", "b"]


def test_arrays_follow_what_replace_says(postgresql_database: Database) -> None:
    """Items of arrays become other labels too, and count as rows that hold a label."""
    state = created(
        postgresql_database,
        ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("past", sa.ARRAY(NEW))),
    )
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, '{draft,review,live}'), (2, NULL)")
    with pytest.raises(DatabaseError, match=r"1 row of t\.past hold 'review'"):
        run(postgresql_database, [ops.AlterEnum("status", ["draft", "live"])], state)
    run(postgresql_database, [ops.AlterEnum("status", ["draft", "live"], replace={"review": "live"})], state)
    assert scalars(postgresql_database, "SELECT past::text FROM t ORDER BY id") == ["{draft,live,live}", None]


def test_a_computed_column_keeps_an_enum_from_being_rebuilt(postgresql_database: Database) -> None:
    """PostgreSQL converts no column that another is computed from; the error says what to do."""
    computed = Column("n", Integer, sa.Computed("CASE WHEN status = 'live' THEN 1 ELSE 0 END", persisted=True))
    state = created(postgresql_database, ops.CreateTable("t", Column("status", OLD), computed))
    with pytest.raises(UnsupportedError, match="enum status cannot be rebuilt"):
        run(postgresql_database, [ops.AlterEnum("status", ["live", "draft"])], state)


# --- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "clause"),
    [
        (String(10), String(20), ""),
        (String(20), sa.Text(), ""),
        (Integer(), sa.BigInteger(), ""),
        (Integer(), String(5), ""),
        (sa.Date(), sa.DateTime(), ""),
        (String(10), Integer(), " USING c::INTEGER"),
        (sa.Boolean(), sa.BigInteger(), " USING c::integer::BIGINT"),
        (sa.SmallInteger(), sa.Boolean(), " USING c::integer::BOOLEAN"),
        (sa.ARRAY(String(9)), sa.ARRAY(String(5)), ""),
        (sa.ARRAY(String(9)), sa.ARRAY(Integer()), " USING c::INTEGER[]"),
    ],
)
def test_a_type_change_converts_only_where_it_must(old: Any, new: Any, clause: str) -> None:
    """Related types are assigned, which refuses what does not fit; the others are cast."""
    state = on_paper(ops.CreateTable("t", Column("c", old)))
    (statement,) = script(PAPER, [ops.AlterColumn("t", "c", type=new)], state)
    assert statement == f"ALTER TABLE t ALTER COLUMN c TYPE {new.compile(dialect=PAPER)}{clause}"


def test_a_text_that_is_too_long_is_not_cut_off(postgresql_database: Database) -> None:
    """Narrowing a string fails when rows do not fit, instead of losing their ends."""
    state = created(postgresql_database, ops.CreateTable("t", Column("c", String(10))))
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES ('too long')")
    with pytest.raises(sa.exc.DataError):
        run(postgresql_database, [ops.AlterColumn("t", "c", type=String(3))], state)


def test_fill_and_not_null_with_deferred_keys(postgresql_database: Database) -> None:
    """ALTER TABLE after an UPDATE works although the table has a deferred foreign key."""
    state = created(
        postgresql_database,
        ops.CreateTable(
            "t",
            Column("id", Integer, primary_key=True),
            Column("up", Integer),
            sa.ForeignKeyConstraint(["up"], ["t.id"], "fk_up", deferrable=True, initially="DEFERRED"),
        ),
    )
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO t VALUES (1, NULL)")
    run(postgresql_database, [ops.AlterColumn("t", "up", nullable=False, fill="1")], state)
    assert scalars(postgresql_database, "SELECT up FROM t") == [1]


def test_a_script_has_plain_percent_signs() -> None:
    """The driver's doubled percent sign does not get into SQL that is sent without parameters."""
    table = ops.CreateTable("t%", Column("c", String(5), server_default="5%", comment="10%"))
    text = "\n".join(script(PAPER, [table], SchemaState()))
    assert "'5%'" in text
    assert "%%" not in text


# --- keys, sequences, names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "label"),
    [
        ("users", None, "pkey"),
        ("t" * 70, None, "pkey"),
        ("é" * 40, None, "pkey"),
        ("Users", "id", "seq"),
        ("t" * 50, "c" * 50, "seq"),
        ("t" * 20, "c" * 60, "seq"),
    ],
)
def test_names_are_predicted_as_postgresql_makes_them(
    postgresql_database: Database, table: str, column: str | None, label: str
) -> None:
    """The rule for names that PostgreSQL makes is PostgreSQL's: cut at 63 bytes, the longer part first."""
    name = column or "id"
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE TABLE "{table}" ("{name}" SERIAL PRIMARY KEY)')
    found = scalars(postgresql_database, "SELECT relname FROM pg_class WHERE relkind IN ('i', 'S')")
    assert own_name(table, column, label) in found


def test_unnamed_keys_and_sequences_follow_their_table(postgresql_database: Database) -> None:
    """After a rename key and sequence are named as if created so, and a new table can take the old names."""
    users = ops.CreateTable("users", Column("id", Integer, primary_key=True))
    state = created(postgresql_database, users)
    rename = [ops.RenameTable("users", "People"), ops.RenameColumn("People", "id", "nr"), users]
    run(postgresql_database, rename, state)
    ours = "SELECT relname FROM pg_class WHERE relkind IN ('i', 'S') AND relnamespace = 'public'::regnamespace"
    assert set(scalars(postgresql_database, ours)) == {"People_pkey", "People_nr_seq", "users_pkey", "users_id_seq"}


def test_a_taken_name_does_not_stop_a_rename(postgresql_database: Database) -> None:
    """When another table holds the name, the key keeps the one it has, and can still be dropped."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE foreign_one (id int CONSTRAINT people_pkey PRIMARY KEY)")
    state = created(postgresql_database, ops.CreateTable("users", Column("id", Integer, primary_key=True)))
    run(postgresql_database, [ops.RenameTable("users", "people"), ops.DropPrimaryKey("people")], state)
    assert sa.inspect(postgresql_database.engine).get_pk_constraint("people")["constrained_columns"] == []


def test_on_paper_a_key_is_renamed_if_it_exists() -> None:
    """A script cannot look the name up, so it must not fail where the key has another one."""
    state = on_paper(ops.CreateTable("users", Column("id", Integer, primary_key=True)))
    assert script(PAPER, [ops.RenameTable("users", "people"), ops.DropPrimaryKey("people")], state) == [
        "ALTER TABLE users RENAME TO people",
        "ALTER INDEX IF EXISTS users_pkey RENAME TO people_pkey",
        "ALTER SEQUENCE IF EXISTS users_id_seq RENAME TO people_id_seq",
        "ALTER TABLE people ALTER COLUMN id DROP DEFAULT",
        "DROP SEQUENCE people_id_seq",
        "ALTER TABLE people DROP CONSTRAINT people_pkey",
    ]


def test_a_numbering_key_grows_with_its_sequence(postgresql_database: Database) -> None:
    """SERIAL made BIGINT counts past the end of INTEGER."""
    state = created(postgresql_database, ops.CreateTable("t", Column("id", Integer, primary_key=True)))
    run(postgresql_database, [ops.AlterColumn("t", "id", type=sa.BigInteger())], state)
    assert scalars(postgresql_database, "SELECT setval('t_id_seq', 3000000000)") == [3000000000]
    assert scalars(postgresql_database, "INSERT INTO t DEFAULT VALUES RETURNING id") == [3000000001]


def test_serial_and_identity_change_into_each_other(postgresql_database: Database) -> None:
    """Numbering goes on after the rows there are, whichever way it is done."""
    state = created(postgresql_database, ops.CreateTable("t", Column("id", Integer, primary_key=True)))
    insert = "INSERT INTO t DEFAULT VALUES RETURNING id"
    assert scalars(postgresql_database, insert) == [1]
    to_identity = ops.AlterColumn("t", "id", identity=sa.Identity(always=True))
    after = run(postgresql_database, [to_identity], state)
    assert scalars(postgresql_database, insert) == [2]
    run(postgresql_database, [to_identity.reverse(state)], after)
    assert scalars(postgresql_database, insert) == [3]
    assert scalars(postgresql_database, "SELECT relname FROM pg_class WHERE relkind = 'S'") == ["t_id_seq"]


# --- schemas, indexes, options ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lib", ["Lib", "my.lib"])
def test_tables_in_a_schema(postgresql_database: Database, lib: str) -> None:
    """Every kind of statement finds a table, a type, an index and a sequence in a schema that must be quoted."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA "{lib}"')
    enum = sa.Enum("a", "b", name="Kind", schema=lib)
    state = created(
        postgresql_database,
        ops.CreateTable(
            "books",
            Column("id", Integer, primary_key=True),
            Column("up", Integer),
            Column("kind", enum, server_default="a", comment="c"),
            sa.ForeignKeyConstraint(["up"], [f"{lib}.books.id"], "fk_up"),
            sa.Index("ix_up", "up"),
            schema=lib,
            comment="c",
        ),
    )
    up = [
        ops.RenameIndex("ix_up", "IX_up", "books", schema=lib),
        ops.DropIndex("IX_up", "books", schema=lib),
        ops.AlterColumn("books", "kind", type=sa.Enum("a", "c", name="Kind", schema=lib), comment="d", schema=lib),
        ops.RenameConstraint("fk_up", "FK", "books", schema=lib),
        ops.RenameTable("books", "Volumes", schema=lib),
        ops.DropConstraint("FK", "Volumes", schema=lib),
        ops.AlterColumn("Volumes", "id", identity=sa.Identity(), schema=lib),
        ops.DropPrimaryKey("Volumes", schema=lib),
        ops.AlterTable("Volumes", comment=None, schema=lib),
    ]
    states = [state]
    for operation in up:
        states.append(operation.state_forwards(states[-1]))
    run(postgresql_database, up, state)
    back = [op.reverse(before) for op, before in zip(up, states, strict=False)][::-1]
    assert run(postgresql_database, back, states[-1]) == state
    assert labels(postgresql_database, f'"{lib}"."Kind"') == ["a", "b"]
    run(postgresql_database, [ops.DropTable("books", schema=lib)], state)
    assert scalars(postgresql_database, f"SELECT 1 FROM pg_class WHERE relnamespace = '\"{lib}\"'::regnamespace") == []


def test_a_concurrent_index_is_dropped_concurrently() -> None:
    """An index that was made without blocking writers goes the same way, and comes back so."""
    state = on_paper(ops.CreateTable("t", Column("a", Integer)))
    create = ops.CreateIndex("ix", "t", ["a"], postgresql_concurrently=True)
    drop = create.reverse(state)
    assert script(PAPER, [create, drop], state) == [
        "CREATE INDEX CONCURRENTLY ix ON t (a)",
        "DROP INDEX CONCURRENTLY ix",
    ]
    assert drop.reverse(create.state_forwards(state)).index.concurrently


def test_a_new_table_gets_its_indexes_at_once() -> None:
    """CONCURRENTLY in the models does not stop a table from being created inside a transaction."""
    create = ops.CreateTable("t", Column("a", Integer), sa.Index("ix", "a", postgresql_concurrently=True))
    assert script(PAPER, [create], SchemaState())[1:] == ["CREATE INDEX ix ON t (a)"]


def test_options_of_this_dialect_are_refused() -> None:
    """What nobody knows how to change is an error; options of other dialects pass."""
    state = on_paper(ops.CreateTable("t", Column("a", Integer)))
    assert script(PAPER, [ops.AlterTable("t", mysql_engine="InnoDB")], state) == []
    with pytest.raises(UnsupportedError, match="postgresql_on_commit"):
        script(PAPER, [ops.AlterTable("t", postgresql_on_commit="DROP")], state)


def test_the_callers_dialect_is_left_alone() -> None:
    """The editor's dialect is a copy: the caller's own dialect still doubles percent signs."""
    script(PAPER, [posts()], from_metadata(sa.MetaData()))
    assert PAPER.paramstyle == "pyformat"
    assert "%%" in str(sa.literal_column("5").op("%")(3).compile(dialect=PAPER))


@pytest.mark.parametrize(
    "operation",
    [
        ops.AddConstraint("t", sa.UniqueConstraint("a", name="uq", postgresql_nulls_not_distinct=True)),
        ops.CreateIndex("ix", "t", ["a"], unique=True, postgresql_nulls_not_distinct=True),
        ops.AddConstraint("t", sa.ForeignKeyConstraint(["a"], ["t.id"], "fk", ondelete="SET NULL (a)")),
    ],
)
def test_what_came_with_version_15_is_refused_before(operation: Operation) -> None:
    """An older server is named together with what it lacks; a script is written for any version."""
    state = on_paper(ops.CreateTable("t", Column("id", Integer, primary_key=True), Column("a", Integer)))
    old = postgresql.dialect()
    old.server_version_info = (14, 2)
    with pytest.raises(UnsupportedError, match="needs PostgreSQL 15, and this server is version 14"):
        script(old, [operation], state)
    assert script(PAPER, [operation], state)
