"""A project's revision files: read when they are first asked for, and once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from threading import RLock

from minimig.commands.watching import READING, OnWork
from minimig.config import Settings
from minimig.environment import import_path
from minimig.errors import TargetError, nearest
from minimig.revisions.graph import MigrationGraph
from minimig.revisions.header import Header
from minimig.revisions.kept_operations import KeptOperations
from minimig.revisions.kept_state import WORTH, KeptState
from minimig.revisions.loader import Migration, load_migration
from minimig.revisions.replay import EMPTY, creators, replay, replay_branches
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
from minimig.stages import Tell, untold
from minimig.state.schema import SchemaState
from minimig.state.written import Convention

Replaying = Callable[[Iterable[Migration], SchemaState], SchemaState]
"""How the state after some migrations is told from the state before them."""


class Files:
    """The file side of a `Project`: headers, the graph, migrations, and the states they lead to."""

    settings: Settings
    tell: Tell
    on_work: OnWork

    def __init__(self) -> None:
        self._loaded: dict[str, Migration] = {}
        self._kept: dict[str, KeptOperations] = {}
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
                kept = self._kept_of(header.app)
                known = kept.get(header)
                migration = known or self._executed(header)
                if known is None:
                    kept.was_run(migration)
                self._loaded[header.revision] = migration
                self.tell(MigrationLoaded(migration, executed=known is None))
            return self._loaded[header.revision]

    def _executed(self, header: Header) -> Migration:
        with import_path(self.settings.root):
            return load_migration(header, partial(self.convention_of, header.app))

    def _kept_of(self, app: str) -> KeptOperations:
        if app not in self._kept:
            self._kept[app] = KeptOperations(app, self.folders[app])
        return self._kept[app]

    def _keep(self) -> None:
        """Keep what was run for the next time: called where all that a command needs has been loaded."""
        files = {header.path for header in self.headers}
        with self._reading:  # another thread may be loading
            for kept in self._kept.values():
                kept.keep(files)

    def prepared(self, graph: MigrationGraph, plan: Plan, applied: frozenset[str]) -> tuple[PreparedStep, ...]:
        """The steps of a plan with their operations and states; the same for each database that has had the same."""
        return self.once((plan, applied, frozenset(graph.headers)), lambda: self._steps(graph, plan, applied))

    def _steps(self, graph: MigrationGraph, plan: Plan, applied: frozenset[str]) -> tuple[PreparedStep, ...]:
        with self._reading, import_path(self.settings.root):
            behind = partial(self.state_after, keep=True)
            found = prepare(graph, self.load, plan, applied, behind)
            self._keep()
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
        self._keep()
        return found

    @cached_property
    def files_state(self) -> SchemaState:
        """The schema that the revision files lead to, branches of an app one after the other."""
        graph = self.graph
        return self._replayed(
            graph.order(), lambda found, base: replay_branches(found, base, graph.conflicts(), self.tell), keep=True
        )

    def state_after(self, revisions: Sequence[str], *, keep: bool = False) -> SchemaState:
        """The schema after these revisions, which are in the order of a graph; with `keep` it will be wanted again."""
        return self._replayed(revisions, lambda found, base: replay(found, base, self.tell), keep=keep)

    def _replayed(self, revisions: Sequence[str], replaying: Replaying, *, keep: bool) -> SchemaState:
        headers = [self._header_of[revision] for revision in revisions]
        with self._reading, import_path(self.settings.root):
            unheard = self.tell is untold  # whoever listens wants to hear of each revision
            count, state = self._kept_state.before(headers) if headers and unheard else (0, EMPTY)
            state = replaying((self.load(revision) for revision in revisions[count:]), state)
            if keep and unheard and len(headers) - count >= WORTH:
                self._keep()
                if all(self._kept_of(header.app).says_the_same(header) for header in headers):
                    self._kept_state.keep(headers, state)
        return state

    @cached_property
    def _kept_state(self) -> KeptState:
        return KeptState(min(self.folders.items())[1])

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
