"""What a killed run left: met by an edited file, a missing file, a squash, or a question that only a person answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimig.errors import HistoryError, MigrationFailedError, QuestionError
from support.databases import Database
from support.dying import die_at
from support.histories import WORDS, History, counted, revision

THREE = """
up = [
    ops.AddColumn("words", sa.Column("slug", sa.String(20))),
    ops.CreateTable("pages", sa.Column("id", sa.Integer, primary_key=True)),
    ops.AddColumn("words", sa.Column("note", sa.String(20))),
]
"""


@pytest.fixture
def history(tmp_path: Path, mariadb_database: Database) -> History:
    """A table on a database that commits each DDL statement by itself, and three changes to come."""
    found = History.at(tmp_path, mariadb_database)
    found.write("0001_words", WORDS)
    found.migrate()
    found.write("0002_three", THREE)
    return found


def edit(history: History, name: str, old: str, new: str) -> None:
    """Replace what must be there."""
    path = history.folder / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- the file is another one than when it was begun -------------------------------------------------------------------


def test_what_ran_may_not_be_edited_what_did_not_may(history: History) -> None:
    """A half-applied file: another length of the column that is there is refused, a later table may get a column."""
    die_at(history, "CREATE TABLE pages")
    edit(history, "0002_three", '"slug", sa.String(20)', '"slug", sa.String(30)')
    with pytest.raises(HistoryError, match=r"shop\.0002_three") as caught:
        history.migrate()
    assert str(history.folder / "0002_three.py") in str(caught.value.where)
    assert history.tables == {"words"}
    edit(history, "0002_three", '"slug", sa.String(30)', '"slug", sa.String(20)')
    edit(history, "0002_three", "primary_key=True)", 'primary_key=True), sa.Column("title", sa.String(9))')
    history.migrate()
    assert history.columns("words") == ["id", "word", "slug", "note"]
    assert history.columns("pages") == ["id", "title"]
    assert history.values("SELECT count(*) FROM minimig_journal") == [0]


def test_a_half_applied_file_that_is_gone(history: History) -> None:
    """No run takes the database for healthy: the revision is named, and with the file back the run is finished."""
    die_at(history, "CREATE TABLE pages")
    path = history.folder / "0002_three.py"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    (history.folder / "0002_other.py").write_text(revision(["0001_words"], 'up = [ops.RunSQL("SELECT 1")]'))
    with pytest.raises(HistoryError, match=r"shop\.0002_three") as caught:
        history.migrate()
    assert "put its file back, then minimig migrate shop 0002_three" in str(caught.value.hint)
    assert history.applied == ["0001_words"]
    (history.folder / "0002_other.py").unlink()
    project = history.project()
    assert "[~] 0002_three  half applied" in project.ok("showmigrations").out
    for words in (["diagnose", "--no-schema"], ["repair"], ["migrate"], ["migrate", "-v"], ["upgrade"]):
        result = project.run(*words)
        assert (result.code, "put its file back, then minimig migrate" in result.text) == (7, True), result.text
    path.write_text(text, encoding="utf-8")
    history.migrate()
    assert history.columns("words") == ["id", "word", "slug", "note"]
    with counted(history.database.engine) as statements:
        assert history.migrate().steps == ()
    assert len(statements) == 1  # a run with nothing to do stays one query


@pytest.mark.parametrize("kind", ["postgresql", "sqlite"])
def test_it_is_noticed_where_journals_are_rare(tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """An `atomic = False` file, half applied and gone; without a journal a run with nothing to do stays one query."""
    history = History.at(tmp_path, request.getfixturevalue(f"{kind}_database"))
    history.write("0001_words", WORDS)
    history.migrate()
    with counted(history.database.engine) as statements:
        history.migrate()
    assert len(statements) == 1
    path = history.write("0002_three", f"atomic = False\n{THREE}")
    die_at(history, "CREATE TABLE pages")
    path.rename(tmp_path / "away.py")
    with pytest.raises(HistoryError, match=r"shop\.0002_three is half applied"):
        history.migrate()
    project = history.project()
    assert [project.run("migrate", *words).code for words in ([], ["--check"], ["--plan"])] == [7, 7, 7]
    (tmp_path / "away.py").rename(path)
    history.migrate()
    assert history.migrate().steps == ()
    assert "up to date" in project.ok("migrate").out


def test_what_waits_for_its_turn_stops_no_look(history: History) -> None:
    """A run that has nothing to do leaves a half-applied revision with a file alone, and one of another project."""
    die_at(history, "CREATE TABLE pages")
    assert history.migrate("0001").steps == ()
    history.migrate()
    history.run(
        "INSERT INTO minimig_journal (app, name, operation, piece, direction, status, operation_digest, digest)"
        " VALUES ('strange', '0001_x', 0, 0, 'forward', 'started', '', '')"
    )
    assert history.migrate().steps == ()
    assert "up to date" in history.project().ok("migrate").out


def test_a_squash_that_is_half_applied(history: History) -> None:
    """Killed inside a squash on an empty database, the next run goes on inside the squash."""
    history.migrate("zero")
    squash = WORDS.replace("\n]", ",") + THREE.replace("\nup = [", "").replace(",,", ",")
    path = history.folder / "0001_squashed.py"
    path.write_text(revision([], f'replaces = ["0001_words", "0002_three"]\n{squash}'), encoding="utf-8")
    die_at(history, "CREATE TABLE pages")
    assert history.applied == []
    steps = [planned.step.revision for planned in history.migrate().steps]
    assert steps == ["shop.0001_squashed"]
    assert history.columns("words") == ["id", "word", "slug", "note"]
    assert "0001_squashed" in history.applied


# --- what the schema cannot tell --------------------------------------------------------------------------------------

CODE = """
def step(connection, tables):
    connection.exec_driver_sql("INSERT INTO words (id, word) VALUES (1, 'one')")
    connection.exec_driver_sql("CREATE TABLE side (id INT)")
    connection.exec_driver_sql("INSERT INTO side VALUES (1)")

def done(connection, tables):
    return connection.scalar(sa.text("SELECT count(*) FROM words")) == 1

up = [ops.RunPython(step, reverse=ops.NOOP{})]
"""


def test_a_function_that_committed_and_died_is_a_question(history: History) -> None:
    """CREATE TABLE committed in the middle of it: nobody knows the rest, so a person has to say; nothing runs twice."""
    history.migrate()
    history.write("0003_code", CODE.format(""))
    die_at(history, "INSERT INTO side")
    for _ in range(2):
        with pytest.raises(QuestionError, match=r"it is not known whether this took effect: run Python") as caught:
            history.migrate()
        assert "--assume done" in str(caught.value.hint)
    project = history.project()
    assert project.run("migrate").code == 3
    project.ok("migrate", "--assume", "done")
    assert history.values("SELECT word FROM words") == ["one"]
    assert "0003_code" in history.applied


def test_a_probe_answers_for_a_function_that_died(history: History) -> None:
    """The project's own code looks at the rows; nobody is asked."""
    history.migrate()
    history.write("0003_code", CODE.format(", probe=done"))
    die_at(history, "INSERT INTO side")
    history.migrate()
    assert history.values("SELECT word FROM words") == ["one"]
    assert "0003_code" in history.applied


# --- the version table says no ----------------------------------------------------------------------------------------

NO_ROWS = (
    "CREATE TRIGGER no BEFORE INSERT ON {} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no rows today'"
)


def test_the_version_row_cannot_be_written_at_the_end(history: History) -> None:
    """All of the migration is there and its row is refused: the next run writes the row and nothing else."""
    history.run(NO_ROWS.format("minimig_version"))
    with pytest.raises(MigrationFailedError, match="failed at the end, writing the version table") as caught:
        history.migrate()
    assert "no rows today" in caught.value.message
    assert "it goes on where this one stopped" in str(caught.value.hint)
    assert history.columns("words") == ["id", "word", "slug", "note"]
    history.run("DROP TRIGGER no")
    history.migrate()
    assert history.applied == ["0001_words", "0002_three"]
    assert history.values("SELECT count(*) FROM minimig_journal") == [0]


def test_the_journal_cannot_be_written_at_the_start(history: History) -> None:
    """What cannot be noted is not begun."""
    history.run(NO_ROWS.format("minimig_journal"))
    with pytest.raises(MigrationFailedError, match="no rows today"):
        history.migrate()
    assert history.columns("words") == ["id", "word"]
    history.run("DROP TRIGGER no")
    history.migrate()
    assert history.applied == ["0001_words", "0002_three"]


# --- taking back ------------------------------------------------------------------------------------------------------


def test_the_way_back_fails_too(history: History) -> None:
    """Its second statement fails: nothing else is begun, and once the cause is mended the way back is finished."""
    history.migrate()
    history.run("ALTER TABLE pages ADD COLUMN more INT UNIQUE", "CREATE TABLE far (m INT REFERENCES pages (more))")
    with pytest.raises(
        MigrationFailedError, match=r"shop\.0002_three failed at operation \d of 3: drop table pages"
    ) as e:
        history.migrate("0001")
    assert "1 statement(s) of this migration took effect and stay" in e.value.message
    assert history.applied == ["0001_words", "0002_three"]
    with pytest.raises(HistoryError, match=r"shop\.0002_three"):
        history.migrate()
    history.run("DROP TABLE far")
    history.migrate("0001")
    assert history.columns("words") == ["id", "word"]
    assert history.applied == ["0001_words"]
