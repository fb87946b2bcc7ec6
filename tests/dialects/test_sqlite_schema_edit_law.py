"""Law of the schema edit: whatever the table and whatever the change, the database is what the copy would have made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from minimig import ops
from minimig.dialects.sqlite.tokens import flat
from minimig.operations.base import Operation
from minimig.state.parts import CheckState, ForeignKeyState, UniqueState
from support.sqlite_bench import Bench

TABLE = "t b"
VALUES = ["1", "'7'", "'x'", "1.0", "2.5", "NULL", "x'00ff'", "''"]
CONSTANTS = ["1", "'7'", "'x'", "-2.5", "NULL", "x'0a'"]
DEFAULTS = [*CONSTANTS, "(1 + 2)", "CURRENT_DATE"]
SPELLED = ["{0}", '"{0}"', "[{0}]", "`{0}`", "'{0}'"]
TYPES = ["VARCHAR(9)", "TEXT", "INT", "BIGINT", "DECIMAL(5, 2)", "FLOAT", "BLOB", "DATE", ""]
NEW_TYPES = [sa.String(30), sa.Text(), sa.Integer(), sa.BigInteger(), sa.Numeric(9, 3), sa.Double(), sa.DateTime()]
INNER = ["COLLATE NOCASE", "CHECK ({0} IS NOT 'zz')", "CONSTRAINT ck_{0} CHECK ({0} <> 'zz')", "REFERENCES other (k)"]
OUTER = ["CHECK (a IS NOT 'yy')", "CONSTRAINT fk FOREIGN KEY (b) REFERENCES other (k)", "CONSTRAINT ck CHECK (b <> 3)"]
KEYS = ["id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY AUTOINCREMENT", "id INTEGER", "id TEXT PRIMARY KEY NOT NULL"]


@st.composite
def columns(draw: st.DrawFn, name: str, *, added: bool) -> str:
    """A column's definition, such as ADD COLUMN takes or CREATE TABLE."""
    default = draw(st.none() | st.sampled_from(CONSTANTS if added else DEFAULTS))
    words = [draw(st.sampled_from(SPELLED)).format(name), draw(st.sampled_from(TYPES))]
    words += [f"DEFAULT {default}"] if default else []
    words += ["NOT NULL"] if default not in (None, "NULL") and draw(st.booleans()) else []
    words += draw(st.lists(st.sampled_from(INNER[:3]), max_size=2, unique=True))
    words += [INNER[3]] if not default and draw(st.booleans()) else []
    words += ["UNIQUE"] if not added and not default and draw(st.booleans()) else []
    return " ".join(words).replace("{0}", name)


@st.composite
def tables(draw: st.DrawFn) -> list[str]:
    """Statements that make a table of four columns and more, with rows of several ages."""
    key = draw(st.sampled_from(KEYS))
    parts = [key, *(draw(columns(name, added=False)) for name in "ab")]
    parts += ["g INT GENERATED ALWAYS AS (length(a))"] if draw(st.booleans()) else []
    parts += draw(st.lists(st.sampled_from(OUTER), max_size=2, unique=True))
    ending = "WITHOUT ROWID" if "TEXT PRIMARY" in key and draw(st.booleans()) else ""
    made = [
        "CREATE TABLE other (k PRIMARY KEY)",
        f'CREATE TABLE "{TABLE}" ({", ".join(parts)}) {ending}',
        f'CREATE INDEX "i x" ON "{TABLE}" (b, a DESC)',
    ]
    number = 0
    for name in [None, *draw(st.lists(st.sampled_from("cd"), unique=True))]:
        made += [f'ALTER TABLE "{TABLE}" ADD COLUMN {draw(columns(name, added=True))}'] if name else []
        for _ in range(draw(st.integers(0, 2))):
            number += 1
            names = draw(st.sampled_from([["id"], ["id", "a"], ["id", "a", "b"], *([["id", name]] if name else [])]))
            values = [str(number), *(draw(st.sampled_from(VALUES)) for _ in names[1:])]
            made.append(f'INSERT OR IGNORE INTO "{TABLE}" ({", ".join(names)}) VALUES ({", ".join(values)})')
        if draw(st.booleans()):
            made.append(f'CREATE INDEX "i {number} {name}" ON "{TABLE}" ({name or "a"})')
    return made


@st.composite
def changes(draw: st.DrawFn, bench: Bench) -> list[Operation]:
    """A few changes of the table, most of which need no copy."""
    table = bench.state[TABLE]
    found: list[Operation] = []
    loose = [n for n, c in table.constraints.items() if isinstance(c, CheckState | ForeignKeyState | UniqueState)]
    plain = [column for column in table.columns.values() if column.computed is None]
    for name in draw(st.lists(st.sampled_from(loose), max_size=2, unique=True)) if loose else []:
        rename = draw(st.booleans())
        found.append(ops.RenameConstraint(name, f"new {name}", TABLE) if rename else ops.DropConstraint(name, TABLE))
    for column in draw(st.lists(st.sampled_from(plain), min_size=0 if found else 1, max_size=2, unique_by=id)):
        told: dict[str, Any] = draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "type": st.sampled_from(NEW_TYPES),
                    "nullable": st.just(value=True),
                    "server_default": st.none() | st.sampled_from(DEFAULTS).map(sa.text),
                },
            )
        )
        if column.name in (table.primary_key.columns if table.primary_key else ()):
            told.pop("nullable", None)
            if "AUTOINCREMENT" in bench.master(TABLE):
                told.pop("type", None)  # which SQLite takes for INTEGER alone
        if told:
            found.append(ops.AlterColumn(TABLE, column.name, **told))
    return found


def made(statements: Sequence[str]) -> Bench:
    """A database in memory in which these were sent, and its state by reflection."""
    bench = Bench(sa.create_engine("sqlite://", poolclass=StaticPool))
    bench.sql(*statements)
    bench.adopt()
    return bench


def holds(bench: Bench) -> tuple[Any, ...]:
    """Every value with its storage, in the table's order and by its indexes, and all that SQLite says of the table."""
    names = [row[1] for row in bench.rows(f'PRAGMA table_xinfo("{TABLE}")')]
    each = ", ".join(f'quote("{name}"), typeof("{name}")' for name in names)
    asked = [
        f'SELECT {each} FROM "{TABLE}" NOT INDEXED ORDER BY id',
        f'SELECT id FROM "{TABLE}" ORDER BY b, a DESC, id',
        *(f'SELECT id FROM "{TABLE}" WHERE "{name}" IS NULL ORDER BY id' for name in names),
        f'PRAGMA table_xinfo("{TABLE}")',
        "PRAGMA foreign_key_check",
        "SELECT name, seq FROM sqlite_sequence WHERE seq > 0" if bench.master("sqlite_sequence") else "SELECT 1",
        "SELECT type, name, tbl_name, rootpage > 0 FROM sqlite_master ORDER BY name",
    ]
    return (*(bench.rows(query) for query in asked), flat(bench.master(TABLE).replace('"', "")))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_schema_edit_leads_where_the_copy_leads(data: st.DataObject) -> None:
    """Two databases that are the same, one changed as minimig wants, the other by a copy: the same after, and intact.

    The way back leads to the values of before.
    """
    statements = data.draw(tables())
    here, copied = made(statements), made(statements)
    before, state = holds(here), here.state
    operations = data.draw(changes(here))
    assume(operations)
    sent = here.migrate(*operations)
    copied.migrate(*operations, ops.RebuildTable(TABLE))
    assert holds(here) == holds(copied), sent
    assert here.rows("PRAGMA integrity_check") == [("ok",)], sent
    assert here.rows("PRAGMA writable_schema") == [(0,)]
    for operation, was in reversed([*zip(operations, states(state, operations), strict=True)]):
        back = operation.reverse(was)
        here.migrate(back)
        copied.migrate(back, ops.RebuildTable(TABLE))
    assert holds(here) == holds(copied), sent
    if not any("INSERT OR ABORT" in statement for statement in sent):
        assert holds(here)[0] == before[0]
    assert here.rows("PRAGMA integrity_check") == [("ok",)], sent


def states(state: Any, operations: Sequence[Operation]) -> list[Any]:
    """The state before each of the operations."""
    found = [state]
    for operation in operations:
        found.append(operation.state_forwards(found[-1]))
    return found[:-1]
