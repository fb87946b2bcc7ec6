"""Models and the database made from them are equal once both are normalized, and nothing else is equal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.pool import NullPool

from minimig.dialects.compare import database_state
from minimig.dialects.registry import editor_for, normalizer_for
from minimig.dialects.sqltext import canonical
from minimig.operations.tables import CreateTable
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.broad_schema import TOPICS
from support.databases import Database

Create = Callable[[sa.Connection, sa.MetaData], None]


class LiveOutput:
    """Sends an editor's statements to a connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection

    def execute(self, statement: str | sa.ClauseElement, parameters: Any = None, options: object = None) -> None:
        assert isinstance(statement, str)
        self.connection.execute(sa.text(statement.replace(":", "\\:")))

    def sync(self) -> None:
        """Each statement has taken effect when `execute` returns."""


def create_all(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """As SQLAlchemy creates it: unnamed constraints get the database's own names."""
    metadata.create_all(connection)


def create_by_operations(connection: sa.Connection, metadata: sa.MetaData) -> None:
    """As a migration creates it."""
    editor = editor_for(connection.dialect, LiveOutput(connection))
    wanted, state = from_metadata(metadata), SchemaState()
    for table in metadata.sorted_tables:
        operation = CreateTable(wanted[table.key])
        after = operation.state_forwards(state)
        operation.execute(editor, state, after)
        state = after
    editor.finish()


def differences(expected: Any, live: Any, where: str = "") -> Iterator[str]:
    """Where two states differ, in lines."""
    if expected == live:
        return
    if isinstance(expected, SchemaState):
        yield from differences(expected.tables, live.tables)
    elif isinstance(expected, Mapping) and isinstance(live, Mapping):
        for key in sorted(expected.keys() | live.keys()):
            yield from differences(expected.get(key), live.get(key), f"{where} {key}")
    elif hasattr(expected, "columns") and isinstance(expected.columns, Mapping) and live is not None:
        for part in ("name", "schema", "columns", "primary_key", "constraints", "indexes", "comment", "options"):
            yield from differences(getattr(expected, part), getattr(live, part), f"{where} {part}")
    else:
        yield f"{where.strip()}:\n  expected {expected}\n  live     {live}"


def prepare(database: Database, metadata: sa.MetaData, create: Create = create_all) -> None:
    """Create the tables."""
    with database.engine.begin() as connection:
        if database.kind == "postgresql":
            connection.exec_driver_sql("CREATE SCHEMA other")
        create(connection, metadata)


def compare(database: Database, metadata: sa.MetaData) -> list[str]:
    """What differs between models and database."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, from_metadata(metadata))
    found = list(differences(expected, live))
    assert bool(found) == (expected != live)
    return found


@pytest.mark.parametrize("create", [create_all, create_by_operations])
@pytest.mark.parametrize("topic", TOPICS)
def test_a_fresh_database_equals_its_models(database: Database, topic: str, create: Create) -> None:
    """Nothing differs between the models and the database just made from them, whoever made it.

    And a normalized state is its own normal form.
    """
    metadata = TOPICS[topic](database.kind)
    prepare(database, metadata, create)
    with database.engine.connect() as connection:
        expected, live = database_state(connection, from_metadata(metadata))
        assert list(differences(expected, live)) == []
        normalizer = normalizer_for(connection.dialect)
    for state in (expected, live):
        once = normalizer.normalize(state)
        assert list(differences(normalizer.normalize(once), once)) == []


def base(kind: str) -> sa.MetaData:
    """A small schema that each of CHANGES alters in one place."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(80), nullable=False, server_default="none", comment="a title"),
        sa.Column("mood", sa.Enum("sad", "ok", name="mood", create_constraint=True)),
        sa.Column("price", sa.Integer),
        sa.Column("twice", sa.Integer, sa.Computed("price * 2", persisted=True)),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", name="fk_user", ondelete="CASCADE")),
        sa.UniqueConstraint("title", name="uq_title"),
        sa.CheckConstraint("price IN (1, 2)", name="ck_price"),
        comment="posts",
    )
    sa.Index("ix_price", metadata.tables["posts"].c.price.desc())
    return metadata


def column(**changes: Any) -> Callable[[sa.MetaData], None]:
    """Put another column `title` in place of the one there is."""

    def change(metadata: sa.MetaData) -> None:
        given: dict[str, Any] = {"type_": sa.String(80), "nullable": False, "server_default": "none"} | changes
        type_ = given.pop("type_")
        given.setdefault("comment", "a title")
        metadata.tables["posts"].append_column(sa.Column("title", type_, **given), replace_existing=True)

    return change


def other_mood(metadata: sa.MetaData) -> None:
    """One label more."""
    enum = sa.Enum("sad", "ok", "happy", name="mood", create_constraint=True)
    metadata.tables["posts"].append_column(sa.Column("mood", enum), replace_existing=True)


def other_check(metadata: sa.MetaData) -> None:
    """A CHECK of the same name that says something else."""
    posts = metadata.tables["posts"]
    posts.constraints = {c for c in posts.constraints if c.name != "ck_price"}
    posts.append_constraint(sa.CheckConstraint("price IN (1, 3)", name="ck_price"))


def other_computed(metadata: sa.MetaData) -> None:
    """Another expression."""
    changed = sa.Column("twice", sa.Integer, sa.Computed("price * 3", persisted=True))
    metadata.tables["posts"].append_column(changed, replace_existing=True)


def other_key(**options: Any) -> Callable[[sa.MetaData], None]:
    """The foreign key with other options."""

    def change(metadata: sa.MetaData) -> None:
        posts = metadata.tables["posts"]
        posts.constraints = {c for c in posts.constraints if c.name != "fk_user"}
        posts.append_constraint(sa.ForeignKeyConstraint(["user_id"], ["users.id"], **options))

    return change


def other_index(metadata: sa.MetaData) -> None:
    """Ascending."""
    posts = metadata.tables["posts"]
    posts.indexes.clear()
    sa.Index("ix_price", posts.c.price)


def other_unique(metadata: sa.MetaData) -> None:
    """Over other columns."""
    posts = metadata.tables["posts"]
    posts.constraints = {c for c in posts.constraints if c.name != "uq_title"}
    posts.append_constraint(sa.UniqueConstraint("price", name="uq_title"))


def renamed_unique(metadata: sa.MetaData) -> None:
    """Under a name that somebody chose."""
    posts = metadata.tables["posts"]
    posts.constraints = {c for c in posts.constraints if c.name != "uq_title"}
    posts.append_constraint(sa.UniqueConstraint("title", name="chosen"))


def one_more_table(metadata: sa.MetaData) -> None:
    """A table that the database does not have."""
    sa.Table("late", metadata, sa.Column("id", sa.Integer, primary_key=True))


def other_comment(metadata: sa.MetaData) -> None:
    """Another comment on the table."""
    metadata.tables["posts"].comment = "articles"


CHANGES: dict[str, tuple[Any, ...]] = {
    "length": (column(type_=sa.String(81)), "columns title"),
    "type": (column(type_=sa.Text()), "columns title"),
    "nullable": (column(nullable=True), "columns title"),
    "default": (column(server_default="some"), "columns title"),
    "default gone": (column(server_default=None), "columns title"),
    "label": (other_mood, "mood"),
    "check": (other_check, "ck_price"),
    "computed": (other_computed, "columns twice"),
    "on delete": (other_key(name="fk_user", ondelete="SET NULL"), "fk_user"),
    "key renamed": (other_key(name="fk_other", ondelete="CASCADE"), "fk_user", "fk_other"),
    "unique": (other_unique, "uq_title"),
    "unique renamed": (renamed_unique, "chosen", "uq_title"),
    "index": (other_index, "ix_price"),
    "table": (one_more_table, "late"),
    "column comment": (column(comment="another"), "columns title"),
    "table comment": (other_comment, "posts comment"),
}


def test_a_change_is_seen(database: Database) -> None:
    """Being quiet about spelling hides no real difference, and nothing beside it is reported."""
    prepare(database, base(database.kind))
    wrong = []
    for name, (change, *places) in CHANGES.items():
        changed = base(database.kind)
        change(changed)
        found = compare(database, changed)
        seen = {place for place in places if any(place in line for line in found)}
        beside = [line for line in found if not any(place in line for place in places)]
        invisible = database.kind == "sqlite" and "comment" in name  # it keeps none
        if beside or seen != (set() if invisible else set(places)):
            wrong.append((name, found))
    assert wrong == []


def test_only_the_live_side_knows_an_unknown_table(database: Database) -> None:
    """A table that nobody described is listed, unless it is to be ignored."""
    prepare(database, base(database.kind))
    like = SchemaState({"users": from_metadata(base(database.kind))["users"]})
    with database.engine.connect() as connection:
        expected, live = database_state(connection, like)
        assert (set(expected.tables), set(live.tables)) == ({"users"}, {"users", "posts"})
        _, live = database_state(connection, like, ignore=lambda key: key in ("posts", "users"))
        assert set(live.tables) == {"users"}  # a table that is expected cannot be ignored


def test_asking_leaves_no_trace(database: Database) -> None:
    """After a comparison that had to ask, there are no new tables, and the caller's own transaction goes on."""
    prepare(database, TOPICS["checks"](database.kind))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("INSERT INTO checks (id) VALUES (1)")
        database_state(connection, from_metadata(TOPICS["checks"](database.kind)))
        assert connection.exec_driver_sql("SELECT count(*) FROM checks").scalar() == 1
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM checks").scalar() == 0
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql("SELECT * FROM minimig_probe_0")


def test_asking_works_in_autocommit(postgresql_database: Database) -> None:
    """A connection without transactions is asked as well, and left without the temporary tables."""
    metadata = TOPICS["checks"]("postgresql")
    prepare(postgresql_database, metadata)
    engine = sa.create_engine(postgresql_database.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        expected, live = database_state(connection, from_metadata(metadata))
        assert list(differences(expected, live)) == []
        assert sa.inspect(connection).get_temp_table_names() == []


def test_a_refusal_is_a_difference_of_its_table_alone(postgresql_database: Database) -> None:
    """An expression that the server cannot read is reported; other tables are still compared, the connection lives."""

    def models(call: str) -> sa.MetaData:
        metadata = TOPICS["checks"]("postgresql")
        check = sa.CheckConstraint(f"{call} > 1", name="ck_call")
        sa.Table("asked", metadata, sa.Column("name", sa.String(9)), check)
        return metadata

    prepare(postgresql_database, models("length(name)"))
    with postgresql_database.engine.connect() as connection:
        expected, live = database_state(connection, from_metadata(models("no_such_function(name)")))
        found = list(differences(expected, live))
        assert len(found) == 1
        assert "no_such_function" in found[0]
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1


def test_a_refusal_spoils_nothing_else_in_its_table(postgresql_database: Database) -> None:
    """Of several things asked about in one table, only what the server refuses is a difference."""

    def models(call: str) -> sa.MetaData:
        metadata = sa.MetaData()
        utc = sa.text("(now() at time zone 'UTC')")
        table = sa.Table(
            "asked", metadata, sa.Column("name", sa.String(9)), sa.Column("at", sa.DateTime, server_default=utc)
        )
        table.append_constraint(sa.CheckConstraint("name IN ('a', 'b')", name="ck_in"))
        table.append_constraint(sa.CheckConstraint(f"{call} > 1", name="ck_call"))
        sa.Index("ix_lower", sa.text("lower(name) DESC NULLS LAST"), _table=table)
        return metadata

    prepare(postgresql_database, models("length(name)"))
    found = compare(postgresql_database, models("no_such_function(name)"))
    assert len(found) == 1
    assert "no_such_function" in found[0]


def test_a_read_only_database_can_be_compared(postgresql_database: Database) -> None:
    """Where nothing can be created, texts are compared as they are; what needs no asking is still equal."""
    metadata = base("postgresql")
    prepare(postgresql_database, metadata)
    with postgresql_database.engine.connect() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        expected, live = database_state(connection, from_metadata(metadata))
        found = list(differences(expected, live))
    assert all("ck_price" in line for line in found)


def test_a_comparison_takes_the_same_number_of_statements_for_any_number_of_tables(
    postgresql_database: Database,
) -> None:
    """Reading does not grow with the tables, nor does asking about a CHECK and an index in each of them."""
    counts = []
    for number in (2, 3, 20):  # the first time SQLAlchemy asks a few things about the server
        metadata = sa.MetaData()
        for i in range(number):
            sa.Table(
                f"t{i}",
                metadata,
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("a", sa.String(9)),
                sa.CheckConstraint("a IN ('x', ';', '5%', '$minimig_0$')", name=f"ck_{i}"),
                sa.Index(f"ix_{i}", sa.text("lower(a || 'x')")),
            )
        postgresql_database.clear()
        prepare(postgresql_database, metadata)
        with postgresql_database.engine.connect() as connection:
            sent: list[str] = []
            sa.event.listen(connection, "before_cursor_execute", lambda *args, sent=sent: sent.append(args[2]))
            expected, live = database_state(connection, from_metadata(metadata))
        assert expected == live
        counts.append(len(sent))
    assert counts[1] == counts[2]
    assert counts[1] < 40


def test_a_serial_key_made_by_hand_and_another_sequence(postgresql_database: Database) -> None:
    """A sequence that a key owns is its numbering, whatever its name; one that it does not own is a default."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE old (id SERIAL PRIMARY KEY)")
        connection.exec_driver_sql("ALTER TABLE old RENAME TO new")
        connection.exec_driver_sql("CREATE SEQUENCE shared")
        connection.exec_driver_sql("CREATE TABLE other (id INTEGER PRIMARY KEY DEFAULT nextval('shared'))")
    metadata = sa.MetaData()
    sa.Table("new", metadata, sa.Column("id", sa.Integer, primary_key=True))
    default = sa.text("nextval('shared')")
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True, server_default=default))
    assert compare(postgresql_database, metadata) == []


def test_offline_both_sides_need_no_database() -> None:
    """Without any connection the spelling of types and defaults is known."""
    first, second = sa.MetaData(), sa.MetaData()
    sa.Table("t", first, sa.Column("a", sa.Float), sa.Column("b", sa.DateTime, server_default=sa.func.now()))
    now = sa.text("CURRENT_TIMESTAMP")
    sa.Table("t", second, sa.Column("a", postgresql.DOUBLE_PRECISION), sa.Column("b", sa.DateTime, server_default=now))
    assert from_metadata(first) != from_metadata(second)
    normalizer = normalizer_for(postgresql.dialect())
    assert normalizer.normalize(from_metadata(first)) == normalizer.normalize(from_metadata(second))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("price > 0", "((Price>0))"),
        ('"price" <> 1', "`price` != 1"),
        ("(a) AND (b)", "(a) and (b)"),
        ("lower( name )", "LOWER(name)"),
        ("- 1", "(-1)"),
        ("a IN (1,2)", "a in (1, 2)"),
    ],
)
def test_style_is_evened_out(one: str, other: str) -> None:
    """White space, case, needless quotes and parentheses are style."""
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"), [("'A'", "'a'"), ('"A"', '"a"'), ("a b", "ab"), ("(a) or (b)", "a) or (b"), ("''", "' '")]
)
def test_meaning_is_not(one: str, other: str) -> None:
    """Strings, quoted capitals and word boundaries mean something."""
    assert canonical(one) != canonical(other)


SQLITE_OPTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "autoincrement": ({}, {"sqlite_autoincrement": True}),
    "autoincrement denied": ({"sqlite_autoincrement": True}, {"sqlite_autoincrement": False}),
    "without rowid": ({}, {"sqlite_with_rowid": False}),
    "strict": ({}, {"sqlite_strict": True}),
    "collation": ({}, {"column": sa.Column("a", sa.String(9, "NOCASE"))}),
    "collation gone": ({"column": sa.Column("a", sa.String(9, "NOCASE"))}, {}),
    "on conflict": (
        {"column": sa.Column("a", sa.String(9), nullable=False, sqlite_on_conflict_not_null="FAIL")},
        {"column": sa.Column("a", sa.String(9), nullable=False)},
    ),
}


@pytest.mark.parametrize("change", SQLITE_OPTIONS)
def test_sqlites_own_words_are_seen(sqlite_database: Database, change: str) -> None:
    """What SQLAlchemy's Inspector leaves out (AUTOINCREMENT, COLLATE, ON CONFLICT of NOT NULL) is no blind spot."""

    def models(options: Mapping[str, Any]) -> sa.MetaData:
        metadata, given = sa.MetaData(), dict(options)
        column = given.pop("column", sa.Column("a", sa.String(9)))
        plain = sa.Column("a", sa.Text) if "sqlite_strict" in {*options, *SQLITE_OPTIONS[change][1]} else column._copy()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), plain, **given)
        return metadata

    before, after = map(models, SQLITE_OPTIONS[change])
    prepare(sqlite_database, before)
    assert compare(sqlite_database, before) == []
    assert len(compare(sqlite_database, after)) == 1


class Geometry(sa.types.UserDefinedType[bytes]):
    """A type that SQLAlchemy does not know."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "Geometry"


@pytest.mark.filterwarnings("ignore:Did not recognize type")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Geometry(), sa.Text()),
        (mysql.LONGTEXT(), sa.JSON()),
        (mysql.ENUM("a\\"), mysql.ENUM("a\\\\")),
        (mysql.ENUM("a", charset="utf8mb4"), mysql.ENUM("a", charset="latin1")),
        (sa.Text(), Geometry()),
    ],
)
def test_types_that_mariadb_reports_in_a_roundabout_way(
    mariadb_database: Database, one: sa.types.TypeEngine[Any], other: sa.types.TypeEngine[Any]
) -> None:
    """JSON is LONGTEXT with a CHECK, labels come escaped, and not every type is known: each is told from another."""

    def models(type_: sa.types.TypeEngine[Any]) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", type_))
        return metadata

    prepare(mariadb_database, models(one))
    assert compare(mariadb_database, models(one)) == []
    assert len(compare(mariadb_database, models(other))) == 1


@pytest.mark.filterwarnings("ignore:.*could not be located in PRAGMA foreign_keys")
@pytest.mark.parametrize("create", [create_all, create_by_operations])
def test_a_foreign_key_that_says_the_same_again_is_read(sqlite_database: Database, create: Create) -> None:
    """SQLAlchemy's Inspector reports only one of two foreign keys over the same columns: the other is no difference."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    keys = [sa.ForeignKeyConstraint(["a"], ["users.id"], name=name, ondelete="CASCADE") for name in ("fk_a", "fk_b")]
    sa.Table("posts", metadata, sa.Column("a", sa.Integer), *keys)
    prepare(sqlite_database, metadata, create)
    assert compare(sqlite_database, metadata) == []


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_initially_without_deferrable(request: pytest.FixtureRequest, kind: str) -> None:
    """`initially` alone is a syntax error on SQLite and MariaDB, and says no more than the default or DEFERRABLE."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    keys = [
        sa.Column(word, sa.Integer, sa.ForeignKey("users.id", initially=word)) for word in ("IMMEDIATE", "DEFERRED")
    ]
    sa.Table("posts", metadata, *keys)
    prepare(database, metadata, create_by_operations)
    assert compare(database, metadata) == []


def test_a_backtick_in_a_name(mariadb_database: Database) -> None:
    """SQLAlchemy's Inspector leaves it doubled."""
    metadata = sa.MetaData()
    key = sa.Column("i`d", sa.Integer, primary_key=True)
    sa.Table("t", metadata, key, sa.Column("x`y", sa.String(9), unique=True, server_default="a"))
    prepare(mariadb_database, metadata)
    assert compare(mariadb_database, metadata) == []


class Sized(sa.types.UserDefinedType[str]):
    """A project's own type, whose length nobody can see from outside."""

    cache_ok = False

    def __init__(self, *args: int) -> None:
        self._size = args[0]

    def get_col_spec(self, **_: Any) -> str:
        """The type as SQL."""
        return f"VARCHAR({self._size})"


def test_types_that_hide_what_they_were_called_with(sqlite_database: Database) -> None:
    """Each is spelled by itself: one that was seen before does not speak for another that is described alike."""
    metadata = sa.MetaData()
    hidden = [
        sa.Column("a", Sized(5)),
        sa.Column("b", Sized(7)),
        sa.Column("c", sa.Text().with_variant(Sized(9), "sqlite")),
    ]
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *hidden)
    with sqlite_database.engine.begin() as connection:
        metadata.create_all(connection)
        expected, live = database_state(connection, from_metadata(metadata))
    assert list(differences(expected, live)) == []
