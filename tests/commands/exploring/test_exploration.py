"""A history as data: order, states, words, SQL, marks, and what is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimig.commands.exploring.exploration import ExploreOptions, exploration
from minimig.errors import TargetError, UnsupportedError
from minimig.library import open_project
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

SQLITE = ExploreOptions(dialects=("sqlite",))


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps of two revisions each; nothing is applied."""
    return two_apps(tmp_path, sqlite_database.url)


def test_each_revision_is_told_in_the_order_of_a_run(project: ProjectFolder) -> None:
    """Who comes after whom, across apps too; the words of the operations, both ways; the file as it is."""
    found = exploration(open_project(project.path), SQLITE)
    names = [each.header.revision for each in found.revisions]
    assert names == ["accounts.0001_users", "accounts.0002_nick", "shop.0001_carts", "shop.0002_owner"]
    owner = found.revisions[-1]
    assert (owner.after, owner.needs) == (("shop.0001_carts",), ("accounts.0002_nick",))
    assert owner.up[0].words == "add column carts.user_id"
    assert owner.down[-1].words == "drop column carts.user_id"
    assert owner.source == (project.path / owner.path).read_text()


def test_cards_are_deltas(project: ProjectFolder) -> None:
    """A revision holds only the cards that it changed; put one over the other they are the schema at the end."""
    found = exploration(open_project(project.path), SQLITE)
    assert [sorted(each.cards) for each in found.revisions] == [[0], [0], [1], [1]]
    state: dict[int, int | None] = {}
    for each in found.revisions:
        state |= each.cards
    last = {found.cards[card].name: len(found.cards[card].rows) for card in state.values() if card is not None}
    assert last == {"users": 3, "carts": 4}
    assert len(found.boxes) == 2


def test_a_table_that_goes_is_told(project: ProjectFolder) -> None:
    """A dropped table is a card of None."""
    add(project, "shop.0003_gone", ["0002_owner"], 'ops.DropTable("carts")')
    assert exploration(open_project(project.path), SQLITE).revisions[-1].cards == {1: None}


def test_sql_is_spelled_up_and_down_on_each_dialect(project: ProjectFolder) -> None:
    """The project's own dialect comes first; each text is stored once; a dialect may be chosen."""
    found = exploration(open_project(project.path, database=project.url))
    assert found.dialects == ("sqlite", "postgresql", "mysql", "mssql", "oracle")
    up, down = (found.texts[number] for number in found.revisions[1].sql["postgresql"])
    assert "ALTER TABLE users ADD COLUMN nick VARCHAR(40);" in up
    assert "ALTER TABLE users DROP COLUMN nick;" in down
    assert len(set(found.texts)) == len(found.texts)
    assert exploration(open_project(project.path), SQLITE).dialects == ("sqlite",)
    with pytest.raises(UnsupportedError):
        exploration(open_project(project.path), ExploreOptions(dialects=("dbase",)))


def test_the_database_says_what_is_applied(project: ProjectFolder) -> None:
    """Marks come with their time; without a question there are none."""
    project.ok("migrate", "accounts")
    found = exploration(open_project(project.path, database=project.url), SQLITE)
    assert found.marks is not None
    [marks] = found.marks
    assert marks.applied == {"accounts.0001_users", "accounts.0002_nick"}
    assert all(marks.to_dict()["applied"].values())
    assert exploration(open_project(project.path), ExploreOptions(ask=False)).marks is None


def test_a_database_that_is_not_there_is_not_created(project: ProjectFolder) -> None:
    """All is pending where SQLite has no file yet, and there is none afterwards."""
    found = exploration(open_project(project.path, database=project.url), SQLITE)
    assert found.marks is not None
    assert (found.marks[0].applied, found.marks[0].problem) == (frozenset(), None)
    assert not (project.path / "test.db").exists()


def test_a_database_that_does_not_answer_is_no_error(project: ProjectFolder) -> None:
    """The history is there all the same, and the reason beside it, without the password."""
    url = "postgresql+psycopg://me:s3cret-word@127.0.0.1:1/none"
    found = exploration(open_project(project.path, database=url), SQLITE)
    assert len(found.revisions) == 4
    assert found.marks is not None
    assert found.marks[0].problem is not None
    assert "cannot connect" in found.marks[0].problem.message
    assert "s3cret-word" not in str(found.to_dict())


def test_one_app_is_shown_with_what_it_needs(project: ProjectFolder) -> None:
    """The app filter keeps the revisions of other apps that its own depend on, and no more."""
    named = [
        each.header.revision
        for each in exploration(open_project(project.path), ExploreOptions(("accounts",))).revisions
    ]
    assert named == ["accounts.0001_users", "accounts.0002_nick"]
    assert len(exploration(open_project(project.path), ExploreOptions(("shop",), ("sqlite",))).revisions) == 4
    with pytest.raises(TargetError):
        exploration(open_project(project.path), ExploreOptions(("shopp",)))


def test_what_is_broken_is_left_out_and_told(project: ProjectFolder) -> None:
    """A file that does not parse, and an operation that does not fit, stop nothing; the rest is replayed."""
    project.write("shop/migrations/0003_bad.py", "up = [")
    add(project, "shop.0003_misfit", ["0002_owner"], 'ops.DropColumn("carts", "colour")')
    add(project, "shop.0004_fits", ["0003_misfit"], 'ops.AddColumn("carts", sa.Column("size", sa.Integer))')
    found = exploration(open_project(project.path), SQLITE)
    assert any("0003_bad" in str(problem.where) for problem in found.problems)
    misfit, fits = found.revisions[-2:]
    assert misfit.problem is not None
    assert "colour" in misfit.problem.message
    assert (misfit.cards, fits.problem, set(fits.cards)) == ({}, None, {1})


def test_a_way_that_does_not_lead_back_is_told(project: ProjectFolder) -> None:
    """An irreversible file says why in place of a list, and in place of the SQL down."""
    add(project, "shop.0003_once", ["0002_owner"], 'ops.RunSQL("SELECT 1")', 'irreversible = "the mail is sent"')
    last = (found := exploration(open_project(project.path), SQLITE)).revisions[-1]
    assert last.no_way_back is not None
    assert "the mail is sent" in last.no_way_back
    assert found.texts[last.sql["sqlite"][1]].startswith("-- ")


def test_a_squash_shows_what_it_stands_for(project: ProjectFolder) -> None:
    """A squash takes the place of what it replaces; when the database has a part of that, it makes way."""
    project.ok("squashmigrations", "accounts", "0002", "--no-input")
    found = exploration(open_project(project.path), SQLITE)
    first = found.revisions[0]
    assert first.header.replaces == ("accounts.0001_users", "accounts.0002_nick")
    assert {hidden.revision: hidden.shown_by for hidden in found.hidden} == dict.fromkeys(
        first.header.replaces, first.header.revision
    )
    project.ok("migrate", "accounts", "0001_users")
    partly = exploration(open_project(project.path, database=project.url), SQLITE)
    assert [hidden.revision for hidden in partly.hidden] == [first.header.revision]


def test_several_databases_are_each_asked(project: ProjectFolder) -> None:
    """Where each app lives in a database of its own, each says what it has of its own apps."""
    text = (project.path / "minimig.toml").read_text()
    databases = '[databases.people]\nurl = "sqlite:///a.db"\napps = ["accounts"]\n'
    databases += '[databases.goods]\nurl = "sqlite:///b.db"\napps = ["shop"]\n'
    project.write("minimig.toml", text + databases)
    ProjectFolder(project.path).ok("migrate", "accounts")
    found = exploration(open_project(project.path), SQLITE)
    assert found.marks is not None
    assert [(marks.name, marks.apps, len(marks.applied)) for marks in found.marks] == [
        ("people", ("accounts",), 2),
        ("goods", ("shop",), 0),
    ]
