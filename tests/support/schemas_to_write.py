"""Hypothesis strategies for tables with everything that a state can hold, meant for writing and reading back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

from minimig.state.options import Pairs
from minimig.state.parts import (
    CheckState,
    ColumnState,
    ComputedState,
    ExcludeState,
    ForeignKeyState,
    IdentityState,
    IndexState,
    PrimaryKeyState,
    UniqueState,
)
from minimig.state.tables import TableState
from minimig.state.values import SqlExpression, SqlType
from support.values_to_write import ListOf, Money

TYPES: tuple[Any, ...] = (
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.String(80),
    sa.String(80, collation="C"),
    sa.String(),
    sa.Text(),
    sa.Unicode(10),
    sa.LargeBinary(),
    sa.LargeBinary(200),
    sa.Boolean(),
    sa.Boolean(create_constraint=True, name="is_bool"),
    sa.Numeric(10, 2),
    sa.Numeric(10, 2, asdecimal=False),
    sa.Float(53),
    sa.Double(),
    sa.Date(),
    sa.Time(timezone=True),
    sa.DateTime(timezone=True),
    sa.Interval(),
    sa.Uuid(),
    sa.Uuid(as_uuid=False),
    sa.JSON(),
    sa.JSON(none_as_null=True),
    sa.Enum("a", "b\"'", name="kind"),
    sa.Enum("a", "b", name="kind", schema="other", native_enum=False, create_constraint=True),
    sa.ARRAY(sa.Integer),
    sa.ARRAY(sa.String(10), dimensions=2),
    sa.CHAR(3),
    sa.VARCHAR(3),
    sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
    sa.String(9)
    .with_variant(mysql.VARCHAR(9, charset="utf8mb4", collation="utf8mb4_unicode_ci"), "mysql", "mariadb")
    .with_variant(postgresql.CITEXT(), "postgresql"),
    postgresql.JSONB(none_as_null=True),
    postgresql.ARRAY(postgresql.UUID(as_uuid=False)),
    postgresql.INET(),
    postgresql.TIMESTAMP(timezone=True, precision=3),
    postgresql.INTERVAL("DAY TO SECOND", 3),
    postgresql.TSVECTOR(),
    postgresql.ENUM("x", "y", name="letters"),
    postgresql.INT4RANGE(),
    mysql.BIGINT(unsigned=True),
    mysql.TINYINT(1),
    mysql.LONGTEXT(collation="utf8mb4_bin"),
    mysql.DATETIME(fsp=6),
    mysql.ENUM("x", "y"),
    mssql.DATETIME2(3),
    mssql.NVARCHAR("max"),
    oracle.NUMBER(10, 2),
    sqlite.DATETIME(),
    Money(),
    Money(12, 4, currency="USD"),
    ListOf(sa.Integer()),
    ListOf(sa.String(3)),
)

NAMES = st.sampled_from(("id", "a", "order", "Mixed Case", "naïve", 'quo"te', "a_rather_long_name_for_a_column", "x%y"))
SQL = st.sampled_from(
    (
        "a > 0",
        "a ~ ':x' AND b = '12:30'",
        'lower("Mixed Case")',
        "'{\"a\": 1}'::jsonb",
        "a LIKE 'x%'",
        "a = '\\:b'",
        "x = 'it''s' OR y = \"z\"",
        "now()",
        "CURRENT_TIMESTAMP",
        "nextval('seq'::regclass)",
        "a <> 'very long text, so that the line does not fit'\nOR b <> 'and it has a second line, too'",
        "E'a\\nb'",
        ":::a",
    )
).map(SqlExpression)
DEFAULTS = st.one_of(
    SQL,
    st.text(max_size=20).filter(lambda t: "\x00" not in t).map(SqlExpression.literal),
    st.sampled_from(
        (
            sa.func.now(),
            sa.func.current_timestamp(),
            sa.func.gen_random_uuid(),
            sa.func.coalesce(sa.func.now(), sa.null()),
            sa.true(),
            sa.false(),
            sa.null(),
            sa.text("0"),
            sa.literal(5),
            sa.cast(sa.literal("x"), sa.String(3)),
        )
    ).map(SqlExpression.of),
)
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
IDENTITIES = st.builds(
    IdentityState,
    st.booleans(),
    st.sampled_from(((), (("start", 5),), (("cycle", True), ("increment", 2), ("start", 1)))),
)
OPTIONS = st.sampled_from(
    (
        (),
        (("postgresql_include", ("a", "b")),),
        (("postgresql_ops", Pairs((("a", "text_pattern_ops"),))), ("postgresql_where", SqlExpression("a > 0"))),
        (("mysql_length", 10), ("postgresql_nulls_not_distinct", True)),
        (("ddl_if", ("sqlite",)),),
        (("ddl_if", ("mariadb", "mysql")), ("postgresql_include", ("a",))),
    )
)


@st.composite
def columns(draw: st.DrawFn, name: str) -> ColumnState:
    """A column that is not in a key."""
    form = draw(st.sampled_from(("plain", "plain", "plain", "computed", "identity")))
    default = draw(st.none() | DEFAULTS) if form == "plain" else None
    return ColumnState(
        name=name,
        type=SqlType.of(draw(st.sampled_from(TYPES))),
        nullable=draw(st.booleans()),
        default=default,
        comment=draw(st.none() | WORDS),
        computed=ComputedState(draw(SQL), draw(st.none() | st.booleans())) if form == "computed" else None,
        identity=draw(IDENTITIES) if form == "identity" else None,
        autoincrement="auto" if form == "identity" else draw(st.sampled_from(("auto", True, False, "ignore_fk"))),
        options=draw(st.sampled_from(((), (("sqlite_on_conflict_not_null", "FAIL"),)))),
    )


OPERATORS = st.sampled_from(("=", "&&", "OPERATOR(public.<>)"))
CONDITIONS = st.sampled_from(((), (("ddl_if", ("sqlite",)),), (("ddl_if", ("mariadb", "mysql")),)))
CHECKS = st.builds(CheckState, st.just("ck"), SQL, CONDITIONS)
ACTIONS = st.sampled_from((None, "CASCADE", "SET NULL"))


@st.composite
def foreign_keys(draw: st.DrawFn, names: list[str]) -> ForeignKeyState:
    """A foreign key of a table with these columns."""
    own = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    return ForeignKeyState(
        name="fk",
        columns=tuple(own),
        target=draw(st.sampled_from(("other", "schema.other"))),
        target_columns=tuple(f"t{number}" for number in range(len(own))),
        ondelete=draw(ACTIONS),
        onupdate=draw(ACTIONS),
        deferrable=draw(st.sampled_from((None, True, False))),
        initially=draw(st.sampled_from((None, "DEFERRED"))),
        match=draw(st.sampled_from((None, "FULL"))),
    )


@st.composite
def indexes(draw: st.DrawFn, names: list[str]) -> IndexState:
    """An index of a table with these columns."""
    elements = draw(st.lists(st.one_of(st.sampled_from(names), SQL), min_size=1, max_size=3))
    return IndexState("ix", tuple(elements), draw(st.booleans()), draw(OPTIONS), draw(st.booleans()))


@st.composite
def excludes(draw: st.DrawFn, names: list[str]) -> ExcludeState:
    """An EXCLUDE constraint of a table with these columns."""
    elements = draw(st.lists(st.tuples(st.one_of(st.sampled_from(names), SQL), OPERATORS), min_size=1, max_size=3))
    return ExcludeState(
        "ex",
        tuple(elements),
        deferrable=draw(st.sampled_from((None, True))),
        initially=draw(st.sampled_from((None, "DEFERRED"))),
        options=draw(
            st.sampled_from(
                (
                    (),
                    (("postgresql_using", "spgist"),),
                    (
                        ("postgresql_ops", Pairs((("a", "inet_ops"),))),
                        ("postgresql_where", SqlExpression("a > 0")),
                    ),
                )
            )
        ),
    )


@st.composite
def tables(draw: st.DrawFn) -> TableState:
    """A table with any of the things that a table can have."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    state = TableState(
        name=draw(st.sampled_from(("posts", "Odd Name", "a_long_name_for_a_table"))),
        schema=draw(st.sampled_from((None, "blog"))),
        columns={name: draw(columns(name)) for name in names},
        comment=draw(st.none() | WORDS),
        options=draw(st.sampled_from(((), (("mysql_engine", "InnoDB"), ("prefixes", ("TEMPORARY",)))))),
    )
    key = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    if key:
        deferrable, initially = draw(st.sampled_from(((None, None), (True, "DEFERRED"))))
        name = draw(st.sampled_from((None, "pk_posts")))
        state = state.with_primary_key(PrimaryKeyState(tuple(key), name, deferrable=deferrable, initially=initially))
    if draw(st.booleans()):
        state = state.with_constraint(UniqueState("uq", (names[0],), draw(st.sampled_from((None, True)))))
    if draw(st.booleans()):
        state = state.with_constraint(draw(foreign_keys(names)))
    if draw(st.booleans()):
        state = state.with_constraint(draw(CHECKS))
    if draw(st.booleans()):
        state = state.with_constraint(draw(excludes(names)))
    if draw(st.booleans()):
        state = state.with_index(draw(indexes(names)))
    return state
