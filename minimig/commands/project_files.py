"""A project's revision files: read when they are first asked for, and once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from threading import RLock

from minimig.commands.watching import READING, OnWork
from minimig.config import Settings
from minimig.environment import import_path
from minimig.errors import TargetError, nearest
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.replay import creators, replay_branches
from minimig.revisions.routing import routed
from minimig.revisions.scanning import scan
from minimig.revisions.spoken import graph_for
from minimig.revisions.stages import GraphBuilt, MigrationLoaded
from minimig.revisions.survey import Survey, survey
from minimig.revisions.tags import Tags
from minimig.runtime.once import Once
from minimig.runtime.plan import Plan
from minimig.runtime.prepare import PreparedStep, prepare
from minimig.runtime.stages import StepsPrepared
from minimig.stages import Tell
from minimig.state.schema import SchemaState
from minimig.state.written import Convention


class Files:
    """The file side of a `Project`: headers, the graph, migrations, and the states they lead to."""

    settings: Settings
    tell: Tell
    on_work: OnWork

    def __init__(self) -> None:
        self._loaded: dict[str, Migration] = {}
        self._graphs: dict[object, MigrationGraph] = {}
        self.once = Once()
        self._reading = RLock()

    @abstractmethod
    def convention_of(self, label: str) -> Convention:
        """The naming convention of an app's models. Raises ModelsError when they have several."""

    @cached_property
    def headers(self) -> tuple[Header, ...]:
        """The headers of all revision files."""
        return tuple(routed(scan(self.folders, tell=self.tell), self.settings.elsewhere))

    @property
    def folders(self) -> Mapping[str, Path]:
        """The folder of each app's revision files."""
        return {label: app.migrations for label, app in self.settings.apps.items()}

    @cached_property
    def graph(self) -> MigrationGraph:
        """The revision files as a graph, from their headers alone."""
        return self._built(MigrationGraph(self.headers, tags=Tags(self.folders)))

    def _built(self, graph: MigrationGraph) -> MigrationGraph:
        self.tell(GraphBuilt(graph))
        return graph

    @cached_property
    def has_squashes(self) -> bool:
        """Whether one of the files stands for others."""
        return any(header.replaces for header in self.headers)

    def graph_at(self, applied: frozenset[str], *words: str | None) -> MigrationGraph:
        """The graph for a database that has these revisions: they decide which squashed revisions stand.

        Where one of `words`, what somebody typed as a target, names a revision that a squash hides, no squash stands.
        """
        if not self.has_squashes:
            return self.graph
        with self._reading:
            if (applied, words) not in self._graphs:
                graph = graph_for(self.headers, Tags(self.folders), applied, words)
                self._graphs[applied, words] = self._built(graph)
            return self._graphs[applied, words]

    @cached_property
    def survey(self) -> Survey:
        """The revision files as far as they can be read, for commands that only look."""
        return survey(self.folders, elsewhere=self.settings.elsewhere, tell=self.tell)

    def survey_at(self, applied: frozenset[str]) -> Survey:
        """The same for a database that has these revisions."""
        return survey(self.folders, applied, self.settings.elsewhere, self.tell)

    def load(self, revision: str) -> Migration:
        """The migration of a revision, executed once."""
        self.on_work(READING, len(self._loaded), len(self._header_of))
        return self.load_file(self._header_of[revision])

    def load_file(self, header: Header) -> Migration:
        """The same of a file that was read already, whatever is wrong with others."""
        with self._reading:
            if header.revision not in self._loaded:
                with import_path(self.settings.root):
                    migration = load_migration(header, partial(self.convention_of, header.app))
                self._loaded[header.revision] = migration
                self.tell(MigrationLoaded(migration))
            return self._loaded[header.revision]

    def prepared(self, graph: MigrationGraph, plan: Plan, applied: frozenset[str]) -> tuple[PreparedStep, ...]:
        """The steps of a plan with their operations and states; the same for each database that has had the same."""
        return self.once((plan, applied, frozenset(graph.headers)), lambda: self._steps(graph, plan, applied))

    def _steps(self, graph: MigrationGraph, plan: Plan, applied: frozenset[str]) -> tuple[PreparedStep, ...]:
        with self._reading, import_path(self.settings.root):
            found = prepare(graph, self.load, plan, applied, self.tell)
        self.tell(StepsPrepared(found))
        return found

    @cached_property
    def _header_of(self) -> Mapping[str, Header]:
        return {header.revision: header for header in self.headers}

    @cached_property
    def migrations(self) -> tuple[Migration, ...]:
        """All migrations, in the order of the graph."""
        with import_path(self.settings.root):  # once, not for each
            found = tuple(self.load(revision) for revision in self.graph.order())
        self.on_work(READING, len(found), len(found))
        return found

    @cached_property
    def files_state(self) -> SchemaState:
        """The schema that the revision files lead to, branches of an app one after the other."""
        return replay_branches(self.migrations, self.graph.conflicts(), self.tell)

    @cached_property
    def created_by(self) -> Mapping[str, str]:
        """The revision that created each table that the files still have."""
        return creators(self.migrations)

    def check_apps(self, *apps: str | None) -> None:
        """Raise TargetError for an app that the configuration does not name; None is none."""
        known = self.settings.apps
        for app in apps:
            if app is not None and app not in known:
                hint = nearest(app, known) or f"the apps are: {', '.join(known)}"
                raise TargetError(f"there is no app {app!r}", hint=hint, code="MM204")
