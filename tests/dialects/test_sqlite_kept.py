"""What a rebuild keeps of a table that somebody else made: everything in it that the migration does not change."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from minimig import ops
from minimig.dialects.sqlite.create_sql import table_text
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.errors import DatabaseError, UnsupportedError
from minimig.operations.base import Operation
from support.databases import Database
from support.sqlite_bench import Bench, Recording, drive, rebuilds

TORTURE = [
    'CREATE TABLE "par ent" (id INTEGER PRIMARY KEY, code TEXT UNIQUE, "Group" TEXT, UNIQUE (code, "Group"))',
    """CREATE TABLE "Ev ery" ( -- a table, with (commas
        Id INTEGER PRIMARY KEY AUTOINCREMENT,
        "sel""ect" VARCHAR(40) COLLATE NOCASE NOT NULL
            DEFAULT 'it''s, (x' CONSTRAINT "my check" CHECK ("sel""ect" <> ')'),
        slug TEXT UNIQUE ON CONFLICT ABORT,
        [größe] DECIMAL(10, 2) DEFAULT (1 + 2) CHECK ([größe] >= 0),
        code TEXT CONSTRAINT nn NOT NULL REFERENCES "par ent" (code) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        parent_id INT REFERENCES "Ev ery" ON DELETE SET NULL,
        twice INTEGER GENERATED ALWAYS AS (Id * 2) STORED,
        thrice INTEGER AS (Id * 3),
        plain,
        spare INT,
        made TIMESTAMP DEFAULT CURRENT_TIMESTAMP NULL,
        UNIQUE (code, "sel""ect" COLLATE NOCASE),
        CHECK ("Ev ery".plain IS NULL OR length("Ev ery".plain) < 100),
        CONSTRAINT fk_two FOREIGN KEY (code, slug) REFERENCES "par ent" (code, "Group") ON UPDATE CASCADE
    )""",
    "CREATE UNIQUE INDEX ux_part ON \"Ev ery\" (plain) WHERE plain > 'b'",
    'CREATE INDEX ix_expr ON "Ev ery" (lower(plain), "sel""ect" COLLATE BINARY DESC)',
    "CREATE TABLE log (what TEXT)",
    "CREATE TRIGGER tr_in AFTER INSERT ON \"Ev ery\" BEGIN INSERT INTO log VALUES ('in ' || NEW.slug); END",
    'CREATE TRIGGER tr_far AFTER DELETE ON "par ent" BEGIN UPDATE "Ev ery" SET plain = 1 WHERE code = OLD.code; END',
    'CREATE VIEW v AS SELECT Id, slug FROM "Ev ery"',
    "CREATE VIEW w AS SELECT count(*) AS n FROM v",
    'CREATE TABLE child (e INTEGER NOT NULL REFERENCES "Ev ery" (Id) ON DELETE CASCADE, note TEXT)',
    "INSERT INTO \"par ent\" VALUES (1, 'p', 's1'), (2, 'q', 's9')",
    """INSERT INTO "Ev ery" (Id, "sel""ect", slug, code, parent_id, plain) VALUES
        (1, 'A', 's1', 'p', NULL, 'a'), (7, 'b', NULL, 'p', 1, 'c'), (90, 'gone', NULL, 'q', NULL, NULL)""",
    'DELETE FROM "Ev ery" WHERE Id = 90',
    "DELETE FROM log",
    "INSERT INTO child VALUES (1, 'one'), (7, 'seven')",
]
TABLE = "Ev ery"

# Operation by operation on that table, and what it changes: columns added, dropped or moved by name.
OPERATIONS: dict[str, list[Operation]] = {
    "rebuild": [ops.RebuildTable(TABLE)],
    "add column": [ops.AddColumn(TABLE, sa.Column("new", sa.String(9)))],
    "add filled column": [ops.AddColumn(TABLE, sa.Column("new", sa.String(9), nullable=False), fill="'n' || Id")],
    "add column in the middle": [ops.AddColumn(TABLE, sa.Column("new", sa.Integer), after="slug")],
    "add column in front": [ops.AddColumn(TABLE, sa.Column("new", sa.Integer), before="Id")],
    "drop column": [ops.DropColumn(TABLE, "spare")],
    "drop column by a rebuild": [ops.RebuildTable(TABLE), ops.DropColumn(TABLE, "spare")],
    "rename column": [ops.RenameColumn(TABLE, 'sel"ect', "from")],
    "rename column in a rebuild": [ops.RebuildTable(TABLE), ops.RenameColumn(TABLE, "code", "KEY")],
    "rename key": [ops.RenameColumn(TABLE, "Id", "number"), ops.RebuildTable(TABLE)],
    "type": [ops.AlterColumn(TABLE, "slug", type=sa.String(12))],
    "nullable": [ops.AlterColumn(TABLE, "code", nullable=True)],
    "not null": [ops.AlterColumn(TABLE, "plain", nullable=False, fill="'f'")],
    "default": [ops.AlterColumn(TABLE, "plain", server_default="d")],
    "drop default": [ops.AlterColumn(TABLE, 'sel"ect', server_default=None)],
    "add check": [ops.AddConstraint(TABLE, sa.CheckConstraint("Id > 0", name="ck_new"))],
    "add unique": [ops.AddConstraint(TABLE, sa.UniqueConstraint("made", "Id", name="uq_new"))],
    "add key": [ops.AddConstraint(TABLE, sa.ForeignKeyConstraint(["spare"], ["par ent.id"], name="fk_new"))],
    "drop unnamed unique": [ops.DropConstraint("uq_Ev ery_slug", TABLE)],
    "drop unnamed key": [ops.DropConstraint("fk_Ev ery_parent_id_Ev ery", TABLE)],
    "drop named check": [ops.DropConstraint("my check", TABLE)],
    "rename key constraint": [ops.RenameConstraint("fk_two", "fk 2", TABLE)],
    "rename unnamed": [ops.RenameConstraint("uq_Ev ery_slug", "uq_slug", TABLE)],
    "create index": [ops.CreateIndex("ix_new", TABLE, ["slug", "plain"])],
    "drop index": [ops.DropIndex("ux_part", TABLE), ops.RebuildTable(TABLE)],
    "rename index": [ops.RenameIndex("ix_expr", "ix 2", TABLE), ops.RebuildTable(TABLE)],
    "rename table": [ops.RenameTable(TABLE, "the order")],
    "rename table, then rebuild": [ops.RenameTable(TABLE, "the order"), ops.RebuildTable("the order")],
    "order": [ops.RebuildTable(TABLE, order=["made", "Id", "slug"])],
    "no more counting": [ops.AlterTable(TABLE, sqlite_autoincrement=None)],
}


@pytest.fixture
def bench(sqlite_database: Database) -> Bench:
    """An empty database."""
    return Bench(sqlite_database.engine)


@pytest.fixture
def torture(bench: Bench) -> Bench:
    """A table with everything that SQLite knows, made by hand and adopted by reflection."""
    bench.sql(*TORTURE)
    bench.adopt()
    return bench


def meaning(bench: Bench, *, ordered: bool = False) -> dict[str, Any]:
    """What the database holds, without the spelling of CREATE TABLE and without the order of columns and parts."""
    found: dict[str, Any] = {}
    for kind, name, on, sql in bench.rows("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql <> ''"):
        if kind != "table":
            found[kind, name] = (on, re.sub(r'["\s]', "", sql))
            continue
        quoted = '"' + name.replace('"', '""') + '"'
        text = table_text(sql)
        columns = bench.rows(
            f"SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo('{name}')"
        )
        keys = bench.rows(
            f'SELECT seq, "table", "from", "to", on_update, on_delete FROM pragma_foreign_key_list(\'{name}\')'
        )
        keys = [(*row[:3], row[3] or "Id", *row[4:]) for row in keys]  # the same, said or left out
        names = [row[0] for row in columns]
        rows = bench.rows(f"SELECT {', '.join(_quoted(n) for n in sorted(names))} FROM {quoted} ORDER BY 1")
        collated = sorted((c.name, k.text) for c in text.columns for k in c.clauses if k.kind == "collate")
        deferred = sorted(k.columns for k in text.all_constraints() if "DEFERRED" in k.words)
        checks = sorted(_bare(clause.body) for clause in text.all_constraints() if clause.kind == "check")
        uniques = sorted((k.columns, k.words[:1]) for k in text.all_constraints() if k.kind == "unique")
        computed = sorted((c.name, _bare(k.body)) for c in text.columns for k in c.clauses if k.kind == "computed")
        named = sorted(k.name for k in text.all_constraints() if k.name)
        facts = (sorted(columns), sorted(keys, key=str), collated, deferred, checks, uniques, computed, named)
        found[kind, name] = (facts, text.ending, sorted(rows, key=str), names if ordered else ())
    found["marks"] = bench.rows("SELECT name, seq FROM sqlite_sequence")
    return found


def _bare(sql: str) -> str:
    return re.sub(r"[\[\"\]\s]", "", sql).replace("Every.", "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_up_and_down_keeps_everything_else(torture: Bench, name: str) -> None:
    """Of a table with every feature, only what the operation says is different, and nothing is after the way back."""
    operations = OPERATIONS[name]
    before, states = meaning(torture), [torture.state]
    for operation in operations:
        states.append(operation.state_forwards(states[-1]))
    sent = torture.step(*operations)
    assert rebuilds(sent) <= 1
    assert torture.rows("SELECT * FROM log") == []
    assert torture.rows("SELECT n FROM w") == [(2,)]
    lost = name in ("not null", "no more counting", "drop column", "drop column by a rebuild")
    torture.step(*[op.reverse(state) for op, state in zip(operations, states, strict=False)][::-1])
    after = meaning(torture)
    if name.startswith(("drop", "rename")):  # what had no name comes back under the one that minimig gave it
        before, after = (_without_names(found) for found in (before, after))
    if not lost:
        assert after == before
    assert torture.rows("SELECT e, note FROM child") == [(1, "one"), (7, "seven")]
    torture.sql("INSERT INTO \"Ev ery\" (code, plain) VALUES ('p', 'z')")
    number = 8 if name == "no more counting" else 91  # what was counted is lost with AUTOINCREMENT
    assert torture.rows('SELECT max(Id), max(thrice), max(twice) FROM "Ev ery"') == [(number, 3 * number, 2 * number)]
    assert len(torture.rows("SELECT * FROM log")) == 1


def _without_names(found: dict[str, Any]) -> dict[str, Any]:
    return {k: (v[0][:-1], *v[1:]) if isinstance(k, tuple) and k[0] == "table" else v for k, v in found.items()}


def test_what_a_rebuild_does_not_touch_is_there_word_for_word(torture: Bench) -> None:
    """Every column and constraint keeps the words it was written in; only the changed column is written anew."""
    before = table_text(torture.master(TABLE))
    torture.step(ops.AlterColumn(TABLE, "spare", type=sa.Text()))
    after = table_text(torture.master(TABLE))
    changed = [(a.text, b.text) for a, b in zip(before.columns, after.columns, strict=True) if a != b]
    assert changed == [("spare INT", "spare TEXT")]
    dropped = "CHECK (plain IS NULL OR length(plain) < 100)"
    assert [c.text for c in after.constraints] == [
        dropped if c.text.startswith("CHECK") else c.text for c in before.constraints
    ]


def test_what_the_migrations_never_knew_is_kept(bench: Bench) -> None:
    """The state knows three bare columns; the constraints, defaults, types and columns of the database stay."""
    create = ops.CreateTable(
        "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String), sa.Column("b", sa.Integer)
    )
    bench.state = create.state_forwards(bench.state)
    bench.sql(
        "CREATE TABLE u (k TEXT UNIQUE)",
        "CREATE TABLE t (id INT8 PRIMARY KEY, a CHARACTER(5) COLLATE RTRIM DEFAULT 'x' UNIQUE CHECK (a <> ''),"
        " b INT NOT NULL ON CONFLICT FAIL REFERENCES u (k) ON DELETE SET NULL, extra BLOB, CHECK (b < 9))",
        "INSERT INTO u VALUES (4)",
        "INSERT INTO t VALUES (3, 'q', 4, x'00')",
    )
    bench.step(ops.AlterColumn("t", "a", type=sa.Text()), ops.AddColumn("t", sa.Column("c", sa.Integer), fill="5"))
    assert " ".join(bench.master("t").split()) == (
        "CREATE TABLE \"t\" ( id INT8 PRIMARY KEY, a TEXT COLLATE RTRIM DEFAULT 'x' UNIQUE CHECK (a <> ''),"
        " b INT NOT NULL ON CONFLICT FAIL REFERENCES u (k) ON DELETE SET NULL, extra BLOB, c INTEGER, CHECK (b < 9) )"
    )
    assert bench.rows("SELECT rowid, * FROM t") == [(1, 3, "q", 4, b"\x00", 5)]


def test_a_constraint_without_a_name_goes_when_its_made_up_name_is_dropped(torture: Bench) -> None:
    """The names that reflection made up are the constraints that have none, in their column or beside the columns."""
    table = torture.state[TABLE]
    made_up = [name for name in table.constraints if name not in ("my check", "fk_two")]
    assert len(made_up) == 6
    torture.step(*(ops.DropConstraint(name, TABLE) for name in made_up))
    left = table_text(torture.master(TABLE)).all_constraints()
    assert [(c.kind, c.name) for c in left] == [("primary key", None), ("check", "my check"), ("foreign key", "fk_two")]
    assert "CONSTRAINT nn NOT NULL DEFERRABLE" not in torture.master(TABLE)


def test_a_constraint_under_another_name_is_the_same_by_what_it_says(bench: Bench) -> None:
    """Models named none, so the state has minimig's name; the database has the name that somebody else gave."""
    create = ops.CreateTable("t", sa.Column("a", sa.Integer), sa.UniqueConstraint("a"))
    bench.state = create.state_forwards(bench.state)
    bench.sql("CREATE TABLE t (a INTEGER CONSTRAINT theirs UNIQUE)")
    bench.step(ops.DropConstraint("uq_t_a", "t"))
    assert "UNIQUE" not in bench.master("t")


def test_a_constraint_that_is_not_there_is_not_dropped_in_silence(bench: Bench) -> None:
    """The error names what is there, and what to tell the migrations; nothing has changed."""
    create = ops.CreateTable("t", sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0", name="ck_a"))
    bench.state = create.state_forwards(bench.state)
    bench.sql("CREATE TABLE t (a INTEGER CHECK (a > 1))")
    before = bench.master("t")
    with pytest.raises(DatabaseError, match=r"no constraint ck_a[\s\S]*CHECK \(a > 1\)[\s\S]*SeparateState"):
        bench.step(ops.DropConstraint("ck_a", "t"))
    assert bench.master("t") == before


def test_case_makes_no_difference(bench: Bench) -> None:
    """Names that the database writes in capitals are those of the state; columns keep the case they have."""
    create = ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(9)),
        sa.Column("n", sa.Integer),
        sa.CheckConstraint("n > 0", name="ck_n"),
    )
    bench.state = create.state_forwards(bench.state)
    bench.sql(
        "CREATE TABLE POSTS (ID INTEGER PRIMARY KEY, Title VARCHAR(9) UNIQUE, N INT, CONSTRAINT CK_N CHECK (N > 0))",
        "CREATE TRIGGER tr AFTER INSERT ON Posts BEGIN UPDATE posts SET title = 'x' || id WHERE id = NEW.id; END",
        "CREATE TABLE c (p REFERENCES Posts)",
        "INSERT INTO posts VALUES (3, 'a', 1)",
        "INSERT INTO c VALUES (3)",
    )
    bench.step(ops.AlterColumn("posts", "n", type=sa.Text()), ops.DropConstraint("ck_n", "posts"))
    bench.sql("INSERT INTO posts (n) VALUES (-1)")
    assert bench.rows("SELECT * FROM posts") == [(3, "x3", "1"), (4, "x4", "-1")]
    assert "Title VARCHAR(9) UNIQUE" in bench.master("posts")


def test_a_virtual_table_is_not_rebuilt(bench: Bench) -> None:
    """It is refused with the way out."""
    bench.sql("CREATE VIRTUAL TABLE docs USING fts5(body)")
    create = ops.CreateTable("docs", sa.Column("body", sa.Text))
    bench.state = create.state_forwards(bench.state)
    with pytest.raises(UnsupportedError, match=r"virtual table[\s\S]*RunSQL"):
        bench.step(ops.RebuildTable("docs"))


def test_autoincrement_and_without_rowid_stay_only_where_they_can(bench: Bench) -> None:
    """Options that nobody told the migrations go with the key that they need; all else of the column stays."""
    create = ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    other = ops.CreateTable("w", sa.Column("k", sa.Text, primary_key=True), sa.Column("a", sa.Integer))
    bench.state = other.state_forwards(create.state_forwards(bench.state))
    bench.sql(
        "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY AUTOINCREMENT CHECK (id > 0), a INTEGER)",
        "CREATE TABLE w (k TEXT NOT NULL PRIMARY KEY, a INTEGER) WITHOUT ROWID",
        "INSERT INTO t VALUES (5, 1)",
        "INSERT INTO w VALUES ('x', 1)",
    )
    bench.step(ops.AlterColumn("t", "id", type=sa.Text()), ops.DropPrimaryKey("w"))
    assert bench.rows("SELECT * FROM t") == [("5", 1)]
    assert "id TEXT CONSTRAINT pk PRIMARY KEY CHECK (id > 0)" in bench.master("t")
    assert bench.rows("SELECT * FROM w") == [("x", 1)]
    assert "ROWID" not in bench.master("w")


def test_an_unknown_constraint_goes_with_its_columns_and_not_otherwise(bench: Bench) -> None:
    """One over dropped columns alone is gone with them; one that names others too stops the migration first."""
    create = ops.CreateTable("t", *(sa.Column(name, sa.Integer) for name in "abc"))
    bench.state = create.state_forwards(bench.state)
    bench.sql("CREATE TABLE t (a INTEGER UNIQUE CHECK (a < b), b INTEGER, c INTEGER, UNIQUE (b, c), UNIQUE (b))")
    before = bench.master("t")
    with pytest.raises(UnsupportedError, match=r"CHECK \(a < b\)[\s\S]*names b"):
        bench.step(ops.DropColumn("t", "b"))
    assert bench.master("t") == before
    bench.step(ops.DropColumn("t", "a"))
    assert " ".join(bench.master("t").split()) == ("CREATE TABLE t ( b INTEGER, c INTEGER, UNIQUE (b, c), UNIQUE (b) )")


def test_the_order_of_columns(bench: Bench) -> None:
    """Named columns stand together where the first of them stood; the rest, unknown ones too, keep their places."""
    bench.step(ops.CreateTable("t", *(sa.Column(name, sa.Integer) for name in "abcd")))
    bench.sql("ALTER TABLE t ADD COLUMN x INT", "INSERT INTO t VALUES (1, 2, 3, 4, 5)")
    before = bench.state
    change = ops.RebuildTable("t", order=["d", "a"])
    bench.step(change)
    assert [row[0] for row in bench.rows("SELECT name FROM pragma_table_info('t')")] == ["b", "c", "d", "x", "a"]
    assert bench.rows("SELECT a, b, c, d, x FROM t") == [(1, 2, 3, 4, 5)]
    assert list(bench.state["t"].columns) == ["b", "c", "d", "a"]
    assert bench.state == before
    bench.step(change.reverse(before))
    assert bench.rows("SELECT * FROM t") == [(1, 2, 3, 4, 5)]


def test_an_offline_script_gives_the_schema_that_a_live_run_gives(bench: Bench, tmp_path: Any) -> None:
    """The state is known without a database, so the sqlite3 program runs a rebuild that was written without one."""
    start = (
        ops.CreateTable("u", sa.Column("id", sa.Integer, primary_key=True)),
        ops.CreateTable(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(9, collation="NOCASE"), nullable=False),
            sa.Column("u", sa.Integer, sa.ForeignKey("u.id", ondelete="CASCADE")),
            sa.Column("n", sa.Integer, sa.Computed("id + 1", persisted=True)),
            sa.UniqueConstraint("a"),
            sa.Index("ix_a", sa.text("lower(a) DESC"), sqlite_where=sa.text("a > 'b'")),
            sqlite_autoincrement=True,
            sqlite_strict=False,
        ),
    )
    bench.step(*start)
    rows = ["INSERT INTO u VALUES (1)", "INSERT INTO t (id, a, u) VALUES (4, 'x', 1), (5, 'y', NULL)"]
    bench.sql(*rows)
    change = (
        ops.AddColumn("t", sa.Column("c", sa.Text, nullable=False), fill="upper(a)", after="id"),
        ops.AddConstraint("t", sa.CheckConstraint("t.c <> ''", name="ck_c")),
        ops.DropConstraint("uq_t_a", "t"),
    )
    paper = Recording(None)
    drive(SQLiteEditor(sqlite.dialect(), paper), bench.state, change)
    made = Recording(None)
    drive(SQLiteEditor(sqlite.dialect(), made), type(bench.state)(), start)
    script = ";\n".join([*made.sent, *rows, "PRAGMA foreign_keys = OFF", "BEGIN", *paper.sent, "COMMIT", ""])
    file = tmp_path / "script.db"
    subprocess.run(["sqlite3", "-bail", str(file)], input=script, text=True, check=True, capture_output=True)
    bench.step(*change)
    other = Bench(sa.create_engine(f"sqlite:///{file}"))
    assert meaning(other, ordered=True) == meaning(bench, ordered=True)
    assert other.rows("SELECT id, c, a, u, n FROM t") == [(4, "X", "x", 1, 5), (5, "Y", "y", None, 6)]
    other.engine.dispose()


def test_a_table_without_rows_is_built_under_its_own_name(bench: Bench) -> None:
    """Nothing is copied or renamed; what hangs on the table and what points to it stays, and one row takes the copy."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, own TEXT COLLATE NOCASE)",
        "CREATE TABLE child (t_id INTEGER REFERENCES t (id))",
        "CREATE INDEX mine ON t (own)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER later AFTER INSERT ON t BEGIN DELETE FROM child; END",
    )
    create = ops.CreateTable("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    bench.state = create.state_forwards(bench.state)
    sent = bench.step(ops.AlterColumn("t", "a", type=sa.Text()))
    assert [" ".join(statement.split()[:3]) for statement in sent] == [
        "DROP TABLE t",
        "CREATE TABLE t",
        "CREATE INDEX mine",
        "CREATE TRIGGER later",
    ]
    assert "own TEXT COLLATE NOCASE" in bench.master("t")
    assert bench.master("child") == "CREATE TABLE child (t_id INTEGER REFERENCES t (id))"
    assert bench.rows("SELECT * FROM v") == []
    bench.sql("INSERT INTO t VALUES (1, 'x', 'y')")
    assert rebuilds(bench.step(ops.AlterColumn("t", "a", type=sa.Integer()))) == 1
    assert bench.rows("SELECT * FROM t") == [(1, "x", "y")]


def test_a_mark_outlives_the_building_anew_of_a_table_without_rows(bench: Bench) -> None:
    """AUTOINCREMENT never gives a number twice, not even one whose row is gone."""
    bench.sql(
        "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER)",
        "INSERT INTO t VALUES (41, 1)",
        "DELETE FROM t",
    )
    bench.adopt()
    bench.step(ops.AlterColumn("t", "a", type=sa.Text()))
    bench.sql("INSERT INTO t (a) VALUES ('x')")
    assert bench.rows("SELECT * FROM t") == [(42, "x")]
