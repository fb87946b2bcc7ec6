"""A database with the whole history in it, made once; and copies of it, one for each test.

A history of hundreds of revisions is walked once in a session. A copy costs what copying costs: of a file on SQLite, of
a template on PostgreSQL. MariaDB and MySQL have neither, so there each table is made again by the database's own CREATE
TABLE and filled from the template; a template that holds more than tables is migrated again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.runtime.scratch import scratch_database
from minimig.testing.runner import MigrationRunner

BESIDE_TABLES = (
    "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type <> 'BASE TABLE'",
    "SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    "SELECT count(*) FROM information_schema.routines WHERE routine_schema = DATABASE()",
)
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"
STORED = (
    "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = :name"
    " AND COALESCE(generation_expression, '') = '' ORDER BY ordinal_position"
)


class MigratedTemplate:
    """A database at the heads of a project, and a way to copy it. `engine` must be left alone by tests."""

    def __init__(self, project: Project, engine: sa.Engine, url: str | None) -> None:
        self.engine = engine
        self._project = project
        self._url = url
        MigrationRunner(project, engine).migrate_up_to()

    @contextmanager
    def copy(self) -> Iterator[sa.Engine]:
        """An engine of a new database that holds what the template holds, and is gone afterwards."""
        if self.engine.dialect.name == "postgresql":
            with scratch_database(self._url, template=self.engine.url.database) as engine:
                yield engine
            return
        with scratch_database(self._url) as engine:
            if engine.dialect.name == "sqlite":
                shutil.copyfile(str(self.engine.url.database), str(engine.url.database))
            elif not _copied_tables(self.engine, engine):
                MigrationRunner(self._project, engine).migrate_up_to()
            yield engine


def _copied_tables(source: sa.Engine, target: sa.Engine) -> bool:
    """Whether all that a database of MariaDB or MySQL holds could be copied into another one of the server."""
    with source.connect() as old, target.connect() as new:
        if any(old.exec_driver_sql(question).scalar() for question in BESIDE_TABLES):
            return False
        quote = source.dialect.identifier_preparer.quote_identifier
        home = quote(str(source.url.database))
        new.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        new.exec_driver_sql("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
        for name in old.exec_driver_sql(TABLES).scalars().all():
            new.exec_driver_sql(old.exec_driver_sql(f"SHOW CREATE TABLE {quote(name)}").one()[1].replace("%", "%%"))
            columns = ", ".join(map(quote, old.execute(sa.text(STORED), {"name": name}).scalars()))
            new.exec_driver_sql(f"INSERT INTO {quote(name)} ({columns}) SELECT {columns} FROM {home}.{quote(name)}")
        new.commit()
    return True
