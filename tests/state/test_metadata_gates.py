"""MetaData in, MetaData out: nothing is lost on the way, and what no database could create is refused."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from minimig.errors import ModelsError, StateError, UnsupportedError
from minimig.state.from_metadata import from_metadata
from minimig.state.parts import CheckState, ForeignKeyState, IndexState, PrimaryKeyState, UniqueState
from minimig.state.to_metadata import ddl_table, escape_colons, to_metadata
from minimig.state.values import SqlExpression
from minimig.state.written import column_with_items, table_from_items
from support.broad_schema import TOPICS


def one(*items: sa.schema.SchemaItem, **options: object) -> sa.MetaData:
    """A MetaData of one table `t`."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, *items, **options)
    return metadata


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("topic", TOPICS)
def test_out_and_in_again_is_the_same(topic: str, kind: str) -> None:
    """A state survives the way through a MetaData, whatever it holds."""
    state = from_metadata(TOPICS[topic](kind))
    assert from_metadata(to_metadata(state)) == state


def test_reading_models_twice_gives_equal_states() -> None:
    """SQLAlchemy keeps constraints and indexes in sets; the state does not depend on their order."""
    first, second = (from_metadata(TOPICS["uniques"]("postgresql")) for _ in range(2))
    assert first == second
    assert list(first["uniques"].constraints) == list(second["uniques"].constraints)


def test_reading_leaves_the_models_alone() -> None:
    """Neither constraints nor names are added to the user's tables."""
    metadata = one(
        sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0")
    )
    before = sorted(str(c.name) for c in metadata.tables["t"].constraints)
    from_metadata(metadata)
    assert sorted(str(c.name) for c in metadata.tables["t"].constraints) == before


def test_what_has_no_name_gets_one() -> None:
    """Names depend on what the constraint says alone; a naming convention comes first."""
    target = sa.Table("users", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    state = from_metadata(
        one(
            sa.Column("a", sa.Integer, unique=True),
            sa.Column("u", sa.Integer, sa.ForeignKey(target.c.id)),
            sa.CheckConstraint("a > 0"),
            sa.CheckConstraint("a < 9"),
        )
    )
    names = sorted(state["t"].constraints)
    assert {"uq_t_a", "fk_t_u_users"} < set(names)
    assert [name.rpartition("_")[0] for name in names if name.startswith("ck")] == ["ck_t_a", "ck_t_a"]
    convention = sa.MetaData(naming_convention={"uq": "unique_%(table_name)s_%(column_0_name)s"})
    sa.Table("t", convention, sa.Column("a", sa.Integer, unique=True))
    assert set(from_metadata(convention)["t"].constraints) == {"unique_t_a"}


def test_a_column_of_the_primary_key_is_not_null() -> None:
    """Whatever the models say of it."""
    metadata = one(sa.Column("id", sa.Integer, nullable=True), sa.PrimaryKeyConstraint("id"))
    assert from_metadata(metadata)["t"].column("id").nullable is False


def test_server_defaults() -> None:
    """A plain string is a literal, text is SQL, an expression is compiled; a fetched value is unknown."""
    state = from_metadata(
        one(
            sa.Column("word", sa.String, server_default="it's"),
            sa.Column("text", sa.Integer, server_default=sa.text("1 + 1")),
            sa.Column("now", sa.DateTime, server_default=sa.func.now()),
            sa.Column("fetched", sa.Integer, server_default=sa.FetchedValue()),
            sa.Column("client", sa.Integer, default=7),
        )
    )
    defaults = {name: column.default for name, column in state["t"].columns.items()}
    assert defaults["word"] == SqlExpression("'it''s'")
    assert defaults["text"] == SqlExpression("1 + 1")
    assert defaults["now"] == SqlExpression("now()")
    assert (defaults["fetched"], defaults["client"]) == (None, None)


def test_type_checks_stay_with_their_type() -> None:
    """The CHECK of an Enum is not a constraint of the table, and is there again in the table that is built."""
    enum = sa.Enum("a", "b", native_enum=False, create_constraint=True)
    state = from_metadata(one(sa.Column("e", enum)))
    assert state["t"].constraints == {}
    assert "CONSTRAINT ck_t_e_type CHECK (e IN ('a', 'b'))" in str(CreateTable(ddl_table(state["t"])))


def test_the_check_of_a_type_is_named_by_the_convention() -> None:
    """Where a type's name is nothing but that of its CHECK, the state has the name that SQLAlchemy would create."""
    metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
    enum = sa.Enum("a", "b", native_enum=False, create_constraint=True, name="letters")
    sa.Table("t", metadata, sa.Column("e", enum), sa.Column("m", sa.Enum("x", name="mood", create_constraint=True)))
    columns = from_metadata(metadata)["t"].columns
    assert [columns[name].type.sa_type.name for name in ("e", "m")] == ["ck_t_letters", "mood"]
    assert enum.name == "letters"  # the models' own


def test_an_expression_of_one_database_has_its_text() -> None:
    """What only PostgreSQL's types can say is said as PostgreSQL says it; what each says otherwise is refused."""
    data, plain = sa.column("data", postgresql.JSONB), sa.column("plain", sa.JSON)
    assert SqlExpression.of(data["key"].astext).text == "data ->> 'key'"
    assert SqlExpression.of(sa.cast(sa.column("a"), postgresql.ARRAY(sa.Text))).text == "CAST(a AS TEXT[])"
    with pytest.raises(StateError, match=r"no plain SQL: it has no json_getitem_op\n"):
        SqlExpression.of(plain["key"].as_string())


def test_conditions_by_dialect_come_and_go() -> None:
    """`ddl_if` by dialect is kept both ways; one by a function is refused with what to write."""
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
    sa.Index("ix", table.c.a).ddl_if(dialect="sqlite")
    table.append_constraint(sa.UniqueConstraint("a", name="uq").ddl_if(dialect=("mysql", "mariadb")))
    state = from_metadata(table.metadata)
    assert dict(state["t"].indexes["ix"].options) == {"ddl_if": ("sqlite",)}
    assert from_metadata(to_metadata(state)) == state
    table.append_constraint(sa.CheckConstraint("a > 0", name="ck").ddl_if(callable_=lambda *_, **__: True))
    with pytest.raises(UnsupportedError, match="a function decides whether ck of table t is made"):
        from_metadata(table.metadata)


def test_foreign_keys_into_the_unknown() -> None:
    """A target in another MetaData is kept as it is written, schema included."""
    metadata = one(sa.Column("a", sa.ForeignKey("s.far.id", name="fk"), type_=sa.Integer))
    assert from_metadata(metadata)["t"].constraint("fk") == ForeignKeyState("fk", ("a",), "s.far", ("id",))
    assert "REFERENCES s.far (id)" in str(CreateTable(ddl_table(from_metadata(metadata)["t"])))


def test_foreign_keys_resolve_among_the_tables_that_come_out() -> None:
    """Data migrations can join along them."""
    tables = to_metadata(from_metadata(TOPICS["foreign_keys"]("sqlite"))).tables
    assert str(tables["posts"].c.c0.foreign_keys.copy().pop().column) == "users.id"


def test_text_is_not_read_as_parameters() -> None:
    """Colons of a CHECK come out as they went in; a cast's double colon too."""
    assert escape_colons("a::text <> ':x'") == "a::text <> '\\:x'"
    check = sa.CheckConstraint(sa.text("a <> '\\:x' AND a\\:\\:text <> 'y'"), name="ck")
    state = from_metadata(one(sa.Column("a", sa.String(9)), check))
    created = str(CreateTable(ddl_table(state["t"])).compile(dialect=postgresql.dialect()))
    assert "CHECK (a <> ':x' AND a::text <> 'y')" in created


def test_long_names_are_shortened_not_refused() -> None:
    """SQLAlchemy would refuse a plain name over the limit; names of a state are final and shortened by the dialect."""
    name = "uq_" + "x" * 80
    state = from_metadata(one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name=name)))
    assert set(state["t"].constraints) == {name}
    created = str(CreateTable(ddl_table(state["t"])).compile(dialect=postgresql.dialect()))
    assert f"CONSTRAINT uq_{'x' * 52}_" in created


def test_models_that_no_database_could_hold() -> None:
    """No columns, no type, two things of one name, one table twice: each is an error that names it."""
    with pytest.raises(ModelsError, match="table t has no columns"):
        from_metadata(one())
    with pytest.raises(StateError, match="has no type") as caught:
        from_metadata(one(sa.Column("a")))
    assert caught.value.where == "column t.a"
    with pytest.raises(ModelsError, match="two different constraints or indexes called 'x'"):
        from_metadata(
            one(
                sa.Column("a", sa.Integer),
                sa.UniqueConstraint("a", name="x"),
                sa.CheckConstraint("a > 0", name="x"),
            )
        )
    with pytest.raises(ModelsError, match="defined in two MetaData"):
        from_metadata(one(sa.Column("a", sa.Integer)), one(sa.Column("a", sa.Integer)))


def test_exclusion_constraints_come_and_go() -> None:
    """An EXCLUDE constraint goes through a state and comes out as the same SQL."""
    exclude = postgresql.ExcludeConstraint(
        ("a", "="), (sa.text("int4range(a, b)"), "&&"), where="a > 0", using="gist", ops={"a": "gist_int4_ops"}
    )
    table = one(sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), exclude)
    state = from_metadata(table)
    (name,) = state["t"].constraints
    assert name.startswith("ex_t_a_a_b_")
    again = to_metadata(state)
    assert from_metadata(again) == state
    sql = str(sa.schema.CreateTable(again.tables["t"]).compile(dialect=postgresql.dialect()))
    assert "EXCLUDE USING gist (a gist_int4_ops WITH =, int4range(a, b) WITH &&) WHERE (a > 0)" in sql


def test_what_no_database_can_defer_is_refused() -> None:
    """A CHECK that is deferrable is said to be impossible, not taken as a plain one."""
    with pytest.raises(UnsupportedError, match="CHECK ck of table t is deferrable"):
        from_metadata(one(sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0", name="ck", deferrable=True)))


@pytest.mark.parametrize(
    ("column", "brings"),
    [
        (sa.Column("a", sa.Integer, primary_key=True), PrimaryKeyState(("a",))),
        (
            sa.Column("a", sa.Integer, sa.ForeignKey("u.b", ondelete="CASCADE")),
            ForeignKeyState("fk_t_a_u", ("a",), "u", ("b",), ondelete="CASCADE"),
        ),
        (sa.Column("a", sa.Integer, unique=True), UniqueState("uq_t_a", ("a",))),
        (sa.Column("a", sa.Integer, index=True), IndexState("ix_t_a", ("a",))),
        (sa.Column("a", sa.Integer, index=True, unique=True), IndexState("ix_t_a", ("a",), unique=True)),
        (
            sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0", name="ck")),
            CheckState("ck", SqlExpression("a > 0")),
        ),
    ],
)
def test_a_lone_column_brings_what_is_written_on_it(column: sa.Column[int], brings: object) -> None:
    """Keys, constraints and indexes of a column outside its table come apart, and the column can be used twice."""
    for _ in range(2):
        state, items, _open = column_with_items("t", column, [], None)
        assert items == (brings,)
        assert state.name == "a"


def test_a_column_of_a_table_is_copied() -> None:
    """A column that belongs to a table brings its own key, but not the table's composite ones."""
    table = sa.Table(
        "other",
        sa.MetaData(),
        sa.Column("a", sa.Integer, sa.ForeignKey("u.b")),
        sa.Column("c", sa.Integer),
        sa.ForeignKeyConstraint(["a", "c"], ["v.a", "v.c"]),
    )
    assert column_with_items("t", table.c.a, [], None)[1] == (ForeignKeyState("fk_t_a_u", ("a",), "u", ("b",)),)


def test_an_item_beside_a_column_speaks_of_it() -> None:
    """A constraint over other columns does not come with this one."""
    with pytest.raises(StateError, match=r"constraint uq does not speak of column t\.a"):
        column_with_items("t", sa.Column("a", sa.Integer), [sa.UniqueConstraint("b", name="uq")], None)


def test_a_table_that_cannot_be_built_is_a_state_error() -> None:
    """SQLAlchemy's own complaint is passed on under our class."""
    with pytest.raises(StateError, match="cannot be built"):
        table_from_items("t", [sa.UniqueConstraint("nope")])
