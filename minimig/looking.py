"""The rest of the command line as functions: commands that look at history, models and database and change nothing."""

from __future__ import annotations

from collections.abc import Sequence

from minimig.autogenerate.questioner import NeverRename, Questioner
from minimig.commands import checking, comparing, diagnosing, repairing
from minimig.commands import history as histories
from minimig.commands import inspectdb as inspection
from minimig.commands.exploring.data import Exploration
from minimig.commands.exploring.exploration import ExploreOptions, exploration
from minimig.commands.project import Project
from minimig.commands.templates import Template, list_templates
from minimig.config_sources import Value, explained
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.snapshots import Snapshot


def configuration(project: Project) -> tuple[Value, ...]:
    """Each setting, and where it comes from; secrets are masked."""
    return explained(project.settings)


def diagnose(project: Project, *, schema: bool = True) -> diagnosing.Diagnosis:
    """One verdict over files, history and live schema. Takes no lock, changes nothing."""
    return diagnosing.diagnose(project.fresh(), schema=schema)


def repairs(project: Project) -> repairing.RepairList:
    """What is wrong between a database and the files."""
    return repairing.list_repairs(project.fresh())


def templates() -> tuple[Template, ...]:
    """The projects that `init --template` can begin with."""
    return tuple(list_templates())


def history(
    project: Project, app: str | None = None, span: str | None = None, *, mark: bool = False
) -> histories.History:
    """The revisions of an app, or of all, newest first; with `mark`, which of them the database has."""
    return histories.history(project.fresh(), app, span, mark=mark)


def heads(project: Project, app: str | None = None, *, effective: bool = False) -> histories.History:
    """The last revision of each app; `effective` leaves out those that another app rests on."""
    return histories.heads(project.fresh(), app, effective=effective)


def branches(project: Project, app: str | None = None) -> histories.History:
    """Where histories part."""
    return histories.branch_points(project.fresh(), app)


def show(project: Project, *revisions: str) -> histories.History:
    """All that revision files say of themselves. Raises TargetError."""
    return histories.show(project.fresh(), revisions)


def current(project: Project, app: str | None = None) -> histories.History:
    """Where the database stands."""
    return histories.current(project.fresh(), app)


def graph(project: Project) -> MigrationGraph:
    """The revision files as a graph, which answers what comes before what. Raises GraphError."""
    return project.fresh().graph


def explore(project: Project, *apps: str, dialects: Sequence[str] = (), ask: bool = True) -> Exploration:
    """A whole history: graph, tables, operations, files and SQL at each revision, and, with `ask`, what is applied."""
    return exploration(project.fresh(), ExploreOptions(apps, tuple(dialects), ask))


def check(project: Project, *, models: bool = True, database: bool = True) -> checking.CheckResult:
    """Compare models with revision files, and revision files with the database; `clean` when nothing differs."""
    return checking.check_project(project.fresh(), models=models, database=database)


def compare(
    project: Project,
    before: str = "database",
    after: str = "models",
    *,
    everything: bool = False,
    questioner: Questioner | None = None,
) -> comparing.Difference:
    """What leads from one side to the other, each named as `minimig diff` takes it: a revision, a URL, a file."""
    options = comparing.DiffOptions(everything, questioner or NeverRename())
    return comparing.diff_sides(project.fresh(), before, after, project.settings.root, options)


def take_snapshot(project: Project, side: str = "models") -> Snapshot:
    """The schema that a word names, as `minimig snapshot` takes it."""
    return comparing.take_snapshot(project.fresh(), side, project.settings.root)


def inspectdb(
    project: Project,
    *tables: str,
    schemas: tuple[str | None, ...] = (None,),
    generator: str = "declarative",
    views: bool = False,
) -> inspection.Written:
    """The source of models for tables of the database. Raises ConfigError without sqlacodegen, TargetError."""
    wanted = inspection.Inspection(tables, schemas, generator, views)
    return inspection.inspect_database(project.fresh(), wanted)
