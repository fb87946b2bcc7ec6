"""Scripts are split where the database itself would see the end of a statement."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from minimig.dialects.script import STANDARD, split_script, syntax_of
from minimig.errors import StateError
from support.databases import Database

ROUTINE = """
CREATE DEFINER=`root`@`localhost` PROCEDURE p(x INT) COMMENT 'a; b' BEGIN
    DECLARE done INT DEFAULT 0;
    DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN SET done = 1; END;
    IF x > 1 THEN SET x = IF(x > 2, 1, 2); ELSEIF x = 0 THEN SET x = REPEAT('1', 2); ELSE IF x THEN SET x = 3; END IF;
    END IF;
    WHILE x > 9 DO SET x = x - 1; END WHILE;
    walk: LOOP LEAVE walk; END LOOP walk;
    REPEAT SET x = x + 1; UNTIL x > 3 END REPEAT;
    CASE x WHEN 1 THEN SELECT 1; ELSE BEGIN END; END CASE;
    SELECT CASE WHEN x THEN IF(x, 1, 2) ELSE REPEAT('a', 2) END AS `end;`, NEW.begin;
END"""

SPLIT = {
    # text that any database reads alike
    "quotes": ("all", ["SELECT 'a;b', 'it''s; '';'", 'SELECT 1 AS "x;""y"']),
    "comments": ("all", ["-- one; it's\nSELECT 1 /* two; it's */", "SELECT 2 -- three; it's"]),
    "backslash at the end": ("sqlite postgresql mssql standard", ["SELECT 'C:\\'", "SELECT 'x'"]),
    "transaction": ("all", ["BEGIN TRANSACTION", "SELECT 1", "COMMIT"]),
    "case": ("all", ["SELECT CASE WHEN a THEN 1 END FROM t", "SELECT 2"]),
    "names like words": ("sqlite postgresql standard", ["CREATE TABLE t (begin int, loop int)", "SELECT begin FROM t"]),
    "if exists": ("all", ["DROP TABLE IF EXISTS a", "CREATE TABLE IF NOT EXISTS b (c int)", "SELECT 1"]),
    "dollars in names": ("postgresql", ["SELECT a$b$c", "SELECT $1", "SELECT x$$ FROM t$$"]),
    # PostgreSQL
    "nested comment": ("postgresql mssql", ["SELECT 1 /* a /* b; */ c; */", "SELECT 2"]),
    "comment that does not nest": ("sqlite mysql", ["SELECT 1 /* a /* b; */", "SELECT 2"]),
    "E string": ("postgresql", [r"SELECT E'a\'; b', e'\\'", "SELECT 2"]),
    "dollar quotes": ("postgresql", ["DO $a1$ BEGIN; $$ ; $$ END $a1$", "SELECT $é$ ; $é$"]),
    "hash is an operator": ("postgresql", ["SELECT 5 # 3", "SELECT '{}'::json #> '{a}'", "SELECT 3"]),
    "atomic body": (
        "postgresql",
        [
            ("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC"
            " SELECT CASE WHEN true THEN 1 END; SELECT 2; END"),
            "SELECT 2",
        ],
    ),
    "rule": ("postgresql", ["CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)", "SELECT 2"]),
    "array": ("postgresql", ["SELECT a[1], '{1;2}'", "SELECT 2"]),
    # SQLite
    "trigger": (
        "sqlite",
        [
            ("CREATE TEMP TRIGGER IF NOT EXISTS a AFTER INSERT ON t BEGIN"
            " SELECT CASE WHEN 1 THEN RAISE(ABORT, 'x;') END; DELETE FROM t; END"),
            "SELECT 2",
        ],
    ),
    "brackets": ("sqlite mssql", ["SELECT 1 AS [a;'b]", "SELECT 2"]),
    # MySQL and MariaDB
    "backticks": ("mysql mariadb sqlite", ["SELECT 1 AS `a;'``b`", "SELECT 2"]),
    "backslashes": ("mysql mariadb", [r"SELECT 'it\'s; x\\'", r'SELECT "\"; "', "SELECT 3"]),
    "hash comment": ("mysql", ["SELECT 1 # it's; fine", "SELECT 2 #;"]),
    "minus minus": ("mysql", ["SELECT 5--1", "SELECT 2 --\tx;"]),
    "code in comments": ("mysql", ["/*!40101 SET NAMES utf8; */", "/*M!100101 SET x = 1 */", "SELECT 2"]),
    "routine": ("mysql mariadb", [ROUTINE.strip(), "SELECT 2"]),
    "trigger with one statement": (
        "mysql",
        [
            "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.a = IF(NEW.b, 1, 2)",
            "CREATE TRIGGER y BEFORE INSERT ON t FOR EACH ROW IF NEW.b THEN SET NEW.a = 1; SET NEW.c = 2; END IF",
            "SELECT 2",
        ],
    ),
    "event": ("mysql", ["CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DELETE FROM u; END", "DO 1"]),
    "anonymous block": ("mariadb", ["BEGIN NOT ATOMIC FOR i IN 1..3 DO SELECT i; END FOR; END", "BEGIN", "COMMIT"]),
    # SQL Server
    "block": (
        "mssql",
        [
            "IF 1 = 1 BEGIN SELECT CASE WHEN 1 = 1 THEN 1 END; SELECT 2; END",
            "BEGIN TRAN",
            "BEGIN TRY BEGIN CASE_; END; SELECT 1; END TRY BEGIN CATCH THROW; END CATCH",
        ],
    ),
    "variables": ("mssql", ["SELECT 1", "DECLARE @x int = 1; SELECT @x; SELECT 2"]),
    "body": ("mssql", ["CREATE OR ALTER PROCEDURE p AS SELECT 1; SELECT 2"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SPLIT)
def test_statements_end_where_the_database_sees_their_end(name: str) -> None:
    """Strings, comments and bodies of each database keep their semicolons, whatever stands before and after."""
    dialects, statements = SPLIT[name]
    every = "sqlite postgresql mysql mariadb mssql standard"
    for dialect in (every if dialects == "all" else dialects).split():
        script = "\n;\n".join(statements) + "\n;;  ;\n-- the end;"
        found = split_script(script, syntax_of(dialect))
        kept = found if dialect != "mssql" else [text.partition("\n;;")[0] for text in found]
        assert kept == statements, dialect


def test_pieces_without_sql_are_no_statements() -> None:
    """A byte order mark, CRLF, empty statements and lone comments make none."""
    script = "\ufeff;\r\n-- a;\r\n/* b; */;\r\nSELECT 1\r\n;\r\n;-- c\r\n"
    assert split_script(script, STANDARD) == ["SELECT 1"]
    assert split_script("", STANDARD) == []
    assert split_script("SELECT 1 -- no semicolon", STANDARD) == ["SELECT 1 -- no semicolon"]


def test_a_comment_stays_with_the_statement_it_is_about() -> None:
    """What stands before a statement is sent with it."""
    assert split_script("-- why\nSELECT 1;\n-- because\nSELECT 2;", STANDARD) == [
        "-- why\nSELECT 1",
        "-- because\nSELECT 2",
    ]


def test_delimiter_lines_of_the_mysql_client() -> None:
    """DELIMITER says what ends a statement, also glued to a word, until the next such line."""
    script = (
        "SELECT 1;\nDELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT ';'; SELECT '$$'; END$$\n"
        "CREATE PROCEDURE q() SELECT 1 $$\n  delimiter ;\r\nSELECT 2; SELECT a$b;"
    )
    assert split_script(script, syntax_of("mysql")) == [
        "SELECT 1",
        "CREATE PROCEDURE p() BEGIN SELECT ';'; SELECT '$$'; END",
        "CREATE PROCEDURE q() SELECT 1",
        "SELECT 2",
        "SELECT a$b",
    ]


def test_go_lines_of_sqlcmd() -> None:
    """GO ends a batch, a number repeats it, and the word elsewhere is a word."""
    script = (
        "CREATE VIEW go_ AS SELECT 1\ngo\nINSERT t VALUES ('\nGO\n');\r\nSELECT 2\r\nGO 2 -- twice\r\nSELECT go FROM t"
    )
    assert split_script(script, syntax_of("mssql")) == [
        "CREATE VIEW go_ AS SELECT 1",
        *["INSERT t VALUES ('\nGO\n')", "SELECT 2"] * 2,
        "SELECT go FROM t",
    ]


def test_slash_lines_of_sqlplus() -> None:
    """A slash on a line of its own ends a block of PL/SQL, which keeps its semicolons, and adds nothing elsewhere."""
    script = (
        "INSERT INTO t VALUES (q'[a;'b]');\nBEGIN\n  x := 6 / 2;\n  y;\nEND;\n/\nUPDATE t SET a = 1\n/\n"
        "CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t BEGIN NULL; END;\n/\nDELETE FROM t;\n/\n"
    )
    assert split_script(script, syntax_of("oracle")) == [
        "INSERT INTO t VALUES (q'[a;'b]')",
        "BEGIN\n  x := 6 / 2;\n  y;\nEND;",
        "UPDATE t SET a = 1",
        "CREATE OR REPLACE TRIGGER g BEFORE INSERT ON t BEGIN NULL; END;",
        "DELETE FROM t",
    ]


@pytest.mark.parametrize(
    ("dialect", "script", "message", "line"),
    [
        ("postgresql", "SELECT 1;\n\\copy t FROM 'x'", "command of the database's own client", 2),
        ("postgresql", "SELECT 1;\nCOPY t (a, b) FROM stdin;\n1\t2\n\\.\n", "COPY ... FROM STDIN", 1),
        ("sqlite", ".mode csv\nSELECT 1", "'.mode csv' is a command", 1),
        ("mysql", "SELECT 1;\nSELECT 'it\\'s", "the quote ' is never closed", 2),
        ("postgresql", "SELECT 1 /* a /* b */", "the comment /* is never closed", 1),
        ("sqlite", 'SELECT\n\n"a', 'the quote " is never closed', 3),
    ],
)
def test_what_no_database_would_understand_is_refused(dialect: str, script: str, message: str, line: int) -> None:
    """Commands of a client, and what never closes, are errors that name the line."""
    with pytest.raises(StateError) as caught:
        split_script(script, syntax_of(dialect))
    assert message in caught.value.message
    assert caught.value.where == f"line {line} of the SQL"
    assert caught.value.hint


def test_copy_from_a_file_is_a_statement() -> None:
    """Only the rows behind FROM STDIN are the client's; a column may be called stdin."""
    script = "COPY t FROM '/x'; SELECT 1 FROM stdin; COPY t TO stdout"
    assert len(split_script(script, syntax_of("postgresql"))) == 3


def test_a_real_server_takes_the_statements_of_a_routine(mariadb_database: Database) -> None:
    """MariaDB compiles the procedure of these tests as one statement."""
    with mariadb_database.engine.connect() as connection:
        for statement in split_script(f"{ROUTINE.replace(', NEW.begin', '')}; DROP PROCEDURE p;", syntax_of("mysql")):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        found = connection.execute(sa.text("SELECT count(*) FROM information_schema.routines WHERE routine_name = 'p'"))
        assert found.scalar() == 0


def test_real_servers_take_bodies(postgresql_database: Database) -> None:
    """PostgreSQL takes the function with an atomic body, and the rule, as they are split."""
    script = """
    CREATE TABLE t (a int); CREATE TABLE u (a int);
    CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
    CREATE RULE r AS ON INSERT TO t DO ALSO (INSERT INTO u VALUES (1); INSERT INTO u VALUES (f()));
    INSERT INTO t VALUES (0); -- and; so on /* /* ; */ */
    """
    with postgresql_database.engine.begin() as connection:
        for statement in split_script(script, syntax_of("postgresql")):
            connection.exec_driver_sql(statement)
        assert connection.exec_driver_sql("SELECT a FROM u ORDER BY a").scalars().all() == [1, 2]
