"""The main job, end to end, as a user types it: an empty folder, models, files, a database, and all the way back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.projects import ProjectFolder

MODELS = """
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    nick: Mapped[str] = mapped_column(sa.String(40), unique=True)
    joined: Mapped[str | None] = mapped_column(sa.DateTime, server_default=sa.func.now())


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200), index=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
"""


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """A folder with models, and a fresh database."""
    folder = ProjectFolder(tmp_path, database.url)
    folder.write("blog/__init__.py", "")
    folder.write("blog/models.py", MODELS)
    return folder


@pytest.fixture
def started(project: ProjectFolder) -> ProjectFolder:
    """The same, set up and migrated once."""
    project.ok("init", "--yes")
    project.ok("makemigrations")
    project.ok("migrate")
    return project


def tables(database: Database) -> set[str]:
    """The names of all tables but the version table."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_version", "minimig_journal"}


def test_an_empty_folder_becomes_a_migrated_database(project: ProjectFolder, database: Database) -> None:
    """init, makemigrations, migrate: three commands, and models, files and database agree."""
    assert "Wrote minimig.toml" in project.ok("init", "--yes").out
    made = project.ok("makemigrations")
    assert "+ create table users (3 columns)" in made.out
    assert project.files("**/migrations/*.py") == ["migrations/0001_initial.py"]
    done = project.ok("migrate")
    assert "Applying blog.0001_initial" in done.out
    assert " ok " in done.out
    assert tables(database) == {"users", "posts"}
    assert project.ok("check").out == "Models, revision files, database agree.\n"
    assert project.ok("makemigrations").out == "No changes detected.\n"
    assert project.ok("migrate").out == "Nothing to do: the database is up to date.\n"


def test_renames_and_fills_keep_every_row(started: ProjectFolder, database: Database) -> None:
    """A rename named by a flag keeps the values, and a NOT NULL column gets its one-off value."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO users (id, nick) VALUES (1, 'reader')"))
        connection.execute(sa.text("INSERT INTO posts (id, title, author_id) VALUES (7, 'Hello', 1)"))
    changed = MODELS.replace("    nick:", "    handle:").replace(
        "    author_id:", "    slug: Mapped[str] = mapped_column(sa.String(80))\n    author_id:"
    )
    started.write("blog/models.py", changed)
    refused = started.run("makemigrations")
    assert refused.code == 3
    assert "--rename users.nick:handle" in refused.err
    refused = started.run("makemigrations", "--rename", "users.nick:handle")
    assert refused.code == 3
    assert "--fill" in refused.err
    assert started.files("migrations/*.py") == ["migrations/0001_initial.py"]
    started.ok("makemigrations", "--rename", "users.nick:handle", "--fill", "posts.slug=lower(title)")
    started.ok("migrate")
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT handle FROM users")).scalars().all() == ["reader"]
        assert connection.execute(sa.text("SELECT slug FROM posts")).scalars().all() == ["hello"]
    assert started.ok("check").code == 0
    started.ok("migrate", "blog", "0001")
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT nick FROM users")).scalars().all() == ["reader"]
        assert connection.execute(sa.text("SELECT title FROM posts")).scalars().all() == ["Hello"]
    started.ok("migrate", "blog", "+1")
    started.ok("migrate", "blog", "-1")
    started.ok("migrate", "head")
    started.ok("migrate", "zero")
    assert tables(database) == set()
    assert "[ ] 0001_initial" in started.ok("showmigrations").out


def test_check_and_dry_run_write_nothing(started: ProjectFolder) -> None:
    """--check exits 4 and --dry-run shows the file, and neither leaves one."""
    started.write("blog/models.py", MODELS.replace("sa.String(200)", "sa.String(250)"))
    checked = started.run("makemigrations", "--check")
    assert checked.code == 4
    assert "~ alter column posts.title (type)" in checked.out
    shown = started.ok("-v", "makemigrations", "--dry-run")
    assert 'ops.AlterColumn("posts", "title", type=sa.String(250))' in shown.out
    assert started.files("migrations/*.py") == ["migrations/0001_initial.py"]
    assert started.run("check").code == 4
    assert started.run("check", "--database").code == 0


def test_plan_sql_and_list_change_nothing(project: ProjectFolder, database: Database) -> None:
    """--plan, sqlmigrate and showmigrations leave an empty database empty, without even a version table."""
    project.ok("init", "--yes")
    project.ok("makemigrations")
    plan = project.ok("migrate", "--plan")
    assert "blog.0001_initial" in plan.out
    assert "+ create table posts (3 columns)" in plan.out
    sql = project.ok("sqlmigrate", "blog", "0001")
    assert "CREATE TABLE posts" in sql.out
    assert "DROP TABLE posts" in project.ok("sqlmigrate", "blog.0001", "--backwards").out
    assert "[ ] 0001_initial" in project.ok("showmigrations").out
    assert "[ ] blog.0001_initial" in project.ok("showmigrations", "--plan").out
    assert project.run("migrate", "--check").code == 4
    assert sa.inspect(database.engine).get_table_names() == []


def test_a_drifted_database_is_noticed(started: ProjectFolder, database: Database) -> None:
    """check says what a hand-made change did to the database, and exits 4."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE posts ADD COLUMN extra INTEGER"))
    result = started.run("check")
    assert result.code == 4
    assert "- drop column posts.extra" in result.out


def test_a_failing_migration_leaves_nothing_where_ddl_can_be_rolled_back(
    started: ProjectFolder, database: Database
) -> None:
    """An error names file, operation and state of the database; on MariaDB it says what took effect."""
    started.write(
        "migrations/0002_broken.py",
        '''"""A data step that fails."""
import sqlalchemy as sa
from minimig import ops

dependencies = ["blog.0001_initial"]

def explode(connection, tables):
    raise ValueError("no such luck")

up = [ops.AddColumn("posts", sa.Column("extra", sa.Integer)), ops.RunPython(explode, reverse=ops.NOOP)]
''',
    )
    before = {c["name"] for c in sa.inspect(database.engine).get_columns("posts")}
    result = started.run("migrate")
    assert result.code == 1
    assert "FAILED" in result.out
    assert "blog.0002_broken failed at operation 2 of 2: run Python explode" in result.err
    assert "ValueError: no such luck" in result.err
    assert "0002_broken.py:8" in result.err
    assert "Traceback" not in result.err
    after = {c["name"] for c in sa.inspect(database.engine).get_columns("posts")}
    if database.kind == "mariadb":
        assert "1 statement(s) of this migration took effect and stay" in result.err
        assert after == before | {"extra"}
    else:
        assert "rolled back" in result.err
        assert after == before
    assert f"[{'~' if database.kind == 'mariadb' else ' '}] 0002_broken" in started.ok("showmigrations").out


def test_two_heads_stop_migrate_and_are_merged(started: ProjectFolder) -> None:
    """Two files on one parent: migrate names both and the way out, makemigrations --merge joins them."""
    for name, column in (("0002_left", "lft"), ("0002_right", "rgt")):
        started.write(
            f"migrations/{name}.py",
            f'''"""One side."""
import sqlalchemy as sa
from minimig import ops

dependencies = ["blog.0001_initial"]
up = [ops.AddColumn("posts", sa.Column("{column}", sa.Integer))]
''',
        )
    result = started.run("migrate")
    assert result.code == 1
    assert "0002_left" in result.err
    assert "makemigrations --merge" in result.err
    assert started.run("makemigrations").code == 1
    merged = started.ok("makemigrations", "--merge")
    assert "0003_merge" in merged.out
    started.ok("migrate")
    assert started.ok("check", "--database").code == 0


def test_an_empty_file_for_a_data_step(started: ProjectFolder) -> None:
    """--empty writes a file with the name asked for, and it applies."""
    started.ok("makemigrations", "blog", "--empty", "-n", "fill_slugs", "-m", "Fill the slugs.")
    text = started.read("migrations/0002_fill_slugs.py")
    assert text.startswith('"""Fill the slugs."""')
    started.ok("migrate")
    started.ok("makemigrations", "--empty", "-n", "more")  # there is but one app
    assert len(started.files("migrations/0003_more.py")) == 1
