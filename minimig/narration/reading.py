"""How a project is read: its configuration, its files, their graph and states, its models."""

from __future__ import annotations

from minimig.commands.stages import ModelsRead, ProjectOpened
from minimig.narration.lesson import EVERYTHING, GLANCE, VALUES, Lesson, Said, count, described, listed
from minimig.revisions.details import details
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.replay import MigrationReplayed
from minimig.revisions.scanning import FolderRead
from minimig.revisions.stages import GraphBuilt, MigrationLoaded
from minimig.stages import Stage
from minimig.state.tables import TableState
from minimig.urls import mask_url


def project_opened(stage: ProjectOpened) -> Said:
    """Where the configuration stands, and what it says."""
    settings = stage.settings
    database = settings.engine or (mask_url(settings.url) if settings.url else "none configured")
    apps = [
        f"app {app.label}: models {listed(app.metadata)}; files in {app.migrations}" for app in settings.apps.values()
    ]
    return Said(f"read from {settings.source or 'what the caller gave'}", (f"database: {database}", *apps))


def folder_read(stage: FolderRead) -> Said:
    """How many headers, and which were parsed."""
    kept = len(stage.headers) - len(stage.parsed)
    how = f"{len(stage.parsed)} parsed" + (f", {kept} kept from an earlier run" if kept else "")
    values = (f"in {stage.folder}", *((f"headers: {how}; no file was executed",) if stage.headers else ()))
    lines = (
        f"{header.revision} ({'parsed' if header.revision in stage.parsed else 'kept'}):"
        f" after {listed(header.dependencies) or 'nothing'}"
        for header in stage.headers
    )
    return Said(f"{stage.app}: {count(len(stage.headers), 'revision file')}", values, tuple(lines))


def graph_built(stage: GraphBuilt) -> Said:
    """The order, and why it is that one."""
    graph = stage.graph
    order = graph.order()
    heads = ", ".join(graph.heads()) or "none"
    headline = f"{count(len(order), 'revision')} in order; heads: {heads}"
    lines = tuple(_why_here(graph, order, place) for place in range(len(order)))
    hidden = tuple(f"{name} is hidden: {by} stands in its place" for name, by in graph.hidden.items())
    few = len(lines) <= GLANCE
    return Said(headline, lines + hidden if few else hidden, () if few else lines)


def _why_here(graph: MigrationGraph, order: tuple[str, ...], place: int) -> str:
    revision, parents = order[place], graph.parents(order[place])
    if not parents:
        why = "it depends on nothing"
    elif place and order[place - 1] in parents:
        why = f"it depends on {listed(parents)}"
    else:
        why = f"it depends on {listed(parents)}; {order[place - 1]} is in front of it by app and name alone"
    return f"{place + 1}. {revision}: {why}"


def migration_loaded(stage: MigrationLoaded) -> Said:
    """The operations in a file."""
    migration = stage.migration
    down = "its own down" if migration.down is not None else "down is the reverse of up"
    how = "executed" if stage.executed else "kept from an earlier run:"
    return Said(
        f"{how} {migration.header.path.name}: {count(len(migration.up), 'operation')}, {down}",
        everything=described(migration.up),
    )


def migration_replayed(stage: MigrationReplayed) -> Said:
    """What each operation changed."""
    tables = len(stage.state.tables)
    lines = []
    for change in stage.changes:
        lines.append(f"{change.operation.symbol} {change.operation.describe()}")
        lines += [f"    {line}" for line in details(change)]
    headline = f"{stage.revision} on paper: {count(len(stage.changes), 'operation')}, then {count(tables, 'table')}"
    return Said(headline, tuple(lines))


def models_read(stage: ModelsRead) -> Said:
    """The tables, and whose they are."""
    state, owners = stage.models.state, stage.models.owners
    lines = [f"{key} (of {owners.get(key, 'nobody')}): {_table(state[key])}" for key in state.tables]
    lines += [f"{key} (of {owners.get(key, 'nobody')})" for key in state.objects]
    names = f": {listed(state.tables)}" if state.tables else ""
    few = len(lines) <= GLANCE
    headline = f"{count(len(state.tables), 'table')} in the models{names}"
    return Said(headline, tuple(lines) if few else (), () if few else tuple(lines))


def _table(table: TableState) -> str:
    """Its size, and the names of what nobody may have named: they are made up here, the same every time."""
    named = [*table.constraints, *table.indexes]
    return count(len(table.columns), "column") + (f", {listed(named)}" if named else "")


READING: dict[type[Stage], Lesson] = {
    ProjectOpened: Lesson(
        "Configuration",
        "a command starts from one frozen value; whatever else it needs is read when it is first asked for",
        "minimig.config.settings",
        project_opened,
    ),
    FolderRead: Lesson(
        "Revision files",
        "what a file says of itself is literal data, so a parser reads it and nothing has to run",
        "minimig.revisions.scanning",
        folder_read,
    ),
    GraphBuilt: Lesson(
        "Graph",
        "dependencies alone decide the order; where they leave a choice, app and name do, the same way every time",
        "minimig.revisions.graph",
        graph_built,
    ),
    MigrationLoaded: Lesson(
        "Replay",
        "a file is executed only when its operations are needed",
        "minimig.revisions.loader",
        migration_loaded,
        depth=EVERYTHING,
    ),
    MigrationReplayed: Lesson(
        "Replay",
        "carried out on paper, the files tell the schema at every revision, and no database is asked",
        "minimig.revisions.replay",
        migration_replayed,
        depth=VALUES,
    ),
    ModelsRead: Lesson(
        "Models",
        "the models become a value as the files do; what has no name gets one, so that comparing is ==",
        "minimig.state.from_metadata",
        models_read,
    ),
}
