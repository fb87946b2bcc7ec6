"""Primary keys and constraints of every kind: up and down, with rows in place and foreign keys that point at them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint

import minimig
from minimig import ops
from minimig.dialects.compare import database_state
from minimig.errors import StateError, UnsupportedError
from minimig.operations.base import Operation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run
from support.library import library
from support.scenarios import Scenario, check, prepared

POINTING = ForeignKeyConstraint(["author_id", "group"], ["Select.author_id", "Select.group"], "fk_editions")
POSTGRESQL = ("postgresql",)

PRIMARY_KEYS = {
    "composite_to_single_and_what_points_to_it": Scenario(
        [
            ops.DropConstraint("fk_editions", "editions"),
            ops.DropPrimaryKey("Select"),
            ops.AddConstraint("Select", PrimaryKeyConstraint("author_id")),
            ops.AddConstraint("editions", ForeignKeyConstraint(["author_id"], ["Select.author_id"], "fk_editions")),
        ],
        lambda f: (
            f["Select"].primary_key == ("author_id",)
            and f["editions"].foreign_keys["fk_editions"][:3] == (("author_id",), "Select", ("author_id",))
        ),
    ),
    "single_to_composite_and_what_points_to_it": Scenario(
        [
            ops.DropConstraint("fk_books_sequel", "books"),
            ops.AddColumn("books", Column("part", Integer, nullable=False, server_default="1")),
            ops.AddColumn("books", Column("sequel_part", Integer, server_default="1")),
            ops.DropPrimaryKey("books"),
            ops.AddConstraint("books", PrimaryKeyConstraint("id", "part", name="pk_books")),
            ops.AddConstraint(
                "books", ForeignKeyConstraint(["sequel_of", "sequel_part"], ["books.id", "books.part"], "fk_sequel")
            ),
        ],
        lambda f: (
            f["books"].primary_key == ("id", "part")
            and f["books"].foreign_keys["fk_sequel"][2] == ("id", "part")
            and "fk_books_sequel" not in f["books"].foreign_keys
        ),
    ),
    "other_order_of_columns": Scenario(
        [
            ops.DropConstraint("fk_editions", "editions"),
            ops.DropPrimaryKey("Select"),
            ops.AddConstraint("Select", PrimaryKeyConstraint("group", "author_id")),
            ops.AddConstraint("editions", POINTING),
        ],
        lambda f: f["Select"].primary_key == ("group", "author_id") and "fk_editions" in f["editions"].foreign_keys,
    ),
    "key_that_numbers_itself_gives_way_to_another": Scenario(
        [
            ops.DropConstraint("fk_books_sequel", "books"),
            ops.DropPrimaryKey("books"),
            ops.AddConstraint("books", UniqueConstraint("id", name="uq_books_id")),
            ops.AddConstraint("books", PrimaryKeyConstraint("title")),
            ops.AddConstraint("books", ForeignKeyConstraint(["sequel_of"], ["books.id"], "fk_books_sequel")),
        ],
        lambda f: f["books"].primary_key == ("title",) and f["books"].foreign_keys["fk_books_sequel"][2] == ("id",),
    ),
    "name_the_primary_key": Scenario(
        [ops.RenameConstraint(None, "pk_books", "books")], lambda f: f["books"].primary_key == ("id",)
    ),
    "rename_the_primary_key": Scenario(
        [ops.RenameConstraint("pk_books", "PK", "books"), ops.RenameConstraint("PK", None, "books")],
        lambda f: f["books"].primary_key == ("id",) and "fk_books_sequel" in f["books"].foreign_keys,
        prepare=(ops.RenameConstraint(None, "pk_books", "books"),),
    ),
    "deferrable_primary_key": Scenario(
        [ops.AddConstraint("editions", PrimaryKeyConstraint("code", deferrable=True, initially="DEFERRED"))],
        lambda f: f["editions"].primary_key == ("code",),
    ),
    "primary_key_that_carries_columns": Scenario(
        [ops.AddConstraint("editions", PrimaryKeyConstraint("code", postgresql_include=["year"]))],
        lambda f: f["editions"].primary_key == ("code",),
    ),
}

ROOMS = ops.CreateTable(
    "rooms", Column("id", Integer, primary_key=True), Column("room", Integer), Column("during", INT4RANGE)
)
EXCLUDE = ExcludeConstraint(("during", "&&"), name="ex_rooms", where=sa.text("room > 0"))
PLAIN_ROOMS = ops.CreateTable("rooms", Column("room", Integer), Column("during", Integer))
ROOMS_WITH_EXCLUDE = ops.CreateTable(
    "rooms",
    Column("room", Integer),
    Column("during", Integer),
    ExcludeConstraint(("during", "&&"), name="ex_rooms", where=sa.text("room > 0")),
)
CONSTRAINTS = {
    "foreign_key_not_valid": Scenario(
        [
            ops.AddConstraint("authors", ForeignKeyConstraint(["rank"], ["books.id"], "fk_new"), not_valid=True),
            ops.ValidateConstraint("fk_new", "authors"),
        ],
        lambda f: "fk_new" in f["authors"].foreign_keys,
    ),
    "check_not_valid": Scenario(
        [
            ops.AddConstraint("books", CheckConstraint('"order" < 100', name="ck_new"), not_valid=True),
            ops.ValidateConstraint("ck_new", "books"),
        ],
        lambda f: "100" in f["books"].checks["ck_new"],
    ),
    "unique_nulls_not_distinct": Scenario(
        [ops.AddConstraint("authors", UniqueConstraint("rank", name="uq_new", postgresql_nulls_not_distinct=True))],
        lambda f: f["authors"].uniques["uq_new"] == ("rank",),
    ),
    "unique_with_everything": Scenario(
        [
            ops.AddConstraint(
                "authors",
                UniqueConstraint(
                    "name",
                    name="uq_new",
                    deferrable=True,
                    initially="DEFERRED",
                    postgresql_include=["born"],
                    sqlite_on_conflict="IGNORE",
                ),
            )
        ],
        lambda f: f["authors"].uniques["uq_new"] == ("name",),
    ),
    "foreign_key_with_everything": Scenario(
        [
            ops.DropConstraint("fk_editions", "editions"),
            ops.AddConstraint(
                "editions",
                ForeignKeyConstraint(
                    ["author_id"],
                    ["authors.id"],
                    "fk_new",
                    match="FULL",
                    ondelete="CASCADE",
                    onupdate="CASCADE",
                    deferrable=True,
                    initially="DEFERRED",
                ),
                not_valid=True,
            ),
        ],
        lambda f: "fk_new" in f["editions"].foreign_keys,
        kinds=("sqlite", "postgresql"),
    ),
    "set_null_of_one_column": Scenario(
        [
            ops.DropConstraint("fk_editions", "editions"),
            ops.AddConstraint(
                "editions",
                ForeignKeyConstraint(
                    ["author_id", "group"],
                    ["Select.author_id", "Select.group"],
                    "fk_new",
                    ondelete='SET NULL ("group")',
                ),
            ),
        ],
        lambda f: "fk_new" in f["editions"].foreign_keys,
        kinds=POSTGRESQL,
    ),
    "exclude": Scenario(
        [
            ops.AddConstraint("rooms", EXCLUDE),
            ops.RenameConstraint("ex_rooms", "EX", "rooms"),
            ops.RenameColumn("rooms", "during", "While"),
        ],
        lambda f: "While" in f["rooms"].columns,
        kinds=POSTGRESQL,
        prepare=(ROOMS,),
    ),
    "drop_exclude": Scenario(
        [ops.DropConstraint("ex_rooms", "rooms")],
        lambda f: "rooms" in f,
        kinds=POSTGRESQL,
        prepare=(ROOMS, ops.AddConstraint("rooms", EXCLUDE)),
    ),
}

SCENARIOS = PRIMARY_KEYS | CONSTRAINTS


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_up_does_it_and_down_undoes_it(database: Database, name: str) -> None:
    """Keys and constraints come, change and go, and come back as they were, with every row."""
    check(database, SCENARIOS[name])


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_the_database_is_what_the_state_says(database: Database, name: str) -> None:
    """After each scenario the database compared with the state shows no difference, options included."""
    scenario = SCENARIOS[name]
    state = run(database, scenario.operations, prepared(database, scenario.prepare))
    assert drift(database, state) == []
    database.clear()
    run(database, minimig.diff(SchemaState(), state), SchemaState())
    assert drift(database, state) == []


OTHER_CONSTRAINTS: dict[str, tuple[sa.Constraint, sa.Constraint]] = {
    "exclude_where": (EXCLUDE, ExcludeConstraint(("during", "&&"), name="ex_rooms", where=sa.text("room > 1"))),
    "exclude_operator": (EXCLUDE, ExcludeConstraint(("during", "="), name="ex_rooms", where=sa.text("room > 0"))),
    "exclude_using": (
        ExcludeConstraint(("room", "="), name="ex", using="btree"),
        ExcludeConstraint(("room", "="), name="ex", using="hash"),
    ),
    "exclude_expression": (
        ExcludeConstraint((sa.text("lower(during)"), "="), name="ex", using="btree"),
        ExcludeConstraint((sa.text("upper(during)"), "="), name="ex", using="btree"),
    ),
    "exclude_deferrable": (
        ExcludeConstraint(("during", "&&"), name="ex", deferrable=True, initially="DEFERRED"),
        ExcludeConstraint(("during", "&&"), name="ex", deferrable=True),
    ),
    "nulls": (
        UniqueConstraint("room", name="uq", postgresql_nulls_not_distinct=True),
        UniqueConstraint("room", name="uq"),
    ),
    "include": (
        UniqueConstraint("room", name="uq", postgresql_include=["id"]),
        UniqueConstraint("room", name="uq", postgresql_include=["during"]),
    ),
    "key_include": (PrimaryKeyConstraint("room", postgresql_include=["during"]), PrimaryKeyConstraint("room")),
    "key_deferrable": (PrimaryKeyConstraint("room", deferrable=True), PrimaryKeyConstraint("room")),
}


@pytest.mark.parametrize("name", OTHER_CONSTRAINTS)
def test_another_constraint_is_noticed(postgresql_database: Database, name: str) -> None:
    """A constraint that differs in one word only is a difference; the database made from it is none."""
    made, other = (ops.AddConstraint("rooms", constraint) for constraint in OTHER_CONSTRAINTS[name])
    columns = (Column("id", Integer), Column("room", Integer, nullable=False), Column("during", INT4RANGE))
    before = run(postgresql_database, [ops.CreateTable("rooms", *columns)], SchemaState())
    state = run(postgresql_database, [made], before)
    assert drift(postgresql_database, state) == []
    assert drift(postgresql_database, other.state_forwards(before)) != []


def test_a_constraint_that_nobody_validated_is_noticed(postgresql_database: Database) -> None:
    """Where the history says valid and the database does not, the difference is to validate it."""
    state = prepared(postgresql_database, ())
    check = CheckConstraint("rank > 0", name="ck_rank")
    with_check = run(postgresql_database, [ops.AddConstraint("authors", check, not_valid=True)], state)
    assert drift(postgresql_database, with_check) == []
    valid = ops.AddConstraint("authors", check).state_forwards(state)
    assert drift(postgresql_database, valid) == [ops.ValidateConstraint("ck_rank", "authors")]
    run(postgresql_database, [ops.ValidateConstraint("ck_rank", "authors")], with_check)
    assert drift(postgresql_database, with_check) == drift(postgresql_database, valid) == []


def test_not_valid_holds_new_rows_only(postgresql_database: Database) -> None:
    """Rows that break the constraint do not stop it from being added, and do stop it from being validated."""
    check = CheckConstraint("rank > 5", name="ck_rank")
    state = run(
        postgresql_database,
        [ops.AddConstraint("authors", check, not_valid=True)],
        prepared(postgresql_database, ()),
    )
    with pytest.raises(sa.exc.IntegrityError):
        run(postgresql_database, [ops.ValidateConstraint("ck_rank", "authors")], state)


def test_a_named_key_is_compared_by_its_name(postgresql_database: Database) -> None:
    """A key that only has another name in the database is renamed, with the foreign keys that point to it in place."""
    state = prepared(postgresql_database, ())
    named = ops.RenameConstraint(None, "pk_books", "books")
    wanted = named.state_forwards(state)
    assert drift(postgresql_database, wanted) == [named]
    run(postgresql_database, [named], state)
    assert drift(postgresql_database, wanted) == []
    assert key_name(postgresql_database) == "pk_books"
    run(postgresql_database, [named.reverse(state)], wanted)
    assert key_name(postgresql_database) == "books_pkey"


def key_name(database: Database) -> str | None:
    """What the database calls the primary key of books."""
    return sa.inspect(database.engine).get_pk_constraint("books")["name"]


def drift(database: Database, state: SchemaState) -> list[Operation]:
    """What would bring the database to a state."""
    with database.engine.connect() as connection:
        expected, live = database_state(connection, state)
    return minimig.diff(live, expected)


@pytest.mark.parametrize("dialect", ["sqlite", "mysql", "mariadb"])
@pytest.mark.parametrize("operation", [ROOMS_WITH_EXCLUDE, ops.AddConstraint("rooms", EXCLUDE)])
def test_exclusion_is_refused_elsewhere(dialect: str, operation: Operation) -> None:
    """Only PostgreSQL has EXCLUDE: others say so, with the name, before any statement."""
    before = SchemaState() if isinstance(operation, ops.CreateTable) else PLAIN_ROOMS.state_forwards(SchemaState())
    with pytest.raises(UnsupportedError, match="EXCLUDE constraint, ex_rooms, which only PostgreSQL can do"):
        minimig.sql([operation], before, dialect)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        (ops.DropConstraint("pk_books", "books"), "pk_books is the primary key of table books"),
        (ops.RenameConstraint("ck_books_price", None, "books"), "is not the primary key, and must have a name"),
        (ops.RenameConstraint("pk_books", "ck_books_price", "books"), "has a constraint 'ck_books_price' already"),
        (ops.DropPrimaryKey("books"), "the primary key of books cannot be dropped: foreign key books.fk_books_sequel"),
        (ops.ValidateConstraint("ck_books_price", "books"), "is valid already"),
        (ops.ValidateConstraint("uq_books_author_title", "books"), "is no foreign key or CHECK"),
    ],
)
def test_what_does_not_fit_is_said(operation: Operation, words: str) -> None:
    """Names that are the key's, or taken, and validation of what needs none, are refused on paper."""
    state = ops.RenameConstraint(None, "pk_books", "books").state_forwards(from_metadata(library()))
    with pytest.raises(StateError, match=words):
        operation.state_forwards(state)


@pytest.mark.parametrize(
    "arguments",
    [
        (UniqueConstraint("rank", name="uq"), {"not_valid": True}),
        (PrimaryKeyConstraint("rank"), {"not_valid": True}),
        (PrimaryKeyConstraint("rank"), {"if_not_exists": True}),
    ],
)
def test_arguments_that_mean_nothing_are_refused(arguments: tuple[sa.Constraint, dict[str, bool]]) -> None:
    """`not_valid` is for foreign keys and CHECKs, and a primary key has no name to look for."""
    constraint, named = arguments
    with pytest.raises(StateError, match=r"leave (not_valid|if_not_exists) out"):
        ops.AddConstraint("authors", constraint, **named)
