"""What `configure` may set in code, what goes before it, and what it is told when it gives nonsense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.config import Settings, load_settings
from minimig.config_sources import explained
from minimig.environment import Environment, load_environment, make_engine
from minimig.errors import ConfigError

CONFIG = """
url = "sqlite:///file.db"
env = "env.py"
metadata = "blog.models:Base"
migrations = "migrations"
"""
TOP = "from dataclasses import replace\nimport sqlalchemy as sa\ndef configure(environment):\n    return "


def settings(path: Path, config: str = CONFIG, environ: dict[str, str] | None = None, **overrides: str) -> Settings:
    """The settings of a project with this configuration."""
    (path / "minimig.toml").write_text(config)
    return load_settings(path, environ=environ or {}, overrides=overrides)


def environment(path: Path, result: str, **given: Any) -> Environment:
    """The environment that an env file which returns `result` makes."""
    (path / "env.py").write_text(TOP + result)
    return load_environment(settings(path, **given))


def test_settings_are_set_in_code(tmp_path: Path) -> None:
    """The URL, the version table and its schema, and the policy may come from code; a URL is taken as it stands."""
    made = environment(
        tmp_path,
        "environment.with_url('postgresql://bob:a${b}@h/x').with_settings("
        "version_table='v', version_schema='s', out_of_order='error')",
    ).settings
    assert made.database_url() == "postgresql+psycopg://bob:a${b}@h/x"
    assert (made.version_table, made.version_schema, made.out_of_order) == ("v", "s", "error")
    assert "a${b}" not in repr(made)


def test_code_stands_in_the_place_of_the_file(tmp_path: Path) -> None:
    """What the env file sets goes before the file and DATABASE_URL, and behind an option and a MINIMIG_ variable."""
    code = "environment.with_settings(url='sqlite:///code.db', version_table='code')"
    variables = {"MINIMIG_URL": "sqlite:///var.db", "MINIMIG_VERSION_TABLE": "var"}
    bare = CONFIG.replace('url = "sqlite:///file.db"\n', "")

    def name(**given: Any) -> tuple[str, str]:
        made = environment(tmp_path, code, **given).settings
        return Path(made.database_url()).name, made.version_table

    assert name() == ("code.db", "code")
    assert name(config=bare, environ={"DATABASE_URL": "sqlite:///other.db"}) == ("code.db", "code")
    assert name(environ=variables) == ("var.db", "var")
    assert name(environ=variables, url="sqlite:///option.db") == ("option.db", "var")


def test_a_url_in_code_replaces_an_engine(tmp_path: Path) -> None:
    """Only one of the two holds: setting one in code puts the other aside."""
    config = CONFIG.replace('url = "sqlite:///file.db"', 'engine = "blog.db:engine"')
    made = environment(tmp_path, "environment.with_url('sqlite:///code.db')", config=config).settings
    assert (made.engine, Path(made.database_url()).name) == (None, "code.db")
    made = environment(tmp_path, "environment.with_settings(engine='blog.db:engine')").settings
    assert (made.engine, made.url) == ("blog.db:engine", None)


@pytest.mark.parametrize(
    ("result", "message", "hint"),
    [
        ("environment.with_settings(verson_table='x')", "cannot set `verson_table`", "version_table"),
        ("environment.with_settings(url=3)", "`url` must be text", None),
        ("environment.with_settings(url='  ')", "`url` must be text, and not empty", None),
        ("environment.with_settings(engine='blog')", "must name an object in a module", "blog.db:engine"),
        ("environment.with_settings(out_of_order='eror')", "cannot be 'eror'", "error"),
        ("environment.with_settings(url='a://', engine='a:b')", "both `url` and `engine`", "keep one"),
        ("None", "returned NoneType instead of an Environment", "dataclasses.replace"),
        ("replace(environment, settings=3)", "`settings` of the environment is int", "with_settings"),
        ("replace(environment, settings=replace(environment.settings, version_table=3))", "must be text", None),
        ("replace(environment, engine='sqlite://')", "is str, not an Engine", "with_url"),
        ("replace(environment, engine=sa.create_engine('sqlite://').connect())", "is Connection, not", None),
        ("replace(environment, metadata=sa.MetaData())", "is MetaData, not a mapping", "metadata={label:"),
        ("replace(environment, metadata={'blgo': ()})", "there is no app 'blgo'", "did you mean blog?"),
        ("replace(environment, metadata={'blog': sa.MetaData()})", "is not a tuple of MetaData", None),
        ("replace(environment, connect_args=[1])", "is list, not a mapping", None),
        ("replace(environment, connect_args={'a': 1}, engine=sa.create_engine('sqlite://'))", "both", "create_engine"),
        ("replace(environment, on_step=print)", "`on_step` of the environment is not a tuple", None),
        ("replace(environment, prepare=3)", "`prepare` of the environment is not a function", None),
        ("replace(environment, nonsense=3)", "unexpected keyword argument 'nonsense'", None),
    ],
)
def test_nonsense_is_told_with_its_place(tmp_path: Path, result: str, message: str, hint: str | None) -> None:
    """Each wrong thing that `configure` can give has its own message, which names the env file."""
    with pytest.raises(ConfigError) as caught:
        environment(tmp_path, result)
    assert message in caught.value.message
    assert (hint or "") in (caught.value.hint or "")
    assert str(tmp_path / "env.py") in (caught.value.where or "")


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("def configure(:", "SyntaxError", ":1"),
        ("import no_such_module", "No module named 'no_such_module'", ":1"),
        ("raise SystemExit(0)", "SystemExit", ":1"),
        ("configure = 3", "no function `configure`", ""),
        ("def configure(): pass", "takes 0 positional arguments", ""),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(tmp_path: Path, text: str, message: str, line: str) -> None:
    """Syntax, imports, SystemExit, and a `configure` that is none: one error with the place in the env file."""
    (tmp_path / "env.py").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_environment(settings(tmp_path))
    assert caught.value.where == f"{tmp_path / 'env.py'}{line}"


def test_an_engine_for_another_database_than_was_asked_for_is_refused(tmp_path: Path) -> None:
    """Who types --url must not end up on the database that the env file had in mind; the same one is welcome."""
    with pytest.raises(ConfigError, match="the environment brings an engine for sqlite"):
        environment(
            tmp_path, "replace(environment, engine=sa.create_engine('sqlite:///other.db'))", url="sqlite:///a.db"
        )
    made = environment(
        tmp_path,
        "replace(environment, engine=sa.create_engine(environment.settings.database_url()))",
        url="sqlite:///a.db",
    )
    assert made.engine is not None
    assert environment(tmp_path, "replace(environment, engine=sa.create_engine('sqlite:///other.db'))").engine


def test_connect_args_reach_the_driver(tmp_path: Path) -> None:
    """An engine that minimig makes gets the arguments; one that the configuration names is refused with them."""
    made = environment(tmp_path, "replace(environment, connect_args={'timeout': 7})")
    assert "'timeout': 7" not in repr(made)
    seen: list[Any] = []
    engine = make_engine(made.settings, made.connect_args)
    sa.event.listen(engine, "do_connect", lambda _d, _r, _args, options: seen.append(options["timeout"]))
    engine.connect().close()
    assert seen == [7]
    config = CONFIG.replace('url = "sqlite:///file.db"', 'engine = "blog.db:engine"')
    with pytest.raises(ConfigError, match="an engine of its own"):
        make_engine(settings(tmp_path, config), {"timeout": 7})


def test_a_broken_url_says_who_set_it(tmp_path: Path) -> None:
    """The place in front of a URL that cannot be read: the env file, the option, the file, or the variable."""
    places = {
        "env file": environment(tmp_path, "environment.with_url('nothing')").settings,
        "--url": settings(tmp_path, url="nothing"),
        "MINIMIG_URL": settings(tmp_path, environ={"MINIMIG_URL": "nothing"}),
        str(tmp_path / "minimig.toml"): settings(tmp_path, CONFIG.replace("sqlite:///file.db", "nothing")),
    }
    for place, given in places.items():
        with pytest.raises(ConfigError, match="cannot be read") as caught:
            make_engine(given)
        assert (caught.value.where or "").startswith(place)


def test_each_value_says_where_it_comes_from(tmp_path: Path) -> None:
    """File and line, variables in it, option, MINIMIG_ variable, env file, default: each is named."""
    config = CONFIG.replace("sqlite:///file.db", "${A:-sqlite://}${B:-}") + 'version_schema = "s"\n'
    given = settings(
        tmp_path, config, {"MINIMIG_OUT_OF_ORDER": "warn", "B": ""}, **{"x.tenant": "t", "x.token": "abcd"}
    )
    (tmp_path / "env.py").write_text(TOP + "environment.with_settings(version_schema='other')")
    file = tmp_path / "minimig.toml"
    found = {value.name: (value.value, value.source) for value in explained(load_environment(given).settings)}
    assert found["url"] == ("sqlite://", f"{file}:2, with A (not set) and B")
    assert found["metadata"] == (["blog.models:Base"], f"{file}:4")
    assert found["version_table"] == ("minimig_version", "default")
    assert found["version_schema"] == ("other", f"env file {tmp_path / 'env.py'}")
    assert found["out_of_order"] == ("warn", "variable MINIMIG_OUT_OF_ORDER")
    assert found["x.tenant"] == ("t", "command line")
    assert found["x.token"] == ("***", "command line")


def test_lines_are_found_in_a_pyproject_with_apps(tmp_path: Path) -> None:
    """Tables of other tools are passed over, and a key below an app has the line of that app's table."""
    text = '[tool.other]\nurl = "x"\n\n[tool.minimig]\nurl = "sqlite://"\n\n[tool.minimig.apps.blog]\n'
    text += 'metadata = "a:b"\nmigrations = "m"\n\n[tool.minimig.apps."shop"]\nmetadata = "c:d"\nmigrations = "n"\n'
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    found = {v.name: v.source for v in explained(load_settings(tmp_path, environ={}, overrides={}))}
    assert found["url"] == f"{file}:5"
    assert found["apps.blog.metadata"] == f"{file}:8"
    assert found["apps.shop.migrations"] == f"{file}:13"
    assert found["apps.shop.tables"] == "default"
