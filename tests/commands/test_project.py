"""What a project brings as code, at work: its engine, its env file, its own operations; and what files depend on."""

from __future__ import annotations

import inspect
import sys
import typing
from pathlib import Path

import pytest
import sqlalchemy as sa

import minimig
from minimig import ops
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import import_path, load_environment
from minimig.errors import MigrationFailedError
from minimig.revisions.migration import NewMigration
from minimig.revisions.writer import render
from minimig.state.schema import SchemaState
from support.databases import Database
from support.histories import TWO_APPS, WORDS, History, add, counted, two_apps
from support.projects import ProjectFolder

ENV = """
import dataclasses

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

engine = sa.create_engine({url!r}, poolclass=NullPool)
accounts, shop = sa.MetaData(), sa.MetaData()
users = sa.Table("users", accounts, sa.Column("id", sa.Integer, primary_key=True), sa.Column("nick", sa.String(40)))
sa.Table("carts", shop, sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey(users.c.id, name="fk_carts_user_id")))
sa.Table("orders", shop, sa.Column("id", sa.Integer, primary_key=True))
sa.Table("tmp_orders", shop, sa.Column("id", sa.Integer, primary_key=True))


def configure(environment):
    label = environment.settings.x.get("without", "tmp_")
    return dataclasses.replace(
        environment,
        engine=engine,
        metadata={{"accounts": (accounts,), "shop": (shop,)}},
        include=lambda kind, name: not (kind == "table" and name.startswith(label)),
    )
"""

VIEWS = '''
"""An operation of the project's own."""

from __future__ import annotations

from dataclasses import dataclass

from minimig import ops


@dataclass(frozen=True)
class CreateView(ops.Operation):
    name: str
    query: str
    materialized: bool = False

    symbol = "+"

    def reverse(self, before):
        return DropView(self.name, self.query)

    def database_forwards(self, editor, before, after):
        editor.execute(f"CREATE VIEW {editor.quote(self.name)} AS {self.query}")

    def describe(self):
        return f"create view {self.name}"

    def fragment(self):
        return f"view_{self.name}"


@dataclass(frozen=True)
class DropView(ops.Operation):
    name: str
    query: str

    symbol = "-"

    def reverse(self, before):
        return CreateView(self.name, self.query)

    def database_forwards(self, editor, before, after):
        editor.execute(f"DROP VIEW {editor.quote(self.name)}")

    def describe(self):
        return f"drop view {self.name}"
'''


def tables(database: Database) -> list[str]:
    """The names of all tables but the version table."""
    return sorted(set(sa.inspect(database.engine).get_table_names()) - {"minimig_version", "minimig_journal"})


# --- engine and env file ----------------------------------------------------------------------------------------------


def test_the_env_file_swaps_engine_metadata_and_filter(tmp_path: Path, database: Database) -> None:
    """What `configure` gives is what every command uses; a table that it leaves out is nobody's business."""
    project = two_apps(tmp_path, None)
    project.write("minimig.toml", f'url = "sqlite:///wrong.db"\nenv = "env.py"\n{TWO_APPS}')
    project.write("env.py", ENV.format(url=database.url))
    project.write("shop/models.py", "raise RuntimeError('these models are not asked for')\n")
    made = project.ok("makemigrations")
    assert "+ create table orders (1 column)" in made.out
    assert "tmp_orders" not in made.out
    project.ok("migrate")
    assert tables(database) == ["carts", "orders", "users"]
    assert project.ok("check").out == "Models, revision files, database agree.\n"
    assert "tmp_orders" in project.ok("-x", "without=nothing", "makemigrations", "--dry-run").out
    assert not (tmp_path / "wrong.db").exists()
    assert "CREATE TABLE orders" in project.ok("sqlmigrate", "shop", "0003").out
    assert ("BEGIN;" in project.ok("sqlmigrate", "shop", "0003").out) == (database.kind != "mariadb")


@pytest.mark.parametrize("function", [False, True])
def test_the_engine_may_be_the_projects_own(tmp_path: Path, database: Database, *, function: bool) -> None:
    """`engine = "shop.db:engine"`, an engine or a function: its options and listeners hold for every command."""
    project = two_apps(tmp_path, None)
    project.write("minimig.toml", f'engine = "shop.db:engine"\n{TWO_APPS}')
    make = f"create_engine({database.url!r}, poolclass=NullPool, execution_options={{'mine': True}})"
    text = f"def engine(): return made\nmade = {make}\n" if function else f"engine = made = {make}\n"
    project.write(
        "shop/db.py",
        f"from sqlalchemy import create_engine, event\nfrom sqlalchemy.pool import NullPool\n{text}"
        "@event.listens_for(made, 'before_cursor_execute')\n"
        "def note(connection, cursor, statement, *rest):\n"
        "    assert connection.get_execution_options()['mine']\n"
        "    with open(__file__ + '.log', 'a') as log: log.write(statement.split()[0] + '\\n')\n",
    )
    project.ok("migrate")
    assert tables(database) == ["carts", "users"]
    assert "CREATE" in project.read("shop/db.py.log").split()
    assert project.ok("check").code == 0
    project.ok("migrate", "shop", "zero")
    assert tables(database) == ["users"]


# --- own operations ---------------------------------------------------------------------------------------------------


def test_an_operation_of_ones_own_is_like_any_other(tmp_path: Path, database: Database) -> None:
    """A subclass in the project's package works in a file, in the plan, as SQL, backward, and is written again."""
    project = two_apps(tmp_path, database.url)
    project.write("shop/views.py", VIEWS)
    with import_path(tmp_path):
        from shop.views import CreateView  # type: ignore[import-not-found]

        view = CreateView("nicks", "SELECT nick FROM users")
        down = (view.reverse(SchemaState()),)
        new = NewMigration("shop", "0003_view_nicks", "", ("shop.0002_owner",), (view,), down)
        text = render(new)
        assert "import shop.views" in text or "from shop" in text
        assert minimig.source(new.up).strip().endswith("]")
    project.write("shop/migrations/0003_view_nicks.py", text)
    project._forget_modules()
    assert "+ create view nicks" in project.ok("migrate", "--plan").out
    sql = project.ok("sqlmigrate", "shop", "0003").out
    assert "CREATE VIEW nicks AS SELECT nick FROM users;" in sql
    assert "DROP VIEW nicks;" in project.ok("sqlmigrate", "shop", "0003", "--backwards").out
    project.ok("migrate")
    with database.engine.begin() as connection:
        assert sa.inspect(connection).get_view_names() == ["nicks"]
        way_back = connection.exec_driver_sql(
            "SELECT way_back FROM minimig_version WHERE name = '0003_view_nicks'"
        ).scalar()
    assert "DropView(" in str(way_back)
    assert project.ok("check", "--database").code == 0
    project.ok("migrate", "shop", "0002")
    assert sa.inspect(database.engine).get_view_names() == []


# --- which files are written ------------------------------------------------------------------------------------------


def empty_project(path: Path) -> ProjectFolder:
    """The two apps with models and no revisions yet."""
    project = two_apps(path, "sqlite://")
    for name in project.files("*/migrations/*.py"):
        (project.path / name).unlink()
    return project


def test_a_named_app_brings_what_it_needs(tmp_path: Path) -> None:
    """makemigrations shop writes the file of accounts that it points to; makemigrations accounts writes no more."""
    project = empty_project(tmp_path)
    project.ok("makemigrations", "accounts")
    assert project.files("*/migrations/*.py") == ["accounts/migrations/0001_initial.py"]
    (tmp_path / "accounts/migrations/0001_initial.py").unlink()
    project.ok("makemigrations", "shop")
    assert project.files("*/migrations/*.py") == [
        "accounts/migrations/0001_initial.py",
        "shop/migrations/0001_initial.py",
    ]
    assert project.ok("makemigrations").out == "No changes detected.\n"


def test_a_table_moves_to_another_app(tmp_path: Path, database: Database) -> None:
    """Nothing is written and its rows stay; what changes later stands in the new app, behind the file that made it."""
    project = ProjectFolder(tmp_path, database.url)
    apps = "".join(
        f'[apps.{app}]\nmetadata = "models:{app}"\nmigrations = "{app}/migrations"\n' for app in ("blog", "news")
    )
    project.write("minimig.toml", apps)
    posts = 'sa.Table("posts", {}, sa.Column("id", sa.Integer, primary_key=True){})\n'
    other = 'sa.Table("{0}s", {0}, sa.Column("id", sa.Integer, primary_key=True))\n'
    head = "import sqlalchemy as sa\n\nblog, news = sa.MetaData(), sa.MetaData()\n"
    project.write("models.py", head + other.format("blog") + other.format("news") + posts.format("blog", ""))
    project.ok("makemigrations")
    project.ok("migrate")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO posts (id) VALUES (7)")
    project.write("models.py", head + other.format("blog") + other.format("news") + posts.format("news", ""))
    assert project.ok("makemigrations").out == "No changes detected.\n"
    column = ', sa.Column("title", sa.String(9))'
    project.write("models.py", head + other.format("blog") + other.format("news") + posts.format("news", column))
    assert "+ add column posts.title" in project.ok("makemigrations").out
    assert '"blog.0001_initial"' in project.read("news/migrations/0002*.py")
    project.ok("migrate")
    project.ok("check")
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM posts").scalar() == 7


def test_dependencies_have_a_stable_order(tmp_path: Path) -> None:
    """The parent of its own app stands first, then others; the same whatever the order of hashes."""
    texts = set()
    for seed in ("0", "7"):
        project = empty_project(tmp_path / seed)
        add(project, "shop.0001_start", [], 'ops.CreateTable("zones", sa.Column("id", sa.Integer, primary_key=True))')
        models = project.read("shop/models.py")
        project.write(
            "shop/models.py",
            f'{models}sa.Table("zones", shop, sa.Column("id", sa.Integer, primary_key=True),\n'
            '    sa.Column("owner", sa.Integer, sa.ForeignKey(users.c.id)))\n',
        )
        done = project.spawn("makemigrations", env={"PYTHONHASHSEED": seed})
        assert done.code == 0, done.text
        texts.add(project.read("shop/migrations/0002*.py"))
    [text] = texts
    assert 'dependencies = ["shop.0001_start", "accounts.0001_initial"]' in text


def test_a_merge_may_be_tried_first(tmp_path: Path) -> None:
    """--merge --dry-run shows the file, with --check it exits 4, and neither writes or asks anything."""
    project = two_apps(tmp_path, "sqlite://")
    for side in ("left", "right"):
        add(project, f"shop.0003_{side}", ["0002_owner"], f'ops.AddColumn("carts", sa.Column("{side}", sa.Integer))')
    files = project.files("*/migrations/*.py")
    shown = project.ok("makemigrations", "--merge", "--dry-run", "-v")
    assert 'dependencies = ["shop.0003_left", "shop.0003_right"]' in shown.out
    assert project.run("makemigrations", "--merge", "--check").code == 4
    assert project.files("*/migrations/*.py") == files
    project.ok("makemigrations", "--merge")
    assert project.ok("makemigrations", "--merge").out == "No conflicts to merge.\n"
    assert "No conflicts" in project.ok("makemigrations", "accounts", "--merge").out


# --- without files ----------------------------------------------------------------------------------------------------


def shop_models() -> sa.MetaData:
    """Models with a key, an index and a default."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "carts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("note", sa.String(20), nullable=False, server_default="it's", index=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", name="fk_carts_user_id")),
    )
    return metadata


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_code_of_existing_tables(request: pytest.FixtureRequest, kind: str) -> None:
    """A database made by hand, written as the operations that would make it, makes the same database elsewhere."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    shop_models().create_all(database.engine)
    with database.engine.connect() as connection:
        found = minimig.diff(SchemaState(), minimig.reflect(connection))
    text = minimig.source(found)
    assert "ops.CreateTable(\n" in text
    assert 'name="fk_carts_user_id"' in text
    again = eval(text, {"ops": ops, "sa": sa, "postgresql": sa.dialects.postgresql})
    database.clear()
    with database.engine.begin() as connection:
        minimig.apply(connection, again, SchemaState())
    with database.engine.connect() as connection:
        assert minimig.diff(connection, shop_models()) == []


def test_a_difference_is_applied_without_files(database: Database) -> None:
    """diff and apply in one go, with the rebuilding of tables that SQLite needs: the rows are kept."""
    shop_models().create_all(database.engine)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO carts (id, note) VALUES (1, 'kept')")
    changed = sa.MetaData()
    sa.Table(
        "carts",
        changed,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("note", sa.String(90), nullable=True),
        sa.CheckConstraint("note <> ''", name="ck_carts_note"),
    )
    with database.engine.begin() as connection:
        before = minimig.reflect(connection)
        operations = minimig.diff(connection, changed)
        minimig.apply(connection, operations, before)
    with database.engine.connect() as connection:
        assert minimig.diff(connection, changed) == []
        assert connection.exec_driver_sql("SELECT note FROM carts").scalars().all() == ["kept"]
    assert tables(database) == ["carts"]


def test_a_dropped_table_takes_its_indexes_along() -> None:
    """No index of a table that goes anyway is dropped first, which MySQL would refuse for those of foreign keys."""
    operations = minimig.diff(shop_models(), sa.MetaData())
    assert [operation.describe() for operation in operations] == ["drop table carts", "drop table users"]


def test_a_one_off_value_outlives_a_later_change(tmp_path: Path, database: Database) -> None:
    """A NOT NULL column that is added and altered in one file still gives old rows its one-off value."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.migrate()
    history.run("INSERT INTO words (id, word) VALUES (1, 'old')")
    history.write(
        "0002_size",
        """
        up = [
            ops.AddColumn("words", sa.Column("size", sa.Integer, nullable=False), fill="7"),
            ops.AlterColumn("words", "size", type=sa.BigInteger()),
        ]
        """,
    )
    history.migrate()
    assert history.values("SELECT size FROM words") == [7]
    size = sa.inspect(database.engine).get_columns("words")[2]
    assert (str(size["type"]), size["nullable"], size["default"]) == ("BIGINT", False, None)


# --- SQLite -----------------------------------------------------------------------------------------------------------


def test_the_real_error_is_not_hidden_by_foreign_keys(tmp_path: Path, sqlite_database: Database) -> None:
    """A step that breaks a foreign key and then fails is reported with its own error, and is rolled back."""
    history = History.at(tmp_path, sqlite_database)
    history.write(
        "0001_tables",
        """
        up = [
            ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True)),
            ops.CreateTable(
                "carts",
                sa.Column("user_id", sa.Integer),
                sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_carts_user_id"),
            ),
        ]
        """,
    )
    history.write(
        "0002_fails",
        'up = [ops.RunSQL("INSERT INTO carts (user_id) VALUES (9); SELECT missing FROM users")]',
    )
    with pytest.raises(MigrationFailedError, match="no such column: missing") as caught:
        history.migrate()
    assert "do not exist" not in caught.value.message
    assert history.values("SELECT count(*) FROM carts") == [0]


def test_on_conflict_is_kept_on_sqlite(tmp_path: Path, sqlite_database: Database) -> None:
    """ON CONFLICT of keys, unique and NOT NULL is written, kept by a rebuild; a comment is passed over."""
    history = History.at(tmp_path, sqlite_database)
    history.write(
        "0001_words",
        """
        up = [
            ops.CreateTable(
                "words",
                sa.Column("id", sa.Integer, sqlite_on_conflict_primary_key="REPLACE", primary_key=True),
                sa.Column("word", sa.String(20), sqlite_on_conflict_not_null="IGNORE", nullable=False),
                sa.UniqueConstraint("word", name="uq_word", sqlite_on_conflict="IGNORE"),
                comment="not kept on SQLite",
            )
        ]
        """,
    )
    history.write("0002_size", 'up = [ops.AlterColumn("words", "word", type=sa.String(90))]')
    for target in ("0001", "head"):
        history.migrate(target)
        [sql] = history.values("SELECT sql FROM sqlite_master WHERE name = 'words'")
        assert "ON CONFLICT REPLACE" in sql, sql
        assert "UNIQUE (word) ON CONFLICT IGNORE" in sql, sql
        assert "NOT NULL ON CONFLICT IGNORE" in sql, sql
    history.run(
        "INSERT INTO words VALUES (1, 'a')", "INSERT INTO words VALUES (2, 'a')", "INSERT INTO words VALUES (1, 'b')"
    )
    assert history.values("SELECT word FROM words") == ["b"]


# --- types ------------------------------------------------------------------------------------------------------------


def test_the_package_is_typed_for_its_users() -> None:
    """The package says that it is typed, and each public call annotates every argument and its result."""
    assert (Path(minimig.__file__).parent / "py.typed").is_file()
    calls = [getattr(minimig, name) for name in minimig.__all__ if name != "__version__"]
    calls += [getattr(ops, name).__init__ for name in ops.__all__ if inspect.isclass(getattr(ops, name))]
    for call in calls:
        hints = typing.get_type_hints(call, vars(sys.modules[call.__module__]))
        names = [name for name in inspect.signature(call).parameters if name != "self"]
        assert not [name for name in names if name not in hints], call
        assert "return" in hints or inspect.isclass(call), call


def test_a_project_reads_only_what_it_needs(tmp_path: Path, sqlite_database: Database) -> None:
    """With nothing to do, migrate runs no revision file and imports no models: it takes one query."""
    project = two_apps(tmp_path, sqlite_database.url)
    project.ok("migrate")
    project.write("shop/models.py", "raise RuntimeError('not asked for')\n")
    path = project.write("shop/migrations/0002_owner.py", project.read("shop/migrations/0002_owner.py"))
    path.write_text(path.read_text() + "\nraise RuntimeError('not run')\n")
    assert "Nothing to do" in project.ok("migrate").out
    settings = load_settings(tmp_path, environ={"MINIMIG_URL": sqlite_database.url}, overrides={})
    loaded = Project(load_environment(settings))
    with counted(loaded.engine) as seen, loaded.connect() as connection:
        assert len(loaded.applied(connection)) == 4
    assert len(seen) == 1
