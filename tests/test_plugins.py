"""Plugins: installed packages, used when the configuration names them, in that order, before the env file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from minimig.config import load_settings
from minimig.errors import ConfigError
from support.projects import REPOSITORY, ProjectFolder

CONFIG = """
plugins = {plugins}
metadata = "plugged.models:metadata"
migrations = "plugged/migrations"
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
for name in ("users", "audit_log", "tmp_users"):
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
AUDIT = """
from dataclasses import replace


def configure(environment):
    before = environment.include or (lambda kind, name: True)
    print("audit plugin", "after another" if environment.include else "first")
    return replace(environment, include=lambda kind, name: before(kind, name) and not name.startswith("audit_"))


nothing = None


def broken(environment):
    raise RuntimeError("no licence")


def lost(environment):
    pass
"""
TEMPORARY = AUDIT.replace("audit", "tmp")
POINTS = """
[minimig.plugins]
audit = audit_plugin:configure
nothing = audit_plugin:nothing
broken = audit_plugin:broken
lost = audit_plugin:lost
missing = not_there_at_all:configure
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectFolder:
    """A project, and two installed distributions with plugins, in a folder of their own."""
    site = tmp_path / "site"
    for name, module, points in (
        ("audit-plugin", AUDIT, POINTS),
        ("tmp-plugin", TEMPORARY, "[minimig.plugins]\ntemporary = tmp_plugin:configure\n"),
    ):
        info = site / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(points)
        (site / f"{name.replace('-', '_')}.py").write_text(module)
    monkeypatch.syspath_prepend(str(site))
    folder = ProjectFolder(tmp_path / "project", "sqlite://")
    folder.write("plugged/__init__.py", "")
    folder.write("plugged/models.py", MODELS)
    return folder


def named(project: ProjectFolder, *plugins: str, more: str = "") -> ProjectFolder:
    """The project with a configuration that names plugins."""
    project.write("minimig.toml", more + CONFIG.format(plugins=list(plugins)))
    return project


def test_what_is_only_installed_changes_nothing(project: ProjectFolder) -> None:
    """A plugin that no configuration names is not loaded, and no entry point is looked for."""
    made = named(project).ok("makemigrations", "--dry-run").out
    assert "audit_log" in made
    assert "tmp_users" in made
    assert "audit plugin" not in made
    code = (
        "import sys, importlib.metadata; from pathlib import Path\n"
        "from minimig.config import load_settings\n"
        "from minimig.environment import load_environment\n"
        "def searched(*_, **__): raise SystemExit('searched')\n"
        "importlib.metadata.distributions = searched\n"
        "load_environment(load_settings(Path('.'), environ={}, overrides={}))\n"
        "print('audit_plugin' in sys.modules)\n"
    )
    variables = {**project._variables(None), "PYTHONPATH": f"{REPOSITORY}:{project.path.parent / 'site'}"}

    def tried() -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, cwd=project.path, capture_output=True, text=True, env=variables
        )
        return done.stdout, done.stderr

    assert tried() == ("False\n", "")
    named(project, "audit")
    assert tried() == ("", "searched\n")  # the trap works


def test_plugins_run_in_the_order_named_and_before_the_env_file(project: ProjectFolder) -> None:
    """Each gets what the one before it gave; the env file comes last."""
    made = named(project, "temporary", "audit").ok("makemigrations", "--dry-run").out
    assert made.splitlines()[:2] == ["tmp plugin first", "audit plugin after another"]
    assert "create table users" in made
    assert "audit_log" not in made
    assert "tmp_users" not in made
    made = named(project, "audit", "temporary").ok("makemigrations", "--dry-run").out
    assert made.splitlines()[:2] == ["audit plugin first", "tmp plugin after another"]
    project.write(
        "env.py",
        "from dataclasses import replace\n\n\n"
        "def configure(environment):\n"
        "    assert not environment.include('table', 'audit_log')\n"
        "    return replace(environment, include=None)\n",
    )
    assert "audit_log" in named(project, "audit", more='env = "env.py"\n').ok("makemigrations", "--dry-run").out


@pytest.mark.parametrize(
    ("plugin", "message", "hint"),
    [
        ("adit", "there is no plugin adit", "did you mean audit?"),
        ("zebra", "there is no plugin zebra", "an entry point zebra in the group minimig.plugins"),
        ("nothing", "the plugin nothing (audit_plugin:nothing) is NoneType, not a function", "configure(environment)"),
        ("broken", "`configure` of plugin broken failed: RuntimeError: no licence", ""),
        ("lost", "`configure` of plugin lost returned NoneType instead of an Environment", "dataclasses.replace"),
        (
            "missing",
            "the plugin missing (not_there_at_all:configure) cannot be imported",
            "is not_there_at_all",
        ),
    ],
)
def test_a_plugin_that_cannot_be_used(project: ProjectFolder, plugin: str, message: str, hint: str) -> None:
    """Each way to fail is one error with what to do, and no traceback."""
    refused = named(project, plugin).run("showmigrations")
    assert refused.code == 1
    assert message in refused.err
    assert hint in refused.err
    assert "Traceback" not in refused.err


def test_a_name_that_two_packages_have_is_refused(project: ProjectFolder) -> None:
    """Which of them is meant would be chance."""
    site = project.path.parent / "site"
    (site / "tmp_plugin-1.0.dist-info" / "entry_points.txt").write_text(
        "[minimig.plugins]\naudit = tmp_plugin:configure"
    )
    refused = named(project, "audit").run("showmigrations")
    assert "audit is brought by several packages: audit_plugin:configure, tmp_plugin:configure" in refused.err


@pytest.mark.parametrize(
    ("plugins", "message"),
    [('["a", "b", "a"]', "the plugin a is named twice"), ("[3]", "`plugins` must be text"), ("3", "`plugins` must be")],
)
def test_the_list_of_plugins_is_checked(tmp_path: Path, plugins: str, message: str) -> None:
    """A name twice, and what is no text, is found when the configuration is read."""
    (tmp_path / "minimig.toml").write_text(CONFIG.format(plugins=plugins))
    with pytest.raises(ConfigError, match=message):
        load_settings(tmp_path, environ={}, overrides={})


def test_one_plugin_may_be_named_without_a_list(tmp_path: Path) -> None:
    """As everywhere in the configuration where texts are listed."""
    (tmp_path / "minimig.toml").write_text(CONFIG.format(plugins='"audit"'))
    assert load_settings(tmp_path, environ={}, overrides={}).plugins == ("audit",)
