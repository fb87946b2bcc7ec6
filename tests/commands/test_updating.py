"""The newest file of an app updated by the new difference: what becomes of it, and when it is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from minimig.autogenerate.questioner import Answers
from minimig.commands.authoring import MakeOptions
from minimig.commands.project import Project
from minimig.commands.updating import Update, update_newest
from minimig.config import load_settings
from minimig.environment import load_environment
from minimig.errors import HistoryError, MinimigError, RevisionFileError, UsageError
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

NICK = "accounts/migrations/0003_add_age_to_users.py"
AGE = 'sa.Column("age", sa.{})'
TEXT = '''"""Add column users.age."""

import sqlalchemy as sa

from minimig import ops

dependencies = ["accounts.0002_nick"]
atomic = False  # they need it


def helper():
    """Kept."""


up = [
    # the age
    ops.AddColumn("users", sa.Column("age", sa.Integer)),
]

down = [
    ops.DropColumn("users", "age"),
]
'''


def with_columns(project: ProjectFolder, *columns: str) -> None:
    """Give the model of `users` these columns as well."""
    head, _, rest = project.read("shop/models.py").partition('sa.Column("nick", sa.String(40))')
    models = f'{head}sa.Column("nick", sa.String(40)){"".join(f", {column}" for column in columns)}{rest}'
    project.write("shop/models.py", models)


def update(
    project: ProjectFolder, app: str = "accounts", *, drops: Sequence[str] = (), **options: object
) -> Update | None:
    """Call the function as the command will."""
    overrides = {} if project.url is None else {"url": project.url}
    try:
        environment = load_environment(load_settings(project.path, environ={}, overrides=overrides))
        return update_newest(Project(environment), app, Answers(drops=drops), MakeOptions(**options))  # type: ignore[arg-type]
    finally:
        project._forget_modules()


@pytest.fixture
def project(tmp_path: Path) -> ProjectFolder:
    """`accounts` has a newest file that a person has written in; no database is configured."""
    folder = two_apps(tmp_path, None)
    folder.write(NICK, TEXT)
    return folder


def test_a_new_column_joins_the_file(project: ProjectFolder) -> None:
    """The lists grow, name and docstring that were made by minimig follow, tags too, and all else stays."""
    project.write("accounts/migrations/REVISION_TAGS", "wip = 0003_add_age_to_users\n")
    with_columns(project, AGE.format("Integer"), 'sa.Column("size", sa.Integer)')
    done = update(project)
    assert done is not None
    assert (done.old_path.name, done.file.name) == ("0003_add_age_to_users.py", "0003_add_age_and_size_to_users")
    assert project.read("accounts/migrations/0003*.py") == TEXT.replace(
        "Add column users.age.", "Add column users.age, add column users.size."
    ).replace(
        'sa.Column("age", sa.Integer)),\n',
        'sa.Column("age", sa.Integer)),\n    ops.AddColumn("users", sa.Column("size", sa.Integer)),\n',
    ).replace("down = [\n", 'down = [\n    ops.DropColumn("users", "size"),\n')
    assert project.read("accounts/migrations/REVISION_TAGS") == "wip = 0003_add_age_and_size_to_users\n"
    assert update(project) is None


def test_what_names_the_file_follows(project: ProjectFolder) -> None:
    """Another app's revision that has to run before the file names it, and goes on doing so."""
    add(project, "shop.0000_before", [], "", 'run_before = ["accounts.0003_add_age_to_users"]')
    carts = project.read("shop/migrations/0001_carts.py").replace("= []", '= ["shop.0000_before"]')
    project.write("shop/migrations/0001_carts.py", carts)
    with_columns(project, AGE.format("Integer"), 'sa.Column("size", sa.Integer)')
    update(project)
    assert 'run_before = ["accounts.0003_add_age_and_size_to_users"]' in project.read("shop/migrations/0000_before.py")
    project.ok("makemigrations", "--check")


def test_what_folds_with_a_comment_is_refused(project: ProjectFolder) -> None:
    """The changed column would fold into an item that a person wrote about; without the comment it does."""
    with_columns(project, AGE.format("BigInteger"))
    with pytest.raises(RevisionFileError, match="# the age"):
        update(project)
    assert project.read(NICK) == TEXT
    project.write(NICK, TEXT.replace("    # the age\n", ""))
    update(project)
    text = project.read(NICK)
    assert 'up = [\n    ops.AddColumn("users", sa.Column("age", sa.BigInteger)),\n]' in text
    assert 'down = [\n    ops.DropColumn("users", "age"),\n]' in text


def test_nothing_is_left(project: ProjectFolder) -> None:
    """A column that the models have lost again leaves empty lists under the old name."""
    project.write(NICK, TEXT.replace("    # the age\n", ""))
    done = update(project, drops=["users.age"])
    assert done is not None
    assert done.file.operations == ()
    assert "up = [\n]" in project.read(NICK)


def test_a_chosen_name_stays(project: ProjectFolder) -> None:
    """A file that a person named keeps its name and docstring, unless a new one is given; a dry run writes nothing."""
    (project.path / NICK).rename(project.path / "accounts/migrations/0003_mine.py")
    project.write("accounts/migrations/0003_mine.py", TEXT.replace("Add column users.age.", "Mine."))
    with_columns(project, AGE.format("Integer"), 'sa.Column("size", sa.Integer)')
    tried = update(project, write=False, name="sizes", message="Sizes.")
    assert tried is not None
    assert (tried.file.name, tried.file.text.partition("\n")[0]) == ("0003_sizes", '"""Sizes."""')
    done = update(project)
    assert done is not None
    assert (done.file.name, done.file.text.partition("\n")[0]) == ("0003_mine", '"""Mine."""')


def test_another_app_is_needed(project: ProjectFolder) -> None:
    """A reference to another app's table adds the dependency."""
    (project.path / "shop/migrations/0002_owner.py").unlink()
    with_columns(project, AGE.format("Integer"))
    done = update(project, "shop")
    assert done is not None
    assert 'dependencies = ["accounts.0001_users"]' in done.file.text
    assert "fk_carts_user_id" in done.file.text
    project.ok("makemigrations", "--check")


@pytest.mark.parametrize(
    ("name", "dependencies", "extra", "said"),
    [
        ("shop.0003_late", ["0002_owner", "accounts.0003_add_age_to_users"], "", "comes after it"),
        ("accounts.0004_all", ["0003_add_age_to_users", "0003_other"], "", "joins two branches"),
        ("accounts.0004_all", ["0003_add_age_to_users"], 'replaces = ["accounts.0009"]', "replaces"),
    ],
)
def test_files_that_are_left_alone(
    project: ProjectFolder, name: str, dependencies: list[str], extra: str, said: str
) -> None:
    """One that others depend on, a merge, a squash."""
    if "0003_other" in dependencies:
        add(project, "accounts.0003_other", ["0002_nick"], "")
    add(project, name, dependencies, "", extra)
    with_columns(project, AGE.format("Integer"), 'sa.Column("size", sa.Integer)')
    with pytest.raises(UsageError, match=said):
        update(project)


def test_no_file_yet(project: ProjectFolder) -> None:
    """There has to be something to update."""
    for name in ("0001_carts", "0002_owner"):
        (project.path / f"shop/migrations/{name}.py").unlink()
    with pytest.raises(MinimigError, match="no revision file"):
        update(project, "shop")


def test_an_applied_file_is_left_alone(tmp_path: Path, database: Database) -> None:
    """Where the configured database has had it; before that it is updated, and then it runs."""
    project = two_apps(tmp_path, database.url)
    project.write(NICK, TEXT)
    with_columns(project, AGE.format("Integer"), 'sa.Column("size", sa.Integer)')
    assert update(project) is not None
    project.ok("migrate")
    project.ok("check", "--database")
    with_columns(project, 'sa.Column("more", sa.Integer)')
    with pytest.raises(HistoryError, match="is applied"):
        update(project)
