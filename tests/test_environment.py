"""The project's own code: models, engines and the env file are found, or the error says why not and where."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from minimig.config import AppSettings, Settings
from minimig.environment import Environment, import_path, load_environment, load_metadata, make_engine
from minimig.errors import ConfigError, ModelsError
from support.databases import Database

Write = Callable[[str, str], Path]

BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n"
POST = """
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
TABLE = """
import sqlalchemy as sa
metadata = sa.MetaData()
posts = sa.Table("posts", metadata, sa.Column("id", sa.Integer))
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write a file of a project; whatever the test imports from there is forgotten afterwards."""
    before = set(sys.modules)

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    yield write_file
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)) or name == "blog":
            del sys.modules[name]


def load(root: Path, *targets: str) -> tuple[sa.MetaData, ...]:
    """The metadata of an app that names `targets`."""
    return load_metadata(AppSettings("blog", targets, root / "migrations"), root)


def refused(root: Path, *targets: str) -> ModelsError:
    """The error that loading `targets` ends with."""
    with pytest.raises(ModelsError) as caught:
        load(root, *targets)
    return caught.value


@pytest.mark.parametrize(
    ("code", "target"),
    [
        (TABLE, "blog:metadata"),
        (BASE + POST, "blog:Base"),
        (BASE + POST, "blog:Base.metadata"),
        (BASE + POST, "blog:Post"),
        (
            TABLE
            + "class Db:\n    metadatas = {None: metadata, 'other': sa.MetaData()}\n    metadata = None\ndb = Db()",
            "blog:db",
        ),
        (TABLE + "several = [metadata, metadata]", "blog:several"),
        (TABLE + "def get(): return metadata", "blog:get"),
        (TABLE + "def get(): return {'default': [metadata]}", "blog:get"),
    ],
)
def test_finds_metadata_in_every_shape(tmp_path: Path, write: Write, code: str, target: str) -> None:
    """A MetaData, what holds one or several, lists, and functions that return any of these."""
    write("blog.py", code)
    assert "posts" in load(tmp_path, target)[0].tables


def test_gives_each_metadata_once(tmp_path: Path, write: Write) -> None:
    """Modules that share a Base name one MetaData, and it may be filled by the last of them."""
    write("blog/__init__.py", "")
    write("blog/base.py", BASE)
    write("blog/models.py", "from blog.base import Base\n" + POST)
    (metadata,) = load(tmp_path, "blog.base:Base", "blog.models:Base")
    assert list(metadata.tables) == ["posts"]


def test_imports_from_src(tmp_path: Path, write: Write) -> None:
    """A project with a src folder need not be installed to be migrated."""
    write("src/blog/__init__.py", TABLE)
    assert load(tmp_path, "blog:metadata")


def test_import_path_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    """The root comes first inside, and is gone afterwards, after an error too."""
    before = list(sys.path)

    def fail() -> None:
        with import_path(tmp_path):
            assert sys.path[0] == str(tmp_path)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert sys.path == before


def test_a_missing_module_offers_its_neighbours(tmp_path: Path, write: Write) -> None:
    """A misspelled module is told apart from a module that fails, and the nearest existing one is named."""
    write("blog/__init__.py", "")
    write("blog/models.py", TABLE)
    error = refused(tmp_path, "blog.modles:metadata")
    assert "there is no module blog.modles" in error.message
    assert "blog.models" in str(error.hint)
    assert "blog" in str(refused(tmp_path, "blgo.models:metadata").hint)


def test_a_failing_import_is_placed_in_the_projects_code(tmp_path: Path, write: Write) -> None:
    """The last line of the error and the file and line in the project, though the error rose in a library."""
    write("blog/__init__.py", "")
    path = write("blog/models.py", "import json\n\nsettings = json.loads('{')\n")
    error = refused(tmp_path, "blog.models:Base")
    assert "JSONDecodeError" in error.message
    assert error.where == f"{path}:3"


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("x = (\n", "SyntaxError", 1),
        ("x = 1\nimport no_such_library\n", "No module named 'no_such_library'", 2),
        ("\nraise SystemExit(3)\n", "SystemExit: 3", 2),
        ("def Base(): return 1 / 0\n", "the function failed: ZeroDivisionError", 1),
        ("def Base(a): return a\n", "the function failed: TypeError", None),
    ],
)
def test_whatever_the_module_raises_is_reported(
    tmp_path: Path, write: Write, code: str, message: str, line: int | None
) -> None:
    """Syntax errors, missing libraries, scripts that exit and functions that fail: none ends in a traceback."""
    path = write("blog.py", code)
    error = refused(tmp_path, "blog:Base")
    assert message in error.message
    if line is not None:
        assert error.where == f"{path}:{line}"
    if "no_such_library" in message:
        assert "installed" in str(error.hint)


def test_a_missing_attribute_offers_near_names(tmp_path: Path, write: Write) -> None:
    """The module exists, the name in it does not: the file and the nearest names."""
    path = write("blog.py", BASE + POST)
    error = refused(tmp_path, "blog:Bsae")
    assert "no `Bsae`" in error.message
    assert "Base" in str(error.hint)
    assert error.where == str(path)


@pytest.mark.parametrize("code", ["Base = 3", "class Base: pass", "Base = ['x']", "def Base(): return None"])
def test_the_wrong_kind_is_named(tmp_path: Path, write: Write, code: str) -> None:
    """Anything that holds no MetaData is refused; a class is not called to see what comes out."""
    write("blog.py", code)
    assert "not a MetaData" in refused(tmp_path, "blog:Base").message


def test_a_metadata_without_tables_names_the_way_out(tmp_path: Path, write: Write) -> None:
    """The most common mistake: the Base was imported, the modules with the models were not."""
    write("blog/__init__.py", "")
    write("blog/base.py", BASE)
    error = refused(tmp_path, "blog.base:Base")
    assert "were not imported" in error.message
    assert 'metadata = ["blog.base:Base", "blog.models:Base"]' in str(error.hint)


def settings(root: Path, **values: str) -> Settings:
    """Settings with nothing but what is given."""
    return Settings(root=root, **values)  # type: ignore[arg-type]


def test_makes_an_engine_for_each_database(database: Database, tmp_path: Path) -> None:
    """The URL leads to a working connection, and none is kept when it is given back."""
    engine = make_engine(settings(tmp_path, url=database.url))
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    assert isinstance(engine.pool, sa.pool.NullPool)


def test_a_database_in_memory_is_one_database(tmp_path: Path) -> None:
    """Two connections to sqlite:// see the same tables; a new database for each would make migrating pointless."""
    engine = make_engine(settings(tmp_path, url="sqlite://"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (id INTEGER)"))
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["t"]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("blog.db", "cannot be read", "looks like sqlite:///blog.db"),
        ("postgresql+psycopg://u:s3cret@host:port/db", "cannot be read", "percent form"),
        ("postgresq://u:s3cret@host/db", "no database called postgresq", "postgresql"),
        ("mysql+mysqldb://u:s3cret@host/db", "driver of the database is not installed", "pip install mysqlclient, or"),
        ("postgresql+pg8000://u:s3cret@host/db", "driver of the database is not installed", "pip install pg8000"),
        ("sqlite+nosuch:///x.db", "no database called sqlite+nosuch", "sqlite"),
    ],
)
def test_a_url_that_leads_nowhere_is_explained(tmp_path: Path, url: str, message: str, hint: str) -> None:
    """Wrong text, an unknown database, a missing driver: each says what to do, and none shows the password."""
    with pytest.raises(ConfigError) as caught:
        make_engine(settings(tmp_path, url=url))
    error = caught.value
    assert message in error.message
    assert hint in str(error.hint)
    assert "s3cret" not in str(error)


def test_takes_an_engine_from_the_project(tmp_path: Path, write: Write) -> None:
    """`engine` may name an Engine or a function that returns one; anything else is refused."""
    write(
        "blog.py", "import sqlalchemy as sa\nengine = sa.create_engine('sqlite://')\ndef get(): return engine\nx = 3\n"
    )
    for target in ("blog:engine", "blog:get"):
        assert make_engine(settings(tmp_path, engine=target)).dialect.name == "sqlite"
    with pytest.raises(ConfigError, match="gives int, not an Engine"):
        make_engine(settings(tmp_path, engine="blog:x"))
    with pytest.raises(ConfigError, match="there is no `enigne`"):
        make_engine(settings(tmp_path, engine="blog:enigne"))


def test_takes_an_asynchronous_engine_for_what_is_in_it(tmp_path: Path, write: Write) -> None:
    """An AsyncEngine is given as the synchronous engine that it wraps."""
    write(
        "blog.py",
        "from sqlalchemy.ext.asyncio import create_async_engine\nengine = create_async_engine('sqlite+aiosqlite://')\n",
    )
    engine = make_engine(settings(tmp_path, engine="blog:engine"))
    assert isinstance(engine, sa.Engine)
    assert engine.dialect.is_async


def test_takes_an_asynchronous_url(tmp_path: Path) -> None:
    """The URL of an asynchronous driver gives an engine that keeps no connection."""
    engine = make_engine(settings(tmp_path, url="sqlite+aiosqlite:///x.db"))
    assert engine.dialect.is_async
    assert isinstance(engine.pool, NullPool)


def test_without_an_env_file_the_settings_are_the_environment(tmp_path: Path) -> None:
    """Nothing is imported and nothing replaced."""
    given = settings(tmp_path)
    assert load_environment(given) == Environment(given)


def test_configure_replaces_parts(tmp_path: Path, write: Write) -> None:
    """The env file is a function from Environment to Environment; it may import the project's modules."""
    write("blog.py", TABLE)
    write(
        "migrations/env.py",
        "from __future__ import annotations\n"
        "from dataclasses import dataclass, replace\n"
        "from blog import metadata\n"
        "@dataclass\n"
        "class Filter:\n"
        "    prefix: str\n"
        "    def __call__(self, kind, name): return not name.startswith(self.prefix)\n"
        "def configure(environment):\n"
        "    return replace(environment, metadata={'blog': (metadata,)}, include=Filter('tmp_'))\n",
    )
    environment = load_environment(settings(tmp_path, env="migrations/env.py"))
    assert environment.metadata is not None
    assert "posts" in environment.metadata["blog"][0].tables
    assert environment.include is not None
    assert not environment.include("table", "tmp_x")


@pytest.mark.parametrize(
    ("code", "message", "where"),
    [
        ("import json\nx = json.loads('{')\n", "the env file failed: json.decoder.JSONDecodeError", "env.py:2"),
        ("def configure(environment):\n    raise KeyError('tenant')\n", "`configure` failed: KeyError", "env.py:2"),
        ("def configure(environment): pass\n", "returned NoneType instead of an Environment", "env.py"),
        ("def confgure(environment): return environment\n", "no function `configure`", "env.py"),
        ("configure = 3\n", "no function `configure`", "env.py"),
        ("def configure(:\n", "SyntaxError", "env.py:1"),
    ],
)
def test_a_broken_env_file_is_placed(tmp_path: Path, write: Write, code: str, message: str, where: str) -> None:
    """What is wrong with the env file, and its line."""
    write("env.py", code)
    with pytest.raises(ConfigError) as caught:
        load_environment(settings(tmp_path, env="env.py"))
    assert message in caught.value.message
    assert str(caught.value.where).endswith(where)


def test_a_missing_env_file_is_an_error(tmp_path: Path) -> None:
    """A name that leads nowhere is not passed over, nor is a file that is no Python."""
    with pytest.raises(ConfigError, match="does not exist"):
        load_environment(settings(tmp_path, env="env.py"))
    (tmp_path / "env.txt").write_text("")
    with pytest.raises(ConfigError, match=r"ending in \.py"):
        load_environment(settings(tmp_path, env="env.txt"))


def test_asyncio_is_not_imported_for_a_synchronous_project() -> None:
    """Recognising an async engine does not cost the import of SQLAlchemy's asyncio layer."""
    code = "import sys, minimig.environment; print('sqlalchemy.ext.asyncio' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
