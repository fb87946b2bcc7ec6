"""What starting the command line costs: words on a screen need neither SQLAlchemy nor networkx."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from support.projects import REPOSITORY

HEAVY = ("networkx", "rich", "sqlalchemy")

# What `python -m minimig` does, and then on stderr which of the heavy libraries that loaded.
PROGRAM = f"""
import runpy, sys
sys.argv = ["minimig", *sys.argv[1:]]
try:
    runpy.run_module("minimig", run_name="__main__", alter_sys=True)
finally:
    print("loaded:", *(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_a_question_about_the_tool_loads_nothing_heavy(option: str) -> None:
    """`python -m minimig --help` and `--version` answer without a library that only real work needs."""
    run = subprocess.run([sys.executable, "-c", PROGRAM, option], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "minimig" in run.stdout
    assert run.stderr.splitlines()[-1] == "loaded:"


def test_the_pytest_plugin_loads_nothing_heavy(tmp_path: Path) -> None:
    """Every run of pytest, in any project that has minimig installed, imports the plugin; a fixture may cost more."""
    tmp_path.joinpath("test_one.py").write_text(
        "import sys\n"
        f"def loaded():\n    return [name for name in {HEAVY} if name in sys.modules]\n"
        "def test_nothing():\n    assert loaded() == []\n"
        "def test_something(minimig_engine):\n    assert 'sqlalchemy' in loaded()\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "minimig.testing.plugin", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "2 passed" in run.stdout, run.stdout + run.stderr


@pytest.mark.parametrize("group", ["pytest11", "flask.commands", "litestar.commands"])
def test_what_others_load_by_entry_point_exists(group: str) -> None:
    """Each entry point of pyproject.toml names an object that is there, and importing it loads nothing heavy."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for target in project["entry-points"][group].values():
        module, _, name = target.partition(":")
        code = f"import sys, {module} as found\nassert hasattr(found, {name or '__name__'!r})\n"
        code += f"print([name for name in {HEAVY} if name in sys.modules])"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert run.stdout == "[]\n", run.stdout + run.stderr
