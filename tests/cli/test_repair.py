"""Applied files that are edited, and `minimig repair`: what stops, what does not, and the ways out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.commands.project import Project
from minimig.commands.repairing import EditedFile, accept
from minimig.config import load_settings
from minimig.environment import load_environment
from minimig.errors import HistoryError
from support.databases import Database
from support.histories import WORDS, History, add, counted, two_apps
from support.projects import ProjectFolder
from support.terminal import on_terminal

SLUG = 'up = [ops.AddColumn("words", sa.Column("slug", sa.String(20)))]'
FILL = """
def fill(connection, tables):
    connection.execute(tables.words.insert().values(id=1, word="{}"))

up = [ops.RunPython(fill, reverse=ops.NOOP)]
"""


@pytest.fixture
def history(tmp_path: Path, database: Database) -> History:
    """Two applied revisions, a third to come."""
    found = History.at(tmp_path, database)
    found.write("0001_words", WORDS)
    found.write("0002_fill", FILL.format("one"))
    found.migrate()
    found.write("0003_slug", SLUG)
    return found


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """Two apps, applied, and a revision to come."""
    found = two_apps(tmp_path, sqlite_database.url)
    found.ok("migrate")
    add(found, "accounts.0003_mail", ["0002_nick"], 'ops.AddColumn("users", sa.Column("mail", sa.String(40)))')
    return found


def edit(path: Path, old: str, new: str) -> None:
    """Replace what must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def nick(project: ProjectFolder, length: int, old: int = 40) -> None:
    """Edit an applied file so that it means something else."""
    edit(project.path / "accounts/migrations/0002_nick.py", f"String({old})", f"String({length})")


# --- what a run says --------------------------------------------------------------------------------------------------


def test_an_edited_file_stops_a_run(history: History) -> None:
    """A changed schema or a changed data step: nothing runs, the file is named; put back, the run goes on."""
    for name, old, new in (("0001_words", "String(200)", "String(99)"), ("0002_fill", '"one"', '"two"')):
        path = history.folder / f"{name}.py"
        edit(path, old, new)
        with pytest.raises(HistoryError, match=rf"shop\.{name} was edited after this database applied it") as caught:
            history.migrate()
        assert caught.value.where == str(path)
        assert f"minimig repair --accept shop.{name}" in str(caught.value.hint)
        with pytest.raises(HistoryError):
            history.migrate("zero")
        edit(path, new, old)
    assert history.applied == ["0001_words", "0002_fill"]
    history.migrate()
    assert "slug" in history.columns("words")


def test_spelling_stops_nothing(history: History) -> None:
    """Comments, CRLF, quotes, a formatter's line breaks, a docstring, labels: the run goes on."""
    path = history.folder / "0001_words.py"
    edit(path, "sa.String(200)", "sa.String(\n  200,\n)")
    edit(path, '"A revision."', '"Words."')
    text = path.read_text(encoding="utf-8").replace('"words"', "'words'") + "# a comment\nlabels = ['start']\n"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert [planned.step.revision for planned in history.migrate().steps] == ["shop.0003_slug"]


def test_a_run_with_nothing_to_do_opens_no_file_to_compare(history: History) -> None:
    """It stays one query, and passes whatever was edited."""
    history.migrate()
    edit(history.folder / "0001_words.py", "String(200)", "String(99)")
    with counted(history.database.engine) as seen:
        assert history.migrate().steps == ()
    assert len(seen) == 1


@pytest.mark.parametrize("value", ["NULL", "'0:abc'", "'abc'"])
def test_a_row_without_a_checksum_of_ours_is_passed_over(history: History, value: str) -> None:
    """Written by an older minimig, by another way of telling, or by hand: nobody can know, so nothing stops."""
    history.run(f"UPDATE minimig_version SET checksum = {value}")
    edit(history.folder / "0001_words.py", "String(200)", "String(99)")
    history.migrate()
    assert "0003_slug" in history.applied


def test_a_file_that_a_squash_stands_for_is_passed_over(project: ProjectFolder) -> None:
    """Nothing rests on it any more."""
    project.ok("migrate")
    project.ok("squashmigrations", "accounts", "--no-input")
    project.ok("migrate")
    nick(project, 50)
    add(project, "shop.0003_note", ["0002_owner"], 'ops.AddColumn("carts", sa.Column("note", sa.String(40)))')
    project.ok("migrate")
    project.ok("repair")


def test_the_plan_says_it_and_fake_gets_past(project: ProjectFolder) -> None:
    """`--plan` and `--check` end with 7 as the run would; `--fake` runs nothing, and records the file of now."""
    nick(project, 50)
    for words in (["migrate"], ["migrate", "--plan"], ["migrate", "--check"], ["upgrade"], ["downgrade", "shop.zero"]):
        result = project.run(*words)
        assert (result.code, "accounts.0002_nick was edited" in result.err) == (7, True), result.text
    project.ok("migrate", "--fake", "accounts", "0001")
    project.ok("migrate", "--fake", "accounts", "0002")
    project.ok("migrate", "--fake", "shop")
    project.ok("migrate")


def test_stamp_records_the_file_of_now(project: ProjectFolder) -> None:
    """A row that is written anew has the checksum of the file as it is."""
    nick(project, 50)
    project.ok("stamp", "accounts.0001")
    project.ok("stamp", "heads")
    project.ok("migrate", "shop", "0001")


def test_a_note_for_who_wants_to_know(project: ProjectFolder) -> None:
    """A cosmetic edit is told with -v, and not without."""
    edit(project.path / "accounts/migrations/0002_nick.py", "up = ", "# why\nup = ")
    assert "was edited" not in project.ok("migrate").text
    add(project, "accounts.0004_age", ["0003_mail"], 'ops.AddColumn("users", sa.Column("age", sa.Integer))')
    assert "the file of accounts.0002_nick was edited" in project.ok("migrate", "-v").err


# --- repair -----------------------------------------------------------------------------------------------------------


def test_nothing_is_wrong(project: ProjectFolder) -> None:
    """Exit 0, in words and as JSON; the database is not changed."""
    assert "Nothing is wrong" in project.ok("repair").out
    assert json.loads(project.ok("repair", "--json").out)["clean"] is True


def test_a_database_that_is_not_there(tmp_path: Path, sqlite_database: Database) -> None:
    """Nothing is wrong with it, and asking does not make it."""
    two_apps(tmp_path, sqlite_database.url).ok("repair")
    assert not Path(str(sqlite_database.engine.url.database)).exists()


def test_the_difference_is_shown(project: ProjectFolder) -> None:
    """What was applied and what the file says now, line by line, with both ways on; exit 7."""
    nick(project, 50)
    result = project.run("repair")
    assert result.code == 7
    lines = [line.strip() for line in result.out.splitlines()]
    assert '-    ops.AddColumn("users", sa.Column("nick", sa.String(40))),' in lines
    assert '+    ops.AddColumn("users", sa.Column("nick", sa.String(50))),' in lines
    assert "minimig repair --accept accounts.0002_nick" in result.out
    [told] = json.loads(project.run("repair", "--json").out)["edited"]
    assert (told["revision"], told["cosmetic"]) == ("accounts.0002_nick", False)
    assert any("String(50)" in line for line in told["difference"])


def test_accepting(project: ProjectFolder, sqlite_database: Database) -> None:
    """Not without --yes where nobody can be asked; then the row says what the file says, way back included."""
    nick(project, 50)
    refused = project.run("repair", "--accept", "accounts.0002")
    assert (refused.code, "--yes" in refused.err, "String(50)" in refused.err) == (3, True, True)
    assert project.run("migrate").code == 7
    before = rows(sqlite_database)
    assert "Accepted accounts.0002_nick" in project.ok("repair", "--accept", "accounts.0002", "--yes").out
    after = rows(sqlite_database)
    assert {name for name, row in after.items() if row != before[name]} == {"0002_nick"}
    assert "String(50)" in after["0002_nick"][2]
    assert "Nothing to do" in project.ok("repair", "--accept", "accounts.0002", "--yes").out
    project.ok("repair")
    project.ok("migrate")
    path = project.path / "accounts/migrations/0002_nick.py"
    path.write_text(path.read_text() + "# why\n")
    assert "only its spelling" in project.ok("repair", "--accept", "accounts.0002", "--yes").err
    assert "note" not in project.ok("migrate", "accounts", "0001", "-v").err


def test_accepting_at_a_terminal(project: ProjectFolder, sqlite_database: Database) -> None:
    """The difference, then the question; what costs nothing is no."""
    nick(project, 50)
    words = ["repair", "--accept", "accounts.0002"]
    refused = on_terminal(project, words, ("what was applied here?", "\n"))
    assert (refused.code, "String(50)" in refused.text) == (130, True), refused.text
    assert "String(50)" not in rows(sqlite_database)["0002_nick"][2]
    agreed = on_terminal(project, words, ("what was applied here?", "y\n"))
    assert (agreed.code, "Accepted accounts.0002_nick" in agreed.text) == (0, True), agreed.text
    assert "String(50)" in rows(sqlite_database)["0002_nick"][2]


def test_accepting_changes_nothing_that_changed_meanwhile(project: ProjectFolder, sqlite_database: Database) -> None:
    """While the difference was looked at, another one took the revision back and applied it again: look again."""
    nick(project, 50)
    code = Project(load_environment(load_settings(project.path, environ={}, overrides={"url": sqlite_database.url})))

    def agree(shown: Sequence[EditedFile]) -> bool:
        with sqlite_database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE minimig_version SET checksum = '1:other' WHERE name = '0002_nick'")
        return True

    with pytest.raises(HistoryError, match=r"another run has changed the row of accounts\.0002_nick"):
        accept(code, ["accounts.0002_nick"], agree)
    assert rows(sqlite_database)["0002_nick"][0] == "1:other"


def test_accepting_a_row_without_a_checksum(project: ProjectFolder, sqlite_database: Database) -> None:
    """A row of an older layout gets what it lacks."""
    with sqlite_database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE minimig_version DROP COLUMN way_back")
        connection.exec_driver_sql("UPDATE minimig_version SET checksum = NULL, file_checksum = NULL")
    project.ok("repair", "--accept", "accounts.0002_nick", "--yes")
    assert all(rows(sqlite_database)["0002_nick"])
    nick(project, 50)
    assert project.run("migrate").code == 7


def test_a_file_that_does_not_fit_cannot_be_accepted(project: ProjectFolder) -> None:
    """The reason is told, and nothing is changed."""
    edit(project.path / "accounts/migrations/0002_nick.py", '"users"', '"nobody"')
    result = project.run("repair", "--accept", "accounts.0002", "--yes")
    assert (result.code, "nobody" in result.err) == (7, True), result.text
    listed = project.run("repair")
    assert (listed.code, "cannot be shown" in listed.out) == (7, True), listed.text


def test_words_that_name_nothing(project: ProjectFolder) -> None:
    """Unknown, several, none, both options: exit 2, each with what to do."""
    for words, said in (
        (["--accept", "accounts.0009"], "no applied revision"),
        (["--accept", "000"], "several"),
        (["--accept"], "need revisions"),
        (["accounts.0001"], "need revisions"),
        (["--accept", "--forget", "accounts.0001"], "exclude"),
        (["--forget", "accounts.0001"], "is not half-done"),
    ):
        result = project.run("repair", *words)
        assert (result.code, said in result.err) == (2, True), result.text


def test_a_broken_file_hides_nothing(project: ProjectFolder) -> None:
    """The rest is told, and what is broken with it."""
    nick(project, 50)
    (project.path / "shop/migrations/0001_carts.py").write_text("up = [")
    result = project.run("repair")
    assert result.code == 7
    assert "accounts.0002_nick was edited" in result.out
    assert "0001_carts.py" in result.err


def test_rows_that_no_file_fits(project: ProjectFolder) -> None:
    """A file that is gone, and one that has a new parent which is not applied."""
    (project.path / "shop/migrations/0002_owner.py").unlink()
    add(project, "accounts.0001b_early", ["0001_users"], "")
    edit(project.path / "accounts/migrations/0002_nick.py", "accounts.0001_users", "accounts.0001b_early")
    result = project.run("repair")
    assert result.code == 7
    assert "shop.0002_owner is applied, and its file is gone" in result.out
    assert "accounts.0002_nick is applied, but accounts.0001b_early" in result.out


def test_a_half_done_migration(tmp_path: Path, mariadb_database: Database) -> None:
    """It is told with what is known of it and both ways on; forgotten, nothing is wrong any more."""
    project = two_apps(tmp_path, mariadb_database.url)
    add(
        project,
        "accounts.0003_two",
        ["0002_nick"],
        'ops.AddColumn("users", sa.Column("mail", sa.String(40))), ops.RunSQL("SELECT nothing_there")',
    )
    assert project.run("migrate").code == 1
    result = project.run("repair")
    assert result.code == 7
    assert "accounts.0003_two is half applied" in result.out
    assert "minimig migrate accounts 0003_two finishes it" in result.out
    [told] = json.loads(project.run("repair", "--json").out)["half_done"]
    assert told["direction"] == "forward"
    assert "Forgot" in project.ok("repair", "--forget", "accounts.0003_two").out
    project.ok("repair")


def rows(database: Database) -> dict[str, tuple[str, ...]]:
    """What the version table has of each file."""
    with database.engine.connect() as connection:
        found = connection.execute(sa.text("SELECT name, checksum, file_checksum, way_back FROM minimig_version"))
        return {row[0]: tuple(row[1:]) for row in found}


# --- lists ------------------------------------------------------------------------------------------------------------


def test_lists_mark_what_is_half_done(tmp_path: Path, mariadb_database: Database) -> None:
    """Lists and plans say so, on the way up and on the way down; `current --check-heads` ends with 4."""
    project = two_apps(tmp_path, mariadb_database.url)
    stop = 'ops.RunSQL("SELECT 1", reverse="SELECT nothing_there")'
    more = 'ops.AddColumn("users", sa.Column("mail", sa.String(40)))'
    path = add(project, "accounts.0003_two", ["0002_nick"], f'{more}, ops.RunSQL("SELECT nothing_there")')
    project.run("migrate", "accounts")
    assert "[~] 0003_two    half applied" in project.ok("showmigrations").out
    assert "accounts.0003_two  half applied" in project.ok("current").out
    assert json.loads(project.ok("current", "--json").out)["half_done"] == {"accounts.0003_two": "forward"}
    assert "  accounts.0003_two  (half applied already: it goes on there)" in project.ok("migrate", "--plan").out
    other = project.ok("migrate", "shop", "0001", "--plan").out
    assert "But accounts.0003_two is half applied, and comes first: minimig diagnose tells what to do." in other
    assert project.run("migrate", "shop", "0001").code == 7
    edit(path, 'ops.RunSQL("SELECT nothing_there")', f'{stop}, ops.AddColumn("users", sa.Column("age", sa.Integer))')
    project.ok("migrate")
    project.ok("current", "--check-heads")
    assert project.run("migrate", "accounts", "0002").code == 1
    assert "[~] accounts.0003_two    half taken back" in project.ok("showmigrations", "--plan").out
    assert "accounts.0003_two  half taken back" in project.ok("current").out
    assert project.run("current", "--check-heads").code == 4


def test_lists_tell_edits_to_who_asks(project: ProjectFolder) -> None:
    """`showmigrations -v` compares files with rows; without -v no file is looked at for that."""
    nick(project, 50)
    first = project.path / "accounts/migrations/0001_users.py"
    first.write_text(first.read_text() + "# why\n")
    assert "edited" not in project.ok("showmigrations").out
    out = project.ok("showmigrations", "-v").out
    assert "its file was edited since, and does something else now" in out
    assert "its file was spelled anew since" in out
    shown = {
        row["revision"]: row["edited"] for row in json.loads(project.ok("showmigrations", "--json").out)["migrations"]
    }
    assert set(shown.values()) == {None}
