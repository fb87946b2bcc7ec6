"""`minimig init --template`: each template is a project that migrates and runs as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from minimig.commands.templates import list_templates

pytestmark = pytest.mark.timeout(400)  # each test starts up to a dozen processes

MINIMIG = ("-m", "minimig")
FLASK = ("-m", "flask", "minimig")
FASTAPI = """
import warnings; warnings.simplefilter("ignore")
import app
from fastapi.testclient import TestClient
with TestClient(app.app) as client:
    print(client.get("/").json())
"""
IN_EACH = """
import sqlite3
found = [sqlite3.connect(f"{name}.db").execute(f"SELECT * FROM {table}").fetchall() for name, table in (%s)]
print(sum(found, []))
"""
MULTIDB = IN_EACH % "('app', 'notes'), ('analytics', 'visits')"
TENANTS = IN_EACH % "('acme', 'notes'), ('umbrella', 'notes')"


@dataclass(frozen=True)
class Start:
    """How a template is used: with which command line, and a program that starts it and prints an empty list."""

    program: str
    words: tuple[str, ...] = MINIMIG
    migrate: tuple[str, ...] = ("migrate",)
    check: tuple[str, ...] = ("check",)
    migrations: str = "migrations"


STARTS = {
    "generic": Start("import models; print([])"),
    "flask": Start("import app; print(app.create_app().test_client().get('/').json)", FLASK),
    "fastapi": Start(FASTAPI),
    "async": Start("import app, asyncio; print(asyncio.run(app.main()))"),
    "multidb": Start(MULTIDB, migrations="migrations/notes"),
    "tenants": Start(TENANTS, migrate=("migrate", "--tenants"), check=("migrate", "--tenants", "--check")),
}


def test_every_template_is_tried_below() -> None:
    """Whoever adds a template says how it is used."""
    assert {template.name for template in list_templates()} == STARTS.keys()


@pytest.mark.parametrize("name", STARTS)
def test_a_template_migrates_and_starts(sample: Callable, name: str) -> None:
    """From an empty folder to an answer; then a column more, as the comments say."""
    start = STARTS[name]
    words = start.words
    app = sample(None)
    said = app.run(*MINIMIG, "init", "--template", name)
    assert "Next: " in said
    told = app.run(*words, "makemigrations")
    assert f"run: minimig {' '.join(start.migrate)}\n" in told
    app.run(*words, *start.migrate)
    app.run(*words, *start.check)
    assert app.python(start.program) == "[]\n"
    [models] = [path for path in app.folder.glob("*.py") if "class Note" in path.read_text()]
    models.write_text(models.read_text().replace("    title: ", "    body: Mapped[str | None]\n    title: "))
    assert "add column notes.body" in app.run(*words, "makemigrations")
    app.run(*words, *start.migrate)
    assert app.migrations(start.migrations)[0] == "0001_initial.py"
    assert len(app.migrations(start.migrations)) == 2


def test_templates_are_listed(sample: Callable) -> None:
    """One line each, the plainest first; and for programs."""
    app = sample(None)
    lines = app.run(*MINIMIG, "list-templates").splitlines()
    assert [line.split()[0] for line in lines] == [template.name for template in list_templates()]
    assert lines[0].startswith("generic")
    data = json.loads(app.run(*MINIMIG, "list-templates", "--json"))
    assert {"name", "summary", "next"} == data["templates"][0].keys()


def test_nothing_is_overwritten(sample: Callable) -> None:
    """A file in the way, a folder that is set up, a name that is none, options that do not fit: nothing is written."""
    app = sample(None)
    assert "did you mean fastapi" in app.run(*MINIMIG, "init", "-t", "fastpi", code=2)
    assert "goes with no other" in app.run(*MINIMIG, "init", "-t", "generic", "--metadata", "a:b", code=2)
    (app.folder / "app.py").write_text("mine = 1\n")
    app.run(*MINIMIG, "init", "-t", "fastapi", code=1)
    assert [path.name for path in app.folder.iterdir()] == ["app.py"]
    assert (app.folder / "app.py").read_text() == "mine = 1\n"
    (app.folder / "pyproject.toml").write_text('[tool.minimig]\nmetadata = "a:b"\nmigrations = "m"\n')
    assert "configured here already" in app.run(*MINIMIG, "init", "-t", "generic", code=1)
