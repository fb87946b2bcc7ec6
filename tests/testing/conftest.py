"""A project with migrations in pytester's folder, and pytest run there as its owner would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.projects import REPOSITORY, ProjectFolder

RunPytest = Callable[..., pytest.RunResult]

MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
posts = sa.Table(
    "posts", metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("slug", sa.String(80), nullable=False, server_default=""),
)
"""
FIRST = """
import sqlalchemy as sa
from minimig import ops
dependencies = []
up = [
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
    )
]
"""
SECOND = """
import sqlalchemy as sa
from minimig import ops
dependencies = ["blog.0001_initial"]
up = [ops.AddColumn("posts", sa.Column("slug", sa.String(80), nullable=False, server_default=""))]
"""
THIRD = """
import sqlalchemy as sa
from minimig import ops
dependencies = ["blog.0002_slug"]
def fill(conn, tables):
    conn.execute(sa.update(tables.posts).values(slug=sa.func.lower(tables.posts.c.title)))
up = [ops.RunPython(fill, reverse=ops.NOOP)]
"""


@pytest.fixture
def blog(pytester: pytest.Pytester) -> ProjectFolder:
    """A project whose third revision is a data step."""
    folder = ProjectFolder(pytester.path)
    folder.write("models.py", MODELS)
    folder.write("minimig.toml", 'label = "blog"\nmetadata = "models:metadata"\nmigrations = "migrations"\n')
    folder.write("migrations/0001_initial.py", FIRST)
    folder.write("migrations/0002_slug.py", SECOND)
    folder.write("migrations/0003_fill.py", THIRD)
    return folder


@pytest.fixture
def run_pytest(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> RunPytest:
    """Run pytest as a process of its own, with no plugin but minimig's."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", f"{REPOSITORY}")
    for name in ("MINIMIG_URL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    Path(pytester.path, "pytest.ini").write_text("[pytest]\n")

    def run(*arguments: str, settings: str = "") -> pytest.RunResult:
        Path(pytester.path, "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{settings}\n")
        return pytester.runpytest_subprocess("-p", "minimig.testing.plugin", *arguments)

    return run
