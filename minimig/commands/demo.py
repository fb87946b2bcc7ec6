"""`minimig demo`: the whole story, told on a copy of the example project with SQLite.

In come an empty folder and a function that prints; out comes what was run. Every step is the real command, started as a
process of its own: what is printed after `$` can be typed, and the models, which Python imports only once per process,
are read anew after each change.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from minimig.errors import MinimigError

Say = Callable[[str], None]

PACKAGE = Path(__file__).parents[1]
PATIENCE = 120  # seconds for one command; far more than any needs
DATABASE = "example.db"
OWN_VARIABLES = ("DATABASE_URL", "MINIMIG_")  # what would lead the commands to a database that is not ours

OLD_TITLE = "    title: Mapped[str] = mapped_column(sa.String(200))"
NEW_SUBTITLE = "    subtitle: Mapped[str | None] = mapped_column(sa.String(200))"
OLD_BODY = "    body: Mapped[str] = mapped_column(sa.Text)"
NEW_BODY = "    content: Mapped[str] = mapped_column(sa.Text)"

ROWS = """
INSERT INTO accounts_users (id, email, display_name) VALUES (1, 'author@example.org', 'author');
INSERT INTO blog_posts (id, author_id, slug, title, body, status)
VALUES (1, 1, 'first-post-1', 'First post', 'It was written before the change.', 'published');
"""

FAILING = '''"""Fail, on purpose, after the schema was changed."""

import sqlalchemy as sa

from minimig import ops

dependencies = ["blog.{parent}"]


def count_words(conn, tables):
    raise ValueError("this step fails on purpose")


up = [
    ops.AddColumn("blog_posts", sa.Column("words", sa.Integer)),
    ops.RunPython(count_words, reverse=ops.NOOP),
]

down = [
    ops.DropColumn("blog_posts", "words"),
]
'''


@dataclass(frozen=True)
class Ran:
    """One command: its words after `minimig`, its exit code, and all that it printed."""

    words: tuple[str, ...]
    exit_code: int
    output: str


@dataclass(frozen=True)
class DemoResult:
    """What the demo did: where its project is, the commands in order, and how long it took."""

    folder: Path
    commands: tuple[Ran, ...]
    seconds: float


def example_source() -> Path:
    """The example project: inside an installed package, or beside the package in a checkout."""
    for folder in (PACKAGE / "_example", PACKAGE.parent / "example_project"):
        if (folder / "minimig.toml").is_file():
            return folder
    raise MinimigError(
        "the example project is not part of this installation",
        where=str(PACKAGE),
        hint="install minimig again, or run the demo from a checkout",
    )


def run_demo(folder: Path, say: Say) -> DemoResult:
    """Tell the story in `folder`, which must be empty or missing; it stays there to play with.

    Raises MinimigError when the folder is not empty, and when a command does not end as it should.
    """
    began = time.perf_counter()
    copy_example(folder)
    stage = _Stage(folder, say, [])
    _first_run(stage)
    _change(stage)
    _failure(stage)
    stage.tell("Models, files and database tell the same story again.")
    stage.run("check")
    seconds = time.perf_counter() - began
    _goodbye(stage, seconds)
    return DemoResult(folder, tuple(stage.ran), seconds)


def copy_example(folder: Path) -> None:
    """Copy the example project into `folder`. Raises MinimigError when something is there already."""
    if folder.exists() and any(folder.iterdir()):
        raise MinimigError("the demo needs an empty folder", where=str(folder), hint="name another one")
    litter = shutil.ignore_patterns("__pycache__", "*.db*")
    shutil.copytree(example_source(), folder, ignore=litter, dirs_exist_ok=True)


@dataclass(frozen=True)
class _Stage:
    """Where the story is told: the folder, the audience, and what was run so far."""

    folder: Path
    say: Say
    ran: list[Ran]

    def tell(self, text: str) -> None:
        """Say what comes next."""
        self.say(f"\n# {text}")

    def show(self, text: str) -> None:
        """Say something indented, such as lines of a file."""
        self.say("\n".join(f"  | {line}".rstrip() for line in text.rstrip().splitlines()))

    def run(self, *words: str, exit_code: int = 0) -> Ran:
        """Run `minimig` with these words and print what it prints. Raises MinimigError for another exit code."""
        self.say(f"$ minimig {shlex.join(words)}")
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own words
            [sys.executable, "-m", "minimig", *words],
            cwd=self.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
        self.say(done.stdout.rstrip())
        self.ran.append(Ran(words, done.returncode, done.stdout))
        if done.returncode != exit_code:
            raise MinimigError(
                f"`minimig {shlex.join(words)}` ended with exit code {done.returncode} instead of {exit_code}",
                where=str(self.folder),
                hint="this is a bug of minimig: please report it with the lines above",
            )
        return self.ran[-1]


def _first_run(stage: _Stage) -> None:
    stage.say(f"A copy of the example project, with SQLite, in {stage.folder}")
    stage.tell("Do models and revision files agree? No database is needed to know.")
    stage.run("makemigrations")
    stage.tell("What would migrate do? Three apps, in an order that respects what depends on what.")
    stage.run("migrate", "--plan")
    stage.tell("Do it.")
    stage.run("migrate")
    stage.run("showmigrations")


def _change(stage: _Stage) -> None:
    stage.tell("Somebody writes a post, and then we change the model.")
    with closing(_connect(stage.folder)) as database:
        database.executescript(ROWS)
    stage.say("edited blog/models.py:")
    stage.say("\n".join(_edit_models(stage.folder)))
    stage.tell("A column gone and a column new: was it renamed? In a terminal you are asked; a flag answers, too.")
    known = set(_revision_files(stage.folder))
    stage.run("makemigrations", "--rename", "blog_posts.body:content")
    written = [path for path in _revision_files(stage.folder) if path not in known]
    stage.tell("This is the file. It is yours: read it, edit it, commit it.")
    for path in written:
        stage.say(path.relative_to(stage.folder).as_posix())
        stage.show(path.read_text(encoding="utf-8"))
    stage.run("migrate")
    with closing(_connect(stage.folder)) as database:
        row = database.execute("SELECT title, content, subtitle FROM blog_posts").fetchone()
    stage.say(f"The post is still there, under the new name: {row}")


def _failure(stage: _Stage) -> None:
    stage.tell("And when a revision fails half-way? This one adds a column and then raises.")
    newest = _revision_files(stage.folder)[-1]
    failing = newest.with_name(f"{int(newest.name[:4]) + 1:04}_count_words.py")
    failing.write_text(FAILING.format(parent=newest.stem), encoding="utf-8")
    before = _dump(stage.folder)
    stage.run("migrate", exit_code=1)
    if _dump(stage.folder) != before:
        raise MinimigError(
            "the failed revision left something behind",
            where=str(stage.folder / DATABASE),
            hint="this is a bug of minimig: please report it with the lines above",
        )
    stage.say(f"\nCompared before and after, schema and rows ({len(before)} lines of SQL): identical.")
    stage.say("We delete the failing file.")
    failing.unlink()


def _goodbye(stage: _Stage, seconds: float) -> None:
    stage.say(f"\nThat was the demo: {len(stage.ran)} commands in {seconds:.1f} s. Its folder is yours now. Try next:")
    stage.say(f"  cd {shlex.quote(str(stage.folder))}")
    stage.say("  minimig sqlmigrate blog 0005      # the SQL of one revision")
    stage.say("  minimig migrate blog 0003         # back in time, then forward again with: minimig migrate")
    stage.say("  minimig showmigrations --plan     # the history, in the order in which it runs")
    stage.say("Its README.md is a course, a lesson for each revision. In a project of your own: minimig init")


def _edit_models(folder: Path) -> list[str]:
    """Add a column to the copied models and rename another; returns the lines as a diff."""
    path = folder / "blog" / "models.py"
    text = path.read_text(encoding="utf-8")
    for old, new in ((OLD_TITLE, f"{OLD_TITLE}\n{NEW_SUBTITLE}"), (OLD_BODY, NEW_BODY)):
        line = next((line for line in text.splitlines() if line.startswith(f"{old}  # demo:")), None)
        if line is None:
            raise MinimigError(f"the models have no line `{old.strip()}`", where=str(path))
        text = text.replace(line, new)
    path.write_text(text, encoding="utf-8")
    return [f"  + {NEW_SUBTITLE.strip()}", f"  - {OLD_BODY.strip()}", f"  + {NEW_BODY.strip()}"]


def _revision_files(folder: Path) -> list[Path]:
    return sorted((folder / "blog" / "migrations").glob("0*.py"))


def _connect(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / DATABASE, isolation_level=None)


def _dump(folder: Path) -> list[str]:
    """Everything in the database, as SQL: schema, rows, and the version table."""
    with closing(_connect(folder)) as database:
        return list(database.iterdump())


def _environment() -> dict[str, str]:
    """The caller's environment without what names a database; a checkout is importable even when not installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
    checkout = str(PACKAGE.parent) if example_source().parent == PACKAGE.parent else ""
    path = os.pathsep.join(filter(None, [checkout, kept.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
