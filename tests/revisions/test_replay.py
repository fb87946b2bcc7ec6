"""Migrations carried out on paper: states, the way down, what is left over, where tables come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimig import ops
from minimig.errors import IrreversibleError, StateError
from minimig.revisions.loader import Migration
from minimig.revisions.replay import (
    EMPTY,
    creators,
    downward,
    last_users,
    leads_back,
    replay,
    states_along,
    steps,
)
from minimig.state.schema import SchemaState
from support.revision_files import load, migration, revision_file

INITIAL = """
up = [
    ops.CreateTable("users", sa.Column("id", sa.Integer, primary_key=True)),
    ops.CreateTable("posts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("slug", sa.String(80))),
]
"""
LATER = """
up = [
    ops.AddColumn("posts", sa.Column("views", sa.Integer)),
    ops.RenameTable("users", "people"),
]
"""


@pytest.fixture
def history(tmp_path: Path) -> tuple[Migration, Migration]:
    """Two migrations: two tables, then a column and a rename."""
    return migration(tmp_path, INITIAL), migration(tmp_path, LATER, "0002_later")


def test_replay_gives_the_last_state(history: tuple[Migration, Migration]) -> None:
    """After all migrations the schema holds what they made; after none, the base."""
    assert replay([]) == EMPTY
    state = replay(history)
    assert set(state.tables) == {"posts", "people"}
    assert set(state["posts"].columns) == {"id", "slug", "views"}
    assert replay(history[1:], replay(history[:1])) == state


def test_states_along_gives_each(history: tuple[Migration, Migration]) -> None:
    """Each migration comes with the state after it, and tables that did not change are the same object."""
    (first, one), (second, two) = states_along(history)
    assert (first, second) == history
    assert set(one.tables) == {"users", "posts"}
    assert set(two.tables) == {"people", "posts"}


def test_steps_join_up(history: tuple[Migration, Migration]) -> None:
    """The state after an operation is the state before the next."""
    changes = steps(history[1], replay(history[:1]))
    assert [change.operation for change in changes] == list(history[1].up)
    assert changes[0].after is changes[1].before


def test_an_operation_that_does_not_fit_is_named(tmp_path: Path) -> None:
    """The error says file, list, number and operation."""
    spoilt = migration(tmp_path, 'up = [ops.RunSQL("x"), ops.DropTable("psts")]\n')
    with pytest.raises(StateError, match="there is no table 'psts'") as caught:
        replay([spoilt])
    assert caught.value.where == f"{spoilt.header.path}, up[1]: drop table psts"


def test_an_operation_of_the_project_that_fails_is_named(tmp_path: Path) -> None:
    """An error inside an operation of the project's own is told like any other."""
    body = """
class Broken(ops.Operation):
    def reverse(self, before):
        return self

    def database_forwards(self, editor, before, after):
        pass

    def state_forwards(self, state):
        return {}["missing"]

up = [Broken()]
"""
    with pytest.raises(StateError, match=r"the operation failed: KeyError: 'missing'"):
        replay([migration(tmp_path, body)])


def test_the_way_down_is_computed(history: tuple[Migration, Migration]) -> None:
    """Without `down`, every operation is reversed against the state it started from, the last one first."""
    before = replay(history[:1])
    changes = downward(history[1], before)
    assert [change.operation for change in changes] == [
        ops.RenameTable("people", "users"),
        ops.DropColumn("posts", "views"),
    ]
    assert changes[0].before == replay(history)
    assert changes[-1].after == before


def test_the_way_down_of_the_file_has_precedence(tmp_path: Path) -> None:
    """A `down` that the file gives runs as it stands, from the state after `up`."""
    found = migration(tmp_path, INITIAL + 'down = [ops.DropTable("users"), ops.DropTable("posts")]\n')
    changes = downward(found, EMPTY)
    assert [change.operation for change in changes] == [ops.DropTable("users"), ops.DropTable("posts")]
    assert changes[-1].after == EMPTY


def test_no_way_down(tmp_path: Path) -> None:
    """A step without reverse, and a file that says it is irreversible, raise with their place and their reason."""
    stuck = migration(tmp_path, 'up = [ops.RunSQL("x")]\n')
    with pytest.raises(IrreversibleError) as caught:
        downward(stuck, EMPTY)
    assert caught.value.where == f"{stuck.header.path}, the reverse of up[0]: run SQL x"
    final = migration(tmp_path, 'irreversible = "the letters are sent"\n\nup = []\n')
    with pytest.raises(IrreversibleError, match="the letters are sent"):
        downward(final, EMPTY)


def test_a_down_that_leads_back_differs_in_nothing(history: tuple[Migration, Migration], tmp_path: Path) -> None:
    """The computed reverse always leads back; what is irreversible on purpose is nobody's fault."""
    assert leads_back(history[0], EMPTY) == []
    assert leads_back(history[1], replay(history[:1])) == []
    assert leads_back(migration(tmp_path, 'up = [ops.RunSQL("x")]\n'), EMPTY) == []


@pytest.mark.parametrize(
    ("down", "expected"),
    [
        ("[]", ["table tags is left over", "column posts.views is left over", "column posts.slug differs (type)"]),
        (
            '[ops.DropColumn("posts", "views"), ops.DropTable("tags"), ops.DropTable("posts")]',
            ["table posts is missing"],
        ),
        (
            '[ops.DropColumn("posts", "views"), ops.DropTable("tags"), ops.DropColumn("posts", "slug")]',
            ["column posts.slug is missing"],
        ),
        (
            """[
                ops.DropTable("tags"),
                ops.DropColumn("posts", "views"),
                ops.AlterColumn("posts", "slug", type=sa.String(80), nullable=False),
                ops.DropPrimaryKey("posts"),
            ]""",
            ["column posts.slug differs (nullable)", "the primary key of table posts differs"],
        ),
    ],
)
def test_a_down_that_leads_elsewhere_is_told(
    tmp_path: Path, history: tuple[Migration, Migration], down: str, expected: list[str]
) -> None:
    """Every difference between where `down` leads and where the migration began is said in words."""
    body = f"""
up = [
    ops.CreateTable("tags", sa.Column("id", sa.Integer, primary_key=True)),
    ops.AddColumn("posts", sa.Column("views", sa.Integer)),
    ops.AlterColumn("posts", "slug", type=sa.Text()),
]
down = {down}
"""
    assert leads_back(migration(tmp_path, body, "0003_x"), replay(history[:1])) == expected


def test_a_down_that_does_not_fit_is_told(tmp_path: Path) -> None:
    """A `down` whose operations fit no state is a finding of `check`, not an exception."""
    found = migration(tmp_path, INITIAL + 'down = [ops.DropTable("nothing")]\n')
    (finding,) = leads_back(found, EMPTY)
    assert "there is no table 'nothing'" in finding
    assert "down[0]: drop table nothing" in finding


def test_creators_follow_renames_and_drops(history: tuple[Migration, Migration], tmp_path: Path) -> None:
    """A table belongs to the revision that gave it its name: by creating, by renaming, or by creating it again."""
    assert creators(history) == {"posts": "blog.0001_initial", "people": "blog.0002_later"}
    again = migration(
        tmp_path,
        'up = [ops.DropTable("posts"), ops.CreateTable("posts", sa.Column("id", sa.Integer))]\n',
        "0003_again",
    )
    assert creators([*history, again])["posts"] == "blog.0003_again"


OBJECTS = """
up = [
    ops.CreateSchema("shop"),
    ops.CreateSequence("numbers"),
    ops.CreateView("names", "SELECT slug FROM posts"),
]
"""


def test_objects_have_a_creator_too(history: tuple[Migration, Migration], tmp_path: Path) -> None:
    """An object belongs to the revision that gave it its name, as a table does, also when SQL by hand made it."""
    made = migration(tmp_path, OBJECTS, "0003_objects")
    body = """
up = [
    ops.RenameSequence("numbers", "digits"),
    ops.RunSQL("x", reverse="y", state_operations=[ops.DropView("names"), ops.CreateExtension("citext")]),
]
"""
    later = migration(tmp_path, body, "0004_later")
    found = creators([*history, made, later])
    assert {key: revision for key, revision in found.items() if " " in key} == {
        "schema shop": "blog.0003_objects",
        "sequence digits": "blog.0004_later",
        "extension citext": "blog.0004_later",
    }


def test_objects_that_a_down_forgets_are_told(history: tuple[Migration, Migration], tmp_path: Path) -> None:
    """An object left over, missing or changed is a difference in words, as it is for tables."""
    made = migration(tmp_path, f"{OBJECTS}down = [ops.DropSchema('shop')]\n", "0003_objects")
    assert leads_back(made, replay(history)) == ["sequence numbers is left over", "view names is left over"]
    changed = migration(
        tmp_path,
        'up = [ops.AlterSequence("numbers", start=5), ops.DropView("names")]\ndown = []\n',
        "0004_changed",
    )
    assert leads_back(changed, replay([*history, made])) == ["view names is missing", "sequence numbers differs"]


def test_the_last_users_of_what_goes(history: tuple[Migration, Migration], tmp_path: Path) -> None:
    """For each app the last revision that touches a key, which a revision that drops it must follow."""
    made = migration(tmp_path, OBJECTS, "0003_objects")
    body = 'up = [ops.CreateTable("t", sa.Column("id", sa.Integer), schema="shop")]\n'
    using = load(revision_file(tmp_path, body, "0001_other"), "shop")
    migrations = [*history, made, using]
    assert last_users(migrations, {"schema shop"}) == {"blog": "blog.0003_objects", "shop": "shop.0001_other"}
    assert last_users(migrations, {"people"}) == {"blog": "blog.0002_later"}


def test_states_are_shared(history: tuple[Migration, Migration]) -> None:
    """A table that a migration leaves alone is the same object before and after."""
    before = SchemaState.of(replay(history[:1]).tables.values())
    assert steps(history[1], before)[0].after["users"] is before["users"]
