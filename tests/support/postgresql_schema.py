"""Models for PostgreSQL as real applications write them, and as nobody should: by topic, like `broad_schema`.

`TOPICS` maps a name to a function that returns a MetaData; each can be created by SQLAlchemy (`create_all`) as well as
by a migration. `PREPARED` is what has to be there before.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import CheckConstraint as Check
from sqlalchemy import Column, Computed, ForeignKey, Identity, Index, Integer, String, Table, Text, UniqueConstraint
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

PREPARED = ("CREATE SCHEMA other", "CREATE EXTENSION hstore", "CREATE EXTENSION citext", "CREATE EXTENSION btree_gist")


class Color(enum.Enum):
    """Stored by name, or by value where models ask for it."""

    RED = "r"
    GREEN = "g"


class Guid(TypeDecorator[Any]):
    """The type that SQLAlchemy's own documentation suggests."""

    impl = sa.CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(pg.UUID() if dialect.name == "postgresql" else sa.CHAR(32))


class Money(TypeDecorator[Any]):
    """An amount."""

    impl = sa.Numeric(10, 2)
    cache_ok = True


class Price(TypeDecorator[Any]):
    """A decorator of a decorator."""

    impl = Money
    cache_ok = True


class Raw(UserDefinedType[Any]):
    """A type by its text, in whatever case."""

    cache_ok = True

    def __init__(self, text: str) -> None:
        self.text = text

    def get_col_spec(self, **_: Any) -> str:
        return self.text


STORAGE = "with" in dict(pg.dialect.construct_arguments)[sa.Table]
"""SQLAlchemy knows the storage parameters of a table since 2.1."""


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _text(sql: str) -> sa.TextClause:
    return sa.text(sql.replace(":", "\\:"))


TYPES: tuple[Any, ...] = (
    sa.Float(1), sa.Float(24), sa.Float(25), sa.Float(53), sa.REAL(), sa.Double(53), pg.DOUBLE_PRECISION(53),
    sa.DECIMAL(),
    sa.Numeric(5), sa.Numeric(5, 0), sa.Numeric(asdecimal=False), sa.INT(), sa.SMALLINT(), sa.Interval(native=False),
    sa.Interval(second_precision=3, day_precision=2), pg.INTERVAL(fields="YEAR TO MONTH"), pg.INTERVAL(precision=0),
    pg.INTERVAL(fields="SECOND", precision=2), pg.INTERVAL(fields="day to second"), pg.TIME(precision=3), pg.BIT(),
    pg.TIME(timezone=True, precision=0), pg.TIMESTAMP(timezone=True, precision=6), pg.TIMESTAMP(precision=0), pg.BIT(8),
    pg.BIT(varying=True), pg.BIT(8, varying=True), pg.INET(), pg.CIDR(), pg.MACADDR(), pg.MACADDR8(), pg.TSVECTOR(),
    pg.TSQUERY(), pg.OID(), pg.REGCLASS(), pg.REGCONFIG(), pg.MONEY(), pg.UUID(as_uuid=False), pg.BYTEA(10),
    pg.HSTORE(),
    pg.CITEXT(), pg.INT4RANGE(), pg.TSTZRANGE(), pg.INT4MULTIRANGE(), pg.DATEMULTIRANGE(),
    pg.ARRAY(Integer, dimensions=3),
    sa.ARRAY(sa.Numeric(10, 2)), pg.ARRAY(sa.Enum("a", "b", name="in_array")), pg.ARRAY(pg.BIT(3)), pg.ARRAY(sa.CHAR()),
    pg.ARRAY(pg.ENUM("a", name="array_other", schema="other")), pg.ARRAY(Guid), pg.ARRAY(pg.INTERVAL(fields="DAY")),
    sa.Enum(Color, name="Color Two"), sa.Enum("a b", "c'd", 'e"f', name="quotes"),
    sa.Enum("x", name="far", schema="other"),
    sa.Enum(Color, values_callable=lambda e: [m.value for m in e], name="by_value"), sa.Enum(Color, native_enum=False),
    sa.Enum("100%", "a:b", "it's", native_enum=False, create_constraint=True, name="odd_labels"), sa.PickleType(),
    sa.Boolean(create_constraint=True, name="no_check"), String(), String(50, collation="C"), Text(collation="POSIX"),
    sa.CHAR(3, collation="C"), sa.JSON().with_variant(pg.JSONB(), "postgresql", "sqlite"), pg.JSONB(astext_type=Text()),
    pg.JSONPATH(), Guid(), Money(), Price(), Raw("POINT"), Raw("xml"), Raw("int4"), Raw("Decimal(4)"),
    Raw("timestamptz"),
    Raw("timestamp(3)"), Raw("text[]"), Raw("pg_lsn"), Raw("bpchar"), Raw('"char"'), Raw("float4"), Raw("varbit(4)"),
    Raw("TIMESTAMP WITH TIME ZONE"), Raw("time(2) with time zone"), Raw("NUMERIC(5,2)[]"), pg.ARRAY(Raw("POINT")),
    pg.DOMAIN("positive", Integer, check="VALUE > 0"), pg.DOMAIN("email", String(255), check="VALUE ~ '[^@]+@[^@]+'"),
    pg.DOMAIN("Told", Text, not_null=True, default="x"), pg.DOMAIN("sorted", Text, collation="C"),
    pg.DOMAIN("rate", sa.Numeric(5, 2), schema="other", default=_text("0")), pg.ARRAY(pg.DOMAIN("item", Integer)),
    pg.DOMAIN("stamp", sa.DateTime, default=sa.func.now()), pg.DOMAIN("bag", pg.JSONB, default="{}"),
)  # fmt: skip

_LONG_AGO, _ARRAY, _ZONED = "2020-01-01", pg.ARRAY(Text), sa.DateTime(timezone=True)
DEFAULTS: tuple[tuple[Any, Any], ...] = (
    (String(20), "it's"), (String(20), ""), (Text, _text("E'a\\nb'")), (Text, _text("'x'||'y'")), (Text, "null"),
    (Text, _text("CURRENT_USER")), (Text, _text("session_user")), (Text, _text("user")), (Text, sa.func.current_user()),
    (sa.Boolean, "t"), (sa.Boolean, "TRUE"), (sa.Boolean, "n"), (sa.Boolean, _text("'yes'")),
    (sa.Boolean, _text("(1=1)")),
    (Integer, "-5"), (Integer, _text("-5")), (Integer, _text("(-5)")), (Integer, "007"), (Integer, _text("5::int")),
    (sa.Numeric(10, 2), "1.50"), (sa.Numeric(10, 2), _text("0")), (sa.Numeric, "1e5"), (sa.Float, _text(".5")),
    (sa.Float, _text("'NaN'")), (sa.BigInteger, _text("9999999999")), (sa.REAL, "1.5"), (Integer, _text("1 + 2*3")),
    (pg.JSONB, '{"a": "it\'s", "b": [1, 2]}'), (pg.JSONB, _text("'{}'::jsonb")), (sa.JSON, '{"x": "a:b {c}"}'),
    (pg.JSONB, _text("jsonb_build_object('a', 1)")), (sa.JSON, "null"), (sa.JSON, '{"q": "\\"\\\\"}'),
    (_ARRAY, "{}"), (_ARRAY, _text("ARRAY['a','b']")), (_ARRAY, '{"a b",c}'), (_ARRAY, sa.cast(pg.array([]), _ARRAY)),
    (pg.ARRAY(String(5)), _text("ARRAY[]::varchar(5)[]")), (pg.ARRAY(Integer, dimensions=2), _text("'{{1,2},{3,4}}'")),
    (sa.DateTime, _text("(now() at time zone 'UTC')")), (sa.DateTime, _text("timezone('utc', now())")),
    (_ZONED, _text("CURRENT_TIMESTAMP + INTERVAL '30 days'")), (sa.DateTime, _text("CURRENT_TIMESTAMP(3)")),
    (sa.DateTime, _text("LOCALTIMESTAMP")), (sa.DateTime, _LONG_AGO), (sa.DateTime, "2020-01-01T00:00:00Z"),
    (_ZONED, "infinity"), (sa.Date, _text("now()::date")), (sa.Date, _text("current_date + 7")), (sa.Time, "12:00"),
    (sa.Date, "today"), (sa.DateTime, "now"), (_ZONED, _text("'yesterday'::timestamptz")), (sa.Date, sa.func.now()),
    (sa.Interval, _text("interval '1 hour 30 minutes'")), (pg.INTERVAL(fields="DAY"), "1"), (sa.Interval, "90 min"),
    (sa.Uuid, sa.func.gen_random_uuid()), (sa.Uuid, "00000000-0000-0000-0000-00000000000A"), (pg.CIDR, "10.0.0.0/8"),
    (String(36), _text("gen_random_uuid()::varchar(36)")), (sa.LargeBinary, "abc"), (pg.INET, _text("'::1'")),
    (sa.LargeBinary, _text("'\\xDEADBEEF'::bytea")), (pg.BIT(3), _text("B'101'")), (pg.MONEY, "12.34"), (pg.OID, "5"),
    (pg.INT4RANGE, "[1,3]"), (pg.TSTZRANGE, _text("tstzrange(now(), NULL)")), (pg.TSVECTOR, _text("''::tsvector")),
    (pg.HSTORE, ""), (pg.REGCLASS, "pg_class"), (sa.Enum("a", "it's", name="d1"), "it's"),
    (sa.Enum("a", "b", name="D2"), _text("'a'::\"D2\"")), (sa.Enum("a", "b", name="d3", schema="other"), "a"),
    (pg.ARRAY(sa.Enum("a", "b", name="d4")), _text("ARRAY['a']::d4[]")), (sa.CHAR(3), "a"), (Text, _text("NULL::text")),
    (Integer, _text("CAST(NULL AS integer)")), (Text, "a:b ::c %d %% %(x)s"), (Text, "back\\slash"),
    (Text, "two\nlines"),
    (Text, _text("CASE WHEN true THEN 'a' ELSE 'b' END")),
    (sa.BigInteger, _text("(EXTRACT(EPOCH FROM now())*1000)::bigint")),
    (Text, _text("upper(substr(md5(random()::text), 1, 8))")),
    (Text, _text("current_setting('application_name', true)")),
    (Text, sa.literal("lit")), (Integer, sa.literal(5)), (sa.Boolean, sa.literal(True)), (Text, _text("$$dollar$$")),
    (Integer, _text("nextval('numbers')")), (Integer, _text("nextval('numbers'::regclass) + 1")),
    (String(10), _text("'X' || nextval('other.far_numbers')::text")), (Text, _text("'a' COLLATE \"C\"")),
)  # fmt: skip

CHECKS = (
    "a IN (1, 2, 3)", "a NOT IN (1,2)", "b IN ('x', 'it''s')", "b IN ('x')", "a BETWEEN 1 AND 5", "b LIKE 'a%'",
    "b NOT LIKE '%_b'", "b ILIKE 'A%'", "c ~ '^[a-z]+$'", "c !~* 'x'",
    "CASE WHEN a > 1 THEN b IS NOT NULL ELSE TRUE END",
    "CAST(a AS bigint) > 1", "a = ANY (ARRAY[1,2])", "a IS DISTINCT FROM big", "day > DATE '2020-01-01'", "NOT flag",
    "dz AT TIME ZONE 'UTC' > d", "(j->>'a')::int > 3", "j ? 'a'", "j @> '{\"a\": 1}'", "cardinality(arr) > 0", "flag",
    "e IN ('x','y')", "e <> 'x'::mood", "\"Mixed\" <> 'X'", '"order" > 0', "n > 0 and n < 1e6", "n <> -1", "f > .5",
    "lower(r) > 0", "u <> '00000000-0000-0000-0000-000000000000'", "num_nonnulls(a, b) = 1", "(a, big) < (3, 4)",
    "extract(year from d) > 2000", "d::date > '2020-01-01'", "trim(b) = b", "position('@' in b) > 1", "iv > '1 day'",
    "b COLLATE \"C\" > 'a'", "b LIKE 'a\\%' ESCAPE '\\'", "c = 'a:b'", "c = E'it\\'s'", "c <> $$dollar$$", "b ^@ 'x'",
    "hs ? 'k'", "ci IN ('a','b')", "b SIMILAR TO '[A-Z]{2}'", "arr[1] > 0", "a IN (1, NULL)", "e::text IN ('x')",
    "coalesce(flag::int, 0) + (a IS NOT NULL)::int = 1", "d BETWEEN SYMMETRIC '2020-01-01' AND '2019-01-01'",
)  # fmt: skip


def types() -> sa.MetaData:
    """Types by all their names, own ones, domains, arrays."""
    metadata = sa.MetaData()
    Table("types", metadata, _key(), *(Column(f"c{i}", type_) for i, type_ in enumerate(TYPES)))
    base = pg.DOMAIN("small_base", pg.DOMAIN("base", Integer, check="VALUE > 0"), check="VALUE < 10")
    Table("layers", metadata, Column("inner", base.data_type), Column("outer", base), Column("again", base.data_type))
    return metadata


def defaults() -> sa.MetaData:
    """Server defaults in every way they are written."""
    metadata = sa.MetaData()
    sa.Sequence("numbers", metadata=metadata)
    sa.Sequence("far_numbers", schema="other", metadata=metadata)
    columns = (Column(f"c{i}", type_, server_default=default) for i, (type_, default) in enumerate(DEFAULTS))
    Table("defaults", metadata, _key(), *columns)
    return metadata


def _things(metadata: sa.MetaData) -> Table:
    many: dict[str, Any] = {
        "a": Integer, "b": String(20), "c": Text, "d": sa.DateTime, "dz": _ZONED, "day": sa.Date, "j": pg.JSONB,
        "arr": pg.ARRAY(Integer), "n": sa.Numeric(10, 2), "f": sa.Float, "e": sa.Enum("x", "y", name="mood"),
        "flag": sa.Boolean, "Mixed": String(5), "order": Integer, "ip": pg.INET, "r": pg.INT4RANGE, "u": sa.Uuid,
        "v": pg.TSVECTOR, "big": sa.BigInteger, "iv": sa.Interval, "hs": pg.HSTORE, "ci": pg.CITEXT,
    }  # fmt: skip
    return Table("things", metadata, _key(), *(Column(name, type_) for name, type_ in many.items()))


def checks() -> sa.MetaData:
    """CHECKs, each with a name and without, some of them of one meaning."""
    metadata = sa.MetaData()
    table = _things(metadata)
    for number, sql in enumerate(CHECKS):
        table.append_constraint(Check(_text(sql), name=f"ck{number}"))
        table.append_constraint(Check(_text(f"({sql}) IS NOT FALSE")))
    for expression in (
        table.c.a > 9,
        table.c.j["a"].astext == "x",
        table.c.arr[1] > 1,
        table.c.arr == pg.array([1, 2]),
    ):
        table.append_constraint(Check(expression))
    table.append_constraint(Check("A>9"))
    return metadata


def indexes() -> sa.MetaData:
    """Indexes over expressions, with classes, predicates, parameters, methods."""
    metadata = sa.MetaData()
    table = _things(metadata)
    c, lower, predicates = table.c, sa.func.lower, ("e IN ('x','y')", "b LIKE 'a%'", "NOT flag OR b = ''", "(a > 1)")
    for number, sql in enumerate([*predicates, "day > '2020-01-01'::date - 30"]):
        Index(f"ix_where_{number}", c.a, postgresql_where=_text(sql), unique=number == 1)
    several: tuple[tuple[Any, dict[str, Any]], ...] = (
        ((lower(c.b), c.a.desc()), {"unique": True}), ((_text("lower(b) varchar_pattern_ops"),), {}),
        ((lower(c.b).label("lb"),), {"postgresql_ops": {"lb": "text_pattern_ops"}}), ((c.a.desc().nulls_last(),), {}),
        ((_text('b COLLATE "C" text_pattern_ops'),), {}), ((c.b.collate("C"),), {}),
        ((_text("a DESC NULLS LAST"),), {}),
        ((c.j,), {"postgresql_using": "gin", "postgresql_ops": {"j": "jsonb_path_ops"}}), ((c.j["a"].astext,), {}),
        ((c.v,), {"postgresql_using": "GIN", "postgresql_with": {"fastupdate": False}}), ((c.j["a"]["b"],), {}),
        ((sa.func.to_tsvector(sa.text("'english'"), c.c),), {"postgresql_using": "gin"}), ((c.Mixed.desc(),), {}),
        ((c.d,), {"postgresql_using": "brin", "postgresql_with": {"pages_per_range": 32, "autosummarize": True}}),
        ((c.a,), {"postgresql_include": ["b"], "unique": True, "postgresql_with": {"FILLFACTOR": "70"}}),
        ((c.ip,), {"postgresql_using": "gist", "postgresql_ops": {"ip": "inet_ops"}}), ((sa.cast(c.d, sa.Date),), {}),
        ((c.a,), {"unique": True, "postgresql_nulls_not_distinct": True}), ((_text("(dz AT TIME ZONE 'UTC')"),), {}),
        ((sa.cast(c.b, pg.CITEXT),), {}), ((_text("(true)"),), {"unique": True}), ((c.a + c.big, c.order), {}),
    )  # fmt: skip
    for number, (elements, options) in enumerate(several):
        Index(f"ix_{number}", *elements, _table=table, **options)
    return metadata


def keys() -> sa.MetaData:
    """Keys with all their options, stated twice, without names, in knots."""
    metadata = sa.MetaData()
    Table("u", metadata, _key(), Column("a", Integer), Column("b", Integer), UniqueConstraint("a", "b", name="uq_u"))
    Table(
        "k",
        metadata,
        _key(),
        Column("one", ForeignKey("u.id"), ForeignKey("k.id", name="fk_self")),
        Column("two", ForeignKey("u.id", ondelete="SET DEFAULT", onupdate="cascade"), server_default="1"),
        Column("a", Integer, unique=True, index=True),
        Column("b", Integer, ForeignKey("u.id", deferrable=True, initially="DEFERRED", match="FULL")),
        sa.ForeignKeyConstraint(["a", "b"], ["u.a", "u.b"], ondelete="SET NULL (a)", name="fk_some"),
        sa.ForeignKeyConstraint(["b", "a"], ["u.b", "u.a"], match="SIMPLE"),
        UniqueConstraint("a", name="again"),
        UniqueConstraint("id"),
        UniqueConstraint("a", "b", deferrable=True, initially="DEFERRED"),
        UniqueConstraint("b", "a", postgresql_nulls_not_distinct=True),
        UniqueConstraint("b", postgresql_include=["a"]),
    )
    Table("p", metadata, Column("a", Integer, nullable=True, primary_key=True, unique=True, index=True))
    key = sa.PrimaryKeyConstraint("b", "a", name="Named", deferrable=True, initially="DEFERRED")
    Table("q", metadata, Column("a", Integer), Column("b", String(3)), key)
    Table("c1", metadata, _key(), Column("o", ForeignKey("c2.id")))
    Table("c2", metadata, _key(), Column("o", ForeignKey("c1.id")))
    times = Table(
        "times", metadata, _key(), Column("room", Integer), Column("t", pg.TSRANGE), Column("gone", sa.Boolean)
    )
    times.append_constraint(pg.ExcludeConstraint(("room", "="), ("t", "&&"), where=_text("NOT gone"), name="x1"))
    times.append_constraint(pg.ExcludeConstraint((times.c.room, "="), (_text("(t + t)"), "&&")))
    return metadata


def numbering() -> sa.MetaData:
    """Sequences, SERIAL and IDENTITY, under names that are too long for both."""
    metadata = sa.MetaData()
    shared = sa.Sequence("Mixed Seq", start=5, increment=3, maxvalue=1000, cycle=True, metadata=metadata)
    Table("s1", metadata, Column("id", sa.BigInteger, shared, server_default=shared.next_value(), primary_key=True))
    Table("s2", metadata, Column("id", Integer, shared, primary_key=True), Column("n", sa.SmallInteger, Identity()))
    Table("x" * 63, metadata, Column("y" * 63, Integer, primary_key=True))
    Table("é" * 31, metadata, Column("ü" * 31, sa.SmallInteger, Identity(start=-1, increment=-1), primary_key=True))
    Table("s3", metadata, Column("id", sa.BigInteger, primary_key=True), schema="other")
    Table("s4", metadata, Column("id", Integer, sa.Sequence("opt", optional=True), primary_key=True))
    return metadata


def schemas() -> sa.MetaData:
    """The default schema by its name and without, keys across, enums elsewhere."""
    metadata = sa.MetaData()
    enums = [sa.Enum("x", name="e_other", schema="other"), sa.Enum("p", name="e_public", schema="public")]
    Table("a", metadata, _key(), Column("x", ForeignKey("public.b.id")), schema="public")
    Table("b", metadata, _key(), Column("x", ForeignKey("other.b.id")), schema="public")
    Table(
        "b", metadata, _key(), Column("x", ForeignKey("d.id")), *(Column(str(e.name), e) for e in enums), schema="other"
    )
    Table("d", metadata, _key(), Column("a", ForeignKey("public.a.id", name="fk_a"), index=True))
    return metadata


def convention() -> sa.MetaData:
    """Names by a convention, those of the types' CHECKs too; names with signs of all sorts, too long ones."""
    names = {
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
    metadata = sa.MetaData(naming_convention=names)
    odd = ("naïve", "日本", "select", 'we"ird', "it's", "100%", "a:b", "$x", "CamelCase")
    Table("Üsers", metadata, Column("Größe", Integer, primary_key=True), *(Column(n, Integer, index=True) for n in odd))
    Table(
        "very_long_table_name_for_the_test_of_long_names_in_postgres_xx",
        metadata,
        _key(),
        Column("a_rather_long_column_name_of_forty_chars", ForeignKey("Üsers.Größe"), index=True, unique=True),
        Column("b", sa.Enum("a", native_enum=False, create_constraint=True, name="an_enum_name_that_is_quite_long")),
        Column("c", sa.Enum("a", native_enum=False, create_constraint=True, name="short")),
        Check("b <> 'x'", name="a_check_whose_name_is_quite_long_as_well_really"),
        comment='it\'s "q" %s :x \\',
    )
    return metadata


def kinds_of_tables() -> sa.MetaData:
    """Parents and children, partitions, parameters, UNLOGGED; a temporary table is none."""
    metadata = sa.MetaData()
    Table("a_child", metadata, Column("y", Integer), postgresql_inherits="parent")
    Table("child", metadata, Column("x", Integer), Column("y", Integer), postgresql_inherits=("parent",))
    parent = Table("parent", metadata, _key(), Column("x", Integer), Check("x > 0", name="ck_x"))
    for name in ("a_child", "child"):  # only SQLAlchemy has to be told
        metadata.tables[name].add_is_dependent_on(parent)
    Table("quick", metadata, _key(), prefixes=["UNLOGGED"])
    if STORAGE:
        Table("full", metadata, _key(), postgresql_with={"fillfactor": 70, "autovacuum_enabled": False})
    at = Column("at", sa.DateTime, primary_key=True)
    Table("parts", metadata, _key(), at, Column("v", Integer, index=True), postgresql_partition_by="RANGE (at)")
    Table("passing", metadata, _key(), prefixes=["TEMPORARY"])
    return metadata


def conditions() -> sa.MetaData:
    """What other databases have, and what this one has alone."""
    metadata = sa.MetaData()
    table = Table("t", metadata, _key(), Column("a", Integer), Column("b", Integer))
    table.append_constraint(Check("a > 0", name="elsewhere").ddl_if(dialect="sqlite"))
    table.append_constraint(Check("a > 1", name="here").ddl_if(dialect="postgresql"))
    table.append_constraint(UniqueConstraint("a", name="uq_elsewhere").ddl_if(dialect="mysql"))
    Index("ix_elsewhere", table.c.a).ddl_if(dialect="sqlite")
    Index("ix_here", table.c.a, table.c.b).ddl_if(dialect="postgresql")
    return metadata


def computed() -> sa.MetaData:
    """Computed columns."""
    metadata = sa.MetaData()
    table = _things(metadata)
    texts = "setweight(to_tsvector('simple', coalesce(b,'')), 'A') || to_tsvector('english', coalesce(c, ''))"
    for name, type_, sql in (
        ("c1", pg.TSVECTOR, texts), ("c2", sa.Boolean, "a IN (1,2)"), ("c3", Text, "j->>'a'"),
        ("c4", sa.Boolean, "e = 'x'"),
        ("c5", sa.Numeric(12, 2), "n * 1.19"), ("c6", sa.Date, "d::date"), ("c7", pg.INT4RANGE, "int4range(a, a + 10)"),
        ("c8", String(50), "b || '-' || a"), ("c9", Text, "coalesce(b, 'it''s: %')"), ("c10", sa.BigInteger, "a"),
    ):  # fmt: skip
        table.append_column(Column(name, type_, Computed(_text(sql), persisted=True), index=name == "c1"))
    return metadata


TOPICS: dict[str, Callable[[], sa.MetaData]] = {
    topic.__name__: topic
    for topic in (
        types, defaults, checks, indexes, keys, numbering, schemas, convention, kinds_of_tables, conditions, computed,
    )
}  # fmt: skip
