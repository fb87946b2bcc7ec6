"""Operations of a project's own: a class in a package, known to every part of minimig by being a subclass.

Nothing is registered. The package here grants rights (an operation like any other), logs what it creates (a built-in
one wrapped), and keeps an audit line for each statement (a built-in one replaced for a whole database).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.autogenerate.optimizer import optimize
from minimig.autogenerate.ordering import in_order
from minimig.autogenerate.partition import partition
from minimig.errors import StateError, UnsupportedError
from minimig.operations.chain import states
from minimig.revisions.names import summary
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import History
from support.projects import ProjectFolder

PACKAGE = '''
"""Operations of the shop."""

from dataclasses import dataclass

import sqlalchemy as sa

from minimig import ops
from minimig.errors import StateError, UnsupportedError
from minimig.operations.footprint import Footprint, columns, table
from minimig.operations.rank import Rank
from minimig.state.tables import table_key


@dataclass(frozen=True)
class CopyColumn(ops.Operation):
    """Copy one column of a table into another, which is emptied on the way back."""

    table: str
    source: str
    target: str
    factor: int = 1
    symbol = "p"
    rank = Rank.ADD_CONSTRAINT

    @property
    def home(self):
        return self.table

    def state_forwards(self, state):
        if self.source == self.target:
            raise StateError("a column cannot be copied into itself", hint="name another target")
        for name in (self.source, self.target):
            state[self.table].column(name)
        return state

    def reverse(self, before):
        return ClearColumn(self.table, self.target, self)

    def database_forwards(self, editor, before, after):
        if editor.dialect.name == "postgresql" and self.factor == 0:
            raise UnsupportedError("PostgreSQL copies nothing by 0", hint="leave it out")
        names = [editor.quote(name) for name in (self.target, self.source)]
        editor.run_sql(f"UPDATE {editor.table(after[self.table])} SET {names[0]} = {names[1]} * {self.factor}")

    def describe(self):
        return f"copy {self.table}.{self.source} to {self.target}"

    def fragment(self):
        return f"copy_{self.source}"

    def footprint(self, before):
        names = columns(self.table, [self.target])
        return Footprint(changes=names, reads=columns(self.table, [self.source]) | {table(self.table)})


@dataclass(frozen=True)
class ClearColumn(ops.Operation):
    """The way back of CopyColumn."""

    table: str
    column: str
    undone: CopyColumn

    def reverse(self, before):
        return self.undone

    def database_forwards(self, editor, before, after):
        built = editor.built(after[self.table])
        editor.run_sql(sa.update(built).values({self.column: None}))


@dataclass(frozen=True, init=False)
class LoggedTable(ops.CreateTable):
    """CreateTable, wrapped: what was created, and for whom, is written into the table `log`."""

    note: str

    def __init__(self, name, *items, note, **options):
        super().__init__(name, *items, **options)
        object.__setattr__(self, "note", note)

    def database_forwards(self, editor, before, after):
        super().database_forwards(editor, before, after)
        editor.insert_rows(after["log"], [{"line": f"{self.table.name} {self.note}"}])

    def arguments(self):
        return (self.table,), {"note": self.note}


@dataclass(frozen=True, init=False)
class QuietDrop(ops.DropTable):
    """DropTable, replaced: the table is kept under another name."""

    def database_forwards(self, editor, before, after):
        editor.execute(f"ALTER TABLE {self.table} RENAME TO old_{self.table}")
'''

LOG = ops.CreateTable("log", sa.Column("line", sa.String(80)))
ITEMS = ops.CreateTable("items", sa.Column("id", sa.Integer, primary_key=True), sa.Column("price", sa.Integer))
MORE = ops.AddColumn("items", sa.Column("gross", sa.Integer))


@pytest.fixture
def shop_ops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, importable as the files that are written import it."""
    folder = tmp_path / "packages"
    folder.mkdir()
    (folder / "shop_ops.py").write_text(PACKAGE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    import shop_ops

    yield shop_ops
    sys.modules.pop("shop_ops", None)


def write(history: History, name: str, operations: list[ops.Operation]) -> None:
    """A revision file with the operations as minimig writes them."""
    history.write(name, f"import shop_ops\n\nup = {minimig.source(operations)}\n")


def test_written_loaded_run_and_taken_back(tmp_path: Path, database: Database, shop_ops: ModuleType) -> None:
    """From values to a file, from the file to the database, and back: no part needs to be told of the class."""
    history = History.at(tmp_path, database)
    write(history, "0001_items", [LOG, ITEMS, ops.BulkInsert("items", [{"id": 1, "price": 5}], reverse=ops.NOOP)])
    write(
        history,
        "0002_gross",
        [
            MORE,
            shop_ops.CopyColumn("items", "price", "gross", factor=2),
            shop_ops.LoggedTable("tags", sa.Column("id", sa.Integer, primary_key=True), comment="t", note="it's"),
        ],
    )
    written = (history.folder / "0002_gross.py").read_text()
    assert 'shop_ops.CopyColumn(table="items", source="price", target="gross", factor=2)' in written
    assert 'shop_ops.LoggedTable(\n        "tags",' in written
    history.migrate()
    assert history.values("SELECT gross FROM items") == [10]
    assert history.values("SELECT line FROM log") == ["tags it's"]
    history.migrate("-1")
    assert history.columns("items") == ["id", "price"]
    assert history.tables == {"log", "items"}


def test_as_a_script_and_by_hand(tmp_path: Path, sqlite_database: Database, shop_ops: ModuleType) -> None:
    """sqlmigrate writes its statements, both ways; without a file `minimig.apply` and `minimig.sql` run it."""
    project = ProjectFolder(tmp_path, sqlite_database.url)
    project.write("minimig.toml", 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n')
    history = History(tmp_path / "shop" / "migrations", sqlite_database)
    history.folder.mkdir(parents=True)
    copy = shop_ops.CopyColumn("items", "price", "gross")
    write(history, "0001_items", [ITEMS, MORE, copy])
    project.write("shop_ops.py", PACKAGE)
    assert (
        "-- copy items.price to gross\nUPDATE items SET gross = price * 1;"
        in project.ok("sqlmigrate", "shop", "0001").out
    )
    assert "UPDATE items SET gross=NULL;" in project.ok("sqlmigrate", "shop", "0001", "--backwards").out
    state = states([ITEMS, MORE], SchemaState())[-1]
    assert minimig.sql([copy], state, "mysql") == ["UPDATE items SET gross = price * 1"]
    assert minimig.reverse([copy], state) == [shop_ops.ClearColumn("items", "gross", copy)]


def test_ordered_and_shared_out_like_any_other(shop_ops: ModuleType) -> None:
    """Its footprint puts it behind the column that it fills, its home into that table's app, its words into names."""
    copy = shop_ops.CopyColumn("items", "price", "gross")
    before = states([ITEMS], SchemaState())[-1]
    assert in_order([copy, MORE], before, states([MORE], before)[-1]) == [MORE, copy]
    chunks = partition([MORE, copy], before, {"items": "shop"}.__getitem__)
    assert [(chunk.app, chunk.operations) for chunk in chunks] == [("shop", (MORE, copy))]
    assert summary([copy]) == "copy_price"


def test_folding_keeps_what_runs_in_a_way_of_its_own(shop_ops: ModuleType) -> None:
    """A subclass that changes how a built-in operation runs is not folded away into that one, nor taken by another."""
    table = shop_ops.LoggedTable("tags", sa.Column("id", sa.Integer, primary_key=True), note="n")
    more = ops.AddColumn("tags", sa.Column("a", sa.Integer))
    drop = shop_ops.QuietDrop("items")
    for operations in ([table, more], [ITEMS, drop]):
        before = states([LOG], SchemaState())[-1]
        assert optimize(operations, before) == operations
    assert optimize([ITEMS, MORE, ops.DropTable("items")], SchemaState()) == []


def test_a_built_in_one_replaced(tmp_path: Path, sqlite_database: Database, shop_ops: ModuleType) -> None:
    """What a subclass runs instead is what happens; its state and its way back are inherited."""
    history = History.at(tmp_path, sqlite_database)
    write(history, "0001_items", [ITEMS])
    write(history, "0002_drop", [shop_ops.QuietDrop("items")])
    assert 'shop_ops.QuietDrop("items")' in (history.folder / "0002_drop.py").read_text()
    history.migrate()
    assert history.tables == {"old_items"}
    history.migrate("-1")
    assert history.tables == {"old_items", "items"}


def test_it_refuses_like_any_other(tmp_path: Path, postgresql_database: Database, shop_ops: ModuleType) -> None:
    """What it refuses on paper, or on a dialect, is an error with file and place before anything runs."""
    history = History.at(tmp_path, postgresql_database)
    write(history, "0001_items", [ITEMS, MORE])
    write(history, "0002_copy", [shop_ops.CopyColumn("items", "price", "gross", factor=0)])
    with pytest.raises(UnsupportedError, match="copies nothing by 0") as unsupported:
        history.migrate()
    write(history, "0003_itself", [shop_ops.CopyColumn("items", "price", "price")])
    with pytest.raises(StateError, match="into itself") as misfit:
        history.migrate()
    for caught, name in [(unsupported, "0002_copy.py"), (misfit, "0003_itself.py")]:
        assert f"{name}, up[0]: copy items.price" in str(caught.value.where)
        assert caught.value.hint
    assert history.tables == set()


def test_values_that_a_run_hands_to_its_steps(tmp_path: Path, sqlite_database: Database) -> None:
    """What Alembic passes to every upgrade() travels on the connection: execution options, or its `info`."""
    history = History.at(tmp_path, sqlite_database)
    history.write(
        "0001_log",
        """
        def note(connection, tables):
            tenant = connection.get_execution_options()["tenant"]
            connection.execute(sa.insert(tables.log).values(line=f"{tenant} {connection.info['who']}"))

        up = [ops.CreateTable("log", sa.Column("line", sa.String(80))), ops.RunPython(note)]
        """,
    )
    with sqlite_database.engine.connect() as connection:
        connection.info["who"] = "me"
        minimig.migrate(connection.execution_options(tenant="acme"), history.folder)
    assert history.values("SELECT line FROM log") == ["acme me"]
