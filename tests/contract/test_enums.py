"""Named enums up and down on every database, with rows in place.

Two tables share an enum `status`; a default, a CHECK, a partial index speak of its labels. A third has an enum that is
a VARCHAR with a CHECK everywhere.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, Index, Integer

from minimig import ops
from minimig.autogenerate.autodetector import diff
from minimig.errors import DatabaseError, StateError
from minimig.operations.base import Operation
from minimig.operations.chain import reversed_operations
from minimig.operations.enums import EnumOperation
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState
from support.contracts import Rows, cleared, column, made, there, there_and_back
from support.databases import Database
from support.editing import run

STATUS = ("draft", "it's", "old")
ROWS: Rows = {
    "posts": [{"id": 1, "status": "draft"}, {"id": 2, "status": "it's"}, {"id": 3, "status": "old", "note": 1}],
    "pages": [{"id": 1, "status": "it's"}, {"id": 2, "status": None}],
    "loose": [{"id": 1, "kind": "a"}, {"id": 2, "kind": "b"}],
}


def models(*labels: str, arrays: bool = False) -> sa.MetaData:
    """The tables, with these labels of `status`."""
    metadata = sa.MetaData()
    status = sa.Enum(*(labels or STATUS), name="status")
    sa.Table(
        "posts",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("status", status, nullable=False, server_default="draft", comment="where it is"),
        Column("note", Integer),
        CheckConstraint("status <> 'old' OR note > 0", name="ck_posts_status"),
        Index(
            "ix_posts_old", "note", postgresql_where=sa.text("status = 'old'"), sqlite_where=sa.text("status = 'old'")
        ),
    )
    sa.Table(
        "pages",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("status", sa.Enum(*(labels or STATUS), name="status"), index=True),
        *([Column("past", sa.ARRAY(status), server_default="{draft,old}")] if arrays else []),
    )
    kind = sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True)
    sa.Table(
        "loose", metadata, Column("id", Integer, primary_key=True), Column("kind", kind, server_default="b", key="kind")
    )
    return metadata


def prepared(database: Database) -> SchemaState:
    """The tables with their rows; on PostgreSQL with an array of the enum."""
    return made(database, models(arrays=database.kind == "postgresql"), ROWS)


SCENARIOS: dict[str, list[Operation]] = {
    "add_at_the_end": [ops.AddEnumValue("status", "gone")],
    "add_before": [ops.AddEnumValue("status", "new", before="draft")],
    "add_after": [ops.AddEnumValue("status", "100%:x", after="draft")],
    "add_two": [ops.AddEnumValue("status", "a very long label indeed"), ops.AddEnumValue("status", "z", after="draft")],
    "rename_value": [ops.RenameEnumValue("status", "old", "very 'old'")],
    "rename_default": [ops.RenameEnumValue("status", "draft", "new")],
    "rename_case": [ops.RenameEnumValue("status", "draft", "Draft"), ops.RenameEnumValue("kind", "a", "A")],
    "swap_names": [
        ops.RenameEnumValue("status", "draft", "x"),
        ops.RenameEnumValue("status", "it's", "draft"),
        ops.RenameEnumValue("status", "x", "it's"),
    ],
    "reorder": [ops.AlterEnum("status", ["old", "draft", "it's"])],
    "alter_and_rename": [ops.AlterEnum("status", ["new", "old", "it's"], replace={"draft": "new"})],
    "rename_enum": [ops.RenameEnum("status", "State")],
    "loose_add": [ops.AddEnumValue("kind", "a longer one", after="a")],
    "loose_rename_value": [ops.RenameEnumValue("kind", "b", "much longer")],
    "loose_alter": [ops.AlterEnum("kind", ["c", "a"], replace={"b": "c"})],
    "loose_rename": [ops.RenameEnum("kind", "Kind")],
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_up_and_down(database: Database, name: str) -> None:
    """Each operation does what it says in every column, and its reverse leads back to the same rows."""
    before = prepared(database)
    there_and_back(database, SCENARIOS[name], before)
    cleared(database, before)


def test_rows_follow_a_renamed_label(database: Database) -> None:
    """Rows that held the old label hold the new one, in each table; the others are as they were."""
    before = prepared(database)
    there(database, [ops.RenameEnumValue("status", "it's", "live"), ops.RenameEnumValue("kind", "a", "aa")], before)
    assert column(database, "posts", "status") == ["draft", "live", "old"]
    assert column(database, "pages", "status") == ["live", None]
    assert column(database, "loose", "kind") == ["aa", "b"]


def test_removed_labels_become_what_replace_says(database: Database) -> None:
    """A label is merged into another; what spoke of it was dropped before and comes back after the way down."""
    before = prepared(database)
    changes: list[Operation] = [
        ops.AlterEnum("status", ["draft", "old"], replace={"it's": "draft"}),
        ops.AlterEnum("kind", ["b"], replace={"a": "b"}),
    ]
    after = there(database, changes, before)
    assert column(database, "posts", "status") == ["draft", "draft", "old"]
    assert column(database, "pages", "status") == ["draft", None]
    assert column(database, "loose", "kind") == ["b", "b"]
    back = there(database, reversed_operations(changes, before), after)
    assert back == before


def test_views_are_out_of_the_way_of_a_rebuild(database: Database) -> None:
    """A view over the enum, and one over that, are there before and after each change, whatever becomes of the type."""
    before = prepared(database)
    views = [
        ops.CreateView("live", "SELECT id, status FROM posts WHERE status <> 'draft'"),
        ops.CreateView("few", "SELECT id FROM live WHERE id > 1"),
    ]
    before = run(database, views, before)
    for change in (
        ops.AlterEnum("status", ["old", "draft", "it's"]),
        ops.AddEnumValue("status", "gone"),
        ops.AlterEnum("status", ["new", "old", "draft"], replace={"it's": "new"}),
    ):
        after = run(database, [change], before)
        assert column(database, "few", "id") == ["2", "3"]
        assert run(database, [change.reverse(before)], after) == before
        assert column(database, "few", "id") == ["2", "3"]


def test_rows_in_the_way_are_counted(database: Database) -> None:
    """A label that rows hold is not taken away; the error counts them, table by table, and nothing has happened."""
    before = prepared(database)
    with pytest.raises(DatabaseError, match=r"1 row of pages\.status, 1 row of posts\.status hold \"it's\"") as caught:
        run(database, [ops.AlterEnum("status", ["draft", "old"])], before)
    assert caught.value.hint is not None
    assert 'replace={"it\'s": ...}' in caught.value.hint
    there(database, [], before)


def test_the_way_back_of_an_added_label_counts_rows(database: Database) -> None:
    """AddEnumValue is taken back only when no row holds the label; an AlterEnum with replace does it for all rows."""
    before = prepared(database)
    change = ops.AddEnumValue("status", "gone", after="draft")
    after = there(database, [change], before)
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE pages SET status = 'gone' WHERE id = 2"))
    with pytest.raises(DatabaseError, match=r"1 row of pages\.status hold 'gone'"):
        run(database, [change.reverse(before)], after)
    there(database, [ops.AlterEnum("status", STATUS, replace={"gone": "old"})], after)
    assert column(database, "pages", "status") == ["it's", "old"]


@pytest.mark.parametrize(
    ("labels", "default", "check"),
    [
        (("new", *STATUS), "new", "status <> 'old' OR note > 0"),
        ((*STATUS, "x"), "draft", "status <> 'x' OR note > 0"),
        (("it's", "old", "draft"), "draft", "status <> 'old' OR note > 0"),
    ],
    ids=["used as default", "used in a check", "reordered"],
)
def test_what_the_autodetector_says_can_be_run(
    database: Database, labels: tuple[str, ...], default: str, check: str
) -> None:
    """A difference in which a new label is used at once runs as one migration, and leads to the models."""
    before = prepared(database)
    metadata = models(*labels, arrays=database.kind == "postgresql")
    metadata.tables["posts"].c.status.server_default = sa.DefaultClause(default)
    (old,) = (c for c in metadata.tables["posts"].constraints if c.name == "ck_posts_status")
    metadata.tables["posts"].constraints.remove(old)
    metadata.tables["posts"].append_constraint(CheckConstraint(check, name="ck_posts_status"))
    after = from_metadata(metadata)
    operations = diff(before, after)
    assert sum(isinstance(operation, EnumOperation) for operation in operations) == 1
    there_and_back(database, operations, before)
    assert there(database, operations, before) == after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (ops.AlterEnum("status", ["draft", "it's"]), "CHECK ck_posts_status speaks of it"),
        (ops.AlterEnum("status", ["it's", "old"]), r"server default of posts\.status"),
        (ops.AlterEnum("status", ["it's", "old"], replace={"draft": "old"}), "server default"),
        (ops.AddEnumValue("status", "old"), "has a value 'old' already"),
        (ops.AddEnumValue("status", "x", after="y"), "has no value 'y'"),
        (ops.AddEnumValue("state", "x"), "no column uses an enum called state"),
        (ops.RenameEnumValue("status", "old", "draft"), "has a value 'draft' already"),
        (ops.AlterEnum("status", ["draft", "it's", "old"], replace={"old": "draft"}), "keeps 'old'"),
        (ops.RenameEnum("status", "kind"), "there is a type kind already"),
    ],
)
def test_what_does_not_fit_is_refused(sqlite_database: Database, change: Operation, message: str) -> None:
    """What speaks of a label keeps it, and a label is there once: said before any statement."""
    before = prepared(sqlite_database)
    with pytest.raises(StateError, match=message):
        change.state_forwards(before)
