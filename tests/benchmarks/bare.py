"""What a database needs by itself: statements and rows by the bare driver, run as `python bare.py WHAT ...`.

* `execute URL STATEMENT...`: each in a transaction of its own, by SQLAlchemy
* `create URL`: the tables of `models` in the working directory
* `script DSN FILE [SCHEMAS WORKERS]`: the statements of a script, one after the other, by psycopg
* `rows FILE COUNT`: a SQLite database with one table of so many rows
"""

from __future__ import annotations

import random
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TABLE = (
    "CREATE TABLE events (id INTEGER NOT NULL, user_id INTEGER NOT NULL, kind VARCHAR(30) DEFAULT 'view' NOT NULL, "
    "payload TEXT NOT NULL, amount NUMERIC(12, 2) NOT NULL, created_at DATETIME NOT NULL, note VARCHAR(100), "
    "PRIMARY KEY (id))"
)
INDEXES = (
    "CREATE INDEX ix_events_user_id ON events (user_id)",
    "CREATE INDEX ix_events_created_at ON events (created_at)",
)


def execute(url: str, *statements: str) -> None:
    """Statements that stand in no transaction, such as CREATE DATABASE."""
    import sqlalchemy as sa

    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def create(url: str) -> None:
    """The tables of the models; each by itself, as a thousand in one transaction are more locks than PostgreSQL has."""
    import sqlalchemy as sa

    sys.path.insert(0, "")
    from models import metadata

    metadata.create_all(sa.create_engine(url, isolation_level="AUTOCOMMIT"))


def script(dsn: str, file: str, schemas: str = "1", workers: str = "1") -> None:
    """One transaction where the script says BEGIN and COMMIT; in schemas t0, t1, ... where there are several."""
    import psycopg

    statements = [part.strip() for part in Path(file).read_text().split(";\n") if part.strip()]

    def play(schema: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            if schema:
                connection.execute(f"SET search_path TO {schema}")
            for statement in statements:
                connection.execute(statement.encode())

    with ThreadPoolExecutor(int(workers)) as pool:
        list(pool.map(play, [f"t{number}" for number in range(int(schemas))] if int(schemas) > 1 else [""]))


def rows(file: str, count: str) -> None:
    """The table of the large-table rows, always with the same values."""
    dice = random.Random(3)
    kinds = ("click", "view", "purchase", "refund")
    connection = sqlite3.connect(file)
    connection.execute(TABLE)
    for number in range(1, int(count) + 1):
        payload = f"payload-{number}-{'x' * 40}"
        moment = f"2026-01-{1 + number % 28:02} 10:{number % 60:02}:00"
        values = (number, dice.randrange(100000), dice.choice(kinds), payload, round(dice.random() * 1000, 2), moment)
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, NULL)", values)
    for statement in INDEXES:
        connection.execute(statement)
    connection.commit()
    connection.close()


if __name__ == "__main__":
    {"execute": execute, "create": create, "script": script, "rows": rows}[sys.argv[1]](*sys.argv[2:])
