"""Many tenants as a library call: schemas and files by the hundred, side by side, other executors, a killed run."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.commands.schema_engine import engine_in
from minimig.commands.tenant_list import Tenant, project_of_tenants, tenants_of
from minimig.commands.tenant_work import failed
from minimig.commands.tenants import TenantsResult, migrate_tenants
from minimig.config import load_settings
from minimig.dialects.registry import lock_for
from minimig.errors import LockError, UsageError
from support.async_databases import async_url
from support.databases import Database
from support.projects import REPOSITORY, ProjectFolder
from support.tenants import file_of, heal, items, poison, with_files, with_schemas

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


def test_nothing_to_do_costs_one_query(tmp_path: Path, postgresql_database: Database) -> None:
    """A tenant that has everything is asked for its rows, on a connection of the shared engine, and nothing more."""
    folder = with_schemas(tmp_path, postgresql_database, ["a", "b", "c"])
    project = project_in(folder)
    run(project)
    said: list[str] = []
    sa.event.listen(project.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    with project.connect():
        said.clear()
    assert counts(run(project)) == {"nothing to do": 3}
    assert len(said) == 3, said


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
