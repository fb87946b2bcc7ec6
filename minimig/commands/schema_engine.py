"""An engine that lives in one schema of a PostgreSQL database: every name without a schema means that one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool


def engine_in(base: sa.Engine, schema: str, shared: Sequence[str] = ()) -> sa.Engine:
    """An engine with the connections of `base`, in which `schema` is the default; `shared` ones are looked in after it.

    Each connection asks for its default schema when its search path is set, so that the dialect, and all of minimig
    with it, takes the schema for the default one. What is made goes there, whoever writes the statement: an operation,
    a RunSQL, a data step. All else that a dialect asks its server for, that of `base` has asked already; where it was
    never connected, it is now. Nothing is pooled. The dialect must be PostgreSQL's.
    """
    if base.dialect.server_version_info is None:
        base.connect().close()
    dialect = copy(base.dialect)
    quote = dialect.identifier_preparer.quote_identifier
    path = f"SET search_path TO {', '.join(map(quote, (schema, *shared)))}"

    def connect() -> Any:
        pooled = base.raw_connection()
        pooled.detach()  # the pool of `base` must not get it back: it is no longer like its others
        return pooled.dbapi_connection

    def enter(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(path, ())  # with parameters, or the drivers that want a percent sign doubled take two for a name
        cursor.execute("SELECT current_schema()")
        [dialect.default_schema_name] = cursor.fetchone()
        cursor.close()
        connection.commit()  # or the first rollback would lead out of the schema

    pool = NullPool(connect, dialect=dialect)
    sa.event.listen(pool, "connect", enter)
    return sa.Engine(pool, dialect, base.url)
