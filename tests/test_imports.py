"""What starting the command line costs: words on a screen need neither SQLAlchemy nor networkx."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
