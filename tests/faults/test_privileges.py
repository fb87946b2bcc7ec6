"""What the user of a run may not do is told before its first statement, all at once; what he may is let through."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

import minimig
from minimig.dialects.rights import Act, Need
from minimig.dialects.sqlite.editor import SQLiteEditor
from minimig.errors import DatabaseError, MigrationFailedError
from support.databases import Database, sqlite_in
from support.histories import WORDS, History, counted

SLUG = 'ops.AddColumn("words", sa.Column("slug", sa.String(20)))'
MORE = f"""
up = [
    {SLUG},
    ops.CreateIndex("ix_words_word", "words", ["word"]),
    ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True)),
    ops.BulkInsert("words", [{{"id": 1, "word": "one"}}]),
]
"""


@contextmanager
def limited(database: Database) -> Iterator[sa.Engine]:
    """An engine of a user of its own, who may connect and nothing else."""
    name = f"minimig_limited_{uuid.uuid4().hex[:8]}"
    base = database.engine.url.database
    with database.engine.begin() as connection:
        if database.kind == "mariadb":
            connection.exec_driver_sql(f"CREATE USER {name} IDENTIFIED BY 'x'")
            connection.exec_driver_sql(f"GRANT SHOW VIEW ON `{base}`.* TO {name}")
        else:
            connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
            connection.exec_driver_sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    engine = sa.create_engine(database.engine.url.set(username=name, password="x"), poolclass=NullPool)
    try:
        yield engine
    finally:
        with database.engine.begin() as connection:
            if database.kind == "postgresql":
                connection.exec_driver_sql(f"DROP OWNED BY {name} CASCADE")
            connection.exec_driver_sql(f"DROP USER {name}")


@pytest.fixture
def elephant(tmp_path: Path, postgresql_database: Database) -> Iterator[tuple[History, sa.Engine]]:
    """A history on PostgreSQL, and a role that may do nothing there."""
    with limited(postgresql_database) as engine:
        yield History.at(tmp_path, postgresql_database), engine


@pytest.fixture
def seal(tmp_path: Path, mariadb_database: Database) -> Iterator[tuple[History, sa.Engine]]:
    """The same on MariaDB."""
    with limited(mariadb_database) as engine:
        yield History.at(tmp_path, mariadb_database), engine


def looks(history: History) -> tuple[object, ...]:
    """The tables with their columns, and what is recorded."""
    tables = sa.inspect(history.database.engine).get_table_names()
    return {table: history.columns(table) for table in tables}, "minimig_version" in tables and history.applied


def refused(engine: sa.Engine, history: History) -> str:
    """What a run is refused with; nothing may have been changed by it."""
    before = looks(history)
    with pytest.raises(DatabaseError, match="nothing was changed") as caught:
        minimig.migrate(engine, history.folder)
    assert not isinstance(caught.value, MigrationFailedError)
    assert looks(history) == before
    return str(caught.value)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


def test_everything_that_is_missing_is_told_at_once(elephant: tuple[History, sa.Engine]) -> None:
    """Ownership, CREATE on the schema, INSERT, and the version table; with what is told done, the run goes through."""
    history, engine = elephant
    role = engine.url.username
    history.write("0001_words", WORDS)
    history.migrate()
    history.run(f"GRANT SELECT ON minimig_version TO {role}")
    history.write("0002_more", MORE)
    text = refused(engine, history)
    mended = [line.partition("mended by: ")[2] for line in text.splitlines() if "mended by" in line]
    assert mended == [
        f"GRANT INSERT ON public.minimig_version TO {role}",
        f"ALTER TABLE public.words OWNER TO {role}",
        f"GRANT CREATE ON SCHEMA public TO {role}",
        f"GRANT INSERT ON public.words TO {role}",
    ]
    assert "needed by: shop.0002_more" in text
    assert "up[0]: add column words.slug), and 1 more" in text
    history.run(*mended[:3])
    minimig.migrate(engine, history.folder)
    assert history.applied == ["0001_words", "0002_more"]


def test_the_owner_of_a_schema_may_drop_an_index_in_it(elephant: tuple[History, sa.Engine]) -> None:
    """Of a table that is another's; whoever owns neither is told of the table."""
    history, engine = elephant
    role = engine.url.username
    history.write("0001_words", WORDS)
    history.write("0002_index", 'up = [ops.CreateIndex("ix", "words", ["word"])]')
    history.migrate()
    history.run(f"GRANT SELECT, INSERT ON minimig_version TO {role}")
    history.write("0003_drop", 'up = [ops.DropIndex("ix", "words")]')
    assert f"mended by: ALTER TABLE public.words OWNER TO {role}" in refused(engine, history)
    history.run(f"ALTER SCHEMA public OWNER TO {role}")
    minimig.migrate(engine, history.folder)
    assert "0003_drop" in history.applied
    history.run("ALTER SCHEMA public OWNER TO pg_database_owner")


KINDS = """
def nothing(connection, tables):
    pass


up = [
    ops.AddEnumValue("mood", "glad"),
    ops.DropTable("gone"),
    ops.AddConstraint("mine", sa.ForeignKeyConstraint(["id"], ["others.id"], name="fk_mine_others")),
    ops.ReplaceView("seen", "SELECT 2 AS n"),
    ops.AlterSequence("counter", increment=2),
    ops.DropFunction("answer()"),
    ops.CreateSchema("apart"),
    ops.CreateExtension("dblink"),
    ops.CreateTrigger("watch", "CREATE TRIGGER watch AFTER INSERT ON others EXECUTE FUNCTION f()", table="others"),
    ops.BulkDelete("others", [{"id": 1}]),
    ops.Backfill("others", set={"n": "1"}, reverse=ops.NOOP),
    ops.RunPython(nothing, reverse=ops.NOOP),
    ops.AddColumn("others", sa.Column("late", sa.Integer)),
]
"""


def test_each_kind_of_thing(elephant: tuple[History, sa.Engine]) -> None:
    """Types, tables, keys, views, sequences, functions, schemas, extensions, triggers, rows; up to a Python step."""
    history, engine = elephant
    role = engine.url.username
    history.write(
        "0001_all",
        """
        MOOD = sa.Enum("sad", name="mood")
        ID = sa.Column("id", sa.Integer, primary_key=True)
        up = [
            ops.CreateTable("gone", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mood", MOOD)),
            ops.CreateTable("feels", sa.Column("id", sa.Integer, primary_key=True), sa.Column("mood", MOOD)),
            ops.CreateTable("others", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer)),
            ops.CreateTable("mine", sa.Column("id", sa.Integer, primary_key=True)),
            ops.CreateView("seen", "SELECT 1 AS n"),
            ops.CreateSequence("counter"),
            ops.CreateFunction("answer()", "CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42'"),
        ]
        """,
    )
    history.migrate()
    history.run(f"GRANT SELECT, INSERT ON minimig_version TO {role}", f"ALTER TABLE mine OWNER TO {role}")
    history.run(f"GRANT SELECT ON others TO {role}")
    history.write("0002_kinds", KINDS)
    text = refused(engine, history)
    for what, mend in (
        ("type mood", f"ALTER TYPE public.mood OWNER TO {role}"),
        ("table gone", f"ALTER TABLE public.gone OWNER TO {role}"),
        ("table others", f"GRANT REFERENCES ON public.others TO {role}"),
        ("view seen", f"ALTER VIEW public.seen OWNER TO {role}"),
        ("sequence counter", f"ALTER SEQUENCE public.counter OWNER TO {role}"),
        ("function answer", f"ALTER ROUTINE public.answer OWNER TO {role}"),
        ("schema apart", "GRANT CREATE ON DATABASE"),
        ("extension dblink", "GRANT CREATE ON DATABASE"),
        ("trigger others", f"GRANT TRIGGER ON public.others TO {role}"),
        ("table others", f"GRANT DELETE ON public.others TO {role}"),
        ("table others", f"GRANT UPDATE ON public.others TO {role}"),
    ):
        assert f"  {what}: " in text
        assert f"mended by: {mend}" in text
    assert "ALTER TABLE public.others OWNER" not in text


def test_rights_by_a_role_or_by_the_run_itself(elephant: tuple[History, sa.Engine]) -> None:
    """A member of the owner's role may; so may who makes a table; SET ROLE, and options of others, hold nothing up."""
    history, engine = elephant
    role = engine.url.username
    history.run(f"CREATE ROLE {role}_owners", f"GRANT {role}_owners TO {role}")
    try:
        history.run(f"GRANT CREATE, USAGE ON SCHEMA public TO {role}_owners")
        history.write("0001_words", WORDS)
        history.write("0002_more", MORE)
        history.write("0003_comment", 'up = [ops.AlterTable("words", mysql_engine="InnoDB")]')
        minimig.migrate(engine, history.folder, target="0002")
        history.run("ALTER TABLE words OWNER TO postgres", f"GRANT SELECT ON words TO {role}")
        minimig.migrate(engine, history.folder)
        history.run(f"ALTER TABLE words OWNER TO {role}_owners")
        history.write("0004_drop", 'up = [ops.DropColumn("words", "slug")]')
        minimig.migrate(engine, history.folder)
        assert history.columns("words") == ["id", "word"]
        history.run("ALTER TABLE words OWNER TO postgres", f"GRANT postgres TO {role}", f"ALTER ROLE {role} NOINHERIT")
        history.write("0005_role", f'up = [ops.RunSQL("SET LOCAL ROLE postgres", reverse=ops.NOOP), {SLUG}]')
        minimig.migrate(engine, history.folder)
        assert history.columns("words") == ["id", "word", "slug"]
    finally:
        history.run(f"REVOKE postgres FROM {role}", f"DROP OWNED BY {role}_owners CASCADE", f"DROP ROLE {role}_owners")


TOLD = """
from dataclasses import replace

def told(step, connection):
    pass

def configure(environment):
    return replace(environment, on_step=(told,))
"""


def test_what_a_project_does_behind_a_step_may_hand_out_rights(elephant: tuple[History, sa.Engine]) -> None:
    """With a function of `on_step` only the first step is certain: the second is begun, and says what it lacks."""
    history, engine = elephant
    history.write("0001_words", WORDS)
    history.migrate()
    history.run(f"GRANT ALL ON minimig_version TO {engine.url.username}")
    history.write("0002_nothing", "up = []")
    history.write("0003_slug", f"up = [{SLUG}]")
    project = history.project()
    limited_url = engine.url.render_as_string(hide_password=False)
    assert "must be owner, which is" in project.run("--url", limited_url, "migrate").err
    assert history.applied == ["0001_words"]
    project.write("minimig.toml", 'env = "env.py"\n' + project.read("minimig.toml"))
    project.write("env.py", TOLD)
    assert "shop.0003_slug failed" in project.run("--url", limited_url, "migrate").err
    assert history.applied == ["0001_words", "0002_nothing"]


def test_a_read_only_server(elephant: tuple[History, sa.Engine]) -> None:
    """default_transaction_read_only is found before anything; it says so, and how to go on."""
    history, engine = elephant
    history.write("0001_words", WORDS)
    reading = engine.url.update_query_dict({"options": "-cdefault_transaction_read_only=on"})
    text = refused(sa.create_engine(reading, poolclass=NullPool), history)
    assert "transactions are read-only (default_transaction_read_only)" in text


# --- MariaDB ----------------------------------------------------------------------------------------------------------


def test_an_index_is_renamed_and_dropped_by_altering(seal: tuple[History, sa.Engine]) -> None:
    """Neither takes the privilege INDEX there."""
    history, engine = seal
    base = history.database.engine.url.database
    history.write("0001_words", WORDS)
    history.write("0002_index", 'up = [ops.CreateIndex("ix", "words", ["id"])]')
    history.migrate()
    history.write("0003_name", 'up = [ops.RenameIndex("ix", "iy", "words")]')
    history.write("0004_gone", 'up = [ops.DropIndex("iy", "words")]')
    history.run(f"GRANT SELECT, INSERT, DELETE, ALTER ON `{base}`.* TO {engine.url.username}")
    minimig.migrate(engine, history.folder)
    assert "0004_gone" in history.applied


def test_grants_of_mariadb(seal: tuple[History, sa.Engine]) -> None:
    """Each privilege with its GRANT, on the database as it was granted before; with all of them the run passes."""
    history, engine = seal
    user, base = engine.url.username, str(engine.url.database)
    history.write("0001_words", WORDS)
    history.migrate()
    history.run(f"GRANT SELECT ON `{base}`.* TO {user}")
    view = 'ops.CreateView("seen", "SELECT 1 AS n"), ops.DropTable("pages")'
    history.write("0002_more", MORE.rstrip().removesuffix("]") + f"    {view}]")
    text = refused(engine, history)
    mended = [line.partition("mended by: ")[2] for line in text.splitlines() if "mended by" in line]
    assert mended == [
        f"GRANT INSERT ON `{base}`.`minimig_version` TO '{user}'@'%'",
        f"GRANT INSERT ON `{base}`.`minimig_journal` TO '{user}'@'%'",
        f"GRANT DELETE ON `{base}`.`minimig_journal` TO '{user}'@'%'",
        f"GRANT ALTER ON `{base}`.`words` TO '{user}'@'%'",
        f"GRANT INDEX ON `{base}`.`words` TO '{user}'@'%'",
        f"GRANT CREATE ON `{base}`.* TO '{user}'@'%'",
        f"GRANT INSERT ON `{base}`.`words` TO '{user}'@'%'",
        f"GRANT CREATE VIEW ON `{base}`.* TO '{user}'@'%'",
        f"GRANT DROP ON `{base}`.* TO '{user}'@'%'",
    ]
    history.run(*(statement.replace("%", "%%") for statement in mended))
    minimig.migrate(engine, history.folder)
    assert history.columns("words") == ["id", "word", "slug"]


@pytest.mark.parametrize("how", ["wildcard", "role", "public"])
def test_grants_by_other_ways(seal: tuple[History, sa.Engine], how: str) -> None:
    """By a pattern, by the role that is active, or given to everybody: the run is let through."""
    history, engine = seal
    user, base = engine.url.username, str(engine.url.database)
    role = f"{user}_role"
    history.write("0001_words", WORDS)
    history.write("0002_more", MORE)
    pattern = base[:-3].replace("_", "\\_") + "%%"
    try:
        if how == "wildcard":
            history.run(f"REVOKE ALL ON `{base}`.* FROM {user}", f"GRANT ALL ON `{pattern}`.* TO {user}")
        elif how == "role":
            history.run(f"CREATE ROLE {role}", f"GRANT ALL ON `{base}`.* TO {role}", f"GRANT {role} TO {user}")
            history.run(f"SET DEFAULT ROLE {role} FOR {user}")
        else:
            history.run(f"GRANT ALL ON `{base}`.* TO PUBLIC")
        minimig.migrate(engine, history.folder)
    finally:
        if how == "role":
            history.run(f"DROP ROLE {role}")
        elif how == "public":
            history.run(f"REVOKE ALL ON `{base}`.* FROM PUBLIC")
    assert history.applied == ["0001_words", "0002_more"]


# --- what it costs, and what else writes ------------------------------------------------------------------------------


def test_one_query_whatever_the_plan(postgresql_database: Database, tmp_path: Path) -> None:
    """A long plan asks as often as a short one; a run with nothing to do does not ask."""
    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    for number in range(2, 30):
        history.write(f"{number:04}_more", f'up = [ops.AddColumn("words", sa.Column("c{number}", sa.Integer))]')
    with counted(postgresql_database.engine) as statements:
        history.migrate()
    assert sum("pg_is_in_recovery" in statement for statement in statements) == 1
    with counted(postgresql_database.engine) as statements:
        history.migrate()
    assert len(statements) == 1


def test_it_can_be_left_out(elephant: tuple[History, sa.Engine]) -> None:
    """With precheck=False the step that lacks a right says so itself."""
    history, engine = elephant
    history.write("0001_words", WORDS)
    history.migrate()
    history.run(f"GRANT ALL ON minimig_version TO {engine.url.username}")
    history.write("0002_slug", f"up = [{SLUG}]")
    with pytest.raises(MigrationFailedError, match="must be owner of table words"):
        minimig.migrate(engine, history.folder, precheck=False)


def test_marking_says_it_too(elephant: tuple[History, sa.Engine]) -> None:
    """`migrate --fake`, `stamp` and `ensure-version` by a role that may not write the version table, or not make it."""
    history, engine = elephant
    history.write("0001_words", WORDS)
    history.write("0002_more", MORE)
    project = history.project()
    limited_url = engine.url.render_as_string(hide_password=False)
    for words in (["migrate", "--fake"], ["stamp", "heads"], ["ensure-version"]):
        found = project.run("--url", limited_url, *words)
        assert found.code == 1
        assert "minimig_version" in found.err
        assert "GRANT CREATE ON SCHEMA public TO" in found.err or "the right to create tables" in found.err
    history.migrate("0001")
    history.run(f"GRANT SELECT ON minimig_version TO {engine.url.username}")
    for words, right in (
        (["migrate", "--fake"], "INSERT"),
        (["stamp", "heads"], "INSERT"),
        (["migrate", "shop", "zero", "--fake"], "DELETE"),
        (["stamp", "shop.zero"], "DELETE"),
    ):
        found = project.run("--url", limited_url, *words)
        assert (found.code, f"GRANT {right} ON public.minimig_version TO" in found.err) == (1, True), found.text
    assert history.applied == ["0001_words"]


# --- SQLite -----------------------------------------------------------------------------------------------------------


@contextmanager
def sealed(folder: Path) -> Iterator[None]:
    """The folder mounted over itself, for reading alone; or a skip that says why not. Modes do not stop root."""
    for command in (["mount", "--bind", folder, folder], ["mount", "-o", "remount,ro,bind", folder]):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            pytest.skip("a read-only folder needs the program `mount`")
        if done.returncode:
            subprocess.run(["umount", folder], capture_output=True, check=False)
            pytest.skip(f"a read-only folder needs the right to mount one: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def test_files_that_take_no_writes(tmp_path: Path) -> None:
    """A file on a read-only disk, with its lock elsewhere; a connection that only reads: refused, with the way out."""
    disk = tmp_path / "disk"
    disk.mkdir()
    history = History.at(tmp_path, sqlite_in(disk))
    history.write("0001_words", WORDS)
    history.migrate()
    history.write("0002_more", f"up = [{SLUG}]")
    with sealed(disk):
        with pytest.raises(DatabaseError, match="right to write to the folder of the database; nothing was changed"):
            history.migrate()
        with history.database.engine.connect() as connection:
            lacks = SQLiteEditor.lacks(connection, [Need(Act.ALTER, "table", "words")])
        assert [lack.missing for lack in lacks] == [f"the file {disk / 'test.db'} cannot be written"]
    only = sa.create_engine(history.database.engine.url, poolclass=NullPool)
    sa.event.listen(only, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
    assert "(PRAGMA query_only)" in refused(only, history)
    history.migrate()
    assert history.applied == ["0001_words", "0002_more"]
