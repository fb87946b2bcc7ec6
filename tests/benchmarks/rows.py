"""The rows of the table: which work, by whom, on which project, and what minimig must reach.

Each function gives rows of one kind. A goal is a ratio to another case of its row, or, with no other, a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .measuring import Case
from .workbench import BARE, Workbench, forget_bytecode

ALEMBIC = ("-m", "alembic")
DJANGO = ("manage.py",)
MINIMIG = ("-m", "minimig")
TO_SQL = ("upgrade", "heads", "--sql")
DRIVER = "bare driver"


@dataclass(frozen=True)
class Goal:
    """At most so many times what `against` takes; at most so much where that is empty."""

    most: float
    against: str = "alembic"
    of: str = "cpu"


@dataclass(frozen=True)
class Row:
    """The same work by several; the first case is the one that has goals."""

    work: str
    size: int
    cases: Sequence[Case]
    goals: Sequence[Goal]


@dataclass(frozen=True)
class Growth:
    """One command over sizes, whose cost must not grow faster than the size does."""

    work: str
    sizes: Sequence[int]
    cases: Sequence[Case]
    most: float = 1.15


Rows = Iterator[Row | Growth]
QUARTERS = (8, 4, 2, 1)


def start(bench: Workbench) -> Rows:
    """--version and --help."""
    size = bench.size(100)
    for word in ("--version", "--help"):
        cases = [_minimig(bench, "line", size, word, url="sqlite://")]
        yield Row(word, size, [*cases, *_alembic(bench, "line", size, word)], [Goal(0.3)])


def rest(bench: Workbench) -> Rows:
    """Nothing to do: migrate, migrate --check and current at head."""
    size = bench.size(5000)
    upgrade = _alembic(bench, "line", size, "upgrade", "heads")
    upgrade += _alembic(bench, "line", size, "upgrade", "heads", who="alembic, no models", models="")
    goals = [Goal(0.12), Goal(0.35, "alembic, no models")]
    more = [*upgrade, *_django(bench, "line", size, "migrate")]
    one = _minimig(bench, "line", size, "migrate")
    yield Row("migrate, nothing to do", size, [one, *more], [*goals, Goal(60, "", "mib")])
    yield Row("migrate --check", size, [_minimig(bench, "line", size, "migrate", "--check"), *upgrade], goals)
    one = _minimig(bench, "line", size, "current")
    yield Row("current", size, [one, *_alembic(bench, "line", size, "current")], [Goal(0.12)])


def cold(bench: Workbench) -> Rows:
    """Nothing to do in a checkout that has no bytecode and nothing kept."""
    size = bench.size(5000)

    def case(warm: Case) -> Case:
        variables = {**warm.variables, "PYTHONDONTWRITEBYTECODE": "1"}
        return replace(warm, variables=variables, before=lambda: forget_bytecode(warm.folder))

    cases = [_minimig(bench, "line", size, "migrate"), *_alembic(bench, "line", size, "current")]
    yield Row("the same, cold checkout", size, [case(each) for each in cases], [Goal(0.15)])


def looking(bench: Workbench) -> Rows:
    """showmigrations, history and migrate --plan, in a line and with branches."""
    size = bench.size(5000)
    for kind, most in (("line", 0.5), ("branches", 0.12)):
        other = _alembic(bench, kind, size, "history")
        for words in (("history",), ("showmigrations",), ("migrate", "--plan")):
            url = bench.sqlite("empty") if "--plan" in words else ""
            more = [] if "history" in words else _django(bench, kind, size, *words)
            cases = [_minimig(bench, kind, size, *words, url=url), *other, *more]
            yield Row(f"{' '.join(words)}, {kind}", size, cases, [Goal(most)])


def applying(bench: Workbench) -> Rows:
    """Apply a history to an empty database."""
    size = bench.size(1000)
    for server in ("sqlite", *(["postgresql"] if bench.postgresql else [])):

        def emptied(case: Case, url: str) -> Case:
            variables = {**case.variables, "BENCHMARK_URL": bench.driven(url)}
            return replace(case, variables=variables, before=lambda: bench.fresh(url))

        others = _alembic(bench, "line", size, "upgrade", "heads", url="-")
        others = [emptied(case, bench.url(server, f"apply_{case.who}")) for case in others]
        goals = [Goal(0.4)]
        if server == "postgresql":
            goals = [Goal(1.0, DRIVER, "wall")]
            found = bare_driver(bench, size, "apply_bare")
            others += [emptied(case, bench.url(server, "apply_bare")) for case in found]
        for words, most in ((("migrate",), [Goal(0.06)]), (("migrate", "--one-by-one"), goals)):
            one = emptied(_minimig(bench, "line", size, *words, "-q", url="-"), bench.url(server, "apply_minimig"))
            yield Row(f"{' '.join(words)} from base, {server}", size, [one, *others], most)


def offline(bench: Workbench) -> Rows:
    """The SQL of a whole history."""
    size, url = bench.size(1000), "postgresql+psycopg://nobody@localhost/nothing"
    cases = [_minimig(bench, "line", size, "migrate", "--sql", url=url)]
    yield Row("migrate --sql", size, [*cases, *_alembic(bench, "line", size, *TO_SQL, url=url)], [Goal(0.7)])


def making(bench: Workbench) -> Rows:
    """makemigrations where nothing has changed, over many tables and over many files."""
    check = ("makemigrations", "--check")
    for size in (bench.size(1000), bench.size(3000)):
        one = _minimig(bench, "schema", size, *check, url="sqlite://")
        models = bench.case("import", "-c", "import models", folder=one.folder)
        cases = [one, models, *_django(bench, "schema", size, *check)]
        yield Row("makemigrations, tables", size, cases, [Goal(1.25, "import")])
    size = bench.size(5000)
    one = _minimig(bench, "line", size, *check, url="sqlite://")
    yield Row("makemigrations, files", size, [one, *_django(bench, "line", size, *check)], [Goal(0.15, "django")])


def comparing(bench: Workbench) -> Rows:
    """Models, or files, with a live database."""
    for server in ("sqlite", *(name for name in ("postgresql", "mariadb") if getattr(bench, name))):
        for full, most in ((1000, 0.45), (3000, 0.3)):
            size = bench.size(full)
            ours = bench.driven(bench.with_tables(server, bench.project("minimig", "schema", size)))
            other = []
            if bench.peers:
                theirs = bench.driven(bench.with_tables(server, bench.project("alembic", "schema", size)))
                other = _alembic(bench, "schema", size, "check", url=theirs)
            for words, goals in (
                (("check",), [Goal(most), Goal(300, "", "mib")]),
                (("diff", "database", "models"), [Goal(most)]),
                (("diff", "database", "head"), [Goal(0.1)]),
            ):
                one = _minimig(bench, "schema", size, *words, url=ours)
                yield Row(f"{' '.join(words)}, {server}", size, [one, *other], goals)


def growing(bench: Workbench) -> Rows:
    """Every command that looks at all files or all tables, over four sizes."""
    sizes = sorted({bench.size(5000 // part) for part in QUARTERS})
    for kind in ("line", "branches"):
        for words in (("migrate",), ("current",), ("showmigrations",), ("history",), ("migrate", "--plan")):
            url = bench.sqlite("empty") if "--plan" in words else ""
            yield _growth(
                f"{' '.join(words)}, {kind}", [_minimig(bench, kind, n, *words, url=url) for n in sizes], sizes
            )
    sizes = sorted({bench.size(3000 // part) for part in QUARTERS})
    urls = [bench.with_tables("sqlite", bench.project("minimig", "schema", size)) for size in sizes]
    for words in (("makemigrations", "--check"), ("check",)):
        pairs = zip(sizes, urls, strict=True)
        cases = [_minimig(bench, "schema", size, *words, url=url) for size, url in pairs]
        yield _growth(f"{' '.join(words)}, sqlite", cases, sizes)


def _growth(work: str, cases: list[Case], sizes: list[int]) -> Growth:
    named = [replace(case, who=f"{work} {size}") for case, size in zip(cases, sizes, strict=True)]
    return Growth(work, sizes, named)


def _minimig(bench: Workbench, kind: str, size: int, *words: str, url: str = "") -> Case:
    """A command of ours, on a database at head where no other is named."""
    folder = bench.project("minimig", kind, size)
    return bench.case("minimig", *MINIMIG, *words, folder=folder, url=url or bench.at_head("minimig", folder))


def _alembic(
    bench: Workbench, kind: str, size: int, *words: str, url: str = "", who: str = "alembic", models: str = "models"
) -> list[Case]:
    """Alembic at the same work, if the peers are wanted."""
    if not bench.peers:
        return []
    folder = bench.project("alembic", kind, size)
    where, more = url or bench.at_head("alembic", folder), {"BENCHMARK_MODELS": models}
    return [bench.case(who, *ALEMBIC, *words, folder=folder, url=where, more=more)]


def _django(bench: Workbench, kind: str, size: int, *words: str) -> list[Case]:
    """Django at the same work, if the peers are wanted."""
    if not bench.peers:
        return []
    folder = bench.project("django", kind, size)
    url = bench.sqlite("empty-django") if {"--plan", "--check"} & {*words} else bench.at_head("django", folder)
    return [bench.case("django", *DJANGO, *words, folder=folder, url=url)]


def bare_driver(bench: Workbench, size: int, name: str, *more: str) -> list[Case]:
    """The bare driver with the statements that Alembic sends: a loop, each waited for."""
    if not bench.peers:
        return []
    folder = bench.project("alembic", "line", size)
    file = folder / "all.sql"
    if not file.exists():
        code = f"import sys; from alembic.config import main; sys.stdout = open('all.sql', 'w'); main({list(TO_SQL)})"
        bench.python("-c", code, folder=folder, url="postgresql+psycopg://nobody@localhost/nothing")
    return [bench.case(DRIVER, BARE, "script", bench.url("postgresql", name), str(file), *more, folder=folder)]
