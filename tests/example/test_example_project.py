"""The example project is a course: its lessons hold on every database, and its pages tell the truth.

Each test works on a copy in a temporary folder, whose modules are forgotten again at the end.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.questioner import Answers, NeverRename
from minimig.commands.applying import migrate_project
from minimig.commands.authoring import MakeOptions, make_migrations
from minimig.commands.checking import check_project
from minimig.commands.demo import copy_example, example_source
from minimig.commands.inspecting import show_migrations, sql_migrate
from minimig.commands.merging import make_merge
from minimig.commands.project import Project
from minimig.config import load_settings
from minimig.environment import Environment
from minimig.errors import HeadsError
from minimig.revisions.migration import NewMigration
from minimig.revisions.replay import leads_back, replay, steps
from minimig.revisions.writer import render
from minimig.state.schema import SchemaState
from support.databases import Database

APPS = ("accounts", "blog", "shop")
LESSONS = (
    "accounts.0001_initial",
    "blog.0001_initial",
    "accounts.0002_pin_a_post",
    "accounts.0003_rename_name_to_display_name",
    "blog.0002_add_status_to_blog_posts",
    "blog.0003_index_posts_by_status",
    "blog.0004_rename_blog_notes_to_blog_comments",
    "blog.0005_give_posts_a_slug",
    "shop.0001_initial",
    "shop.0002_add_paid_at_to_shop_orders",
    "shop.0002_add_stock_to_shop_products",
    "shop.0003_merge_paid_at_and_stock",
    "shop.0004_add_note_to_shop_orders",
)
MERGED = LESSONS[-2:]

Open = Callable[[], Project]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A copy of the example project; what was imported from it is forgotten at the end."""
    copy = tmp_path / "example"
    copy_example(copy)
    yield copy
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(copy):
            del sys.modules[name]


@pytest.fixture
def project(folder: Path) -> Project:
    """The copied project, read afresh; its database is not meant to be used."""
    return open_project(folder, "sqlite://")


@pytest.fixture
def reopen(folder: Path, database: Database) -> Open:
    """Opens the copied project on a database of each kind, as a new process would."""
    return lambda: open_project(folder, database.url)


def open_project(folder: Path, url: str) -> Project:
    """The project in `folder`, configured by its own file and by DATABASE_URL, as a user would."""
    return Project(Environment(load_settings(folder, environ={"DATABASE_URL": url}, overrides={})))


def tables_in(engine: sa.Engine) -> set[str]:
    """The tables of a database, without the version table."""
    return set(sa.inspect(engine).get_table_names()) - {"minimig_version", "minimig_journal"}


def test_the_files_lead_to_the_models(project: Project) -> None:
    """The state replayed from the files is the state of the models, and makemigrations finds nothing."""
    assert project.files_state == project.models.state
    assert list(diff(project.files_state, project.models.state, questioner=NeverRename())) == []
    assert make_migrations(project, (), Answers(), MakeOptions(write=False)) == ()


def test_every_way_down_leads_back(project: Project) -> None:
    """Each written `down` leads to the state before its `up`."""
    state = SchemaState()
    for migration in project.migrations:
        assert list(leads_back(migration, state)) == [], migration.header.revision
        moves = list(steps(migration, state))
        state = moves[-1][2] if moves else state
    assert state == project.files_state


def test_files_look_as_the_tool_writes_them(project: Project) -> None:
    """But for the docstring and the data step, each file is what makemigrations would write, to the letter."""
    by_hand = {"blog.0005_give_posts_a_slug"}
    for migration in project.migrations:
        header = migration.header
        if header.revision not in by_hand:
            new = NewMigration(
                header.app, header.name, header.doc, header.dependencies, migration.up, migration.down or ()
            )
            assert header.path.read_text(encoding="utf-8") == render(new), header.revision


def test_lessons_come_in_the_order_of_a_run(project: Project) -> None:
    """The course is read in the order in which the revisions run, and each docstring names its lesson."""
    assert project.graph.order() == LESSONS
    numbers = [
        int(re.search(r"^Lesson (\d+)", header.doc, re.MULTILINE)[1])
        for header in (project.graph.headers[revision] for revision in LESSONS)
    ]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 13))


def test_the_readme_lists_every_lesson(project: Project) -> None:
    """The table of the README names each revision once, with the number that its docstring has."""
    text = (example_source() / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `([\w.]+)` \|", text, re.MULTILINE)
    assert tuple(revision for _, revision in rows) == LESSONS
    for number, revision in rows:
        assert f"Lesson {number}" in project.graph.headers[revision].doc


def test_commands_of_the_readme_name_what_exists(project: Project) -> None:
    """Every app and revision that a command in the README names can be found, by the start of its name."""
    text = (example_source() / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"minimig (?:migrate|sqlmigrate) (\w+) (\d\w*)", text)
    assert len(named) >= 9
    for app, start in named:
        found = [r for r in LESSONS if r.startswith(f"{app}.{start}")]
        assert len(found) == 1, (app, start)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql+psycopg", "mysql+pymysql"])
@pytest.mark.parametrize("backwards", [False, True])
def test_every_revision_can_be_shown_as_sql(folder: Path, dialect: str, backwards: bool) -> None:
    """Each revision can be written as SQL, in both directions and without a database; only the data step has no SQL."""
    project = open_project(folder, f"{dialect}://")
    silent = [
        operation.operation.describe()
        for revision in LESSONS
        for operation in sql_migrate(project, *revision.split("."), backwards=backwards).operations
        if operation.left_out is not None
    ]
    assert silent == ([] if backwards else ["run Python fill_slugs"])


def test_up_and_down_leaves_the_database_empty(reopen: Open, database: Database) -> None:
    """All revisions up: everything agrees and a second run does nothing. All down: no table and no row is left."""
    assert len(migrate_project(reopen()).steps) == len(LESSONS)
    assert tables_in(database.engine) == set(reopen().models.state.tables)
    assert check_project(reopen()).clean
    assert migrate_project(reopen()).steps == ()
    assert len(migrate_project(reopen(), "accounts", "zero").steps) == len(LESSONS)
    assert tables_in(database.engine) == set()
    assert not any(row.applied for row in show_migrations(reopen(), ()).rows)


@pytest.mark.slow
def test_each_lesson_leaves_what_it_says(reopen: Open, database: Database) -> None:
    """After each single revision, up and down, the database is what the files say, to the last name."""
    for revision in LESSONS:
        migrate_project(reopen(), *revision.split("."))
        assert check_project(reopen(), models=False).drift == (), revision
    done = list(LESSONS)
    while done:
        app = done.pop().partition(".")[0]
        left = [name for name in done if name.startswith(f"{app}.")]
        if app == "shop" and len(left) == 2:
            continue  # a side of the branch: both are taken back with their parent
        migrate_project(reopen(), app, left[-1].partition(".")[2] if left else "zero")
        assert check_project(reopen(), models=False).drift == (), done
    assert tables_in(database.engine) == set()


def test_rows_survive_the_whole_course(reopen: Open, database: Database) -> None:
    """Rows written after lesson 2 come through renames, rebuilds and the data step, and back down again."""
    migrate_project(reopen(), "blog", "0001")
    with database.engine.begin() as connection:
        for statement in (
            "INSERT INTO accounts_users (id, email, name) VALUES (1, 'author@example.org', 'author')",
            "INSERT INTO accounts_users (id, email, name) VALUES (2, 'reader@example.org', 'reader')",
            "INSERT INTO blog_posts (id, author_id, title, body) VALUES (5, 1, 'On  Naming: 2 Things!', 'text')",
            "INSERT INTO blog_posts (id, author_id, title, body) VALUES (6, 1, '???', 'more text')",
            "INSERT INTO blog_notes (id, post_id, author_id, text) VALUES (7, 5, 2, 'well said')",
        ):
            connection.exec_driver_sql(statement)
    migrate_project(reopen())
    with database.engine.connect() as connection:
        users = connection.exec_driver_sql("SELECT display_name, pinned_post_id FROM accounts_users ORDER BY id")
        assert users.all() == [("author", None), ("reader", None)]
        posts = connection.exec_driver_sql("SELECT id, slug, status, body FROM blog_posts ORDER BY id")
        assert posts.all() == [(5, "on-naming-2-things-5", "published", "text"), (6, "6", "published", "more text")]
        comments = connection.exec_driver_sql("SELECT id, post_id, author_id, text FROM blog_comments")
        assert comments.all() == [(7, 5, 2, "well said")]
    migrate_project(reopen(), "accounts", "0001")
    with database.engine.connect() as connection:
        users = connection.exec_driver_sql("SELECT email, name FROM accounts_users ORDER BY id")
        assert users.all() == [("author@example.org", "author"), ("reader@example.org", "reader")]


def test_a_branch_stops_and_merge_joins_it(folder: Path, reopen: Open) -> None:
    """Without the merge, migrate refuses and names both heads; makemigrations --merge then finds the same parents."""
    for revision in MERGED:
        (folder / "shop" / "migrations" / f"{revision.partition('.')[2]}.py").unlink()
    with pytest.raises(HeadsError) as caught:
        migrate_project(reopen())
    for head in ("0002_add_paid_at_to_shop_orders", "0002_add_stock_to_shop_products"):
        assert head in str(caught.value)
    assert "--merge" in str(caught.value)
    (merge,) = make_merge(reopen(), ("shop",), MakeOptions())
    project = reopen()
    assert project.graph.heads("shop") == (merge.revision,)
    assert set(project.graph.parents(merge.revision)) == set(LESSONS[-4:-2])
    migrate_project(project)


def test_the_tool_can_write_this_history_itself(folder: Path, reopen: Open) -> None:
    """From no files at all, makemigrations ties the knot across apps: its files lead to the same state and run."""
    for app in APPS:
        shutil.rmtree(folder / app / "migrations")
    files = make_migrations(reopen(), (), Answers(), MakeOptions())
    assert {file.app for file in files} == set(APPS)
    project = reopen()
    assert replay(project.migrations) == project.models.state
    migrate_project(project)
    assert check_project(reopen()).clean
