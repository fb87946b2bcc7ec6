"""A schema of everything, by topic: what a database may report in other words than the models use.

`TOPICS` maps a name to a function that takes the kind of database and returns a MetaData. Kinds differ only in what a
database cannot do at all.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import SchemaItem


class Mood(enum.Enum):
    """A Python enum, stored by name."""

    SAD = "sad"
    OK = "ok"


class Coordinates(sa.types.TypeDecorator[tuple[int, int]]):
    """A type of the user's own."""

    impl = sa.String(40)
    cache_ok = True


def types(kind: str) -> sa.MetaData:
    """Every generic type, and the dialect's own ones."""
    metadata = sa.MetaData()
    generic = [
        sa.BigInteger(), sa.Boolean(), sa.Date(), sa.DateTime(), sa.DateTime(timezone=True), sa.Double(), sa.Float(),
        sa.Float(10), sa.Float(53), sa.Integer(), sa.Interval(), sa.JSON(), sa.LargeBinary(), sa.Numeric(),
        sa.Numeric(10), sa.Numeric(10, 2), sa.DECIMAL(8, 3), sa.SmallInteger(), sa.String(80), sa.Text(), sa.Time(),
        sa.Unicode(20), sa.UnicodeText(), sa.Uuid(), sa.Uuid(as_uuid=False), sa.Uuid(native_uuid=False), sa.CHAR(),
        sa.CHAR(7), sa.REAL(), sa.TIMESTAMP(), sa.TIMESTAMP(timezone=True), sa.VARCHAR(30), sa.DOUBLE_PRECISION(),
        sa.Enum("a", "it's", name="letters"), sa.Enum(Mood), sa.Enum(Mood, native_enum=False, length=12),
        sa.Enum("x", "y", name="checked", native_enum=False, create_constraint=True),
        sa.Enum("p", "q", native_enum=False, create_constraint=True),
        sa.Boolean(create_constraint=True), Coordinates(), sa.String(10).with_variant(sa.String(20), "postgresql"),
        sa.PickleType(),
    ]  # fmt: skip
    own = {"sqlite": _sqlite_types, "postgresql": _postgresql_types, "mariadb": _mariadb_types}[kind]()
    items = [sa.Column(f"c{number}", type_) for number, type_ in enumerate([*generic, *own])]
    sa.Table("types", metadata, sa.Column("id", sa.Integer, primary_key=True), *items)
    return metadata


def _sqlite_types() -> list[sa.types.TypeEngine]:
    return [sa.String(), sa.Numeric(5, 1), sa.BLOB(), sa.CLOB(), sa.NCHAR(4), sa.NVARCHAR(5), sa.String(5, "NOCASE")]


def _postgresql_types() -> list[sa.types.TypeEngine]:
    pg = postgresql
    return [
        sa.String(), pg.JSONB(), pg.INET(), pg.CIDR(), pg.MACADDR(), pg.MONEY(), pg.TSVECTOR(), pg.BYTEA(), pg.OID(),
        pg.INT4RANGE(), pg.TSTZRANGE(), pg.BIT(), pg.BIT(4), pg.BIT(varying=True), pg.ARRAY(sa.Integer),
        pg.ARRAY(sa.String(9), dimensions=2), pg.TIMESTAMP(precision=3), pg.TIMESTAMP(timezone=True, precision=0),
        pg.TIME(precision=2), pg.INTERVAL(fields="YEAR TO MONTH"), pg.INTERVAL(precision=3),
        sa.String(9, collation="C"),
        sa.ARRAY(sa.Enum("n", "m", name="in_array")), pg.INTERVAL(), pg.DATERANGE(), pg.REGCLASS(), pg.FLOAT(30),
    ]  # fmt: skip


def _mariadb_types() -> list[sa.types.TypeEngine]:
    return [
        mysql.TINYINT(), mysql.TINYINT(1), mysql.MEDIUMINT(), mysql.INTEGER(unsigned=True), mysql.BIGINT(20),
        mysql.TINYTEXT(), mysql.MEDIUMTEXT(), mysql.LONGTEXT(), mysql.LONGBLOB(), mysql.YEAR(), mysql.BIT(3),
        mysql.SET("a", "b"), mysql.DATETIME(fsp=6), mysql.TIMESTAMP(fsp=3), mysql.TIME(fsp=2), mysql.DOUBLE(10, 3),
        sa.BINARY(4), sa.VARBINARY(9), sa.NVARCHAR(6), sa.String(8, collation="utf8mb4_bin"), sa.Text(1000),
        mysql.VARCHAR(5, charset="latin1"), mysql.FLOAT(7, 3), mysql.DECIMAL(6, 2, unsigned=True), sa.BLOB(500),
        mysql.ENUM("a,b", "it's", "\\", "c\\\\d", "é%", ""), mysql.SET("a\\", "it's"),
        mysql.ENUM("a", "b", charset="latin1"), mysql.ENUM("a", "b", collation="utf8mb4_bin"),
        mysql.VARCHAR(5, charset="utf8"), sa.BINARY(), mysql.BIGINT(5, unsigned=True, zerofill=True),
    ]  # fmt: skip


def defaults(kind: str) -> sa.MetaData:
    """Server defaults of every kind."""
    metadata = sa.MetaData()
    c = sa.Column
    items: list[SchemaItem] = [
        c("word", sa.String(20), server_default="draft"),
        c("quote", sa.String(20), server_default='it\'s 100% "fine" :x'),
        c("empty", sa.String(20), server_default=""),
        c("number_word", sa.String(20), server_default="42"),
        c("number", sa.Integer, server_default="0"),
        c("number_text", sa.Integer, server_default=sa.text("7")),
        c("negative", sa.Integer, server_default=sa.text("-1")),
        c("negative_word", sa.BigInteger, server_default="-1"),
        c("decimal", sa.Numeric(10, 2), server_default="1.50"),
        c("float", sa.Float, server_default=sa.text("0.5")),
        c("yes", sa.Boolean, server_default=sa.true()),
        c("no", sa.Boolean, server_default=sa.false()),
        c("no_text", sa.Boolean, server_default=sa.text("false")),
        c("one", sa.Boolean, server_default="1"),
        c("now", sa.DateTime, server_default=sa.func.now()),
        c("now_text", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")),
        c("day", sa.Date, server_default="2020-01-31"),
        c("moment", sa.DateTime, server_default="2020-01-31 10:00:00"),
        c("data", sa.JSON, server_default='{"a":  1}'),
        c("null_text", sa.Integer, server_default=sa.text("NULL")),
        c("mood", sa.Enum("sad", "ok", name="default_mood"), server_default="ok"),
        c("sum", sa.Integer, server_default=sa.text("(1 + 2)")),
        c("lowered", sa.String(20), server_default=sa.func.lower("X")),
        c("key", sa.Uuid, nullable=False),
    ]
    if kind == "postgresql":
        items += [
            c("uuid", sa.Uuid, server_default=sa.text("gen_random_uuid()")),
            c("jsonb", postgresql.JSONB, server_default='{"a":1}'),
            c("array", postgresql.ARRAY(sa.Integer), server_default="{}"),
            c("array_text", postgresql.ARRAY(sa.Text), server_default=sa.text("ARRAY[]::text[]")),
            c("zoned", sa.DateTime(timezone=True), server_default=sa.text("now() + interval '1 day'")),
            c("t", sa.Boolean, server_default="t"),
            c("cast", sa.String(9), server_default=sa.text("'x'::character varying")),
            c("letter", sa.CHAR(1), server_default="a"),
            c("interval", sa.Interval, server_default="1 hour"),
        ]
    if kind == "mariadb":
        items += [
            c("stamp", mysql.TIMESTAMP(fsp=6), server_default=sa.text("CURRENT_TIMESTAMP(6)")),
            c("touched", sa.DateTime, server_default=sa.text("NOW() ON UPDATE NOW()")),
            c("uuid", sa.String(40), server_default=sa.text("(uuid())")),
            c("escaped", sa.JSON, server_default='{"a": "it\'s \\\\ x"}'),
            c("lines", sa.String(20), server_default="a\nb\\n\tc"),
            c("set_on_update", sa.DateTime, server_default=sa.text("NULL ON UPDATE CURRENT_TIMESTAMP")),
            c("moved", sa.DateTime, server_default=sa.text("'2020-01-31 00:00:00' ON UPDATE CURRENT_TIMESTAMP")),
            c("tomorrow", sa.Date, server_default=sa.text("(CURRENT_DATE + INTERVAL 1 DAY)")),
            c("label", mysql.ENUM("a\\", "b"), server_default="a\\", nullable=False),
            c("json_call", sa.JSON, server_default=sa.func.json_array(1, "a")),
        ]
    if kind == "sqlite":
        items += [c("local", sa.DateTime, server_default=sa.text("(datetime('now', 'localtime'))"))]
    sa.Table("defaults", metadata, sa.Column("id", sa.Integer, primary_key=True), *items)
    return metadata


def computed(kind: str) -> sa.MetaData:
    """Generated columns, stored and not."""
    metadata = sa.MetaData()
    stored = [
        sa.Column("total", sa.Integer, sa.Computed("price * amount", persisted=True)),
        sa.Column("lower", sa.String(20), sa.Computed("lower(name)", persisted=True)),
        sa.Column(
            "nested", sa.Integer, sa.Computed("(price + (amount * 2))", persisted=True), nullable=kind == "mariadb"
        ),
    ]
    virtual = [sa.Column("virtual", sa.Integer, sa.Computed("price + 1"))] if kind != "postgresql" else []
    virtual += [sa.Column("either", sa.Integer, sa.Computed("amount - price"))] if kind != "postgresql" else []
    sa.Table(
        "computed",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("price", sa.Integer),
        sa.Column("amount", sa.Integer),
        sa.Column("name", sa.String(20)),
        *stored,
        *virtual,
    )
    return metadata


def keys(kind: str) -> sa.MetaData:
    """Primary keys that number themselves, or do not."""
    metadata = sa.MetaData()
    auto = sa.Column("id", sa.Integer, primary_key=True)
    sa.Table("auto", metadata, auto)
    sa.Table("big", metadata, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True))
    sa.Table("own", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    sa.Table("words", metadata, sa.Column("id", sa.String(9), primary_key=True))
    sa.Table(
        "pair",
        metadata,
        sa.Column("b", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(9), primary_key=True),
        sa.Column("c", sa.Integer),
    )
    sa.Table("named", metadata, sa.Column("id", sa.Integer), sa.PrimaryKeyConstraint("id", name="pk_named"))
    sa.Table("keyless", metadata, sa.Column("id", sa.Integer))
    sa.Table("identity", metadata, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))
    sa.Table("always", metadata, sa.Column("id", sa.BigInteger, sa.Identity(always=True, start=5), primary_key=True))
    options = sa.Identity(increment=-2, cache=3, cycle=True, minvalue=-50, maxvalue=9)
    sa.Table("options", metadata, sa.Column("id", sa.SmallInteger, options, primary_key=True))
    return metadata


def uniques(kind: str) -> sa.MetaData:
    """Unique constraints: named or not, composite, stated twice, beside the primary key, as an index."""
    metadata = sa.MetaData()
    extra = [sa.Column("late", sa.Integer)]
    if kind == "postgresql":
        extra.append(sa.UniqueConstraint("late", name="uq_late", deferrable=True, initially="DEFERRED"))
        extra.append(sa.UniqueConstraint("late", "a", name="uq_nulls", postgresql_nulls_not_distinct=True))
        extra.append(sa.UniqueConstraint("a", "late", name="uq_include", postgresql_include=["b"]))
    sa.Table(
        "uniques",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, unique=True),
        sa.Column("b", sa.Integer),
        sa.Column("c", sa.Integer, unique=True, index=True),
        sa.UniqueConstraint("a"),
        sa.UniqueConstraint("b", name="zz_named"),
        sa.UniqueConstraint("b", name="aa_again"),
        sa.UniqueConstraint("a", "b", name="uq_pair"),
        sa.UniqueConstraint("b", "a"),
        sa.UniqueConstraint("id", name="uq_key"),
        *extra,
    )
    return metadata


def indexes(kind: str) -> sa.MetaData:
    """Indexes: several columns, descending, unique, over expressions, partial, with the dialect's options."""
    metadata = sa.MetaData()
    table = sa.Table(
        "indexes",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, index=True),
        sa.Column("b", sa.String(20)),
        sa.Column("Mixed Case", sa.String(20), index=True),
        sa.Column("data", sa.JSON),
        sa.Column("flag", sa.Boolean),
    )
    sa.Index("ix_pair", table.c.a, table.c.b)
    sa.Index("ix_unique", table.c.b, unique=True)
    sa.Index("ix_desc", table.c.a.desc(), table.c.b)
    sa.Index("ix_quoted_desc", table.c["Mixed Case"].desc(), table.c.a.asc())
    if kind != "mariadb":
        sa.Index("ix_lower", sa.func.lower(table.c.b))
        sa.Index("ix_sum", table.c.a + 1)
        sa.Index("ix_text", sa.text("(a * 2) DESC"), table.c.b, _table=table)
        where = sa.and_(table.c.a > 3, table.c.b.in_(["x", "it's"]))
        sa.Index("ix_partial", table.c.b, unique=True, sqlite_where=where, postgresql_where=where)
        flag = table.c.flag
        sa.Index("ix_partial_column", table.c.a, sqlite_where=flag, postgresql_where=flag)
        sa.Index("ix_partial_not", table.c.a, sqlite_where=~flag, postgresql_where=~flag)
        sa.Index("ix_partial_text", table.c.a, sqlite_where=sa.text("a > 1"), postgresql_where=sa.text("a > 1"))
    if kind == "postgresql":
        sa.Index("ix_nulls", table.c.a.desc().nulls_last(), table.c.b.asc().nulls_first())
        sa.Index("ix_asc", table.c.a.asc().nulls_last(), table.c.b.desc().nulls_first())
        sa.Index("ix_hash", table.c.a, postgresql_using="hash")
        sa.Index("ix_btree", table.c.a, postgresql_using="btree", postgresql_with={"fillfactor": 50})
        sa.Index("ix_include", table.c.a, postgresql_include=["b"])
        sa.Index("ix_ops", table.c.b, postgresql_ops={"b": "varchar_pattern_ops"})
        sa.Index("ix_distinct", table.c.a, unique=True, postgresql_nulls_not_distinct=True)
    if kind == "mariadb":
        sa.Index("ix_length", table.c.b, mysql_length=5)
        sa.Index("ix_length_unique", table.c.b, unique=True, mysql_length={"b": 7})
        sa.Index("ix_length_once", table.c.b, unique=True, mysql_length=6)
        sa.Index("ix_length_desc", table.c.a.desc(), table.c.b, unique=True)
        sa.Index("ix_fulltext", table.c.b, mysql_prefix="FULLTEXT")
        sa.Index("ix_using", table.c.a, mysql_using="btree")
    return metadata


def checks(kind: str) -> sa.MetaData:
    """CHECKs, named and not, written as text and as expressions, inside a column too."""
    metadata = sa.MetaData()
    price, name = sa.Column("price", sa.Numeric(10, 2)), sa.Column("name", sa.String(20))
    inner = sa.Column("inner", sa.Integer, sa.CheckConstraint('"inner" > 0'))
    if kind == "mariadb":
        inner = sa.Column("inner", sa.Integer, sa.CheckConstraint("`inner` > 0"))
    order = sa.Column("order", sa.Integer)
    table = sa.Table("checks", metadata, sa.Column("id", sa.Integer, primary_key=True), price, name, inner, order)
    for check in (
        sa.CheckConstraint("price > 0", name="ck_price"),
        sa.CheckConstraint("price < 1000"),
        sa.CheckConstraint(price != 13),
        sa.CheckConstraint(name.in_(["a", "it's", ""]), name="ck_in"),
        sa.CheckConstraint(sa.func.length(name) > 2, name="ck_function"),
        sa.CheckConstraint(sa.or_(price.is_(None), sa.and_(price > 1, name != "x")), name="ck_logic"),
        sa.CheckConstraint("NOT (price IS NULL AND name IS NOT NULL)", name="ck_not"),
        sa.CheckConstraint("name LIKE 'a%' OR name LIKE '%\\:b'", name="ck_like"),
        sa.CheckConstraint("price BETWEEN 1 AND 100", name="ck_between"),
        sa.CheckConstraint("CASE WHEN price > 5 THEN name <> '' ELSE TRUE END", name="ck_case"),
        sa.CheckConstraint(order > 3, name="ck_reserved"),
        sa.CheckConstraint("price*2 >= 1 and(price)<1e9", name="ck Odd Name"),
    ):
        table.append_constraint(check)
    return metadata


def foreign_keys(kind: str) -> sa.MetaData:
    """Foreign keys with every option, composite, to itself, named and not."""
    metadata = sa.MetaData()
    sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "places",
        metadata,
        sa.Column("x", sa.Integer, primary_key=True),
        sa.Column("y", sa.Integer, primary_key=True),
    )
    key, names = sa.ForeignKey, iter(range(99))

    def column(target: sa.ForeignKey, **options: object) -> sa.Column[int]:
        return sa.Column(f"c{next(names)}", sa.Integer, target, **options)

    deferred = [
        key("users.id", deferrable=True, initially="DEFERRED", name="fk_deferred"),
        key("users.id", deferrable=True, name="fk_deferrable"),
        key("users.id", deferrable=False, initially="IMMEDIATE", name="fk_immediate"),
        *([] if kind == "sqlite" else [key("users.id", initially="IMMEDIATE", name="fk_initially")]),
    ]
    if kind == "mariadb":
        deferred = []  # a syntax error there
    sa.Table(
        "posts",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        column(key("users.id")),
        column(key("users.id", name="fk_named")),
        column(key("users.id", ondelete="CASCADE", onupdate="CASCADE")),
        column(key("users.id", ondelete="set null", name="fk_set_null")),
        column(key("users.id", ondelete="RESTRICT", name="fk_restrict")),
        column(key("users.id", ondelete="NO ACTION", onupdate="NO ACTION", name="fk_no_action")),
        *(column(late) for late in deferred),
        column(key("users.id", match=None if kind == "mariadb" else "FULL", name="fk_match")),
        column(key("users.id", name="fk_indexed"), index=True),
        column(key("users.id", name="fk_unique"), unique=True),
        sa.Column("called", sa.Integer, key("users.id", name="fk_called")),
        sa.Index("fk_called" if kind == "mariadb" else "ix_called", "called"),
        sa.Column("column_called", sa.Integer, key("users.id")),
        sa.Index("column_called", "column_called"),
        column(key("posts.id", name="fk_self")),
        sa.Column("x", sa.Integer),
        sa.Column("y", sa.Integer),
        sa.ForeignKeyConstraint(["x", "y"], ["places.x", "places.y"], name="fk_pair", ondelete="CASCADE"),
    )
    return metadata


def comments(kind: str) -> sa.MetaData:
    """Comments, with what needs quoting; an empty one is none."""
    metadata = sa.MetaData()
    table = sa.Table("comments", metadata, comment='it\'s a "table", 100% : sure')
    table.append_column(sa.Column("id", sa.Integer, primary_key=True, comment="the key"))
    table.append_column(sa.Column("a", sa.String(9), comment="it's a \\ 'column'\nof two lines"))
    table.append_column(sa.Column("b", sa.String(9), comment=""))
    sa.Table("uncommented", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def names(kind: str) -> sa.MetaData:
    """Reserved words, capitals, spaces, and names that are over the limit."""
    convention = {
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
    metadata = sa.MetaData(naming_convention=convention)
    long = "a_rather_long_name_of_a_table_for_names"
    sa.Table(
        "order",
        metadata,
        sa.Column("select", sa.Integer, primary_key=True),
        sa.Column("Group By", sa.String(9), index=True),
        sa.Column("user", sa.String(9), server_default="x", unique=True),
        sa.Column("kind", sa.Enum("x", "y", native_enum=False, create_constraint=True, name="kinds")),
        sa.Column("done", sa.Boolean(create_constraint=True, name="done")),
    )
    sa.Table(
        long,
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("the_first_of_the_columns", sa.Integer, index=True),
        sa.Column("Another Column Of Some Length", sa.Integer, sa.ForeignKey("order.select"), index=True),
        sa.UniqueConstraint("the_first_of_the_columns", "Another Column Of Some Length"),
        sa.CheckConstraint("the_first_of_the_columns > 0", name="a_check_with_a_long_name_too"),
    )
    return metadata


def schemas(kind: str) -> sa.MetaData:
    """The default schema by its name, and another one beside it."""
    metadata = sa.MetaData()
    default = {"sqlite": "main", "postgresql": "public", "mariadb": None}[kind]
    prefix = f"{default}." if default else ""
    sa.Table("plain", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("explicit", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=default)
    sa.Table(
        "pointing",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("target_id", sa.ForeignKey(f"{prefix}explicit.id", name="fk_explicit"), index=True),
        schema=default,
    )
    if kind == "postgresql":
        sa.Table(
            "elsewhere",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("plain_id", sa.ForeignKey("plain.id", name="fk_back")),
            sa.Column("mood", sa.Enum("sad", "ok", name="other_mood", schema="other"), server_default="ok"),
            sa.Column("status", sa.String(9), sa.CheckConstraint("status IN ('a', 'b')", name="ck_status")),
            schema="other",
        )
    return metadata


def table_options(kind: str) -> sa.MetaData:
    """Options of tables, the other dialects' among them."""
    metadata = sa.MetaData()
    options = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "sqlite_autoincrement": True}
    sa.Table("with_options", metadata, sa.Column("id", sa.Integer, primary_key=True), **options)
    old = {"mysql_charset": "utf8", "mysql_collate": "utf8_unicode_ci", "mysql_auto_increment": "5"}
    sa.Table("old", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(9)), **old)
    parts = {
        "mysql_partition_by": "RANGE (id) (PARTITION p0 VALUES LESS THAN (9), PARTITION p1 VALUES LESS THAN MAXVALUE)"
    }
    sa.Table("parts", metadata, sa.Column("id", sa.Integer, primary_key=True), **parts)
    hashed = {"mysql_partition_by": "HASH(id)", "mysql_partitions": "4"}
    sa.Table("hashed", metadata, sa.Column("id", sa.Integer, primary_key=True), **hashed)
    sa.Table("rowless", metadata, sa.Column("id", sa.String(9), primary_key=True), sqlite_with_rowid=False)
    sa.Table("strict", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_strict=True)
    sa.Table("uncounted", metadata, sa.Column("id", sa.String(9), primary_key=True), sqlite_autoincrement=True)
    conflicts = sa.Table("conflicts", metadata, sa.Column("id", sa.Integer, primary_key=True))
    if kind == "sqlite":
        conflicts.append_column(sa.Column("a", sa.Integer, nullable=False, sqlite_on_conflict_not_null="fail"))
        conflicts.append_column(sa.Column("b", sa.String(9, "NOCASE"), unique=True, sqlite_on_conflict_unique="IGNORE"))
        conflicts.append_column(sa.Column("c", sa.String(9, "binary")))
        conflicts.append_constraint(sa.CheckConstraint("a > 0", name="ck_conflict", sqlite_on_conflict="FAIL"))
    collated = {"mysql_default_charset": "latin1", "mysql_collate": "latin1_swedish_ci"}
    sa.Table(
        "collated",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(9)),
        sa.Column("b", sa.String(9, collation="latin1_bin" if kind == "mariadb" else None)),
        **collated,
    )
    return metadata


TOPICS: dict[str, Callable[[str], sa.MetaData]] = {
    topic.__name__: topic
    for topic in (
        types, defaults, computed, keys, uniques, indexes, checks, foreign_keys, comments, names, schemas,
        table_options,
    )
}  # fmt: skip
