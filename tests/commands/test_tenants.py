"""Many tenants as a library call: schemas and files by the hundred, side by side, other executors, a killed run."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.commands import applying, edits, project_files, tenant_readers
from minimig.commands.project import Project
from minimig.commands.schema_engine import engine_in
from minimig.commands.tenant_list import Tenant, project_of_tenants, tenants_of
from minimig.commands.tenant_readers import Readers
from minimig.commands.tenant_work import TenantOptions, failed
from minimig.commands.tenants import TenantsResult, migrate_tenants
from minimig.config import load_settings
from minimig.dialects.registry import lock_for
from minimig.errors import LockError, UsageError
from minimig.revisions.header import Header
from minimig.revisions.meaning import VERSION
from minimig.runtime import foreseen
from minimig.runtime.journal import Note
from minimig.runtime.recorder import Recorder
from support.async_databases import async_url
from support.databases import Database, disconnect_others
from support.projects import REPOSITORY, ProjectFolder
from support.tenants import file_of, heal, items, poison, project_at, with_files, with_schemas

RICH = """
import sqlalchemy as sa
from minimig import ops

dependencies = ["0002_second"]
STATUS = sa.Enum("draft", "live", name="status")


def count(conn, tables):
    assert conn.execute(sa.select(sa.func.count()).select_from(tables.orders)).scalar() == 1


up = [
    ops.CreateSequence("numbers", start=5),
    ops.CreateTable(
        "orders",
        sa.Column("id", sa.Integer, sa.Identity(), primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("items.id", name="fk_orders_item")),
        sa.Column("status", STATUS, server_default="draft"),
        sa.Column("note", sa.String(10)),
        sa.Index("ix_orders_note", "note"),
        sa.UniqueConstraint("note", name="uq_orders_note"),
    ),
    ops.CreateView("known_items", "SELECT id FROM items"),
    ops.RunSQL("INSERT INTO orders (item_id, note) VALUES (1, 'first')", reverse=ops.NOOP),
    ops.RunPython(count, reverse=ops.NOOP),
    ops.AddEnumValue("status", "gone"),
    ops.AlterColumn("orders", "note", type=sa.String(40)),
    ops.RenameColumn("orders", "note", "remark"),
    ops.RenameTable("orders", "sales"),
    ops.AddConstraint("sales", sa.CheckConstraint("item_id > 0", name="ck_sales_item")),
    ops.RenameIndex("ix_orders_note", "ix_sales_remark", "sales"),
]
"""
"""Operations of many kinds; none of them names a schema."""


def project_in(folder: ProjectFolder) -> Project:
    """The project of the tenants that a folder configures."""
    return project_of_tenants(load_settings(folder.path, environ={}, overrides={}))


def run(project: Project, **options: object) -> TenantsResult:
    """Bring all tenants to the end."""
    return migrate_tenants(project, tenants_of(project), **options)  # type: ignore[arg-type]


def counts(result: TenantsResult) -> dict[str, int]:
    """How many there are of each status."""
    return dict(result.counts)


def test_every_operation_goes_to_the_tenants_schema(tmp_path: Path, postgresql_database: Database) -> None:
    """Tables, types, sequences, views, text SQL and data steps; on the way back nothing is left; public stays empty."""
    folder = with_schemas(tmp_path, postgresql_database, ["a", "B c"])
    folder.write("migrations/0003_rich.py", RICH)
    result = run(project_in(folder))
    assert counts(result) == {"migrated": 2}, result.results[0]
    owned = "SELECT n.nspname, count(*) FROM {} JOIN pg_namespace n ON n.oid = {} GROUP BY 1"
    with postgresql_database.engine.connect() as connection:
        for catalog, column in (("pg_class", "relnamespace"), ("pg_type", "typnamespace")):
            found = dict(map(tuple, connection.exec_driver_sql(owned.format(catalog, column))))
            assert found["a"] == found["B c"]
            assert "public" not in found
    assert folder.run("migrate", "shop", "zero", "--tenants").code == 0
    inspector = sa.inspect(postgresql_database.engine)
    assert [inspector.get_table_names(schema) for schema in ("a", "B c")] == [["minimig_version"]] * 2
    assert inspector.get_sequence_names("a") == inspector.get_enums("a") == []


def test_extensions_of_a_schema_that_all_share(tmp_path: Path, postgresql_database: Database) -> None:
    """`shared_schemas` are looked in after the tenant's own; a version table there is nobody's."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA helpers")
        connection.exec_driver_sql("CREATE DOMAIN helpers.short AS varchar(5)")
        connection.exec_driver_sql("CREATE TABLE helpers.minimig_version (app text, name text)")
        connection.exec_driver_sql("INSERT INTO helpers.minimig_version VALUES ('shop', '0001_first')")
    folder = with_schemas(tmp_path, postgresql_database, ["a"])
    folder.write("minimig.toml", folder.read("minimig.toml") + 'shared_schemas = ["helpers"]\n')
    sql = 'ops.RunSQL("ALTER TABLE items ADD code short", reverse="ALTER TABLE items DROP code")'
    folder.write(
        "migrations/0003_code.py", f'from minimig import ops\n\ndependencies = ["0002_second"]\nup = [{sql}]\n'
    )
    assert counts(run(project_in(folder))) == {"migrated": 1}
    assert items(postgresql_database.engine, "a") == [1]


def test_a_tenants_lock_is_its_own(postgresql_database: Database) -> None:
    """Two schemas of one database are locked apart; one schema is locked for whoever comes on whichever way."""
    base = postgresql_database.engine
    with base.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA a")
        connection.exec_driver_sql("CREATE SCHEMA b")
    with engine_in(base, "a").connect() as first, lock_for(first, "a.minimig_version", 0):
        with engine_in(base, "b").connect() as second, lock_for(second, "b.minimig_version", 0):
            pass
        with engine_in(base, "a").connect() as second, pytest.raises(LockError):
            lock_for(second, "minimig_version", 0).__enter__()
        with base.connect() as second, pytest.raises(LockError):
            lock_for(second, "a.minimig_version", 0).__enter__()


def test_tenants_run_side_by_side(tmp_path: Path, postgresql_database: Database) -> None:
    """Each of four steps waits until all four are inside: with fewer than four at work this would never end."""
    folder = with_schemas(tmp_path, postgresql_database, list("abcd"))
    body = 'from minimig import ops\nimport meeting\n\ndependencies = ["0002_second"]\n'
    body += "\n\ndef meet(conn, tables):\n    meeting.point.wait(30)\n"
    body += "\n\nup = [ops.RunPython(meet, reverse=ops.NOOP)]\n"
    folder.write("migrations/0003_meet.py", body)
    folder.write("meeting.py", "import threading\n\npoint = threading.Barrier(4)\n")
    try:
        assert counts(run(project_in(folder), workers=4)) == {"migrated": 4}
    finally:
        sys.modules.pop("meeting", None)


def test_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tenants there are, each revision file is executed once, and the history replayed once."""
    folder = with_files(tmp_path, [f"t{n}" for n in range(12)])
    folder.write("migrations/0003_count.py", "import counting\n\ncounting.seen.append(1)\n" + COUNTED)
    folder.write("counting.py", "seen = []\n")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert counts(run(project_in(folder), workers=4)) == {"migrated": 12}
        assert sys.modules["counting"].seen == [1]
    finally:
        sys.modules.pop("counting", None)


COUNTED = 'from minimig import ops\n\ndependencies = ["0002_second"]\nup = []\n'


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What any engine sends."""
    found: list[str] = []

    def listen(*call: Any) -> None:
        found.append(call[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", listen)


@pytest.mark.parametrize("count", [1, 2, 3, 30])
def test_nothing_to_do_costs_two_queries_at_most(
    tmp_path: Path, postgresql_database: Database, said: list[str], count: int
) -> None:
    """Tenants who have everything are asked together, on one connection; one or two are asked for their rows."""
    folder = with_schemas(tmp_path, postgresql_database, [f"t{number}" for number in range(count)])
    project = project_in(folder)
    run(project)
    connected: list[object] = []
    sa.event.listen(project.engine, "connect", lambda connection, _: connected.append(connection))
    said.clear()
    found = run(project)
    assert counts(found) == {"nothing to do": count}
    assert {result.at for result in found.results} == {("shop.0002_second",)}
    assert len(said) == min(count, 2), said
    assert 1 <= len(connected) <= (count if count < 3 else 1)


def test_who_is_not_at_rest_is_looked_at(tmp_path: Path, postgresql_database: Database) -> None:
    """Tenants with other rows, a journal, an older table or no right to read it are found as each by itself."""
    names = ["fine", "less", "more", "begun", "journal", "old", "closed", "none", "empty"]
    folder = with_schemas(tmp_path, postgresql_database, names)
    project = project_in(folder)
    run(project)
    journal = engine_in(project.engine, "journal")
    version, stepwise = "minimig_version", Recorder().journal
    with journal.begin() as connection:
        stepwise.ensure(connection)
        stepwise.write(connection, [Note("shop", "0002_second", "backward", 0, 0, "started")], ())
    with engine_in(project.engine, "empty").begin() as connection:
        stepwise.ensure(connection)
    with project.engine.begin() as connection:
        say = connection.exec_driver_sql
        say(f"DELETE FROM less.{version} WHERE name = '0002_second'")
        say("ALTER TABLE less.items DROP COLUMN name")
        say("DELETE FROM less.items")
        say(f"INSERT INTO more.{version} (app, name) VALUES ('shop', '0003_gone')")
        say(f"UPDATE begun.{version} SET unfinished = 'backward' WHERE name = '0002_second'")
        say(f"ALTER TABLE old.{version} DROP COLUMN unfinished")
        say("DROP ROLE IF EXISTS minimig_reader")
        say("CREATE ROLE minimig_reader")
        for name in names:
            say(f"GRANT USAGE ON SCHEMA {name} TO minimig_reader")
            if name != "closed":
                say(f"GRANT ALL ON ALL TABLES IN SCHEMA {name} TO minimig_reader")
        say("ALTER TABLE less.items OWNER TO minimig_reader")
        say(f"ALTER TABLE less.{version} OWNER TO minimig_reader")
        say(f"DROP TABLE none.{version}")
    environment = replace(project.environment, prepare=lambda given: given.exec_driver_sql("SET ROLE minimig_reader"))
    try:
        found = {result.tenant: result for result in run(Project(environment)).results}
    finally:
        with project.engine.begin() as connection:
            connection.exec_driver_sql("DROP OWNED BY minimig_reader CASCADE")
            connection.exec_driver_sql("DROP ROLE minimig_reader")
    told = {name: (found[name].status, found[name].unknown, (found[name].error or "")[:24]) for name in names}
    assert told == {
        "fine": ("nothing to do", (), ""),
        "less": ("migrated", (), ""),
        "more": ("nothing to do", ("shop.0003_gone",), ""),
        "begun": ("failed", (), "shop.0002_second is half"),
        "journal": ("failed", (), "shop.0002_second is half"),
        "old": ("nothing to do", (), ""),
        "closed": ("failed", (), "version table closed.min"),
        "none": ("failed", (), "this user may not do all"),
        "empty": ("nothing to do", (), ""),
    }


def test_a_name_with_a_percent_sign_is_a_schema_of_its_own(
    tmp_path: Path, postgresql_database: Database, said: list[str]
) -> None:
    """Such a tenant gets its tables itself, not the schema that is looked in after it, and is found at rest."""
    folder = with_schemas(tmp_path, postgresql_database, ["50%", "%s", "plain"])
    folder.write("minimig.toml", folder.read("minimig.toml") + 'shared_schemas = ["public"]\n')
    project = project_in(folder)
    assert counts(run(project)) == {"migrated": 3}
    found = [items(postgresql_database.engine, schema) for schema in ("50%", "%s", "plain")]
    assert found == [[1], [1], [1]]
    said.clear()
    assert counts(run(project)) == {"nothing to do": 3}
    assert len(said) == 2, said


def test_a_connection_that_was_idle_for_long_is_not_trusted(
    tmp_path: Path, postgresql_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever cut it while another tenant was migrated: the next tenant is read on a new one."""
    project = project_in(with_schemas(tmp_path, postgresql_database, ["t1"]))
    database = str(postgresql_database.engine.url.database)
    with Readers(project) as readers:
        with readers.one() as first:
            pass
        with readers.one() as again:
            assert again is first
        with postgresql_database.engine.connect() as other:
            disconnect_others(other, database)
        monkeypatch.setattr(tenant_readers, "TRUSTED", 0.0)
        with readers.one() as connection:
            assert connection.scalar(sa.text("SELECT 1")) == 1


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each part of a run on paper was made."""
    found: Counter[str] = Counter()
    parts = [(applying, "rehearse"), (applying, "net_effect"), (foreseen, "version_row")]
    parts += [(foreseen, "wants"), (foreseen, "demands"), (foreseen, "refuse_names"), (project_files, "prepare")]
    for module, name in parts:
        monkeypatch.setattr(module, name, _counting(found, name, getattr(module, name)))
    return found


def _counting(found: Counter[str], name: str, make: Callable[..., Any]) -> Callable[..., Any]:
    def count(*given: Any) -> Any:
        found[name] += 1
        return make(*given)

    return count


ALL_ONCE = {"prepare": 1, "net_effect": 1, "rehearse": 1, "refuse_names": 1, "version_row": 2, "wants": 1, "demands": 1}
"""Two steps have two rows."""


def test_tenants_at_one_place_are_one_run_on_paper(
    tmp_path: Path, postgresql_database: Database, made: Counter[str]
) -> None:
    """Ten tenants, four at a time, are rehearsed once; one that stands elsewhere has a run of its own."""
    names = [f"t{number}" for number in range(10)]
    project = project_in(with_schemas(tmp_path, postgresql_database, names))
    one = TenantOptions(app="shop", target="0001")
    migrate_tenants(project, tenants_of(project, names[:1]), options=one)
    made.clear()
    assert counts(run(project.fresh())) == {"migrated": 10}
    both = Counter(ALL_ONCE) + Counter(ALL_ONCE)
    assert made == {**both, "net_effect": 1, "version_row": 3}
    rows = "SELECT applied_at, checksum, way_back FROM {}.minimig_version WHERE name = '0002_second'"
    with postgresql_database.engine.connect() as connection:
        found = [connection.exec_driver_sql(rows.format(name)).one() for name in names]
    assert len({row.applied_at for row in found}) == 10
    assert len({(row.checksum, row.way_back) for row in found}) == 1


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_tenants_with_databases_share_as_well(
    tmp_path: Path, request: pytest.FixtureRequest, made: Counter[str], kind: str
) -> None:
    """Each has an engine of its own, and what is said to one server is said to all of its version."""
    if kind == "sqlite":
        folder = with_files(tmp_path, ["a", "b", "c"])
        assert counts(run(project_in(folder))) == {"migrated": 3}
    else:
        database: Database = request.getfixturevalue("mariadb_database")
        names = [f"{database.engine.url.database}_{number}" for number in range(3)]
        pattern = f'names = {json.dumps(names)}\nurl = "{database.url.rpartition("/")[0]}/{{tenant}}"'
        with database.engine.begin() as connection:
            for name in names:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            assert counts(run(project_in(project_at(tmp_path, pattern)))) == {"migrated": 3}
        finally:
            with database.engine.begin() as connection:
                for name in names:
                    connection.exec_driver_sql(f"DROP DATABASE {name}")
    assert made == ALL_ONCE


def test_a_second_tenant_sends_no_more_than_its_own(
    tmp_path: Path, postgresql_database: Database, said: list[str]
) -> None:
    """What the dialect asks a server is asked once; of history, rights, lock and limits each tenant is asked itself."""
    folder = with_schemas(tmp_path, postgresql_database, ["a", "b"])
    project = project_in(folder)
    run(project, workers=1)
    says = [statement for statement in said if "version()" in statement]
    rows = [statement for statement in said if statement.startswith("SELECT b.minimig_version")]
    assert len(says) <= 1
    assert len(rows) == 2, "before the lock and behind it"
    mine = said[next(n for n, statement in enumerate(said) if "b.minimig_version" in statement) :]
    assert len(mine) == len(said[: len(said) - len(mine)]), (len(mine), mine)


def test_applied_files_are_compared_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of tenants who have had a file, and get another one, each compares its row with the file, which is read once."""
    names = [f"t{number}" for number in range(5)]
    folder = with_files(tmp_path, names)
    run(project_in(folder))
    with file_of(folder, "t3").begin() as connection:
        connection.exec_driver_sql(f"UPDATE minimig_version SET checksum = '{VERSION}:0', file_checksum = '0'")
    folder.write("migrations/0003_more.py", COUNTED)
    read: list[str] = []
    digest = edits.digest_of

    def counted(header: Header) -> str:
        read.append(header.name)
        return digest(header)

    monkeypatch.setattr(edits, "digest_of", counted)
    results = {result.tenant: result for result in run(project_in(folder)).results}
    assert sorted(read) == ["0001_first", "0002_second"]
    assert [name for name in names if results[name].status == "migrated"] == ["t0", "t1", "t2", "t4"]
    assert "edited after this database applied" in str(results["t3"].error)


def test_what_cannot_be_rehearsed_is_told_for_each_tenant(tmp_path: Path, postgresql_database: Database) -> None:
    """A run that is refused on paper fails for each tenant with the same words, and is not kept as if it were done."""
    folder = with_schemas(tmp_path, postgresql_database, ["a", "b", "c", "d", "e"])
    column = 'ops.AddColumn("items", sa.Column("more", sa.Integer), before="name")'
    folder.write(
        "migrations/0003_no.py",
        f'import sqlalchemy as sa\nfrom minimig import ops\n\ndependencies = ["0002_second"]\nup = [{column}]\n',
    )
    project = project_in(folder)
    for _ in range(2):
        results = run(project).results
        assert {result.status for result in results} == {"failed"}
        assert len({(result.error, result.where, result.hint) for result in results}) == 1
        assert "adds columns at the end only" in str(results[0].error)


class Own(Executor):
    """An executor of somebody else's: it runs what it gets, after a round through pickle, in a thread."""

    def submit(self, fn, /, *args, **kwargs):
        fn, args, kwargs = pickle.loads(pickle.dumps((fn, args, kwargs)))
        future: Future = Future()
        threading.Thread(target=lambda: future.set_result(fn(*args, **kwargs))).start()
        return future


def test_any_executor_will_do(tmp_path: Path) -> None:
    """What another executor gets can be pickled, and its workers read the configuration for themselves."""
    folder = with_files(tmp_path, list("abc"))
    assert counts(run(project_in(folder), executor=Own())) == {"migrated": 3}
    assert items(file_of(folder, "c")) == [1]
    project = project_in(folder)
    settings = project.settings
    bare = Project(type(project.environment)(type(settings)(root=settings.root, apps=settings.apps)))
    with pytest.raises(UsageError):
        migrate_tenants(bare, tenants_of(project), executor=Own())


def test_asynchronous_files(tmp_path: Path) -> None:
    """Each tenant has an event loop of its own, several at a time."""
    folder = with_files(tmp_path, list("abcdef"))
    folder.write("minimig.toml", folder.read("minimig.toml").replace("sqlite:", "sqlite+aiosqlite:"))
    assert counts(run(project_in(folder), workers=4)) == {"migrated": 6}
    assert counts(run(project_in(folder), workers=4)) == {"nothing to do": 6}
    assert [items(file_of(folder, name)) for name in "abcdef"] == [[1]] * 6


@pytest.mark.timeout(60)
@pytest.mark.parametrize("driver", ["asyncpg", "psycopg"])
@pytest.mark.parametrize("own", [False, True], ids=["url", "engine"])
def test_asynchronous_schemas(tmp_path: Path, postgresql_database: Database, driver: str, own: bool) -> None:
    """No two loops share what asyncio binds to one; an engine of the project's own is used by one tenant at a time."""
    folder = with_schemas(tmp_path, postgresql_database, list("abcd"))
    url = async_url(postgresql_database, driver)
    text = folder.read("minimig.toml").partition("\n")[2]
    made = f"from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine({url!r})\n"
    module = f"engine_by_{driver}"  # whatever is imported stays imported for the tests that follow
    folder.write(f"{module}.py", made)
    folder.write("minimig.toml", (f'engine = "{module}:engine"\n' if own else f'url = "{url}"\n') + text)
    assert counts(run(project_in(folder), workers=4)) == {"migrated": 4}
    assert counts(run(project_in(folder), workers=4)) == {"nothing to do": 4}
    assert [items(postgresql_database.engine, name) for name in "abcd"] == [[1]] * 4


def test_no_password_of_a_tenant_is_told() -> None:
    """Whatever a tenant fails with: its URL is known to nobody but its list."""
    tenant = Tenant("a", "postgresql://me:hunter2secret@h/a")
    result = failed(tenant, "the driver says: hunter2secret", None, "not hunter2secret")
    assert "hunter2secret" not in str(result.to_dict())


def test_processes(tmp_path: Path, postgresql_database: Database) -> None:
    """A pool of processes does it too; a worker that dies is a failure of its tenant, not the end of the run."""
    folder = with_schemas(tmp_path, postgresql_database, list("abcd"))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert counts(run(project_in(folder), executor=pool, workers=2)) == {"migrated": 4}
    body = 'import os\nfrom minimig import ops\n\ndependencies = ["0002_second"]\n'
    body += "\n\ndef die(conn, tables):\n    os._exit(1)\n\n\nup = [ops.RunPython(die, reverse=ops.NOOP)]\n"
    folder.write("migrations/0003_die.py", body)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = run(project_in(folder), executor=pool, workers=1)
    assert counts(result) == {"failed": 2, "not reached": 2}
    assert "the worker was lost" in str(result.results[0].error)


def test_dask(tmp_path: Path) -> None:
    """Dask's client is an executor like any other."""
    distributed = pytest.importorskip("distributed")
    folder = with_files(tmp_path, [f"t{n}" for n in range(8)])
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert counts(run(project_in(folder), executor=client.get_executor(), workers=4)) == {"migrated": 8}
    assert items(file_of(folder, "t7")) == [1]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_three_hundred_schemas(tmp_path: Path, postgresql_database: Database) -> None:
    """All migrated; a run without anything to do is a fraction of that."""
    names = [f"tenant_{n}" for n in range(300)]
    folder = with_schemas(tmp_path, postgresql_database, names)
    project = project_in(folder)
    result = run(project, workers=4)
    assert counts(result) == {"migrated": 300}, [str(each) for each in result.with_status("failed")]
    assert [items(postgresql_database.engine, schema) for schema in names[::50]] == [[1]] * 6
    result = run(project, workers=4)
    assert counts(result) == {"nothing to do": 300}, [str(each) for each in result.with_status("failed")]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_five_hundred_files(tmp_path: Path) -> None:
    """All but three poisoned ones migrated, exactly these reported; then only they run."""
    names = [f"t{n:03}" for n in range(500)]
    folder = with_files(tmp_path, names)
    result = run(project_in(folder), workers=4)
    assert counts(result) == {"migrated": 500}, [str(each) for each in result.with_status("failed")]
    sick = ("t007", "t250", "t499")
    poison(folder, *sick)
    result = run(project_in(folder), workers=4)
    assert counts(result) == {"migrated": 497, "failed": 3}
    assert tuple(each.tenant for each in result.with_status("failed")) == sick
    heal(folder, *sick)
    assert folder.ok("migrate", "--tenants").out == "500 tenants: 3 migrated, 497 had nothing to do.\n"


@pytest.mark.slow
def test_a_run_that_is_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    """Killed in the middle, the record names who was not reached; --retry-failed does the rest, nothing twice."""
    names = [f"t{n:03}" for n in range(60)]
    folder = with_files(tmp_path, names)
    body = 'import time\nfrom minimig import ops\n\ndependencies = ["0002_second"]\n'
    body += "\n\ndef rest(conn, tables):\n    time.sleep(0.1)\n\n\nup = [ops.RunPython(rest, reverse=ops.NOOP)]\n"
    folder.write("migrations/0003_slow.py", body)
    variables = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-m", "minimig", "migrate", "--tenants", "--workers", "2"]
    process = subprocess.Popen(command, cwd=folder.path, env=variables, stderr=subprocess.DEVNULL)
    try:
        _wait_until(lambda: len(list((tmp_path / "data").glob("*.lock"))) > 5)
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    done = [name for name in names if _applied(folder, name) == 3]
    assert 0 < len(done) < 60
    assert folder.run("migrate", "--retry-failed", "--workers", "8").code == 0
    assert [_applied(folder, name) for name in names] == [3] * 60
    assert [items(file_of(folder, name)) for name in names] == [[1]] * 60


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _applied(folder: ProjectFolder, name: str) -> int:
    with file_of(folder, name).connect() as connection:
        if not sa.inspect(connection).has_table("minimig_version"):
            return 0
        return int(connection.exec_driver_sql("SELECT count(*) FROM minimig_version").scalar_one())
