"""`minimig check`, `minimig diff`, `minimig snapshot`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click

from minimig.autogenerate.flags import parse_rename
from minimig.autogenerate.questioner import Answers, NeverRename
from minimig.cli.context import Session, deferred, pass_session, pass_session_alone, printing
from minimig.cli.databases import Emit, over_databases
from minimig.cli.printing import change_data, change_lines, json_option, mark, plural, print_json, print_source
from minimig.cli.tenant_options import TenantChoice, tenants_option
from minimig.cli.working import work_shown
from minimig.commands.checking import CheckResult, check_heads, check_project
from minimig.commands.comparing import Difference, DiffOptions, diff_sides, sql_of, take_snapshot
from minimig.commands.head_files import HeadProblem, head_problems
from minimig.commands.hooks import serializer_of
from minimig.commands.project import Project
from minimig.config import Settings
from minimig.errors import UsageError
from minimig.revisions.replay import Change
from minimig.revisions.snapshots import snapshot_text, write_snapshot


@click.command()
@click.argument("before", default="database", metavar="[BEFORE]")
@click.argument("after", default="models", metavar="[AFTER]")
@click.option("--all", "everything", is_flag=True, help="Count tables of a database that nobody declared.")
@click.option("--rename", "renames", multiple=True, metavar="OLD:NEW", help="users.nick:handle or users:accounts.")
@click.option("--python", is_flag=True, help="Print the operations as a revision file has them.")
@click.option("--sql", is_flag=True, help="Print the statements that would make the changes.")
@json_option
@pass_session
def diff(
    session: Session,
    before: str,
    after: str,
    everything: bool,
    renames: tuple[str, ...],
    python: bool,
    sql: bool,
    as_json: bool,
) -> int:
    """Show what leads from one schema to another; by default, from the database to the models. Exit 4 if they differ.

    Each side is: models, database, a URL, a revision, head (the revision files), current (what the database has
    had), zero, or a file that `minimig snapshot` wrote.

    \b
    Examples:
      minimig diff
      minimig diff head models
      minimig diff blog.0003 blog.0005 --sql
      minimig diff current database                    (drift, as it came about)
      minimig diff postgresql://host/live postgresql://host/staging
      minimig diff last_release.py models --json
    """
    if python + sql + as_json > 1:
        raise UsageError("--python, --sql and --json exclude each other")
    questioner = Answers(dict(map(parse_rename, renames)), otherwise=NeverRename())
    options = DiffOptions(everything, questioner)
    with work_shown(session) as bar:
        project: Project = session.project(on_work=bar.listen)
        found = diff_sides(project, before, after, session.folder, options)
    questioner.unused()
    with printing():
        if as_json:
            print_json("diff", _diff_data(project, found))
        elif python:
            print_source(serializer_of(project).operations_source(found.operations)[0])
        elif sql:
            statements = sql_of(found, found.dialect or project.dialect)
            print_source("".join(f"{statement}\n" for statement in statements), nl=False)
        else:
            _print_diff(session, found)
    return 4 if found.changes else 0


def _diff_data(project: Project, found: Difference) -> dict[str, Any]:
    changes = _changes_data(project, found.changes)
    return {"before": found.before, "after": found.after, "operations": changes, "left_out": list(found.left_out)}


def _changes_data(project: Project, changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [change_data(change, serializer_of(project)) for change in changes]


def _print_diff(session: Session, found: Difference) -> None:
    if found.changes:
        click.echo(f"{plural(len(found.changes), 'operation')} from {found.before} to {found.after}:")
        for line in change_lines(found.changes, "  "):
            click.echo(line)
    elif session.verbosity:
        click.echo(f"No difference between {found.before} and {found.after}.")
    if found.left_out and session.verbosity:
        names = ", ".join(found.left_out[:5]) + (", ..." if len(found.left_out) > 5 else "")
        click.echo(
            f"Left out: {plural(len(found.left_out), 'table')} that nobody declared ({names}); see --all.", err=True
        )


@click.command()
@click.argument("side", default="models", metavar="[SIDE]")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
@pass_session
def snapshot(session: Session, side: str, output: Path | None) -> None:
    """Write a schema down: a file that makes it from nothing, which `minimig diff` can compare with later.

    \b
    SIDE is what `minimig diff` takes:
      minimig snapshot -o last_release.py
      minimig snapshot blog.0003
      minimig snapshot database -o as_it_is.py
    """
    project: Project = session.project()
    taken, serializer = take_snapshot(project, side, session.folder), serializer_of(project)
    if output is None:
        print_source(snapshot_text(taken, serializer=serializer), nl=False)
        return
    path = session.folder / output
    write_snapshot(path, taken, serializer=serializer)
    if session.verbosity:
        click.echo(f"Wrote {session.relative(path)}.", err=True)


@click.command()
@click.option("--models", is_flag=True, help="Only the models against the revision files; no database.")
@click.option(
    "--database",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="Only the revision files against the database; with a name, all of it for that database.",
)
@click.option("--heads", is_flag=True, help="Only whether each app has one head; no models, no database.")
@tenants_option
@json_option
@pass_session_alone
def check(
    session: Session,
    models: bool,
    database: str | None,
    heads: bool,
    as_json: bool,
    tenants: TenantChoice | None,
) -> int:
    """Compare models with revision files, and revision files with the database. Exit 4 when something differs.

    \b
    Examples:
      minimig check
      minimig check --models      (in CI, without a database)
      minimig check --heads       (before a commit: did two branches meet?)
      minimig check --tenants     (only the revision files against each tenant)
      minimig check --json
    """
    if tenants is not None:
        if models or heads or database == "":
            raise UsageError("--tenants compares the revision files with each tenant, and goes with no other side")
        module = deferred("minimig.cli.tenants")
        session = replace(session, database=database or session.database)
        code: int = module.check_all(session, tenants, as_json=as_json)
        return code
    session = replace(session, database=database or session.database)
    alone = database == ""

    def of_files(settings: Settings, emit: Emit) -> int:
        with work_shown(session) as bar:
            project: Project = session.project(settings, on_work=bar.listen)
            result = check_project(project, database=False)
        return _tell(session, project, result, as_json, emit)

    if heads or (models and not alone):
        if heads:
            project: Project = session.project()
            return _check_heads(session, check_heads(project), head_problems(project), as_json=as_json)
        return of_files(session.settings(), partial(print_json, "check"))

    def one(settings: Settings, emit: Emit) -> int:
        with work_shown(session) as bar:
            project: Project = session.project(settings, on_work=bar.listen)
            result = check_project(project, models=models or not alone)
        return _tell(session, project, result, as_json, emit)

    beside = None if alone and not models else of_files
    return over_databases(session, "check", one, as_json=as_json, of_tenants=beside)


def _tell(session: Session, project: Project, result: CheckResult, as_json: bool, emit: Emit) -> int:
    with printing():
        if as_json:
            emit(_check_data(project, result))
        else:
            _print_check(result, session)
    return 0 if result.clean else 4


def _check_heads(
    session: Session, conflicts: Mapping[str, tuple[str, ...]], files: Sequence[HeadProblem], *, as_json: bool
) -> int:
    clean = not (conflicts or files)
    if as_json:
        told = [problem.to_dict() for problem in files]
        print_json("check", {"clean": clean, "compared": ["heads"], "heads": conflicts, "head_files": told})
    else:
        for app, heads in conflicts.items():
            click.echo(f"{app} has {len(heads)} heads. Run: minimig makemigrations --merge {app}")
            for head in heads:
                click.echo(f"  {head}")
        for problem in files:
            click.echo(f"{session.relative(problem.path)}: {problem.words}. Run: {problem.hint}")
        if not conflicts and session.verbosity:
            click.echo("Each app has one head.")
    return 0 if clean else 4


def _check_data(project: Project, result: CheckResult) -> dict[str, Any]:
    return {
        "clean": result.clean,
        "compared": _compared(result),
        "unwritten": _changes_data(project, result.unwritten),
        "not_back": [{"revision": revision, "differences": list(lines)} for revision, lines in result.not_back],
        "pending": list(result.pending),
        "drift": _changes_data(project, result.drift),
    }


def _compared(result: CheckResult) -> Sequence[str]:
    parts = ["models", "revision files"] if result.compared_models else ["revision files"]
    return [*parts, "database"] if result.compared_database else parts


def _print_check(result: CheckResult, session: Session) -> None:
    if result.unwritten:
        click.echo("Models and revision files differ. Run: minimig makemigrations")
        for line in change_lines(result.unwritten, "  "):
            click.echo(line)
    for revision, differences in result.not_back:
        click.echo(f"The way down of {revision} does not lead back to the state before it:")
        for difference in differences:
            click.echo(f"  {difference}")
    if result.pending:
        click.echo(f"{plural(len(result.pending), 'migration')} not applied. Run: minimig migrate")
        for revision in result.pending:
            click.echo(f"  {mark(False)} {revision}")
    if result.drift:
        click.echo("The database differs from the applied revisions. What would mend it:")
        for line in change_lines(result.drift, "  "):
            click.echo(line)
    if result.clean and session.verbosity:
        click.echo(f"{', '.join(_compared(result)).capitalize()} agree.")
