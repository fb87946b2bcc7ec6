"""A statement of which nobody heard: what the schema shows settles it, what no catalog shows is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.dialects.fingerprint import are_comparable, digest
from minimig.dialects.registry import editor_for
from minimig.errors import QuestionError
from minimig.runtime.output import LiveOutput
from support.databases import Database
from support.dying import die_at
from support.histories import WORDS, History

SWAP = "RENAME TABLE words TO spare, other TO words, spare TO other"


def doubtful(tmp_path: Path, database: Database, sql: str, *, header: str = "") -> History:
    """A history whose second revision runs one statement between two that change rows."""
    history = History.at(tmp_path, database)
    history.write("0001_words", WORDS)
    history.migrate()
    row = "ops.RunSQL({!r}, reverse=ops.NOOP)"
    lines = (row.format(text) for text in ("INSERT INTO words (id) VALUES (1)", sql, "UPDATE words SET id = id + 1"))
    history.write("0002_more", f"{header}\nup = [{', '.join(lines)}]")
    return history


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE `my-table` (id INTEGER)",
        "CREATE TABLE `a$b` (id INTEGER)",
        "CREATE TABLE `we ird%s` (id INTEGER)",
        "CREATE VIEW `größe.x` AS SELECT 1 AS one",
        "CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "GRANT SELECT ON words TO CURRENT_USER",
    ],
)
def test_mariadb_knows_what_took_effect_under_any_name(tmp_path: Path, mariadb_database: Database, sql: str) -> None:
    """A name of several words, and an event, are found again: nothing is made twice, and the run goes on."""
    history = doubtful(tmp_path, mariadb_database, sql)
    die_at(history, sql[:18], after=True)
    history.migrate()
    assert history.values("SELECT id FROM words") == [2]


@pytest.mark.parametrize("answer", ["done", "again"])
def test_tables_that_change_places_are_asked_about(tmp_path: Path, mariadb_database: Database, answer: str) -> None:
    """Two tables that are alike look the same in each other's place; a guess would change the rows of the wrong one."""
    history = doubtful(tmp_path, mariadb_database, SWAP)
    history.run("CREATE TABLE other LIKE words", "INSERT INTO other (id) VALUES (10)")
    die_at(history, "RENAME TABLE", after=answer == "done")
    with pytest.raises(QuestionError, match="RENAME TABLE"):
        history.migrate()
    history.migrate(assume=answer == "done")
    assert (history.values("SELECT id FROM words"), history.values("SELECT id FROM other")) == ([11], [1])


@pytest.mark.parametrize(
    ("kind", "sql", "unseen"),
    [
        ("mysql", SWAP, True),
        ("mysql", "RENAME TABLE a.words TO a.spare, a.other TO a.words", True),
        ("mysql", "RENAME TABLE IF EXISTS words TO spare, `to-do` TO other", False),
        ("mysql", "-- an account\nCREATE USER reader", True),
        ("mysql", "ALTER TABLE p EXCHANGE PARTITION p0 WITH TABLE t", True),
        ("mysql", "CREATE TABLE user (role INT)", False),
        ("postgresql", "/* for ids */ CREATE CAST (text AS xid) WITH INOUT", True),
        ("postgresql", "CREATE TABLE casts (operator INT)", False),
    ],
)
def test_what_no_catalog_shows_is_known(kind: str, sql: str, *, unseen: bool) -> None:
    """Told by how the statement begins; a column that is called like an account is none."""
    dialect = sa.create_engine({"mysql": "mysql+pymysql://", "postgresql": "postgresql+psycopg://"}[kind]).dialect
    assert type(editor_for(dialect, LiveOutput(None))).is_unseen(sql) is unseen  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES IN (1)",
        "CREATE PUBLICATION news FOR TABLE p1",
        "CREATE STATISTICS both_of ON id, d FROM p2",
        "CREATE COLLATION plain (locale = 'C')",
        "CREATE RULE twice AS ON INSERT TO p1 DO ALSO NOTIFY x",
        "ALTER TABLE p1 ENABLE ROW LEVEL SECURITY",
    ],
)
def test_postgresql_shows_what_took_effect(postgresql_database: Database, sql: str) -> None:
    """The fingerprint is another one behind each of these, which a file without a transaction may hold."""
    with postgresql_database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE p (id INT) PARTITION BY LIST (id)")
        connection.exec_driver_sql("CREATE TABLE p1 (id INT); CREATE TABLE p2 (id INT, d INT)")
        fingerprint = type(editor_for(connection.dialect, LiveOutput(connection))).fingerprint
        before = fingerprint(connection, sql)
        connection.exec_driver_sql(sql)
        assert fingerprint(connection, sql) != before


def test_a_server_that_was_replaced_meanwhile_settles_nothing(tmp_path: Path, mariadb_database: Database) -> None:
    """Another version may say the same in other words, which must not be taken for something that happened."""
    history = doubtful(tmp_path, mariadb_database, "CREATE TABLE made (id INTEGER)")
    die_at(history, "CREATE TABLE made")
    history.run("UPDATE minimig_journal SET fingerprint = concat('00000000', substr(fingerprint, 9))")
    with pytest.raises(QuestionError, match="CREATE TABLE made"):
        history.migrate()
    history.migrate(assume=False)
    assert "made" in history.tables


def test_a_fingerprint_says_what_it_was_made_by() -> None:
    """Equal facts of two versions of a server cannot be compared; those of one version can."""
    older, newer = (sa.create_engine("sqlite://").dialect for _ in range(2))
    older.server_version_info, newer.server_version_info = (10, 6), (11, 4)  # type: ignore[attr-defined]
    assert not are_comparable(digest(older, ["a"]), digest(newer, ["a"]))
    assert are_comparable(digest(older, ["a"]), digest(older, ["b"]))
    assert len(digest(older, [])) == 40
