"""Whoever could lose values is asked, once, and nobody for nothing; hints, and renames that follow each other."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.autogenerate.hints import Hints, hints_of
from minimig.autogenerate.open_questions import OpenQuestions
from minimig.autogenerate.questioner import Answers, NeverRename
from minimig.errors import ModelsError, QuestionError, UsageError
from minimig.operations.chain import states
from minimig.state.from_metadata import from_metadata
from minimig.state.schema import SchemaState

Columns = tuple[sa.schema.SchemaItem, ...]


def number() -> sa.Column[int]:
    """A numbered primary key."""
    return sa.Column("id", sa.Integer, primary_key=True)


def models(*, info: dict[str, Any] | None = None, **tables: Columns) -> sa.MetaData:
    """MetaData of tables that each have a number; `info` goes to the first."""
    metadata = sa.MetaData()
    for name, columns in tables.items():
        sa.Table(name, metadata, number(), *columns, info=info if len(metadata.tables) == 0 else None)
    return metadata


def schema(**tables: Columns) -> SchemaState:
    """Their state."""
    return from_metadata(models(**tables))


def text(name: str, length: int | None = None, **options: Any) -> sa.Column[str]:
    """A column of text."""
    return sa.Column(name, sa.String(length), **options)


def asked(before: SchemaState, after: SchemaState, **answers: Any) -> list[str]:
    """The questions that answers leave open, each by its first flag."""
    questions = OpenQuestions(needed=False)
    diff(before, after, questioner=Answers(**answers, otherwise=questions))
    return [question.flags[0][0] for question in questions.open]


def told(before: SchemaState, after: SchemaState, **given: Any) -> list[str]:
    """The difference in words; it leads there, and every answer was needed."""
    answers = Answers(**given)
    operations = diff(before, after, questioner=answers)
    answers.unused()
    assert states(operations, before)[-1] == after
    return [operation.describe() for operation in operations]


# --- what goes --------------------------------------------------------------------------------------------------------


def test_what_goes_is_asked_about() -> None:
    """A column, and a table for all its columns; what depends on them is no question of its own."""
    before = schema(users=(text("nick"), text("bio", index=True)), old=(text("x"), text("y")))
    after = schema(users=(text("nick"),))
    assert asked(before, after) == ["--drop old", "--drop users.bio"]
    assert asked(before, after, drops=["old"]) == ["--drop users.bio"]
    assert asked(before, after, drops=["users.bio", "old"]) == []


@pytest.mark.parametrize("patterns", [["*"], ["users.*", "old"], ["users.b?o", "o*"], ["[ou]*"]])
def test_patterns_answer_for_several(patterns: list[str]) -> None:
    """fnmatch on the whole name; a pattern that fits nothing is refused like any flag."""
    before = schema(users=(text("nick"), text("bio")), old=(text("x"),))
    after = schema(users=(text("nick"),))
    assert told(before, after, drops=patterns) == ["drop column users.bio", "drop table old"]
    with pytest.raises(UsageError, match="--drop 'x_\\*' answers no question"):
        told(before, after, drops=[*patterns, "x_*"])


def test_computed_columns_hold_nothing_to_lose() -> None:
    """Dropped, or computed in another way: not asked. A plain column that is computed now is."""

    def computed(sql: str) -> sa.Column[int]:
        return sa.Column("twice", sa.Integer, sa.Computed(sql))

    plain = sa.Column("twice", sa.Integer)
    assert asked(schema(t=(computed("id * 2"),)), schema(t=(computed("id + id"),))) == []
    assert asked(schema(t=(computed("id * 2"),)), schema(t=())) == []
    assert asked(schema(t=(computed("id * 2"),)), schema(t=(plain,))) == []
    assert asked(schema(t=(plain._copy(),)), schema(t=(computed("id * 2"),))) == ["--drop t.twice"]


def test_the_library_never_asks() -> None:
    """Without a questioner a difference is a difference."""
    before, after = schema(a=(text("x", 80),), b=()), schema(a=(text("x", 40),))
    assert [o.describe() for o in diff(before, after)] == ["alter column a.x (type)", "drop table b"]
    assert diff(before, after, questioner=NeverRename()) == diff(before, after)


# --- types ------------------------------------------------------------------------------------------------------------


def test_a_narrower_type_is_asked_about_and_converted() -> None:
    """--using is written into the operation; empty, the database converts; wider types are no question."""
    before, after = schema(t=(text("x", 80),)), schema(t=(text("x", 40),))
    assert asked(before, after) == ['--using t.x=""']
    assert asked(after, before) == []
    for sql, using in (("left(x, 40)", "left(x, 40)"), ("", None)):
        (operation,) = diff(before, after, questioner=Answers(usings={"t.x": sql}))
        assert operation.using == using
    with pytest.raises(UsageError, match=r'--using t\.x="x" answers no question'):
        told(after, before, usings={"t.x": "x"})


def test_a_type_that_follows_a_key_is_asked_about_once() -> None:
    """The column that the others point to is asked about, and its SQL is for all of them."""

    def keyed(type_: Any) -> SchemaState:
        metadata = sa.MetaData()
        sa.Table("users", metadata, sa.Column("id", type_, primary_key=True))
        for name in ("posts", "likes"):
            sa.Table(name, metadata, number(), sa.Column("user", type_, sa.ForeignKey("users.id")))
        return from_metadata(metadata)

    assert asked(keyed(sa.BigInteger), keyed(sa.Integer)) == ['--using users.id=""']
    assert told(keyed(sa.BigInteger), keyed(sa.Integer), usings={"users.id": ""}) == ["alter column users.id (type)"]


# --- one value for all ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "fill", "warned"),
    [
        (text("x", nullable=False, unique=True), "''", True),
        (text("x", nullable=False, unique=True), "now()", True),
        (text("x", nullable=False, unique=True, index=True), "'(' || 'a'", True),
        (text("x", server_default="a", unique=True), None, True),
        (text("x", nullable=False, unique=True), "id", False),
        (text("x", nullable=False, unique=True), "gen_random_uuid()", False),
        (text("x", nullable=False), "''", False),
        (text("x", unique=True), None, False),
    ],
)
def test_one_value_in_a_unique_column_is_warned_of(column: sa.Column[str], fill: str | None, warned: bool) -> None:
    """All rows would get the same: it is noted, and nothing is refused."""
    questions = OpenQuestions()
    fills = {} if fill is None else {"t.x": fill}
    diff(schema(t=()), schema(t=(column,)), questioner=Answers(fills=fills, otherwise=questions))
    assert bool(questions.notes) == warned


def test_a_key_over_two_columns_is_no_reason_for_a_warning() -> None:
    """Only a column that is unique by itself; one that becomes NOT NULL counts, a partial index does not."""
    x = text("x", nullable=False)
    cases = {
        (x, sa.UniqueConstraint("x", "id")): 0,
        (x._copy(), sa.Index("ix", "x", unique=True)): 1,
        (x._copy(), sa.Index("ix", "x", unique=True, postgresql_where=sa.text("id > 3"))): 0,
    }
    for items, notes in cases.items():
        questions = OpenQuestions()
        diff(schema(t=()), schema(t=items), questioner=Answers(fills={"t.x": "''"}, otherwise=questions))
        assert len(questions.notes) == notes
    questions = OpenQuestions()
    before, after = schema(t=(text("x", unique=True),)), schema(t=(text("x", unique=True, nullable=False),))
    diff(before, after, questioner=Answers(fills={"t.x": "''"}, otherwise=questions))
    assert len(questions.notes) == 1


# --- all at once ------------------------------------------------------------------------------------------------------


def test_all_open_questions_are_told_at_once() -> None:
    """One error, each question with its flags aligned; a candidate of an open rename is not asked for a value."""
    before = schema(users=(text("nick", 40), text("bio", 80)), old=())
    after = schema(users=(text("handle", 40, nullable=False), text("bio", 40)))
    with pytest.raises(QuestionError) as raised:
        diff(before, after, questioner=Answers(renames={"users.nik": "handle"}))
    assert str(raised.value) == (
        """\
3 questions need an answer
  column users.nick is gone from the models: was it renamed to handle, or dropped with all it holds?
    --rename users.nick:handle
    --drop users.nick        when it is really gone
  table old is no longer in the models: drop it with all its rows?
    --drop old               when it is really gone
  column users.bio becomes VARCHAR(40), and rows may hold values longer than 40 characters
    --using users.bio=""     when all values fit
    --using users.bio="SQL"  to convert them
  next:  pass a flag for each, or answer them at a terminal; --rename users.nik:handle answered none"""
    )


def test_an_error_that_a_question_may_have_caused_waits() -> None:
    """A circle that only the guessed drop makes is not shown in place of the question."""
    questions = OpenQuestions(needed=False)

    class Broken(Answers):
        def fill(self, *_: Any) -> str | None:
            raise UsageError("never shown while something is open")

    before, after = schema(t=(text("a", 9),)), schema(t=(text("b", 9), sa.Column("c", sa.JSON, nullable=False)))
    with pytest.raises(QuestionError, match=r"column t\.a is gone"):
        diff(before, after, questioner=Broken(otherwise=questions))
    with pytest.raises(UsageError, match="never shown"):
        diff(before, after, questioner=Broken(renames={"t.a": "b"}, otherwise=OpenQuestions()))


# --- hints ------------------------------------------------------------------------------------------------------------


def hinted(metadata: sa.MetaData) -> tuple[SchemaState, Hints]:
    """Models as a state, and their hints."""
    return from_metadata(metadata), hints_of([metadata], metadata.tables)


@pytest.mark.parametrize("old_table", ["users", ["people", "users"]])
@pytest.mark.parametrize("old", ["age", "users.age", "accounts.age", ["years", "age"]])
def test_hints_rename_table_and_column_at_once(old_table: Any, old: Any) -> None:
    """However unlike, and however the former names are written; once written, the hints have no effect."""
    before = schema(users=(sa.Column("age", sa.Integer), sa.Column("b", sa.JSON)))
    about = sa.Column("about_me", sa.Integer, info={"renamed_from": old})
    after, hints = hinted(models(accounts=(about, sa.Column("z", sa.Date)), info={"renamed_from": old_table}))
    assert told(before, after, hints=hints, drops=["*"]) == [
        "rename table users to accounts",
        "rename column accounts.age to about_me",
        "add column accounts.z",
        "drop column accounts.b",
    ]
    assert told(after, after, hints=hints) == []


@pytest.mark.parametrize("said", ["users", "blog.users"])
def test_a_table_of_a_schema_is_hinted(said: str) -> None:
    """The former name with its schema, or without."""
    before, after = sa.MetaData(schema="blog"), sa.MetaData(schema="blog")
    sa.Table("users", before, number(), sa.Column("a", sa.Integer))
    sa.Table("members", after, number(), sa.Column("b", sa.JSON), info={"renamed_from": said})
    state, hints = hinted(after)
    assert told(from_metadata(before), state, hints=hints, drops=["blog.members.a"]) == [
        "rename table blog.users to members",
        "add column blog.members.b",
        "drop column blog.members.a",
    ]


def test_hints_fill_and_convert() -> None:
    """SQL beside the column answers like the flag, which wins."""
    x = sa.Column("x", sa.String(4), nullable=False, info={"fill": "'hint'", "using": "left(x, 4)"})
    after, hints = hinted(models(t=(x,)))
    before = schema(t=(text("x", 9),))
    (operation,) = diff(before, after, questioner=Answers(hints=hints))
    assert (operation.fill, operation.using) == ("'hint'", "left(x, 4)")
    flags = {"fills": {"t.x": "'flag'"}, "usings": {"t.x": ""}}
    (operation,) = diff(before, after, questioner=Answers(**flags, hints=hints))
    assert (operation.fill, operation.using) == ("'flag'", None)


def test_a_flag_wins_over_a_hint() -> None:
    """Another rename, or a drop by name; a pattern is no word about this column."""
    before = schema(t=(text("a", 9),))
    after, hints = hinted(models(t=(text("b", 9, info={"renamed_from": "a"}), text("c", 9))))
    assert told(before, after, hints=hints, renames={"t.a": "c"}) == ["rename column t.a to c", "add column t.b"]
    assert "drop column t.a" in told(before, after, hints=hints, drops=["t.a"])
    with pytest.raises(UsageError, match="answers no question"):
        told(before, after, hints=hints, drops=["*"])
    assert told(before, after, hints=hints) == ["rename column t.a to b", "add column t.c"]


def test_hints_that_contradict_each_other_are_an_error() -> None:
    """Two columns that were one; but not while that one is still there."""
    claims = [text(name, 9, info={"renamed_from": "a"}) for name in ("b", "c")]
    after, hints = hinted(models(t=tuple(claims)))
    with pytest.raises(ModelsError, match=r"t\.b and t\.c both say that they were renamed from t\.a"):
        told(schema(t=(text("a", 9),)), after, hints=hints)
    assert told(after, after, hints=hints) == []


@pytest.mark.parametrize(
    "info", [{"renamed_from": 3}, {"renamed_from": ["a", None]}, {"fill": 0}, {"using": ["x"]}, {"renamed_from": ""}]
)
def test_a_hint_that_is_no_text_is_an_error(info: dict[str, Any]) -> None:
    """It names the column and what is expected."""
    with pytest.raises(ModelsError, match=r"t\.x: info"):
        hinted(models(t=(text("x", info=info),)))


# --- renames that follow each other -----------------------------------------------------------------------------------


def pair(**columns: Any) -> SchemaState:
    """One table with these columns."""
    return schema(t=tuple(sa.Column(name, type_) for name, type_ in columns.items()))


def test_renames_may_follow_each_other() -> None:
    """A chain goes from its end; a swap steps aside; a name is taken from a column that is dropped."""
    before = pair(a=sa.Integer, b=sa.JSON)
    assert told(before, pair(b=sa.Integer, c=sa.JSON), renames={"t.a": "b", "t.b": "c"}) == [
        "rename column t.b to c",
        "rename column t.a to b",
    ]
    assert told(before, pair(b=sa.Integer, a=sa.JSON), renames={"t.a": "b", "t.b": "a"}) == [
        "rename column t.a to a_aside",
        "rename column t.b to a",
        "rename column t.a_aside to b",
    ]
    assert told(before, pair(b=sa.Integer), renames={"t.a": "b"}, drops=["t.b"]) == [
        "drop column t.b",
        "rename column t.a to b",
    ]


def test_tables_may_swap_their_names() -> None:
    """The same for tables, and for columns of a table that is renamed."""
    before = schema(x=(text("a"),), y=(sa.Column("b", sa.Integer),))
    swapped = schema(y=(text("a"),), x=(sa.Column("b", sa.Integer),))
    assert told(before, swapped, renames={"x": "y", "y": "x"}) == [
        "rename table x to x_aside",
        "rename table y to x",
        "rename table x_aside to y",
    ]
    both = told(
        pair(a=sa.Integer, b=sa.JSON),
        schema(u=(sa.Column("b", sa.Integer), sa.Column("a", sa.JSON))),
        renames={"t": "u", "t.a": "b", "u.b": "a"},
    )
    assert both[0] == "rename table t to u"
    assert len(both) == 4


def test_several_renames_and_a_composite_key_at_once() -> None:
    """Columns of a renamed table, and a key of two columns that points to them, in one go and with no other change."""

    def shop(table: str, one: str, two: str) -> SchemaState:
        metadata = sa.MetaData()
        columns = [sa.Column(name, sa.Integer, primary_key=True, autoincrement=False) for name in (one, two)]
        sa.Table(table, metadata, *columns)
        key = sa.ForeignKeyConstraint(["a", "b"], [f"{table}.{one}", f"{table}.{two}"], name="fk")
        sa.Table("posts", metadata, number(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), key)
        return from_metadata(metadata)

    renames = {"orders": "sales", "orders.shop": "branch", "orders.nr": "number"}
    assert told(shop("orders", "shop", "nr"), shop("sales", "branch", "number"), renames=renames) == [
        "rename table orders to sales",
        "rename column sales.nr to number",
        "rename column sales.shop to branch",
    ]


def test_renames_with_small_changes_are_found() -> None:
    """Longer, nullable or not, of a related type: still asked about, several at once, each with its partner first."""
    before = schema(
        t=(text("nick", 40, nullable=False), sa.Column("born", sa.Date), sa.Column("points", sa.Integer)),
    )
    after = schema(
        t=(text("nickname", 60), sa.Column("born_on", sa.Date, nullable=False), sa.Column("score", sa.BigInteger)),
    )
    assert asked(before, after) == [
        "--rename t.born:born_on",
        "--rename t.nick:nickname",
        "--rename t.points:score",
    ]
    renames = {"t.born": "born_on", "t.nick": "nickname", "t.points": "score"}
    assert told(before, after, renames=renames, fills={"t.born_on": "CURRENT_DATE"})[3:] == [
        "alter column t.nickname (type, null)",
        "alter column t.born_on (not null)",
        "alter column t.score (type)",
    ]


def test_a_renamed_table_with_a_changed_column_is_found() -> None:
    """One column more and another type do not hide that it is the same table."""
    columns = [text("a", 9), text("b", 9), sa.Column("c", sa.Integer)]
    before = schema(users=tuple(columns))
    after = schema(members=(text("a", 9), text("b", 20), sa.Column("c", sa.Integer), text("d", 9)))
    assert asked(before, after) == ["--rename users:members"]
