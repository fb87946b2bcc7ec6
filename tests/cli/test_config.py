"""`minimig config`: every setting, where it comes from, and nothing secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.projects import ProjectFolder

CONFIG = """
url = "${DB:-sqlite:///app.db}"
env = "env.py"
metadata = "blog.models:Base"
migrations = "migrations"
post_write = ["publish --key ${PUBLISH_TOKEN:-}"]
"""
ENV = """
from dataclasses import replace

def prepare(connection): pass

def configure(environment):
    made = environment.with_settings(version_table="ours")
    return replace(made, prepare=prepare, on_step=(print,), connect_args={"password": "hidden1"})
"""
SECRET = "correct#horse"


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project with an env file that sets a few things."""
    project = ProjectFolder(tmp_path)
    project.write("minimig.toml", CONFIG)
    project.write("env.py", ENV)
    return project


def test_values_and_places(project: ProjectFolder) -> None:
    """Each value with its file and line, variable or default, and what the env file set with its functions."""
    out = project.ok("config").out
    assert f"Configuration: {project.path / 'minimig.toml'}\n" in out
    assert "  env               = env.py  (minimig.toml:3)\n" in out
    assert "  version_schema    = -  (default)\n" in out
    assert "  version_table     = ours  (env file env.py)\n" in out
    assert "(minimig.toml:2, with DB (not set))" in out
    code = out.partition("Set by code:\n")[2]
    assert "  prepare      = prepare  (env.py:4)\n" in code
    assert "  connect_args = password: ***  (code)\n" in code


def test_an_option_and_a_variable_are_named(project: ProjectFolder) -> None:
    """What --url, -x and a MINIMIG_ variable change is said to come from them."""
    out = project.run("--url", "sqlite:///x.db", "-x", "a=b", "config", env={"MINIMIG_VERSION_TABLE": "v"}).out
    assert "x.db  (command line)\n" in out
    assert "= b  (command line)\n" in out
    assert "= v  (variable MINIMIG_VERSION_TABLE)\n" in out


def test_json(project: ProjectFolder) -> None:
    """The same for programs."""
    found = json.loads(project.ok("config", "--json").out)
    assert (found["format"], found["command"], found["problem"]) == (1, "config", None)
    assert found["values"]["version_table"] == {"value": "ours", "source": f"env file {project.path / 'env.py'}"}
    assert found["environment"]["on_step"]["value"] == ["print"]


@pytest.mark.parametrize("words", [["config"], ["config", "--json"]])
def test_nothing_secret_is_shown(project: ProjectFolder, words: list[str]) -> None:
    """A password in the URL, a token filled into a command, and what goes to the driver are masked."""
    url = "postgresql://bob:correct%23horse@127.0.0.1:1/x"
    text = project.run(*words, env={"DB": url, "PUBLISH_TOKEN": "token12345"}).text
    assert "bob:***@" in text
    assert "publish --key ***" in text
    assert not [word for word in (SECRET, "correct%23horse", "token12345", "hidden1") if word in text]


def test_a_broken_env_file_does_not_hide_the_rest(project: ProjectFolder) -> None:
    """The values are shown all the same, and then what is wrong, with exit code 1."""
    project.write("env.py", "import no_such_module")
    result = project.run("config")
    assert result.code == 1
    assert "version_table     = minimig_version  (default)" in result.out
    assert "error MM101: the env file failed: ModuleNotFoundError" in result.err
    assert "ModuleNotFoundError" in json.loads(project.run("config", "--json").out)["problem"]


def test_nothing_is_connected_to(project: ProjectFolder) -> None:
    """A server that is down, and a variable that is missing, are no obstacle."""
    assert project.run("--url", "postgresql://127.0.0.1:1/x", "config").code == 0
    project.write("minimig.toml", CONFIG.replace("${DB:-sqlite:///app.db}", "postgresql://${DB_HOST}/x"))
    assert "= postgresql://${DB_HOST}/x  (minimig.toml:2, with DB_HOST (not set))" in project.ok("config").out


SEVERAL = """
url = "sqlite:///main.db"
env = "env.py"

[databases.analytics]
url = "postgresql://me:hunter2secret@h/${NAME:-x}"
apps = ["stats"]

[apps.blog]
metadata = "blog:Base"
migrations = "blog"

[apps.stats]
metadata = "stats:Base"
migrations = "stats"

[tenants]
names = ["acme"]
url = "postgresql://me:hunter3secret@h/{tenant}"
apps = ["blog"]
"""
PER_DATABASE = """
def configure(environment):
    return environment.with_url("sqlite:///code.db") if environment.settings.database == "default" else environment
"""


def test_several_databases_and_tenants(project: ProjectFolder) -> None:
    """Each database with its place, as code, variables and the command line have left it; secrets of all are masked."""
    project.write("minimig.toml", SEVERAL.replace('apps = ["blog"]\n', ""))
    project.write("env.py", PER_DATABASE)

    def values(*words: str, env: dict[str, str] | None = None) -> dict[str, str]:
        found = project.run(*words, env=env)
        assert (found.code, "secret" in found.text) == (0, False), found.text
        pairs = [line.split("=", 1) for line in found.out.splitlines() if " = " in line]
        return {name.strip(): " ".join(value.split()) for name, value in pairs}

    found = values("config")
    assert found["databases.default.url"] == f"sqlite:///{project.path / 'code.db'} (env file env.py)"
    assert found["databases.analytics.url"].endswith("://me:***@h/x (minimig.toml:6, with NAME (not set))")
    assert found["databases.analytics.apps"] == "stats (minimig.toml:7)"
    assert found["tenants.url"] == "postgresql://me:***@h/{tenant} (minimig.toml:19)"
    assert (found["tenants.names"], "url" in found) == ("acme (minimig.toml:18)", False)
    moved = values("config", env={"MINIMIG_URL_ANALYTICS": "sqlite:///v.db", "MINIMIG_URL": "sqlite:///m.db"})
    assert moved["databases.analytics.url"].endswith("v.db (variable MINIMIG_URL_ANALYTICS)")
    assert moved["databases.default.url"].endswith("m.db (variable MINIMIG_URL)")  # goes before the env file
    by_hand = values("--database", "default", "--url", "sqlite:///o.db", "config")
    assert by_hand["databases.default.url"].endswith("o.db (command line)")
    assert "databases.analytics.url" not in by_hand
