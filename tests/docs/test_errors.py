"""The page about errors and exit codes: each error is caused for real, and reads as the page shows it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig import errors
from minimig.errors import MinimigError
from support.projects import REPOSITORY, ProjectFolder

PAGE = (REPOSITORY / "docs" / "reference" / "errors-and-exit-codes.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`[^\n]*\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLE = re.compile(r"^```console\n\$ minimig ([^\n]*)\n(.*?)```$", re.MULTILINE | re.DOTALL)
CODES = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

MODELS = """\
import sqlalchemy as sa

metadata = sa.MetaData()
posts = sa.Table(
    "posts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(200), nullable=False),
)
"""
LAST = "nullable=False),\n)"
FIRST_FILE = """\
import sqlalchemy as sa

from minimig import ops

dependencies = []

up = [
    ops.CreateTable(
        "posts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
    ),
]
"""
HOOK = """\
from dataclasses import replace


def commented(kind, name, item):
    return kind != "table" or item.coment is not None


def configure(environment):
    return replace(environment, keep=commented)
"""
CODEC = """\
class Codec:
    pass


class Packed(sa.types.TypeDecorator):
    impl = sa.Text
    cache_ok = True

    def __init__(self, codec):
        super().__init__()
        self.codec = codec


posts = sa.Table("""

Setup = Callable[[ProjectFolder], None]


def revision(name: str, body: str, parent: str = "0001_initial") -> Setup:
    """Put a revision file on top of another."""

    def write(project: ProjectFolder) -> None:
        text = f'import sqlalchemy as sa\n\nfrom minimig import ops\n\ndependencies = ["blog.{parent}"]\n\n{body}\n'
        project.write(f"blog/migrations/{name}.py", text)

    return write


def models(*edits: tuple[str, str]) -> Setup:
    """Edit the models."""

    def write(project: ProjectFolder) -> None:
        text = MODELS
        for old, new in edits:
            text = text.replace(old, new)
        project.write("blog/models.py", text)

    return write


def column(text: str) -> tuple[str, str]:
    """The edit that adds a column."""
    return LAST, f"nullable=False),\n    {text},\n)"


def nothing(_: ProjectFolder) -> None:
    """The project as it is."""


def unconfigured(project: ProjectFolder) -> None:
    """Take the configuration away."""
    (project.path / "minimig.toml").unlink()


def wrong_hook(project: ProjectFolder) -> None:
    """An env file with a function that fails."""
    project.write("env.py", HOOK)
    project.write("minimig.toml", f'env = "env.py"\n{(project.path / "minimig.toml").read_text()}')


def two_heads(project: ProjectFolder) -> None:
    """Two files on one parent."""
    revision("0002_add_slug", "up = []")(project)
    revision("0002_add_views", "up = []")(project)


def irreversible(project: ProjectFolder) -> None:
    """An applied file that says there is no way back."""
    revision("0002_drop_drafts", 'irreversible = "the drafts are gone"\nup = []')(project)
    project.ok("migrate")


def lost_file(project: ProjectFolder) -> None:
    """A revision that was applied, and whose file is gone."""
    revision("0002_add_slug", "up = []")(project)
    project.ok("migrate")
    (project.path / "blog/migrations/0002_add_slug.py").unlink()


def name_taken(project: ProjectFolder) -> None:
    """Something else bears the name that the new file would get."""
    models(column('sa.Column("slug", sa.String(80))'))(project)
    (project.path / "blog/migrations/0002_add_slug_to_posts.py").mkdir()


def two_rows_alike(project: ProjectFolder) -> None:
    """Rows that a new unique constraint cannot hold."""
    project.ok("migrate")
    engine = sa.create_engine(f"sqlite:///{project.path / 'blog.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO posts (title) VALUES ('Hello'), ('Hello')"))
    engine.dispose()
    revision("0002_titles_are_unique", 'up = [ops.AddConstraint("posts", sa.UniqueConstraint("title"))]')(project)


SETUPS: dict[str, Setup] = {
    "ConfigError": nothing,
    "HookError": wrong_hook,
    "NoConfigError": unconfigured,
    "UsageError": nothing,
    "TargetError": nothing,
    "QuestionError": models(column('sa.Column("slug", sa.String(80), nullable=False)')),
    "ModelsError": models(("import sqlalchemy as sa", "import sqlalchemy as sa\nimport blog.tags")),
    "StateError": revision("0002_drop_title", 'up = [ops.DropColumn("posts", "tite")]'),
    "RevisionFileError": revision("0002_add_slug", "atomc = False\nup = []"),
    "GraphError": revision("0002_add_slug", "up = []", "0001_inital"),
    "HeadsError": two_heads,
    "WriterError": models(("posts = sa.Table(", CODEC), column('sa.Column("body", Packed(Codec()))')),
    "FileError": name_taken,
    "IrreversibleError": irreversible,
    "UnsupportedError": revision("0002_tags", 'up = [ops.AddColumn("posts", sa.Column("tags", sa.ARRAY(sa.String)))]'),
    "DatabaseError": nothing,
    "MigrationFailedError": two_rows_alike,
    "HistoryError": lost_file,
}
WITHOUT_COMMAND = {"NeedsConnectionError", "NeedsAnswerError", "LockError", "InterruptedRunError"}
"""Two are shown in Python (test_docs runs it); the others need a second runner or a person at the keyboard."""


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """A project with one table and its first revision file, on SQLite."""
    folder = ProjectFolder(tmp_path)
    folder.write("blog/__init__.py", "")
    folder.write("blog/models.py", MODELS)
    folder.write("blog/migrations/0001_initial.py", FIRST_FILE)
    folder.write(
        "minimig.toml", 'url = "sqlite:///blog.db"\nmetadata = "blog.models:metadata"\nmigrations = "blog/migrations"\n'
    )
    return folder


def error_classes() -> dict[str, type[MinimigError]]:
    """Every error class but the base."""
    found = {name: value for name, value in vars(errors).items() if isinstance(value, type)}
    return {
        name: value for name, value in found.items() if issubclass(value, MinimigError) and value is not MinimigError
    }


def test_every_error_class_has_a_section() -> None:
    """No class is left out, none is invented, and each has an example or a reason why not."""
    assert set(SECTIONS) == set(error_classes())
    assert set(SETUPS) | WITHOUT_COMMAND == set(SECTIONS)


def test_every_exit_code_is_listed() -> None:
    """The table has the exit code of every error class, and the codes that are no errors."""
    assert {error.exit_code for error in error_classes().values()} <= CODES
    assert {0, 4, 130} <= CODES


@pytest.mark.parametrize("name", SETUPS)
def test_errors_read_as_shown(name: str, project: ProjectFolder) -> None:
    """The command of the example, run in a real project, prints the text of the page and ends with the class's code."""
    example = EXAMPLE.search(SECTIONS[name])
    assert example is not None
    command, shown = example.groups()
    SETUPS[name](project)
    result = project.run(*shlex.split(command))
    assert result.text.replace(str(project.path), "/project") == shown
    assert result.code == error_classes()[name].exit_code
