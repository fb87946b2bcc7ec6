"""Writes `json.md`: what each command prints with `--json`, from real runs on a small project.

    python docs/reference/json_shapes.py

What differs from run to run (durations, dates, checksums, paths) is made equal; a test compares the page with what the
commands print today.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from minimig.cli.main import main as minimig

PAGE = Path(__file__).with_name("json.md")
TOML = 'url = "sqlite:///blog.db"\nmetadata = "blog.models:metadata"\nmigrations = "blog/migrations"\n'
MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
)
"""
SLUG = 'nullable=False),\n    sa.Column("slug", sa.String(80)),\n)'
BRANCH = """\
\"\"\"{doc}.\"\"\"

import sqlalchemy as sa

from minimig import ops

dependencies = ["blog.0002_add_slug_to_posts"]

up = [
    ops.AddColumn("posts", sa.Column("{column}", sa.Integer)),
    ops.RenameColumn("posts", "{column}", "{column}_count"),
]
"""
HEAD = """\
# JSON

Most commands take `--json`: then stdout holds one JSON document and nothing else; notes and progress stay on stderr,
and the exit code is the same as without it. Each document begins with the same two names:

* `format` is the version of the shapes on this page, {format} today. It grows when a name goes or means something else;
  new names may come without that.
* `command` is the command that was called.

An error prints nothing to stdout: what happened stands on stderr, as text, and the
[exit code](errors-and-exit-codes.md) says of which kind it is.

Below is what each command prints, in one small project, one command after the other. Durations, dates, checksums and
paths are made equal. `minimig COMMAND --help` says what a command does: [commands](commands.md).

The page is made by `python docs/reference/json_shapes.py`.
"""


def main() -> None:
    """Write the page again."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve() / "project"
        parts = list(_parts(folder))
    version = json.loads(parts[0].partition("```json\n")[2].partition("```")[0])["format"]
    return "\n".join([HEAD.format(format=version), *parts])


def _parts(folder: Path) -> Iterator[str]:
    _write(folder, "minimig.toml", TOML)
    _write(folder, "blog/__init__.py", "")
    _write(folder, "blog/models.py", MODELS)
    for title, words, prepare in STORY:
        prepare(folder)
        said, code = run(folder, words)
        shown = json.dumps(_same(json.loads(said), folder), indent=2, ensure_ascii=False)
        note = f"Exit code {code}.\n\n" if code else ""
        yield f"## {title}\n\n```console\n$ minimig {words}\n```\n\n{note}```json\n{shown}\n```\n"


def run(folder: Path, words: str) -> tuple[str, int]:
    """What a command prints to stdout in this folder, and its exit code."""
    out, before, here = io.StringIO(), dict(os.environ), Path.cwd()
    for name in [name for name in os.environ if name.startswith("MINIMIG_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            minimig(words.split())
    except SystemExit as stop:
        return out.getvalue(), int(stop.code or 0)
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").is_relative_to(folder):
                del sys.modules[name]
    raise AssertionError("the command line returned instead of leaving")


def _write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _same(value: Any, folder: Path, key: str = "") -> Any:
    """The value with what changes from run to run made equal."""
    if isinstance(value, dict):
        return {name: _same(each, folder, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_same(each, folder, key) for each in value]
    if isinstance(value, float):
        return 0.01
    if isinstance(value, str):
        text = value.replace(str(folder), "/project")
        text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?", "2027-01-31 12:00:00", text)
        return re.sub(r"\b[0-9a-f]{40,64}\b", "5d41402a...", text)
    return value


def _nothing(_: Path) -> None:
    """The project as the command before left it."""


def _slug(folder: Path) -> None:
    _write(folder, "blog/models.py", MODELS.replace("nullable=False),\n)", SLUG))


def _branch(folder: Path) -> None:
    for column in ("likes", "views"):
        text = BRANCH.format(doc=f"Count {column}", column=column)
        _write(folder, f"blog/migrations/0003_count_{column}.py", text)


def _one_branch(folder: Path) -> None:
    (folder / "blog/migrations/0003_count_views.py").unlink()


STORY: tuple[tuple[str, str, Callable[[Path], None]], ...] = (
    ("makemigrations", "makemigrations --json", _nothing),
    ("migrate", "migrate --json", _nothing),
    ("check", "check --json", _slug),
    ("diff", "diff database models --json", _nothing),
    ("makemigrations, with a file behind another", "makemigrations --json", _nothing),
    ("showmigrations", "showmigrations --json", _nothing),
    ("migrate, only planned", "migrate --plan --json", _nothing),
    ("migrate, with a script", "migrate --sql --json --from blog.0001", _nothing),
    ("upgrade", "upgrade --json", _nothing),
    ("downgrade", "downgrade blog.0001 --json", _nothing),
    ("stamp", "stamp heads --json", _nothing),
    ("history", "history --json", _nothing),
    ("heads", "heads --json", _branch),
    ("branches", "branches --json", _nothing),
    ("merge", "merge heads --dry-run --json", _nothing),
    ("rebase", "rebase blog 0003_count_likes --dry-run --json", _nothing),
    ("show", "show blog.0003_count_likes --json", _one_branch),
    ("optimizemigration", "optimizemigration blog 0003 --dry-run --json", _nothing),
    ("squashmigrations", "squashmigrations blog --dry-run --no-input --json", _nothing),
    ("current", "current --json", _nothing),
    ("sqlmigrate", "sqlmigrate blog 0002 --json", _nothing),
    ("ensure-version", "ensure-version --json", _nothing),
    ("tag", "tag release-1 blog.0002 --json", _nothing),
    ("diagnose", "diagnose --json", _nothing),
    ("repair", "repair --json", _nothing),
    ("config", "config --json", _nothing),
    ("list-templates", "list-templates --json", _nothing),
    ("explore", "explore blog --json --dialect sqlite", _nothing),
)

if __name__ == "__main__":
    main()
