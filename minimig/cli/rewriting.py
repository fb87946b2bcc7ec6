"""`minimig optimizemigration`, `rebase`, `edit`: commands that change revision files that exist."""

from __future__ import annotations

import os

import click

from minimig.cli.asking import choose
from minimig.cli.context import Session, pass_session, say
from minimig.cli.printing import json_option, operation_lines, plural, print_json
from minimig.commands.opening import check_edited, files_to_edit, open_editor
from minimig.commands.optimizing import OptimizeOptions, optimize_file
from minimig.commands.project import Project
from minimig.commands.rebasing import Rebase, plan_rebase
from minimig.commands.rebasing import rebase as write_rebase
from minimig.environment import load_environment
from minimig.errors import QuestionError, TargetError
from minimig.revisions.identifiers import resolve


@click.command()
@click.argument("app")
@click.argument("name")
@click.option("--check", is_flag=True, help="Write nothing; exit 4 when something could be folded.")
@click.option("--dry-run", is_flag=True, help="Write nothing; with -v, print the file.")
@click.option("--new", is_flag=True, help="Leave the file, and write one beside it that replaces it.")
@click.option("--force", is_flag=True, help="Rewrite a file that the configured database has had.")
@json_option
@pass_session
def optimizemigration(
    session: Session, app: str, name: str, check: bool, dry_run: bool, new: bool, force: bool, as_json: bool
) -> int:
    """Fold the operations of one revision file into fewer that lead to the same schema.

    The lists are edited where they stand; functions, comments and all else in the file stay. Data steps keep their
    place.

    \b
    Examples:
      minimig optimizemigration blog 0004
      minimig optimizemigration blog 0004 --check      (in CI)
      minimig optimizemigration blog 0004 --new  (databases have had it)
    """
    project: Project = session.project()
    project.check_apps(app)
    revision = resolve(project.graph, frozenset(), app, name).revision
    if revision is None:
        raise TargetError(f"{name!r} is no revision", hint="see minimig history")
    write = not (check or dry_run)
    found = optimize_file(project, revision, OptimizeOptions(write, force, new))
    if as_json:
        print_json("optimizemigration", {**found.to_dict(), "written": write and found.changed})
    elif not found.changed:
        click.echo(f"{revision}: nothing to fold in {plural(found.before, 'operation')}.")
    else:
        click.echo(f"{click.style(session.relative(found.path), bold=True)}{'' if write else ' (nothing is written)'}")
        for line in operation_lines(found.operations):
            click.echo(line)
        click.echo(f"{plural(found.before, 'operation')} folded to {found.after}.")
        if dry_run and session.verbosity > 1:
            click.echo(found.text)
    if found.note and write:
        say(found.note)
    return 4 if check and found.changed else 0


@click.command()
@click.argument("app")
@click.argument("onto", required=False)
@click.option("--dry-run", is_flag=True, help="Show what would be done, and do nothing.")
@click.option("--no-input", is_flag=True, help="Ask nothing: an open question ends with exit code 3.")
@json_option
@pass_session
def rebase(session: Session, app: str, onto: str | None, dry_run: bool, no_input: bool, as_json: bool) -> None:
    """Put one branch of an app's history behind the other, after a git merge left it with two heads.

    ONTO is the head that stays. Without it, the branch that the configured database has not had is moved. Its files get
    the next numbers, and whatever names them follows.

    \b
    Examples:
      minimig rebase blog --dry-run
      minimig rebase blog 0007_prices
    """
    project: Project = session.project()
    project.check_apps(app)
    try:
        plan = plan_rebase(project, app, onto)
    except QuestionError:
        if onto is not None or no_input or as_json or not session.interactive:
            raise
        heads = project.graph.heads(app)
        plan = plan_rebase(project, app, heads[choose("Which head is to stay?", heads)])
    if not dry_run:
        write_rebase(project, plan)
    if as_json:
        print_json("rebase", {**plan.to_dict(), "written": not dry_run})
    elif session.verbosity:
        _print(session, plan, wrote=not dry_run)


@click.command()
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...")
@pass_session
def edit(session: Session, revisions: tuple[str, ...]) -> None:
    """Open revision files in $VISUAL or $EDITOR, then say at once what is wrong with their headers.

    \b
    Examples:
      minimig edit blog.0003
      minimig edit head
    """
    environment = load_environment(session.settings())
    files = files_to_edit(Project(environment), revisions)
    open_editor(list(files), os.environ)
    check_edited(Project(environment), files)


def _print(session: Session, plan: Rebase, *, wrote: bool) -> None:
    verb = "moved" if wrote else "would be moved"
    click.echo(f"{plural(len(plan.names), 'revision')} {verb} behind {click.style(plan.onto, bold=True)}:")
    moves = {rewrite.old.revision: rewrite for rewrite in plan.rewrites}
    width = max(map(len, plan.names))
    for old, new in plan.names.items():
        rewrite = moves.get(old)
        after = ", ".join(rewrite.new.dependencies) if rewrite else ""
        click.echo(f"  {old:{width}} -> {new}  after {after}" if rewrite else f"  {old:{width}} stays as it is")
    for rewrite in plan.others:
        click.echo(f"  {session.relative(rewrite.old.path)} names them, and follows")
    for note in plan.notes:
        say(note)
    if wrote:
        click.echo("Read the files, then run: minimig check", err=True)
