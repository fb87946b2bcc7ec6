"""Which dialects say the same: those that know the same of their servers."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from minimig.dialects.facts import facts_of
from support.databases import Database

NONE = frozenset[str]()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
def test_two_engines_of_one_server_know_the_same(kind: str, request: pytest.FixtureRequest) -> None:
    """Also after one of them has been asked for what it works out when it is asked."""
    database: Database = request.getfixturevalue(f"{kind}_database")
    dialects = []
    for _ in range(2):
        engine = sa.create_engine(database.engine.url)
        with engine.connect() as connection:
            sa.inspect(connection).get_table_names()
        dialects.append(engine.dialect)
        engine.dispose()
    dialects[0].dialect_description  # noqa: B018 - which is kept in it from then on
    sa.select(sa.literal("a"), sa.literal(1)).compile(dialect=dialects[0])
    assert facts_of(dialects[0], NONE) == facts_of(dialects[1], NONE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("server_version_info", (9, 1)), ("_backslash_escapes", None), ("supports_identity_columns", None)],
)
def test_what_a_server_tells_makes_a_difference(name: str, value: object) -> None:
    """Version, modes, and what is derived from them."""
    one, other = _postgresql(), _postgresql()
    assert facts_of(one, NONE) == facts_of(other, NONE)
    setattr(other, name, value)
    assert facts_of(one, NONE) != facts_of(other, NONE)


def test_a_mysql_that_is_a_mariadb_is_another() -> None:
    """And so is one with other quotes."""
    one, other, third = (sa.make_url("mysql+pymysql://").get_dialect()() for _ in range(3))
    other._set_mariadb(True, (10, 11))
    third.identifier_preparer = third.preparer(third, server_ansiquotes=True)
    assert len({facts_of(dialect, NONE) for dialect in (one, other, third)}) == 3


def test_the_default_schema_counts_where_it_is_named() -> None:
    """A schema of each tenant's own is no difference, unless the files speak of one of that name, or there is none."""
    one, other, nowhere = _postgresql("a"), _postgresql("b"), _postgresql(None)
    assert facts_of(one, NONE) == facts_of(other, frozenset({"shared"}))
    assert facts_of(one, frozenset({"a"})) != facts_of(other, frozenset({"a"}))
    assert facts_of(one, NONE) != facts_of(nowhere, NONE)


def _postgresql(default: str | None = "public") -> Any:
    dialect: Any = sa.make_url("postgresql+psycopg://").get_dialect()()
    dialect.default_schema_name = default
    dialect.server_version_info = (15, 2)
    return dialect
