"""Each sample application gets its tables from the real command line, and starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from support.databases import Server

ASK = """
import warnings; warnings.simplefilter("ignore")
import app
from {module} import TestClient
with TestClient(app.app) as client:
    print(client.get("/").json())
"""
pytestmark = pytest.mark.timeout(400)  # each test starts up to a dozen processes

MINIMIG = ("-m", "minimig")
FLASK = ("-m", "flask", "minimig")
LITESTAR = ("-m", "litestar", "minimig")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """No DATABASE_URL, for the SQLite file that a sample has then, and one of a fresh PostgreSQL database."""
    if request.param == "sqlite":
        yield None
        return
    server: Server = request.getfixturevalue("postgresql_server")
    with server.fresh() as database:
        yield database.url.replace("+psycopg", "")


def test_plain_sqlalchemy(sample: Callable) -> None:
    """An engine and a declarative base, named in three lines of configuration."""
    app = sample("plain")
    app.run(*MINIMIG, "makemigrations")
    app.run(*MINIMIG, "migrate")
    app.run(*MINIMIG, "check")
    assert app.python("import blog; print(blog.publish('Hello'))") == "['Hello']\n"


def test_sqlmodel(sample: Callable) -> None:
    """SQLModel's own types are written with the module that they come from, and agree with the database."""
    app = sample("sqlmodel_models")
    app.run(*MINIMIG, "makemigrations")
    app.run(*MINIMIG, "migrate")
    app.run(*MINIMIG, "check")
    assert app.python("import heroes; print(heroes.hire('Ada'))") == "['Ada']\n"


def test_fastapi_migrates_in_its_lifespan(sample: Callable, url: str | None) -> None:
    """Nobody runs `migrate`: the application does, before its first request, and again when there is nothing to do."""
    app = sample("fastapi_async", url)
    app.run(*MINIMIG, "makemigrations")
    for _ in range(2):
        assert app.python(ASK.format(module="fastapi.testclient")) == "[]\n"
    app.run(*MINIMIG, "check")


def test_flask_with_two_databases(sample: Callable) -> None:
    """`flask minimig` knows engines and models of both binds without any configuration."""
    app = sample("flask_binds")
    for bind in ((), ("--bind", "auth")):
        app.run(*FLASK, *bind, "makemigrations")
        app.run(*FLASK, *bind, "migrate")
        app.run(*FLASK, *bind, "check")
    assert app.migrations() == ["0001_initial.py"]
    assert app.migrations("migrations/auth") == ["0001_initial.py"]
    assert "user" not in (app.folder / "migrations" / "0001_initial.py").read_text()
    answer = app.python("import app; print(app.app.test_client().get('/').json)")
    assert answer == "{'Item': 0, 'User': 0}\n"


def test_a_variable_does_not_lead_binds_to_one_database(sample: Callable) -> None:
    """MINIMIG_URL says nothing of binds; a url in the configuration of the application refuses them."""
    app = sample("flask_binds", "sqlite:///elsewhere.db")
    source = (app.folder / "app.py").read_text()
    begin = 'import os\nos.environ["MINIMIG_URL"] = "sqlite:///elsewhere.db"\n'
    (app.folder / "app.py").write_text(source.replace("import sqlalchemy", f"{begin}import sqlalchemy", 1))
    app.run(*FLASK, "--bind", "auth", "makemigrations")
    app.run(*FLASK, "--bind", "auth", "migrate")
    assert (app.folder / "instance" / "auth.db").exists()
    assert not (app.folder / "elsewhere.db").exists()
    url = 'app.config["MINIMIG"] = {"url": "sqlite:///elsewhere.db"}\ndb.init_app(app)'
    (app.folder / "app.py").write_text(source.replace("db.init_app(app)", url))
    assert "no --bind auth" in app.run(*FLASK, "--bind", "auth", "migrate", code=1)


def test_two_configurations_need_two_names(sample: Callable) -> None:
    """advanced-alchemy takes two without a bind_key; which of them is meant would be chance."""
    app = sample("litestar_alchemy")
    source = (app.folder / "app.py").read_text()
    two = """
other = SQLAlchemyAsyncConfig(
    connection_string=ASYNC, session_dependency_key="other", engine_dependency_key="other_engine",
    session_scope_key="other_scope",{}
)
app = Litestar([index], plugins=[SQLAlchemyPlugin(config=[config, other])])
"""
    (app.folder / "app.py").write_text(source + two.format(""))
    assert "bind_key" in app.run(*LITESTAR, "makemigrations", code=1)
    (app.folder / "app.py").write_text(source + two.format(' bind_key="other"'))
    assert "create table books" in app.run(*LITESTAR, "makemigrations")


def test_litestar_with_an_async_engine(sample: Callable, url: str | None) -> None:
    """`litestar minimig` asks advanced-alchemy's plugin, and takes the driver that is not asynchronous."""
    app = sample("litestar_alchemy", url)
    app.run(*LITESTAR, "makemigrations")
    app.run(*LITESTAR, "migrate")
    app.run(*LITESTAR, "check")
    assert app.python(ASK.format(module="litestar.testing")) == "[]\n"


# --- the commands inside another command line -------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "words"), [("flask_binds", FLASK), ("litestar_alchemy", LITESTAR)])
def test_exit_codes_and_errors_are_minimigs(sample: Callable, name: str, words: tuple[str, ...]) -> None:
    """4 where something is pending, 2 for a command that is none, 1 for a database that is none; never a traceback."""
    app = sample(name)
    app.run(*words, "makemigrations", "--check", code=4)
    app.run(*words, "makemigrations")
    app.run(*words, "migrate", "--check", code=4)
    assert "did you mean migrate or " in app.run(*words, "migrat", code=2)
    assert "no command 'init'" in app.run(*words, "init", code=2)
    said = app.run(*words, "--bind", "nowhere", "migrate", code=1)
    assert "no database called 'nowhere'" in said or "no models called 'nowhere'" in said
    assert "Traceback" not in said
    assert "Commands:" in app.run(*words, "--help")
    assert "TARGET" in app.run(*words, "migrate", "--help")


@pytest.mark.parametrize(
    ("name", "words", "old", "new"),
    [
        ("flask_binds", FLASK, "db.init_app(app)", 'app.config["MINIMIG"] = {}\ndb.init_app(app)'),
        ("litestar_alchemy", LITESTAR, "Litestar([index]", 'Litestar([index], opt={{"minimig": {}}}'),
    ],
)
def test_the_application_may_say_more(sample: Callable, name: str, words: tuple[str, ...], old: str, new: str) -> None:
    """The keys of a minimig.toml, checked as there."""
    app = sample(name)
    source = (app.folder / "app.py").read_text()

    def config(text: str) -> None:
        (app.folder / "app.py").write_text(
            source.replace(old, new.replace("{}", text).replace("{{", "{").replace("}}", "}"))
        )

    config('{"migrations": "revisions", "label": "shop"}')
    assert "shop:" in app.run(*words, "makemigrations")
    assert app.migrations("revisions") == ["0001_initial.py"]
    config('{"migratoins": "revisions"}')
    assert "did you mean migrations?" in app.run(*words, "makemigrations", code=1)
    config('["migrations"]')
    assert "must be a dictionary" in app.run(*words, "makemigrations", code=1)


def test_an_application_without_the_extension_is_told_so(sample: Callable) -> None:
    """Flask without Flask-SQLAlchemy, Litestar without its plugin; with models of its own, neither is needed."""
    app = sample("flask_binds")
    app.folder.joinpath("app.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    assert "no Flask-SQLAlchemy 3" in app.run(*FLASK, "migrate", code=1)
    own = 'app.config["MINIMIG"] = {"metadata": "models:metadata", "url": "sqlite:///own.db"}\n'
    app.folder.joinpath("app.py").write_text(f"from flask import Flask\napp = Flask(__name__)\n{own}")
    app.folder.joinpath("models.py").write_text(
        'import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table("a", metadata, sa.Column("id", sa.Integer))\n'
    )
    assert "create table a" in app.run(*FLASK, "makemigrations")
    app.run(*FLASK, "migrate")
    app = sample("litestar_alchemy")
    app.folder.joinpath("app.py").write_text("from litestar import Litestar\napp = Litestar([])\n")
    assert "no SQLAlchemyPlugin" in app.run(*LITESTAR, "migrate", code=1)


def test_databases_in_the_applications_configuration(sample: Callable) -> None:
    """`databases` beside the application's own database: `--database` chooses, a wrong name is told, all is all."""
    app = sample(None)
    app.folder.joinpath("models.py").write_text(
        'import sqlalchemy as sa\nmetadata = sa.MetaData()\nsa.Table("a", metadata, sa.Column("id", sa.Integer))\n'
        'more = sa.MetaData()\nsa.Table("b", more, sa.Column("id", sa.Integer))\n'
    )
    app.folder.joinpath("app.py").write_text(
        "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n"
        'app = Flask(__name__)\napp.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///own.db"\n'
        'app.config["MINIMIG"] = {"apps": {name: {"metadata": f"models:{metadata}", "migrations": f"m/{name}"}'
        ' for name, metadata in (("one", "metadata"), ("two", "more"))},'
        ' "databases": {"other": {"url": "sqlite:///other.db", "apps": ["two"]}}}\nSQLAlchemy(app)\n'
    )
    app.run(*FLASK, "makemigrations")
    assert "did you mean other" in app.run(*FLASK, "migrate", "--database", "othr", code=2)
    assert "one.0001" not in app.run(*FLASK, "migrate", "--database", "other")
    assert (app.folder / "other.db").exists()
    assert not list(app.folder.rglob("own.db"))
    told = app.run(*FLASK, "migrate")
    assert ("Applying one.0001" in told, "Applying two.0001" in told) == (True, False)
    assert list(app.folder.rglob("own.db"))
