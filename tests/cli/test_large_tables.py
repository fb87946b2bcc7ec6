"""What the command line says of walks along a table, of other sessions in the way, and of rows that do not fit."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.cli.bar import bar_text
from minimig.cli.waiting import rows_done
from minimig.dialects.registry import lock_for
from minimig.runtime.events import Progressed
from minimig.runtime.plan import Direction, Step
from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder
from support.terminal import on_terminal


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> ProjectFolder:
    """A table of 100 users, and a revision that changes them in batches."""
    project = two_apps(tmp_path, sqlite_database.url)
    project.ok("migrate")
    with sqlite_database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO users (id) VALUES (:id)"), [{"id": number} for number in range(100)])
    body = "ops.Backfill('users', {'nick': sa.literal('x')}, batch=10, throttle=2)"
    add(project, "accounts.0003_nicks", ["0002_nick"], body)
    return project


def test_a_terminal_shows_how_far_a_walk_is(project: ProjectFolder) -> None:
    """On the line of the step, which is rewritten and ends as it always does."""
    shown = on_terminal(project, ["migrate"])
    assert shown.code == 0
    assert "0 of 100 rows" in shown.text
    assert "100 of 100 rows" in shown.text
    last = shown.text.splitlines()[-2].rpartition("\r")[2].replace("\x1b[K", "")
    assert last.startswith("  Applying accounts.0003_nicks ... ok"), shown.text


def test_a_pipe_gets_the_finished_line_alone(project: ProjectFolder) -> None:
    """No line of a log is rewritten."""
    result = project.ok("migrate")
    assert "rows" not in result.text
    assert "\r" not in result.text
    assert "Applying accounts.0003_nicks ... ok" in result.out


def test_one_transaction_for_the_run_refuses_a_walk(project: ProjectFolder) -> None:
    """Before anything runs; a script has one UPDATE, with a comment."""
    refused = project.run("migrate", "--atomic-run")
    assert refused.code == 1
    assert "accounts.0003_nicks cannot be part of one transaction" in refused.err
    script = project.ok("migrate", "--sql", "--atomic-run", "--from", "accounts.0002", "accounts", "0003")
    assert "UPDATE /* minimig migrate does this 10 rows at a time */ users SET nick='x';" in script.out
    assert "UPDATE /* minimig" in project.ok("sqlmigrate", "accounts", "0003").out


def test_another_attempt_is_told(project: ProjectFolder, sqlite_database: Database) -> None:
    """On stderr, with the reason and the pause; the options reach the session."""
    with sqlite_database.engine.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        add(project, "accounts.0004_mail", ["0003_nicks"], "ops.AddColumn('users', sa.Column('mail', sa.Text))")

        def let_go() -> None:
            time.sleep(9)
            holder.exec_driver_sql("ROLLBACK")

        thread = threading.Thread(target=let_go)
        thread.start()
        result = project.run("migrate", "--ddl-lock-timeout", "0.05", "--statement-timeout", "60")
        thread.join()
    assert "another session is in the way (database is locked); trying again in" in result.err
    assert "is tried again" not in result.err  # the words of the log, which nobody asked for


def test_waits_of_the_configuration(project: ProjectFolder, sqlite_database: Database) -> None:
    """`attempts`, `ddl_lock_timeout` and `lock_timeout` hold where no option says otherwise; `config` tells of them."""
    add(project, "accounts.0004_mail", ["0003_nicks"], "ops.AddColumn('users', sa.Column('mail', sa.Text))")
    project.write("minimig.toml", "attempts = 1\nddl_lock_timeout = 0.05\n" + project.read("minimig.toml"))
    with sqlite_database.engine.connect() as holder:
        holder.exec_driver_sql("BEGIN IMMEDIATE")
        once = project.run("migrate", env={"MINIMIG_STATEMENT_TIMEOUT": "60"})
        assert (once.code, "trying again" in once.err) == (1, False)
        assert "(1 of 2 attempts failed)" in project.run("migrate", "--attempts", "2").err
        holder.exec_driver_sql("ROLLBACK")
    with sqlite_database.engine.connect() as holder, lock_for(holder, "minimig_version", 1):
        began = time.monotonic()
        assert project.run("migrate", env={"MINIMIG_LOCK_TIMEOUT": "0.1"}).code == 6
        assert project.run("stamp", "heads", env={"MINIMIG_LOCK_TIMEOUT": "0.1"}).code == 6
        assert time.monotonic() - began < 30
    told = " ".join(project.run("config", env={"MINIMIG_LOCK_TIMEOUT": "0.1"}).out.split())
    assert "attempts = 1 (minimig.toml:1)" in told
    assert "lock_timeout = 0.1 (variable MINIMIG_LOCK_TIMEOUT)" in told
    assert "statement_timeout = - (default)" in told


def test_rows_that_do_not_fit_and_the_way_past(project: ProjectFolder) -> None:
    """The run stops before it begins; with --no-precheck the database says it, in the middle."""
    add(project, "accounts.0004_not_null", ["0002_nick"], "ops.AlterColumn('users', 'nick', nullable=False)")
    (project.path / "accounts/migrations/0003_nicks.py").unlink()
    refused = project.run("migrate")
    assert (refused.code, refused.out) == (1, "")
    assert "100 row(s) of users with NULL in nick" in refused.err
    assert "  id = 0" in refused.err
    assert "Applying accounts.0004_not_null ... FAILED" in project.run("migrate", "--no-precheck").out


def test_the_words_of_a_walk() -> None:
    """Speed and time left count the rows of this run alone; before there is a speed neither is told."""
    step = Step("a.0001", Direction.FORWARD)

    def words(event: Progressed) -> str:
        return bar_text(rows_done(event), 100, io.StringIO()).partition("  ")[2]

    assert words(Progressed(step, "", 500, 2000, 0.0, 500)) == "500 of 2,000 rows"
    assert words(Progressed(step, "", 1500, 2000, 10.0, 500)) == "1,500 of 2,000 rows, 100/s, 5 s left"
    assert words(Progressed(step, "", 1, 10001, 1.0)) == "1 of 10,001 rows, 1/s, 2 h 46 min left"
