"""`minimig tag`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from minimig.cli.context import Session, pass_session
from minimig.cli.printing import json_option, print_json
from minimig.commands.project import Project
from minimig.commands.tagging import Tag, delete_tag, set_tag, tags
from minimig.errors import UsageError


@click.command()
@click.argument("name", required=False)
@click.argument("revision", required=False)
@click.option("--list", "listed", is_flag=True, help="List all tags; so does the command without a name.")
@click.option("--delete", is_flag=True, help="Take the tag away; REVISION may be an app then, by default all of them.")
@click.option("--force", is_flag=True, help="Move a tag that stands elsewhere.")
@json_option
@pass_session
def tag(
    session: Session, name: str | None, revision: str | None, listed: bool, delete: bool, force: bool, as_json: bool
) -> None:
    """Give a place in the history a name, which then is a target like any other.

    Tags are lines in a file REVISION_TAGS beside the revisions; commit it. Without REVISION the head of each app
    is tagged.

    \b
    Examples:
      minimig tag v1.0
      minimig tag before-prices blog.0006
      minimig migrate blog v1.0
      minimig tag before-prices --delete
    """
    project: Project = session.project()
    if (listed and (name or delete)) or (name is None and (delete or force)):
        raise UsageError("these words do not fit together", hint="minimig tag NAME [REVISION], --list, NAME --delete")
    if name is None:
        found, verb = tags(project), ""
    elif delete:
        project.check_apps(revision)
        found, verb = delete_tag(project, name, revision), "Removed tag "
    else:
        found, verb = set_tag(project, name, revision, force=force), "Tagged "
    if as_json:
        print_json("tag", {"tags": [tag.to_dict() for tag in found]})
    elif session.verbosity or not verb:
        for line in _lines(found):
            click.echo(f"{verb}{line}")
        if not found:
            click.echo("No tags.")


def _lines(found: Sequence[Tag]) -> list[str]:
    """A line for each tag: `v1.0  blog.0007_prices`, and what is wrong with it."""
    width = max((len(tag.name) for tag in found), default=0)
    return [f"{t.name:{width}}  {t.revision}{'  (no such file)' if t.stale else ''}" for t in found]
