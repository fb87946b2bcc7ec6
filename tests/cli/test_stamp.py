"""upgrade, downgrade, stamp, ensure-version and migrate --prune: what runs, what is recorded, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.databases import Database
from support.histories import add, two_apps
from support.projects import ProjectFolder

ALL = ["accounts.0001", "accounts.0002", "shop.0001", "shop.0002"]


@pytest.fixture
def project(tmp_path: Path, database: Database) -> ProjectFolder:
    """Two apps with two revisions each, on an empty database of each kind."""
    return two_apps(tmp_path, database.url)


def applied(database: Database) -> list[str]:
    """What the version table holds."""
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT app, name FROM minimig_version").all()
    return sorted(f"{app}.{name[:4]}" for app, name in rows)


def tables(database: Database) -> set[str]:
    """All tables but minimig's own."""
    return set(sa.inspect(database.engine).get_table_names()) - {"minimig_version", "minimig_journal"}


def test_upgrade_goes_forward_and_downgrade_back(project: ProjectFolder, database: Database) -> None:
    """Each goes its way to the target; the target of a downgrade stays."""
    project.ok("upgrade", "accounts.0002")
    assert applied(database) == ["accounts.0001", "accounts.0002"]
    project.ok("upgrade")
    assert applied(database) == ALL
    project.ok("downgrade", "accounts.0001")
    assert applied(database) == ["accounts.0001", "shop.0001"]
    project.ok("downgrade", "shop.base")
    assert applied(database) == ["accounts.0001"]


def test_neither_goes_the_other_way(project: ProjectFolder, database: Database) -> None:
    """An upgrade that would take back, or a downgrade that would apply, is refused and names the command that does."""
    project.ok("upgrade", "accounts.0002")
    back = project.run("upgrade", "accounts.0001")
    assert (back.code, "minimig downgrade" in back.err) == (2, True)
    on = project.run("downgrade", "shop.0001")
    assert (on.code, "minimig upgrade" in on.err) == (2, True)
    assert applied(database) == ["accounts.0001", "accounts.0002"]
    assert "Nothing to do" in project.ok("upgrade", "accounts.0002").out


def test_stamp_records_and_runs_nothing(project: ProjectFolder, database: Database) -> None:
    """All heads at once, with their checksums; again it changes nothing."""
    result = project.ok("stamp", "heads")
    assert result.out.count("Recorded") == 4
    assert (applied(database), tables(database)) == (ALL, set())
    assert "stands there already" in project.ok("stamp", "heads").out
    with database.engine.connect() as connection:
        assert None not in connection.exec_driver_sql("SELECT checksum FROM minimig_version").scalars().all()


def test_stamp_moves_the_named_apps_alone(project: ProjectFolder, database: Database) -> None:
    """Several revisions at once; an app that is not named keeps what does not rest on what goes."""
    project.ok("stamp", "shop.0002")
    project.ok("stamp", "shop.0001", "accounts.0002")
    assert applied(database) == ["accounts.0001", "accounts.0002", "shop.0001"]
    project.ok("stamp", "shop.0002")
    project.ok("stamp", "accounts.0001")
    assert applied(database) == ["accounts.0001", "shop.0001"]
    project.ok("stamp", "shop.zero")
    assert applied(database) == ["accounts.0001"]
    project.ok("stamp", "base")
    assert applied(database) == []


def test_stamp_purge_empties_the_table_first(project: ProjectFolder, database: Database) -> None:
    """It gets rid of rows without a file, and of all others that are not asked for."""
    project.ok("stamp", "heads")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO minimig_version (app, name) VALUES ('shop', '0009_gone')")
    result = project.ok("stamp", "--purge", "accounts.0001")
    assert "Forgot shop.0009_gone" in result.out
    assert applied(database) == ["accounts.0001"]


def test_prune_forgets_rows_without_a_file(project: ProjectFolder, database: Database) -> None:
    """Only rows of configured apps whose file is gone, and only of the app that is named."""
    project.ok("migrate")
    with database.engine.begin() as connection:
        for app in ("shop", "accounts", "other"):
            connection.exec_driver_sql(f"INSERT INTO minimig_version (app, name) VALUES ('{app}', '0009_gone')")
    assert "Forgot shop.0009_gone" in project.ok("migrate", "shop", "--prune").out
    assert applied(database) == sorted([*ALL, "accounts.0009", "other.0009"])
    told = json.loads(project.ok("migrate", "--prune", "--json").out)
    assert told["forgotten"] == ["accounts.0009_gone"]
    assert "each row has its file" in project.ok("migrate", "--prune").out


@pytest.mark.parametrize("option", ["--plan", "--check", "--fake", "--fake-initial", "--from-record"])
def test_prune_goes_with_no_other_way_to_run(project: ProjectFolder, database: Database, option: str) -> None:
    """A row is the only way back of a file that is gone: what promises to change nothing must not forget it."""
    project.ok("ensure-version")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO minimig_version (app, name) VALUES ('shop', '0009_gone')")
    result = project.run("migrate", "--prune", option)
    assert (result.code, "nothing was forgotten" in result.err) == (2, True), result.text
    assert applied(database) == ["shop.0009"]


def test_unknown_rows_stop_what_would_change_the_schema(project: ProjectFolder, database: Database) -> None:
    """With nothing to do the run is fine and warns; with something to do it stops before anything happens."""
    project.ok("migrate")
    with database.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO minimig_version (app, name) VALUES ('shop', '0009_gone')")
    assert "warning: the database has shop.0009_gone" in project.ok("migrate").err
    add(project, "shop.0003_more", ["0002_owner"], 'ops.AddColumn("carts", sa.Column("more", sa.Integer))')
    result = project.run("migrate")
    assert result.code == 7
    assert "migrate --prune" in result.err
    assert "more" not in {column["name"] for column in sa.inspect(database.engine).get_columns("carts")}


def test_ensure_version_creates_the_table_once(project: ProjectFolder, database: Database) -> None:
    """The table is there afterwards, empty; a second call leaves it alone."""
    assert "Created" in project.ok("ensure-version").out
    assert applied(database) == []
    project.ok("stamp", "accounts.0001")
    assert "is there" in project.ok("ensure-version").out
    assert applied(database) == ["accounts.0001"]
    told = json.loads(project.ok("ensure-version", "--json").out)
    assert (told["table"], told["created"]) == ("minimig_version", False)


@pytest.mark.parametrize("command", [["stamp"], ["downgrade"]])
def test_a_target_is_asked_for(project: ProjectFolder, command: list[str]) -> None:
    """stamp and downgrade do nothing without being told where to."""
    assert project.run(*command).code == 2


def test_stamp_refuses_what_it_does_not_know(project: ProjectFolder, database: Database) -> None:
    """A word that names nothing changes nothing."""
    project.ok("stamp", "heads")
    assert project.run("stamp", "shop.0001", "shop.0007").code == 2
    assert applied(database) == ALL
