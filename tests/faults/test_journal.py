"""What a run that stopped half-way leaves, and how the next one goes on: edits, questions, other commands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from minimig.commands.interrupted import forget_half_done, half_done
from minimig.commands.stamping import stamp
from minimig.errors import HistoryError, MigrationFailedError, QuestionError, UnsupportedError
from minimig.migrating import folder_project
from minimig.runtime.pieces import Kind, Sent, pieces
from support.databases import Database
from support.histories import WORDS, History, counted, revision

HALF = """
up = [
    ops.CreateTable("one", sa.Column("id", sa.Integer, primary_key=True)),
    ops.RunSQL("INSERT INTO one (id) VALUES (1)", reverse="DELETE FROM one"),
    ops.CreateTable("two", sa.Column("id", sa.Integer, primary_key=True)),
    ops.RunSQL("INSERT INTO nowhere (id) VALUES (1)", reverse=ops.NOOP),
]
"""
DOUBTFUL = """
def step(connection, tables):
    connection.execute(tables.words.insert().values(id=1, word="a"))
    connection.exec_driver_sql("CREATE TABLE made (id INTEGER)")
    raise SystemExit

up = [ops.RunPython(step, reverse=ops.NOOP{probe})]
"""


@pytest.fixture
def history(tmp_path: Path, mariadb_database: Database) -> History:
    """A table of words on MariaDB, which cannot take DDL back."""
    history = History.at(tmp_path, mariadb_database)
    history.write("0001_words", WORDS)
    history.migrate()
    return history


def notes(history: History) -> int:
    """How many rows the journal has."""
    return history.values("SELECT count(*) FROM minimig_journal")[0]


def test_a_failed_run_goes_on_where_it_stopped(history: History) -> None:
    """What ran is not run again once the file is mended, the journal is empty in the end, and the way down works."""
    path = history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError, match="it goes on where this one stopped"):
        history.migrate()
    assert {"one", "two"} <= history.tables
    assert history.applied == ["0001_words"]
    path.write_text(path.read_text().replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)"))
    history.migrate()
    assert (history.values("SELECT id FROM one"), history.values("SELECT id FROM two")) == ([1], [7])
    assert notes(history) == 0
    history.migrate("0001")
    assert history.tables == {"words"}


def test_what_ran_may_not_change_in_the_file(history: History) -> None:
    """An edit of a statement that took effect is refused, and named; put back, the run goes on."""
    path = history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    mended = path.read_text().replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)")
    path.write_text(mended.replace('"id", sa.Integer, primary_key=True)', '"nr", sa.Integer, primary_key=True)', 1))
    with pytest.raises(HistoryError, match="what has run already was changed in the file since") as caught:
        history.migrate()
    assert "up[0]" in str(caught.value.where)
    path.write_text(mended)
    history.migrate()
    assert "0002_half" in history.applied


def test_another_way_is_refused_while_something_is_half_done(history: History) -> None:
    """Going elsewhere first is refused with the command that finishes; forgotten, it begins anew."""
    history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    with pytest.raises(HistoryError, match=r"shop\.0002_half is half applied") as caught:
        history.migrate("zero")
    assert "minimig migrate shop 0002_half" in str(caught.value.hint)
    history.run("DROP TABLE one", "DROP TABLE two")
    forget(history)
    history.migrate("zero")
    assert history.tables == set()


def test_a_file_that_came_meanwhile_does_not_run_first(history: History) -> None:
    """What does not have to be there for the half-done one waits for it: the states of both would be wrong."""
    path = history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    path.write_text(path.read_text().replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)"))
    early = 'up = [ops.CreateTable("early", sa.Column("id", sa.Integer, primary_key=True))]'
    (history.folder / "0001b_early.py").write_text(revision(["0001_words"], early))
    (history.folder / "0003_merge.py").write_text(revision(["0001b_early", "0002_half"], "up = []"))
    with pytest.raises(HistoryError, match=r"shop\.0002_half is half applied") as caught:
        history.migrate()
    assert "minimig migrate shop 0002_half" in str(caught.value.hint)
    history.migrate("0002_half")
    history.migrate()
    assert history.applied == ["0001_words", "0001b_early", "0002_half", "0003_merge"]


def test_what_it_depends_on_now_runs_first(history: History) -> None:
    """A half-done file that was given another dependency is not stuck."""
    path = history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    mended = path.read_text().replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)")
    path.write_text(mended.replace('["0001_words"]', '["0001b_early"]').replace("['0001_words']", "['0001b_early']"))
    early = 'up = [ops.CreateTable("early", sa.Column("id", sa.Integer, primary_key=True))]'
    (history.folder / "0001b_early.py").write_text(revision(["0001_words"], early))
    history.migrate()
    assert history.applied == ["0001_words", "0001b_early", "0002_half"]


def test_what_is_stamped_is_not_half_done_any_more(history: History) -> None:
    """Whoever records the revision says that it is all there; so does taking its row away."""
    history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    stamp(folder_project(history.database.engine, history.folder, None), ["head"])
    assert (notes(history), history.applied) == (0, ["0001_words", "0002_half"])


def forget(history: History) -> None:
    """What `minimig repair --forget` does."""
    project = folder_project(history.database.engine, history.folder, None)
    with history.database.engine.connect() as connection:
        [half] = half_done(project, connection)
        assert half.revision == "shop.0002_half"
    forget_half_done(project, "0002_half")


def test_a_way_down_that_stopped_is_not_called_up_to_date(history: History) -> None:
    """A run with nothing to do says so only when nothing is half taken back."""
    history.write("0002_half", HALF.replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)"))
    history.migrate()
    path = history.folder / "0002_half.py"
    path.write_text(path.read_text().replace("DELETE FROM one", "DELETE FROM nowhere"))
    history.run("UPDATE minimig_version SET checksum = NULL")  # as for a row of an older minimig
    with pytest.raises(MigrationFailedError):
        history.migrate("0001")
    with pytest.raises(HistoryError, match=r"shop\.0002_half is half taken back") as caught:
        history.migrate()
    assert "minimig migrate shop 0001_words" in str(caught.value.hint)
    path.write_text(path.read_text().replace("DELETE FROM nowhere", "DELETE FROM one"))
    history.migrate("0001")
    assert history.tables == {"words"}


@pytest.mark.parametrize(("assume", "rows"), [(True, [1]), (False, [1, 2])])
def test_a_function_that_committed_by_itself_is_asked_about(history: History, rows: list[int], *, assume: bool) -> None:
    """Killed behind its own DDL nobody can know: exit 3 and a question; the answer is taken."""
    path = history.write("0002_doubt", DOUBTFUL.format(probe=""))
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever a process ends with
        history.migrate()
    history.run("UPDATE minimig_journal SET status = 'open'")
    body = path.read_text().replace("id=1", "id=2").replace("raise SystemExit", "return")
    path.write_text(body.replace('"CREATE TABLE made (id INTEGER)"', '"DROP TABLE made"'))
    with pytest.raises(QuestionError, match="it is not known whether this took effect: run Python step") as caught:
        history.migrate()
    assert (caught.value.exit_code, "--assume done" in str(caught.value.hint)) == (3, True)
    migrate_assuming(history, assume=assume)
    assert history.values("SELECT id FROM words ORDER BY id") == rows
    assert notes(history) == 0


def migrate_assuming(history: History, *, assume: bool) -> None:
    """What `minimig migrate --assume done|again` does."""
    from minimig.commands.applying import MigrateOptions, migrate_project

    migrate_project(
        folder_project(history.database.engine, history.folder, None), options=MigrateOptions(assume=assume)
    )


def test_a_probe_answers_in_place_of_a_person(history: History) -> None:
    """The project's own code may tell whether a step happened."""
    probe = (
        ", probe=lambda connection, tables: connection.scalar(sa.select(sa.func.count()).select_from(tables.words)) > 0"
    )
    history.write("0002_doubt", DOUBTFUL.format(probe=probe))
    with pytest.raises(BaseException):  # noqa: B017, PT011 - whatever a process ends with
        history.migrate()
    history.run("UPDATE minimig_journal SET status = 'open'")
    history.migrate()
    assert history.values("SELECT id FROM words") == [1]
    assert "0002_doubt" in history.applied


def test_one_transaction_for_a_run_is_all_or_nothing(tmp_path: Path, postgresql_database: Database) -> None:
    """`--atomic-run`: a failure in the last file takes back the first; what cannot be in it is refused beforehand."""
    from minimig.commands.applying import MigrateOptions, migrate_project

    history = History.at(tmp_path, postgresql_database)
    history.write("0001_words", WORDS)
    path = history.write("0002_half", HALF)
    whole = MigrateOptions(whole=True)

    def run() -> None:
        migrate_project(folder_project(history.database.engine, history.folder, None), options=whole)

    with pytest.raises(MigrationFailedError, match="the whole run left nothing behind"):
        run()
    assert history.tables == set()
    path.write_text(path.read_text().replace("INTO nowhere (id) VALUES (1)", "INTO two (id) VALUES (7)"))
    run()
    assert history.applied == ["0001_words", "0002_half"]
    history.write("0003_alone", "atomic = False\nup = []\ndown = []")
    history.write("0004_index", 'up = [ops.CreateIndex("ix", "words", ["word"], postgresql_concurrently=True)]')
    with pytest.raises(UnsupportedError, match=r"shop\.0004_index cannot be part of one transaction"):
        run()
    assert len(history.applied) == 2


@pytest.mark.parametrize("fails", [False, True])
def test_a_step_may_leave_the_transaction(tmp_path: Path, database: Database, *, fails: bool) -> None:
    """`atomic=False` of one operation: VACUUM and commits work, what is before it stays, and nothing happens twice."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    path = history.write(
        "0002_out",
        f"""
        def step(connection, tables):
            connection.execute(tables.words.insert().values(id=2, word="b"))
            connection.commit()
            if {fails}:
                connection.execute(sa.text("SELECT nothing_there FROM words"))

        up = [
            ops.RunSQL("INSERT INTO words (id, word) VALUES (1, 'a')", reverse=ops.NOOP),
            ops.RunSQL({{"postgresql": "VACUUM words", "sqlite": "VACUUM"}}, reverse=ops.NOOP, atomic=False),
            ops.AddColumn("words", sa.Column("slug", sa.String(20))),
            ops.RunPython(step, reverse=ops.NOOP, atomic=False),
            ops.CreateIndex("ix_slug", "words", ["slug"]),
        ]
        """,
    )
    if fails:
        with pytest.raises(MigrationFailedError):
            history.migrate()
        assert history.values("SELECT id FROM words ORDER BY id")[:1] == [1]
        path.write_text(path.read_text().replace("if True", "if False").replace("id=2", "id=3"))
    history.migrate()
    assert history.values("SELECT word FROM words WHERE id = 1") == ["a"]
    assert [index["name"] for index in sa.inspect(database.engine).get_indexes("words")] == ["ix_slug"]
    assert notes(history) == 0


def test_what_took_effect_before_a_failure_is_noted(history: History) -> None:
    """The journal of a failed run tells how far it came: `diagnose` and `repair` show it."""
    history.write("0002_half", HALF)
    with pytest.raises(MigrationFailedError):
        history.migrate()
    project = folder_project(history.database.engine, history.folder, None)
    with history.database.engine.connect() as connection:
        [half] = half_done(project, connection)
    assert (half.done, half.noted, half.started) == (3, 4, None)


def test_emptying_a_table_is_never_guessed_about() -> None:
    """The schema does not show whether TRUNCATE took effect, and a second one would take rows that came since."""
    dialect = sa.create_engine("mysql+pymysql://").dialect
    [piece] = pieces([Sent("TRUNCATE TABLE words")], dialect)
    assert piece.kind is Kind.UNKNOWN


def test_recording_asks_the_journal_once(tmp_path: Path, database: Database) -> None:
    """`--fake` over many revisions asks the journal no more often than over one."""
    history = History.at(tmp_path, database)
    asked = []
    for target in ("0001", "0009"):
        for number in range(len(history.names) + 1, int(target) + 1):
            history.write(f"000{number}_more", "up = []\ndown = []")
        with counted(database.engine) as seen:
            history.migrate(target, fake=True)
        asked.append(len([statement for statement in seen if "minimig_journal" in statement]))
    assert len(history.applied) == 9
    assert asked[0] == asked[1]


def test_what_a_statement_that_commits_takes_besides(history: History) -> None:
    """A migration of one statement asks and writes six times more, where DDL cannot be taken back."""
    sent: list[str] = []

    def listen(*words: Any) -> None:
        sent.append(" ".join(words[2].split()[:3]))

    for number in (2, 3):
        history.write(f"000{number}_more", f'up = [ops.AddColumn("words", sa.Column("c{number}", sa.Integer))]')
    sa.event.listen(history.database.engine, "before_cursor_execute", listen)
    history.migrate()
    first, second = (place for place, each in enumerate(sent) if each == "ALTER TABLE words")
    assert sent[first + 1 : second] == [
        "DELETE FROM minimig_journal",
        "INSERT INTO minimig_version",
        "SELECT @@SESSION.sql_mode",
        "SELECT table_schema, table_name,",
        "SHOW CREATE TABLE",
        "INSERT INTO minimig_journal",
    ]
