"""Laws 2 and 3 on SQL Server and Oracle, as far as paper goes: in any order that the rules of the server allow.

Hypothesis draws schemas as for the real databases (`support.possible_schemas`); a server on paper reads the statements
and refuses what the real one would. Afterwards it must hold what it holds when the schema is made from nothing.
"""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, event, given, settings
from hypothesis import strategies as st

from minimig.autogenerate.autodetector import diff
from minimig.dialects.registry import dialect_of
from minimig.errors import UnsupportedError
from minimig.operations.chain import reversed_operations
from minimig.state.schema import SchemaState
from support.editing import script
from support.journeys import journeys
from support.paper_server import Built, PaperOracle, PaperServer, PaperSQLServer, RefusedError
from support.rows import with_fills

EMPTY = SchemaState()
SERVERS: dict[str, tuple[sa.Dialect, type[PaperServer]]] = {
    "mssql": (dialect_of("mssql+pyodbc://"), PaperSQLServer),
    "oracle": (dialect_of("oracle+oracledb://"), PaperOracle),
}


def seen(server: PaperServer) -> dict[str, Any]:
    """What a server holds; of texts only that they are there, since a rename rewrites them."""

    def shape(item: Built) -> tuple[Any, ...]:
        return item.kind, item.columns, bool(item.text), item.target, item.target_columns

    return {
        name: (
            {n: (c.type, c.nullable, c.default, bool(c.computed), c.identity) for n, c in table.columns.items()},
            {n: shape(item) for n, item in table.built.items()},
        )
        for name, table in server.tables.items()
    }


def holding(dialect: sa.Dialect, kind: type[PaperServer], state: SchemaState) -> PaperServer:
    """A server with the schema made from nothing."""
    server = kind()
    for statement in script(dialect, diff(EMPTY, state), EMPTY):
        server.execute(statement)
    return server


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVERS)
@settings(
    max_examples=50,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_the_server_on_paper_takes_every_statement(name: str, data: st.DataObject) -> None:
    """Up leads to the new schema and down to the old one, and no statement comes while something is in its way."""
    dialect, kind = SERVERS[name]
    journey = data.draw(journeys("mariadb"))
    try:
        server = holding(dialect, kind, journey.before)
        after = seen(holding(dialect, kind, journey.after))
        up = script(dialect, journey.operations, journey.before)
        back = list(with_fills(reversed_operations(journey.operations, journey.before)))
        down = script(dialect, back, journey.after)
    except UnsupportedError as error:
        event(f"cannot: {error.message.split(' ')[0]}")
        assume(False)
    before = seen(server)
    for statement in up:
        server.execute(statement)
    assert seen(server) == after
    for statement in down:
        server.execute(statement)
    assert seen(server) == before


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("mssql", "ALTER TABLE t ALTER COLUMN a BIGINT NULL"),
        ("mssql", "ALTER TABLE t DROP COLUMN a"),
        ("mssql", "EXEC sp_rename N't.a', N'z', N'COLUMN'"),
        ("mssql", "ALTER TABLE t ADD PRIMARY KEY (b)"),
        ("mssql", "DROP INDEX nothing ON t"),
        ("mssql", "ALTER TABLE nowhere DROP COLUMN a"),
        ("oracle", "ALTER TABLE t DROP COLUMN a"),
        ("oracle", "ALTER TABLE t MODIFY (b NULL)"),
        ("oracle", "GRANT ALL"),
    ],
)
def test_the_server_on_paper_does_refuse(name: str, statement: str) -> None:
    """A column with an index and a check on it, a key over a nullable column, a name that is nobody's: all refused."""
    server = SERVERS[name][1]()
    server.execute("CREATE TABLE t (\n\ta INTEGER NOT NULL, \n\tb INTEGER, \n\tCONSTRAINT ck CHECK (a > 0)\n)")
    server.execute("CREATE INDEX ix ON t (a)")
    with pytest.raises(RefusedError):
        server.execute(statement)
