"""Rows of the table about many schemas of one PostgreSQL database, which have one history."""

from __future__ import annotations

from dataclasses import replace

from .measuring import Case
from .rows import ALEMBIC, DRIVER, MINIMIG, Goal, Row, Rows, bare_driver
from .workbench import Workbench

LOOP = "for tenant in {}; do BENCHMARK_TENANTS=$tenant {} -m alembic upgrade heads || exit 1; done"


def tenants(bench: Workbench) -> Rows:
    """A short history in a hundred schemas, with four workers, and once more."""
    if not bench.postgresql:
        return
    size, count = bench.size(100), max(2, round(100 * bench.scale))
    names = [f"t{number}" for number in range(count)]
    cases = {case.who: case for case in _cases(bench, size, names)}
    schemas = [f"CREATE SCHEMA {name}" for name in names]

    def emptied(case: Case) -> Case:
        url = bench.url("postgresql", f"tenants_{case.who.replace(' ', '_')}")
        return replace(case, before=lambda: bench.fresh(url, *schemas))

    first = [emptied(case) for case in cases.values()]
    yield Row(f"{count} schemas, 4 workers", size, first, [Goal(1.2, DRIVER, "wall")])
    cases.pop(DRIVER, None)
    others = []
    if "alembic" in cases:
        shell = ("sh", "-c", LOOP.format(" ".join(names), cases["alembic"].command[0]))
        others = [replace(cases["alembic"], who="alembic, a process each", command=shell)]
    goals = [Goal(0.05, "alembic, a process each", "wall"), Goal(1, "alembic", "wall")]
    yield Row(f"{count} schemas, nothing to do", size, [*cases.values(), *others], goals)


def _cases(bench: Workbench, size: int, names: list[str]) -> list[Case]:
    ours = bench.project("minimig", "line", size)
    config = ours / "pyproject.toml"
    if "tenants" not in config.read_text():
        config.write_text(f"{config.read_text()}\n[tool.minimig.tenants]\nschemas = {names}\n")
    words = (*MINIMIG, "migrate", "--tenants", "--workers", "4")
    url = bench.driven(bench.url("postgresql", "tenants_minimig"))
    cases = [bench.case("minimig", *words, folder=ours, url=url)]
    if bench.peers:
        url = bench.driven(bench.url("postgresql", "tenants_alembic"))
        folder, more = bench.project("alembic", "line", size), {"BENCHMARK_TENANTS": ",".join(names)}
        cases.append(bench.case("alembic", *ALEMBIC, "upgrade", "heads", folder=folder, url=url, more=more))
        cases += bare_driver(bench, size, "tenants_bare_driver", str(len(names)), "4")
    return cases
