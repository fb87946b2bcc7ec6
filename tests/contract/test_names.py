"""Names against a database's limits: shortened in one way, refused before anything runs, renamed by case."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer

import minimig
from minimig import ops
from minimig.dialects.registry import dialect_of, editor_for, normalizer_for
from minimig.errors import StateError, UnsupportedError
from minimig.runtime.output import ScriptOutput
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.databases import Database
from support.editing import run
from support.histories import WORDS, History
from support.scenarios import ALL, Scenario, check

LONG = "n" * 100
WIDE = "ä" * 40
"""40 characters and 80 bytes."""

SCENARIOS = {
    "constraint_over_the_limit": Scenario(
        [
            ops.AddConstraint("authors", sa.UniqueConstraint("name", name=f"uq_{LONG}")),
            ops.RenameConstraint(f"uq_{LONG}", f"uq_other_{LONG}", "authors"),
            ops.DropConstraint(f"uq_other_{LONG}", "authors"),
            ops.AddConstraint("authors", sa.CheckConstraint("rank > 0", name=f"ck_{LONG}")),
            ops.CreateIndex(f"ix_{LONG}", "authors", ["born"]),
            ops.RenameIndex(f"ix_{LONG}", f"ix_other_{LONG}", "authors"),
        ],
        lambda f: any(name.startswith("ix_other_nnn") for name in f["authors"].indexes),
    ),
    "bytes_over_the_limit": Scenario(
        [
            ops.AddConstraint("authors", sa.UniqueConstraint("name", name=f"uq_{WIDE}")),
            ops.CreateIndex(f"ix_{WIDE}", "authors", ["born"]),
            ops.DropConstraint(f"uq_{WIDE}", "authors"),
        ],
        lambda f: any(name.startswith("ix_ääää") for name in f["authors"].indexes),
    ),
    "table_in_other_case": Scenario(
        [ops.RenameTable("authors", "Authors")],
        lambda f: "Authors" in f and f["books"].foreign_keys["fk_books_author"][1] == "Authors",
    ),
    "column_in_other_case": Scenario(
        [ops.RenameColumn("authors", "name", "NAME")], lambda f: "NAME" in f["authors"].columns
    ),
}


@pytest.mark.parametrize(
    ("database", "name"),
    [(kind, name) for name, scenario in SCENARIOS.items() for kind in scenario.kinds],
    indirect=["database"],
)
def test_names_at_the_limit_go_up_and_down(database: Database, name: str) -> None:
    """Long names are found again under their short form, and a change of case alone is a rename."""
    check(database, SCENARIOS[name])


def test_a_fresh_database_with_long_names_equals_its_models(database: Database) -> None:
    """What was shortened on the way in compares equal on the way out, in characters and in bytes."""
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("a", Integer),
        sa.UniqueConstraint("a", name=f"uq_{LONG}"),
        sa.CheckConstraint("a > 0", name=f"ck_{LONG}"),
        sa.Index(f"ix_{LONG}", "a", "id"),
        sa.Index(f"ix_{WIDE}", "id", "a"),
    )
    run(database, [ops.CreateTable(t) for t in from_metadata(metadata).tables.values()], SchemaState())
    with database.engine.connect() as connection:
        assert minimig.diff(connection, metadata) == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mariadb", "mysql"])
@pytest.mark.parametrize("name", [f"ix_{LONG}", f"ix_{WIDE}", "ix_short", 'ix "quoted"'])
def test_one_place_shortens(dialect: str, name: str) -> None:
    """The editor quotes exactly what the normalizer expects, and a name that was shortened stays as it is."""
    spoken = dialect_of(f"{dialect}://")
    editor, normalizer = editor_for(spoken, ScriptOutput(spoken)), normalizer_for(spoken)
    short = normalizer.name(name)
    assert editor.quote_constraint(name) == editor.quote(short)
    assert normalizer.name(short) == short


REFUSED = {
    "column": (
        ops.AddColumn("words", Column("c" * 70, Integer)),
        ("postgresql", "mariadb"),
        "the name of column words.ccc",
    ),
    "column_in_bytes": (ops.AddColumn("words", Column(WIDE, Integer)), ("postgresql",), "80 bytes"),
    "table": (ops.RenameTable("words", "w" * 70), ("postgresql", "mariadb"), "the name of table www"),
    "columns_that_meet": (
        ops.AddColumn("words", Column("WORD", Integer)),
        ("sqlite", "mariadb"),
        "takes the columns 'word' and 'WORD' of table words for one",
    ),
    "tables_that_meet": (
        ops.CreateTable("WORDS", Column("id", Integer)),
        ("sqlite",),
        "takes the tables 'words' and 'WORDS' for one",
    ),
    "names_that_meet_when_cut": (
        ops.CreateTable("t", Column("a", Integer), sa.Index(f"{WIDE}a", "a"), sa.Index(f"{WIDE}b", "a")),
        ("postgresql",),
        f"'{WIDE}a' and '{WIDE}b'",
    ),
    "indexes_that_meet": (
        ops.CreateTable("t", Column("a", Integer), sa.Index("ix", "a"), sa.Index("IX", "a")),
        ("sqlite", "mariadb"),
        "constraints or indexes 'IX' and 'ix'",
    ),
}


@pytest.mark.parametrize(("database", "name"), [(k, n) for n in REFUSED for k in ALL], indirect=["database"])
def test_names_are_refused_before_anything_runs(database: Database, tmp_path: Path, name: str) -> None:
    """A plan with a name that the database cannot keep stops as a whole; where it can, the plan runs."""
    operation, kinds, message = REFUSED[name]
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.write("0002_more", f"up = {minimig.source([operation])}")
    if database.kind in kinds:
        with pytest.raises(UnsupportedError, match=message) as caught:
            history.migrate()
        assert "0002_more.py" in str(caught.value.where)
        assert history.tables == set()
    else:
        history.migrate()
        assert len(history.applied) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_names_are_refused_by_the_library(name: str) -> None:
    """`minimig.sql` writes nothing for a database that could not hold the names."""
    operation, kinds, message = REFUSED[name]
    metadata = sa.MetaData()
    sa.Table("words", metadata, Column("id", Integer), Column("word", Integer))
    with pytest.raises(UnsupportedError, match=message):
        minimig.sql([operation], from_metadata(metadata), kinds[0])


def test_a_foreign_key_to_a_name_with_a_dot_is_refused() -> None:
    """`a.b` would be table b of schema a, so nothing may point to a table that is called that."""
    metadata = sa.MetaData()
    target = sa.Table("a.b", metadata, Column("id", Integer, primary_key=True))
    sa.Table("t", metadata, Column("id", sa.ForeignKey(target.c.id), primary_key=True))
    with pytest.raises(StateError, match=r"points to table 'a\.b'"):
        from_metadata(metadata)


def test_a_name_is_what_is_written() -> None:
    """`quote=False` would leave the name to the database's case; `quote=True` says no more than minimig does."""
    for items, options in (([Column("a", Integer)], {"quote": False}), ([Column("Id", Integer, quote=False)], {})):
        metadata = sa.MetaData()
        sa.Table("Books", metadata, *items, **options)  # type: ignore[arg-type]
        with pytest.raises(StateError, match="marked as never quoted"):
            from_metadata(metadata)
    quoted, plain = sa.MetaData(), sa.MetaData()
    sa.Table("books", quoted, Column("id", Integer, quote=True), quote=True)
    sa.Table("books", plain, Column("id", Integer))
    assert from_metadata(quoted) == from_metadata(plain)


def test_a_key_without_a_type_is_told_which() -> None:
    """In models the type comes from the other table; a file has no other table, and says what to write."""
    with pytest.raises(StateError, match="has no type") as caught:
        ops.AddColumn("posts", Column("by", sa.ForeignKey("users.id")))
    assert caught.value.hint == "give it the type of the column it points to"
