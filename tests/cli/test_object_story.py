"""Models with views, functions and triggers, from the first revision to the last and back, on every database."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.clients import execute
from support.databases import Database
from support.histories import two_apps
from support.projects import ProjectFolder

CONFIG = 'label = "shop"\nmetadata = "shop.models:metadata"\nmigrations = "shop/migrations"\n'
MODELS = '''
    import sqlalchemy as sa

    from minimig import objects

    metadata = sa.MetaData()
    books = sa.Table(
        "books",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("TITLE", sa.String(WIDTH), nullable=False),
        sa.Column("sold", sa.Integer, nullable=False, server_default="0"),
        sa.Column("slug", sa.String(40)),
    )
    objects.view(metadata, "best", sa.select(books.c.id, books.c["TITLE"]).where(books.c.sold > LIMIT))
    objects.view(metadata, "best_ids", "SELECT id FROM best")
    objects.function(
        metadata,
        "make_slug",
        {
            "postgresql": """
                CREATE FUNCTION make_slug() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    NEW.slug := lower(NEW."TITLE") || 'SUFFIX';
                    RETURN NEW;
                END
                $$
            """,
        },
        arguments="",
    )
    objects.trigger(
        metadata,
        "make_slug",
        table="books",
        definition={
            "postgresql": "CREATE TRIGGER make_slug BEFORE INSERT ON books FOR EACH ROW EXECUTE FUNCTION make_slug()",
            "mysql": """
                CREATE TRIGGER make_slug BEFORE INSERT ON books FOR EACH ROW
                BEGIN
                    SET NEW.slug = lower(NEW.`TITLE`);
                    SET NEW.slug = concat(NEW.slug, 'SUFFIX');
                END
            """,
            "sqlite": """
                CREATE TRIGGER make_slug AFTER INSERT ON books BEGIN
                    UPDATE books SET slug = lower(NEW."TITLE") || 'SUFFIX' WHERE id = NEW.id;
                END
            """,
        },
    )
'''


def models(column: str, width: int, limit: int, suffix: str) -> str:
    """The models at one moment."""
    text = MODELS.replace("TITLE", column).replace("WIDTH", str(width)).replace("LIMIT", str(limit))
    return textwrap.dedent(text.replace("SUFFIX", suffix))


BLOCK = """
            "postgresql": \"\"\"
            CREATE FUNCTION make_slug() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.slug := lower(NEW."name") || '';
                RETURN NEW;
            END
            $$
            \"\"\",
"""

VERSIONS = (
    models("name", 20, 10, ""),
    models("name", 30, 20, "-x"),  # a wider column under the views, other definitions
    models("title", 30, 20, "-x"),  # a rename under all of them
)


def project_of(path: Path, url: str) -> ProjectFolder:
    """A project with the first models, and no revisions yet."""
    project = ProjectFolder(path, url)
    project.write("minimig.toml", CONFIG)
    project.write("shop/__init__.py", "")
    project.write("shop/models.py", VERSIONS[0])
    return project


def sells(database: Database, column: str) -> tuple[object, ...]:
    """What a new book gets from the trigger, and who is in the views."""
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO books (id, {column}, sold) VALUES (1, 'A', 15), (2, 'B', 25)"))
        slugs = connection.execute(sa.text("SELECT slug FROM books ORDER BY id")).scalars().all()
        best = connection.execute(sa.text(f"SELECT id, {column} FROM best ORDER BY id")).all()
        ids = connection.execute(sa.text("SELECT id FROM best_ids ORDER BY id")).scalars().all()
        connection.execute(sa.text("DELETE FROM books"))
    return (*slugs, len(best), *ids)


EXPECTED = [("name", ("a", "b", 2, 1, 2)), ("name", ("a-x", "b-x", 1, 2)), ("title", ("a-x", "b-x", 1, 2))]


def left(database: Database) -> list[str]:
    """The names of all tables and views but the version table's."""
    with database.engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = [*inspector.get_table_names(), *inspector.get_view_names()]
    return [name for name in names if not name.startswith("minimig")]


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """A project with a revision for each version of its models."""
    project = project_of(tmp_path, database.url)
    for number, version in enumerate(VERSIONS):
        project.write("shop/models.py", version)
        rename = ["--rename", "books.name:title"] if number == 2 else []
        project.ok("makemigrations", "-n", f"step{number}", *rename)
        assert project.ok("makemigrations").out.startswith("No changes"), project.read(
            f"shop/migrations/*step{number}.py"
        )
    return project


def test_models_with_objects_from_the_first_to_the_last(project: ProjectFolder, database: Database) -> None:
    """Each version is made and migrated, is what the models say, and zero leaves nothing."""
    files = project.files("shop/migrations/*.py")
    for way in (list(range(3)), [1, 0, 1, 2]):
        for number in way:
            project.ok("migrate", "shop", Path(files[number]).stem)
            column, facts = EXPECTED[number]
            assert sells(database, column) == facts
            assert "database differs" not in project.run("check", "--database").out
    assert project.ok("check").code == 0
    project.ok("migrate", "shop", "zero")
    assert left(database) == []


def test_the_scripts_do_what_migrate_does(project: ProjectFolder, database: Database) -> None:
    """Run by the client, the script of each revision leads to views and triggers that work, and takes them away."""
    names = [Path(file).stem for file in project.files("shop/migrations/*.py")]
    for name, (column, facts) in zip(names, EXPECTED, strict=True):
        execute(database, project.ok("sqlmigrate", "shop", name).out)
        assert sells(database, column) == facts
    for number in (2, 1, 0):
        execute(database, project.ok("sqlmigrate", "shop", names[number], "--backwards").out)
        if number:
            column, facts = EXPECTED[number - 1]
            assert sells(database, column) == facts
    assert left(database) == []


def test_a_file_with_a_long_body_reads_well(tmp_path: Path) -> None:
    """SQL of several lines stands in the file as it was written, a level deeper than the call."""
    project = project_of(tmp_path, "sqlite://")
    project.ok("makemigrations")
    text = project.read("shop/migrations/0001*.py")
    assert BLOCK in text


def test_a_view_on_a_table_of_another_app(tmp_path: Path) -> None:
    """Its file depends on the one that made the table, and a trigger's on the one that made the function."""
    project = two_apps(tmp_path, f"sqlite:///{tmp_path / 'two.db'}")
    models = project.read("shop/models.py")
    view = 'objects.view(shop, "owners", sa.select(users.c.nick).join(carts, carts.c.user_id == users.c.id))'
    project.write("shop/models.py", f"{models}\nfrom minimig import objects\n{view}\n")
    project.ok("makemigrations")
    text = project.read("shop/migrations/0003*.py")
    assert 'ops.CreateView(\n        "owners"' in text
    project.ok("migrate")
    assert project.ok("check").code == 0
    project.write("shop/models.py", models)
    project.ok("makemigrations")
    assert 'ops.DropView("owners")' in project.read("shop/migrations/0004*.py")
    project.ok("migrate")
    assert project.ok("check").code == 0
