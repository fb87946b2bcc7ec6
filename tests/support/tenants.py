"""A project with tenants: schemas of a PostgreSQL database, or SQLite files, and three revisions for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from support.databases import Database
from support.projects import ProjectFolder

APP = '{url}metadata = "shop.models:metadata"\nmigrations = "migrations"\n\n[tenants]\n{tenants}\n'
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("items", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
"""
FIRST = """
import sqlalchemy as sa
from minimig import ops

dependencies = []
up = [ops.CreateTable("items", sa.Column("id", sa.Integer, primary_key=True))]
"""
SECOND = """
import sqlalchemy as sa
from minimig import ops

dependencies = ["0001_first"]


def fill(conn, tables):
    conn.execute(sa.insert(tables.items).values(id=1, name="one"))


up = [ops.AddColumn("items", sa.Column("name", sa.String(20))), ops.RunPython(fill, reverse=ops.NOOP)]
"""
POISON = """
from minimig import ops

dependencies = ["0002_second"]
up = [ops.RunSQL("INSERT INTO items (id, name) VALUES (2, 'two')", reverse="DELETE FROM items WHERE id = 2")]
"""
"""Fails for a tenant who has a row 2."""


def project_at(path: Path, tenants: str, url: str = "") -> ProjectFolder:
    """A project with two revisions, and a table `tenants` of these keys."""
    folder = ProjectFolder(path)
    folder.write("minimig.toml", APP.format(url=f'url = "{url}"\n' if url else "", tenants=tenants))
    folder.write("shop/__init__.py", "")
    folder.write("shop/models.py", MODELS)
    folder.write("migrations/0001_first.py", FIRST)
    folder.write("migrations/0002_second.py", SECOND)
    return folder


def with_files(path: Path, names: Sequence[str]) -> ProjectFolder:
    """Each tenant is a SQLite file."""
    (path / "data").mkdir(exist_ok=True)
    return project_at(path, f'names = {list(names)}\nurl = "sqlite:///data/{{tenant}}.db"'.replace("'", '"'))


def with_schemas(path: Path, database: Database, names: Sequence[str], *, create: bool = True) -> ProjectFolder:
    """Each tenant is a schema of the database, which is made with the first run if it is to be."""
    listed = str(list(names)).replace("'", '"')
    return project_at(path, f"schemas = {listed}\ncreate_schemas = {str(create).lower()}", database.url)


def file_of(project: ProjectFolder, tenant: str) -> sa.Engine:
    """The database of a tenant who has a file."""
    return sa.create_engine(f"sqlite:///{project.path}/data/{tenant}.db", poolclass=sa.pool.NullPool)


def items(engine: sa.Engine, schema: str | None = None) -> list[int]:
    """The rows of a tenant."""
    with engine.connect() as connection:
        table = sa.table("items", sa.column("id"), schema=schema)
        return sorted(connection.execute(sa.select(table.c.id)).scalars())


def poison(project: ProjectFolder, *tenants: str) -> None:
    """A third revision, which fails for these tenants; they must have files and the first two revisions."""
    for tenant in tenants:
        with file_of(project, tenant).begin() as connection:
            connection.exec_driver_sql("INSERT INTO items (id, name) VALUES (2, 'mine')")
    project.write("migrations/0003_third.py", POISON)


def heal(project: ProjectFolder, *tenants: str) -> None:
    """What made the third revision fail is gone."""
    for tenant in tenants:
        with file_of(project, tenant).begin() as connection:
            connection.exec_driver_sql("DELETE FROM items WHERE id = 2 AND name = 'mine'")
