"""Each golden folder: the operations and statements in it are what minimig makes of it today, and databases agree.

After a change that is meant, `python tests/golden/update.py` writes the files again; read the difference.
"""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from minimig.autogenerate.autodetector import diff
from minimig.operations.chain import states
from support.databases import KINDS, Database, Server, sqlite_in
from support.golden import URLS, Case, cases, recorded

CASES = cases()
UPDATE = "python tests/golden/update.py"
NEWER = frozenset({"default_json", "table_storage", "type_float", "type_json_to_jsonb", "type_uuid"})
"""What SQLAlchemy 2.0 does not know or compiles in another way: JSON on Oracle, options of a table, UUID on MariaDB."""


@pytest.fixture(params=CASES, ids=lambda case: case.path.name)
def case(request: pytest.FixtureRequest) -> Case:
    """Each folder in turn."""
    if request.param.path.name in NEWER and sa.__version__.startswith("2.0."):
        pytest.skip("SQLAlchemy 2.0 compiles it in another way")
    return request.param


@pytest.fixture(scope="module")
def databases(
    tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server, mariadb_server: Server
) -> Iterator[dict[str, Database]]:
    """One database of each kind, which every case leaves empty: a new one for each would take longer than the case."""
    with postgresql_server.fresh() as postgresql, mariadb_server.fresh() as mariadb:
        folder: Path = tmp_path_factory.mktemp("golden")
        yield {"sqlite": sqlite_in(folder), "postgresql": postgresql, "mariadb": mariadb}


def test_the_revision_is_as_expected(case: Case) -> None:
    """The two schemas differ by the operations of the file, and the file is written as it stands there."""
    assert (case.path / "operations.py").read_text(encoding="utf-8") == case.operations(), UPDATE


def test_the_revision_leads_there_and_back(case: Case) -> None:
    """What the file says when it is read leads from one schema to the other and back; then nothing differs."""
    before, after = case.ends
    revision = runpy.run_path(str(case.path / "operations.py"))
    assert (revision["up"], revision["down"]) == (case.up, case.down)
    assert states(revision["up"], before)[-1] == after
    assert states(revision["down"], after)[-1] == before
    assert diff(after, after) == []


@pytest.mark.parametrize("dialect", URLS)
def test_the_statements_are_as_expected(case: Case, dialect: str) -> None:
    """The statements of each dialect, or its refusal, are those of the file."""
    assert (case.path / f"{dialect}.sql").read_text(encoding="utf-8") == case.statements(dialect), UPDATE


@pytest.mark.slow  # a minute for all of them together
@pytest.mark.parametrize("kind", KINDS)
def test_a_live_database_says_what_is_recorded(case: Case, kind: str, databases: dict[str, Database]) -> None:
    """The change is seen in a live database, or is not, as recorded; up and down leave nothing to be done."""
    assert case.seen(databases[kind]) == recorded(case.path)[kind], UPDATE


def test_there_is_nothing_else(case: Case) -> None:
    """Every file of a folder is one that is looked at here."""
    expected = {"before.py", "after.py", "operations.py", "seen.txt", *(f"{dialect}.sql" for dialect in URLS)}
    assert {path.name for path in case.path.iterdir() if path.name != "__pycache__"} == expected
