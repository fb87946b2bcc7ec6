"""`minimig merge`, and what `makemigrations --merge` shows and asks."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.printing import json_option, operation_lines, print_json
from minimig.commands.authoring import MakeOptions, NewFile
from minimig.commands.merging import (
    MergeOptions,
    MergePlan,
    make_merge,
    plan_merge,
    plan_merges,
    planned_merge,
    revisions_to_merge,
)
from minimig.commands.merging import (
    merge as merge_branches,
)
from minimig.commands.project import Project


@click.command()
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...")
@click.option("-m", "--message", help="First line of the file; also names it when -n is not given.")
@click.option("-n", "--name", help="Name of the file, after its number.")
@click.option("--branch-label", "labels", multiple=True, metavar="LABEL", help="A label for the new revision.")
@click.option("--rev-id", metavar="ID", help="What stands in front of the name, in place of the next number.")
@click.option("--splice", is_flag=True, help="Allow revisions that are no heads.")
@click.option("--allow-conflicts", is_flag=True, help="Merge branches whose operations touch the same.")
@click.option("--dry-run", is_flag=True, help="Write nothing; with -v, print the file.")
@click.option("--no-input", is_flag=True, help="Ask nothing; branches that do not commute end with exit code 3.")
@json_option
@pass_session
def merge(
    session: Session,
    revisions: tuple[str, ...],
    message: str | None,
    name: str | None,
    labels: tuple[str, ...],
    rev_id: str | None,
    splice: bool,
    allow_conflicts: bool,
    dry_run: bool,
    no_input: bool,
    as_json: bool,
) -> None:
    """Join revisions whose histories have parted, by a new one without operations.

    Shows each branch, and whether it matters which of them a database has had first. REVISION may be an app, or heads.

    \b
    Examples:
      minimig merge heads
      minimig merge blog -m "join spring and summer"
      minimig merge blog.0004_slug blog.0004_views --branch-label together
    """
    project: Project = session.project()
    heads = revisions_to_merge(project.graph, revisions, splice=splice)
    options = MergeOptions(name, message, labels, rev_id, splice, write=not dry_run)
    planned_merge(project, heads, options)  # what is wrong with the words is told before anything is shown
    plan = plan_merge(project, heads)
    if not as_json:
        _show(session, plan)
    if not dry_run and not allow_conflicts:
        _agree(session, plan, no_input=no_input or as_json, flag="pass --allow-conflicts")
    file = merge_branches(project, plan, options)
    if as_json:
        print_json(
            "merge", {**plan.to_dict(), "revision": file.revision, "path": str(file.path), "written": not dry_run}
        )
        return
    if session.verbosity or dry_run:
        note = " (nothing is written)" if dry_run else ""
        click.echo(f"{click.style(session.relative(file.path), bold=True)}{note}")
    if dry_run and session.verbosity > 1:
        click.echo(file.text)


def merge_heads(
    session: Session, project: Project, apps: Sequence[str], options: MakeOptions, *, no_input: bool, show: bool
) -> tuple[NewFile, ...]:
    """`makemigrations --merge`: show the branches, ask where there is a terminal, and join them.

    Without `show` stdout is for a program; nobody sees the branches, so nobody is asked either.
    """
    plans = plan_merges(project, apps)
    for plan in plans:
        if show:
            _show(session, plan)
        if options.write:
            _agree(session, plan, no_input=no_input or not show, flag=f"`minimig merge {plan.app} --allow-conflicts`")
    return make_merge(project, apps, options, plans)


def _show(session: Session, plan: MergePlan) -> None:
    if not session.verbosity:
        return
    click.echo(f"Merging {plan.app}")
    for branch in plan.branches:
        click.echo(f"  Branch {click.style(branch.head, bold=True)}")
        for revision in branch.revisions:
            if len(branch.revisions) > 1:
                click.echo(f"    {revision}")
            for line in operation_lines(step.operation for step in branch.steps if step.revision == revision):
                click.echo(line)
    if plan.twins:
        click.echo(f"  {' and '.join(plan.twins)} join the same revisions.", err=True)
        click.echo("  To delete the one that no database has had would do as well.", err=True)
    for clash in plan.clashes:
        click.echo(f"  {click.style('They do not commute', fg='yellow')}: {clash.words}")
    if not plan.clashes:
        click.echo("  They commute: a database may have had them in any order.")


def _agree(session: Session, plan: MergePlan, *, no_input: bool, flag: str) -> None:
    if session.interactive and not no_input:
        click.confirm("Merge them?", default=not plan.clashes, abort=True, err=True)
    else:
        plan.refuse_clashes(flag)
